"""The page is whole, self-contained and safe, and its figures carry their data."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

import clusteranalysis as ca
from clusteranalysis import plot
from clusteranalysis.briefing import choose_figures, write_briefing
from clusteranalysis.errors import OutputError


class Page(HTMLParser):
    """Collects what a browser would fetch, anchors, alt texts and open tags."""

    VOID = frozenset({"meta", "img", "br", "link", "input", "hr"})

    def __init__(self, text):
        super().__init__()
        self.fetched, self.links, self.ids, self.alts, self.tags = [], [], [], [], []
        self.stack, self.faults = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        if tag not in self.VOID:
            self.stack.append(tag)
        self.fetched += [given[key] for key in ("src", "srcset", "data") if key in given]
        if tag == "link":
            self.fetched.append(given["href"])
        if tag == "a":
            self.links.append(given["href"])
        if tag == "img":
            self.alts.append(given.get("alt", ""))
        if "id" in given:
            self.ids.append(given["id"])

    def handle_endtag(self, tag):
        if tag in self.VOID:
            return
        if not self.stack or self.stack.pop() != tag:
            self.faults.append(tag)


@pytest.fixture(scope="module")
def briefing():
    return ca.brief(ca.sample())


@pytest.fixture(scope="module")
def folder(briefing, tmp_path_factory):
    out = tmp_path_factory.mktemp("a folder with spaces é")
    write_briefing(briefing, out, formats=["html", "md"])
    return out


@pytest.fixture(scope="module")
def page(folder):
    return Page((folder / "briefing.html").read_text("utf-8"))


def test_the_page_is_well_formed_and_fetches_nothing(page):
    assert not page.faults
    assert not page.stack
    assert all(source.startswith("data:image/svg+xml;base64,") for source in page.fetched)
    # Twelve figures of the region, and one of each chosen cluster's inputs.
    assert len(page.fetched) == 12 + 9
    assert page.tags.count("script") == 1


def test_only_our_script_may_run(folder):
    text = (folder / "briefing.html").read_text("utf-8")
    allowed = re.search(r"script-src 'sha256-([^']+)'", text)[1]
    script = re.search(r"<script>(.*)</script>", text, re.S)[1]
    assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() == allowed


def test_links_lead_somewhere_and_ids_are_unique(page):
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert len(page.ids) == len(set(page.ids))


def test_every_picture_has_an_alt_text_of_its_own(page):
    assert all(len(alt) > 60 for alt in page.alts)
    assert len(set(page.alts)) == len(page.alts)


def test_figures_come_as_svg_png_and_csv_of_the_same_data(briefing, folder):
    for spec in choose_figures(briefing):
        alt = (folder / "figures" / f"{spec.key}.txt").read_text("utf-8")
        assert alt == f"{spec.alt}\n"
        for suffix in ("svg", "png", "csv"):
            assert (folder / "figures" / f"{spec.key}.{suffix}").stat().st_size > 50
        data = pd.read_csv(folder / "figures" / f"{spec.key}.csv", dtype={"region": str})
        assert "geometry" not in data.columns
        assert len(data) == len(spec.table)
    ranking = pd.read_csv(folder / "figures" / "ranking.csv")
    expected = briefing.clusters.table["location_quotient"]
    assert ranking["location_quotient"].tolist() == pytest.approx(expected.tolist(), rel=1e-15)


def test_every_figure_states_its_source_and_its_base(briefing):
    specs = {spec.key: spec for spec in choose_figures(briefing)}
    assert all("County Business Patterns" in spec.note for spec in specs.values())
    for key in ("portfolio", "ranking", "map", "peers", "inputs-biomedical"):
        assert "LQ base: all private employment" in specs[key].note
    assert "reported county cells" in specs["wages"].note
    assert "not its cause" in specs["waterfall"].note


def test_every_number_of_a_cluster_stands_on_the_page(briefing, folder):
    text = (folder / "briefing.html").read_text("utf-8")
    for row in briefing.clusters.table.itertuples():
        assert f"{row.employment:,.0f}" in text
        assert row.name.replace("&", "&amp;") in text
    assert not re.search(r">\s*nan\b", text.lower())


def test_user_text_is_escaped(tmp_path):
    evil = ca.Region("<script>alert(1)</script>", "evil", ("06055",))
    write_briefing(ca.brief(ca.sample(), region=evil), tmp_path, formats=["html", "md"])
    text = (tmp_path / "briefing.html").read_text("utf-8")
    assert text.count("<script") == 1
    assert "&lt;script&gt;alert(1)" in text
    assert not Page(text).faults
    assert "<script" not in (tmp_path / "briefing.md").read_text("utf-8")


def test_nothing_is_overwritten_unless_told(folder, briefing):
    before = (folder / "briefing.html").read_bytes()
    with pytest.raises(OutputError, match=r"there already: .*--force"):
        write_briefing(briefing, folder, formats=["html"])
    assert (folder / "briefing.html").read_bytes() == before


def test_global_settings_of_matplotlib_are_left_alone(briefing):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    choose_figures(briefing)[0].figure()
    assert dict(mpl.rcParams) == before


def test_a_place_that_cannot_be_written_is_named(briefing, tmp_path):
    (tmp_path / "file").write_text("kept")
    with pytest.raises(OutputError, match=r"trend\.svg"):
        write_briefing(briefing, tmp_path / "file", formats=["html"])
    assert (tmp_path / "file").read_text() == "kept"


def test_other_widths_can_be_drawn(briefing):
    figure = choose_figures(briefing)[0].figure("slide")
    assert figure.get_size_inches()[0] == plot.figure("slide")[0].get_size_inches()[0]
