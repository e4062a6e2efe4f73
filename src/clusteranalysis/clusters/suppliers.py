"""What do a cluster's industries buy, and how much of it is made in the region?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusteranalysis.clusters.definition import REST, Cluster, ClusterDefinition
from clusteranalysis.clusters.membership import OUT_OF_SCOPE, cluster_employment
from clusteranalysis.errors import SchemaError
from clusteranalysis.industries import naics
from clusteranalysis.measures import location_quotient
from clusteranalysis.regions import Region, aggregate_regions
from clusteranalysis.schema import TOTAL, check_columns

__all__ = ["supplier_gaps"]

#: What the accounts list beside industries.
_NO_INDUSTRY = {
    "4200ID": "Customs duties",
    "S00300": "Imports that no US industry makes",
    "S00401": "Scrap",
    "S00402": "Used and secondhand goods",
    "S00900": "Adjustment for the rest of the world",
}
#: Public enterprises, which have no NAICS code of their own.
_PUBLIC = {
    "S00101": "Federal electric utilities",
    "S00102": "Other federal government enterprises",
    "S00201": "State and local government passenger transit",
    "S00202": "State and local government electric utilities",
    "S00203": "Other state and local government enterprises",
}
_UNCOUNTED = "County Business Patterns does not count it"
_MADE_NOWHERE = "no industry of the US makes it"
_WITHHELD = "withheld in the region"
_COLUMNS = [
    "cluster", "supplier", "title", "industries", "input_share", "own", "employment",
    "employment_low", "employment_high", "open_share", "location_quotient",
    "location_quotient_low", "location_quotient_high", "interval_low", "interval_high", "reason",
]  # fmt: skip


def supplier_gaps(
    cells: pd.DataFrame,
    us: pd.DataFrame,
    *,
    purchases: pd.DataFrame,
    suppliers: pd.DataFrame,
    definition: ClusterDefinition,
    region: Region,
    year: int | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Which inputs do a cluster's industries buy, and how present are their makers here?

    Parameters
    ----------
    cells, us : DataFrame
        County cells and the nation at NAICS levels 6 and 4 with totals, as
        ``sample("east-bay")`` has them.
    purchases : DataFrame
        ``supplier, buyer, dollars``: the nation's purchases, as ``sample("east-bay").purchases``.
    suppliers : DataFrame
        ``supplier, industry``: the six-digit codes of each, as ``sample("east-bay").suppliers``.
    definition : ClusterDefinition
        From :func:`read_definition`; of the same edition of NAICS.
    region : Region
        From :func:`find_region`.
    year : int, optional
        By default the last of the cells.
    level : float
        Confidence level of the intervals.

    Returns
    -------
    DataFrame
        One row a cluster and supplier, the largest inputs first: ``cluster``, ``supplier`` (the
        accounts' code), ``title``, ``industries`` (NAICS codes, the coarsest that fit),
        ``input_share`` (0..1 of what the cluster's industries buy nationally; a cluster's add up
        to 1), ``own`` (bool: most of the supplier's US jobs are in the cluster itself),
        ``employment`` and its bounds (jobs in the region), ``open_share`` (0..1 of the most jobs
        there can be that are withheld), ``location_quotient`` with certain bounds and the
        establishment-based interval, and ``reason``, which says why there is no quotient (empty
        where there is one). A quotient is NaN where the maker is withheld or not counted, and
        never zero for that. A cluster whose industries the accounts do not list has no row.

    Raises
    ------
    SchemaError
        A table lacks a column, a code belongs to two suppliers, or the year is not there.

    Notes
    -----
    input_share_i = sum_j s_j U_ij / sum_ij s_j U_ij, with U_ij what industry j buys of i and s_j
    the share of j's US jobs that are in the cluster. These are the recipes of the nation: they do
    not say from whom anyone here buys, nor that what is little made here is missing. Commodities
    are taken as made by the industry of the same code. Purchases include imports.

    References
    ----------
    Feser, E. J. and Bergman, E. M. (2000). National industry cluster templates: a framework for
    applied regional cluster analysis. Regional Studies 34(1), 1-19. US Bureau of Economic
    Analysis, Input-Output Accounts, 2017 benchmark.

    Examples
    --------
    >>> import clusteranalysis as ca
    >>> bay = ca.sample("east-bay")
    >>> gaps = supplier_gaps(bay.cells, bay.us, purchases=bay.purchases, suppliers=bay.suppliers,
    ...                      definition=ca.read_definition(), region=ca.find_region("east-bay"))
    >>> wine = gaps[(gaps["cluster"] == "food-beverage") & ~gaps["own"]]
    >>> wine["input_share"].between(0, 1).all()
    np.True_
    """
    check_columns(purchases, ["supplier", "buyer", "dollars"], what="purchases table")
    check_columns(suppliers, ["supplier", "industry"], what="suppliers table")
    twice = suppliers.loc[suppliers["industry"].duplicated(), "industry"]
    if len(twice):
        raise SchemaError(
            f"column 'industry' of the suppliers table holds {twice.iloc[0]!r} twice: give each "
            "code to one supplier"
        )
    check_columns(cells, ["region", "industry", "year", "employment"], what="cells table")
    year = int(cells["year"].max()) if year is None else year
    cells, us = cells[cells["year"] == year], us[us["year"] == year]
    if cells.empty or us.empty:
        raise SchemaError(f"year {year} is not in both tables: choose one that is")
    makers = _as_clusters(suppliers, definition)
    own = cells[cells["region"].isin(region.counties)]
    here = aggregate_regions(cluster_employment(own, definition=makers), region)
    nation = cluster_employment(us, definition=makers)
    quotients = location_quotient(here, reference=nation, interval="establishment", level=level)
    present = here.merge(quotients.drop(columns="base"), on=["region", "industry", "year"])
    present = present[~present["industry"].isin([TOTAL, REST])].set_index("industry")
    recipe = _recipes(purchases, _shares_of_makers(us, makers, definition))
    table = recipe.merge(_named(makers, set(recipe["supplier"])), on="supplier", how="left")
    shown = [column for column in _COLUMNS if column in present.columns]
    table = table.join(present[shown], on="supplier")
    most = table["employment_high"].where(table["employment_high"] > 0)
    table["open_share"] = (table["employment_high"] - table["employment_low"]) / most
    listed = table["supplier"].isin(present.index)
    counted = listed & ~table["uncounted"].fillna(True).astype(bool)
    table.loc[~counted, [*shown, "open_share"]] = np.nan
    table["reason"] = np.select(
        [table["supplier"].isin(_NO_INDUSTRY), ~counted, table["location_quotient"].isna()],
        [_MADE_NOWHERE, _UNCOUNTED, _WITHHELD],
        "",
    )
    order = {cluster.id: place for place, cluster in enumerate(definition.clusters)}
    table = table.assign(order=table["cluster"].map(order).fillna(len(order)))
    table = table.sort_values(
        ["order", "input_share", "supplier"], ascending=[True, False, True], ignore_index=True
    )
    return table[_COLUMNS]


def _as_clusters(suppliers: pd.DataFrame, definition: ClusterDefinition) -> ClusterDefinition:
    """The makers of inputs as a definition, so that their jobs are bounded as clusters' are."""
    clusters = tuple(
        Cluster(str(code), str(code), "mixed", tuple(sorted(codes)))
        for code, codes in suppliers.groupby("supplier")["industry"]
    )
    return ClusterDefinition("suppliers", "Suppliers", definition.vintage, clusters)


def _shares_of_makers(
    us: pd.DataFrame, makers: ClusterDefinition, definition: ClusterDefinition
) -> pd.DataFrame:
    """Share of each buyer's US jobs that are in each cluster: ``buyer, cluster, part``."""
    jobs = us.set_index("industry")["employment"]
    both = makers.members[["industry", "cluster"]].rename(columns={"cluster": "buyer"})
    both = both.merge(definition.members[["industry", "cluster"]], on="industry")
    both = both[both["buyer"] != REST]
    # An industry without a published number counts with its siblings alone.
    both = both.assign(jobs=both["industry"].map(jobs).fillna(0.0))
    by = both.groupby(["buyer", "cluster"])["jobs"].sum().reset_index()
    whole = by.groupby("buyer")["jobs"].transform("sum")
    by["part"] = by["jobs"] / whole.where(whole > 0)
    return by.dropna(subset=["part"])


def _recipes(purchases: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """What each cluster's industries buy: ``cluster, supplier, input_share, own``."""
    parts = parts[(parts["cluster"] != REST) & (parts["part"] > 0)]
    bought = purchases.merge(parts, on="buyer")
    bought = bought.assign(dollars=bought["dollars"] * bought["part"])
    table = bought.groupby(["cluster", "supplier"])["dollars"].sum().reset_index()
    # A negative entry of the accounts is an adjustment and no purchase.
    table = table[table["dollars"] > 0]
    share = table["dollars"] / table.groupby("cluster")["dollars"].transform("sum")
    mine = parts.rename(columns={"buyer": "supplier"})[["supplier", "cluster", "part"]]
    table = table.assign(input_share=share).merge(mine, on=["supplier", "cluster"], how="left")
    table["own"] = table["part"] > 0.5
    return table[["cluster", "supplier", "input_share", "own"]]


def _named(makers: ClusterDefinition, wanted: set[str]) -> pd.DataFrame:
    """Titles and coarsest NAICS codes: ``supplier, title, industries, uncounted``."""
    structure = naics(makers.vintage)
    titles = dict(zip(structure["industry"], structure["title"], strict=True))
    leaves = structure.loc[structure["level"] == 6, "industry"]
    below: dict[str, set[str]] = {}
    for leaf in leaves:
        for length in (2, 3, 4, 5, 6):
            below.setdefault(leaf[:length], set()).add(leaf)
    rows = []
    for supplier in sorted(wanted):
        codes = [code for one in makers.clusters if one.id == supplier for code in one.prefixes]
        left, cover = set(codes), []
        for prefix in sorted(below, key=lambda code: (len(code), code)):
            if below[prefix] <= left:
                cover.append(prefix)
                left -= below[prefix]
        named = [titles[code] for code in cover if code in titles]
        more = f" and {len(named) - 2} more" if len(named) > 2 else ""
        title = "; ".join(named[:2]) + more or (_NO_INDUSTRY | _PUBLIC).get(supplier, supplier)
        uncounted = bool(codes) and all(code.startswith(OUT_OF_SCOPE) for code in codes)
        rows.append((supplier, title, " ".join(cover), uncounted))
    return pd.DataFrame(rows, columns=["supplier", "title", "industries", "uncounted"])
