"""Finished tables in, matplotlib axes out: nothing here computes a measure."""

from clusteranalysis.plot.alt import alt_text
from clusteranalysis.plot.backbone import backbone_network
from clusteranalysis.plot.base_years import shift_share_base_years
from clusteranalysis.plot.coagglomeration import coagglomeration_matrix
from clusteranalysis.plot.colocation import colocation_matrix
from clusteranalysis.plot.establishments import establishment_map
from clusteranalysis.plot.growth import shift_share_bars, shift_share_waterfall
from clusteranalysis.plot.hot_spots import hot_spot_map
from clusteranalysis.plot.industries import cluster_industries
from clusteranalysis.plot.maps import lq_map, lq_maps
from clusteranalysis.plot.marks import mark_places
from clusteranalysis.plot.peers import peer_strip
from clusteranalysis.plot.points import distance_density, relative_density
from clusteranalysis.plot.portfolio import portfolio
from clusteranalysis.plot.quality import data_quality
from clusteranalysis.plot.ranking import lq_ranking
from clusteranalysis.plot.sizes import size_classes
from clusteranalysis.plot.style import encode, figure, save
from clusteranalysis.plot.suppliers import supplier_gap
from clusteranalysis.plot.timeline import initiative_timeline
from clusteranalysis.plot.trend import employment_trend
from clusteranalysis.plot.wages import wage_gap

__all__ = [
    "alt_text",
    "backbone_network",
    "cluster_industries",
    "coagglomeration_matrix",
    "colocation_matrix",
    "data_quality",
    "distance_density",
    "employment_trend",
    "encode",
    "establishment_map",
    "figure",
    "hot_spot_map",
    "initiative_timeline",
    "lq_map",
    "lq_maps",
    "lq_ranking",
    "mark_places",
    "peer_strip",
    "portfolio",
    "relative_density",
    "save",
    "shift_share_bars",
    "shift_share_base_years",
    "shift_share_waterfall",
    "size_classes",
    "supplier_gap",
    "wage_gap",
]
