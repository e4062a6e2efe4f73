"""Files are whole or untouched, and a table is what its file says."""

import io
import os

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusteranalysis.errors import ClusterAnalysisError, DataError, OutputError, SchemaError
from clusteranalysis.files import read_table, replacing, require_folder, require_new, write_bytes


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_write_makes_the_folder_and_leaves_nothing_else(tmp_path):
    path = write_bytes(tmp_path / "a" / "b" / "x.csv", b"new")
    assert path == tmp_path / "a" / "b" / "x.csv"
    assert path.read_bytes() == b"new"
    assert names(path.parent) == ["x.csv"]
    write_bytes(str(path), b"newer")
    assert path.read_bytes() == b"newer"
    assert names(path.parent) == ["x.csv"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, MemoryError])
def test_a_failure_in_the_middle_leaves_the_old_file(error, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"old")
    with pytest.raises(error), replacing(path) as temporary:  # noqa: PT012
        temporary.write_bytes(b"half")
        raise error
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["x.csv"]


def test_until_the_end_the_old_file_is_there(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"old")
    with replacing(path) as temporary:
        temporary.write_bytes(b"new")
        assert path.read_bytes() == b"old"
        assert temporary.parent == tmp_path
        assert str(os.getpid()) in temporary.name
    assert path.read_bytes() == b"new"


def test_nothing_written_is_an_error_and_no_file(tmp_path):
    with pytest.raises(OutputError, match=r"x\.csv"), replacing(tmp_path / "x.csv"):
        pass
    assert names(tmp_path) == []


@pytest.mark.parametrize("place", ["file/x.csv", "file/below/x.csv", "folder", "x" * 300])
def test_a_place_that_cannot_be_written_to(place, tmp_path):
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="choose a folder you may write to"):
        write_bytes(tmp_path / place, b"new")
    assert (tmp_path / "file").read_bytes() == b"old"
    assert names(tmp_path) == ["file", "folder"]


def test_a_folder_that_may_not_be_written_to(tmp_path, monkeypatch):
    """Root may write everywhere, so the refusal is staged."""

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.write_bytes", refuse)
    for call in (lambda: write_bytes(tmp_path / "x", b""), lambda: require_folder(tmp_path)):
        with pytest.raises(OutputError, match="Permission denied"):
            call()


def test_require_folder(tmp_path):
    assert require_folder(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    assert names(tmp_path / "a" / "b") == []
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(OutputError, match="is a file"):
        require_folder(tmp_path / "file")
    with pytest.raises(OutputError, match="cannot write to the folder"):
        require_folder(tmp_path / "file" / "below")
    assert (tmp_path / "file").read_bytes() == b"old"


def read(tmp_path, text):
    (tmp_path / "x.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_table(tmp_path / "x.csv")


def test_codes_stay_text_and_numbers_become_numbers(tmp_path):
    table = read(
        tmp_path,
        "region,industry,year,employment,weight,note\n06001,007,2018,1,2.5,8\nNA,1e3,2018.0,,NA,\n",
    )
    assert table[["region", "industry", "note"]].to_numpy().tolist() == [
        ["06001", "007", "8"],
        ["NA", "1e3", ""],
    ]
    assert table["year"].dtype == "int64"
    assert table["employment"].dtype == table["weight"].dtype == "float64"
    np.testing.assert_array_equal(table["employment"], [1, np.nan])
    np.testing.assert_array_equal(table["weight"], [2.5, np.nan])


def test_rows_are_labelled_as_in_a_spreadsheet_and_empty_ones_dropped(tmp_path):
    table = read(tmp_path, "region,employment\nA,1\n\n,\nB,2\n\n")
    assert table.index.tolist() == [2, 5]
    with pytest.raises(SchemaError, match=r"\(row 5 'x'\)"):
        read(tmp_path, "region,employment\nA,1\n\n,\nB,x\n")


def test_no_more_than_five_bad_rows_are_shown(tmp_path):
    with pytest.raises(SchemaError, match=r"row 6 'x' and 2 more\)"):
        read(tmp_path, "region,employment\n" + "A,x\n" * 7)


@pytest.mark.parametrize("text", ["1,234", "1_000", "10%", "D", "0x10", "1d5", "--1", "True", "٣"])
def test_what_is_no_number(text, tmp_path):
    with pytest.raises(SchemaError, match=r"'employment' of 'x\.csv' holds what is no number"):
        read(tmp_path, f'region,employment\nA,1\nB,"{text}"\n')


@pytest.mark.parametrize("text", ["", "2018.5", "inf", "99999999999999999999", "NA"])
def test_what_is_no_year(text, tmp_path):
    with pytest.raises(SchemaError, match=r"'year' of 'x\.csv' holds what is no whole number"):
        read(tmp_path, f"region,year\nA,2018\nB,{text}\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "No columns"),
        ("region,employment\n", "no rows"),
        ("region,employment\n\n\n", "no rows"),
        ("region,employment\nA,1,2\n", "Expected 2 fields in line 2, saw 3"),
        ("region,region\nA,B\n", "'region' stands 2 times"),
        (b"region\n\xff\n", "UTF-8"),
    ],
)
def test_what_is_no_table(text, said, tmp_path):
    with pytest.raises(ClusterAnalysisError, match=said):
        read(tmp_path, text)


def test_missing_folder_archive(tmp_path):
    (tmp_path / "x.csv").mkdir()
    for name, said in [("x.csv", "Is a directory"), ("y.csv", "no file"), ("x.zip", "neither")]:
        with pytest.raises(DataError, match=said):
            read_table(tmp_path / name)


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1),
            st.one_of(st.none(), st.floats(0, allow_infinity=False)),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_what_pandas_writes_is_read_back_exactly(tmp_path_factory, rows):
    expected = pd.DataFrame(rows, columns=["region", "employment"])
    expected["employment"] = expected["employment"].astype(float)
    path = tmp_path_factory.getbasetemp() / "round.csv"
    write_bytes(path, expected.to_csv(index=False).encode())
    found = read_table(path)
    assert found["region"].tolist() == expected["region"].tolist()
    np.testing.assert_array_equal(found["employment"], expected["employment"])
    buffer = io.BytesIO()
    expected.to_parquet(buffer)
    write_bytes(path.with_suffix(".parquet"), buffer.getvalue())
    again = read_table(path.with_suffix(".parquet"))
    np.testing.assert_array_equal(again["employment"], expected["employment"])


def test_what_is_there_is_kept_unless_told_otherwise(tmp_path):
    old, link, new = tmp_path / "old.html", tmp_path / "link.html", tmp_path / "new.html"
    old.write_text("mine")
    link.symlink_to(tmp_path / "nowhere")  # writing would follow it out of the folder
    require_new([new], force=False)
    with pytest.raises(OutputError, match=r"old\.html' and 1 more are there already: .*--force"):
        require_new([old, new, link], force=False)
    require_new([old, link], force=True)
    assert old.read_text() == "mine"
