"""What every public measure has in common, whichever it is."""

import inspect
import itertools
import typing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import clusteranalysis
from clusteranalysis import measures
from clusteranalysis.errors import SchemaError
from clusteranalysis.schema import TOTAL

NAMES = sorted(measures.__all__)
#: Measures whose result is a decomposition: no column bears the function's name.
DECOMPOSITIONS = {
    "nested_shift_share",
    "shift_share",
    "shift_share_sensitivity",
    "spatial_shift_share",
}
#: Columns of decompositions that are shares, no terms.
NO_TERMS = {"same_sign"}
#: Tables of several figures, none of which is the function's: their first one.
SEVERAL = {"ellison_glaeser_bounds": "ellison_glaeser_low", "portfolio_matrix": "location_quotient"}
#: Counts in the value's unit that are undefined, not 0, where there are no jobs to start from.
NOTHING_FROM_NOTHING = {"shift_share_prognosis"}
KEYS = ["region", "industry", "partner", "year", "draw"]
SECTIONS = ["Parameters", "Returns", "Raises", "Notes", "References", "Examples"]
#: Measures that compare with nothing.
WITHOUT_REFERENCE = {
    "devereux",
    "entropy",
    "expy",
    "growth_rates",
    "herfindahl",
    "locational_correlation",
    "prody",
    "related_variety",
}
#: Columns that are counts in the value's unit: they scale with it, and no jobs are 0 of them.
IN_THE_UNIT = {
    "economic_base": ["economic_base", "nonbasic"],
    "growth_rates": ["change"],
    "shift_share_prognosis": ["shift_share_prognosis"],
    "economic_base_multiplier": ["basic", "nonbasic", "unassigned", "total"],
}
#: Measures of plants or jobs, one by one, whose doubt depends on how many there are.
COUNTS = {"howard_colocation", "location_quotient_test", "shrunk_location_quotient"}
#: Measures that need plants beside the jobs, and so have no choice of the column.
WITHOUT_VALUE = {
    "cassey_smith",
    "devereux",
    "ellison_glaeser",
    "ellison_glaeser_bounds",
    "group_coagglomeration",
    "litzenberger_sternberg",
    "location_quotient_bootstrap",
    "maurel_sedillot",
}
#: Measures of pairs in which who is first matters.
ORDERED = {"cross_industry_location_quotient"}
#: Groups of the industries of ``table``, and of the names a test gives them.
SECTORS = {"3254": "made", "3341": "made", "Zinc": "mined", "c": "made", "b": "made", "a": "mined"}
#: Incomes of the regions of ``table``, the same under the names that a test gives them.
INCOME = pd.DataFrame(
    {
        "region": ["06001", "06013", "East", "Äland", "zz", "y", "x", "w"],
        "income": [70.0, 55.0, 40.0, 48.0] * 2,
    }
)
#: Areas and populations of the same regions.
AREAS = pd.DataFrame(
    {
        "region": INCOME["region"],
        "area": [700.0, 500.0, 60.0, 90.0] * 2,
        "population": [900.0, 300.0, 80.0, 20.0] * 2,
    }
)
#: What to pass for the options that have no default.
REQUIRED = {
    "reference": "sum",
    "areas": AREAS,
    "classes": "sum",
    "income": INCOME,
    "plants": "equal_size",
    "groups": lambda frame: sectors(frame),
    "between": "sum",
    "horizon": 2024,
    "outlook": "trend",
    "neighbours": lambda frame: all_pairs(frame),
    "rng": 0,
}

pytestmark = pytest.mark.parametrize("name", NAMES)


def measure(name):
    return getattr(measures, name)


def options(name):
    """The options a call needs, taken from the signature."""
    needed = {}
    for parameter in list(inspect.signature(measure(name)).parameters.values())[1:]:
        if parameter.default is parameter.empty:
            assert parameter.name in REQUIRED, (
                f"{name} has a new option without default, {parameter.name}: add it to REQUIRED"
            )
            needed[parameter.name] = REQUIRED[parameter.name]
        elif parameter.name == "value" and parameter.default != "employment":
            needed["value"] = "employment"  # the column that the tests below change
    return needed


def grows(name):
    """Whether the measure compares two years, or every year with the last."""
    return "end" in inspect.signature(measure(name)).parameters


def table(totals=True, seed=11):
    """Four regions, three industries, two years, three draws; every cell there, some zero."""
    rng = np.random.default_rng(seed)
    keys = pd.MultiIndex.from_product(
        [["06001", "06013", "East", "Äland"], ["3254", "3341", "Zinc"], [2018, 2021], [0, 1, 2]],
        names=["region", "industry", "year", "draw"],
    )
    frame = keys.to_frame(index=False)
    frame["employment"] = rng.integers(0, 50, len(frame)).astype(float)
    frame.loc[rng.random(len(frame)) < 0.2, "employment"] = 0.0
    frame["establishments"] = np.ceil(frame["employment"] / 7) + 1
    frame["payroll"] = frame["employment"] * 1000 + 1
    if totals:
        sums = frame.groupby(["region", "year", "draw"], as_index=False)[
            ["employment", "establishments", "payroll"]
        ].sum()
        sums["employment"] += 10  # jobs the cells do not show
        frame = pd.concat([frame, sums.assign(industry=TOTAL)], ignore_index=True)
    return frame.sample(frac=1, random_state=seed, ignore_index=True)


def all_pairs(frame):
    """Every region a neighbour of every other one."""
    if not isinstance(frame, pd.DataFrame) or "region" not in frame:
        return pd.DataFrame({"region": [], "neighbour": []}, dtype="str")
    regions = sorted(set(frame["region"].astype("str")))
    pairs = list(itertools.permutations(regions, 2))
    return pd.DataFrame(pairs, columns=["region", "neighbour"], dtype="str")


def sectors(frame):
    """The groups of the industries that are there."""
    there = set(frame["industry"]) if isinstance(frame, pd.DataFrame) else set(SECTORS)
    return {industry: name for industry, name in SECTORS.items() if industry in there}


def call(name, frame, **more):
    needed = {
        option: value(frame) if callable(value) else value
        for option, value in options(name).items()
    }
    return measure(name)(frame, **{**needed, **more})


def key_columns(result):
    return [column for column in KEYS if column in result.columns]


def value_columns(result):
    return [c for c in result.columns if c not in [*KEYS, "start", "end", "horizon"]]


def same(actual, expected):
    pd.testing.assert_frame_equal(actual, expected, rtol=1e-9, atol=1e-12)


# Signature and documentation


def test_the_table_is_the_only_positional_argument(name):
    first, *rest = inspect.signature(measure(name)).parameters.values()
    assert first.name == "employment"
    assert first.kind is first.POSITIONAL_OR_KEYWORD
    assert first.default is first.empty
    assert rest
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in rest)
    with pytest.raises(TypeError):
        measure(name)(table(), "sum")


def test_the_reference_has_no_default(name):
    parameters = inspect.signature(measure(name)).parameters
    if "reference" not in parameters:
        assert name in WITHOUT_REFERENCE
        return
    assert parameters["reference"].default is inspect.Parameter.empty
    with pytest.raises(TypeError, match="reference"):
        measure(name)(table())


def test_an_absent_row_is_withheld_unless_the_caller_says_zero(name):
    assert inspect.signature(measure(name)).parameters["absent"].default == "withheld"


def test_it_is_a_public_name_of_the_package(name):
    assert name in clusteranalysis.__all__
    assert getattr(clusteranalysis, name) is measure(name)


def test_no_module_bears_the_measures_name(name):
    # Imported by its path it would take the function's place in the package.
    assert not (Path(measures.__file__).parent / f"{name}.py").exists()


def test_the_docstring_has_the_sections_of_numpydoc_in_order(name):
    lines = inspect.getdoc(measure(name)).splitlines()
    found = [
        line
        for line, under in itertools.pairwise(lines)
        if line and set(under) == {"-"} and len(under) == len(line)
    ]
    assert found == SECTIONS
    assert lines[0].endswith("?")


def test_every_parameter_is_documented(name):
    doc = inspect.getdoc(measure(name))
    text = doc[doc.index("Parameters\n") : doc.index("Returns\n")]
    documented = {
        part.strip()
        for line in text.splitlines()
        if " : " in line and not line.startswith(" ")
        for part in line.split(" : ")[0].split(",")
    }
    assert documented == set(inspect.signature(measure(name)).parameters)


def test_everything_is_annotated(name):
    hints = typing.get_type_hints(measure(name))
    assert set(hints) == {*inspect.signature(measure(name)).parameters, "return"}
    assert hints["return"] is pd.DataFrame


def literal_options(name):
    """Options that take words, whatever else they take."""
    for option, hint in typing.get_type_hints(measure(name)).items():
        if "typing.Literal" in str(hint):
            yield option


def test_an_unknown_word_is_refused_by_the_options_name(name):
    found = list(literal_options(name))
    assert "absent" in found
    for option in found:
        with pytest.raises(SchemaError, match=rf"{option}='nonsense' is not an option"):
            call(name, table(), **{option: "nonsense"})


def test_chance_is_no_source_of_randomness(name):
    """Nor is None, from which numpy would make another generator each time."""
    bad = (None, -1, 1.5, True, "seed") if "rng" in options(name) else ()
    for rng in bad:
        with pytest.raises(SchemaError, match=r"^rng=.* is no source of randomness: pass a seed"):
            call(name, table(), rng=rng)


# The result


@pytest.mark.parametrize("totals", [True, False])
def test_keys_come_first_sorted_and_unique_with_a_fresh_index(name, totals):
    result = call(name, table(totals))
    keys = key_columns(result)
    assert list(result.columns[: len(keys)]) == keys
    assert {"region", "industry"} & set(keys)
    assert "draw" in keys
    assert isinstance(result.index, pd.RangeIndex)
    assert result.index.start == 0
    assert result.index.step == 1
    assert len(result)
    same(result, result.sort_values(keys, kind="stable", ignore_index=True))
    assert not result.duplicated(keys).any()
    if "industry" in keys:
        assert TOTAL not in set(result["industry"])


def test_the_value_column_bears_the_functions_name(name):
    result = call(name, table())
    values = value_columns(result)
    if name in DECOMPOSITIONS:
        assert name not in values
        terms = [c for c in values if c not in {"change", *NO_TERMS}]
        np.testing.assert_allclose(result[terms].sum(axis=1), result["change"], atol=1e-9)
    else:
        assert values[0] == SEVERAL.get(name, name)
    number = values[0]
    assert result[number].dtype == float


def test_years_stay_whole_numbers(name):
    result = call(name, table())
    for column in ("year", "draw", "start", "end"):
        if column in result.columns:
            assert pd.api.types.is_integer_dtype(result[column])


@pytest.mark.parametrize("totals", [True, False])
def test_row_order_does_not_matter(name, totals):
    frame = table(totals)
    expected = call(name, frame)
    for seed in range(4):
        same(call(name, frame.sample(frac=1, random_state=seed)), expected)


def test_column_order_and_other_columns_do_not_matter(name):
    frame = table()
    expected = call(name, frame)
    same(call(name, frame[frame.columns[::-1]].assign(colour="red", note=np.nan)), expected)


def test_the_input_is_never_changed(name):
    frame = table().set_index(pd.Index(range(5, 5 + len(table()))))
    before = frame.copy(deep=True)
    for absent in ("withheld", "zero"):
        result = call(name, frame, absent=absent)
        result.loc[:, value_columns(result)[0]] = -1.0
        pd.testing.assert_frame_equal(frame, before)


def test_it_works_on_arrays_that_refuse_to_be_written(name):
    frame = table()
    values = frame["employment"].to_numpy().copy()
    values.flags.writeable = False
    call(name, frame.assign(employment=pd.Series(values, copy=False)))


@pytest.mark.parametrize("totals", [True, False])
@pytest.mark.parametrize("key", ["draw", "year"])
def test_every_draw_and_year_is_measured_as_if_alone(name, totals, key):
    if key == "year" and grows(name):
        return
    frame = table(totals)
    together = call(name, frame)
    for value in sorted(frame[key].unique()):
        alone = call(name, frame[frame[key] == value].drop(columns=key))
        part = together[together[key] == value].drop(columns=key).reset_index(drop=True)
        same(part, alone)


def test_without_draw_there_is_none_in_the_result(name):
    frame = table()
    result = call(name, frame[frame["draw"] == 0].drop(columns="draw"))
    assert "draw" not in result.columns


@pytest.mark.parametrize("totals", [True, False])
def test_names_do_not_matter_but_for_the_order(name, totals):
    frame = table(totals)
    renamed = {"06001": "zz", "06013": "y", "East": "x", "Äland": "w"}
    industries = {"3254": "c", "3341": "b", "Zinc": "a", TOTAL: TOTAL}
    other = frame.assign(
        region=frame["region"].map(renamed), industry=frame["industry"].map(industries)
    )
    result = call(name, frame)
    expected = call(name, other)
    for column, names in (("region", renamed), ("industry", industries), ("partner", industries)):
        if column in result.columns:
            result[column] = result[column].replace(names)  # a group keeps its name
    # An unordered pair: the names' order may turn it round.
    if "partner" in result.columns and name not in ORDERED:
        pair = np.sort(result[["industry", "partner"]].to_numpy(), axis=1)
        result[["industry", "partner"]] = pair
    result = result.sort_values(key_columns(result), ignore_index=True)
    if "rng" in options(name):  # in another order the same random numbers fall elsewhere
        keys = key_columns(result)
        same(result[keys], expected[keys])
        same(result.isna(), expected.isna())
        return
    same(result, expected)


@pytest.mark.parametrize("value", ["establishments", "payroll"])
def test_another_value_is_measured_like_employment(name, value):
    if "value" not in inspect.signature(measure(name)).parameters:
        assert name in WITHOUT_VALUE
        return
    frame = table()
    if value not in typing.get_args(typing.get_type_hints(measure(name))["value"]):
        with pytest.raises(SchemaError, match=f"value='{value}' is not an option"):
            call(name, frame, value=value)
        return
    as_jobs = frame.drop(columns="employment").rename(columns={value: "employment"})
    same(call(name, frame, value=value), call(name, as_jobs))
    same(call(name, frame.drop(columns="employment"), value=value), call(name, as_jobs))


@pytest.mark.parametrize("factor", [0.001, 7.0])
def test_the_unit_does_not_matter_or_scales_the_terms(name, factor):
    if name in COUNTS:
        return
    frame = table()
    result = call(name, frame)
    scaled = call(name, frame.assign(employment=frame["employment"] * factor))
    if name in DECOMPOSITIONS:
        result[[c for c in value_columns(result) if c not in NO_TERMS]] *= factor
    result[IN_THE_UNIT.get(name, [])] *= factor
    pd.testing.assert_frame_equal(scaled, result, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("dtype", [object, "string", "category"])
def test_text_columns_of_any_dtype_give_the_same(name, dtype):
    frame = table()
    expected = call(name, frame)
    typed = frame.astype({"region": dtype, "industry": dtype})
    result = call(name, typed)
    for column in ("region", "industry", "partner"):
        if column in result.columns:
            result[column] = result[column].astype(expected[column].dtype)
    same(result, expected)


def test_the_order_of_categories_does_not_matter(name):
    frame = table()
    expected = call(name, frame)
    typed = frame.copy()
    for column in ("region", "industry"):
        order = sorted(frame[column].unique(), reverse=True)
        typed[column] = pd.Categorical(frame[column], categories=order)
    result = call(name, typed)
    for column in ("region", "industry", "partner"):
        if column in result.columns:
            result[column] = result[column].astype(expected[column].dtype)
    same(result, expected)


@pytest.mark.parametrize("dtype", ["int64", "Int64", "Float64"])
def test_number_columns_of_any_dtype_give_the_same(name, dtype):
    frame = table()
    same(call(name, frame.astype({"employment": dtype})), call(name, frame))


# Withheld and absent


def pruned(frame, fraction=0.25):
    """Drop cells (never totals), but no region, industry, year or draw altogether."""
    rng = np.random.default_rng(1)
    keep = (rng.random(len(frame)) > fraction) | (frame["industry"] == TOTAL)
    keep |= (frame["region"] == "East") | (frame["industry"] == "3254")
    assert not keep.all()
    return frame[keep], frame[~keep]


def common(result, other):
    """The rows both have: an absent cell has no row where the result is one row a cell."""
    keys = key_columns(result)
    both = result[keys].merge(other[keys], on=keys)
    return result.merge(both, on=keys), other.merge(both, on=keys)


@pytest.mark.parametrize("totals", [True, False])
@pytest.mark.parametrize(("absent", "written"), [("zero", 0.0), ("withheld", np.nan)])
def test_an_absent_row_is_what_the_caller_says(name, totals, absent, written):
    short, dropped = pruned(table(totals))
    filled = dropped.assign(employment=written, establishments=written, payroll=written)
    explicit = pd.concat([short, filled])
    result, expected = common(call(name, short, absent=absent), call(name, explicit, absent=absent))
    assert len(result)
    same(result, expected)


def test_withheld_gives_nan_and_never_a_number_from_zero(name):
    frame = table(totals=False)
    cell = (frame["region"] == "East") & (frame["industry"] == "3254") & (frame["draw"] == 1)
    frame.loc[cell, "employment"] = np.nan
    result = call(name, frame)
    concerned = result["draw"] == 1
    for column in ("region", "industry"):
        if column in result.columns:
            # A result on groups of industries names the group in place of the industry.
            names = {"region": ["East"], "industry": ["3254", SECTORS["3254"]]}[column]
            concerned &= result[column].isin(names)
    values = value_columns(result)[0]
    assert concerned.any()
    assert result.loc[concerned, values].isna().all()
    untouched = result["draw"] != 1
    same(result[untouched], call(name, table(totals=False))[untouched])


def test_everything_withheld_is_everything_unknown(name):
    result = call(name, table().assign(employment=np.nan))
    assert len(result)
    assert result[value_columns(result)[0]].isna().all()


def test_no_jobs_anywhere_is_undefined_and_never_warns(name):
    result = call(name, table().assign(employment=0.0))
    first = value_columns(result)[0]
    counted = first in IN_THE_UNIT.get(name, []) and name not in NOTHING_FROM_NOTHING
    if name in DECOMPOSITIONS or counted:
        assert (result[first] == 0).all()
    else:
        assert result[first].isna().all()


def test_one_region_alone_does_not_fail(name):
    frame = table(totals=False)
    result = call(name, frame[frame["region"] == "East"])
    assert len(result)


def test_one_industry_alone_does_not_fail(name):
    frame = table(totals=False)
    result = call(name, frame[frame["industry"] == "3254"])
    assert len(result) or "partner" in result.columns  # one industry makes no pair


# Refusals


def test_the_table_is_checked(name):
    frame = table()
    with pytest.raises(SchemaError, match="not unique"):
        call(name, pd.concat([frame, frame.iloc[:1]]))
    with pytest.raises(SchemaError, match="'region'"):
        call(name, frame.drop(columns="region"))
    with pytest.raises(SchemaError, match="'employment'"):
        call(name, frame.drop(columns="employment"))
    with pytest.raises(SchemaError, match="negative"):
        call(name, frame.assign(employment=-1.0))
    with pytest.raises(SchemaError, match="'325'"):
        call(name, frame.replace({"industry": {"Zinc": "325"}}))


def test_a_table_that_is_no_frame_is_refused(name):
    for thing in ([1, 2], None, {"region": ["A"]}):
        with pytest.raises(SchemaError, match="pass a pandas DataFrame"):
            call(name, thing)


def test_a_reference_that_is_no_frame_is_refused(name):
    if "reference" not in options(name):
        return
    with pytest.raises(SchemaError):
        call(name, table(), reference=None)


def test_an_empty_table_gives_an_empty_result_or_our_error(name):
    try:
        result = call(name, table().iloc[:0])
    except SchemaError:
        return
    assert result.empty


def test_an_empty_table_without_groups_too(name):
    if grows(name):
        return
    try:
        result = call(name, table().iloc[:0].drop(columns=["year", "draw"]))
    except SchemaError:
        return
    assert result.empty


def test_totals_alone_have_no_industries_and_no_value(name):
    frame = table()
    frame = frame[frame["industry"] == TOTAL]
    try:
        result = call(name, frame)
    except SchemaError:
        return
    assert result.empty or result[value_columns(result)[0]].isna().all()
