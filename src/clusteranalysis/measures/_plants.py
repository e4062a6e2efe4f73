"""The seam between an employment table and what is known of the sizes of its plants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels.specialization import ratio
from clusteranalysis.measures._panel import Panel, read_panel, read_reference, some_industries
from clusteranalysis.schema import Absent, check_columns, check_option

Floats = NDArray[np.float64]
_WHAT = "plant table"
_FOURTH = "plant_fourth"


@dataclass(frozen=True)
class Plants:
    """Plants of every group and industry."""

    H: Floats  # sum of squared shares of the industry's jobs
    Z: Floats | None  # sum of their fourth powers, where it is known
    number: Floats | None  # how many there are, where it was asked for
    name: str


def read_plant_panel(
    employment: pd.DataFrame, plants: pd.DataFrame | Literal["equal_size"], absent: Absent
) -> Panel:
    """A panel of jobs, and of establishments where plants are counted by them."""
    check_option("absent", absent, Absent)
    if isinstance(plants, str):
        check_option("plants", plants, Literal["equal_size"])
    values = ("employment", *(["establishments"] if isinstance(plants, str) else []))
    return some_industries(read_panel(employment, values=values))


def plant_herfindahl(
    panel: Panel, plants: pd.DataFrame | Literal["equal_size"], absent: Absent
) -> Floats:
    """Groups x industries: the sum of squared plant shares."""
    return read_plants(panel, plants, absent).H


def read_plants(
    panel: Panel,
    plants: pd.DataFrame | Literal["equal_size"],
    absent: Absent,
    *,
    counted: bool = False,
) -> Plants:
    """Align a plant table, or take all plants of an industry to be equal."""
    if isinstance(plants, str):
        number = panel.sums("establishments", "industry", absent)
        H = ratio(1.0, number)
        return Plants(H, H**3, number, "equal_size")
    needed = ["plant_herfindahl", *(["establishments"] if counted else [])]
    check_columns(plants, ["industry", *needed], what=_WHAT)
    known = [*needed, *([_FOURTH] if _FOURTH in plants.columns else [])]
    columns = read_reference(plants, panel, values=known, absent=absent, what=_WHAT).industry
    H = columns["plant_herfindahl"]
    _refuse(
        panel, H > 1, "column 'plant_herfindahl' of the plant table is above 1 for {}: it is the "
        "sum of squared plant shares, between 1 / plants and 1",
    )  # fmt: skip
    Z, count = columns.get(_FOURTH), columns.get("establishments")
    if count is not None:
        _refuse(
            panel, count * H < 1 - 1e-9, "column 'plant_herfindahl' of the plant table is below "
            "1 / establishments for {}: it is the sum of squared plant shares, and least where all "
            "plants are equal",
        )  # fmt: skip
    if Z is not None:
        # Rounded figures may lie a little beyond what equal plants, or one among dust, would give.
        outside = (Z < H**3 * (1 - 1e-6)) | (Z > H**2 * (1 + 1e-6))
        _refuse(
            panel, outside, "column 'plant_fourth' of the plant table does not fit "
            "'plant_herfindahl' for {}: the sum of fourth powers of plant shares lies between its "
            "cube and its square",
        )  # fmt: skip
    return Plants(H, Z, count, "table")


def _refuse(panel: Panel, bad: Sequence[bool] | NDArray[np.bool_], message: str) -> None:
    """Raise the message with the first industry that is bad in any group."""
    where = np.flatnonzero(np.any(bad, axis=0))
    if len(where):
        raise SchemaError(message.format(repr(panel.industries[where[0]])))
