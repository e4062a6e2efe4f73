"""Which links hold the industries together?"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Text

from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot._naming import Naming
from clusteranalysis.plot.coagglomeration import Pairs, read_pairs
from clusteranalysis.plot.style import BLUE, MUTED, ORANGE, context

__all__ = ["backbone", "backbone_network"]

_MOST = 60
_RADIUS = 5.0
_SEED = 7


def backbone_network(
    table: pd.DataFrame,
    *,
    value: str = "coagglomeration",
    label: str = "coagglomeration",
    extra: int | None = None,
    highlight: Collection[str] = (),
    highlight_label: str = "marked",
    ax: Axes | None = None,
    title: str | None = None,
    note: str | None = None,
) -> Axes:
    """Draw the maximum spanning tree of the pairs and the strongest other links.

    The tree holds every industry together by the strongest links there are (dark lines); the
    strongest of the remaining links are added (pale, dashed). Thickness follows the value. Only
    links tell: the distance of two industries without a link means nothing.

    Parameters
    ----------
    table : DataFrame
        One row an unordered pair: ``industry``, ``partner`` (names) and the column `value`; NaN
        = not known. Links at or below zero join nothing and are never drawn.
    value : str
        The column to draw.
    label : str
        What it is, for the legend.
    extra : int, optional
        Links besides the tree; as many as industries by default.
    highlight : collection of str
        Industries to be marked: a square, in another colour, with bold numbers.
    highlight_label : str
        What the squares are, for the legend.
    ax : Axes, optional
        Where to draw; a new pyplot figure of page width by default.
    title, note : str, optional
        What the figure asks or finds; the footer (source, year, regions).

    Returns
    -------
    Axes

    Raises
    ------
    SchemaError
        A column is missing or not numeric, a pair comes twice, an industry of `highlight` is not
        there, there are more than 60 industries, or no value is above zero.

    References
    ----------
    Hidalgo, C. A., Klinger, B., Barabasi, A.-L. and Hausmann, R. (2007). The product space
    conditions the development of nations. Science 317(5837), 482-487.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusteranalysis.plot import backbone_network, figure
    >>> found = pd.DataFrame({"industry": ["Wine", "Wine", "Hotels"],
    ...     "partner": ["Hotels", "Barrels", "Barrels"], "coagglomeration": [0.01, 0.2, 0.005]})
    >>> ax = backbone_network(found, extra=0, ax=figure()[1])
    >>> len(ax.lines)
    2
    """
    pairs = read_pairs(table, value)
    if len(pairs.names) > _MOST:
        raise SchemaError(
            f"the table of pairs holds {len(pairs.names)} industries: a network is legible for "
            f"{_MOST} at most: choose some"
        )
    unknown = [name for name in highlight if name not in pairs.names]
    if unknown:
        raise SchemaError(f"highlight={unknown[0]!r} is in no pair: use a name of the table")
    tree, more = backbone(pairs, extra)
    linked = [name for name in pairs.names if any(name in link[:2] for link in tree)]
    alone = [name for name in pairs.names if name not in linked]
    marked = np.array([name in set(highlight) for name in linked])
    strength = {name: sum(link[2] for link in tree + more if name in link[:2]) for name in linked}
    with context():
        ax = lay.begin(ax, height=6.4)
        ax.set_axis_off()
        size, small = lay.text_size(ax), lay.narrow(ax)
        at = _layout(linked, tree, more, wide=not small)
        place = dict(zip(linked, at, strict=True))
        top = tree[0][2]
        for links, color, dash in ((more, "#A8A8A8", (0, (3, 2))), (tree, MUTED, "-")):
            for a, b, weight in links:
                ax.plot(
                    *zip(place[a], place[b], strict=True), color=color, linestyle=dash,
                    linewidth=0.8 + 2.6 * weight / top, zorder=2, solid_capstyle="round",
                )  # fmt: skip
        for flag, color, marker in ((False, BLUE, "o"), (True, ORANGE, "s")):
            ax.scatter(
                at[marked == flag, 0], at[marked == flag, 1], s=(2 * _RADIUS) ** 2, marker=marker,
                facecolor=color, edgecolor="white", linewidth=0.8, zorder=3,
            )  # fmt: skip
        order = sorted(range(len(linked)), key=lambda i: (-strength[linked[i]], linked[i]))
        a, b, best = tree[0]
        footer = fmt.join_notes(
            f"Strongest link: {a} with {b} ({fmt.digits(best)}).",
            "Only links tell; distances without a link mean nothing.",
            note,
            f"Without any link above zero: {'; '.join(alone)}." if alone else "",
        )

        groups = _groups(label, bool(more), highlight_label if marked.any() else "")

        def arrange(key: Callable[[float], str] | None) -> lay.Arranged:
            return lay.arrange(
                ax, title=title or "Which links hold the industries together?", note=footer,
                size=size, groups=groups, key=key,
                height=300.0 if small or size > 10 else 380.0,
            )  # fmt: skip

        def settle(wide: float, tall: float) -> list[Text]:
            low, high = at.min(axis=0), at.max(axis=0)
            for set_limits, room, axis in ((ax.set_xlim, wide, 0), (ax.set_ylim, tall, 1)):
                # Names stand beside the outermost marks: a tenth of the frame, three lines high.
                edge = max(0.09 * room if axis == 0 else 0.0, 3.0 * size)
                unit = (high[axis] - low[axis] or 1.0) / max(room - 2 * edge, 1.0)
                set_limits(low[axis] - edge * unit, high[axis] + edge * unit)
            return []

        Naming(
            ax,
            at=at,
            radii=np.full(len(linked), _RADIUS),
            names=linked,
            order=order,
            size=size,
            weights=np.array([strength[name] for name in linked]),
            bold=marked,
            head="By the sum of their links:",
            lines=[np.array([place[a], place[b]]) for a, b, _ in tree],
            leader=(0, (1, 1.5)),
        ).draw(arrange, settle, range(len(linked)) if small else ())
    return ax


def backbone(
    pairs: Pairs, extra: int | None
) -> tuple[list[tuple[str, str, float]], list[tuple[str, str, float]]]:
    """Return the links of the maximum spanning tree and the strongest others, strongest first."""
    links = [link for link in pairs.ranked if link[2] > 0]
    if not links:
        raise SchemaError("no pair of the table has a value above zero: there is nothing to link")
    if extra is not None and extra < 0:
        raise SchemaError(f"extra={extra}: ask for no or some links besides the tree")
    graph: Any = nx.Graph()
    for a, b, weight in links:
        graph.add_edge(a, b, weight=weight)
    kept = {frozenset(edge) for edge in nx.maximum_spanning_edges(graph, data=False)}
    tree = [link for link in links if frozenset(link[:2]) in kept]
    others = [link for link in links if frozenset(link[:2]) not in kept]
    return tree, others[: len(pairs.names) if extra is None else extra]


def _layout(
    names: list[str], tree: list[tuple[str, str, float]], more: list[tuple[str, str, float]],
    *, wide: bool,
) -> np.ndarray:  # fmt: skip
    """Place the industries: first by steps along the tree, then loosened by all links."""
    graph: Any = nx.Graph()
    graph.add_nodes_from(names)
    graph.add_edges_from(link[:2] for link in tree)
    # Parts without a link between them would fly apart: a long step keeps them near.
    parts = [sorted(part, key=names.index) for part in nx.connected_components(graph)]
    steps = dict(nx.all_pairs_shortest_path_length(graph))
    far = max(max(lengths.values()) for lengths in steps.values()) + 1 if len(parts) > 1 else 0
    distance = {a: {b: steps[a].get(b, far) for b in names} for a in names}
    start = nx.kamada_kawai_layout(graph, dist=distance) if len(names) > 2 else None
    graph.add_edges_from(link[:2] for link in more)
    found = nx.spring_layout(
        graph, pos=start, seed=_SEED, iterations=12, k=1.6 / np.sqrt(len(names))
    )
    at = np.array([found[name] for name in names])
    # The longer side lies across where the picture is wide: its axes are those of the points.
    at = at - at.mean(axis=0)
    _, axes = np.linalg.eigh(at.T @ at)
    turned = at @ (axes[:, ::-1] if wide else axes)
    # The direction of an axis is arbitrary: fix it by the first name that is off it.
    for side in (0, 1):
        first = next((v for v in turned[:, side] if abs(v) > 1e-6), 1.0)
        turned[:, side] *= np.sign(first)
    # Rounded, so that another processor's last digit does not move a label.
    return np.asarray(np.round(turned, 4))


def _groups(label: str, more: bool, marked: str) -> list[lay.Group]:
    lines = lay.Group(
        [Line2D([], [], color=MUTED, linewidth=2.2)], [f"strongest links that join all ({label})"]
    )
    if more:
        lines.handles.append(Line2D([], [], color="#A8A8A8", linewidth=2.0, linestyle=(0, (3, 2))))
        lines.labels.append("the strongest others")
    if marked:
        lines.handles.append(
            Line2D([], [], linestyle="none", marker="s", markersize=7, color=ORANGE)
        )
        lines.labels.append(marked)
    return [lines]
