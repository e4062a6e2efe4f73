"""Is a figure written whole, the same each time, and readable by all?"""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

import clusteranalysis.plot as plot
from clusteranalysis.errors import OutputError
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot import _layout as lay


def test_png_has_200_dots_an_inch_and_keeps_the_width(tmp_path, make):
    figure, ax = plot.figure("phone")
    plot.wage_gap(make["wage_gap"](), ax=ax)
    _, png = plot.save(figure, tmp_path / "wages")
    with Image.open(png) as picture:
        assert picture.size[0] == 720
        assert "Software" not in picture.info
        assert picture.info["dpi"] == pytest.approx((200, 200), abs=0.1)


def test_a_figure_that_cannot_be_written_leaves_nothing(tmp_path):
    figure, _ = plot.figure()
    (tmp_path / "file").write_text("kept")
    with pytest.raises(OutputError, match="choose a folder"):
        plot.save(figure, tmp_path / "file" / "wages")
    (tmp_path / "wages.svg").mkdir()
    with pytest.raises(OutputError, match=r"wages\.svg"):
        plot.save(figure, tmp_path / "wages")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "wages.svg"]
    assert (tmp_path / "file").read_text() == "kept"


def test_save_replaces_an_older_figure_and_dots_in_names_stay(tmp_path):
    (tmp_path / "v1.2.svg").write_text("old")
    svg, png = plot.save(plot.figure()[0], tmp_path / "v1.2")
    assert (svg.name, png.name) == ("v1.2.svg", "v1.2.png")
    assert svg.read_text().startswith("<?xml")


def test_spread_separates_blocks_keeps_order_and_stays_inside():
    placed = lay.spread([5.0, 5.5, 1.0, 30.0], [4.0, 4.0, 4.0, 4.0], 0.0, 32.0)
    assert placed[2] < placed[0] < placed[1] < placed[3]
    assert np.diff(np.sort(placed)).min() >= 4.0 - 1e-9
    assert placed.min() >= 2.0
    assert placed.max() <= 30.0
    assert lay.spread([5.0, 20.0], [4.0, 4.0], 0.0, 40.0).tolist() == [5.0, 20.0]


def test_text_is_measured_as_it_is_drawn():
    figure, ax = plot.figure("slide")
    for text in ("Architecture, engineering & R&D", "iiiiiiii", "WWWW", "12,345"):
        artist = ax.text(0, 0, text, fontsize=9, family="DejaVu Sans")
        drawn = artist.get_window_extent().width * 72 / figure.dpi
        assert drawn <= lay.text_width(text, 9.0) + 1
        assert lay.text_width(text, 9.0) <= 1.08 * drawn + 1


def test_wrapping_loses_no_word():
    text = "Architecture, engineering & R&D in the nine counties of the Bay Area"
    lines = lay.wrap(text, 100, 9).split("\n")
    assert " ".join(lines) == text
    assert len(lines) > 2
    assert all(lay.text_width(line, 9) <= 100 for line in lines)
    assert lay.two_lines("Doctors & outpatient care", 9) == "Doctors &\noutpatient care"
    assert lay.two_lines("Hospitals", 9) == "Hospitals"


def test_numbers_have_separators_true_minus_and_no_signed_zero():
    assert fmt.number(1234567.4) == "1,234,567"
    assert fmt.number(-1234.0) == "−1,234"
    assert fmt.number(1234.0, sign=True) == "+1,234"
    assert fmt.number(-0.2, sign=True) == "0"
    assert [fmt.ratio(v) for v in (0.5, 9.994, 14.37, 250.2)] == ["0.50", "9.99", "14.4", "250"]


def test_fit_holds_discs_and_both_sides_of_zero():
    values, radii = np.array([1.0, 2.0, 8.0]), np.array([5.0, 5.0, 20.0])
    low, high = fmt.fit(values, radii, 300.0, 60.0, 4.0)
    unit = (high - low) / 300
    assert (values - radii * unit).min() >= low
    assert (values + radii * unit).max() <= high
    assert -low / unit >= 59
