"""Does the map of hot spots say what the test says, and no more?"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from shapely import box

import clusteranalysis.plot as plot
from clusteranalysis.errors import SchemaError
from clusteranalysis.plot.style import SKY, VERMILION


def fills(ax, count=6):
    return [(to_hex(p.get_facecolor()), bool(p.get_hatch())) for p in ax.patches[:count]]


def test_counties_are_hot_cold_not_told_apart_or_withheld(make, drawn_texts):
    figure, ax = plot.figure("page")
    plot.hot_spot_map(make["hot_spot_map"](), ax=ax)
    plain = ("#f2f2f2", False)
    assert fills(ax) == [
        (VERMILION.lower(), True), ("#ffffff", True), (SKY.lower(), True), plain, plain, plain,
    ]  # fmt: skip
    hatches = [patch.get_hatch() for patch in ax.patches[:3]]
    assert len(set(hatches)) == 3
    texts = [text.replace("\n", " ") for text, _, _, _ in drawn_texts(figure)]
    for name in ("Alameda", "Contra Costa", "San Francisco", "San Mateo", "Santa Clara", "Marin"):
        assert name in texts
    for words in ("hot spot (1)", "cold spot (1)", "not told apart from chance (3)"):
        assert words in texts
    assert "Hot spot: Alameda. Cold spot: San Francisco." in " ".join(texts)


def test_the_level_is_the_callers(make):
    _, ax = plot.figure("page")
    plot.hot_spot_map(make["hot_spot_map"](), significance=0.1, ax=ax)
    assert fills(ax)[4] == (VERMILION.lower(), True)
    with pytest.raises(SchemaError, match=r"significance=1"):
        plot.hot_spot_map(make["hot_spot_map"](), significance=1)


def test_quadrants_of_moran_are_told_apart_by_hatch_too(make, drawn_texts):
    table = make["hot_spot_map"]().drop(columns="getis_ord")
    table["quadrant"] = ["high-high", None, "low-low", "high-low", "low-high", "high-high"]
    table["adjusted"] = [0.01, np.nan, 0.02, 0.03, 0.04, 0.5]
    figure, ax = plot.figure("page")
    plot.hot_spot_map(table, ax=ax)
    hatches = [patch.get_hatch() for patch in ax.patches[:6]]
    assert len({hatches[i] for i in (0, 1, 2, 3, 4)}) == 5
    assert hatches[5] is None
    assert "High among low: San Mateo." in " ".join(
        text.replace("\n", " ") for text, _, _, _ in drawn_texts(figure)
    )
    with pytest.raises(SchemaError, match="'quadrant' holds 'hot'"):
        plot.hot_spot_map(table.assign(quadrant="hot"))


def test_without_adjustment_the_note_warns(make, drawn_texts):
    table = make["hot_spot_map"]().rename(columns={"adjusted": "p_value"})
    figure, ax = plot.figure("page")
    plot.hot_spot_map(table, ax=ax)
    text = " ".join(text.replace("\n", " ") for text, _, _, _ in drawn_texts(figure))
    assert "not adjusted: of many counties some are below by chance" in text
    figure, ax = plot.figure("page")
    plot.hot_spot_map(table.assign(p_value=0.5), ax=ax)
    text = " ".join(text.replace("\n", " ") for text, _, _, _ in drawn_texts(figure))
    assert "No county can be told apart from chance." in text
    assert "None can be told apart from chance" in plot.alt_text(
        "hot_spot_map", table.assign(p_value=0.5)
    )


def test_many_counties_carry_no_names(drawn_texts):
    shapes = [box(x, y, x + 0.1, y + 0.1) for x in np.arange(-122, -121, 0.1) for y in (37, 37.1)]
    count = len(shapes)
    table = gpd.GeoDataFrame(
        pd.DataFrame({"region": [f"{i:05d}" for i in range(count)],
                      "name": [f"County {i}" for i in range(count)],
                      "getis_ord": np.linspace(-3, 3, count), "adjusted": 0.2}),
        geometry=shapes, crs="EPSG:4326",
    )  # fmt: skip
    table.loc[0, "adjusted"] = 0.01
    figure, ax = plot.figure("page")
    plot.hot_spot_map(table, ax=ax)
    texts = [text.replace("\n", " ") for text, _, _, _ in drawn_texts(figure)]
    assert not any(text.startswith("County ") for text in texts)
    assert any("Cold spot: County 0." in text for text in texts)
