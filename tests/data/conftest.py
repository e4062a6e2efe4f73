import pytest
from tests.shared import shared_folder


@pytest.fixture(scope="session")
def shared():
    """Folder with the agencies' files; they are not committed, so most machines lack it."""
    return shared_folder("data")
