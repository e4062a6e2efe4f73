"""Readers and options that have no attack of their own: anything in, a result or a named error out.

Readers of the agencies' files are attacked in tests/data, tables, regions and definitions in
tests/test_cli.py, charters in tests/process/test_charter_attack.py.
"""

import io
import shutil
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clusteranalysis as ca
from clusteranalysis.errors import ClusterAnalysisError
from tests.test_cli import check_any, run

#: What people type, and what nobody should have to.
TEXT = st.one_of(
    st.text(max_size=20).filter(lambda text: "\x00" not in text),
    st.sampled_from(
        ["", " ", "-", "--", "*", "2021", "-1", "1e9", "nan", "06001", "6001", "0600１", "../x",
         "html,", "pdf,pdf", "xlsx", "cbp", "2019-2017", "1850", "99999", "east-bay ", "EAST-BAY",
         "<b>", "[red]", "\N{ZERO WIDTH SPACE}", "a" * 300, "x\ny"]
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "file").write_text("kept")
    return folder


def csv(columns):
    """A file with about these columns, in any order, and any cells."""
    cell = st.one_of(
        st.sampled_from(["", "111110", "11", "541714", "2017", "x", "1.5", "-1", '"', "  "]),
        st.text(max_size=4),
    )
    heads = st.lists(st.sampled_from([*columns, "x", ""]), max_size=len(columns) + 1)
    return st.builds(
        lambda head, rows: "\n".join([",".join(head), *(",".join(row) for row in rows)]).encode(),
        heads,
        st.lists(st.lists(cell, max_size=len(columns) + 1), max_size=4),
    )


#: A reader -> about the columns that it expects.
READERS = {
    ca.read_concordance: ["2012 NAICS Code", "2017 NAICS Code", "share"],
    ca.read_benchmark_definition: ["cluster_code", "cluster_name", "naics_2012"],
    ca.read_definition: ["cluster", "name", "industry", "tradability"],
}


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
@given(data=st.data())
@settings(max_examples=150)
def test_any_bytes_for_a_reader(read, room, data):
    path = room / "any.csv"
    path.write_bytes(data.draw(st.one_of(st.binary(max_size=200), csv(READERS[read]))))
    with suppress(ClusterAnalysisError):
        read(path)


@pytest.fixture(scope="module")
def next_year(room):
    """A charter, and the nation's table of the year after."""
    assert run("charter", "new", "--example", "--out", room / "charters").code == 0
    us = ca.sample().us
    buffer = io.StringIO()
    us[us["level"].isin([0, 6])].head(400).to_csv(buffer, index=False)
    return buffer.getvalue()


@given(
    content=st.one_of(
        st.binary(max_size=200),
        csv(["region", "industry", "year", "level", "employment", "establishments", "status"]),
    )
)
@settings(max_examples=60)
def test_any_bytes_as_next_years_cells(room, next_year, content):
    data, out = room / "data", room / "scores"
    data.mkdir(exist_ok=True)
    (data / "cells.csv").write_bytes(content)
    (data / "us.csv").write_text(next_year)
    check_any(
        run("track", room / "charters", "--data", data, "--out", out, "--format", "csv", "--force")
    )
    shutil.rmtree(out, ignore_errors=True)


#: Every command with its options that take text; what else it needs is given.
OPTIONS = {
    "brief": ["--region", "--definition", "--start", "--end", "--format"],
    "pack": ["--cluster", "--region", "--definition", "--start", "--end", "--format"],
    "clusters": ["--definition", "--start", "--end"],
    "measure": ["--level", "--value", "--reference"],
    "employment": ["--region", "--years", "--source", "--level", "--naics", "--scope"],
    "fetch cbp": ["--years", "--level", "--workers"],
    "fetch qcew": ["--years", "--areas", "--region", "--workers"],
    "track": ["--data", "--year", "--as-of", "--source", "--period", "--format"],
    "charter new": ["--region", "--cluster"],
    "charter check": ["--against"],
    "charter timeline": ["--as-of"],
    "sample export": ["--nothing"],
}


@pytest.mark.parametrize("command", OPTIONS)
@given(data=st.data())
@settings(max_examples=30)
def test_any_text_for_any_option(command, room, data):
    option = data.draw(st.sampled_from(OPTIONS[command]))
    text = data.draw(TEXT)
    given_too = {
        # A cluster that is none stops the work before it begins, whatever else is right.
        "brief": ["--format", "html", "--start", "1900"] if option != "--start" else [],
        "pack": ["--cluster", "none"],
        "clusters": ["--region", "48001"],
        "measure": ["no_such_measure"],
        "employment": ["--file", str(room / "none.zip")],
        # A cache that is a file: nothing is asked of the network.
        "fetch cbp": ["--data-dir", str(room / "file")],
        "fetch qcew": ["--data-dir", str(room / "file")],
        "track": [str(room / "none")],
        "charter check": [str(room / "none")],
        "charter timeline": [str(room / "none.toml"), "--out", str(room / "x.svg")],
        "charter new": ["--out", str(room / "file")],
    }.get(command, [])
    answer = run(*command.split(), *given_too, option, text)
    assert answer.code in (0, 1, 2), answer
    assert "Traceback" not in answer.out + answer.err
    if answer.code == 2:
        assert answer.err.startswith("error: ")
