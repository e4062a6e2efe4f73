"""Cluster definitions, clusters' jobs, and which clusters a region has."""

from clusteranalysis.clusters.definition import (
    REST,
    Cluster,
    ClusterDefinition,
    Tradability,
)
from clusteranalysis.clusters.discovery import DiscoveredClusters, discover_clusters
from clusteranalysis.clusters.formats import read_definition, write_definition
from clusteranalysis.clusters.geography import cluster_areas
from clusteranalysis.clusters.identify import ClusterSet, identify_clusters
from clusteranalysis.clusters.membership import cluster_employment, cluster_wages
from clusteranalysis.clusters.peers import peer_regions, peer_standing
from clusteranalysis.clusters.rules import ClusterRules
from clusteranalysis.clusters.sensitivity import sensitivity
from clusteranalysis.clusters.strong import strong_cluster_share, strong_clusters
from clusteranalysis.clusters.suppliers import supplier_gaps
from clusteranalysis.clusters.tradability import compare_tradability, measured_tradability
from clusteranalysis.clusters.translation import read_benchmark_definition, translate_definition

__all__ = [
    "REST",
    "Cluster",
    "ClusterDefinition",
    "ClusterRules",
    "ClusterSet",
    "DiscoveredClusters",
    "Tradability",
    "cluster_areas",
    "cluster_employment",
    "cluster_wages",
    "compare_tradability",
    "discover_clusters",
    "identify_clusters",
    "measured_tradability",
    "peer_regions",
    "peer_standing",
    "read_benchmark_definition",
    "read_definition",
    "sensitivity",
    "strong_cluster_share",
    "strong_clusters",
    "supplier_gaps",
    "translate_definition",
    "write_definition",
]
