"""Tests of clusteranalysis; the layout mirrors ``src``."""
