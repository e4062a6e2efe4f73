"""Where is the shared data, which is beside the checkout on our machines and nowhere else?"""

import os
from pathlib import Path

import pytest

SHARED = Path(
    os.environ.get("CLUSTERANALYSIS_SHARED", Path(__file__).resolve().parents[2] / "shared")
)


def shared_folder(name):
    """A folder of the shared data: ``data`` (the agencies' files) or ``golden`` (other tools).

    Without it a test is skipped; our CI has it and must not skip, so there it fails.
    """
    folder = SHARED / name
    if not folder.is_dir():
        reason = (
            f"no shared folder {name!r} here: set CLUSTERANALYSIS_SHARED to the folder above it"
        )
        if os.environ.get("CLUSTERANALYSIS_REQUIRE_SHARED"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
