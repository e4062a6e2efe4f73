"""Loops that numba compiles when they are first needed, and the cores that may share them."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from typing import Any

__all__ = ["compiled", "cores"]


@lru_cache
def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile by numba when first needed: importing it takes longer than most measures run."""
    import numba

    try:
        return numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:  # no folder to cache in: compile for this session
        return numba.njit(nogil=True)(function)


def cores() -> int:
    """Cores this process may use: a container or a scheduler may allow fewer than there are."""
    allowed = getattr(os, "sched_getaffinity", None)  # not on every system
    return len(allowed(0)) if allowed else os.cpu_count() or 1
