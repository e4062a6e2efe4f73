"""Cluster definitions, clusters' jobs, and which clusters a region has."""

from clusteranalysis.clusters.definition import (
    REST,
    Cluster,
    ClusterDefinition,
    Tradability,
    read_definition,
)
from clusteranalysis.clusters.identify import (
    CANNOT_TELL,
    QUADRANTS,
    ClusterRules,
    ClusterSet,
    identify_clusters,
)
from clusteranalysis.clusters.membership import cluster_employment, cluster_wages

__all__ = [
    "CANNOT_TELL",
    "QUADRANTS",
    "REST",
    "Cluster",
    "ClusterDefinition",
    "ClusterRules",
    "ClusterSet",
    "Tradability",
    "cluster_employment",
    "cluster_wages",
    "identify_clusters",
    "read_definition",
]
