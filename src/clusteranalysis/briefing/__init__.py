"""The market-orientation briefing: its numbers, its figures and its page."""

from clusteranalysis.briefing.content import Briefing, CountyData, brief
from clusteranalysis.briefing.figures import FigureSpec, choose_figures
from clusteranalysis.briefing.pack import write_pack
from clusteranalysis.briefing.render import write_briefing

__all__ = [
    "Briefing",
    "CountyData",
    "FigureSpec",
    "brief",
    "choose_figures",
    "write_briefing",
    "write_pack",
]
