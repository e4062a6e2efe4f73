"""Loops compile where there is no folder for the cache, and share the cores they may use."""

import os
import sys
from types import SimpleNamespace

import pytest

from clusteranalysis.kernels.compilation import compiled, cores


@pytest.fixture
def numba_without_a_cache(monkeypatch):
    """Stands in for numba where no cache folder can be written; remembers what it was asked."""
    asked = []

    def njit(**options):
        asked.append(options)
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setitem(sys.modules, "numba", SimpleNamespace(njit=njit))
    return asked


def test_without_a_cache_folder_a_loop_is_compiled_for_the_session(numba_without_a_cache):
    def double(x):
        return 2 * x

    assert compiled(double)(21) == 42
    assert numba_without_a_cache == [{"nogil": True, "cache": True}, {"nogil": True}]


def test_a_loop_is_compiled_once(numba_without_a_cache):
    def triple(x):
        return 3 * x

    assert compiled(triple) is compiled(triple)
    assert len(numba_without_a_cache) == 2


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system pins no processes")
def test_cores_are_those_the_process_may_use():
    mine = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(mine)})
        assert cores() == 1
    finally:
        os.sched_setaffinity(0, mine)
    assert cores() == len(mine)
