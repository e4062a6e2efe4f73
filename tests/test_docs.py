"""The pages say what the code does."""

import runpy
import tomllib
from pathlib import Path

import pytest

from clusteranalysis import measures

DOCS = Path(__file__).parents[1] / "docs"
pytestmark = pytest.mark.skipif(not DOCS.is_dir(), reason="the docs are not beside the tests")


def test_every_measure_has_an_entry_of_its_peers_and_no_other_has():
    with (DOCS / "reference" / "peers.toml").open("rb") as file:
        peers = tomllib.load(file)["peers"]
    assert sorted(peers) == sorted(measures.__all__)


def test_the_page_of_measures_is_the_docstrings():
    build = runpy.run_path(str(DOCS / "reference" / "build.py"))
    written = (DOCS / "reference" / "measures.md").read_text(encoding="utf-8")
    assert written == build["page"](), "run python docs/reference/build.py"


def test_every_measure_stands_on_the_page_with_question_formula_and_source():
    build = runpy.run_path(str(DOCS / "reference" / "build.py"))
    for name in measures.__all__:
        parts = build["sections"](getattr(measures, name))
        assert parts[""].endswith("?")
        assert "=" in parts["Notes"], f"{name}: its Notes have no formula"
        assert parts["References"]
