"""How does a definition look in another edition of NAICS, or a benchmark file of mixed editions?

An industry of the new edition goes to the cluster from which most of its jobs came. Where they
came from several clusters, or nobody knows, it is *flagged*: a person should look.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import pandas as pd

from clusteranalysis.archives import require_modest
from clusteranalysis.clusters.definition import REST, Cluster, ClusterDefinition
from clusteranalysis.clusters.formats import slug
from clusteranalysis.errors import DefinitionError
from clusteranalysis.industries import concordance, naics
from clusteranalysis.industries.concordance import reference_jobs
from clusteranalysis.industries.structure import STRUCTURES, parse_vintage
from clusteranalysis.schema import check_option

__all__ = ["read_benchmark_definition", "translate_definition"]

#: Columns of the US Cluster Mapping file, by our names for them.
_BENCHMARK = {
    "industry": "NAICS",
    "tradability": "TradedLocal",
    "cluster": "Cluster",
    "subcluster": "SubclusterName",
}
_REPORT = ["industry", "cluster", "how", "share", "sources"]


def translate_definition(
    definition: ClusterDefinition, to: int | str, *, weights: pd.DataFrame | None = None
) -> tuple[ClusterDefinition, pd.DataFrame]:
    """Carry a cluster definition to another edition of NAICS, and say what a person must decide.

    Parameters
    ----------
    definition : ClusterDefinition
        From :func:`read_definition`.
    to : int or str
        2007, 2012, 2017 or 2022, or ``"naics2022"``.
    weights : DataFrame, optional
        ``industry, employment[, vintage]`` that weigh splits, see
        :func:`~clusteranalysis.concordance`.

    Returns
    -------
    ClusterDefinition
        The same clusters in six-digit codes of the edition `to`; clusters left without a code are
        left out.
    DataFrame
        One row an industry of the new edition: ``industry``, ``cluster``, ``how`` (``"same"``: the
        code and its content; ``"carried"``: all of it came from this cluster; ``"split"``: parts
        came from several clusters, and the largest won; ``"unknown"``: they did, nothing tells
        in which shares, and the cluster of most jobs known to have come won), ``share`` (of its
        jobs that came from that cluster; NaN: unknown), ``sources`` (old codes). A person should
        look at ``"split"`` and ``"unknown"``.

    Raises
    ------
    SchemaError, DataError
        The edition is unknown or has no titles here.

    Examples
    --------
    >>> import clusteranalysis as ca
    >>> new, report = ca.translate_definition(ca.read_definition("east-bay-2017"), 2022)
    >>> new.vintage, len(new.clusters)
    (2022, 27)
    >>> report.query("industry == '513120'")[["cluster", "how", "sources"]].values.tolist()
    [['creative-media', 'unknown', '511120 519130']]
    """
    edition = _edition(to)
    owner = dict(definition.members.set_index("industry")["cluster"])
    leaves = _leaves(edition)
    if edition == definition.vintage:
        rows = [(code, owner[code], "same", 1.0, code) for code in leaves]
    else:
        rows = _inherit(leaves, owner, edition, definition.vintage, weights)
    report = pd.DataFrame(rows, columns=_REPORT)
    codes = report.groupby("cluster")["industry"].agg(list)
    clusters = tuple(
        Cluster(
            one.id, one.name, one.tradability, tuple(codes[one.id]), one.description, one.reason
        )
        for one in definition.clusters
        if one.id in codes.index
    )
    notes = f"{definition.notes}\nCarried from NAICS {definition.vintage} to {edition}.".strip()
    return (
        ClusterDefinition(definition.id, definition.title, edition, clusters, notes),
        report.sort_values("industry", ignore_index=True),
    )


def _edition(value: object) -> int:
    edition = parse_vintage("to", value)
    naics(edition)  # says which editions have titles
    return edition


def _leaves(edition: int) -> list[str]:
    structure = naics(edition)
    return structure.loc[structure["level"] == 6, "industry"].tolist()


def _inherit(
    leaves: Iterable[str],
    owner: dict[str, str],
    edition: int,
    old: int,
    weights: pd.DataFrame | None,
) -> list[tuple[str, str, str, float, str]]:
    """Each new industry's cluster by the US jobs that its old parts brought."""
    links = concordance(old, edition, weights=weights)
    links = links[links["source"].isin(owner.keys())]
    jobs = reference_jobs(links["source"].to_numpy(), old, "last" if edition > old else "first")
    links = links.assign(
        cluster=links["source"].map(owner),
        guess=links["weight"].isna(),
        # An industry that splits nobody knows how is taken to go to all in equal parts.
        weight=links["weight"].fillna(1 / links.groupby("source")["target"].transform("size")),
    )
    links["jobs"] = links["weight"] * jobs["employment"].fillna(1.0).to_numpy()
    rows = []
    parts = dict(iter(links.groupby("target")))
    for code in leaves:
        mine = parts.get(code)
        if mine is None:
            rows.append((code, REST, "unknown", float("nan"), ""))
            continue
        sources = " ".join(sorted(mine["source"]))
        brought = mine.groupby("cluster")["jobs"].sum()
        best = str(brought.idxmax())
        if len(brought) == 1:
            same = sources == code and mine["kind"].eq("same").all()
            rows.append((code, best, "same" if same else "carried", 1.0, sources))
        elif mine["guess"].any():
            # What is known to have come weighs more than what may have.
            known = mine[~mine["guess"]].groupby("cluster")["jobs"].sum()
            best = str(known.idxmax()) if len(known) else best
            rows.append((code, best, "unknown", float("nan"), sources))
        else:
            share = float(brought.max() / brought.sum())
            rows.append((code, best, "split", share, sources))
    return rows


def read_benchmark_definition(
    path: str | Path,
    *,
    naics: int | str = 2017,
    level: Literal["cluster", "subcluster"] = "cluster",
) -> tuple[ClusterDefinition, pd.DataFrame]:
    """Read your copy of the US Cluster Mapping benchmark definitions into one edition of NAICS.

    The file is Harvard Business School's and does not ship. It lists six-digit codes of NAICS
    2012 and 2017 together with some of a data vendor's own.

    Parameters
    ----------
    path : str or Path
        Spreadsheet (needs ``openpyxl``) or CSV with the columns ``NAICS``, ``TradedLocal``,
        ``Cluster``, and where there is one ``SubclusterName``.
    naics : int or str
        Edition of the definition that is made: 2012, 2017 or 2022.
    level : {"cluster", "subcluster"}
        Clusters, or their subclusters (named ``Cluster: Subcluster``).

    Returns
    -------
    ClusterDefinition
        Clusters tagged traded or local, in six-digit codes of that edition.
    DataFrame
        One row an industry of the edition or a code of the file: ``industry``, ``cluster`` (or
        ``"rest"``), ``how`` (``"listed"``; ``"carried"``: by the concordance from listed codes of
        one cluster; ``"split"``, ``"unknown"``: from several, see :func:`translate_definition`;
        ``"left out"``: the file has no such industry; ``"vendor"``: a code of no edition, not
        used; ``"other edition"``: a code of another edition, used through the concordance),
        ``share`` and ``sources``.

    Raises
    ------
    DefinitionError
        The file cannot be read, or lacks a column, or a code is in two clusters.

    Examples
    --------
    >>> read_benchmark_definition("no-such-file.xlsx")
    Traceback (most recent call last):
        ...
    clusteranalysis.errors.DefinitionError: no-such-file.xlsx: cannot be read: ...
    """
    check_option("level", level, Literal["cluster", "subcluster"])
    edition = _edition(naics)
    table = _benchmark_rows(Path(path))
    if level == "subcluster" and "subcluster" in table.columns:
        finer = table["cluster"] + ": " + table["subcluster"]
        table["cluster"] = table["cluster"].where(table["subcluster"] == "", finer)
    # An industry may be tagged and yet belong to no cluster (private households).
    owner = {
        code: cluster or REST
        for code, cluster in zip(table["industry"], table["cluster"], strict=True)
    }
    leaves = _leaves(edition)
    rows = [(code, owner[code], "listed", 1.0, code) for code in leaves if code in owner]
    left = [code for code in leaves if code not in owner]
    for old in _others(edition):
        mine = {code: owner.get(code, REST) for code in _leaves(old)}
        found = _inherit(left, mine, edition, old, None)
        # A part that no cluster takes does not decide where the others go.
        rows += [row for row in found if row[1] != REST]
        taken = {row[0] for row in rows}
        left = [code for code in left if code not in taken]
    rows += [(code, REST, "left out", float("nan"), "") for code in left]
    elsewhere = {code for old in _others(edition) for code in _leaves(old)}
    for code in sorted(set(owner) - set(leaves)):
        how = "other edition" if code in elsewhere else "vendor"
        rows.append((code, owner[code], how, float("nan"), ""))
    report = pd.DataFrame(rows, columns=_REPORT).sort_values("industry", ignore_index=True)
    return _benchmark(table, report, edition, Path(path).name), report


def _others(edition: int) -> list[int]:
    """Other editions with titles, the nearest first."""
    others = [other for other in STRUCTURES if other != edition]
    return sorted(others, key=lambda other: (abs(other - edition), -other))


def _benchmark(
    table: pd.DataFrame, report: pd.DataFrame, edition: int, name: str
) -> ClusterDefinition:
    tags = dict(zip(table["cluster"], table["tradability"], strict=True))
    used = report["how"].isin(["listed", "carried", "split", "unknown"])
    codes = report[used & (report["cluster"] != REST)].groupby("cluster")["industry"].agg(list)
    clusters = tuple(
        Cluster(slug(cluster), cluster, tags[cluster], tuple(codes[cluster]))
        for cluster in dict.fromkeys(table["cluster"])
        if cluster in codes.index
    )
    return ClusterDefinition(
        "us-cluster-mapping",
        "US Cluster Mapping benchmark definitions",
        edition,
        clusters,
        f"Read from {name}; Harvard Business School's, not part of this library.",
    )


def _benchmark_rows(path: Path) -> pd.DataFrame:
    """The file's rows as text, under our column names."""
    table = _read_cells(path).rename(columns=lambda name: str(name).strip())
    lacking = [column for column in ("NAICS", "TradedLocal", "Cluster") if column not in table]
    if lacking:
        raise DefinitionError(
            f"{path}: no column {', '.join(lacking)}: its first line must name NAICS, TradedLocal "
            "and Cluster"
        )
    named = {theirs: ours for ours, theirs in _BENCHMARK.items() if theirs in table}
    table = table[list(named)].rename(columns=named).fillna("")
    table = pd.DataFrame({c: table[c].astype("str").str.strip() for c in table.columns})
    table["tradability"] = table["tradability"].str.lower()
    faults = []
    for number, (code, tag) in enumerate(
        zip(table["industry"], table["tradability"], strict=True), 2
    ):
        if not (code.isdigit() and len(code) == 6):
            faults.append(f"line {number}: {code!r} is no six-digit code")
        if tag not in ("traded", "local"):
            faults.append(f"line {number}: TradedLocal is {tag!r}, not Traded or Local")
    tags = table[table["cluster"] != ""].groupby("cluster")["tradability"].nunique()
    faults += [f"cluster {name!r} is both traded and local" for name, n in tags.items() if n > 1]
    twice = table.drop_duplicates(["industry", "cluster"])["industry"].value_counts()
    faults += [f"{code!r} stands in {n} clusters" for code, n in twice[twice > 1].items()]
    if faults:
        listed = "\n  ".join(faults[:20])
        raise DefinitionError(f"{path}: {len(faults)} faults:\n  {listed}")
    return table.drop_duplicates("industry", ignore_index=True)


def _read_cells(path: Path) -> pd.DataFrame:
    try:
        if path.suffix.lower() in (".xlsx", ".xlsm"):
            require_modest(path)
            return pd.read_excel(path, dtype="str")
        text = path.read_text("utf-8-sig")
    except ImportError:
        raise DefinitionError(
            f"{path}: reading a spreadsheet needs openpyxl: install clusteranalysis[spreadsheets], "
            "or save the first sheet as CSV"
        ) from None
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or error
        raise DefinitionError(f"{path}: cannot be read: {reason}") from None
    rows = list(csv.reader(io.StringIO(text)))
    width = max(map(len, rows), default=0)
    padded = [row + [""] * (width - len(row)) for row in rows if any(row)]
    return pd.DataFrame(padded[1:], columns=padded[0] if padded else None, dtype="str")
