"""Finished tables in, matplotlib axes out: nothing here computes a measure."""

from clusteranalysis.plot.alt import alt_text
from clusteranalysis.plot.growth import shift_share_bars, shift_share_waterfall
from clusteranalysis.plot.maps import lq_map, lq_maps
from clusteranalysis.plot.portfolio import portfolio
from clusteranalysis.plot.quality import data_quality
from clusteranalysis.plot.ranking import lq_ranking
from clusteranalysis.plot.style import figure, save
from clusteranalysis.plot.trend import employment_trend
from clusteranalysis.plot.wages import wage_gap

__all__ = [
    "alt_text",
    "data_quality",
    "employment_trend",
    "figure",
    "lq_map",
    "lq_maps",
    "lq_ranking",
    "portfolio",
    "save",
    "shift_share_bars",
    "shift_share_waterfall",
    "wage_gap",
]
