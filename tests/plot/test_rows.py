"""Do dots, bars and intervals agree with their tables?"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.colors import same_color, to_hex

import clusteranalysis.plot as plot
from clusteranalysis.errors import SchemaError
from clusteranalysis.plot.style import MUTED, PALE


def words(texts):
    return " ".join(text.replace("\n", " ") for text, _, _, _ in texts)


def dots(ax):
    """Dots by row: x and whether filled."""
    found = {}
    for artist in ax.collections:
        if artist.get_hatch():
            continue
        for (x, y), color in zip(
            artist.get_offsets(),
            np.resize(artist.get_facecolor(), (len(artist.get_offsets()), 4)),
            strict=True,
        ):
            found.setdefault(round(float(y), 6), []).append((float(x), to_hex(color) != "#ffffff"))
    return found


def test_ranking_is_sorted_with_intervals_and_bounds(make):
    table = make["lq_ranking"]()
    _, ax = plot.figure("page")
    plot.lq_ranking(table, ax=ax)
    ranked = table.sort_values("location_quotient", ascending=False, ignore_index=True)
    assert [label.get_text() for label in ax.get_yticklabels()] == ranked["name"].tolist()
    bold = [label.get_fontweight() == "bold" for label in ax.get_yticklabels()]
    assert bold == ranked["selected"].tolist()
    found = dots(ax)
    lines = [line for line in ax.lines if len(line.get_xdata()) == 2]
    for y, row in enumerate(ranked.to_dict("records")):
        ((x, filled),) = found[y]
        assert x == row["location_quotient"]
        apart = not (
            row["interval_low"] < 1 < row["interval_high"]
            or row["location_quotient_low"] < 1 < row["location_quotient_high"]
        )
        assert filled == apart
        mine = [line for line in lines if list(line.get_ydata()) == [y, y]]
        pale = [line for line in mine if same_color(line.get_color(), PALE)]
        thin = [line for line in mine if line not in pale]
        assert [list(line.get_xdata()) for line in thin] == [
            [row["interval_low"], row["interval_high"]]
        ]
        if row["open_share"] > 0:
            assert [list(line.get_xdata()) for line in pale] == [
                [row["location_quotient_low"], row["location_quotient_high"]]
            ]
            assert pale[0].get_linewidth() > 3 * thin[0].get_linewidth()
    assert {True, False} == {filled for ((_, filled),) in found.values()}
    assert ax.get_xscale() == "log"


def test_ranking_shows_bounds_alone_and_lists_what_is_withheld_or_absent(make, drawn_texts):
    table = make["lq_ranking"]().head(6)
    gone = ["location_quotient", "interval_low", "interval_high"]
    bounds = ["location_quotient_low", "location_quotient_high"]
    table.loc[0, gone] = np.nan
    table.loc[0, bounds] = [0.5, 3.0]
    table.loc[1, gone + bounds] = np.nan
    table.loc[2, [*gone, *bounds]] = 0.0
    table.loc[3, "employment"] = np.nan
    figure, ax = plot.figure("page")
    plot.lq_ranking(table, ax=ax)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert len(labels) == 4
    assert labels[-1] == table["name"][0]
    assert 3 not in dots(ax)
    said = words(drawn_texts(figure))
    assert f"Not shown (location quotient withheld): {table['name'][1]}." in said
    assert f"Not shown (no jobs in the region): {table['name'][2]}." in said
    assert "withheld" in [text for text, _, _, _ in drawn_texts(figure)]


def test_an_interval_down_to_zero_ends_in_an_arrow(make):
    table = make["lq_ranking"]().head(3)
    table.loc[1, "interval_low"] = 0.0
    _, ax = plot.figure("page")
    plot.lq_ranking(table, ax=ax)
    arrows = [line for line in ax.lines if line.get_marker() not in ("None", "")]
    assert len(arrows) == 1
    assert arrows[0].get_xdata()[0] == ax.get_xlim()[0]


def test_lq_axis_holds_all_and_keeps_one_near_the_middle(make):
    table = make["lq_ranking"]()
    table.loc[0, ["location_quotient", "location_quotient_high", "interval_high"]] = 40.0
    _, ax = plot.figure("page")
    plot.lq_ranking(table, ax=ax)
    low, high = np.log(ax.get_xlim())
    assert high > np.log(40)
    assert -low >= high / 2 - 1e-9


def test_shift_share_bars_add_up_to_the_mark(make):
    table = make["shift_share_bars"]()
    _, ax = plot.figure("page")
    plot.shift_share_bars(table, ax=ax)
    ranked = table.sort_values("change", ascending=False, ignore_index=True)
    assert [label.get_text() for label in ax.get_yticklabels()] == ranked["name"].tolist()
    national, mix, regional = ax.containers
    for bars, column in ((national, "national"), (mix, "industry_mix"), (regional, "regional")):
        assert [bar.get_width() for bar in bars] == ranked[column].tolist()
    marks = next(line for line in ax.lines if line.get_marker() == "d")
    assert marks.get_xdata().tolist() == ranked["change"].tolist()
    for row, bars in enumerate(zip(national, mix, regional, strict=True)):
        ends = [(min(b.get_x(), b.get_x() + b.get_width()), b) for b in bars]
        left = min(0, *(start for start, _ in ends))
        right = max(0, *(max(b.get_x(), b.get_x() + b.get_width()) for b in bars))
        # Gains to the right less losses to the left: exactly where the mark stands.
        assert left + right == pytest.approx(ranked["change"][row])
        spans = sorted((start, start + abs(b.get_width())) for start, b in ends)
        for (_, stop), (start, _) in pairwise(spans):
            assert start >= stop - 1e-9
    hatches = {bars[0].get_hatch() for bars in ax.containers}
    assert len(hatches) == 3


def test_shift_share_refuses_effects_that_do_not_add_up(make):
    table = make["shift_share_bars"]()
    table.loc[4, "change"] += 50
    with pytest.raises(SchemaError, match=r"misses 'change' for .*50\.0"):
        plot.shift_share_bars(table, ax=plot.figure()[1])


def test_shift_share_lists_incomplete_clusters(make, drawn_texts):
    table = make["shift_share_bars"]()
    table.loc[0, "regional"] = np.nan
    figure, ax = plot.figure("page")
    plot.shift_share_bars(table, ax=ax)
    assert len(ax.containers[0]) == 24
    assert f"Not shown (jobs withheld): {table['name'][0]}." in words(drawn_texts(figure))
    with pytest.raises(SchemaError, match="nothing to draw"):
        plot.shift_share_bars(table.head(1), ax=plot.figure()[1])


def test_waterfall_bars_begin_where_the_last_ended_and_say_the_break(make, drawn_texts):
    table = make["shift_share_waterfall"]()
    figure, ax = plot.figure("page")
    plot.shift_share_waterfall(table, ax=ax)
    (bars,) = ax.containers
    ends = [bar.get_x() + bar.get_width() for bar in bars]
    assert ends[0] == pytest.approx(1_000_061)
    for bar, before, jobs in zip(bars[1:-1], ends, table["jobs"][1:-1], strict=False):
        assert bar.get_x() == pytest.approx(before)
        assert bar.get_width() == pytest.approx(jobs)
    assert ends[-1] == pytest.approx(1_004_527)
    start = ax.get_xlim()[0]
    assert start > 0
    said = words(drawn_texts(figure))
    assert f"the axis begins at {start:,.0f}, not at zero" in said
    assert "Torn bars" in said
    for number in ("1,000,061", "+115,468", "+11,234", "−122,236", "1,004,527"):
        assert number in said
    zigzags = [line for line in ax.lines if same_color(line.get_color(), "white")]
    assert len(zigzags) == 2


def test_waterfall_begins_at_zero_where_the_effects_can_be_read(make, drawn_texts):
    table = make["shift_share_waterfall"]()
    table["jobs"] = [100.0, 40.0, -20.0, 30.0, 150.0]
    figure, ax = plot.figure("page")
    plot.shift_share_waterfall(table, ax=ax)
    assert ax.get_xlim()[0] == 0
    assert "not at zero" not in words(drawn_texts(figure))
    assert [bar.get_x() for bar in ax.containers[0]] == [0, 100, 140, 120, 0]


def test_waterfall_refuses_steps_that_do_not_add_up(make):
    table = make["shift_share_waterfall"]()
    table.loc[4, "jobs"] += 100
    with pytest.raises(SchemaError, match="add up to"):
        plot.shift_share_waterfall(table, ax=plot.figure()[1])
    with pytest.raises(SchemaError, match="without NaN"):
        plot.shift_share_waterfall(table.assign(jobs=np.nan), ax=plot.figure()[1])


def test_wage_dots_stand_at_both_wages_and_are_hollow_without_the_us(make, drawn_texts):
    table = make["wage_gap"]()
    table.loc[0, "us_wage"] = np.nan
    table.loc[1, "wage"] = np.nan
    table.loc[2, "employment"] = np.nan
    figure, ax = plot.figure("page")
    plot.wage_gap(table, ax=ax)
    ranked = table.dropna(subset=["wage"]).sort_values("wage", ascending=False, ignore_index=True)
    assert [label.get_text() for label in ax.get_yticklabels()] == ranked["name"].tolist()
    stems, us, here = (artist for artist in ax.collections if not artist.get_hatch())
    assert here.get_offsets()[:, 0].tolist() == ranked["wage"].tolist()
    assert us.get_offsets()[:, 0].tolist() == ranked["us_wage"].dropna().tolist()
    hollow = [to_hex(color) == "#ffffff" for color in here.get_facecolor()]
    assert hollow == ranked["us_wage"].isna().tolist()
    assert len(stems.get_segments()) == 23
    assert ax.get_xlim()[0] == 0
    said = words(drawn_texts(figure))
    assert f"US pay not known: {table['name'][0]}." in said
    assert f"Not shown (pay withheld): {table['name'][1]}." in said
    with pytest.raises(SchemaError, match="nothing to draw"):
        plot.wage_gap(table.assign(wage=np.nan), ax=plot.figure()[1])


def test_quality_bars_reach_one_hundred_and_say_their_shares(make, drawn_texts):
    table = make["data_quality"]()
    table.loc[0, "open_share"] = np.nan
    figure, ax = plot.figure("page")
    plot.data_quality(table, ax=ax)
    published, deduced, opened, blank = ax.containers
    ranked = table.sort_values("open_share", ignore_index=True, kind="stable")
    assert [label.get_text() for label in ax.get_yticklabels()] == ranked["name"].tolist()
    for row in range(24):
        widths = [bars[row].get_width() for bars in (published, deduced, opened)]
        assert widths == pytest.approx((100 * ranked.iloc[row][
            ["published_share", "deduced_share", "open_share"]]).tolist())  # fmt: skip
        assert opened[row].get_x() + opened[row].get_width() == pytest.approx(100)
    assert len(blank) == 1
    assert blank[0].get_width() == 100
    assert same_color(blank[0].get_facecolor(), "white")
    assert same_color(blank[0].get_edgecolor(), MUTED)
    assert "not known" in words(drawn_texts(figure))


def test_quality_needs_no_deduced_share_but_shares_that_add_up(make):
    table = make["data_quality"]()
    plain = table.assign(published_share=1 - table["open_share"]).drop(columns="deduced_share")
    _, ax = plot.figure("page")
    plot.data_quality(plain, ax=ax)
    assert len(ax.containers) == 2
    with pytest.raises(SchemaError, match="add up to 1"):
        plot.data_quality(table.assign(published_share=2.0), ax=plot.figure()[1])
    with pytest.raises(SchemaError, match="no rows"):
        plot.data_quality(table.head(0), ax=plot.figure()[1])


def test_percent_never_rounds_something_to_nothing():
    from clusteranalysis.plot.quality import percent

    assert [percent(v) for v in (0.0, 0.004, 0.5, 0.996, 1.0)] == [
        "0%", "<1%", "50%", ">99%", "100%",
    ]  # fmt: skip


def test_many_rows_make_the_figure_taller_not_wider(make):
    figure, ax = plot.figure("page", height=2.0)
    plot.wage_gap(make["wage_gap"](), ax=ax)
    wide, tall = figure.get_size_inches()
    assert wide == 7.2
    assert tall > 5


def test_long_names_are_broken_on_paper_and_cut_visibly_on_phones(make, drawn_texts):
    table = make["wage_gap"]().head(3)
    table.loc[0, "name"] = "Aerospace, " * 9 + "and more"
    figure, ax = plot.figure("page")
    plot.wage_gap(table, ax=ax)
    assert any("\n" in label.get_text() for label in ax.get_yticklabels())
    figure, ax = plot.figure("phone")
    plot.wage_gap(table, ax=ax)
    texts = drawn_texts(figure)
    assert any(text.startswith("Aerospace") and text.endswith("…") for text, _, _, _ in texts)
    assert all(box.x1 <= figure.bbox.width for _, box, _, _ in texts)


@pytest.mark.parametrize("kind", ["lq_ranking", "shift_share_bars", "wage_gap", "portfolio"])
def test_what_rests_on_withheld_or_imputed_jobs_is_hatched(kind, make, drawn_texts):
    table = make[kind]()
    table["open_share"] = [0.2, 0.21, 0.1, 0.0, np.nan] * 5
    table["imputed_share"] = [0.0, 0.0, 0.15, 0.2, 0.0] * 5
    figure, ax = plot.figure("page")
    getattr(plot, kind)(table, ax=ax)
    hatched = sorted(
        tuple(artist.get_offsets()[0]) for artist in ax.collections if artist.get_hatch()
    )
    x, y = {
        "lq_ranking": ("location_quotient", None),
        "shift_share_bars": ("change", None),
        "wage_gap": ("wage", None),
        "portfolio": ("growth_difference", "location_quotient"),
    }[kind]
    over = table.iloc[[i for i in range(25) if i % 5 in (1, 2, 4)]]
    assert [a for a, _ in hatched] == pytest.approx(sorted(over[x]))
    if y:
        assert [b for _, b in hatched] == pytest.approx(over.sort_values(x)[y].tolist())
    assert "hatched: more than 20% of jobs withheld or imputed" in words(drawn_texts(figure))
    figure, ax = plot.figure("page")
    getattr(plot, kind)(table.fillna({"open_share": 0.0}), hatch_above=0.5, ax=ax)
    assert not any(artist.get_hatch() for artist in ax.collections)
    assert "hatched: more" not in words(drawn_texts(figure))
    with pytest.raises(SchemaError, match="hatch_above=2"):
        getattr(plot, kind)(table, hatch_above=2)
    with pytest.raises(
        SchemaError, match=r"'open_share' must hold shares from 0 to 1; row 3 has 7"
    ):
        getattr(plot, kind)(table.assign(open_share=np.where(np.arange(25) == 3, 7.0, 0.0)))
