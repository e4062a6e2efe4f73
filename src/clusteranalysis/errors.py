"""Every exception and warning the library raises on purpose.

All of them derive from :class:`ClusterAnalysisError`, so that the command line (and a caller's
``except``) can tell "your input needs mending" from a defect of ours.
"""

from __future__ import annotations

__all__ = [
    "CharterError",
    "ClusterAnalysisError",
    "DataError",
    "DefinitionError",
    "OutputError",
    "RegionError",
    "SchemaError",
]


class ClusterAnalysisError(Exception):
    """Base of all errors that the caller can mend; the message says how."""


class SchemaError(ClusterAnalysisError, ValueError):
    """A table breaks the employment-table contract: column, rows and mend are named."""


class RegionError(ClusterAnalysisError, ValueError):
    """A region is unknown, or its county codes are malformed."""


class DefinitionError(ClusterAnalysisError, ValueError):
    """A cluster definition overlaps, names unknown codes, or cannot be read."""


class DataError(ClusterAnalysisError):
    """A data file is missing, unreadable, or not what its name says."""


class CharterError(ClusterAnalysisError, ValueError):
    """A working group's charter breaks its contract; every fault is named at once with its line."""


class OutputError(ClusterAnalysisError):
    """A result cannot be written where the caller asked."""
