"""QCEW: quarterly and annual, NAICS and SIC, what is not disclosed, and any bytes at all."""

import gzip

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusteranalysis.data.qcew import read_qcew
from clusteranalysis.errors import DataError

KEYS = "area_fips,own_code,industry_code,agglvl_code,size_code,year,qtr,disclosure_code"
ANNUAL = (
    f"{KEYS},annual_avg_estabs,annual_avg_emplvl,total_annual_wages,annual_contributions,"
    "avg_annual_pay,lq_disclosure_code,lq_annual_avg_estabs,lq_annual_avg_emplvl\n"
    "34000,5,10,51,0,2016,A,,90,4000,9000000,-5,55000,,1.10,0.97\n"
    "US000,5,1023,13,0,2016,A,,90,4000,9000000,5,55000,,1,1\n"
    "C1018,5,31-33,44,0,2016,A,N,12,0,0,0,0,N,1.20,0\n"
    "34013,5,325412,78,0,2016,A,-,0,0,0,0,0,N,0,0\n"
)


@pytest.fixture(scope="session")
def room(tmp_path_factory):
    return tmp_path_factory.mktemp("qcew")


def put(folder, content, name="2016.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def county_files(shared):
    return sorted((shared / "qcew").glob("2016*.csv.gz"))


def test_every_row_of_every_county_comes_through(shared):
    files = county_files(shared)
    assert len(files) == 11
    rows = 0
    for file in files:
        raw = pd.read_csv(file, dtype=str, keep_default_na=False)
        table, report = read_qcew(file, report=True)
        rows += len(table)
        assert len(table) == report.rows_in == report.rows_out == len(raw)
        hidden = raw["disclosure_code"] == "N"
        assert (table["status"].eq("withheld") == hidden).all()
        months = raw[["month1_emplvl", "month2_emplvl", "month3_emplvl"]].astype(float)
        mean = months.mean(axis=1).where(~hidden)
        np.testing.assert_allclose(table["employment"], mean)
        wages = raw["total_qtrly_wages"].astype(float).where(~hidden)
        np.testing.assert_array_equal(table["payroll_quarter"], wages)
        quotient = raw["lq_month3_emplvl"].astype(float).where(raw["lq_disclosure_code"] != "N")
        np.testing.assert_array_equal(table["lq_month3_emplvl"], quotient)
        assert (table["lq_qtrly_estabs_count"] == raw["lq_qtrly_estabs_count"].astype(float)).all()
        assert (table["establishments"] == raw["qtrly_estabs_count"].astype(float)).all()
        assert (table["ownership"] == raw["own_code"].astype(int)).all()
        key = ["region", "industry", "year", "quarter", "ownership", "aggregation_level", "size"]
        assert not table.duplicated(key).any()
    assert rows == 71_556


def test_ownerships_add_up_to_all_of_them(shared):
    table = read_qcew(county_files(shared)[0])
    by = table[table["industry"] == "00"].set_index(["quarter", "ownership"])["employment"]
    parts = by.drop(0, level="ownership").groupby("quarter").sum()
    np.testing.assert_allclose(parts, by.xs(0, level="ownership"))


def test_an_annual_file(tmp_path):
    table, report = read_qcew(put(tmp_path, ANNUAL), report=True)
    assert table["region"].tolist() == ["34", "US", "C1018", "34013"]
    assert table["industry"].tolist() == ["00", "1023", "31-33", "325412"]
    np.testing.assert_array_equal(table["employment"], [4000, 4000, np.nan, 0])
    np.testing.assert_array_equal(table["payroll"], [9e6, 9e6, np.nan, 0])
    np.testing.assert_array_equal(table["lq_annual_avg_emplvl"], [0.97, 1, np.nan, np.nan])
    np.testing.assert_array_equal(table["lq_annual_avg_estabs"], [1.1, 1, 1.2, 0])
    assert table["annual_contributions"].tolist()[0] == -5
    assert table["status"].tolist() == ["reported", "reported", "withheld", "reported"]
    assert "quarter" not in table
    assert [note.rows for note in report.changed] == [1, 2]
    assert report.years == (2016,)


def test_a_sic_file_keeps_its_codes(tmp_path):
    text = f"{KEYS},annual_avg_estabs_count,annual_avg_emplvl\n01001,5,SIC_2834,30,0,1990,A,,2,9\n"
    table = read_qcew(put(tmp_path, text))
    assert table["industry"].tolist() == ["SIC_2834"]
    assert table.attrs["classification"] == "SIC"
    with pytest.raises(DataError, match="mixes SIC and NAICS"):
        read_qcew(put(tmp_path, text + "01001,5,3254,30,0,1990,A,,2,9\n"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("34013,", "34,013,", r"has 16 columns, but row 5 has 17"),
        ("34013,5", "34X13,5", r"column 'area_fips' .* \(row 5 '34X13'\)"),
        ("325412", "325002", r"column 'industry_code' .* \(row 5 '325002'\)"),
        (",A,-", ",2,-", r"column 'qtr' .* \(row 5 '2'\)"),
        (",A,-", ",A,Q", r"column 'disclosure_code' .* \(row 5 'Q'\)"),
        ("34013,5,", "34013,private,", r"column 'own_code' .* \(row 5 'private'\)"),
        (
            "90,4000",
            "90,-4000",
            r"column 'annual_avg_emplvl' .* \(row 2 -4000\.0, row 3 -4000\.0\)",
        ),
        ("annual_avg_emplvl,", "jobs,", r"either month1_emplvl"),
    ],
)
def test_an_error_names_file_column_and_row(tmp_path, old, new, message):
    assert old in ANNUAL
    with pytest.raises(DataError, match=message):
        read_qcew(put(tmp_path, ANNUAL.replace(old, new)))


SEEDS = [ANNUAL.encode(), gzip.compress(ANNUAL.encode(), mtime=0)]


@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 9999), st.binary(max_size=4), st.integers(0, 4)), max_size=4),
)
def test_any_damage_gives_a_table_or_the_one_error(room, content, damage):
    for place, patch, length in damage:
        at = place % len(content)
        content = content[:at] + patch + content[at + length :]
    path = put(room, content, "damaged.bin")
    try:
        table, report = read_qcew(path, report=True)
    except DataError as error:
        told = str(error)
    else:
        assert report.rows_in == report.rows_out == len(table)
        told = report.source
    assert "damaged.bin" in told
