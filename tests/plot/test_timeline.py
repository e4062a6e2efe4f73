"""The timeline: no text overlaps, nothing is overdue by the clock, and status needs no colour."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

import clusteranalysis.plot as plot
from clusteranalysis.errors import SchemaError

TODAY = date(2021, 12, 31)


def steps(count=9):
    """Steps of every status, with long and short texts."""
    status = ["done", "under way", "planned", "dropped", "done", "planned", "under way"]
    starts = [date(2019, 7, 1), date(2020, 1, 15), date(2021, 9, 1)]
    rows = []
    for at in range(count):
        start = starts[at % 3]
        due = start.replace(year=start.year + (at % 2), month=12)
        state = status[at % len(status)]
        rows.append(
            {
                "initiative": ["One window for permits", "A certificate for technicians & others"][
                    at * 2 // count
                ],
                "action": ["Agree", "Map every permit that a laboratory needs, with its clock"][
                    at % 2
                ],
                "owner": ["C. Specimen", "Economic development office of Example City"][at % 2],
                "start": start,
                "due": due,
                "status": state,
                "done": due.replace(year=due.year + at % 2) if state == "done" else None,
            }
        )
    return pd.DataFrame(rows)


def draw(table, width="page", **kwargs):
    figure, ax = plot.figure(width)
    assert plot.initiative_timeline(table, ax=ax, **kwargs) is ax
    return figure


def overlap(a, b):
    return min(min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0))


LONG = "https://example.org/" + "a-very-long-word-" * 12


@pytest.mark.parametrize("width", ["page", "slide", "phone"])
@pytest.mark.parametrize("today", [None, TODAY])
@pytest.mark.parametrize("long", [False, True])
def test_text_is_legible_inside_and_never_overlaps(width, today, long, drawn_texts):
    table = steps(14)
    if long:
        table.loc[[1, 8], ["action", "owner"]] = LONG
        table.loc[table["initiative"].str.startswith("A"), "initiative"] = LONG
    figure = draw(table, width, today=today, note="Source: charters of fictional groups.")
    assert figure.get_size_inches()[0] == {"page": 7.2, "slide": 12.0, "phone": 3.6}[width]
    texts = drawn_texts(figure)
    assert len(texts) > 30
    for text, box, size, _ in texts:
        assert size >= 9, text
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= figure.bbox.width, text
        assert box.y1 <= figure.bbox.height, text
    for index, (text, box, _, _) in enumerate(texts):
        for other, second, _, _ in texts[:index]:
            assert overlap(box, second) <= 1.0, (text, other)


def words(figure, drawn_texts):
    return " ".join(text.replace("\n", " ") for text, _, _, _ in drawn_texts(figure))


@pytest.mark.parametrize("width", ["page", "phone"])
def test_who_what_when_and_state_stand_in_words(width, drawn_texts):
    table = steps()
    said = words(draw(table, width, today=TODAY), drawn_texts)
    for row in table.to_dict("records"):
        assert row["action"].split()[0] in said
        day = row["done"] if row["status"] == "done" else row["due"]
        assert str(day) in said
    assert "Economic development office of Example City" in said
    assert f"done {table['done'][0]}" in said
    assert f"done late {table['done'].dropna().max()}" in said
    assert "as of 2021-12-31" in said


def test_overdue_is_said_as_of_a_day_alone(drawn_texts):
    table = steps()
    assert "overdue" not in words(draw(table), drawn_texts)
    assert "as of" not in words(draw(table), drawn_texts)
    due = table.loc[table["status"].isin(["planned", "under way"]), "due"]
    for today in (date(2020, 12, 5), TODAY, date(2022, 12, 2)):
        said = words(draw(table, today=today), drawn_texts)
        assert said.count("overdue, due") == int((due < today).sum())
    # The day itself is not past it.
    (day,) = set(due[due == due.max()])
    last = table[table["due"] == day]
    assert "overdue" not in words(draw(last, today=day), drawn_texts)


def test_late_is_later_than_due(drawn_texts):
    table = steps(1)
    table.loc[0, ["due", "done"]] = [date(2020, 6, 30), date(2020, 6, 30)]
    assert "done late" not in words(draw(table), drawn_texts)
    table.loc[0, "done"] = date(2020, 7, 1)
    assert "done late 2020-07-01" in words(draw(table), drawn_texts)


def test_bars_lie_at_their_dates_and_differ_without_colour():
    table = steps(4)
    ax = draw(table).axes[0]
    bars = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    epoch = date(1970, 1, 1)
    assert [(bar.get_x(), bar.get_width()) for bar in bars] == [
        ((row.start - epoch).days, (row.due - row.start).days) for row in table.itertuples()
    ]
    looks = {(bar.get_hatch(), bar.get_facecolor()[:3] == (1, 1, 1)) for bar in bars}
    assert len(looks) == 4
    tops = [bar.get_y() for bar in bars]
    assert tops == sorted(tops)


def test_same_steps_same_bytes_and_nothing_changed(tmp_path):
    table = steps()
    before = table.copy(deep=True)
    written = [
        [path.read_bytes() for path in plot.save(draw(table, today=TODAY), tmp_path / name)]
        for name in ("a", "b")
    ]
    assert written[0] == written[1]
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize("kind", ["datetime", "timestamp", "iso"])
def test_what_counts_as_a_date(kind):
    table = steps(2)
    if kind == "iso":
        table["due"] = table["due"].map(str)
        with pytest.raises(SchemaError, match="column 'due' holds no date in row 0"):
            draw(table)
        return
    to = pd.Timestamp if kind == "timestamp" else lambda day: datetime(*day.timetuple()[:3])
    other = table.assign(start=table["start"].map(to), due=table["due"].map(to))
    boxes = [[bar.get_bbox().bounds for bar in draw(one).axes[0].patches] for one in (table, other)]
    assert boxes[0] == boxes[1]


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        ("start", None, "column 'start' holds no date in row 1"),
        ("due", date(2001, 1, 1), "column 'due' lies before 'start' .row 1"),
        ("status", "late", "column 'status' holds 'late': use one of done, under way"),
        ("done", "soon", "column 'done' holds no date in row 1"),
    ],
)
def test_bad_rows_are_named(column, value, fault):
    table = steps(3).astype(object)
    table.loc[1, column] = value
    with pytest.raises(SchemaError, match=fault):
        draw(table)


def test_nothing_and_too_much_are_refused():
    with pytest.raises(SchemaError, match="holds no row"):
        draw(steps(1).iloc[:0])
    with pytest.raises(SchemaError, match="no column 'owner'"):
        draw(steps(2).drop(columns="owner"))
    with pytest.raises(SchemaError, match="draw fewer"):
        draw(steps(2000))


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (date.min, date.max),
        (date.min, date.min),
        (date.max, date.max),
        (date(2020, 2, 29), date(2020, 2, 29)),
        (date(2020, 2, 29), date(2020, 3, 20)),
        (date(2019, 1, 1), date(2044, 1, 1)),
    ],
)
def test_any_stretch_of_time_has_ticks_that_fit(start, due, drawn_texts):
    table = steps(1)
    table.loc[0, ["start", "due", "status", "done"]] = [start, due, "planned", None]
    figure = draw(table)
    ax = figure.axes[0]
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert 1 <= len(labels) <= 6
    texts = drawn_texts(figure)
    for index, (text, box, _, _) in enumerate(texts):
        for other, second, _, _ in texts[:index]:
            assert overlap(box, second) <= 1.0, (text, other)
    buffer = BytesIO()
    figure.savefig(buffer, format="png")
    assert buffer.getvalue().startswith(b"\x89PNG")


def test_alt_text_tells_counts_and_what_comes_next():
    table = steps()
    text = plot.alt_text("initiative_timeline", table)
    counts = table["status"].value_counts()
    assert text.startswith("Gantt chart of 9 steps of 2 initiatives, 2019-07-01 to ")
    for status, count in counts.items():
        assert f"{count} {status}" in text
    still = table[table["status"].isin(["planned", "under way"])].sort_values("due", kind="stable")
    assert f"Due next: {still['action'].iloc[0]} ({still['owner'].iloc[0]}" in text
    assert not np.any([mark in text for mark in ("nan", "None", "NaT")])


def test_an_axes_among_others_keeps_its_place():
    from matplotlib.figure import Figure

    figure = Figure(figsize=(14, 9))
    first, second = figure.subplots(1, 2)
    place = first.get_position().bounds
    plot.initiative_timeline(steps(), ax=first)
    assert first.get_position().bounds == pytest.approx(place)
    assert not second.has_data()
