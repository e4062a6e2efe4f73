"""The scorecard and the portfolio in a real browser."""

import pytest

import clusteranalysis as ca
from clusteranalysis.process import EXAMPLES, read_charters
from clusteranalysis.process.readings import TrackingData


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    bay = ca.sample("east-bay")
    out = tmp_path_factory.mktemp("scorecard ä")
    card = ca.scorecard(read_charters([EXAMPLES]), TrackingData(bay.cells, bay.us))
    ca.write_scorecard(card, out, formats=["html"])
    return out


@pytest.mark.parametrize("name", ["scorecard", "portfolio"])
def test_the_pages_stand_in_every_width(name, folder, sound):
    sound(folder / f"{name}.html")


def test_what_a_charter_says_stays_text(tmp_path, opened):
    text = (EXAMPLES / "biomedical.toml").read_text("utf-8")
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    text = text.replace("One window for laboratory permits", evil)
    (tmp_path / "evil.toml").write_text(text, "utf-8")
    bay = ca.sample("east-bay")
    card = ca.scorecard(ca.read_charter(tmp_path / "evil.toml"), TrackingData(bay.cells, bay.us))
    ca.write_scorecard(card, tmp_path / "out", formats=["html"])
    for name in ("scorecard", "portfolio"):
        page = opened(tmp_path / "out" / f"{name}.html")
        assert evil in page.inner_text("main")
        assert page.faults == []


def test_the_verdicts_are_read_out_without_their_colours(folder, opened):
    page = opened(folder / "scorecard.html", scripts=False)
    words = page.locator(".criterion .verdict").all_inner_texts()
    assert set(words) == {"met", "on track", "not on track", "cannot tell"}
    shapes = page.locator(".criterion .verdict svg").evaluate_all(
        "all => all.map(s => s.innerHTML)"
    )
    assert len(set(zip(words, shapes, strict=True))) == 4
