"""Economic and product complexity."""

import json

import numpy as np
import pandas as pd
import pytest
from tests.measures.tables import (
    NAN,
    area,
    close,
    golden,
    golden_employment,
    long,
    pick,
    totals,
)
from tests.shared import shared_folder

from clusteranalysis.errors import SchemaError
from clusteranalysis.measures import diversity, economic_complexity, product_complexity

ECI, PCI = "economic_complexity", "product_complexity"
METHODS = ["eigenvector", "reflections", "fitness"]
#: LQs of 1 or more: I0 and I1 in R0, I1 and I2 in R1, I2 and I3 in R2, I3 in R3.
CHAIN = [[9.0, 8.0, 0.0, 0.0], [0.0, 8.0, 6.0, 2.0], [0.0, 0.0, 8.0, 6.0], [0.0, 0.0, 2.0, 9.0]]


def both(frame, **options):
    """Complexity of the regions and of the industries."""
    regions = economic_complexity(frame, reference="sum", **options)
    industries = product_complexity(frame, reference="sum", **options)
    return regions[ECI].to_numpy(), industries[PCI].to_numpy()


def standard(values):
    return (values - values.mean()) / values.std()


# By hand


def test_complexity_runs_along_the_chain():
    regions, industries = both(long(CHAIN))
    assert (np.diff(regions) < 0).all()
    assert (np.diff(industries) < 0).all()
    close([regions.mean(), industries.mean()], 0)
    close([regions.std(), industries.std()], 1)
    close(industries, -regions[::-1])


def test_first_reflections_by_hand():
    # Diversities 2, 2, 2, 1 and ubiquities 1, 2, 2, 2: the first step averages the other side's.
    regions, industries = both(long(CHAIN), method="reflections", iterations=1)
    close(regions, -standard(np.array([1.5, 2, 2, 2])))
    close(industries, standard(np.array([2, 2, 2, 1.5])))
    regions, industries = both(long(CHAIN), method="reflections", iterations=2)
    close(regions, standard(np.array([2, 2, 1.75, 1.5])))
    close(industries, -standard(np.array([1.5, 1.75, 2, 2])))


def test_first_fitness_by_hand():
    regions, industries = both(long(CHAIN), method="fitness", iterations=1)
    close(regions, np.array([2, 2, 2, 1]) / 1.75)
    close(industries, np.array([1, 0.5, 0.5, 0.5]) / 0.625)


def test_a_reference_and_a_threshold_change_who_is_specialised():
    frame = long(CHAIN)
    nation = area([9.0, 16.0, 16.0, 17.0])
    close(economic_complexity(frame, reference=nation)[ECI], both(frame)[0])
    other = economic_complexity(frame, reference="sum", threshold=0.2)[ECI]
    assert np.abs(other - both(frame)[0]).max() > 0.1


def test_published_totals_are_the_denominators():
    # R0 is more than twice as large as its cells show: I1 is no speciality of its any more, and
    # I0, which only R0 has, connects it with nobody.
    frame = pd.concat([long(CHAIN), totals([40, 16, 14, 11])])
    result = economic_complexity(frame, reference=area([9.0, 16.0, 16.0, 17.0]))[ECI]
    assert result.isna().tolist() == [True, False, False, False]
    rest = long(np.array(CHAIN)[1:, 1:])
    close(result[1:], economic_complexity(rest, reference=area([16.0, 16.0, 17.0], 58.0))[ECI])


# Values of other tools


@pytest.fixture(scope="module")
def peers():
    return golden_employment()


def peer(name):
    """A peer's values of the regions and of the industries, in the order of their names."""
    path = shared_folder("golden") / "complexity" / f"{name}_syn.json"
    output = json.loads(path.read_text(encoding="utf-8"))["output"]
    return [np.array(part["values"], float) for part in output.values()]


def test_the_eigenvectors_of_econcomplex(peers):
    regions, industries = both(peers)
    close(regions, peer("econcomplex_eci_pci_eigenvector")[0], atol=1e-11)
    close(industries, peer("econcomplex_eci_pci_eigenvector")[1], atol=1e-11)


def test_r_economiccomplexity_divides_by_the_deviation_of_a_sample(peers):
    regions, industries = both(peers)
    close(regions * np.sqrt(39 / 40), peer("r_economiccomplexity_eigenvalues")[0], atol=1e-9)
    close(industries * np.sqrt(59 / 60), peer("r_economiccomplexity_eigenvalues")[1], atol=1e-9)


def test_econgeo_rounds_before_it_decomposes(peers):
    """KCI and TCI round the averaging matrix to four digits and are not standardised."""
    for ours, name in zip(both(peers), ("KCI", "TCI"), strict=True):
        theirs = golden(f"complexity/econgeo_{name}_syn.json")
        assert abs(np.corrcoef(ours, theirs)[0, 1]) > 0.99999
        assert np.abs(ours - np.sign(ours @ theirs) * standard(theirs)).max() > 1e-4


@pytest.mark.parametrize("steps", [1, 2, 20])
def test_reflections_of_regions_by_econgeo(peers, steps):
    """They are rescaled to 0-100 from the third step on, and an odd step counts ubiquity up."""
    theirs = np.array(list(golden(f"complexity/econgeo_MORc_steps{steps}_syn.json").values()))
    ours = economic_complexity(peers, reference="sum", method="reflections", iterations=steps)[ECI]
    close(ours, (-1 if steps % 2 else 1) * standard(theirs), atol=1e-10)


@pytest.mark.parametrize("steps", [1, 2, 3, 19])
def test_reflections_of_industries_by_econgeo(peers, steps):
    theirs = np.array(list(golden(f"complexity/econgeo_MORt_steps{steps}_syn.json").values()))
    ours = product_complexity(peers, reference="sum", method="reflections", iterations=steps)[PCI]
    close(ours, (1 if steps % 2 else -1) * standard(theirs), atol=1e-10)


def test_no_reflections_are_diversity(peers):
    theirs = golden("complexity/econgeo_MORc_steps0_syn.json")
    close(pick(diversity(peers, reference="sum"), "diversity"), theirs)


@pytest.mark.parametrize("name", ["r_economiccomplexity_reflections", "oec_complexity"])
def test_other_tools_stop_at_other_reflections(peers, name):
    """At 18 for regions and 19 for industries; EconGeo at 20 and 19, as here by default."""
    theirs = [standard(values) for values in peer(name)]
    options = {"method": "reflections"}
    eighteen, _ = both(peers, iterations=18, **options)
    twenty, nineteen = both(peers, **options)
    close(eighteen, theirs[0], atol=1e-5)
    close(nineteen, theirs[1], atol=1e-5)
    assert np.abs(twenty - theirs[0]).max() > 0.01


def test_econcomplex_reflects_without_taking_the_mean_off(peers):
    """Its 20th reflections differ in their last digits alone, and so are right to six or so."""
    regions, industries = both(peers, method="reflections", iterations=20)
    theirs = peer("econcomplex_eci_pci_reflections")
    close(regions, theirs[0], atol=1e-5)
    close(industries, theirs[1], atol=1e-5)
    assert np.abs(regions - theirs[0]).max() > 1e-8


def test_fitness_of_econcomplex_goes_two_steps_at_a_time(peers):
    """It takes the complexities of a step from the fitness of the same one, not of the last."""
    theirs = peer("econcomplex_eci_pci_fitness")
    odd = economic_complexity(peers, reference="sum", method="fitness", iterations=39)[ECI]
    even = product_complexity(peers, reference="sum", method="fitness", iterations=40)[PCI]
    close(odd, theirs[0], atol=1e-9)
    close(even, theirs[1], atol=1e-9)
    # Both have settled here, and at the same values.
    regions, industries = both(peers, method="fitness")
    close(regions, theirs[0], atol=1e-8)
    close(industries, theirs[1], atol=1e-8)


def test_settled_fitness_of_r_economiccomplexity(peers):
    regions, industries = both(peers, method="fitness")
    theirs = peer("r_economiccomplexity_fitness")
    close(regions, theirs[0], atol=1e-6)
    assert np.corrcoef(industries, theirs[1])[0, 1] > 1 - 1e-10


# Withheld, absent, empty


@pytest.mark.parametrize("method", METHODS)
def test_one_unknown_presence_leaves_all_unknown_but_other_years(method):
    E = np.array(CHAIN)
    E[3, 2] = NAN
    frame = pd.concat([long(E, year=1), long(CHAIN, year=2)])
    nation = area([9.0, 16.0, 16.0, 17.0])
    for measure, column in ((economic_complexity, ECI), (product_complexity, PCI)):
        result = measure(frame, reference=nation, method=method, iterations=None)
        values = result.groupby("year")[column]
        assert values.count().loc[1] == 0
        alone = measure(long(CHAIN), reference=nation, method=method)
        close(result[result["year"] == 2][column], alone[column])


@pytest.mark.parametrize("method", METHODS)
def test_a_region_specialised_in_nothing_takes_no_part(method):
    options = {"reference": area([9.0, 16.0, 16.0, 17.0, 20.0]), "method": method}
    options |= {"iterations": 6} if method != "eigenvector" else {}
    E = np.column_stack([CHAIN, np.zeros(4)])
    with_empty = np.vstack([E, np.zeros(5)])
    for measure, column, kept in (
        (economic_complexity, ECI, [0, 1, 2, 3]),
        (product_complexity, PCI, [0, 1, 2, 3]),
    ):
        result = measure(long(with_empty), **options)[column]
        assert result.isna().tolist() == [False] * 4 + [True]
        close(result[kept], measure(long(E), **options)[column][kept])


def test_only_the_largest_connected_part_is_compared():
    E = np.zeros((6, 6))
    E[:4, :4] = CHAIN
    E[4:, 4:] = [[5, 5], [1, 9]]
    whole = economic_complexity(long(E), reference="sum")[ECI]
    # What is one network depends on who is specialised, not on who has jobs.
    assert whole.isna().tolist() == [False] * 4 + [True] * 2
    close(whole[:4], both(long(CHAIN))[0])
    industries = product_complexity(long(E), reference="sum")[PCI]
    assert industries.isna().tolist() == [False] * 4 + [True] * 2
    # Reflections and fitness average within each part all the same.
    for method in ("reflections", "fitness"):
        result = economic_complexity(long(E), reference="sum", method=method, iterations=4)
        assert result[ECI].notna().all()


def test_two_parts_alike_are_not_compared():
    E = np.kron(np.eye(2), CHAIN)
    assert economic_complexity(long(E), reference="sum")[ECI].isna().all()


def test_one_region_or_one_industry_has_nothing_to_vary():
    for E in ([[3.0, 4.0, 1.0]], [[3.0], [4.0], [1.0]]):
        for method in ("eigenvector", "reflections"):
            regions, industries = both(long(E), method=method)
            assert np.isnan(regions).all()
            assert np.isnan(industries).all()
        close(both(long(E), method="fitness")[0], 1)


def test_fitness_that_does_not_settle_is_not_given_but_for_a_number_of_steps():
    # LQs of 1 or more: both industries in R0, the second alone in R1.
    frame = long([[3.0, 6.0], [0.0, 3.0]])
    nation = area([1.0, 9.0])
    assert diversity(frame, reference=nation, threshold=0.5)["diversity"].tolist() == [2, 1]
    options = {"reference": nation, "threshold": 0.5, "method": "fitness"}
    assert economic_complexity(frame, **options)[ECI].isna().all()
    few = economic_complexity(frame, iterations=20, **options)[ECI]
    assert few[0] > few[1] > 0


def test_an_absent_row_is_withheld_or_zero():
    short = long(CHAIN).query("employment > 0")
    for method in METHODS:
        # Iterations are asked for by name where fitness would not settle.
        options = {"method": method} | ({} if method == "eigenvector" else {"iterations": 5})
        zero = economic_complexity(short, reference="sum", absent="zero", **options)
        close(zero[ECI], both(long(CHAIN), **options)[0])
        assert economic_complexity(short, reference="sum", **options)[ECI].isna().all()


# Refusals


@pytest.mark.parametrize("measure", [economic_complexity, product_complexity])
def test_options_are_checked(measure):
    frame = long(CHAIN)
    with pytest.raises(SchemaError, match="method='pagerank'"):
        measure(frame, reference="sum", method="pagerank")
    with pytest.raises(SchemaError, match=r"eigenvector.*no iterations"):
        measure(frame, reference="sum", iterations=20)
    for number in (0, -1, 2.5, "20", True):
        with pytest.raises(SchemaError, match=r"iterations=.*whole number"):
            measure(frame, reference="sum", method="fitness", iterations=number)
    with pytest.raises(SchemaError, match="threshold=-1"):
        measure(frame, reference="sum", threshold=-1)
