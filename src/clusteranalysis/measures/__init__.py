"""Measures of specialisation, growth, concentration and co-location on employment tables."""

from clusteranalysis.measures.basic_jobs import economic_base, economic_base_multiplier
from clusteranalysis.measures.colocation import coagglomeration, group_coagglomeration
from clusteranalysis.measures.colocation_significance import (
    coagglomeration_test,
    group_coagglomeration_test,
)
from clusteranalysis.measures.comparison import (
    shrunk_location_quotient,
    spatial_location_quotient,
    standardised_location_quotient,
)
from clusteranalysis.measures.complexity import economic_complexity, product_complexity
from clusteranalysis.measures.concentration import (
    hoover,
    krugman_concentration,
    litzenberger_sternberg,
    locational_gini,
    mori_nishikimi_smith,
)
from clusteranalysis.measures.growth import (
    dynamic_location_quotient,
    regional_factor,
    shift_share,
    shift_share_sensitivity,
)
from clusteranalysis.measures.growth_levels import nested_shift_share, spatial_shift_share
from clusteranalysis.measures.growth_pace import growth_rates, portfolio_matrix
from clusteranalysis.measures.growth_prognosis import shift_share_prognosis
from clusteranalysis.measures.industry_mix import (
    hachman,
    krugman,
    specialization_coefficient,
    specialization_gini,
)
from clusteranalysis.measures.input_output import cross_industry_location_quotient
from clusteranalysis.measures.join_counts import local_join_counts
from clusteranalysis.measures.location_pairs import howard_colocation, locational_correlation
from clusteranalysis.measures.outlook import complexity_outlook, complexity_outlook_gain
from clusteranalysis.measures.plant_bounds import ellison_glaeser_bounds
from clusteranalysis.measures.plants import (
    cassey_smith,
    devereux,
    ellison_glaeser,
    maurel_sedillot,
)
from clusteranalysis.measures.presence import diversity, ubiquity
from clusteranalysis.measures.productivity import expy, prody
from clusteranalysis.measures.related_industries import (
    co_occurrence,
    relatedness,
    relatedness_density,
)
from clusteranalysis.measures.significance import (
    location_quotient_bootstrap,
    location_quotient_test,
)
from clusteranalysis.measures.spatial import getis_ord, local_moran, moran
from clusteranalysis.measures.specialization import (
    location_quotient,
    symmetric_location_quotient,
)
from clusteranalysis.measures.theil_index import theil, theil_specialization
from clusteranalysis.measures.variety import entropy, herfindahl, related_variety

__all__ = [
    "cassey_smith",
    "co_occurrence",
    "coagglomeration",
    "coagglomeration_test",
    "complexity_outlook",
    "complexity_outlook_gain",
    "cross_industry_location_quotient",
    "devereux",
    "diversity",
    "dynamic_location_quotient",
    "economic_base",
    "economic_base_multiplier",
    "economic_complexity",
    "ellison_glaeser",
    "ellison_glaeser_bounds",
    "entropy",
    "expy",
    "getis_ord",
    "group_coagglomeration",
    "group_coagglomeration_test",
    "growth_rates",
    "hachman",
    "herfindahl",
    "hoover",
    "howard_colocation",
    "krugman",
    "krugman_concentration",
    "litzenberger_sternberg",
    "local_join_counts",
    "local_moran",
    "location_quotient",
    "location_quotient_bootstrap",
    "location_quotient_test",
    "locational_correlation",
    "locational_gini",
    "maurel_sedillot",
    "moran",
    "mori_nishikimi_smith",
    "nested_shift_share",
    "portfolio_matrix",
    "product_complexity",
    "prody",
    "regional_factor",
    "related_variety",
    "relatedness",
    "relatedness_density",
    "shift_share",
    "shift_share_prognosis",
    "shift_share_sensitivity",
    "shrunk_location_quotient",
    "spatial_location_quotient",
    "spatial_shift_share",
    "specialization_coefficient",
    "specialization_gini",
    "standardised_location_quotient",
    "symmetric_location_quotient",
    "theil",
    "theil_specialization",
    "ubiquity",
]
