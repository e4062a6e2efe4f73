"""From public county business data to a region's clusters and their briefing.

The public names stand in ``__init__.pyi`` and load when they are first used, so that
``import clusteranalysis`` stays light.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__version__ = "0.1.0"
