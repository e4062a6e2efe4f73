import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared():
    """Folder with the agencies' files; they are not committed, so most machines lack it."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = Path(os.environ.get("CLUSTERANALYSIS_SHARED", beside))
    if not (folder / "cbp").is_dir():
        pytest.skip("the agencies' files are not here: set CLUSTERANALYSIS_SHARED to their folder")
    return folder
