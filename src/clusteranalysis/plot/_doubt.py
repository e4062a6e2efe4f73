"""Which marks rest on jobs that are largely withheld or imputed, and how are they hatched?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from clusteranalysis.errors import SchemaError
from clusteranalysis.plot import _format as fmt
from clusteranalysis.plot import _layout as lay
from clusteranalysis.plot.style import MUTED

__all__: list[str] = []

#: Above this share a mark is hatched unless the caller says otherwise.
LIMIT = 0.2
#: A dense hatch, so that a halo of few points still shows it.
HATCH: dict[str, Any] = {
    "facecolor": "white", "edgecolor": MUTED, "hatch": "///////", "linewidth": 0.6,
}  # fmt: skip
#: Points by which a halo is wider than its mark.
WIDER = 4.0


def doubtful(table: pd.DataFrame, limit: float) -> np.ndarray:
    """Tell which rows have more than `limit` of their jobs withheld or imputed.

    The two shares add up. A share that is NaN counts as above the limit: nobody can say that it
    is not. A table without the columns has no such rows.
    """
    if not 0 <= limit <= 1:
        raise SchemaError(f"hatch_above={limit!r} is no share: use one from 0 to 1")
    found = np.zeros(len(table))
    for column in ("open_share", "imputed_share"):
        if column in table.columns:
            share = fmt.floats(table, column)
            bad = np.isfinite(share) & ((share < 0) | (share > 1))
            if bad.any():
                raise SchemaError(
                    f"column {column!r} must hold shares from 0 to 1; row {int(bad.argmax())} has "
                    f"{share[bad][0]:g}: divide by the jobs"
                )
            found = found + share
    return np.asarray(~(found <= limit))


def halo(ax: Axes, x: float, y: float, radius: float, zorder: float) -> None:
    """Draw a hatched disc behind a mark of this radius (points)."""
    ax.scatter([x], [y], s=(2 * (radius + WIDER)) ** 2, marker="o", zorder=zorder, **HATCH)


def add_to(groups: list[lay.Group], hatched: np.ndarray, limit: float) -> list[lay.Group]:
    """Add the explanation to a legend where something is hatched."""
    if hatched.any():
        words = f"hatched: more than {100 * limit:g}% of jobs withheld or imputed"
        groups = [*groups, lay.Group([Patch(**HATCH)], [words])]
    return groups
