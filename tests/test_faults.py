"""The machine fails underneath: full disks, read-only folders, spoilt files, other clocks, locales.

What a fault of the network or of the cache does is shown in ``tests/data/test_download.py``, what
closed pipes, bare environments and two writers do in ``tests/test_cli.py``. Here the system itself
refuses, not a stand-in for it: limits, rights and clocks are those of the operating system.
"""

import locale
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

import clusteranalysis as ca
from clusteranalysis import cli, resources
from clusteranalysis.data.cache import cached
from clusteranalysis.data.download import fetch
from clusteranalysis.data.registry import cbp_files
from clusteranalysis.errors import DataError, OutputError

from .data.server import Agency, archive, serving

COMMAND = [sys.executable, "-c", "from clusteranalysis.cli import main; main()"]
UNIX = pytest.mark.skipif(os.name == "nt", reason="needs the limits and rights of a Unix system")


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def run(*words, **options):
    return subprocess.run(
        [*COMMAND, *map(str, words)],
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=180, **options,
    )  # fmt: skip


def needed(program, reason):
    """Our CI has it and must not skip."""
    if shutil.which(program) is None:
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


# A full disk -------------------------------------------------------------------------------------


@UNIX
@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (["clusters", "--out", "clusters.csv"], "clusters.csv"),
        (["measure", "location_quotient", "--level", "6", "--out", "lq.parquet"], "lq.parquet"),
        (["sample", "export", "--out", "."], "cells.csv"),
    ],
)
def test_a_disk_that_fills_leaves_the_old_file_whole(words, kept, tmp_path):
    """The system cuts every file at 4 KiB, as a disk does that fills while we write."""
    import resource

    (tmp_path / kept).write_text("old\n")
    answer = run(
        *words,
        cwd=tmp_path,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
    )
    assert answer.returncode == 2
    assert answer.stderr.startswith("error: cannot write ")
    assert answer.stderr.count("\n") == 1
    assert (tmp_path / kept).read_text() == "old\n"
    assert [name for name in files(tmp_path) if name.endswith(".part")] == []


# Folders that cannot be written to ---------------------------------------------------------------


@contextmanager
def as_anyone():
    """Not as root, whom no folder refuses."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.fixture
def open_folder():
    """A folder that everyone reaches; pytest's own are its user's alone."""
    folder = Path(tempfile.mkdtemp(prefix="clusteranalysis-"))
    folder.chmod(0o777)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir():
            path.chmod(0o777)
    shutil.rmtree(folder)


@UNIX
def test_a_read_only_cache_serves_what_it_holds_and_names_what_it_lacks(open_folder, monkeypatch):
    place = "/programs-surveys/cbp/datasets/{0}/cbp{1}co.zip"
    content = archive("fipstate,fipscty,naics,emp\n06,001,------,5\n")
    agency = Agency({place.format(2018, 18): content, place.format(2019, 19): content})
    monkeypatch.setenv("CLUSTERANALYSIS_DATA_DIR", str(open_folder))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    with serving(agency):
        monkeypatch.setenv("CLUSTERANALYSIS_CENSUS_URL", agency.url)
        there, missing = cbp_files(2018)[0], cbp_files(2019)[0]
        fetch([there])
        before = files(open_folder)
        for path in [*open_folder.rglob("*"), open_folder]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        agency.asked.clear()
        with as_anyone():
            assert fetch([there])[0].read_bytes() == content
            assert cached(there).read_bytes() == content
            assert agency.asked == []
            with pytest.raises(OutputError, match="Permission denied") as caught:
                fetch([missing])
    assert "CLUSTERANALYSIS_DATA_DIR" in str(caught.value)
    assert repr(str(open_folder / missing.path)) in str(caught.value)
    assert files(open_folder) == before


@UNIX
def test_a_read_only_folder_is_one_line_and_loses_nothing(open_folder, monkeypatch, capsys):
    (open_folder / "clusters.csv").write_text("old\n")
    open_folder.chmod(0o555)
    words = ["clusteranalysis", "clusters", "--out", str(open_folder / "clusters.csv")]
    monkeypatch.setattr(sys, "argv", words)
    with as_anyone(), pytest.raises(SystemExit) as stopped:
        cli.main()
    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert "Permission denied" in said
    assert said.count("\n") == 1
    assert files(open_folder) == {"clusters.csv": b"old\n"}


# Packaged tables that are spoilt -----------------------------------------------------------------


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "not parquet"])
@pytest.mark.parametrize("name", ["cells", "counties"])
def test_a_spoilt_packaged_table_is_named(name, damage, tmp_path, monkeypatch):
    content = resources.processed("east-bay", f"{name}.parquet").read_bytes()
    spoilt = {
        "cut": content[: len(content) // 2],
        "flipped": content[:-200] + bytes(200 - 8) + content[-8:],
        "empty": b"",
        "not parquet": b"region,industry\n",
    }[damage]
    (tmp_path / f"{name}.parquet").write_bytes(spoilt)
    monkeypatch.setattr(resources, "processed", lambda *parts: tmp_path / parts[-1])
    with pytest.raises(DataError, match=rf"'{name}\.parquet' is damaged .*: reinstall"):
        getattr(ca.sample("east-bay"), name)


# Other clocks and other locales ------------------------------------------------------------------


@pytest.fixture(scope="module")
def today(tmp_path_factory):
    """What the commands write today, here."""
    folder = tmp_path_factory.mktemp("today")
    written(folder)
    return files(folder)


def written(folder, *before, code=None, **options):
    """Tables, pages and pictures of one run, by whatever clock and locale."""
    start = [*before, *(COMMAND if code is None else [sys.executable, "-c", code])]
    for words in (
        ["clusters", "--out", "clusters.csv"],
        ["sample", "export", "--out", "tables"],
        ["brief", "--out", "briefing"],
    ):
        answer = subprocess.run(
            [*start, *words], cwd=folder, capture_output=True, check=False, timeout=300, **options
        )
        assert (answer.returncode, answer.stderr.decode()) == (0, "")


def test_the_clock_is_in_no_file(today, tmp_path):
    needed("faketime", "no faketime here to set another clock")
    written(tmp_path, "faketime", "2031-02-28 23:59:58", env={**os.environ, "TZ": "Asia/Kolkata"})
    assert files(tmp_path) == today


def test_a_locale_with_decimal_commas_changes_no_number(today, tmp_path):
    listed = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout
    if "de_DE.utf8" not in listed:
        if os.environ.get("CI"):
            pytest.fail("no German locale here")
        pytest.skip("no German locale here")
    code = (
        "import locale; locale.setlocale(locale.LC_ALL, ''); "
        "assert locale.str(1.5) == '1,5'; from clusteranalysis.cli import main; main()"
    )
    written(tmp_path, code=code, env={**os.environ, "LC_ALL": "de_DE.UTF-8"})
    assert locale.str(1.5) == "1.5"  # this process is as it was
    assert files(tmp_path) == today
