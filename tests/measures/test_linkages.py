"""Flows between industries, and the occupations they share."""

import inspect

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.measures.tables import NAN, close, pick

import clusteranalysis as ca
from clusteranalysis.errors import SchemaError
from clusteranalysis.measures.linkages import input_output_links, occupation_similarity

LINK, SIMILAR = "input_output_links", "occupation_similarity"
TERMS = ["input_share", "partner_input_share", "output_share", "partner_output_share"]


def flows(F, names=None):
    """What the industry of the row sells to that of the column."""
    F = np.asarray(F, float)
    names = names or [f"I{n}" for n in range(len(F))]
    n = len(names)
    frame = pd.DataFrame(
        {"industry": np.repeat(names, n), "partner": np.tile(names, n), "flow": F.ravel()}
    )
    return frame.astype({"industry": "str", "partner": "str"})


def staffing(J, value="employment"):
    """Industries x occupations."""
    J = np.asarray(J, float)
    frame = pd.DataFrame(
        {
            "industry": np.repeat([f"I{n}" for n in range(J.shape[0])], J.shape[1]),
            "occupation": np.tile([f"o{n}" for n in range(J.shape[1])], J.shape[0]),
            value: J.ravel(),
        }
    )
    return frame.astype({"industry": "str", "occupation": "str"})


def whole(inputs, outputs):
    names = [f"I{n}" for n in range(len(inputs))]
    return pd.DataFrame({"industry": names, "inputs": inputs, "outputs": outputs})


F = [[20.0, 60.0, 0.0], [10.0, 30.0, 5.0], [0.0, 40.0, 15.0]]
J = [[50.0, 10.0, 0.0, 4.0], [200.0, 50.0, 10.0, 0.0], [0.0, 5.0, 70.0, 9.0]]


@pytest.mark.parametrize("name", ["input_output_links", "occupation_similarity"])
def test_they_are_public_and_documented(name):
    function = getattr(ca, name)
    first, *rest = inspect.signature(function).parameters.values()
    assert first.default is first.empty
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in rest)
    doc = inspect.getdoc(function)
    assert doc.splitlines()[0].endswith("?")
    places = [doc.index(f"{s}\n{'-' * len(s)}") for s in (
        "Parameters", "Returns", "Raises", "Notes", "References", "Examples")]  # fmt: skip
    assert places == sorted(places)
    assert all(f"{parameter.name} : " in doc for parameter in [first, *rest])


# Input-output links


def test_links_by_hand():
    totals = whole([100.0, 200.0, 50.0], [80.0, 400.0, 100.0])
    result = input_output_links(flows(F), totals=totals)
    assert result.columns.tolist() == ["industry", "partner", LINK, *TERMS]
    assert result[["industry", "partner"]].to_numpy().tolist() == [
        ["I0", "I1"], ["I0", "I2"], ["I1", "I2"],
    ]  # fmt: skip
    # I0 buys 10 of I1 of its 100, I1 60 of I0 of its 200; I0 sells 60 of 80, I1 10 of 400.
    close(result[TERMS].iloc[0], [0.10, 0.30, 0.75, 0.025])
    close(result[TERMS].iloc[2], [0.20, 0.10, 0.0125, 0.40])
    close(result[LINK], [0.75, 0.0, 0.40])
    mean = input_output_links(flows(F), totals=totals, method="mean")
    close(mean[LINK], mean[TERMS].mean(axis=1))


def test_sums_of_the_flows_are_the_totals_unless_told_otherwise():
    column, row = np.sum(F, axis=0), np.sum(F, axis=1)
    by_sum = input_output_links(flows(F), totals="sum")
    pd.testing.assert_frame_equal(by_sum, input_output_links(flows(F), totals=whole(column, row)))
    shuffled = whole(column, row).sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(by_sum, input_output_links(flows(F), totals=shuffled))


@given(st.integers(0, 2**32 - 1), st.floats(0.001, 1000))
def test_links_are_shares_whatever_the_unit_order_and_direction(seed, factor):
    table = np.random.default_rng(seed).integers(0, 9, (4, 4)).astype(float)
    np.fill_diagonal(table, 1.0)
    result = input_output_links(flows(table), totals="sum")
    assert ((result[[LINK, *TERMS]] >= 0) & (result[[LINK, *TERMS]] <= 1)).all(axis=None)
    other = flows(table * factor).sample(frac=1, random_state=seed % 1000)
    pd.testing.assert_frame_equal(input_output_links(other, totals="sum"), result)
    back = input_output_links(flows(table.T), totals="sum")
    close(back[LINK], result[LINK])  # selling and buying change places
    close(back["input_share"], result["output_share"])
    assert (
        result[LINK] >= input_output_links(flows(table), totals="sum", method="mean")[LINK]
    ).all()


def test_flows_that_are_not_known_leave_what_depends_on_them_unknown():
    table = np.array(F)
    table[0, 1] = NAN
    given_totals = whole([100.0, 200.0, 50.0], [80.0, 400.0, 100.0])
    result = input_output_links(flows(table), totals=given_totals)
    assert result[TERMS].isna().to_numpy().tolist() == [
        [False, True, True, False], [False] * 4, [False] * 4,
    ]  # fmt: skip
    assert result[LINK].isna().tolist() == [True, False, False]
    # By their sums, all that I0 sells and all that I1 buys is unknown with it.
    by_sum = input_output_links(flows(table), totals="sum")
    assert by_sum[TERMS].isna().to_numpy().tolist() == [
        [False, True, True, False], [False, False, True, False], [True, False, False, False],
    ]  # fmt: skip


def test_a_missing_row_is_not_known_or_no_trade():
    short = flows(F)
    short = short[short["flow"] > 0]
    assert input_output_links(short, totals="sum")[LINK].isna().any()
    pd.testing.assert_frame_equal(
        input_output_links(short, totals="sum", absent="zero"),
        input_output_links(flows(F), totals="sum"),
    )


def test_an_industry_that_buys_nothing_has_no_share_of_inputs():
    result = input_output_links(flows([[0.0, 3.0], [0.0, 5.0]]), totals="sum")
    assert result["input_share"].isna().all()
    close(result["output_share"], [1.0])
    assert result[LINK].isna().all()


def test_sellers_alone_and_buyers_alone_are_industries_too():
    table = pd.DataFrame({"industry": ["a", "b"], "partner": ["b", "c"], "flow": [1.0, 2.0]})
    result = input_output_links(table, totals="sum", absent="zero")
    assert result[["industry", "partner"]].to_numpy().tolist() == [
        ["a", "b"],
        ["a", "c"],
        ["b", "c"],
    ]


# Occupations


def test_similarity_by_hand():
    table = staffing([[1, 2, 3], [20, 40, 60], [3, 2, 1]])
    close(occupation_similarity(table)[SIMILAR], [1, -1, -1])
    cosine = occupation_similarity(table, method="cosine")
    close(cosine[SIMILAR], [1, 10 / 14, 10 / 14])


def test_jobs_shares_and_per_cent_give_the_same():
    shares = np.array(J) / np.sum(J, axis=1, keepdims=True)
    for method in ("correlation", "cosine"):
        expected = occupation_similarity(staffing(J), method=method)
        for scaled in (shares, 100 * shares):
            table = staffing(scaled, "share")
            result = occupation_similarity(table, method=method, value="share")
            pd.testing.assert_frame_equal(result, expected)


def test_occupations_that_neither_employs_raise_the_correlation_and_not_the_cosine():
    more = np.column_stack([J, np.zeros((3, 6))])
    cosine = [occupation_similarity(staffing(t), method="cosine")[SIMILAR] for t in (J, more)]
    close(*cosine)
    plain = [occupation_similarity(staffing(t))[SIMILAR] for t in (J, more)]
    assert (plain[1] > plain[0]).all()


def test_unknown_and_missing_occupations():
    table = np.array(J)
    table[0, 0] = NAN
    for method in ("correlation", "cosine"):
        result = occupation_similarity(staffing(table), method=method)
        assert result[SIMILAR].isna().tolist() == [True, True, False]
        short = staffing(J)
        short = short[short["employment"] > 0]
        assert occupation_similarity(short, method=method)[SIMILAR].isna().all()
        zero = occupation_similarity(short, method=method, absent="zero")
        pd.testing.assert_frame_equal(zero, occupation_similarity(staffing(J), method=method))


def test_an_industry_without_jobs_or_as_many_in_every_occupation():
    table = [[0.0, 0.0, 0.0], [5.0, 5.0, 5.0], [1.0, 2.0, 3.0], [2.0, 9.0, 4.0]]
    correlation = pick(occupation_similarity(staffing(table)), SIMILAR)
    assert [pair for pair, value in correlation.items() if value == value] == [("I2", "I3")]
    cosine = pick(occupation_similarity(staffing(table), method="cosine"), SIMILAR)
    assert sum(np.isnan(value) for value in cosine.values()) == 3


# Both


@pytest.mark.parametrize("dtype", [object, "string", "category"])
def test_text_of_any_dtype_and_an_unchanged_table(dtype):
    for table, call in (
        (flows(F), lambda t: input_output_links(t, totals="sum")),
        (staffing(J), occupation_similarity),
    ):
        keys = table.columns[:2]
        typed = table.astype(dict.fromkeys(keys, dtype))
        before = typed.copy(deep=True)
        pd.testing.assert_frame_equal(call(typed), call(table))
        pd.testing.assert_frame_equal(typed, before)


def calls():
    return [
        ("flow", "partner", flows(F), lambda t: input_output_links(t, totals="sum")),
        ("employment", "occupation", staffing(J), occupation_similarity),
    ]


def test_bad_tables_are_refused():
    for value, other, table, call in calls():
        for column in ("industry", other, value):
            with pytest.raises(SchemaError, match=f"no column '{column}'"):
                call(table.drop(columns=column))
        with pytest.raises(SchemaError, match=f"'{value}' holds negative"):
            call(table.assign(**{value: -1.0}))
        with pytest.raises(SchemaError, match=f"'{value}' is not numeric"):
            call(table.assign(**{value: "many"}))
        with pytest.raises(SchemaError, match=rf"\(industry, {other}\).*not unique"):
            call(pd.concat([table, table.iloc[:1]]))
        for column in ("industry", other):
            with pytest.raises(SchemaError, match=f"'{column}'.*not text"):
                call(table.assign(**{column: range(len(table))}))
            with pytest.raises(SchemaError, match="'00', the code of all industries"):
                call(table.replace({column: {table[column].iloc[0]: "00"}}))
        with pytest.raises(SchemaError, match="overlapping levels"):
            call(table.replace({"industry": {"I0": "3254", "I1": "325"}}))
        with pytest.raises(SchemaError, match="pass a pandas DataFrame"):
            call([1, 2])


def test_unknown_options_are_refused():
    for option in ("totals", "method", "absent"):
        with pytest.raises(SchemaError, match=f"{option}='nonsense' is not an option"):
            input_output_links(flows(F), **{"totals": "sum", option: "nonsense"})
    for option in ("value", "method", "absent"):
        with pytest.raises(SchemaError, match=f"{option}='nonsense' is not an option"):
            occupation_similarity(staffing(J), **{option: "nonsense"})
    with pytest.raises(TypeError, match="totals"):
        input_output_links(flows(F))


def test_totals_that_do_not_fit_are_refused():
    good = whole([100.0, 200.0, 50.0], [80.0, 400.0, 100.0])
    with pytest.raises(SchemaError, match="lacks 'I2'"):
        input_output_links(flows(F), totals=good.iloc[:2])
    with pytest.raises(SchemaError, match="not unique"):
        input_output_links(flows(F), totals=pd.concat([good, good]))
    with pytest.raises(SchemaError, match="no column 'outputs'"):
        input_output_links(flows(F), totals=good.drop(columns="outputs"))
    with pytest.raises(
        SchemaError, match=r"'inputs' of the totals table has 100\.0 for 'I1', less"
    ):
        input_output_links(flows(F), totals=good.assign(inputs=100.0))
    unknown = input_output_links(flows(F), totals=good.assign(inputs=NAN))
    assert unknown[TERMS[:2]].isna().all(axis=None)
    assert unknown[TERMS[2:]].notna().all(axis=None)


def test_a_table_without_rows_has_no_pairs():
    assert input_output_links(flows(F).iloc[:0], totals="sum").empty
    assert occupation_similarity(staffing(J).iloc[:0]).empty
