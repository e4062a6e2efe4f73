"""At which distances do an industry's establishments, or those of two, go together?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot._curves import (
    Curve,
    Unit,
    drawn_unit,
    finding,
    only_curve,
    read_curves,
)
from clusteranalysis.plot._ends import End, Ends
from clusteranalysis.plot.style import (
    BLUE,
    GREEN,
    MUTED,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    VERMILION,
    context,
)

__all__ = ["distance_density", "relative_density"]

#: Marker -> its glyph, which says in a name at a line's end whose line it is where many end as one.
_GLYPHS = {"o": "●", "s": "■", "^": "▲", "D": "◆", "v": "▼", "P": "✚"}
_LOOKS = (
    (BLUE, "-", "o"),
    (VERMILION, (0, (5, 1.6)), "s"),
    (GREEN, (0, (1.5, 1.2)), "^"),
    (MUTED, (0, (7, 1.6, 1.5, 1.6)), "D"),
    (PURPLE, (0, (3, 1.2)), "v"),
    (ORANGE, (0, (5, 1.2, 1, 1.2, 1, 1.2)), "P"),
)
_CHANCE: dict[str, Any] = {"color": "#555555", "linestyle": (0, (1, 1.4)), "linewidth": 1.4}
_LOCAL: dict[str, Any] = {"color": "#777777", "linestyle": (0, (5, 2)), "linewidth": 0.9}
_ABOVE: dict[str, Any] = {"facecolor": ORANGE, "hatch": "////", "edgecolor": "white"}
_BELOW: dict[str, Any] = {"facecolor": SKY, "hatch": "....", "edgecolor": "white"}


def distance_density(
    table: pd.DataFrame,
    *,
    unit: Unit = "m",
    ax: Axes | None = None,
    title: str | None = None,
    note: str | None = None,
) -> Axes:
    """Draw the K-density of one industry, or of two, with its bands; shade where it leaves them.

    Hatched in one way: more pairs at that distance than the global band allows (localised); in
    another: fewer (dispersed). The footer says where, and the p-value of the whole curve.

    Parameters
    ----------
    table : DataFrame
        Of one curve, as :func:`k_density` gives it: ``industry`` (and ``partner``), ``distance``,
        ``k_density`` (share of pairs a unit of distance) and, with simulations, ``expected``,
        ``local_low``, ``local_high``, ``global_low``, ``global_high``, ``localisation``,
        ``dispersion``, ``p_value`` and ``adjusted``. NaN breaks a line.
    unit : {"m", "km", "ft"}
        What the distances are in; they are drawn in km, or miles.
    ax : Axes, optional
        Where to draw; a new pyplot figure of page width by default.
    title, note : str, optional
        What the figure asks or finds; the footer (source, bandwidth, what chance means).

    Returns
    -------
    Axes
        Its last line is the curve.

    Raises
    ------
    SchemaError
        A column is missing or not numeric, there is more than one curve, or nothing to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusteranalysis.plot import distance_density, figure
    >>> found = pd.DataFrame({"industry": "Wine", "distance": [0.0, 500.0, 1000.0],
    ...                       "k_density": [2e-4, 1e-4, 5e-5]})
    >>> ax = distance_density(found, ax=figure()[1])
    >>> [round(float(y), 3) for y in ax.get_lines()[-1].get_ydata()]
    [20.0, 10.0, 5.0]
    """
    curve = only_curve(table, "k_density", unit)
    divisor, name = drawn_unit(unit)
    # Percent of pairs a km (mile): the density is a share a unit of the table's distance.
    scale = 100 * divisor
    x, y = curve.distance, scale * curve.value
    bands = {key: scale * values for key, values in curve.bands.items()}
    with context():
        ax = lay.begin(ax)
        size = lay.text_size(ax)
        lay.grid(ax, "y")
        handles, labels = _bands(ax, x, bands)
        for side, edge, look, word in (
            ("localisation", "global_high", _ABOVE, "localised: above the global band"),
            ("dispersion", "global_low", _BELOW, "dispersed: below the global band"),
        ):
            if side in bands and (bands[side] > 0).any():
                ax.fill_between(
                    x, y, bands[edge], where=bands[side] > 0, interpolate=True, linewidth=0.5,
                    zorder=2.2, **look,
                )  # fmt: skip
                handles.append(Patch(linewidth=0.5, **look))
                labels.append(word)
        ends = []
        if np.isfinite(bands.get("expected", np.nan)).any():
            ax.plot(x, bands["expected"], zorder=2.6, **_CHANCE)
            ends.append(End(_last(bands["expected"]), "by chance", "#555555"))
        ax.plot(
            x, y, color=BLUE, linewidth=2.4, zorder=3, marker="o",
            markersize=3.5 if len(x) <= 40 else 0, markeredgewidth=0,
        )  # fmt: skip
        ends.append(End(_last(y), curve.pair, BLUE, bold=True))
        tops = [y, *(bands[key] for key in ("local_high", "global_high") if key in bands)]
        # A density: its axis starts at nothing.
        ax.set_ylim(0, 1.06 * max(float(np.nanmax(np.where(np.isfinite(v), v, 0))) for v in tops))
        _distances(ax, x)
        named = Ends(ax, ends, size)
        ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}%"))
        ax.set_xlabel(f"Distance between two establishments, {name}", fontsize=size)
        short = name.removesuffix("s")
        ax.set_ylabel(f"Share of all pairs, per {short}", fontsize=size)
        lay.arrange(
            ax,
            size=size,
            title=title or f"{curve.pair}: more often near than by chance?",
            note=fmt.join_notes(finding(curve, name), note),
            groups=[lay.Group(handles, labels)] if handles else [],
            outside=named.artists,
            height=max(170.0, named.height),
        )
        named.untangle()
    return ax


def relative_density(
    table: pd.DataFrame,
    *,
    unit: Unit = "m",
    ax: Axes | None = None,
    title: str | None = None,
    note: str | None = None,
) -> Axes:
    """Draw M (or m) of up to six industries against distance, on a log scale around 1.

    Lines differ in dash and marker as well as in colour and carry their names. With simulations a
    marker is filled where the curve is outside its global band and hollow where it is inside; the
    band itself is drawn where the table holds one curve. A ratio of 0 stands at the foot, apart.

    Parameters
    ----------
    table : DataFrame
        As :func:`m_function` gives it: ``industry`` (and ``partner``), ``distance``,
        ``m_function`` (a ratio; 1 = as everywhere) and, with simulations, ``global_low``,
        ``global_high``, ``localisation``, ``dispersion``, ``p_value`` and more. A ``bandwidth``
        tells m from M. NaN breaks a line.
    unit : {"m", "km", "ft"}
        What the distances are in; they are drawn in km, or miles.
    ax : Axes, optional
        Where to draw; a new pyplot figure of page width by default.
    title, note : str, optional
        What the figure asks or finds; the footer (source, what the share is of).

    Returns
    -------
    Axes

    Raises
    ------
    SchemaError
        A column is missing or not numeric, there are more than six curves, or nothing to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusteranalysis.plot import figure, relative_density
    >>> found = pd.DataFrame({"industry": "Wine", "distance": [500.0, 1000.0, 1500.0],
    ...                       "m_function": [4.0, 2.0, 1.0]})
    >>> ax = relative_density(found, ax=figure()[1])
    >>> [float(y) for y in ax.get_lines()[-1].get_ydata()]
    [4.0, 2.0, 1.0]
    """
    curves = read_curves(table, "m_function", unit)
    if len(curves) > len(_LOOKS):
        raise SchemaError(
            f"the table of m_function holds {len(curves)} curves, and {len(_LOOKS)} can be told "
            "apart: choose some, such as table[table['industry'].isin([...])]"
        )
    drawn = [curve for curve in curves if np.isfinite(curve.value).any()]
    missing = [curve.around for curve in curves if not np.isfinite(curve.value).any()]
    _, name = drawn_unit(unit)
    with context():
        ax = lay.begin(ax)
        size = lay.text_size(ax)
        lay.grid(ax, "y")
        alone = len(drawn) == 1
        foot = _ratio_axis(ax, drawn, alone)
        ax.axhline(1.0, color="#777777", linewidth=1.0, zorder=1.5)
        handles: list[Any] = []
        labels: list[str] = []
        if alone:
            raised = {k: np.maximum(v, foot) for k, v in drawn[0].bands.items()}
            handles, labels = _bands(ax, drawn[0].distance, raised)
        ends = []
        tested = any(curve.bands for curve in drawn)
        for curve, (color, dash, marker) in zip(drawn, _LOOKS, strict=False):
            _one(ax, curve, color, dash, marker, foot)
            label = curve.around if alone else f"{_GLYPHS[marker]} {curve.around}"
            ends.append(End(max(_last(curve.value), foot), label, color, bold=alone))
        _distances(ax, np.concatenate([curve.distance for curve in drawn]))
        named = Ends(ax, ends, size)
        if tested:
            dot: dict[str, Any] = {
                "color": MUTED, "marker": "o", "linestyle": "", "markersize": 5.5,
            }  # fmt: skip
            handles += [Line2D([], [], **dot), Line2D([], [], markerfacecolor="white", **dot)]
            labels += ["filled: outside the global band", "hollow: inside it"]
        per = "at" if "bandwidth" in table.columns else "up to"
        ax.set_xlabel(f"Neighbours {per} this distance, {name}", fontsize=size)
        ax.set_ylabel("Share among neighbours ÷ share of all", fontsize=size)
        zeros = any((curve.value == 0).any() for curve in drawn)
        lay.arrange(
            ax,
            size=size,
            title=title or "How many times its share has an industry nearby?",
            note=fmt.join_notes(
                "1 = as everywhere.",
                "0 = no such neighbour, drawn apart at the foot." if zeros else "",
                finding(drawn[0], name) if alone else "",
                fmt.not_shown(missing, "no neighbours"),
                note,
            ),
            groups=[lay.Group(handles, labels)] if handles else [],
            outside=named.artists,
            height=max(170.0, named.height),
        )
        named.untangle()
    return ax


def _last(values: np.ndarray) -> float:
    return float(values[np.isfinite(values)][-1])


def _distances(ax: Axes, x: np.ndarray) -> None:
    """Show the distances from 0, with round ticks."""
    far = float(np.nanmax(x))
    ax.set_xlim(-0.02 * far, 1.02 * far if far > 0 else 1.0)
    most = 5 if lay.narrow(ax) else 10
    ax.xaxis.set_major_locator(MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))


def _bands(ax: Axes, x: np.ndarray, bands: dict[str, np.ndarray]) -> tuple[list[Any], list[str]]:
    """Draw the global band as an area and the local one as two lines."""
    if not bands:
        return [], []
    look: dict[str, Any] = {"facecolor": PALE, "edgecolor": "none"}
    ax.fill_between(x, bands["global_low"], bands["global_high"], zorder=1.6, **look)
    handles: list[Any] = [Patch(**look)]
    labels = ["global band: whole curves by chance"]
    if {"local_low", "local_high"} <= set(bands):
        for edge in ("local_low", "local_high"):
            ax.plot(x, bands[edge], zorder=1.8, **_LOCAL)
        handles.append(Line2D([], [], **_LOCAL))
        labels.append("local band: one distance chosen beforehand")
    return handles, labels


def _ratio_axis(ax: Axes, curves: list[Curve], alone: bool) -> float:
    """Set a log axis around 1 with a place for zero at its foot; return where zero is drawn."""
    shown = [curve.value for curve in curves]
    if alone:
        shown += [curves[0].bands[k] for k in ("global_low", "global_high") if curves[0].bands]
    values = np.concatenate(shown)
    low, high = fmt.lq_limits(values)
    ax.set_yscale("log")
    fmt.lq_ticks(ax.yaxis, low, high)
    foot = low / 1.25
    if not (values == 0).any():
        ax.set_ylim(low, high)
        return low
    ticks = [float(tick) for tick in ax.yaxis.get_majorticklocs() if low <= tick <= high]
    words = [ax.yaxis.get_major_formatter()(tick) for tick in ticks]
    ax.yaxis.set_major_locator(FixedLocator([foot, *ticks]))
    ax.yaxis.set_major_formatter(FixedFormatter(["0", *words]))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_ylim(foot / 1.12, high)
    # The axis breaks between nothing and the smallest ratio.
    ax.axhline(low / 1.1, color="#999999", linewidth=0.8, linestyle=(0, (2, 3)), zorder=1.4)
    return foot


def _one(ax: Axes, curve: Curve, color: str, dash: Any, marker: str, foot: float) -> None:
    """Draw one curve: its line where it is positive, its markers everywhere."""
    positive = np.where(curve.value > 0, curve.value, np.nan)
    outside = np.ones(len(curve.value), bool)
    if curve.bands:
        low, high = curve.bands["global_low"], curve.bands["global_high"]
        outside = (curve.value < low) | (curve.value > high)
    places = np.where(curve.value == 0, foot, positive)
    for flag, fill in ((False, "white"), (True, color)):
        here = outside == flag
        ax.plot(
            curve.distance[here], places[here], linestyle="", marker=marker, markersize=4.8,
            color=color, markerfacecolor=fill, zorder=3.2, clip_on=False,
        )  # fmt: skip
    ax.plot(curve.distance, positive, color=color, linestyle=dash, linewidth=1.6, zorder=3)
