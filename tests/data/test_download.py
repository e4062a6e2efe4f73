"""Downloads from a server that stalls, cuts, lies and changes: what has its name is whole."""

import gzip
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusteranalysis.data import registry, transfer
from clusteranalysis.data.cache import cache_folder, locked
from clusteranalysis.data.download import (
    cached,
    fetch,
    fetch_boundaries,
    fetch_cbp,
    fetch_naics,
    fetch_qcew,
)
from clusteranalysis.data.registry import RemoteFile
from clusteranalysis.errors import DataError, OutputError

from .server import Agency, archive, serving

# Not compressible, so that half of it is no whole archive and it takes several chunks.
BIG = archive("".join(f"{number * 2654435761 % 2**64:x}\n" for number in range(60000)))
#: What is left of a file cut in half: the last piece that came is kept only when it is full.
HALF = len(BIG) // 2 // transfer._CHUNK * transfer._CHUNK
PLACE = "/programs-surveys/cbp/datasets/2018/cbp18co.zip"


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    monkeypatch.setattr(transfer, "_PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def agency(monkeypatch):
    with serving(Agency({PLACE: BIG})) as agency:
        monkeypatch.setenv("CLUSTERANALYSIS_CENSUS_URL", agency.url)
        monkeypatch.setenv("CLUSTERANALYSIS_BLS_URL", agency.url)
        yield agency


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("CLUSTERANALYSIS_DATA_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def file(agency):
    return registry.cbp_files(2018)[0]


def named(home):
    """Files that have their name, hidden ones aside."""
    return sorted(
        path.relative_to(home).as_posix()
        for path in home.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    )


def hidden(home):
    return sorted(path.name for path in home.rglob(".*"))


def manifest(home):
    return json.loads((home / "manifest.json").read_bytes())


def fault_of(files, home, error=DataError, **options):
    """The message of a failing fetch, after checking that it is one line with both addresses."""
    files = [files] if isinstance(files, RemoteFile) else files
    with pytest.raises(error) as caught:
        fetch(files, **({"timeout": 0.3} | options))
    message = str(caught.value)
    assert "\n" not in message
    assert files[0].url in message
    assert repr(str(home / files[0].path)) in message
    return message


# Without faults


def test_a_file_comes_and_is_recorded(agency, home, file):
    assert fetch([file]) == [home / file.path]
    assert (home / file.path).read_bytes() == BIG
    assert named(home) == [file.path, "manifest.json"]
    assert hidden(home) == []
    entry = manifest(home)[file.path]
    assert entry["url"] == file.url
    assert entry["size"] == len(BIG)
    assert re.fullmatch(r"[0-9a-f]{64}", entry["sha256"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", entry["first_seen"])


def test_what_is_here_needs_no_network(agency, home, file):
    fetch([file])
    before = (home / "manifest.json").read_bytes()
    agency.asked.clear()
    assert fetch([file, file]) == [home / file.path] * 2
    assert cached(file) == home / file.path
    assert agency.asked == []
    assert (home / "manifest.json").read_bytes() == before


def test_the_agency_learns_who_asks_and_nothing_else(agency, home, file):
    fetch([file])
    [(_, head)] = agency.asked
    assert head["User-Agent"].startswith("clusteranalysis/")
    assert set(head) <= {"Host", "User-Agent", "Accept-Encoding", "Accept", "Connection"}


def test_twelve_at_once(agency, home):
    files = [registry.qcew_file(2018, f"{number:05d}") for number in range(12)]
    for file in files:
        agency.files[file.url.removeprefix(agency.url)] = f"area\n{file.level}\n".encode()
    together = threading.Barrier(4)
    first = iter(range(4))

    def meanwhile():
        if next(first, None) is not None:
            together.wait(5)  # breaks unless four requests are under way at the same time

    agency.meanwhile = meanwhile
    paths = fetch(files, workers=4)
    assert [path.read_text() for path in paths] == [f"area\n{file.level}\n" for file in files]
    assert len(manifest(home)) == 12
    assert not together.broken
    assert len(agency.asked) == 12


def test_every_product_by_its_function(agency, home):
    wanted = [
        *registry.cbp_files(2017, "zip"),
        *registry.cbp_files(2018, "zip"),
        registry.qcew_file(2018),
        registry.qcew_file(2018, "06001"),
        registry.boundary_file(2021, "5m"),
        *registry.naics_files(),
    ]
    for one in wanted:
        packed = one.path.endswith((".zip", ".xlsx"))
        agency.files[one.url.removeprefix(agency.url)] = archive(one.path) if packed else b"a,b\n"
    assert len(fetch_cbp(range(2017, 2019), "zip")) == 4
    assert fetch_qcew(2018) == [home / wanted[4].path]
    assert fetch_qcew([2018], "06001") == fetch_qcew(2018, ["06001"]) == [home / wanted[5].path]
    assert fetch_boundaries(2021, "5m") == home / wanted[6].path
    assert [path.name for path in fetch_naics()] == [Path(one.path).name for one in wanted[7:]]
    assert sorted(manifest(home)) == sorted(one.path for one in wanted)


def test_the_folder_by_argument_environment_and_system(tmp_path, monkeypatch):
    monkeypatch.setenv("CLUSTERANALYSIS_DATA_DIR", str(tmp_path / "a"))
    assert cache_folder(tmp_path / "b") == tmp_path / "b"
    assert cache_folder() == tmp_path / "a"
    monkeypatch.delenv("CLUSTERANALYSIS_DATA_DIR")
    assert cache_folder().is_absolute()
    assert "clusteranalysis" in str(cache_folder())


@pytest.mark.parametrize(
    ("terminal", "progress", "shown"), [("1", True, True), ("1", False, False), ("", True, False)]
)
def test_a_bar_on_a_terminal_only(
    agency, home, file, monkeypatch, capsys, terminal, progress, shown
):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", terminal)
    agency.faults[PLACE] = ["drip"]
    fetch([file], progress=progress)
    out, err = capsys.readouterr()
    assert out == ""
    assert ("cbp18co.zip" in err) == shown
    assert shown or err == ""


def test_importing_loads_no_network_library():
    code = (
        "import sys, clusteranalysis.data.download; "
        "print([m for m in ('requests', 'pooch', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# A faulty server


def test_a_cut_download_is_taken_up_where_it_ended(agency, home, file):
    agency.faults[PLACE] = ["cut"]
    assert fetch([file])[0].read_bytes() == BIG
    assert agency.ranges_asked() == [None, f"bytes={HALF}-"]
    assert hidden(home) == []


def test_a_cut_download_is_taken_up_the_next_day(agency, home, file):
    agency.faults[PLACE] = ["cut", 404]
    fault_of(file, home)
    part = home / "cbp/2018/.cbp18co.zip.part"
    assert part.read_bytes() == BIG[:HALF]
    assert named(home) == []
    agency.asked.clear()
    assert fetch([file])[0].read_bytes() == BIG
    assert agency.ranges_asked() == [f"bytes={HALF}-"]


def test_a_server_that_cannot_resume_sends_all_again(agency, home, file):
    agency.ranges, agency.faults[PLACE] = False, ["cut"]
    assert fetch([file])[0].read_bytes() == BIG


def test_without_a_mark_of_the_edition_nothing_is_pieced_together(agency, home, file):
    agency.marks, agency.faults[PLACE] = False, ["cut"]
    assert fetch([file])[0].read_bytes() == BIG
    assert agency.ranges_asked() == [None, None]


def test_plain_text_is_not_pieced_together(agency, home):
    file = registry.qcew_file(2018, "06001")
    place = file.url.removeprefix(agency.url)
    agency.files[place], agency.faults[place] = b"a,b\n" * 99999, ["cut"]
    assert fetch([file])[0].read_bytes() == b"a,b\n" * 99999
    assert agency.ranges_asked() == [None, None]


def test_a_file_changed_between_the_halves_is_not_pieced_together(agency, home, file):
    other = archive("another edition" * 5000)

    def meanwhile():
        if len(agency.asked) == 2:
            agency.files[PLACE] = other

    agency.faults[PLACE], agency.meanwhile = ["cut"], meanwhile
    assert fetch([file])[0].read_bytes() == other


@pytest.mark.parametrize(
    "lie", [{"Content-Range": "bytes 0-9/10"}, {"ETag": '"of another edition"'}]
)
def test_a_server_that_resumes_wrongly_is_not_believed(agency, home, file, lie):
    agency.faults[PLACE] = ["cut"]

    def meanwhile():
        agency.extra = lie if len(agency.asked) == 2 else {}

    agency.meanwhile = meanwhile
    assert fetch([file])[0].read_bytes() == BIG
    assert agency.ranges_asked()[2] is None


def test_a_part_that_is_longer_than_the_file_is_dropped(agency, home, file):
    agency.faults[PLACE] = ["cut", 404]
    fault_of(file, home)
    (home / "cbp/2018/.cbp18co.zip.part").write_bytes(b"x" * (len(BIG) + 1))
    assert fetch([file])[0].read_bytes() == BIG


def test_a_damaged_part_is_found_out(agency, home, file):
    agency.faults[PLACE] = ["cut", 404]
    fault_of(file, home)
    (home / "cbp/2018/.cbp18co.zip.part").write_bytes(b"x" * 100)
    assert "zip archive" in fault_of(file, home)
    assert named(home) == hidden(home) == []
    assert fetch([file])[0].read_bytes() == BIG


@pytest.mark.parametrize("note", [b"", b"[]", b"{", b'{"url": 3}', b'{"url": "u", "tag": "t"}'])
def test_a_part_with_a_damaged_note_starts_over(agency, home, file, note):
    agency.faults[PLACE] = ["cut", 404]
    fault_of(file, home)
    (home / "cbp/2018/.cbp18co.zip.part.json").write_bytes(note)
    agency.asked.clear()
    assert fetch([file])[0].read_bytes() == BIG
    assert agency.ranges_asked() == [None]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("cut", "broke off after"),
        ("stall", "nothing came for 0.3 seconds after"),
        ("silent", "nothing came for 0.3 seconds"),
        ("hangup", "the server hangs up"),
        (500, "answers 500 Internal Server Error"),
        (503, "answers 503 Service Unavailable"),
        (429, "answers 429 Too Many Requests"),
    ],
)
def test_what_may_pass_is_tried_four_times(agency, home, file, fault, words):
    # Without ranges, a cut does not get further each time.
    agency.ranges, agency.faults[PLACE] = False, [fault] * 4
    assert words in fault_of(file, home)
    assert len(agency.asked) == 4
    assert named(home) == []
    agency.faults[PLACE] = [fault] * 3
    assert fetch([file], timeout=0.3)[0].read_bytes() == BIG


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (404, "answers 404 Not Found): check the year and level"),
        (403, "answers 403 Forbidden"),
        (599, "answers 599)"),
        (("moved", "http://agency.example/f.zip"), "leads to http://agency.example/f.zip, which"),
        (("moved", "ftp://127.0.0.1/f.zip"), "leads to ftp://127.0.0.1/f.zip, which is not https"),
        (("moved", "file:///etc/passwd"), "which is not https"),
    ],
)
def test_what_will_not_pass_is_tried_once(agency, home, file, fault, words):
    agency.faults[PLACE] = [fault]
    assert words in fault_of(file, home)
    assert len(agency.asked) == 1
    assert named(home) == hidden(home) == []


def test_redirections_are_followed_but_not_for_ever(agency, home, file):
    agency.files["/new"] = BIG
    agency.faults[PLACE] = [("moved", "/new")]
    assert fetch([file])[0].read_bytes() == BIG
    agency.faults["/round"] = [("moved", "/round")] * 9
    assert "without end" in fault_of(RemoteFile("x", 1, "x", f"{agency.url}/round", "x.zip"), home)


def test_a_server_may_ask_to_wait(agency, home, file, monkeypatch):
    monkeypatch.setattr(transfer, "_PATIENCE", 0.2)
    agency.faults[PLACE], agency.extra = [503], {"Retry-After": "3600"}
    start = time.monotonic()
    fetch([file])
    assert 0.2 <= time.monotonic() - start < 3


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (BIG[:-30], "no readable zip archive"),
        (BIG[:20000] + b"\0\0\0\0" + BIG[20004:], "zip archive"),
        (b"", "it is empty"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><p>maintenance", "a web page and no data"),
    ],
)
def test_what_comes_whole_and_is_not_the_file(agency, home, file, body, words):
    agency.files[PLACE] = body
    assert words in fault_of(file, home)
    assert named(home) == hidden(home) == []


def test_the_end_of_a_file_must_be_known(agency, home, file):
    agency.lengths, agency.faults[PLACE] = "hidden", ["cut"]
    assert "how long the file is" in fault_of(file, home)
    assert named(home) == []


def test_chunks_know_their_end(agency, home, file):
    agency.lengths, agency.faults[PLACE] = "chunked", ["cut"] * 4
    assert "broke off" in fault_of(file, home)
    assert fetch([file])[0].read_bytes() == BIG


def test_a_compressing_server_is_undone_and_never_resumed(agency, home):
    file = registry.qcew_file(2018, "06001")
    place = file.url.removeprefix(agency.url)
    agency.files[place], agency.extra = gzip.compress(b"a,b\n" * 9999), {"Content-Encoding": "gzip"}
    agency.faults[place] = ["cut"]
    assert fetch([file])[0].read_bytes() == b"a,b\n" * 9999
    assert agency.ranges_asked() == [None, None]


def test_one_missing_file_does_not_keep_the_others(agency, home):
    files = [registry.cbp_files(year)[0] for year in (2017, 2018, 2019)]
    with pytest.raises(DataError) as caught:
        fetch(files)
    lines = str(caught.value).splitlines()
    assert [files[0].url in lines[0], files[2].url in lines[1]] == [True, True]
    assert len(lines) == 2
    assert named(home) == [files[1].path, "manifest.json"]


def test_nobody_listens(home, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{taken.getsockname()[1]}"
        file = registry.cbp_files(2018, base=base)[0]
        assert "no connection to the server" in fault_of(file, home)
        tries = []
        monkeypatch.setattr(
            transfer, "_words", lambda error, timeout: tries.append(1) or "nobody there"
        )
        files = [registry.cbp_files(year, base=base)[0] for year in range(2000, 2020)]
        with pytest.raises(DataError) as caught:
            fetch(files, workers=1)
    assert len(str(caught.value).splitlines()) == 20
    assert len(tries) == 4  # one file's; the host is not asked for the other nineteen


def test_offline_says_where_to_put_the_file(home, file):
    with pytest.raises(DataError) as caught:
        cached(file)
    assert file.url in str(caught.value)
    assert repr(str(home / file.path)) in str(caught.value)
    assert not home.exists()


# Later uses


def test_a_file_put_there_by_hand_is_taken_and_recorded(agency, home, file):
    path = home / file.path
    path.parent.mkdir(parents=True)
    path.write_bytes(BIG)
    assert cached(file) == path
    assert fetch([file]) == [path]
    assert agency.asked == []
    assert manifest(home)[file.path]["size"] == len(BIG)


def test_a_broken_file_put_there_by_hand_is_refused(agency, home, file):
    path = home / file.path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"<html>not found")
    with pytest.raises(DataError, match="a web page and no data"):
        cached(file)
    assert "cannot be used" in fault_of(file, home)
    assert path.read_bytes() == b"<html>not found"


def test_a_changed_file_is_neither_read_nor_replaced(agency, home, file):
    [path] = fetch([file])
    changed = archive("changed")
    path.write_bytes(changed)
    agency.asked.clear()
    for use in (cached, lambda file: fetch([file])):
        with pytest.raises(DataError, match="is not the one first seen on 2") as caught:
            use(file)
        assert repr(str(path)) in str(caught.value)
        assert file.url in str(caught.value)
    assert path.read_bytes() == changed
    assert agency.asked == []


def test_content_that_changed_at_the_agency_is_taken_only_on_request(agency, home, file):
    [path] = fetch([file])
    first = manifest(home)[file.path]
    agency.files[PLACE] = archive("the revised edition")
    assert fetch([file])[0].read_bytes() == BIG
    path.unlink()
    assert "any more): ask for a refresh" in fault_of(file, home)
    assert named(home) == ["manifest.json"]
    assert hidden(home) == []
    assert manifest(home)[file.path] == first
    assert fetch([file], refresh=True)[0].read_bytes() == archive("the revised edition")
    assert manifest(home)[file.path]["sha256"] != first["sha256"]
    assert cached(file) == path


def test_a_refresh_of_the_same_content_keeps_the_first_date(agency, home, file):
    fetch([file])
    before = (home / "manifest.json").read_bytes()
    agency.asked.clear()
    fetch([file], refresh=True)
    assert len(agency.asked) == 1
    assert (home / "manifest.json").read_bytes() == before


def test_a_failed_refresh_leaves_what_is_there(agency, home, file):
    fetch([file])
    agency.faults[PLACE] = [500] * 4
    fault_of(file, home, refresh=True)
    assert cached(file).read_bytes() == BIG


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"a": 1}', b'{"a": {}}', b"\xff"])
def test_a_damaged_manifest_is_named(agency, home, file, content):
    fetch([file])
    (home / "manifest.json").write_bytes(content)
    with pytest.raises(DataError, match=r"manifest\.json' cannot be read: delete it"):
        cached(file)
    (home / "manifest.json").unlink()
    assert cached(file) == home / file.path


def test_a_cache_that_cannot_be_written(agency, tmp_path, monkeypatch, file):
    (tmp_path / "a-file").write_bytes(b"")
    monkeypatch.setenv("CLUSTERANALYSIS_DATA_DIR", str(tmp_path / "a-file"))
    message = fault_of(file, tmp_path / "a-file", OutputError)
    assert "CLUSTERANALYSIS_DATA_DIR" in message
    assert agency.asked == []


def test_a_full_disk_leaves_no_name(agency, home, file, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(transfer.os, "fsync", full)
    assert "No space left on device" in fault_of(file, home, OutputError)
    assert named(home) == []


def test_a_worker_is_needed():
    with pytest.raises(DataError, match="workers=0"):
        fetch([], workers=0)


# Several at once, and interruptions

FILL = """
import sys
from clusteranalysis.data.download import fetch_qcew
fetch_qcew(2018, [f"{n:05d}" for n in range(8)], workers=4, progress=False)
"""


def test_two_processes_fill_one_cache(agency, home):
    files = [registry.qcew_file(2018, f"{number:05d}") for number in range(8)]
    for file in files:
        place = file.url.removeprefix(agency.url)
        agency.files[place] = f"{file.level}\n".encode() * 4000
        agency.faults[place] = ["drip"]
    both = [
        subprocess.Popen([sys.executable, "-c", FILL], stderr=subprocess.PIPE, env=os.environ)
        for _ in range(2)
    ]
    for one in both:
        _, err = one.communicate(timeout=60)
        assert one.returncode == 0, err.decode()
        assert err == b""
    assert named(home) == sorted(["manifest.json", *(file.path for file in files)])
    assert hidden(home) == []
    assert len(manifest(home)) == len(agency.asked) == 8  # each came once
    for file in files:
        assert cached(file).read_bytes() == f"{file.level}\n".encode() * 4000


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT to a single process")
def test_an_interrupt_leaves_only_a_part_that_is_taken_up(agency, home, file):
    agency.faults[PLACE] = ["drip"]
    # A job in the background, as the tests may be, is born deaf to interrupts.
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from clusteranalysis.data.download import fetch_cbp; fetch_cbp(2018)"
    )
    one = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, env=os.environ)
    part = home / "cbp/2018/.cbp18co.zip.part"
    deadline = time.monotonic() + 20
    while not (part.exists() and part.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.01)
    one.send_signal(signal.SIGINT)
    _, err = one.communicate(timeout=20)
    assert b"KeyboardInterrupt" in err
    assert named(home) == []
    assert hidden(home) == [".cbp18co.zip.part", ".cbp18co.zip.part.json"]
    held = part.read_bytes()
    assert 0 < len(held) < len(BIG)
    assert held == BIG[: len(held)]
    agency.asked.clear()
    assert fetch([file])[0].read_bytes() == BIG
    assert agency.ranges_asked() == [f"bytes={len(held)}-"]


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_a_process_that_is_killed_keeps_no_lock(agency, home, file):
    agency.faults[PLACE] = ["stall"]
    code = "from clusteranalysis.data.download import fetch_cbp; fetch_cbp(2018)"
    one = subprocess.Popen([sys.executable, "-c", code], env=os.environ)
    deadline = time.monotonic() + 20
    while not agency.asked and time.monotonic() < deadline:
        time.sleep(0.01)
    one.kill()
    one.wait(20)
    assert fetch([file])[0].read_bytes() == BIG
    assert hidden(home) == []


def test_a_lock_is_held_by_one_at_a_time(tmp_path):
    inside, most, turns = [0], [0], []

    def use():
        for _ in range(5):
            with locked(tmp_path / "x"):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                time.sleep(0.001)
                turns.append(1)
                inside[0] -= 1

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (most, len(turns), list(tmp_path.iterdir())) == ([1], 20, [])


# The property behind it all

FAULTS = st.sampled_from(["cut", "hangup", 404, 500, 503, ("moved", PLACE)])


@settings(max_examples=40)
@given(
    runs=st.lists(
        st.tuples(
            st.lists(FAULTS, max_size=5),
            st.booleans(),  # whether the agency has another edition
            st.booleans(),  # whether ranges are served
            st.booleans(),  # whether editions are marked
            st.booleans(),  # whether a refresh is asked for
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_name_never_holds_anything_but_a_whole_edition(tmp_path_factory, runs):
    home = tmp_path_factory.mktemp("cache")
    editions = [archive(f"edition {number} " * 500) for number in range(2)]
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    with serving(Agency({PLACE: editions[0]})) as agency:
        file = registry.cbp_files(2018, base=agency.url)[0]
        path, before = home / file.path, None
        for faults, second, agency.ranges, agency.marks, refresh in runs:
            agency.files[PLACE], agency.faults[PLACE] = editions[second], list(faults)
            message = None
            try:
                fetch([file], data_dir=home, timeout=2, refresh=refresh)
            except DataError as error:
                message = str(error)
            if message is None:
                assert path.read_bytes() in editions
                assert refresh or before is None or path.read_bytes() == before
            else:
                assert len(message.splitlines()) == 1
                assert file.url in message
                assert repr(str(path)) in message
                assert path.exists() == (before is not None)
            before = path.read_bytes() if path.exists() else None
            assert before is None or before in editions
            assert named(home) == ([] if before is None else [file.path, "manifest.json"])
