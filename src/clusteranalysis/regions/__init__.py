"""Named regions, county sets, their geometry and neighbours."""

from clusteranalysis.regions.aggregate import aggregate_regions
from clusteranalysis.regions.geometry import neighbours, read_boundaries
from clusteranalysis.regions.named import Region, find_region

__all__ = ["Region", "aggregate_regions", "find_region", "neighbours", "read_boundaries"]
