"""Where the figures come from: the embedded sample and how it is built."""

from clusteranalysis.data.sample import Sample, sample

__all__ = ["Sample", "sample"]
