"""ZIP Code Business Patterns: totals and detail, and any bytes at all."""

import gzip

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusteranalysis.data.cbp import read_cbp
from clusteranalysis.data.zbp import read_zbp
from clusteranalysis.errors import DataError

TOTALS = (
    '"zip","name","empflag","emp_nf","emp","qp1_nf","qp1","ap_nf","ap","est","city","stabbr"\n'
    '"00601","PEÑUELAS, PR","","J",9127,"G",88685,"G",376492,472,"PEÑUELAS","PR"\n'
    '"00501","HOLTSVILLE, NY","B","D",0,"D",0,"D",0,2,"HOLTSVILLE",""\n'
)
DETAIL = (
    "zip,name,naics,est,n<5,n5_9,n10_19\n"
    "501,HOLTSVILLE,------,9,5,N,4\n00501,HOLTSVILLE,3254//,3,3,N,N\n"
)


@pytest.fixture(scope="session")
def room(tmp_path_factory):
    return tmp_path_factory.mktemp("zbp")


def put(folder, name, content):
    path = folder / name
    path.write_bytes(content)
    return path


def test_totals_2016_add_up_to_the_us(shared):
    table, report = read_zbp(shared / "cbp" / "zbp16totals.txt.gz", report=True)
    assert report.rows_in == report.rows_out == len(table) == 38_722
    # CBP US 2016: the national table and the ZIP codes are of one release.
    us = pd.read_csv(shared / "cbp" / "us_2001-2021_all_naics.csv.gz", dtype={"naics": str})
    us = us[(us["naics"] == "------") & (us["year"] == 2016)]
    assert table["establishments"].sum() == us["establishments"].item()
    assert table["employment"].isna().sum() == 4_984
    assert table["employment"].sum() < us["employment_march"].item()
    assert set(table["industry"]) == {"00"}
    assert table["region"].str.fullmatch(r"\d{5}").all()
    assert table["region"].is_unique
    assert report.years == (2016,)
    assert report.geography == "zip"


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_names_are_read_in_either_encoding(tmp_path, encoding):
    table = read_zbp(put(tmp_path, "zbp16totals.txt", TOTALS.encode(encoding)))
    assert table["name"].tolist() == ["PEÑUELAS, PR", "HOLTSVILLE, NY"]
    assert table["state"].tolist()[0] == "PR"
    assert pd.isna(table["state"][1])
    assert table["payroll"].tolist()[0] == 376_492_000
    assert table["employment_noise"].tolist() == ["J", "D"]
    assert table[["employment_low", "employment_high"]].loc[1].tolist() == [20, 99]


def test_detail_has_establishments_and_no_jobs(tmp_path):
    table, report = read_zbp(put(tmp_path, "zbp18detail.txt", DETAIL.encode()), report=True)
    assert list(table) == [
        "region",
        "industry",
        "year",
        "establishments",
        "n1_4",
        "n5_9",
        "n10_19",
        "name",
    ]
    assert table["region"].tolist() == ["00501", "00501"]
    assert table["industry"].tolist() == ["00", "3254"]
    assert table["n1_4"].tolist() == [5, 3]
    assert np.isnan(table["n5_9"]).all()
    assert [note.rows for note in report.changed] == [2]


def test_detail_by_sic_keeps_its_codes(tmp_path):
    text = b"ZIP,SIC,EST,N1_4\n00501,2834,3,3\n"
    table = read_zbp(put(tmp_path, "zbp94detail.txt", text))
    assert table["industry"].tolist() == ["2834"]
    assert table.attrs["classification"] == "SIC"


def test_the_readers_name_each_other(tmp_path):
    zips = put(tmp_path, "zbp16totals.txt", TOTALS.encode())
    with pytest.raises(DataError, match="is a zip file: use read_zbp"):
        read_cbp(zips)
    county = put(tmp_path, "cbp16co.txt", b"fipstate,fipscty,naics,est\n06,001,------,3\n")
    with pytest.raises(DataError, match="is a county file: use read_cbp"):
        read_zbp(county)
    odd = put(tmp_path, "odd.txt", b"zip,est\n0050A,3\n")
    with pytest.raises(DataError, match=r"column 'zip' .* \(row 2 '0050A'\)"):
        read_zbp(odd)


SEEDS = [TOTALS.encode("latin-1"), DETAIL.encode(), gzip.compress(TOTALS.encode(), mtime=0)]


@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 9999), st.binary(max_size=4), st.integers(0, 4)), max_size=4),
)
def test_any_damage_gives_a_table_or_the_one_error(room, content, damage):
    for place, patch, length in damage:
        at = place % len(content)
        content = content[:at] + patch + content[at + length :]
    path = put(room, "damaged.bin", content)
    try:
        table, report = read_zbp(path, report=True)
    except DataError as error:
        told = str(error)
    else:
        assert report.rows_in == report.rows_out == len(table)
        told = report.source
    assert "damaged.bin" in told
