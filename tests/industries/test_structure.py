import pandas as pd
import pytest

from clusteranalysis.errors import DataError, SchemaError
from clusteranalysis.industries import level, naics, parent, titles


@pytest.mark.parametrize(
    ("vintage", "counts"),
    [
        # Census's own counts: sectors, subsectors, groups, industries, national industries.
        (2007, [20, 99, 313, 721, 1175]),
        (2012, [20, 99, 312, 713, 1065]),
        (2017, [20, 99, 311, 709, 1057]),
        (2022, [20, 96, 308, 689, 1012]),
    ],
)
def test_official_counts_of_each_edition(vintage, counts):
    assert naics(vintage)["level"].value_counts().sort_index().tolist() == counts


@pytest.mark.parametrize("vintage", [2007, 2012, 2017, 2022])
def test_hierarchy_is_closed_and_agrees_with_the_codes(vintage):
    table = naics(vintage)
    assert table["industry"].is_unique
    assert table["industry"].is_monotonic_increasing
    assert set(table["parent"]) - {"00"} <= set(table["industry"])
    assert table["level"].tolist() == level(table["industry"]).tolist()
    assert table["parent"].tolist() == parent(table["industry"]).tolist()
    assert {"31-33", "44-45", "48-49"} <= set(table["industry"])
    assert not {"31", "44", "48"} & set(table["industry"])


@pytest.mark.parametrize("vintage", [2007, 2012, 2017, 2022])
def test_titles_are_clean(vintage):
    title = naics(vintage)["title"]
    assert (title == title.str.strip()).all()
    assert not title.str.contains(r"\s\s|\xa0|[a-z)]T$").any()


def test_titles_of_industries():
    assert titles(["513210"], 2022).tolist() == titles(["511210"], 2007).tolist()
    assert titles(["211120", "111120"]).tolist() == [
        "Crude Petroleum Extraction",
        "Oilseed (except Soybean) Farming",
    ]


def test_changing_the_result_does_not_change_the_next():
    table = naics()
    table.loc[:, "title"] = "spoiled"
    assert "spoiled" not in set(naics()["title"])


def test_titles_keep_index_and_take_any_style():
    codes = pd.Series(["------", "31----", "3254"], index=[4, 2, 9])
    found = titles(codes)
    assert found.index.tolist() == [4, 2, 9]
    assert found.tolist() == [
        "Total for all sectors",
        "Manufacturing",
        "Pharmaceutical and Medicine Manufacturing",
    ]


def test_codes_of_another_vintage_are_refused():
    # 511210 became 513210 in NAICS 2022.
    assert titles(["511210"]).tolist() == ["Software Publishers"]
    with pytest.raises(SchemaError, match=r"'513210'.*concordance"):
        titles(["3254", "513210"])


def test_other_vintages_do_not_ship():
    for vintage in (1997, 2002, 2013):
        with pytest.raises(DataError, match="vintage=2017"):
            naics(vintage)
