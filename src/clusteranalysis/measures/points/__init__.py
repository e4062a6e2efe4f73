"""Measures of concentration and co-location by distance, on tables of establishments."""

from clusteranalysis.measures.points._establishments import PointReport, read_establishments
from clusteranalysis.measures.points.colocated_pairs import howard_firms
from clusteranalysis.measures.points.density_by_distance import k_density
from clusteranalysis.measures.points.quotients_of_neighbours import colocation_quotient
from clusteranalysis.measures.points.relative import m_function
from clusteranalysis.measures.points.second_order import ripley_k

__all__ = [
    "PointReport",
    "colocation_quotient",
    "howard_firms",
    "k_density",
    "m_function",
    "read_establishments",
    "ripley_k",
]
