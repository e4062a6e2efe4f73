"""How does a briefing read as Markdown, for a report that is written further by hand?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clusteranalysis.briefing.content import Briefing
from clusteranalysis.briefing.facts import by_cells
from clusteranalysis.briefing.figures import FigureSpec
from clusteranalysis.briefing.page import records
from clusteranalysis.briefing.wording import count, floor, percent, ratio, signed, span

__all__ = ["escape", "markdown"]


def escape(text: object) -> str:
    """Text that stays text in Markdown: no tag, link, emphasis or table cell begins."""
    words = str(text)
    for sign, safe in (
        ("\\", "\\\\"), ("*", "\\*"), ("<", "&lt;"), ("[", "\\["), ("|", "\\|"), ("\n", " "),
    ):  # fmt: skip
        words = words.replace(sign, safe)
    return words


def markdown(briefing: Briefing, specs: Sequence[FigureSpec]) -> str:
    """The page's sentences, tables and pictures; pictures lie in ``figures/``."""
    found = briefing.clusters
    pictures = {spec.key: _picture(spec) for spec in specs}
    lines = [
        f"# {escape(briefing.region.name)}: market-orientation briefing",
        "",
        f"US Census Bureau, County Business Patterns {found.start} to {found.end}. A location "
        "quotient (LQ) of 2 means twice the US share of jobs. Withheld is never counted as zero.",
        "",
        "## In brief",
        "",
        *_listed(briefing.findings),
        "",
        "## The economy",
        *_named(pictures, "trend", "waterfall", "base_years"),
        "",
        "## The clusters",
        *_named(pictures, "portfolio", "ranking"),
        "",
        *_clusters(briefing),
        "",
        "The rules:",
        "",
        *_listed(found.rules.sentences()),
        *_named(pictures, "growth", "wages", "map"),
        "",
    ]
    beyond = _named(pictures, "peers", "pairs", "backbone")
    if beyond:
        lines += ["## Beyond the region", *beyond, ""]
    lines += ["## Cluster by cluster", ""]
    for row in records(found.selected):
        lines += [
            f"### {row['rank']:.0f}. {escape(row['name'])} ({row['tradability']})",
            "",
            *_listed(briefing.profiles[row["industry"]]),
            "",
            *_industries(briefing, row["industry"]),
            *_named(pictures, f"inputs-{row['industry']}"),
            "",
        ]
    lines += [
        "## What the data do not show",
        "",
        "County Business Patterns leaves out the self-employed, government, farms, railroads, the "
        "postal service and private households. It drops every cell of fewer than three "
        "establishments and adds small random noise to most others.",
        *_named(pictures, "quality"),
        "",
        "## Where each number comes from",
        "",
        *_origins(briefing),
    ]
    return "\n".join(lines) + "\n"


def _listed(sentences: Iterable[object]) -> list[str]:
    return [f"- {escape(sentence)}" for sentence in sentences]


def _picture(spec: FigureSpec) -> list[str]:
    # Brackets would end the alt text early.
    alt = escape(spec.alt).replace("]", "\\]")
    return ["", f"![{alt}](figures/{spec.key}.svg)", "", f"*{escape(spec.note)}*"]


def _named(pictures: dict[str, list[str]], *keys: str) -> list[str]:
    return [line for key in keys for line in pictures.get(key, [])]


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return lines + [f"| {' | '.join(escape(cell) for cell in row)} |" for row in rows]


def _origins(briefing: Briefing) -> list[str]:
    lines = []
    for cells, facts in by_cells(briefing.facts.values()).items():
        head = ["Number", "Unit", "Field", "Known", "Computed as", "From"]
        rows = ([f.text, f.unit, f"`{f.id}`", f.status, f.formula, f.source] for f in facts)
        lines += [f"**{escape(cells)}**", "", *_table(head, rows), ""]
    return lines[:-1]


def _clusters(briefing: Briefing) -> list[str]:
    found = briefing.clusters
    return _table(
        ["Cluster", "Chosen", "Why", f"Jobs {found.end}", "Withheld, at most", "LQ", "Interval",
         "Growth against US, points a year"],
        (
            [
                row["name"],
                "yes" if row["selected"] else "no",
                row["reason"],
                count(row["employment"]),
                percent(row["open_share"], 0),
                ratio(row["location_quotient"]),
                span(row["interval_low"], row["interval_high"]),
                signed(row["growth_difference"], 1),
            ]
            for row in records(found.table)
        ),
    )  # fmt: skip


def _industries(briefing: Briefing, cluster: str) -> list[str]:
    """The largest industries; a plus marks a floor."""
    table = briefing.industries
    return _table(
        ["NAICS", "Industry", "Jobs", "Establishments", "LQ", "Interval"],
        (
            [
                row["industry"],
                row["title"],
                floor(row["employment"], row["status"]),
                count(row["establishments"]),
                ratio(row["location_quotient"]),
                span(row["interval_low"], row["interval_high"]),
            ]
            for row in records(table[table["cluster"] == cluster])
        ),
    )
