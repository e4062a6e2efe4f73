"""Industry codes, their hierarchy, their titles, and the editions they belong to."""

from clusteranalysis.industries.codes import (
    level,
    members,
    naics_vintage,
    parent,
    parse_codes,
    truncate,
)
from clusteranalysis.industries.concordance import concordance
from clusteranalysis.industries.harmonise import harmonise, mixed_vintages
from clusteranalysis.industries.structure import (
    VINTAGES,
    naics,
    read_concordance,
    titles,
    vintages_of,
)

__all__ = [
    "VINTAGES",
    "concordance",
    "harmonise",
    "level",
    "members",
    "mixed_vintages",
    "naics",
    "naics_vintage",
    "parent",
    "parse_codes",
    "read_concordance",
    "titles",
    "truncate",
    "vintages_of",
]
