"""Do the figures of base years, sizes, industries, inputs and peers agree with their tables?"""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import same_color

import clusteranalysis.plot as plot
from clusteranalysis.errors import SchemaError
from clusteranalysis.plot.style import BLUE, SKY, VERMILION


def words(texts):
    return " ".join(text.replace("\n", " ") for text, _, _, _ in texts)


def names(ax):
    return [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()]


# Base years


def test_every_base_year_is_a_waterfall_that_ends_at_its_change(make, drawn_texts):
    table = make["shift_share_base_years"]()
    figure, ax = plot.figure("page")
    plot.shift_share_base_years(table, end=2021, chosen=2018, ax=ax)
    shown = table.dropna().reset_index(drop=True)
    assert names(ax) == [f"{year} to 2021" for year in shown["start"]]
    bold = [label.get_text() for label in ax.get_yticklabels() if label.get_fontweight() == "bold"]
    assert bold == ["2018 to 2021"]
    for row, wanted in enumerate(shown.to_dict("records")):
        bars = [container[row] for container in ax.containers]
        at = 0.0
        for bar, part in zip(bars, ("national", "industry_mix", "regional"), strict=True):
            assert (bar.get_x(), bar.get_width()) == pytest.approx((at, wanted[part]))
            at += wanted[part]
        # Each bar lies below the last one, in its own row.
        heights = [bar.get_y() for bar in bars]
        assert row - 0.5 < heights[0] < heights[1] < heights[2] < row + 0.5
        assert at == pytest.approx(wanted["change"])
    text = words(drawn_texts(figure))
    assert "Not shown (jobs withheld): 2004 to 2021." in text
    assert "The sign of the regional effect depends on the base year." in text


def test_the_verdict_on_the_sign_says_no_more_than_the_table(make, drawn_texts):
    table = make["shift_share_base_years"]().dropna().head(3)

    def said(regional):
        rows = table.head(len(regional)).assign(regional=regional)
        rows["change"] = rows["national"] + rows["industry_mix"] + rows["regional"]
        figure, ax = plot.figure("page")
        plot.shift_share_base_years(rows, ax=ax)
        return words(drawn_texts(figure)), plot.alt_text("shift_share_base_years", rows)

    text, alt = said([5.0, 3.0, 1.0])
    assert "is above zero from every base year shown" in text
    assert "Its sign is the same from all." in alt
    assert "is below zero from every base year shown" in said([-5.0, -3.0, -1.0])[0]
    text, alt = said([5.0, 0.0, 1.0])
    assert "depends on the base year" in text
    assert "depends on the year" in alt
    text, alt = said([5.0])
    assert "base year shown" not in text
    assert "sign" not in alt


def test_base_years_that_do_not_add_up_are_refused(make):
    table = make["shift_share_base_years"]()
    with pytest.raises(SchemaError, match=r"misses 'change' from 2005 by 100\.0"):
        plot.shift_share_base_years(
            table.assign(change=table["change"] - 100.0 * (table["start"] == 2005))
        )
    with pytest.raises(SchemaError, match="has a year twice"):
        plot.shift_share_base_years(table.assign(start=2001))
    with pytest.raises(SchemaError, match="no base year of the table is complete"):
        plot.shift_share_base_years(table.assign(regional=np.nan))


# Size classes


def test_a_withheld_class_is_a_range_and_never_a_bar_of_zero(make, drawn_texts):
    table = make["size_classes"]()
    figure, ax = plot.figure("page")
    plot.size_classes(table, total=63_700, ax=ax)
    published, ranges = ax.containers
    width = np.array([bar.get_width() for bar in published])
    assert width[[0, 8]].tolist() == [35_210.0, 0.0]
    assert np.isnan(width[6])
    (bar,) = ranges
    left = 63_700 - table["establishments"].sum()
    assert (bar.get_width(), bar.get_y() < 6 < bar.get_y() + bar.get_height()) == (left, True)
    assert bar.get_hatch()
    texts = [text for text, _, _, _ in drawn_texts(figure)]
    assert "≤ 142" in texts
    # The reference's marks stand at its share of all establishments.
    (marks,) = [line for line in ax.lines if len(line.get_xdata()) == 9]
    assert marks.get_xdata() == pytest.approx(table["reference_share"] * 63_700)


def test_without_a_total_a_withheld_class_leaves_no_shares(make, drawn_texts):
    figure, ax = plot.figure("page")
    plot.size_classes(make["size_classes"](), ax=ax)
    text = words(drawn_texts(figure))
    assert "withheld" in text
    assert "%" not in text
    assert "No comparison: the total is not known" in text
    assert all(len(line.get_xdata()) != 9 for line in ax.lines)
    assert "Withheld: 250-499 jobs." in plot.alt_text("size_classes", make["size_classes"]())


def test_the_shares_of_size_classes_are_of_their_sum(make, drawn_texts):
    table = make["size_classes"]().fillna({"establishments": 142.0})
    figure, ax = plot.figure("page")
    plot.size_classes(table, ax=ax)
    texts = [text for text, _, _, _ in drawn_texts(figure)]
    assert "55%" in texts
    assert "<1%" in texts
    alt = plot.alt_text("size_classes", table)
    assert "A larger share than in the reference: Fewer than 5 jobs; 20-49 jobs;" in alt
    assert "; 5-9 jobs" not in alt.split("reference:")[1]


def test_size_classes_beyond_their_total_are_refused(make):
    table = make["size_classes"]()
    with pytest.raises(SchemaError, match="more than total=100"):
        plot.size_classes(table, total=100)
    with pytest.raises(SchemaError, match="'5-9 jobs' does not"):
        plot.size_classes(table.replace({"establishments": {11_004.0: -1.0}}))
    with pytest.raises(SchemaError, match="'5-9 jobs' twice"):
        plot.size_classes(table.replace({"size_class": {"10-19 jobs": "5-9 jobs"}}))
    with pytest.raises(SchemaError, match="holds no number"):
        plot.size_classes(table.assign(establishments=np.nan))


# A cluster's industries


def test_industries_stand_by_jobs_with_floors_and_all_withheld_ones_said(make, drawn_texts):
    table = make["cluster_industries"]()
    figure, ax = plot.figure("page")
    plot.cluster_industries(table, most=30, ax=ax)
    jobs, ranges = ax.containers
    ranked = table.sort_values("employment", ascending=False, na_position="last")
    ranked = ranked[ranked["employment_high"].notna()]
    assert names(ax) == ranked["title"].tolist()
    widths = [bar.get_width() for bar in jobs]
    assert widths[:-1] == ranked["employment"].tolist()[:-1]
    assert np.isnan(widths[-1])
    floors = ranked[ranked["employment_high"] > ranked["employment"].fillna(0.0)]
    assert [bar.get_x() + bar.get_width() for bar in ranges] == pytest.approx(
        floors["employment_high"].tolist()
    )
    assert all(bar.get_hatch() for bar in ranges)
    dark = [same_color(bar.get_facecolor(), BLUE) for bar in jobs]
    assert dark == (ranked["interval_low"] > 1).tolist()
    texts = [text for text, _, _, _ in drawn_texts(figure)]
    assert sum(text.startswith("≥") for text in texts) == 2 * (len(floors) - 1)
    assert texts.count("withheld") == 1
    assert f"Not shown (jobs withheld): {table['title'][5]}." in words(drawn_texts(figure))


def test_industries_beyond_the_most_are_counted(make, drawn_texts):
    table = make["cluster_industries"]()
    figure, ax = plot.figure("page")
    plot.cluster_industries(table, most=3, ax=ax)
    assert len(names(ax)) == 3
    left = table["employment"].nlargest(18).iloc[3:].sum()
    said = f"16 more industries with {left:,.0f} published or deduced jobs are not drawn; of 1"
    assert said in words(drawn_texts(figure))
    alt = plot.alt_text("cluster_industries", table)
    assert f"{int((table['interval_low'] > 1).sum())} above the US average" in alt
    assert f"Withheld: {table['title'][2]}; {table['title'][5]}." in alt


def test_an_upper_bound_below_the_jobs_is_refused(make):
    table = make["cluster_industries"]()
    with pytest.raises(SchemaError, match="'employment_high' is below 'employment'"):
        plot.cluster_industries(table.assign(employment_high=1.0))
    with pytest.raises(SchemaError, match="holds no number"):
        plot.cluster_industries(table.assign(employment=np.nan, employment_high=np.nan))
    with pytest.raises(SchemaError, match="most=0"):
        plot.cluster_industries(table, most=0)


# Inputs


def test_a_gap_is_bold_only_where_interval_and_bound_lie_below_one(make):
    table = make["supplier_gap"]().head(10)
    table["location_quotient"] = [0.5, 0.5, 0.5, np.nan, 0.0, 0.5, 1.0, 2.0, 0.9, 0.99]
    table["interval_low"] = 0.1
    table["interval_high"] = [0.9, 1.0, 0.9, np.nan, 0.0, 1.2, 1.5, 3.0, 0.999, 2.0]
    table["location_quotient_high"] = [0.5, 0.5, 1.1, np.nan, 0.0, 0.5, 1.0, 2.0, 0.9, 0.99]
    _, ax = plot.figure("page")
    plot.supplier_gap(table, ax=ax)
    bold = [label.get_fontweight() == "bold" for label in ax.get_yticklabels()]
    assert bold == [True, False, False, False, True, False, False, False, True, False]
    assert names(ax) == table["title"].tolist()


def test_inputs_stand_by_share_at_their_quotients(make, drawn_texts):
    table = make["supplier_gap"]().sample(frac=1, random_state=1)
    figure, ax = plot.figure("page")
    plot.supplier_gap(table, most=12, ax=ax)
    ranked = table.sort_values("input_share", ascending=False, ignore_index=True)
    assert names(ax) == ranked["title"].tolist()[:12]
    dots = {}
    for artist in ax.collections:
        if not artist.get_hatch():
            (x, y) = artist.get_offsets()[0]
            dots[round(float(y))] = (float(x), float(artist.get_sizes()[0]), artist)
    known = ranked.head(12)["location_quotient"] > 0
    assert sorted(dots) == np.flatnonzero(known).tolist()
    for row, (x, area, artist) in dots.items():
        assert x == ranked["location_quotient"][row]
        assert area / ranked["input_share"][row] == pytest.approx(
            dots[0][1] / ranked["input_share"][0]
        )
        gap = ranked["interval_high"][row] < 1
        assert same_color(artist.get_facecolor()[0], VERMILION if gap else SKY)
    hatched = [a.get_offsets()[0][1] for a in ax.collections if a.get_hatch()]
    shown = ranked.head(12)
    assert sorted(hatched) == np.flatnonzero(known & ~(shown["open_share"] <= 0.2)).tolist()
    text = words(drawn_texts(figure))
    assert f"withheld or not counted: {ranked['title'][3]}." in text
    rest = ranked["input_share"][12:].sum()
    assert f"13 smaller inputs, {100 * rest:.0f}% of purchases, are not drawn." in text
    assert "not known" in text
    # None here: an arrow at the left end, not a missing mark.
    ends = [line for line in ax.lines if len(line.get_xdata()) == 1]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in ends] == [(ax.get_xlim()[0], 4)]


def test_shares_of_inputs_are_checked(make):
    table = make["supplier_gap"]()
    with pytest.raises(SchemaError, match=r"that of 'Hotels' is 1\.5"):
        plot.supplier_gap(table.assign(input_share=np.where(table["title"] == "Hotels", 1.5, 0.1)))
    with pytest.raises(SchemaError, match="no rows"):
        plot.supplier_gap(table.head(0))
    assert "None is little present for sure." in plot.alt_text(
        "supplier_gap", table.assign(interval_high=9.0).query("location_quotient > 0")
    )


# Peers


def test_strips_hold_every_peer_and_say_the_rank(make, drawn_texts):
    table = make["peer_strip"]()
    figure, ax = plot.figure("page")
    plot.peer_strip(table, ax=ax)
    strips = list(dict.fromkeys(table["name"]))
    assert names(ax) == strips
    ticks, own = ax.collections
    peers = table[~table["own"] & (table["value"] > 0)]
    drawn = sorted((round(float(s[:, 1].mean())), float(s[0, 0])) for s in ticks.get_segments())
    wanted = sorted(
        (strips.index(n), v) for n, v in zip(peers["name"], peers["value"], strict=True)
    )
    assert drawn == wanted
    ours = table[table["own"] & table["value"].notna()]
    assert own.get_offsets()[:, 0].tolist() == ours["value"].tolist()
    texts = [text for text, _, _, _ in drawn_texts(figure)]
    for rank in ours["rank"]:
        assert f"{rank:.0f} of 10" in texts
    assert "withheld" in texts
    assert "–" in texts
    assert "Not shown: 9 withheld." in words(drawn_texts(figure))
    # Zero is an arrow at the end of each strip.
    (ends,) = [line for line in ax.lines if len(line.get_xdata()) == len(strips)]
    assert set(ends.get_xdata()) == {ax.get_xlim()[0]}


def test_a_plain_axis_holds_zero_and_negative_values(make, drawn_texts):
    table = make["peer_strip"]()
    table["value"] -= 1.0
    figure, ax = plot.figure("page")
    plot.peer_strip(table, log=False, label="Growth", ax=ax)
    low, high = ax.get_xlim()
    assert low < table["value"].min()
    assert high > table["value"].max()
    texts = [text for text, _, _, _ in drawn_texts(figure)]
    assert "US average" not in texts
    assert "none at all" not in texts


def test_strips_without_one_own_row_are_refused(make):
    table = make["peer_strip"]()
    with pytest.raises(SchemaError, match="marks 0 rows of 'Architecture"):
        plot.peer_strip(table.assign(own=False))
    with pytest.raises(SchemaError, match="'East Bay' twice"):
        plot.peer_strip(table.replace({"region": {"A County, ST": "East Bay"}}))
    alt = plot.alt_text("peer_strip", table)
    assert "East Bay among 10 peers in 8 rows." in alt
    assert "Its own value is withheld in: Architecture, engineering & R&D." in alt
