__version__: str

from .briefing import Briefing as Briefing
from .briefing import brief as brief
from .briefing import write_briefing as write_briefing
from .clusters import ClusterSet as ClusterSet
from .clusters import cluster_employment as cluster_employment
from .clusters import identify_clusters as identify_clusters
from .clusters import read_definition as read_definition
from .data import sample as sample
from .data.download import fetch_boundaries as fetch_boundaries
from .data.download import fetch_cbp as fetch_cbp
from .data.download import fetch_naics as fetch_naics
from .data.download import fetch_qcew as fetch_qcew
from .measures import coagglomeration as coagglomeration
from .measures import dynamic_location_quotient as dynamic_location_quotient
from .measures import ellison_glaeser as ellison_glaeser
from .measures import herfindahl as herfindahl
from .measures import hoover as hoover
from .measures import krugman as krugman
from .measures import location_quotient as location_quotient
from .measures import locational_gini as locational_gini
from .measures import shift_share as shift_share
from .regions import Region as Region
from .regions import aggregate_regions as aggregate_regions
from .regions import find_region as find_region
from .schema import as_employment as as_employment
