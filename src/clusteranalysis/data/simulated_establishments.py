"""How are the embedded SIMULATED establishments made, and what is planted in them?

None of them is a real firm, and no industry of theirs is one of NAICS: they are there so that a
measure by distance can be tried where the answer is known. The land is the East Bay's; the towns
on it are drawn by chance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from shapely import MultiPolygon, Polygon

__all__ = ["CRS", "PLANTED", "SEED", "STEPS", "simulated_establishments"]

Floats = NDArray[np.float64]

#: UTM zone 10 north: metres, and a projection only, so that no change of datum moves a point.
CRS = "EPSG:32610"
SEED = 6
_COUNTIES = ("06001", "06013")
#: Metres from coast and border, so that rounding or a simplified outline leaves no one outside.
_MARGIN = 250.0
_TOWNS = 14
#: Metres: how far a town reaches, a clump, a partner from its partner, a competitor at least.
_TOWN, _CLUMP, _BESIDE, _APART = 3500.0, 400.0, 150.0, 1000.0
_CLUMPS = 20
#: Share of the sites outside of towns, anywhere on the land.
_RURAL = 0.15

#: Industry -> establishments and what is planted in it.
PLANTED: dict[str, tuple[int, str]] = {
    "simulated: backdrop": (1700, "where the towns are; more than half of all establishments"),
    "simulated: clustered": (
        300,
        f"{_CLUMPS} clumps of 15 about sites of the towns, each normal with {_CLUMP:g} m",
    ),
    "simulated: co-located A": (250, "where the towns are, as the backdrop"),
    "simulated: co-located B": (250, f"one about each of A, normal with {_BESIDE:g} m"),
    "simulated: dispersed": (200, f"where the towns are, but no two within {_APART:g} m"),
    "simulated: random": (300, "where the towns are, as the backdrop"),
}
#: For the record of where the file comes from.
STEPS = (
    f"{_TOWNS} made-up towns anywhere on the land of Alameda and Contra Costa, {_MARGIN:g} m or "
    "more from its outline; they are no real towns",
    f"{1 - _RURAL:.0%} of sites are normal about a town with {_TOWN:g} m, the others anywhere on "
    "the land; each industry as 'planted' says",
    "employment is log-normal, rounded up, whatever the industry and the place",
)


def simulated_establishments(counties: GeoDataFrame) -> pd.DataFrame:
    """What would establishments look like of which we know which industries cluster?

    Parameters
    ----------
    counties : GeoDataFrame
        Outlines with ``region``, those of Alameda (06001) and Contra Costa (06013) among them.

    Returns
    -------
    DataFrame
        One row a SIMULATED establishment, sorted by ``id``: ``id``, ``industry``, ``x`` and ``y``
        (whole metres, UTM zone 10 north) and ``employment`` (jobs, 1 or more). The same outlines
        and the same numpy give the same table.

    Examples
    --------
    >>> from clusteranalysis.data.sample import sample
    >>> made = simulated_establishments(sample().counties)
    >>> len(made), made["id"].iloc[0], made["industry"].iloc[0]
    (3000, 'simulated-0001', 'simulated: backdrop')
    """
    import shapely

    outline = counties[counties["region"].isin(_COUNTIES)].to_crs(CRS).geometry.union_all()
    rng = np.random.default_rng(SEED)
    shape = outline.buffer(-_MARGIN)
    shapely.prepare(shape)
    land = _Land(shape, rng)
    count = {name.removeprefix("simulated: "): number for name, (number, _) in PLANTED.items()}
    partner = land.sites(count["co-located A"])
    clumps = np.repeat(land.sites(_CLUMPS), count["clustered"] // _CLUMPS, axis=0)
    places = {
        "backdrop": land.sites(count["backdrop"]),
        "clustered": land.around(clumps, _CLUMP),
        "co-located A": partner,
        "co-located B": land.around(partner, _BESIDE),
        "dispersed": land.apart(count["dispersed"], _APART),
        "random": land.sites(count["random"]),
    }
    xy = np.vstack([places[name] for name in count])
    table = pd.DataFrame(
        {
            "id": [f"simulated-{number:04d}" for number in range(1, len(xy) + 1)],
            "industry": np.repeat(list(PLANTED), list(count.values())),
            "x": xy[:, 0],
            "y": xy[:, 1],
            "employment": np.ceil(np.exp(rng.normal(1.6, 1.2, len(xy)))),
        }
    )
    return table.astype({"id": "str", "industry": "str"})


class _Land:
    """Draws places on the land: more of them in towns."""

    def __init__(self, shape: Polygon | MultiPolygon, rng: np.random.Generator) -> None:
        self.shape, self.rng = shape, rng
        self.towns = self._anywhere(_TOWNS)
        self.share = rng.dirichlet(np.full(_TOWNS, 2.0))

    def _inside(self, xy: Floats) -> NDArray[np.bool_]:
        import shapely

        return np.asarray(shapely.contains_xy(self.shape, xy))

    def _anywhere(self, number: int) -> Floats:
        """Evenly over the land."""
        x0, y0, x1, y1 = self.shape.bounds
        found = np.empty((0, 2))
        while len(found) < number:
            tried = np.round(self.rng.uniform((x0, y0), (x1, y1), (number, 2)))
            found = np.vstack([found, tried[self._inside(tried)]])
        return found[:number]

    def sites(self, number: int) -> Floats:
        """In and around the towns, and some anywhere: where any industry would be by chance."""
        rural = int(self.rng.binomial(number, _RURAL))
        town = self.rng.choice(_TOWNS, number - rural, p=self.share)
        urban = self.around(self.towns[town], _TOWN)
        # Mixed, so that the first few are as good a sample as all.
        return self.rng.permutation(np.vstack([urban, self._anywhere(rural)]))

    def around(self, centres: Floats, spread: float) -> Floats:
        """One place about each centre: normal, drawn anew where it misses the land."""
        found = np.empty_like(centres)
        left = np.arange(len(centres))
        while len(left):
            found[left] = np.round(self.rng.normal(centres[left], spread))
            left = left[~self._inside(found[left])]
        return found

    def apart(self, number: int, distance: float) -> Floats:
        """Sites one after the other, those too near to an earlier one passed over."""
        found = np.empty((0, 2))
        while len(found) < number:
            for place in self.sites(number):
                if len(found) < number and not (np.hypot(*(found - place).T) < distance).any():
                    found = np.vstack([found, place])
        return found
