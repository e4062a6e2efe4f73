"""Run the command line as ``python -m clusteranalysis``."""

from clusteranalysis.cli import main

main()
