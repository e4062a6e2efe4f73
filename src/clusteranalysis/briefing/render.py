"""How does a briefing become a page, a print, a text, and its figures?"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Iterable
from importlib import resources
from pathlib import Path
from typing import Literal

import pandas as pd
from markupsafe import Markup

from clusteranalysis.briefing import wording
from clusteranalysis.briefing.content import Briefing
from clusteranalysis.briefing.documents import pdf, require_pdf
from clusteranalysis.briefing.facts import by_cells
from clusteranalysis.briefing.figures import choose_figures
from clusteranalysis.briefing.marks import Mark, marks
from clusteranalysis.briefing.page import page, records
from clusteranalysis.briefing.pictures import Picture, picture
from clusteranalysis.briefing.text import markdown
from clusteranalysis.files import require_new, table_bytes, write_bytes

__all__ = ["Format", "briefing_files", "write_briefing"]

Format = Literal["html", "md", "pdf"]
_TABLES = ("clusters.csv", "growth.csv", "facts.csv")
#: What stands of each figure in ``figures/``.
_ENDINGS = (".svg", ".png", ".csv", ".txt")


def briefing_files(formats: Iterable[Format]) -> list[str]:
    """Names of the files beside ``figures/``."""
    return [f"briefing.{one}" for one in formats] + list(_TABLES)


def write_briefing(
    briefing: Briefing,
    out: str | os.PathLike[str],
    *,
    formats: Iterable[Format] = ("html", "md", "pdf"),
    force: bool = False,
    progress: Callable[[str], None] | None = None,
) -> list[Path]:
    """Write a briefing as page, text and print, with every figure and its data beside it.

    Parameters
    ----------
    briefing : Briefing
        From :func:`brief`.
    out : path
        Folder to write to; made where missing. ``briefing.html`` (self-contained), ``.md`` and
        ``.pdf``; in ``figures/`` each figure as SVG, PNG, its data as CSV and its alt text as
        TXT; ``clusters.csv`` and ``growth.csv`` hold the full tables, ``facts.csv`` every number
        of a sentence with its origin.
    formats : iterable of {"html", "md", "pdf"}
        Which of the three to write.
    force : bool
        Replace files that are there.
    progress : callable, optional
        Called with a line of text before each step.

    Returns
    -------
    list of Path
        The files written, the briefing last; the same briefing gives the same bytes.

    Raises
    ------
    OutputError
        A file is there already, the folder cannot be written to, or a PDF cannot be made here; a
        file that was there is then whole, old or new.

    Examples
    --------
    >>> import tempfile
    >>> import clusteranalysis as ca
    >>> briefing = ca.brief(ca.sample("east-bay"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in ca.write_briefing(briefing, folder, formats=["html"])][-1]
    'briefing.html'
    """
    out, wanted = Path(out), tuple(formats)
    if "pdf" in wanted:
        require_pdf()
    say = progress or (lambda line: None)
    specs = choose_figures(briefing)
    planned = [out / "figures" / f"{spec.key}{end}" for spec in specs for end in _ENDINGS]
    require_new([*(out / name for name in briefing_files(wanted)), *planned], force=force)
    written: list[Path] = []
    pictures: dict[str, Picture] = {}
    told: dict[str, tuple[Mark, ...]] = {}
    for spec in specs:
        say(f"Drawing {spec.key}")
        figure = spec.figure()
        one = pictures[spec.key] = picture(spec, figure)
        told[spec.key] = marks(briefing, spec, figure)
        parts = (one.svg, one.png, table_bytes(spec.data()), f"{one.alt}\n".encode())
        for end, part in zip(_ENDINGS, parts, strict=True):
            written.append(write_bytes(out / "figures" / f"{spec.key}{end}", part))
    tables = (briefing.clusters.table, briefing.growth, _facts(briefing))
    for name, table in zip(_TABLES, tables, strict=True):
        written.append(write_bytes(out / name, table_bytes(table)))
    for kind in wanted:
        say(f"Writing briefing.{kind}")
        if kind == "md":
            content = markdown(briefing, specs).encode()
        elif kind == "pdf":
            content = pdf(_page(briefing, pictures, told, printed=True))
        else:
            content = _page(briefing, pictures, told, printed=False).encode()
        written.append(write_bytes(out / f"briefing.{kind}", content))
    return written


def _facts(briefing: Briefing) -> pd.DataFrame:
    columns = ["id", "value", "text", "unit", "status", "formula", "source", "cells"]
    return pd.DataFrame([vars(fact) for fact in briefing.facts.values()], columns=columns)


def _page(
    briefing: Briefing,
    pictures: dict[str, Picture],
    told: dict[str, tuple[Mark, ...]],
    *,
    printed: bool,
) -> str:
    """Fill the template; it formats and orders, and computes nothing."""
    found = briefing.clusters
    script = resources.files(__package__).joinpath("templates/briefing.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    return page(
        __package__,
        "briefing.html.j2",
        briefing=briefing,
        found=found,
        pictures=pictures,
        marks=told,
        printed=printed,
        clusters=records(found.table),
        selected=records(found.selected),
        industries=records(briefing.industries),
        coverage=records(briefing.coverage),
        counties=wording.series(briefing.coverage["county"]),
        origins=by_cells(briefing.facts.values()),
        # Ours, and the page lets no other script run.
        script=Markup(script),
        digest=Markup(digest),
    )
