"""Bounds of gamma from size classes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.measures.tables import NAN, close, long

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import ellison_glaeser, ellison_glaeser_bounds
from clusteranalysis.schema import SIZE_CLASSES

TWO = [[40.0, 10.0], [0.0, 50.0]]
LOW, HIGH = "ellison_glaeser_low", "ellison_glaeser_high"
H_LOW, H_HIGH = "plant_herfindahl_low", "plant_herfindahl_high"
NAMES = [name for name in SIZE_CLASSES if name not in ("n<5", "n1000")]


def weights(values):
    regions = [f"R{n}" for n in range(len(values))]
    frame = pd.DataFrame({"region": regions, "weight": np.asarray(values, float)})
    return frame.astype({"region": "str"})


def nation(employment, **columns):
    industries = [f"I{n}" for n in range(len(employment))]
    frame = pd.DataFrame({"industry": industries, "employment": employment, **columns})
    return frame.astype({"industry": "str", "employment": float})


def counts(sizes):
    """Establishments by size class, as the Census Bureau would count these plants."""
    table = dict.fromkeys(NAMES, 0)
    for size in sizes:
        for name in NAMES:
            low, high = SIZE_CLASSES[name]
            if low <= size < high + 1:
                table[name] += 1
    return table


def test_bounds_by_hand():
    classes = nation(
        [40.0, 60.0], establishments=[9, 4], n1_4=[6, 1], n5_9=[2, 1], n10_19=[1, 0], n20_49=[0, 2]
    )
    result = ellison_glaeser_bounds(long(TWO), reference="sum", classes=classes)
    # I1: one plant of 0..4 jobs, one of 5..9 and two of 20..49, 60 in all: at the least 4, 9 and
    # 23.5 twice, at the most 0, 5, 20 and 35.
    close(result[H_LOW][1], (16 + 81 + 2 * 23.5**2) / 3600)
    close(result[H_HIGH][1], (25 + 400 + 35**2) / 3600)
    for end, H in ((LOW, H_HIGH), (HIGH, H_LOW)):
        table = pd.DataFrame({"industry": ["I0", "I1"], "plant_herfindahl": result[H]})
        exact = ellison_glaeser(long(TWO), reference="sum", plants=table)
        close(result[end], exact["ellison_glaeser"])
        close(result["raw_concentration"], exact["raw_concentration"])


PLANTS = st.lists(
    st.one_of(st.integers(0, 9), st.integers(0, 300), st.integers(900, 7000)),
    min_size=2,
    max_size=8,
)


def check(frame, reference, classes, sizes):
    total = sum(sizes)
    H = sum((size / total) ** 2 for size in sizes)
    result = ellison_glaeser_bounds(frame, reference=reference, classes=classes).iloc[0]
    assert result[H_LOW] <= H + 1e-9
    assert result[H_HIGH] >= H - 1e-9
    table = pd.DataFrame({"industry": ["I0"], "plant_herfindahl": [H]})
    gamma = ellison_glaeser(frame, reference=reference, plants=table)["ellison_glaeser"][0]
    slack = 1e-6 * max(1.0, abs(gamma))
    assert result[LOW] - slack <= gamma <= result[HIGH] + slack
    return result


@settings(max_examples=25, deadline=None)
@given(PLANTS, st.data())
def test_gamma_of_plants_lies_between_its_bounds_however_much_is_withheld(sizes, data):
    total = float(sum(sizes))
    assume(total > 0)
    assume(sum((size / total) ** 2 for size in sizes) < 0.999)
    share = data.draw(st.floats(0, 1))
    frame = long([[total * share], [total - total * share]])
    reference = weights(data.draw(st.sampled_from([[1, 1], [4, 1], [1, 9]])))
    known = counts(sizes)
    full = nation([total], establishments=[len(sizes)], **{k: [v] for k, v in known.items()})
    tight = check(frame, reference, full, sizes)
    # Classes withheld, and then the number of plants too, widen the bounds.
    hidden = data.draw(st.lists(st.sampled_from(NAMES), max_size=4))
    some = full.assign(**dict.fromkeys(hidden, NAN))
    wider = check(frame, reference, some, sizes)
    widest = check(frame, reference, some.drop(columns="establishments"), sizes)
    for inner, outer in ((tight, wider), (wider, widest)):
        assert outer[H_LOW] <= inner[H_LOW] + 1e-9
        assert outer[H_HIGH] >= inner[H_HIGH] - 1e-9
    check(frame, reference, full[["industry", "employment", "establishments"]], sizes)
    # The 1,000s as CBP has them: a class of their own, and in four parts.
    large = sum(known[name] for name in NAMES if name.startswith("n1000_"))
    both = full.assign(n1000=large)
    pd.testing.assert_series_equal(check(frame, reference, both, sizes), tight)
    check(frame, reference, some.assign(n1000=large), sizes)
    check(frame, reference, some.assign(n1000=NAN), sizes)
    check(frame, reference, both.drop(columns=[n for n in NAMES if n.startswith("n1000_")]), sizes)


def test_a_withheld_number_of_large_plants_is_that_of_its_sum():
    # Two plants of 1,000 or more; that one of them has 5,000 or more is withheld.
    full = nation([9000.0], establishments=[2], n1000=[2], n1000_1=[1], n1000_2=[0], n1000_3=[0])
    some = full.assign(n1000_4=[NAN])
    result = ellison_glaeser_bounds(
        long([[9000.0], [0.0]]), reference=weights([1, 1]), classes=some
    )
    close(result[H_LOW], (1499**2 + 7501**2) / 9000**2)
    close(result[H_HIGH], (1000**2 + 8000**2) / 9000**2)


def test_only_establishments_are_the_bound_of_equal_size_and_no_other():
    frame = long([[30.0], [10.0]])
    classes = nation([40.0], establishments=[5])
    result = ellison_glaeser_bounds(frame, reference=weights([1, 1]), classes=classes)
    close(result[[H_LOW, H_HIGH]], [[0.2, 1.0]])
    assert result[LOW][0] == -np.inf
    equal = frame.assign(establishments=[2.0, 3.0])
    upper = ellison_glaeser(equal, reference=weights([1, 1]), plants="equal_size")
    close(result[HIGH], upper["ellison_glaeser"])
    # An industry that avoids the largest region: gamma rises with H, and it is the lower bound.
    apart = long([[0.0], [40.0]])
    result = ellison_glaeser_bounds(apart, reference=weights([9, 1]), classes=classes)
    upper = ellison_glaeser(
        apart.assign(establishments=[0.0, 5.0]), reference=weights([9, 1]), plants="equal_size"
    )
    close(result[LOW], upper["ellison_glaeser"])
    assert result[HIGH][0] == np.inf


def test_regions_add_up_to_the_nation():
    frame = long(TWO).assign(
        establishments=[9, 1, 0, 3], n1_4=[6, 0, 0, 1], n5_9=[2, 1, 0, 0], n10_19=[1, 0, 0, 0],
        n20_49=[0, 0, 0, 2],
    )  # fmt: skip
    added = ellison_glaeser_bounds(frame, reference="sum", classes="sum")
    classes = nation(
        [40.0, 60.0], establishments=[9, 4], n1_4=[6, 1], n5_9=[2, 1], n10_19=[1, 0], n20_49=[0, 2]
    )
    given_ = ellison_glaeser_bounds(long(TWO), reference="sum", classes=classes)
    pd.testing.assert_frame_equal(added, given_)
    # A class that one region withholds is withheld in the sum, and the bounds are wider.
    frame.loc[3, "n20_49"] = NAN
    wider = ellison_glaeser_bounds(frame, reference="sum", classes="sum")
    assert wider[H_HIGH][1] >= added[H_HIGH][1]
    assert wider[H_LOW][1] <= added[H_LOW][1]
    pd.testing.assert_frame_equal(wider.iloc[:1], added.iloc[:1])


def test_one_plant_and_one_region_have_no_gamma():
    classes = nation([40.0], establishments=[1], n20_49=[1])
    one = ellison_glaeser_bounds(long([[40.0], [0.0]]), reference=weights([1, 1]), classes=classes)
    close(one[[H_LOW, H_HIGH]], [[1, 1]])
    assert one[[LOW, HIGH]].isna().all(axis=None)
    classes = nation([40.0], establishments=[4])
    here = ellison_glaeser_bounds(long([[40.0]]), reference="sum", classes=classes)
    assert here[[LOW, HIGH]].isna().all(axis=None)


def test_an_industry_whose_gamma_does_not_depend_on_its_plants():
    # In one of two equal regions G = 1 - sum w^2, and gamma is 1 whatever the sizes.
    classes = nation([40.0], establishments=[4])
    result = ellison_glaeser_bounds(
        long([[40.0], [0.0]]), reference=weights([1, 1]), classes=classes
    )
    close(result[[LOW, HIGH]], [[1, 1]])


def test_what_cannot_be_is_nan():
    frame = long([[30.0], [10.0]])
    for classes in (
        nation([40.0], n1_4=[3]),  # at most twelve jobs
        nation([40.0], n50_99=[1]),  # at least fifty
        nation([40.0], establishments=[2], n5_9=[3], n10_19=[1]),  # four of two plants
        nation([NAN], establishments=[2]),
    ):
        result = ellison_glaeser_bounds(frame, reference=weights([1, 1]), classes=classes)
        assert result[[LOW, HIGH, H_LOW, H_HIGH]].isna().all(axis=None)
        assert result["raw_concentration"].notna().all()


def test_a_withheld_cell_leaves_what_is_known_of_plants():
    classes = nation([40.0], establishments=[5])
    result = ellison_glaeser_bounds(
        long([[NAN], [10.0]]), reference=weights([1, 1]), classes=classes
    )
    assert result[[LOW, HIGH]].isna().all(axis=None)
    close(result[[H_LOW, H_HIGH]], [[0.2, 1.0]])


def test_tables_that_count_no_plants_are_refused():
    with pytest.raises(SchemaError, match="class table counts no plants"):
        ellison_glaeser_bounds(long(TWO), reference="sum", classes=nation([40.0, 60.0]))
    with pytest.raises(SchemaError, match="employment table counts no plants"):
        ellison_glaeser_bounds(long(TWO), reference="sum", classes="sum")
    with pytest.raises(SchemaError, match="class table lacks 'I1'"):
        ellison_glaeser_bounds(long(TWO), reference="sum", classes=nation([40.0], n1_4=[12]))
