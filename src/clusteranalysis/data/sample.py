"""What real data can I start on at once, without a download?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from clusteranalysis import resources
from clusteranalysis.errors import DataError, SchemaError
from clusteranalysis.industries import naics
from clusteranalysis.schema import TOTAL

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

__all__ = ["Sample", "sample"]

_NAMES = ("east-bay",)
_WHOLE = ("year", "level")


@lru_cache(maxsize=16)
def _stored(path: Path) -> pd.DataFrame:
    """Read a packaged table into the contract's types: text, whole years, float numbers."""
    with _whole(path):
        table = pd.read_parquet(path)
    numbers = {
        column: "int64" if column in _WHOLE else "float64"
        for column in table.select_dtypes("number").columns
    }
    return table.astype(numbers)


@lru_cache(maxsize=4)
def _map(path: Path) -> GeoDataFrame:
    import geopandas as gpd

    with _whole(path):
        return gpd.read_parquet(path)


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    """Say of a packaged file that cannot be read that it is damaged, and what mends it."""
    import pyarrow as pa

    try:
        yield
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())[:200]
        raise DataError(
            f"the packaged table {path.name!r} is damaged ({reason}): reinstall clusteranalysis"
        ) from None


def _at_level(table: pd.DataFrame, level: int, name: str) -> pd.DataFrame:
    """Rows of one level and the totals beside them."""
    levels = sorted(set(table["level"]) - {0})
    if level not in levels:
        listed = ", ".join(map(str, levels))
        raise SchemaError(f"level={level!r} is not in {name}: use one of {listed}")
    rows = table[table["level"].isin([0, level])].drop(columns="level")
    return rows.sort_values(["region", "industry", "year"], ignore_index=True)


class Sample:
    """Real figures of the San Francisco Bay Area beside the nation, ready for every measure.

    County Business Patterns 2018 to 2021 by NAICS 2017: jobs in mid-March (NaN = withheld, never
    zero), establishments, and payroll in US dollars a year. Every access gives a fresh copy. The
    one table that is not real says so in its name: :attr:`simulated_establishments`.

    Parameters
    ----------
    name : str
        Name of the packaged sample; :func:`sample` checks it.

    Examples
    --------
    >>> bay = sample()
    >>> jobs = bay.level(6)
    >>> jobs.query("region == '06001' and industry == '00' and year == 2018")["employment"].item()
    698915.0
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        cells = self._table("cells")
        return (
            f"<Sample {self.name!r}: {cells['region'].nunique()} Bay Area counties "
            f"{cells['year'].min()}-{cells['year'].max()} by NAICS level 2, 3, 4 and 6, with US "
            "totals; US Census Bureau, County Business Patterns (public domain)>"
        )

    def _table(self, name: str) -> pd.DataFrame:
        return _stored(resources.processed(self.name, f"{name}.parquet"))

    @property
    def cells(self) -> pd.DataFrame:
        """Every county cell of the nine counties at levels 0, 2, 3, 4 and 6.

        ``region, industry, level, year, employment, establishments, payroll, employment_low,
        employment_high, status``. Levels overlap: :meth:`level` gives one at a time.
        """
        return self._table("cells").copy()

    @property
    def us(self) -> pd.DataFrame:
        """The nation at levels 0 and 2 to 6, region ``"US"``.

        ``payroll_first_quarter`` is dollars a quarter. ``reported_payroll`` (dollars a year) over
        ``reported_employment`` is the nation's annual pay a job; the two are sums over the county
        cells that publish both, so they are no totals. NaN where there is none (level 5, ``99``).
        """
        return self._table("us").copy()

    @property
    def nation(self) -> pd.DataFrame:
        """Every county of the 50 states by three-digit industry, sums of published cells.

        ``region, industry, year, employment, establishments, status``; ``partial`` is a floor.
        """
        return self._table("nation").copy()

    @property
    def totals(self) -> pd.DataFrame:
        """Total jobs and establishments of every county and the US, 2001 to 2021.

        ``region, year, employment, establishments``. The counties sum to less than the US: jobs
        of no fixed county are in the US row only.
        """
        return self._table("totals").copy()

    @property
    def counties(self) -> GeoDataFrame:
        """Outlines of the nine counties: ``region, name, state, geometry`` (EPSG:4326)."""
        return _map(resources.processed(self.name, "counties.parquet")).copy()

    @property
    def us_counties(self) -> GeoDataFrame:
        """Generalised outlines of all US counties: ``region, name, state, geometry``."""
        return _map(resources.processed(self.name, "us_counties.parquet")).copy()

    @property
    def simulated_establishments(self) -> pd.DataFrame:
        """SIMULATED establishments, to try measures by distance where the answer is known.

        ``id, industry, x, y, employment``, as :func:`k_density` and its like take it; ``x`` and
        ``y`` are metres (EPSG:32610). No row is a real firm, no industry is one of NAICS and no
        town is real: only the land, Alameda's and Contra Costa's, is. :attr:`provenance` says
        what is planted in each industry (``planted``, under the file's name).
        """
        table = self._table("simulated_establishments").copy()
        table.attrs = {"simulated": True, "crs": "EPSG:32610"}
        return table

    @property
    def purchases(self) -> pd.DataFrame:
        """What industries of the nation buy: ``supplier, buyer, dollars`` (US dollars of 2017).

        BEA's detail Use table at purchasers' prices, imports included; codes are BEA's.
        """
        return self._table("purchases").copy()

    @property
    def suppliers(self) -> pd.DataFrame:
        """The six-digit NAICS 2017 codes of each BEA code: ``supplier, industry``."""
        return self._table("suppliers").copy()

    @property
    def titles(self) -> pd.DataFrame:
        """Industry titles of NAICS 2017: ``industry, title, level, parent``."""
        return naics(2017)

    @property
    def provenance(self) -> dict[str, Any]:
        """Agency, product, steps and hashes of every packaged file."""
        path = resources.processed(self.name, "provenance.json")
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content

    def level(self, level: int) -> pd.DataFrame:
        """Give the counties at one NAICS level, as the employment table every measure takes.

        Parameters
        ----------
        level : int
            2, 3, 4 or 6.

        Returns
        -------
        DataFrame
            ``region, industry, year, employment, establishments, payroll, employment_low,
            employment_high, status``, sorted; industry ``"00"`` holds each county's published
            total. Employment is NaN where withheld; payroll is dollars a year, NaN for ``"00"``.

        Raises
        ------
        SchemaError
            There is no such level.

        Examples
        --------
        >>> table = sample().level(3)
        >>> cell = table.query("region == '06085' and industry == '334' and year == 2018")
        >>> cell[["employment", "employment_high", "status"]].values.tolist()
        [[43061.0, 43061.0, 'deduced']]
        """
        return _at_level(self._table("cells"), level, "the sample's counties")

    def us_level(self, level: int) -> pd.DataFrame:
        """Give the nation at one NAICS level, the usual reference of a location quotient.

        Parameters
        ----------
        level : int
            2, 3, 4, 5 or 6.

        Returns
        -------
        DataFrame
            ``region`` (``"US"``), ``industry, year, employment, establishments,
            payroll_first_quarter, reported_employment, reported_payroll``, sorted, with the
            ``"00"`` rows.

        Raises
        ------
        SchemaError
            There is no such level.

        Examples
        --------
        >>> us = sample().us_level(3).query("industry == '00' and year == 2019")
        >>> round((us["reported_payroll"] / us["reported_employment"]).item())
        55989
        """
        return _at_level(self._table("us"), level, "the US table")

    def unpublished(self, level: int) -> pd.DataFrame:
        """Tell how much of each county's employment a level's published cells do not show.

        Parameters
        ----------
        level : int
            2, 3, 4 or 6.

        Returns
        -------
        DataFrame
            ``region, year, total, published, unpublished`` in jobs and ``unpublished_share`` (a
            fraction of the total), sorted.

        Raises
        ------
        SchemaError
            There is no such level.

        Examples
        --------
        >>> sample().unpublished(6).query("region == '06001' and year == 2018")["published"].item()
        677555.0
        """
        table = self.level(level)
        is_total = table["industry"] == TOTAL
        total = table[is_total].set_index(["region", "year"])["employment"].rename("total")
        published = table[~is_total].groupby(["region", "year"])["employment"].sum()
        result = total.to_frame().join(published.rename("published")).reset_index()
        result["unpublished"] = result["total"] - result["published"]
        result["unpublished_share"] = result["unpublished"] / result["total"]
        return result.sort_values(["region", "year"], ignore_index=True)


def sample(name: str = "east-bay") -> Sample:
    """Open a packaged sample of real figures, to try every measure without a download.

    Parameters
    ----------
    name : str
        ``"east-bay"``: the nine Bay Area counties and the nation, 2018 to 2021.

    Returns
    -------
    Sample
        Tables by property and method; nothing is read until asked for.

    Raises
    ------
    DataError
        No sample has that name, or the packaged files are missing.

    Examples
    --------
    >>> sample()
    <Sample 'east-bay': 9 Bay Area counties 2018-2021 by NAICS level 2, 3, 4 and 6, with US ...
    """
    if name not in _NAMES:
        listed = ", ".join(map(repr, _NAMES))
        raise DataError(f"no sample is called {name!r}: use one of {listed}")
    return Sample(name)
