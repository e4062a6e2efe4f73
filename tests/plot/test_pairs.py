"""Do the matrix and the network of pairs agree with their table?"""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

import clusteranalysis.plot as plot
from clusteranalysis.errors import SchemaError
from clusteranalysis.plot.backbone import backbone
from clusteranalysis.plot.coagglomeration import read_pairs


def order(ax):
    """Names from top to bottom, without their numbers."""
    return [label.get_text().split(" ", 1)[1] for label in ax.get_yticklabels()]


def line(count=8):
    """Industries in a row: neighbours share most, the ends least. Given in a mixed order."""
    names = [f"industry {letter}" for letter in "ABCDEFGHIJ"[:count]]
    rows = [(a, b, 1.0 - abs(names.index(a) - names.index(b)) / 10) for a, b in
            combinations(sorted(names, key=lambda n: hash_of(n)), 2)]  # fmt: skip
    return names, pd.DataFrame(rows, columns=["industry", "partner", "coagglomeration"])


def hash_of(name):
    return (ord(name[-1]) * 7) % 11


def test_the_order_puts_partners_together():
    names, table = line()
    _, ax = plot.figure("page")
    plot.coagglomeration_matrix(table, ax=ax)
    assert order(ax) in (names, names[::-1])


def test_every_pair_has_one_cell_in_its_class(make):
    table = make["coagglomeration_matrix"]()
    _, ax = plot.figure("page")
    plot.coagglomeration_matrix(table, ax=ax)
    shown = order(ax)
    assert sorted(shown) == sorted(set(table["industry"]) | set(table["partner"]))
    cells = {}
    for patch in ax.patches:
        row = round(patch.get_y() + patch.get_height() / 2)
        column = round(patch.get_x() + patch.get_width() / 2)
        assert column < row
        cells[frozenset((shown[row], shown[column]))] = patch
    assert len(cells) == len(ax.patches) == len(table)
    by_color = {}
    for row in table.to_dict("records"):
        patch = cells[frozenset((row["industry"], row["partner"]))]
        if np.isnan(row["coagglomeration"]):
            assert to_hex(patch.get_facecolor()) == "#ffffff"
            assert patch.get_hatch()
            continue
        by_color.setdefault(to_hex(patch.get_facecolor()), []).append(row["coagglomeration"])
        # Hatched besides its colour: clearly apart.
        if patch.get_hatch():
            assert row["coagglomeration"] < 0
    spans = sorted((min(values), max(values)) for values in by_color.values())
    assert len(spans) >= 4
    for (_, high), (low, _) in pairwise(spans):
        assert high < low


def test_values_on_one_side_of_zero_run_from_pale_to_dark():
    _, table = line()
    _, ax = plot.figure("page")
    plot.coagglomeration_matrix(table, ax=ax)
    shade = {}
    for patch in ax.patches:
        row = round(patch.get_y() + patch.get_height() / 2)
        column = round(patch.get_x() + patch.get_width() / 2)
        shade[row - column] = sum(patch.get_facecolor()[:3])
        assert not patch.get_hatch()
    assert all(shade[step] <= shade[step + 1] for step in range(1, 7))
    assert shade[1] < shade[7]


def test_pairs_are_checked(make):
    table = make["coagglomeration_matrix"]()
    back = table.head(1).rename(columns={"industry": "partner", "partner": "industry"})
    with pytest.raises(SchemaError, match="twice"):
        plot.coagglomeration_matrix(pd.concat([table, back]))
    with pytest.raises(SchemaError, match="holds no number"):
        plot.coagglomeration_matrix(table.assign(coagglomeration=np.nan))
    with pytest.raises(SchemaError, match="holds 2 industries"):
        plot.coagglomeration_matrix(table.head(1))
    other = table.rename(columns={"coagglomeration": "locational_correlation"})
    _, ax = plot.figure("page")
    plot.coagglomeration_matrix(other, value="locational_correlation", label="Correlation", ax=ax)
    with pytest.raises(SchemaError, match="no column 'coagglomeration'"):
        plot.coagglomeration_matrix(other)


def test_the_backbone_is_the_maximum_spanning_tree(make):
    pairs = read_pairs(make["backbone_network"]().head(15), "coagglomeration")
    tree, more = backbone(pairs, 2)
    links = [link for link in pairs.ranked if link[2] > 0]
    count = len(pairs.names)
    # By brute force: no set of links that joins all weighs more.
    best = 0.0
    for chosen in combinations(links, count - 1):
        group = {name: {name} for name in pairs.names}
        for a, b, _ in chosen:
            joined = group[a] | group[b]
            for name in joined:
                group[name] = joined
        if len(group[pairs.names[0]]) == count:
            best = max(best, sum(link[2] for link in chosen))
    assert best > 0
    assert sum(link[2] for link in tree) == pytest.approx(best)
    assert len(tree) == count - 1
    others = [link for link in links if link not in tree]
    assert more == others[:2]
    assert backbone(pairs, 0)[1] == []


def test_every_industry_is_named_once_and_every_link_drawn(make, drawn_texts):
    table = make["backbone_network"]()
    figure, ax = plot.figure("page")
    plot.backbone_network(table, highlight=["Hotels"], highlight_label="chosen", ax=ax)
    tree, more = backbone(read_pairs(table, "coagglomeration"), None)
    assert len(ax.lines) == len(tree) + len(more) == 24 + 25
    texts = [text.replace("\n", " ") for text, _, _, _ in drawn_texts(figure)]
    key = next((text for text in texts if text.startswith("Numbers:")), "")
    for name in set(table["industry"]) | set(table["partner"]):
        assert (name in texts) != (f" {name};" in key or f" {name}." in key), name
    assert "chosen" in texts
    circles, squares = ax.collections
    assert (len(circles.get_offsets()), len(squares.get_offsets())) == (24, 1)
    ends = {tuple(np.round(point, 9)) for line in ax.lines for point in line.get_xydata()}
    places = np.vstack([circles.get_offsets(), squares.get_offsets()])
    assert ends == {tuple(np.round(point, 9)) for point in places}


def test_what_has_no_link_above_zero_is_said(make, drawn_texts):
    table = make["backbone_network"]()
    mine = (table["industry"] == "Hotels") | (table["partner"] == "Hotels")
    table.loc[mine, "coagglomeration"] = -0.01
    figure, ax = plot.figure("page")
    plot.backbone_network(table, ax=ax)
    text = " ".join(text.replace("\n", " ") for text, _, _, _ in drawn_texts(figure))
    assert "Without any link above zero: Hotels." in text
    assert "Without a link: Hotels." in plot.alt_text("backbone_network", table)
    with pytest.raises(SchemaError, match="nothing to link"):
        plot.backbone_network(table.assign(coagglomeration=-1.0))
    with pytest.raises(SchemaError, match="highlight='Banks'"):
        plot.backbone_network(table, highlight=["Banks"])
    with pytest.raises(SchemaError, match="extra=-1"):
        plot.backbone_network(table, extra=-1)


def test_two_parts_without_a_link_between_them_are_both_drawn():
    table = pd.DataFrame(
        [("A", "B", 0.2), ("B", "C", 0.1), ("D", "E", 0.3), ("A", "D", -0.1)],
        columns=["industry", "partner", "coagglomeration"],
    )
    _, ax = plot.figure("page")
    plot.backbone_network(table, ax=ax)
    assert len(ax.lines) == 3
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    for x, y in ax.collections[0].get_offsets():
        assert left < x < right
        assert low < y < high
