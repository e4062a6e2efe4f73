"""How does a briefing become a page and its figures?"""

from __future__ import annotations

import base64
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pandas as pd

import clusteranalysis
from clusteranalysis import plot
from clusteranalysis.briefing import wording
from clusteranalysis.briefing.content import Briefing
from clusteranalysis.briefing.figures import choose_figures
from clusteranalysis.files import write_bytes

__all__ = ["write_briefing"]


def write_briefing(
    briefing: Briefing,
    out: str | Path,
    *,
    progress: Callable[[str], None] | None = None,
) -> list[Path]:
    """Write a briefing as one self-contained page, with every figure and its data beside it.

    Parameters
    ----------
    briefing : Briefing
        From :func:`brief`.
    out : path
        Folder to write to; made where missing. ``briefing.html``, and in ``figures/`` each
        figure as SVG, PNG, its data as CSV and its alt text as TXT; ``clusters.csv`` and
        ``growth.csv`` hold the full tables.
    progress : callable, optional
        Called with a line of text before each step.

    Returns
    -------
    list of Path
        The files written; the same briefing gives the same bytes.

    Raises
    ------
    OutputError
        The folder cannot be written to; a file that was there is then whole, old or new.

    Examples
    --------
    >>> import tempfile
    >>> import clusteranalysis as ca
    >>> briefing = ca.brief(ca.sample("east-bay"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in ca.write_briefing(briefing, folder)][-1]
    'briefing.html'
    """
    out = Path(out)
    say = progress or (lambda line: None)
    written: list[Path] = []
    pictures: dict[str, dict[str, str]] = {}
    for spec in choose_figures(briefing):
        say(f"Drawing {spec.key}")
        base = out / "figures" / spec.key
        svg, png = plot.save(spec.figure(), base)
        written += [svg, png, write_bytes(base.with_suffix(".csv"), _csv(spec.data()))]
        alt = spec.alt
        written.append(write_bytes(base.with_suffix(".txt"), f"{alt}\n".encode()))
        encoded = base64.b64encode(svg.read_bytes()).decode("ascii")
        pictures[spec.key] = {
            "title": spec.title,
            "alt": alt,
            "note": spec.note,
            "svg": encoded,
        }
    say("Writing the page")
    written.append(write_bytes(out / "clusters.csv", _csv(briefing.clusters.table)))
    written.append(write_bytes(out / "growth.csv", _csv(briefing.growth)))
    page = _page(briefing, pictures)
    written.append(write_bytes(out / "briefing.html", page.encode()))
    return written


def _csv(table: pd.DataFrame) -> bytes:
    # An empty field is a withheld or undefined number; nothing is rounded.
    return table.to_csv(index=False, lineterminator="\n").encode()


def _page(briefing: Briefing, pictures: dict[str, dict[str, str]]) -> str:
    """Fill the template; it formats and orders, and computes nothing."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(
        count=wording.count,
        signed=wording.signed,
        percent=wording.percent,
        dollars=wording.dollars,
        lq=_ratio,
    )
    source = resources.files(__package__).joinpath("templates/briefing.html.j2").read_text("utf-8")
    found = briefing.clusters
    return environment.from_string(source).render(
        briefing=briefing,
        found=found,
        pictures=pictures,
        clusters=_records(found.table),
        selected=_records(found.selected),
        industries=_records(briefing.industries),
        coverage=_records(briefing.coverage),
        counties=wording.series(briefing.coverage["county"]),
        version=clusteranalysis.__version__,
    )


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.itertuples(index=False)]


def _ratio(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.2f}"
