"""The working groups: their charters, and what became of their promises."""

from clusteranalysis.process.charter import Charter
from clusteranalysis.process.charter_file import (
    CharterProblem,
    check_amended,
    check_charters,
    read_charter,
    read_charters,
)
from clusteranalysis.process.charter_steps import initiative_steps
from clusteranalysis.process.pages import scorecard_files, write_scorecard
from clusteranalysis.process.portfolio import initiative_portfolio
from clusteranalysis.process.readings import TrackingData
from clusteranalysis.process.scaffold import EXAMPLES, charter_template
from clusteranalysis.process.scorecard import Scorecard, scorecard

__all__ = [
    "EXAMPLES",
    "Charter",
    "CharterProblem",
    "Scorecard",
    "TrackingData",
    "charter_template",
    "check_amended",
    "check_charters",
    "initiative_portfolio",
    "initiative_steps",
    "read_charter",
    "read_charters",
    "scorecard",
    "scorecard_files",
    "write_scorecard",
]
