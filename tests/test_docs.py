"""The pages say what the code does."""

import os
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from clusteranalysis import measures

DOCS = Path(__file__).parents[1] / "docs"
pytestmark = pytest.mark.skipif(not DOCS.is_dir(), reason="the docs are not beside the tests")


def test_every_measure_has_an_entry_of_its_peers_and_no_other_has():
    with (DOCS / "reference" / "peers.toml").open("rb") as file:
        peers = tomllib.load(file)["peers"]
    build = runpy.run_path(str(DOCS / "reference" / "build.py"))
    assert sorted(peers) == sorted(build["MEASURES"])
    assert set(measures.__all__) < set(peers)


def test_the_page_of_measures_is_the_docstrings():
    build = runpy.run_path(str(DOCS / "reference" / "build.py"))
    written = (DOCS / "reference" / "measures.md").read_text(encoding="utf-8")
    assert written == build["page"](), "run python docs/reference/build.py"


def test_every_measure_stands_on_the_page_with_question_formula_and_source():
    build = runpy.run_path(str(DOCS / "reference" / "build.py"))
    for name, measure in build["MEASURES"].items():
        parts = build["sections"](measure)
        assert parts[""].endswith("?")
        assert "=" in parts["Notes"], f"{name}: its Notes have no formula"
        assert parts["References"]


def test_the_site_is_built_without_a_warning_and_every_cell_runs(tmp_path):
    """The notebooks have tests of their own, so they are shown here and not run again."""
    words = ["-W", "--keep-going", "-q", "-b", "html", "-d", str(tmp_path / "trees")]
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", *words, "docs", str(tmp_path / "site")],
        cwd=DOCS.parent,
        env=os.environ | {"CLUSTERANALYSIS_DOCS_WITHOUT_NOTEBOOKS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert built.returncode == 0, built.stderr[-3000:]
    pages = [*(tmp_path / "site").rglob("*.html")]
    assert tmp_path / "site" / "working-group.html" in pages
    loads = re.compile(r"""<(?:script|link|img)\b[^>]*\b(?:src|href)=["'](?:https?:)?//[^>]*>""")
    for page in pages:  # each is read where there is no network, too
        assert not loads.findall(page.read_text("utf-8")), page.name


def shell_lines():
    """Every command of ours that a page tells the reader to type."""
    pages = [DOCS.parent / "README.md", *DOCS.rglob("*.md")]
    for page in pages:
        for block in re.findall(r"^```sh\n(.*?)^```", page.read_text("utf-8"), re.M | re.S):
            joined = block.replace("\\\n", " ")
            for line in joined.splitlines():
                if line.startswith("clusteranalysis "):
                    yield line


def test_every_command_on_the_pages_is_understood():
    """Words and options are those of the commands; what each does has its tests elsewhere."""
    import shlex

    import click
    import typer

    from clusteranalysis.cli import app

    root = typer.main.get_command(app)
    lines = sorted(set(shell_lines()))
    assert len(lines) > 12
    for line in lines:
        words = shlex.split(line, comments=True)[1:]
        command, context = root, click.Context(root)
        while isinstance(command, click.Group):
            name = words.pop(0)
            command = command.get_command(context, name)
            assert command is not None, line
            context = click.Context(command, parent=context)
        try:
            command.make_context(command.name, words, resilient_parsing=False)
        except click.ClickException as error:
            raise AssertionError(f"{line}: {error.format_message()}") from error
