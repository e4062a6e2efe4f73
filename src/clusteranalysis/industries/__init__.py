"""Industry codes, their hierarchy and their titles."""

from clusteranalysis.industries.codes import (
    level,
    members,
    naics_vintage,
    parent,
    parse_codes,
    truncate,
)
from clusteranalysis.industries.structure import naics, titles

__all__ = [
    "level",
    "members",
    "naics",
    "naics_vintage",
    "parent",
    "parse_codes",
    "titles",
    "truncate",
]
