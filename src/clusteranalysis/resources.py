"""Where do the packaged tables lie: inside a wheel, or in a checkout's ``data/processed``?"""

from __future__ import annotations

from pathlib import Path

from clusteranalysis.errors import DataError

__all__ = ["processed"]

_PACKAGE = Path(__file__).resolve().parent


def processed(*parts: str) -> Path:
    """Path of a packaged file, given its place under ``data/processed``.

    The wheel carries that folder as ``clusteranalysis/processed``; an editable install reads the
    checkout itself, so that a rebuilt sample is seen at once.
    """
    for root in (_PACKAGE / "processed", _PACKAGE.parents[1] / "data" / "processed"):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise DataError(
        f"the packaged file {'/'.join(parts)!r} is missing: reinstall clusteranalysis, or in a "
        "checkout run 'clusteranalysis sample build --source DIR'"
    )
