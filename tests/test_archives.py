"""A small file made to fill the machine is refused, whatever it says of itself."""

import gzip
import struct
import zipfile

import pytest

from clusteranalysis import archives, read_cbp, read_qcew, read_zbp
from clusteranalysis.clusters.translation import read_benchmark_definition
from clusteranalysis.data.cache import unreadable
from clusteranalysis.errors import DataError

HEADER = b"fipstate,fipscty,naics,emp,est\n"
ROW = b"06,001,3254//,100,5\n"
TEXT = HEADER + b"".join(b"06,%03d,3254//,100,5\n" % county for county in range(1, 400, 2))


@pytest.fixture
def little_room(monkeypatch):
    """Every archive may unpack to 20,000 bytes, or to twice its size."""
    monkeypatch.setattr(archives, "_ROOM", 20_000)
    monkeypatch.setattr(archives, "_TIMES", 2)


def packed(folder, content, kind):
    path = folder / f"x.csv.{kind}"
    if kind == "gz":
        path.write_bytes(gzip.compress(content, mtime=0))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("x.csv", content)
    return path


@pytest.mark.parametrize("kind", ["gz", "zip"])
@pytest.mark.parametrize("read", [read_cbp, read_zbp, read_qcew])
def test_a_bomb_is_refused_by_every_reader(read, kind, tmp_path, little_room):
    path = packed(tmp_path, HEADER + ROW * 5_000, kind)
    assert path.stat().st_size < 2_000
    with pytest.raises(DataError, match=r"'x\.csv\.\w+' .* unpacks to more than 20,000 bytes"):
        read(path)


@pytest.mark.parametrize("kind", ["gz", "zip"])
def test_what_fits_is_read_in_full(kind, tmp_path, little_room):
    assert len(TEXT) < 20_000
    assert len(read_cbp(packed(tmp_path, TEXT, kind))) == 200


def test_a_gzip_that_says_it_is_small_is_counted(tmp_path, little_room):
    path = packed(tmp_path, HEADER + ROW * 5_000, "gz")
    content = path.read_bytes()
    path.write_bytes(content[:-4] + struct.pack("<I", 100))
    with pytest.raises(DataError):
        read_cbp(path)


def test_a_zip_that_says_it_is_small_yields_no_more_than_it_says(tmp_path, little_room):
    path = packed(tmp_path, HEADER + ROW * 5_000, "zip")
    true, said = struct.pack("<I", len(HEADER) + 5_000 * len(ROW)), struct.pack("<I", 1_000)
    path.write_bytes(path.read_bytes().replace(true, said))
    with pytest.raises(DataError, match="cannot read"):
        read_cbp(path)


def test_a_downloaded_bomb_is_not_kept_and_a_spreadsheet_not_opened(tmp_path, little_room):
    bomb = packed(tmp_path, b"0" * 100_000, "zip")
    assert "unpacks to more than" in unreadable(bomb, "cbp18co.zip")
    sheet = bomb.rename(tmp_path / "definitions.xlsx")
    with pytest.raises(DataError, match="unpacks to more than"):
        read_benchmark_definition(sheet)


def test_the_agencies_packing_is_far_from_the_limit():
    # The tightest packed file at hand (county totals) packs about thirtyfold.
    assert archives.most_unpacked(20_000_000) == 4_000_000_000
    assert archives.most_unpacked(1_000) == 1 << 30
