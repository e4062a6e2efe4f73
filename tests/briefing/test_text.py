"""The Markdown says what the page says, and user text stays text in it."""

import re

import pytest

import clusteranalysis as ca
from clusteranalysis.briefing import choose_figures
from clusteranalysis.briefing.text import escape, markdown


@pytest.fixture(scope="module")
def briefing():
    return ca.brief(ca.sample(), region="napa-county")


@pytest.fixture(scope="module")
def text(briefing):
    return markdown(briefing, choose_figures(briefing))


def test_it_holds_every_sentence_and_every_fact(briefing, text):
    for sentence in (*briefing.findings, *sum(briefing.profiles.values(), ())):
        assert f"- {escape(sentence)}\n" in text
    for fact in briefing.facts.values():
        assert f"| `{fact.id}` | {fact.status} |" in text


def test_every_figure_is_linked_once_with_its_alt_text(briefing, text):
    specs = choose_figures(briefing)
    linked = re.findall(r"\]\(figures/(.+?)\.svg\)", text)
    assert sorted(linked) == sorted(spec.key for spec in specs)
    assert len(re.findall(r"^!\[.{60,}\]\(figures/", text, re.M)) == len(specs)


def test_every_table_has_as_many_cells_in_every_row(text):
    tables = re.findall(r"(?:^\|.*\|\n)+", text, re.M)
    assert len(tables) > 5
    for table in tables:
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1


def test_no_withheld_number_is_written_as_nan(text):
    assert not re.search(r"\bnan\b", text, re.I)


@pytest.mark.parametrize("sign", ["*", "<", "[", "|", "\\"])
def test_signs_of_markdown_are_escaped(sign):
    assert escape(f"a{sign}b") in (f"a\\{sign}b", "a&lt;b")


def test_a_line_break_begins_no_heading():
    assert escape("a\n# b") == "a # b"
