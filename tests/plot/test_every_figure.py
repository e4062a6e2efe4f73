"""What must hold for every figure at every width."""

from __future__ import annotations

import re

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.axes import Axes

import clusteranalysis.plot as plot
from clusteranalysis.errors import SchemaError

KINDS = [
    "employment_trend",
    "portfolio",
    "lq_ranking",
    "shift_share_bars",
    "shift_share_waterfall",
    "wage_gap",
    "data_quality",
    "lq_map",
    "lq_maps",
    "distance_density",
    "relative_density",
    "establishment_map",
    "colocation_matrix",
    "shift_share_base_years",
    "size_classes",
    "cluster_industries",
    "supplier_gap",
    "peer_strip",
    "coagglomeration_matrix",
    "backbone_network",
    "hot_spot_map",
]
#: The column without which a figure of the kind has nothing to show.
NEEDED = {
    "employment_trend": "index",
    "shift_share_bars": "regional",
    "wage_gap": "us_wage",
    "shift_share_waterfall": "jobs",
    "data_quality": "open_share",
    "distance_density": "k_density",
    "relative_density": "m_function",
    "establishment_map": "x",
    "colocation_matrix": "colocation_quotient",
    "shift_share_base_years": "regional",
    "size_classes": "establishments",
    "cluster_industries": "employment",
    "supplier_gap": "input_share",
    "peer_strip": "value",
    "coagglomeration_matrix": "coagglomeration",
    "backbone_network": "coagglomeration",
    "hot_spot_map": "getis_ord",
}
NOTE = (
    "Source: US Census Bureau, County Business Patterns 2021 (NAICS 2017). Quotients on total "
    "employment. 7% of the region's jobs are withheld."
)


def draw(kind, table, width="page", **kwargs):
    figure, ax = plot.figure(width)
    kwargs.setdefault("note", NOTE)
    if kind == "lq_maps":
        plot.lq_maps(table, figure=figure, **kwargs)
    else:
        assert getattr(plot, kind)(table, ax=ax, **kwargs) is ax
    return figure


def few(kind, make):
    """A table of a few rows, where speed matters more than crowding."""
    table = make[kind]()
    return table.head(6) if len(table) == 25 else table


def overlap(a, b):
    """Pixels by which two boxes overlap, in the direction in which they overlap least."""
    return min(min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0))


@pytest.mark.parametrize("width", ["page", "slide", "phone"])
@pytest.mark.parametrize("kind", KINDS)
def test_text_is_legible_inside_the_figure_and_never_overlaps(kind, width, make, drawn_texts):
    figure = draw(kind, make[kind](), width)
    wide = figure.get_size_inches()[0]
    assert wide == {"page": 7.2, "slide": 12.0, "phone": 3.6}[width]
    texts = drawn_texts(figure)
    assert len(texts) > 8
    for text, box, size, _ in texts:
        assert size >= 9, text
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= figure.bbox.width, text
        assert box.y1 <= figure.bbox.height, text
    for index, (text, box, _, _) in enumerate(texts):
        for other, second, _, _ in texts[:index]:
            assert overlap(box, second) <= 1.0, (text, other)


@pytest.mark.parametrize("kind", KINDS)
def test_title_and_note_are_drawn(kind, make, drawn_texts):
    figure = draw(kind, few(kind, make), title="A question?", note="The source of it.")
    texts = [text for text, _, _, _ in drawn_texts(figure)]
    assert "A question?" in texts
    assert any("The source of it." in text.replace("\n", " ") for text in texts)


@pytest.mark.parametrize("kind", KINDS)
def test_same_table_gives_the_same_bytes(kind, make, tmp_path):
    written = []
    for run in ("first", "second"):
        paths = plot.save(draw(kind, few(kind, make)), tmp_path / run)
        assert [path.suffix for path in paths] == [".svg", ".png"]
        written.append([path.read_bytes() for path in paths])
    assert written[0] == written[1]
    svg, png = written[0]
    assert b"<dc:date>" not in svg
    assert b"Software" not in png
    assert b"DejaVuSans" in svg
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "first.png", "first.svg", "second.png", "second.svg",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_table_and_global_settings_stay_as_they_were(kind, make):
    table = few(kind, make)
    before, settings = table.copy(deep=True), dict(mpl.rcParams)
    draw(kind, table)
    pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(before))
    assert dict(mpl.rcParams) == settings
    assert plt.get_fignums() == []


def test_a_dark_style_of_the_caller_changes_nothing(make, tmp_path):
    light = plot.save(draw("wage_gap", few("wage_gap", make)), tmp_path / "light")
    with mpl.style.context("dark_background"):
        dark = plot.save(draw("wage_gap", few("wage_gap", make)), tmp_path / "dark")
    assert light[1].read_bytes() == dark[1].read_bytes()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "lq_maps"])
def test_without_axes_pyplot_shows_a_new_figure(kind, make):
    ax = getattr(plot, kind)(few(kind, make))
    assert isinstance(ax, Axes)
    assert plt.get_fignums() == [ax.figure.number]


def test_small_maps_without_a_figure_are_shown_by_pyplot(make):
    axes = plot.lq_maps(make["lq_maps"]())
    assert plt.get_fignums() == [axes[0].figure.number]


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_column_is_named(kind, make):
    table = make[kind]()
    column = NEEDED.get(kind, "location_quotient")
    with pytest.raises(SchemaError, match=f"no column '{column}'"):
        draw(kind, table.drop(columns=column))
    with pytest.raises(SchemaError, match=f"no column '{column}'"):
        plot.alt_text(kind, table.drop(columns=column))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("lq_map")])
def test_a_column_of_words_is_refused(kind, make):
    table = make[kind]()
    column = {**NEEDED, "wage_gap": "wage"}.get(kind, "location_quotient")
    table[column] = "many"
    with pytest.raises(SchemaError, match=f"column '{column}' is not numeric"):
        draw(kind, table)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "lq_maps"])
def test_an_axes_among_others_keeps_its_place(kind, make):
    figure = mpl.figure.Figure(figsize=(14, 9))
    first, second = figure.subplots(1, 2)
    place = first.get_position().bounds
    getattr(plot, kind)(few(kind, make), ax=first, note=NOTE)
    assert tuple(figure.get_size_inches()) == (14, 9)
    if kind not in ("lq_map", "hot_spot_map"):
        assert first.get_position().bounds == pytest.approx(place, rel=1e-12)
    assert not second.has_data()


@pytest.mark.parametrize("kind", KINDS)
def test_alt_text_is_short_and_says_what_is_drawn(kind, make):
    text = plot.alt_text(kind, make[kind]())
    assert 60 < len(text) < 700
    assert "chart" in text or "ars of" in text or "map" in text.lower()
    assert "nan" not in text.split()
    assert "\n" not in text


#: Kinds that name what quotients compare with, and whether their words in a text do so too.
COMPARING = {
    "portfolio": True,
    "lq_ranking": True,
    "lq_map": True,
    "lq_maps": True,
    "cluster_industries": True,
    "supplier_gap": False,
    "peer_strip": False,
}


@pytest.mark.parametrize("width", ["page", "phone"])
@pytest.mark.parametrize("kind", COMPARING)
def test_another_reference_is_nowhere_called_the_us(kind, width, make, drawn_texts):
    table = few(kind, make).assign(quadrant="Cannot tell")
    figure = draw(kind, table, width, note="", reference_name="Ohio")
    said = " ".join(text for text, *_ in drawn_texts(figure)).replace("\n", " ")
    alt = plot.alt_text(kind, table, reference_name="Ohio")
    assert not re.search(r"\bUS\b", said + alt)
    assert "Ohio" in said
    assert ("Ohio" in alt) == COMPARING[kind]


def test_unknown_alt_text_is_refused(make):
    with pytest.raises(SchemaError, match="kind='pie'"):
        plot.alt_text("pie", make["wage_gap"]())


def test_names_are_text_not_mathematics(drawn_texts, make):
    table = make["wage_gap"]()
    table.loc[0, "name"] = "US$ and C$ firms_x^2"
    texts = drawn_texts(draw("wage_gap", table))
    artist = next(artist for text, _, _, artist in texts if "C$ firms_x^2" in text)
    assert not artist.get_parse_math()


def test_figure_refuses_an_unknown_width():
    with pytest.raises(SchemaError, match="width='poster'"):
        plot.figure("poster")
