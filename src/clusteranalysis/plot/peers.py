"""Where do we stand among the regions that are most like ours?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.markers import CARETLEFT
from matplotlib.ticker import FuncFormatter

from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot._rows import rows
from clusteranalysis.plot.style import MUTED, TEXT, VERMILION, context
from clusteranalysis.schema import check_columns

__all__ = ["peer_strip", "peers_read"]


def peer_strip(
    table: pd.DataFrame,
    *,
    label: str = "Location quotient",
    log: bool = True,
    reference_name: str = "US",
    ax: Axes | None = None,
    title: str | None = None,
    note: str | None = None,
) -> Axes:
    """Draw one strip a measure or industry: every peer a tick, our region a diamond with its rank.

    Parameters
    ----------
    table : DataFrame
        One row a strip and region: ``name`` (of the industry, cluster or measure), ``region``
        (the region's name), ``value`` (NaN = withheld), ``own`` (bool: our region, one row a
        strip) and ``rank`` (of our region among all with a number, 1 = the highest; read from
        the own rows only), as :func:`peer_standing` ranks. Strips follow the table's order.
    label : str
        What the values are, for the axis.
    log : bool
        A logarithmic axis with 1 marked, as quotients need; what is zero then stands as an arrow
        at the left end. Otherwise a plain axis.
    reference_name : str
        What the quotients compare with, as the figure calls it.
    ax : Axes, optional
        Where to draw; a new pyplot figure of page width by default.
    title, note : str, optional
        What the figure asks or finds; the footer (source, year, how the peers were chosen).

    Returns
    -------
    Axes
        The vertical positions follow the strips, 0 at the top.

    Raises
    ------
    SchemaError
        A column is missing or not numeric, a region comes twice in a strip, a strip has not one
        own row, or nothing can be drawn.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusteranalysis.plot import figure, peer_strip
    >>> found = pd.DataFrame({"name": "Wine", "region": ["East Bay", "Fresno", "Sacramento"],
    ...     "value": [1.5, 1.2, 0.8], "own": [True, False, False], "rank": [1.0, None, None]})
    >>> ax = peer_strip(found, ax=figure()[1])
    >>> [text.get_text() for text in ax.texts if text.get_text()[1:5] == " of "]
    ['1 of 3']
    """
    frame = peers_read(table)
    drawn = frame["value"].notna() & ((frame["value"] > 0) | (not log))
    zero = (frame["value"] == 0) & log
    if not drawn.any():
        raise SchemaError("column 'value' of the peer table holds nothing that can be drawn")
    names = list(dict.fromkeys(frame["name"]))
    own = frame[frame["own"]].set_index("name")
    mine = str(own["region"].iloc[0])
    with context():
        ax = lay.begin(ax, height=1.9 + 0.3 * len(names), rows=len(names))
        if log:
            ax.set_xscale("log")
            low, high = fmt.lq_limits(frame["value"])
            ax.set_xlim(low, high)
            fmt.lq_ticks(ax.xaxis, low, high, 6 if lay.narrow(ax) else 9)
        lines = rows(ax, names)
        lay.grid(ax, "x")
        place = dict(zip(names, lines.y, strict=True))
        others = frame[drawn & ~frame["own"]]
        half = 0.16 if lines.compact else 0.28
        at = others["name"].map(place).to_numpy(float)
        ax.vlines(others["value"], at - half, at + half, color=MUTED, linewidth=1.3, zorder=2)
        us = frame[drawn & frame["own"]]
        ax.scatter(
            us["value"], us["name"].map(place), marker="D", s=42, color=VERMILION, zorder=3,
            edgecolor="white", linewidth=0.8,
        )  # fmt: skip
        for owned, color in ((False, MUTED), (True, VERMILION)):
            ends = frame.loc[zero & (frame["own"] == owned), "name"].map(place)
            if len(ends):
                ax.plot(
                    np.full(len(ends), ax.get_xlim()[0]), ends, linestyle="none", color=color,
                    marker=CARETLEFT, markersize=7, zorder=3, clip_on=False,
                )  # fmt: skip
        if log:
            ax.axvline(1, color=TEXT, linewidth=1.1, zorder=1.8)
            lines.mark(1, f"{reference_name} average")
        else:
            ax.margins(x=0.04)
            fmt.few_ticks(ax, 3 if lines.compact else 6)
            ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: _written(v)))
        counted = frame[frame["value"].notna()].groupby("name").size()
        lines.column("Rank", [_rank(own.loc[name], int(counted.get(name, 0))) for name in names])
        values = [own.loc[name, "value"] for name in names]
        form = fmt.ratio if log else _written
        lines.column("Ours", [form(float(v)) if v == v else "withheld" for v in values])
        ax.set_xlabel(f"{label} (log scale)" if log else label, fontsize=lines.size)
        lay.arrange(
            ax,
            size=lines.size,
            title=title or f"Where does {mine} stand among its peers?",
            note=fmt.join_notes(
                note,
                f"Peers: {'; '.join(dict.fromkeys(frame.loc[~frame['own'], 'region']))}.",
                "The number at the right of each name: our rank, 1 = the highest."
                if lines.compact else "Rank 1 = the highest of all with a published number.",
                _unseen(frame),
            ),
            groups=[_legend(mine, bool(zero.any()))],
            outside=lines.outside,
            height=lines.height,
        )  # fmt: skip
    return ax


def peers_read(table: pd.DataFrame) -> pd.DataFrame:
    """Check the table and return its columns."""
    check_columns(table, ["name", "region", "value", "own", "rank"], what="peer table")
    frame = pd.DataFrame({"value": fmt.floats(table, "value"), "rank": fmt.floats(table, "rank")})
    frame["name"], frame["region"] = fmt.strings(table, "name"), fmt.strings(table, "region")
    frame["own"] = fmt.flags(table, "own")
    if frame.empty:
        raise SchemaError("the peer table has no rows: nothing to draw")
    twice = frame[frame.duplicated(["name", "region"])]
    if len(twice):
        raise SchemaError(
            f"the peer table has {twice['region'].iloc[0]!r} twice in {twice['name'].iloc[0]!r}: "
            "keep one row a strip and region"
        )
    owners = frame.groupby("name", sort=False)["own"].sum()
    bad = owners[owners != 1]
    if len(bad):
        raise SchemaError(
            f"column 'own' marks {int(bad.iloc[0])} rows of {bad.index[0]!r}: mark one row a strip"
        )
    return frame


def _rank(row: Any, known: int) -> str:
    """Write the rank among those with a number."""
    return "–" if row["rank"] != row["rank"] else f"{row['rank']:.0f} of {known}"


def _written(value: float) -> str:
    """Write a value of no known unit: three digits, or whole with separators."""
    return fmt.number(value) if abs(value) >= 1000 else fmt.digits(value, 3)


def _unseen(frame: pd.DataFrame) -> str:
    """Say how many values the picture leaves out."""
    withheld = int(frame["value"].isna().sum())
    return f"Not shown: {withheld} withheld." if withheld else ""


def _legend(mine: str, zero: bool) -> lay.Group:
    diamond = Line2D([], [], linestyle="none", marker="D", markersize=6, color=VERMILION)
    tick = Line2D([], [], linestyle="none", marker="|", markersize=9, color=MUTED,
                  markeredgewidth=1.3)  # fmt: skip
    group = lay.Group([diamond, tick], [mine, "a peer"])
    if zero:
        arrow = Line2D([], [], linestyle="none", marker="<", markersize=6, color=MUTED)
        group.handles.append(arrow)
        group.labels.append("none at all")
    return group
