"""Measures of specialisation, growth, concentration and co-location on employment tables."""

from clusteranalysis.measures.colocation import coagglomeration
from clusteranalysis.measures.concentration import ellison_glaeser, hoover, locational_gini
from clusteranalysis.measures.diversity import herfindahl, krugman
from clusteranalysis.measures.growth import dynamic_location_quotient, shift_share
from clusteranalysis.measures.specialization import location_quotient

__all__ = [
    "coagglomeration",
    "dynamic_location_quotient",
    "ellison_glaeser",
    "herfindahl",
    "hoover",
    "krugman",
    "location_quotient",
    "locational_gini",
    "shift_share",
]
