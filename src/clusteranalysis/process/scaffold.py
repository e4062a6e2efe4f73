"""What does a working group need on its first evening to write its charter into?

A draft with comments that guide, and numbers to judge by. Vision and initiatives stay empty: they
are the group's, and nothing here invents them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

from clusteranalysis.clusters import ClusterSet
from clusteranalysis.errors import DefinitionError, SchemaError
from clusteranalysis.process.charter import SLUG

__all__ = ["EXAMPLES", "charter_template"]

#: Folder of the packaged charters of FICTIONAL working groups, to try the tools on.
EXAMPLES = Path(__file__).parent / "examples"

_DRAFT = """\
## Charter of a cluster's working group: {name}, {place}.
##
## A draft. Lines that begin with ## explain; of lines that begin with one #, take it away and fill
## them in. Check the file whenever it changed:   clusteranalysis charter check {cluster_id}.toml
## Keep it in git: once the charter is adopted, a change to an initiative needs an entry in amended.

schema = 1
region = {region}
definition = {definition}
definition_digest = {digest}  # what the cluster is today; leave it as it is
cluster = {cluster}
title = {title}

## The group's own words: what should this cluster look like in ten years, and for whom? No tool
## writes this. Several lines stand between three quotes at either end.
vision = ""

## "adopted" needs the day of adoption, a vision, members, and initiatives with champion, home,
## steps and criteria.
status = "draft"
# adopted = {next_year}-06-01

## Who is in the group, one table for each.
# [[members]]
# name = ""
# organisation = ""
# role = ""  # optional

## What the group sets out to do, one table for each initiative. The same id in another group's
## charter is the same initiative, shared. The champion is the person who answers for it; the home
## is the organisation that carries it when the meetings are over.
# [[initiatives]]
# id = ""  # lower-case words joined by hyphens
# title = ""
# description = ""
# outcome = ""  # regulatory, workforce, infrastructure, branding or other
# shared_with = []  # ids of the other clusters that share it
# public_partners = []
# private_partners = []
# champion = {{name = "", organisation = ""}}
# home = ""

# [[initiatives.steps]]
# action = ""
# owner = ""
# start = {next_year}-07-01
# due = {next_year}-12-31
# status = "planned"  # planned, under way, done (then also: done = {next_year}-11-30) or dropped

## How will the group know? A measured criterion is judged by public data: what changed from base to
## by, LESS what changed for the comparator. The target is in percentage points of growth for
## employment, establishments and average_pay, in percentage points for job_share, and in units of
## the quotient for location_quotient; 0.0 means "keep pace".
## Where the cluster stands in {year}:
{facts}
# [[initiatives.criteria]]
# kind = "measured"
# id = ""
# statement = ""  # in words, as the group would tell a council
# measure = "employment"  # employment, establishments, average_pay, location_quotient or job_share
# source = "cbp"  # cbp (mid-March) or qcew (annual, Q1 to Q4)
# period = "mid-march"
# base = {year}
# by = {by_year}
# target = 0.0
# comparator = "us"  # or another region
# max_withheld = {most}  # above this share of withheld jobs the answer is "cannot tell"

## What no public data show, a document can. Fill in attested once somebody has seen it.
# [[initiatives.criteria]]
# kind = "attested"
# id = ""
# statement = ""
# evidence = ""  # which document will show it
# due = {by_year}-03-01
# attested = {{by = "", on = {by_year}-03-01, met = true, where = ""}}

## After adoption, a change to an initiative is recorded, never only made.
# [[initiatives.amended]]
# on = {by_year}-03-01
# by = ""
# what = ""
# was = ""  # the text that it replaced
"""


def charter_template(
    clusters: ClusterSet, cluster: str, *, region: str, definition: str = "east-bay-2017"
) -> str:
    """Draft the charter of a cluster's working group: numbers to judge by, the rest left open.

    Parameters
    ----------
    clusters : ClusterSet
        The region's clusters, from :func:`identify_clusters` for one region.
    cluster : str
        Id of the cluster; it need not be among the selected.
    region, definition : str
        What the charter says for :func:`find_region` and :func:`read_definition`.

    Returns
    -------
    str
        TOML with comments; a valid draft as it is. Vision and initiatives are empty. Withheld
        numbers are written as a range or as "withheld", never as zero.

    Raises
    ------
    DefinitionError
        The definition has no such cluster, or its id cannot name a file.
    SchemaError
        The set holds several regions, or nothing about this cluster.

    Examples
    --------
    >>> import clusteranalysis as ca
    >>> data, definition = ca.sample("east-bay"), ca.read_definition()
    >>> counties = ca.cluster_employment(data.cells, definition=definition)
    >>> region = ca.aggregate_regions(counties, ca.find_region("east-bay"))
    >>> nation = ca.cluster_employment(data.us, definition=definition)
    >>> found = ca.identify_clusters(region, reference=nation, definition=definition)
    >>> draft = charter_template(found, "biomedical", region="east-bay")
    >>> [line for line in draft.splitlines() if line.startswith(("cluster", "vision"))]
    ['cluster = "biomedical"', 'vision = ""']
    """
    name = clusters.definition.cluster(cluster).name
    if not SLUG.fullmatch(cluster):
        raise DefinitionError(
            f"cluster id {cluster!r} of {clusters.definition.id!r} is not lower-case letters and "
            "digits joined by hyphens: rename it in the definition"
        )
    rows = clusters.table[clusters.table["industry"] == cluster]
    if len(rows) != 1:
        places = ", ".join(map(str, clusters.table["region"].unique()))
        raise SchemaError(
            f"a charter is for one region and cluster; the set holds {len(rows)} rows of "
            f"{cluster!r} ({places}): identify the clusters of one region"
        )
    row: dict[Hashable, Any] = rows.iloc[0].to_dict()
    place = str(row["region"])
    return _DRAFT.format(
        name=_plain(name),
        place=_plain(place),
        cluster_id=cluster,
        region=_quoted(region),
        definition=_quoted(definition),
        digest=_quoted(clusters.definition.digest),
        cluster=_quoted(cluster),
        title=_quoted(_plain(f"{name}, {place}")),
        year=clusters.end,
        next_year=clusters.end + 1,
        by_year=clusters.end + 4,
        facts="\n".join(f"##   {line}" for line in _facts(row, clusters.base)),
        most=_most(row["open_share"]),
    )


def _facts(row: Mapping[Hashable, Any], base: str) -> list[str]:
    """The base values that a criterion would be counted from, as far as they are known."""
    low, high = row["employment_low"], row["employment_high"]
    share = row["open_share"]
    if not (math.isfinite(low) and math.isfinite(high)):
        jobs = "withheld"
    elif low == high:
        jobs = f"{low:,.0f}"
    else:
        jobs = f"between {low:,.0f} and {high:,.0f}: up to {_percent(share)} is withheld"
    quotients = row["location_quotient_low"], row["location_quotient_high"]
    whole = row["employment"] / row["job_share"] if row["job_share"] else math.nan
    parts = 100 * low / whole, 100 * high / whole
    return [
        f"employment (jobs): {jobs}",
        f"establishments: {_known(row['establishments'], '{:,.0f}')}",
        f"location_quotient (on {base} jobs): {_between(*quotients, '{:.2f}')}",
        f"job_share (of the region's jobs): {_between(*parts, '{:.2f} %')}",
    ]


def _known(value: float, form: str) -> str:
    return form.format(value) if math.isfinite(value) else "withheld"


def _between(low: float, high: float, form: str) -> str:
    if not (math.isfinite(low) and math.isfinite(high)):
        return "withheld"
    ends = form.format(low), form.format(high)
    return ends[0] if ends[0] == ends[1] else f"between {ends[0]} and {ends[1]}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.001 else "less than 0.1 %"


def _most(share: float) -> str:
    """A limit that today's data meet, in steps of a twentieth, for the group to lower."""
    if not math.isfinite(share):
        return "0.1"
    return f"{max(0.1, math.ceil(20 * share) / 20):g}"


def _quoted(value: str) -> str:
    """A TOML string; what JSON escapes in text, TOML reads."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _plain(value: str) -> str:
    """A name on one line, for a title or a comment."""
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())
