"""The seam between a table, its neighbours and a map of location quotients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.kernels.spatial import row_standardised
from clusteranalysis.kernels.specialization import ratio
from clusteranalysis.measures._neighbours import read_neighbours
from clusteranalysis.measures._panel import some_industries
from clusteranalysis.measures._quotients import Quotients, read_quotients
from clusteranalysis.schema import Absent, Value, check_option

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Map:
    """One group's location quotients, and which of the regions with any jobs touch."""

    LQ: Floats  # all regions x industries
    rows: NDArray[np.intp]  # the regions that take part: without jobs there is no LQ
    W: csr_array  # of those regions

    @cached_property
    def alike(self) -> csr_array:
        """1 for every neighbour."""
        ones = self.W.copy()
        ones.data[:] = 1.0
        return ones

    @cached_property
    def standardised(self) -> csr_array:
        """Weights that add up to 1 for every region with neighbours."""
        return row_standardised(self.W)

    @cached_property
    def weights(self) -> Any:
        """The same for esda."""
        return _for_esda(self.standardised)

    @cached_property
    def weights_with_itself(self) -> Any:
        """For esda: 1 for every neighbour and for the region itself."""
        from scipy.sparse import eye_array

        return _for_esda(self.alike + eye_array(len(self.rows)))

    def patterned(self, least: int) -> Iterator[tuple[int, Floats]]:
        """Industries whose quotients are all known and differ, on a map where regions touch."""
        if len(self.rows) < least or not self.W.nnz:
            return
        for i, y in enumerate(self.LQ[self.rows].T):
            # Quotients that are equal but for the last digits are no pattern.
            if not np.isnan(y).any() and np.ptp(y) > 1e-12 * np.abs(y).max():
                yield i, np.ascontiguousarray(y)


@dataclass(frozen=True)
class Maps:
    """All groups of a table."""

    data: Quotients
    W: csr_array

    @property
    def regions(self) -> pd.Index:
        """All regions, also those that take no part."""
        return self.data.panel.regions

    @property
    def industries(self) -> pd.Index:
        """All industries."""
        return self.data.panel.industries

    @property
    def keys(self) -> list[str]:
        """Keys that split the table into groups."""
        return list(self.data.panel.groups.columns)

    def groups(self) -> Iterator[tuple[dict[str, int], Map]]:
        """Key values and map of each group."""
        for keys, m in self.data.groups():
            # Where the published total is 0, what is withheld of it is 0, too.
            rows = np.flatnonzero((m.n != 0) | (m.E > 0).any(axis=1))
            LQ = ratio(ratio(m.E, m.n[:, None]), ratio(m.X, m.N))
            yield keys, Map(LQ, rows, self.W[rows][:, rows])


def read_maps(
    employment: pd.DataFrame,
    reference: pd.DataFrame | Literal["sum"],
    neighbours: pd.DataFrame,
    value: Value,
    absent: Absent,
) -> Maps:
    """Check and align a table, its reference and its neighbours."""
    check_option("value", value, Value)
    check_option("absent", absent, Absent)
    if isinstance(reference, str):
        check_option("reference", reference, Literal["sum"])
    data = read_quotients(
        employment,
        reference=reference,
        base="total",
        tradability=None,
        value=value,
        absent=absent,
    )
    return Maps(data, read_neighbours(neighbours, some_industries(data.panel).regions))


def import_esda() -> Any:
    """The package of spatial statistics, loaded (with geopandas) only when it is needed."""
    try:
        import esda  # type: ignore[import-untyped]
    except ImportError as error:
        raise ImportError(
            "spatial statistics need the packages esda and libpysal: pip install esda libpysal"
        ) from error
    return esda


def _for_esda(W: Any) -> Any:
    from libpysal.weights import WSP  # type: ignore[import-untyped]
    from scipy.sparse import csr_matrix

    return WSP(csr_matrix(W)).to_W(silence_warnings=True)
