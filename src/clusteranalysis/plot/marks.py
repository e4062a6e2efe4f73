"""Where on the picture is each mark, so that a page can answer the reader who points at it?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot._geography import project
from clusteranalysis.plot._outlines import main_part
from clusteranalysis.schema import check_option

__all__ = ["mark_places"]

Marked = Literal["portfolio", "lq_maps"]


def mark_places(
    kind: Marked, table: pd.DataFrame, figure: Figure, *, crs: str = "EPSG:3310"
) -> pd.DataFrame:
    """Find where a finished figure shows each row of its table.

    Parameters
    ----------
    kind : {"portfolio", "lq_maps"}
        The plot function that drew it.
    table : DataFrame
        The table it drew.
    figure : Figure
        What it drew on, at its final size.
    crs : str
        Projection of the maps, as it was passed to :func:`lq_maps`.

    Returns
    -------
    DataFrame
        ``x, y``: parts of the picture's width and height (0..1, from its upper left corner), one
        row a mark, in the order of the table and with its index; rows without a mark are left out.

    Raises
    ------
    SchemaError
        The figure is of another kind.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusteranalysis.plot import figure, mark_places, portfolio
    >>> found = pd.DataFrame({"name": ["Wine", "Hotels"], "location_quotient": [1.4, 0.4],
    ...     "growth_difference": [3.5, -3.6], "employment": [2562.0, 5039.0],
    ...     "tradability": ["traded", "traded"], "selected": [True, False],
    ...     "quadrant": ["Concentrated, outpacing US", "Below US share, trailing US"]})
    >>> fig, ax = figure()
    >>> _ = portfolio(found, ax=ax)
    >>> places = mark_places("portfolio", found, fig)
    >>> bool(places.loc[0, "x"] > places.loc[1, "x"]), bool(places.loc[0, "y"] < places.loc[1, "y"])
    (True, True)
    """
    check_option("kind", kind, Marked)
    if kind == "portfolio":
        points = np.column_stack(
            [fmt.floats(table, "growth_difference"), fmt.floats(table, "location_quotient")]
        )
        drawn = np.isfinite(points).all(axis=1) & (points[:, 1] > 0)
        drawn &= fmt.floats(table, "employment") > 0
        return _places(figure.axes[0], points, drawn, table.index)
    frame = project(table, ["cluster", "geometry"], crs)
    inside = [main_part(shape).representative_point() for shape in frame.geometry]
    points = np.array([(point.x, point.y) for point in inside])
    clusters = list(dict.fromkeys(fmt.strings(table, "cluster")))
    # The maps follow the axes that hold title, legend and colour bar.
    panels = dict(zip(clusters, figure.axes[1:], strict=True))
    parts = [
        _places(panels[name], points, frame["cluster"].to_numpy() == name, table.index)
        for name in clusters
    ]
    return pd.concat(parts).loc[table.index]


def _places(ax: Axes, points: np.ndarray, drawn: np.ndarray, index: pd.Index) -> pd.DataFrame:
    within = ax.transData + lay.root(ax).transFigure.inverted()
    x, y = within.transform(points[drawn]).T
    return pd.DataFrame({"x": x, "y": 1 - y}, index=index[drawn])
