"""How does a pack become a document that the group can type into?

Real headings, tables and pictures with alternative text; the same bytes for the same pack.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Inches, Pt

import clusteranalysis
from clusteranalysis.briefing.sessions import (
    ASKING,
    CHARTER_FIELDS,
    CRITERIA,
    FIRST_PAGE,
    SESSIONS,
    STEPS,
    VISION,
)
from clusteranalysis.briefing.wording import count, floor, ratio, span

if TYPE_CHECKING:
    from clusteranalysis.briefing.pack import Pack
    from clusteranalysis.briefing.pictures import Picture

__all__ = ["document"]

#: A document says when it was made; ours must not, or it would differ from day to day.
_EPOCH = datetime(2000, 1, 1)
_WIDE = Inches(3.1)


def document(pack: Pack, pictures: Sequence[Picture], *, forms: int) -> bytes:
    """Lay the pack out as a Word document."""
    made: Any = Document()
    _set_up(made, pack)
    made.add_heading(f"{pack.cluster['name']}: pack of the working group", 0)
    made.add_paragraph(pack.lead)
    _agenda(made)
    _profile(made, pack, pictures)
    _questions(made, pack, pictures)
    _new_page(made, "Vision worksheet")
    for field in VISION:
        made.add_heading(field.name, 3)
        if field.hint:
            made.add_paragraph(field.hint).paragraph_format.keep_with_next = True
        _blank(made, field.lines)
    for number in range(1, forms + 1):
        _new_page(made, f"Charter form: initiative {number}")
        _table(made, ("Field", "Write here"), [
            (f"{field.name}\n{field.hint}".strip(), "\n" * field.lines)
            for field in CHARTER_FIELDS
        ], widths=(2.2, 4.3))  # fmt: skip
        for title, heads, lines in (("Steps", STEPS, 4), ("Criteria for success", CRITERIA, 3)):
            made.add_heading(title, 2)
            _table(made, heads, [("",) * len(heads)] * lines)
    return _same_bytes(made)


def _set_up(made: Any, pack: Pack) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Inches(8.5), Inches(11)
    section.left_margin = section.right_margin = Inches(1)
    section.top_margin = section.bottom_margin = Inches(0.8)
    made.styles["Normal"].font.name = "Arial"
    made.styles["Normal"].font.size = Pt(10)
    about = made.core_properties
    about.title = f"{pack.cluster['name']}: pack of the working group"
    about.subject = pack.briefing.region.name
    about.author = f"clusteranalysis {clusteranalysis.__version__}"
    about.comments, about.last_modified_by = "", ""
    about.language = "en-US"
    about.created = about.modified = _EPOCH


def _new_page(made: Any, title: str, level: int = 1) -> None:
    """A heading that begins a page: a break of its own could leave an empty one before it."""
    made.add_heading(title, level).paragraph_format.page_break_before = True


def _agenda(made: Any) -> None:
    made.add_heading("Three sessions", 1)
    for number, session in enumerate(SESSIONS, 1):
        made.add_heading(f"{number}. {session.title} ({session.minutes} minutes)", 2)
        made.add_paragraph(session.aim)
        rows = [(f"{part.minutes}", part.what, part.who) for part in session.parts]
        _table(made, ("Minutes", "What", "Who"), rows, widths=(0.8, 3.9, 1.8))
        made.add_paragraph(f"The group leaves with: {session.result}")


def _profile(made: Any, pack: Pack, pictures: Sequence[Picture]) -> None:
    row, found = pack.cluster, pack.briefing.clusters
    _new_page(made, f"Profile: {row['name']} ({row['tradability']})")
    made.add_paragraph(pack.choice)
    for sentence in pack.sentences:
        made.add_paragraph(str(sentence), style="List Bullet")
    _side_by_side(made, [one for one in pictures if one.key in FIRST_PAGE])
    _new_page(made, f"Its largest industries, {found.end}", 2)
    _table(
        made,
        ("NAICS", "Industry", f"Jobs {found.start}", f"Jobs {found.end}", "Establishments", "LQ",
         f"{found.level:.0%} interval, at least"),
        [
            (
                one["industry"],
                one["title"],
                count(one["employment_start"]),
                floor(one["employment"], one["status"]),
                count(one["establishments"]),
                ratio(one["location_quotient"]),
                span(one["interval_low"], one["interval_high"]),
            )
            for one in pack.industries
        ],
        widths=(0.7, 2.2, 0.75, 0.75, 0.75, 0.5, 0.85),
    )  # fmt: skip
    made.add_heading("How well is it known?", 2)
    made.add_paragraph(pack.known)
    _side_by_side(made, [one for one in pictures if one.key not in FIRST_PAGE])


def _side_by_side(made: Any, pictures: Sequence[Picture]) -> None:
    """Pictures in a row of a table without lines, which stays whole."""
    grid = made.add_table(rows=1, cols=2)
    for cell, picture in zip(grid.rows[0].cells, pictures, strict=False):
        shape = cell.paragraphs[0].add_run().add_picture(io.BytesIO(picture.png), width=_WIDE)
        shape._inline.docPr.set("descr", picture.alt)
        shape._inline.docPr.set("title", picture.title)
    _mark(grid.rows[0], "w:cantSplit")


def _questions(made: Any, pack: Pack, pictures: Sequence[Picture]) -> None:
    _new_page(made, "Questions that only you can answer")
    made.add_paragraph(ASKING)
    titles = {picture.key: picture.title for picture in pictures}
    titles |= {"table": "the table of its largest industries", "quality": "how well it is known"}
    for one in pack.questions:
        made.add_heading(one.topic, 3)
        text = made.add_paragraph(str(one.text))
        text.paragraph_format.keep_with_next = True
        if one.general:
            text.add_run(" A general question: no figure raised it.").italic = True
        elif one.figure in titles:
            text.add_run(f" See: {titles[one.figure]}").italic = True
        _blank(made, 2)


def _blank(made: Any, lines: int) -> None:
    """A box to type into."""
    box = made.add_table(rows=1, cols=1, style="Table Grid")
    box.rows[0].height = Pt(13 * lines)
    _gap(made)


def _table(
    made: Any,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    widths: Sequence[float] | None = None,
) -> None:
    """A table whose first row repeats on the next page and whose rows stay whole."""
    table = made.add_table(rows=1, cols=len(heads), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    for cell, text in zip(table.rows[0].cells, heads, strict=True):
        cell.paragraphs[0].add_run(text).bold = True
    _mark(table.rows[0], "w:tblHeader")
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    if widths is not None:
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Inches(width)
    for row in table.rows:
        _mark(row, "w:cantSplit")
        for index, cell in enumerate(row.cells):
            if widths is not None:
                cell.width = Inches(widths[index])
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.space_after = Pt(2)
                for run in paragraph.runs:
                    run.font.size = Pt(9.5)
    _gap(made)


def _gap(made: Any) -> None:
    """Word joins two tables that no paragraph parts; this one takes little room."""
    between = made.add_paragraph()
    between.paragraph_format.space_after = Pt(0)
    between.add_run(" ").font.size = Pt(4)


def _mark(row: Any, name: str) -> None:
    element = OxmlElement(name)
    element.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(element)


def _same_bytes(made: Any) -> bytes:
    """Save with the parts in order and without the time of day."""
    saved, stable = io.BytesIO(), io.BytesIO()
    made.save(saved)
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(stable, "w") as kept:
        for name in sorted(
            parts.namelist(), key=lambda name: (name != "[Content_Types].xml", name)
        ):
            entry = zipfile.ZipInfo(name, date_time=_EPOCH.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            kept.writestr(entry, parts.read(name))
    return stable.getvalue()
