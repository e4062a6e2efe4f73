"""What does a figure show, in words, for those who do not see it?

Written from the same finished table as the figure, with the same rules about what is left out, so
that text and picture agree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pandas as pd

from clusteranalysis.plot import _alt_clusters as clusters
from clusteranalysis.plot import _alt_places as places
from clusteranalysis.plot import _alt_time as time
from clusteranalysis.schema import check_option

__all__ = ["Kind", "alt_text"]

Kind = Literal[
    "employment_trend",
    "portfolio",
    "lq_ranking",
    "shift_share_bars",
    "shift_share_waterfall",
    "wage_gap",
    "lq_map",
    "lq_maps",
    "data_quality",
    "distance_density",
    "relative_density",
    "establishment_map",
    "colocation_matrix",
    "initiative_timeline",
    "shift_share_base_years",
    "size_classes",
    "cluster_industries",
    "supplier_gap",
    "peer_strip",
    "coagglomeration_matrix",
    "backbone_network",
    "hot_spot_map",
]


def alt_text(kind: Kind, table: pd.DataFrame, *, reference_name: str = "US") -> str:
    """Describe a figure in one to three sentences: chart, axes, main facts, what is missing.

    Parameters
    ----------
    kind : str
        Name of the plot function: ``employment_trend``, ``portfolio``, ``lq_ranking``,
        ``shift_share_bars``, ``shift_share_waterfall``, ``wage_gap``, ``lq_map``, ``lq_maps``,
        ``data_quality``, ``distance_density``, ``relative_density``, ``establishment_map``,
        ``colocation_matrix``, ``initiative_timeline``, ``shift_share_base_years``,
        ``size_classes``, ``cluster_industries``, ``supplier_gap``, ``peer_strip``,
        ``coagglomeration_matrix``, ``backbone_network`` or ``hot_spot_map``.
    table : DataFrame
        The table that the plot was drawn from, with the plot's own defaults: distances are taken
        to be metres, and the values of pairs to be in the column ``coagglomeration``.
    reference_name : str
        What location quotients compare with, as given to the plot.

    Returns
    -------
    str
        Plain text, without line breaks.

    Raises
    ------
    SchemaError
        The kind is unknown, or a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> pay = pd.DataFrame({"name": ["Hotels", "Software"], "wage": [38000.0, 183000.0],
    ...                     "us_wage": [29000.0, 140000.0], "employment": [5000.0, 40000.0]})
    >>> print(alt_text("wage_gap", pay))  # doctest: +NORMALIZE_WHITESPACE
    Dot chart of pay a job in the region and in the US for 2 clusters, best paid first. Best paid:
    Software $183,000 (US $140,000); Hotels $38,000 (US $29,000). 2 of 2 pay more than in the US.
    """
    check_option("kind", kind, Kind)
    compared = _COMPARING.get(kind)
    text = _WRITERS[kind](table) if compared is None else compared(table, reference_name)
    return " ".join(text.split())


_WRITERS: dict[Kind, Callable[[pd.DataFrame], str]] = {
    "employment_trend": time.trend,
    "shift_share_bars": time.bars,
    "shift_share_waterfall": time.waterfall,
    "shift_share_base_years": time.base_years,
    "initiative_timeline": time.timeline,
    "wage_gap": clusters.wages,
    "data_quality": clusters.quality,
    "size_classes": clusters.sizes,
    "supplier_gap": clusters.suppliers,
    "peer_strip": clusters.peers,
    "hot_spot_map": places.hot_spots,
    "establishment_map": places.establishments,
    "distance_density": places.density,
    "relative_density": places.ratios,
    "colocation_matrix": places.neighbours,
    "coagglomeration_matrix": places.pairs,
    "backbone_network": places.network,
}
#: Those that name what the figure compares with.
_COMPARING: dict[Kind, Callable[[pd.DataFrame, str], str]] = {
    "portfolio": clusters.portfolio,
    "lq_ranking": clusters.ranking,
    "cluster_industries": clusters.industries,
    "lq_map": places.county_map,
    "lq_maps": places.county_maps,
}
