"""Which clusters is the region strong in, and which of them outgrow the country?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator

from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _doubt as doubt
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot._naming import Naming
from clusteranalysis.plot.ranking import check_tradability
from clusteranalysis.plot.style import MUTED, PALE, TEXT, TRADABILITY, context
from clusteranalysis.schema import check_columns, quadrant_names

__all__ = ["portfolio"]

_COLUMNS = (
    "name", "location_quotient", "growth_difference", "employment", "tradability", "selected",
    "quadrant",
)  # fmt: skip


def portfolio(
    table: pd.DataFrame,
    *,
    hatch_above: float = doubt.LIMIT,
    reference_name: str = "US",
    ax: Axes | None = None,
    title: str | None = None,
    note: str | None = None,
) -> Axes:
    """Draw clusters by growth against the reference and by specialization, sized by jobs.

    Labels are laid out once, for the size that the figure has now: resize first, then draw. On a
    phone, and for a label that has no free place, the bubble carries a number and a key below
    gives its name.

    Parameters
    ----------
    table : DataFrame
        One row a cluster: ``name``; ``location_quotient`` (ratio, log scale);
        ``growth_difference`` (percentage points a year by which jobs grew faster than in the same
        cluster of the reference); ``employment`` (jobs, the bubble's area); ``tradability``
        (``traded``, ``local`` or ``mixed``: colour and shape); ``selected`` (bool: filled,
        otherwise hollow); ``quadrant`` (str); optional ``location_quotient_low`` and
        ``location_quotient_high`` (certain bounds, pale bar) and ``interval_low`` and
        ``interval_high`` (statistical interval, thin line). A cluster with a NaN, or with a
        quotient of zero, is listed below.
    hatch_above : float
        A mark whose ``open_share`` and ``imputed_share`` (optional, 0..1 of its jobs) add up to
        more than this, or are not known, is hatched; the legend says so.
    reference_name : str
        What the quotients compare with, as the figure calls it.
    ax : Axes, optional
        Where to draw; a new pyplot figure of page width by default.
    title, note : str, optional
        What the figure asks or finds; the footer (source, vintage, base of the quotient).

    Returns
    -------
    Axes
        The axis reaches as far as the farthest cluster.

    Raises
    ------
    SchemaError
        A column is missing or not numeric, a tradability is unknown, or no cluster is complete.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusteranalysis.plot import figure, portfolio
    >>> found = pd.DataFrame({"name": ["Wine", "Hotels"], "location_quotient": [1.4, 0.4],
    ...     "growth_difference": [3.5, -3.6], "employment": [2562.0, 5039.0],
    ...     "tradability": ["traded", "traded"], "selected": [True, False],
    ...     "quadrant": ["Concentrated, outpacing US", "Below US share, trailing US"]})
    >>> ax = portfolio(found, ax=figure()[1])
    >>> ax.get_yscale()
    'log'
    """
    check_columns(table, _COLUMNS, what="portfolio table")
    frame = pd.DataFrame({column: fmt.floats(table, column) for column in _COLUMNS[1:4]})
    for column in (*_BOUNDS, *_INTERVAL, *_GROWTH):
        frame[column] = fmt.floats(table, column) if column in table.columns else np.nan
    frame["name"], frame["kind"] = fmt.strings(table, "name"), fmt.strings(table, "tradability")
    frame["selected"] = fmt.flags(table, "selected")
    frame["hatched"] = doubt.doubtful(table, hatch_above)
    check_tradability(frame["kind"])
    zero = frame["location_quotient"].eq(0) | frame["employment"].eq(0)
    partial = frame[list(_COLUMNS[1:4])].isna().any(axis=1) & ~zero
    # Large bubbles first, so that small ones lie on top.
    shown = frame[~zero & ~partial].sort_values(
        ["employment", "name"], ascending=[False, True], kind="stable", ignore_index=True
    )
    if shown.empty:
        raise SchemaError(
            "no row of the portfolio table has a location quotient, a growth difference and jobs: "
            "nothing to draw"
        )
    footer = fmt.join_notes(
        note,
        fmt.not_shown(frame["name"][partial].tolist(), "a figure is withheld"),
        fmt.not_shown(frame["name"][zero].tolist(), "no jobs in the region"),
    )
    with context():
        ax = lay.begin(ax, height=6.4)
        _Picture(ax, shown, hatch_above, reference_name).draw(
            title or f"Strong here, and growing faster than in {fmt.the(reference_name)}?", footer
        )
    return ax


#: Corner -> what stands in it.
_Names = dict[tuple[bool, bool], str]
_BOUNDS = ("location_quotient_low", "location_quotient_high")
_INTERVAL = ("interval_low", "interval_high")
_GROWTH = ("growth_difference_low", "growth_difference_high")


@dataclass
class _Picture:
    """One portfolio being drawn; the parts share sizes and the bubbles' places."""

    ax: Axes
    shown: pd.DataFrame
    limit: float
    reference_name: str
    size: float = 9.0
    largest: float = 20.0
    radii: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def draw(self, title: str, note: str) -> None:
        ax, shown = self.ax, self.shown
        self.size, small = lay.text_size(ax), lay.narrow(ax)
        the = fmt.the(self.reference_name)
        self.largest = 13.0 if small else 22.0 if self.size > 10 else 17.0
        # Area, not radius, is proportional to jobs; all three shapes have the same area.
        jobs = shown["employment"].to_numpy()
        self.radii = self.largest * np.sqrt(jobs / jobs.max())
        ax.set_yscale("log")
        lay.grid(ax, "both")
        ax.axhline(1, color=TEXT, linewidth=1.1, zorder=1.8)
        ax.axvline(0, color=TEXT, linewidth=1.1, zorder=1.8)
        ax.xaxis.set_major_locator(MaxNLocator(nbins=4 if small else 8))
        ax.xaxis.set_major_formatter(lambda v, _: _signed(v))
        ax.set_ylabel(
            f"Location quotient (log scale; 1 = {self.reference_name} average)", fontsize=self.size
        )
        ax.set_xlabel(
            f"Job growth against {the},\npercentage points a year" if small else
            f"Job growth against the same cluster in {the}, percentage points a year",
            fontsize=self.size,
        )  # fmt: skip
        self._bubbles()
        order = shown.sort_values("location_quotient", ascending=False, kind="stable").index
        self._limits(self._corner_names(400.0), 400.0, 300.0)

        def arrange(key: Callable[[float], str] | None) -> lay.Arranged:
            return lay.arrange(
                ax, title=title, note=note, size=self.size, groups=self._groups(), key=key,
                height=290.0 if small else 300.0 if self.size > 10 else 350.0,
            )  # fmt: skip

        def settle(wide: float, tall: float) -> list[Text]:
            names = self._corner_names(wide)
            self._limits(names, wide, tall)
            return self._corners(names)

        naming = Naming(
            ax,
            at=shown[["growth_difference", "location_quotient"]].to_numpy(),
            radii=self.radii * _reach(shown["kind"]) + doubt.WIDER * shown["hatched"].to_numpy(),
            names=shown["name"].tolist(),
            order=[int(i) for i in order],
            size=self.size,
            weights=(shown["selected"] * 1e9 + shown["employment"]).to_numpy(),
            bold=shown["selected"].to_numpy(),
            head="By location quotient:",
        )
        naming.draw(arrange, settle, range(len(shown)) if small else ())

    def _bubbles(self) -> None:
        for y in self.shown.index:
            row = self.shown.loc[y]
            color, marker = TRADABILITY[row["kind"]]
            x, lq = row["growth_difference"], row["location_quotient"]
            low, high = (row[column] for column in _BOUNDS)
            if low == low and high > low:
                self.ax.plot(
                    [x, x], [max(low, lq / 100), high], color=PALE, linewidth=5,
                    solid_capstyle="butt", zorder=2,
                )  # fmt: skip
            low, high = (row[column] for column in _INTERVAL)
            if low == low and high == high:
                self.ax.plot(
                    [x, x], [max(low, lq / 100), high], color=color, linewidth=0.8, alpha=0.55,
                    zorder=2.1,
                )  # fmt: skip
            low, high = (row[column] for column in _GROWTH)
            if low == low and high > low:
                # These may run far beyond the frame, which holds the bubbles only.
                self.ax.plot(
                    [low, high], [lq, lq], color=PALE, linewidth=2.2, solid_capstyle="butt",
                    zorder=1.9,
                )  # fmt: skip
            if row["hatched"]:
                doubt.halo(self.ax, x, lq, float(self.radii[y]), 2.95)
            self.ax.scatter(
                [x], [lq], s=_points2(float(self.radii[y]), marker), marker=marker,
                facecolor=to_rgba(color, 0.72) if row["selected"] else (1, 1, 1, 0.6),
                edgecolor=color, linewidth=1.5, zorder=3 + 0.01 * y,
            )  # fmt: skip

    def _corner_names(self, wide: float) -> _Names:
        """By (an LQ above 1, above zero growth difference), in lines that fit half the picture."""
        names = quadrant_names(self.reference_name)
        return {
            corner: lay.wrap(name.replace(", ", ",\n"), 0.45 * wide - 12, self.size)
            for corner, name in names.items()
        }

    def _limits(self, names: _Names, wide: float, tall: float) -> None:
        """Hold every bubble whole, both middle lines, and the corner names clear of bubbles."""
        lines = [name.split("\n") for name in names.values()]
        band = max(map(len, lines)) * 1.42 * self.size + 6
        corner = max(lay.text_width(line, self.size) for name in lines for line in name) + 12
        radii = 1.3 * self.radii + 3
        x = self.shown["growth_difference"].to_numpy()
        low, high = fmt.fit(x, radii, wide, min(corner, 0.45 * wide), 4.0)
        self.ax.set_xlim(low, high)
        columns = ["location_quotient", *_BOUNDS, *_INTERVAL]
        # A bound far below its own quotient (or zero) may run out of the picture.
        floor = self.shown["location_quotient"].to_numpy()[:, None] / 4
        values = np.maximum(self.shown[columns].to_numpy(), floor)
        y = np.log(values)
        sizes = np.where(np.arange(len(columns)) == 0, radii[:, None], 0.0)
        known = np.isfinite(y)
        low, high = fmt.fit(y[known], sizes[known], tall, band + 20, band)
        ends = np.exp([low, high])
        self.ax.set_ylim(*ends)
        fmt.lq_ticks(self.ax.yaxis, float(ends[0]), float(ends[1]))

    def _corners(self, names: _Names) -> list[Text]:
        made = []
        for (up, right), name in names.items():
            made.append(
                self.ax.annotate(
                    name, (float(right), float(up)), xycoords="axes fraction",
                    xytext=(-4 if right else 4, -3 if up else 3), textcoords="offset points",
                    ha="right" if right else "left", va="top" if up else "bottom",
                    fontsize=self.size, color=MUTED, style="italic", zorder=6,
                )
            )  # fmt: skip
        return list(made)

    def _groups(self) -> list[lay.Group]:
        shown = self.shown
        marks = lay.Group([], [])
        for kind, (color, marker) in TRADABILITY.items():
            if (shown["kind"] == kind).any():
                marks.handles.append(_dot(marker, color, to_rgba(color, 0.72)))
                marks.labels.append(kind)
        for flag, face, label in (
            (True, MUTED, "filled: selected"),
            (False, "white", "hollow: not selected"),
        ):
            if (shown["selected"] == flag).any():
                marks.handles.append(_dot("o", MUTED, face))
                marks.labels.append(label)
        unsure = lay.Group([], [])
        if (shown[_BOUNDS[1]] > shown[_BOUNDS[0]]).any():
            unsure.handles.append(Line2D([], [], color=PALE, linewidth=5, solid_capstyle="butt"))
            unsure.labels.append("bounds from withheld jobs")
        if shown[list(_INTERVAL)].notna().all(axis=1).any():
            unsure.handles.append(Line2D([], [], color=MUTED, linewidth=0.8))
            unsure.labels.append("statistical interval")
        most = float(shown["employment"].max())
        radii = [(jobs, self.largest * np.sqrt(jobs / most)) for jobs in _references(most)]
        sizes = lay.Group(
            [Line2D([], [], linestyle="none", marker="o", markersize=2 * r,
                    markerfacecolor="white", markeredgecolor=MUTED) for _, r in radii],
            [fmt.number(jobs) for jobs, _ in radii[:-1]] + [f"{fmt.number(radii[-1][0])} jobs"],
            length=2 * radii[-1][1] / self.size + 0.2,
            handler=lay.Middle(),
            # Legend takes 0.35 of what exceeds 0.7 off the height it is given.
            height=(2 * radii[-1][1] / self.size + 0.2) / 0.65,
        )  # fmt: skip
        if self.size > 10:
            marks.handles += unsure.handles
            marks.labels += unsure.labels
            unsure = lay.Group([], [])
        groups = [marks, *([unsure] if unsure.labels else []), sizes]
        return doubt.add_to(groups, shown["hatched"].to_numpy(), self.limit)


def _reach(kinds: pd.Series) -> np.ndarray:
    """Radius of the disc that labels keep off, in radii of the circle of equal area."""
    return np.where(kinds == "traded", 1.04, 1.12)


def _points2(radius: float, marker: str) -> float:
    """Size for scatter: the square around the shape, so that all shapes have the circle's area."""
    return (2 * radius) ** 2 * (1.0 if marker == "o" else np.pi / 4)


def _dot(marker: str, edge: object, face: object) -> Line2D:
    return Line2D([], [], linestyle="none", marker=marker, markersize=7 if marker == "o" else 6,
                  markerfacecolor=face, markeredgecolor=edge, markeredgewidth=1.4)  # type: ignore[arg-type]  # fmt: skip


def _signed(value: float) -> str:
    text = f"{value:+.10g}" if abs(value) > 1e-9 else "0"
    return text.replace("-", "\N{MINUS SIGN}")


def _references(most: float) -> list[float]:
    """Three round numbers of jobs, the largest no more than the largest bubble."""
    unit = 10.0 ** np.floor(np.log10(most))
    top = max(step * unit for step in (1, 2, 5) if step * unit <= most)
    return sorted({max(1.0, round(top / part)) for part in (50, 5, 1)})
