"""Do the lines follow the table, with its gaps?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import clusteranalysis.plot as plot
from clusteranalysis.errors import SchemaError


def lines(ax):
    return {line.get_label(): line for line in ax.lines if not line.get_label().startswith("_")}


def test_lines_follow_the_index_and_break_at_gaps(make):
    table = make["employment_trend"]()
    table = table[~((table["region"] == "United States") & (table["year"] == 2005))]
    _, ax = plot.figure("page")
    plot.employment_trend(table, ax=ax)
    found = lines(ax)
    assert set(found) == set(table["region"])
    years = list(range(2001, 2022))
    for name, line in found.items():
        rows = table[table["region"] == name].set_index("year")["index"].reindex(years)
        assert list(line.get_xdata()) == years
        np.testing.assert_array_equal(line.get_ydata(), rows)
    assert np.isnan(found["Santa Clara"].get_ydata()[9])
    assert np.isnan(found["United States"].get_ydata()[4])


def test_the_first_region_is_emphasised_and_no_two_lines_look_alike_in_grey(make):
    _, ax = plot.figure("page")
    plot.employment_trend(make["employment_trend"](), ax=ax)
    found = lines(ax)
    first = found.pop("East Bay")
    assert all(first.get_linewidth() > line.get_linewidth() for line in found.values())
    looks = {(str(line._dash_pattern), line.get_marker()) for line in found.values()}
    assert len(looks) == len(found)


def test_a_year_between_gaps_is_marked(make):
    table = pd.DataFrame(
        {
            "region": "A",
            "year": range(2010, 2016),
            "employment": 1.0,
            "index": [100.0, 101.0, np.nan, 102.0, np.nan, 103.0],
        }
    )
    other = table.assign(region="B")
    _, ax = plot.figure("page")
    plot.employment_trend(pd.concat([table, other]), ax=ax)
    assert {3, 5} <= set(lines(ax)["B"].get_markevery())


def test_end_labels_name_the_last_year_and_withheld_regions_are_listed(make, drawn_texts):
    table = make["employment_trend"]()
    table.loc[(table["region"] == "Santa Clara") & (table["year"] > 2018), "index"] = np.nan
    table.loc[table["region"] == "United States", "index"] = np.nan
    figure, ax = plot.figure("page")
    plot.employment_trend(table, ax=ax)
    said = " ".join(text.replace("\n", " ") for text, _, _, _ in drawn_texts(figure))
    assert "Santa Clara (to 2018)" in said
    assert "Not shown (jobs withheld): United States." in said
    assert "2008–09 recession" in said
    assert "pandemic" in said
    assert "United States" in plot.alt_text("employment_trend", table)


def test_only_spells_within_the_years_are_shaded(make, drawn_texts):
    table = make["employment_trend"]()
    figure, ax = plot.figure("page")
    plot.employment_trend(table[table["year"] > 2012], ax=ax)
    said = " ".join(text for text, _, _, _ in drawn_texts(figure))
    assert "recession" not in said
    assert "pandemic" in said


def test_repeated_years_and_empty_indices_are_refused(make):
    table = make["employment_trend"]()
    with pytest.raises(SchemaError, match="twice"):
        plot.employment_trend(pd.concat([table, table.head(1)]), ax=plot.figure()[1])
    with pytest.raises(SchemaError, match="nothing to draw"):
        plot.employment_trend(table.assign(index=np.nan), ax=plot.figure()[1])


EDITIONS = {2003: "NAICS 2002", 2008: "NAICS 2007", 2012: "NAICS 2012", 2017: "NAICS 2017"}


@pytest.mark.parametrize("width", ["page", "phone"])
def test_new_editions_are_named_above_the_lines(width, make, drawn_texts):
    figure, ax = plot.figure(width)
    plot.employment_trend(make["employment_trend"](), breaks=EDITIONS | {2030: "NAICS 2027"}, ax=ax)
    dotted = [
        line for line in ax.lines if len(line.get_xdata()) == 2 and len(set(line.get_xdata())) == 1
    ]
    assert [line.get_xdata()[0] for line in dotted] == [2002.5, 2007.5, 2011.5, 2016.5]
    texts = drawn_texts(figure)
    top = ax.get_window_extent().y1
    signs = [(box, text) for text, box, _, _ in texts if text.startswith("NAICS\n")]
    assert [text.replace("\n", " ") for _, text in signs] == list(EDITIONS.values())
    for box, text in signs:
        assert box.y0 > top, text
    for index, (text, box, _, _) in enumerate(texts):
        for other, second, _, _ in texts[:index]:
            meet = min(box.x1, second.x1) - max(box.x0, second.x0)
            assert min(meet, min(box.y1, second.y1) - max(box.y0, second.y0)) <= 1, (text, other)


def test_an_edition_of_the_first_year_breaks_nothing(make):
    _, ax = plot.figure("page")
    plot.employment_trend(make["employment_trend"](), breaks={2001: "NAICS 1997"}, ax=ax)
    assert not any(text.get_text().startswith("NAICS") for text in ax.texts)
