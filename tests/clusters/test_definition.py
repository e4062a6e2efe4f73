"""A cluster definition is refused for every fault it has, and loses no industry."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusteranalysis.clusters.definition import REST, ClusterDefinition
from clusteranalysis.clusters.formats import read_definition
from clusteranalysis.errors import DefinitionError
from clusteranalysis.industries import naics

HEAD = '[definition]\nid = "mine"\ntitle = "Mine"\nnaics = 2017\n'
LEAVES = naics(2017).query("level == 6")["industry"].tolist()


def cluster(name="a", codes='["3254"]', *, tag='"traded"', more=""):
    return (
        f'[[cluster]]\nid = "{name}"\nname = "Cluster {name}"\ntradability = {tag}\n'
        f"industries = {codes}\n{more}"
    )


@pytest.fixture
def read(tmp_path):
    def read_text(text):
        path = tmp_path / "mine.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_definition(path)

    return read_text


@pytest.fixture
def faults(read):
    """The faults a definition is refused for; the first line counts them."""

    def listed(text):
        with pytest.raises(DefinitionError) as caught:
            read(text)
        first, *rest = str(caught.value).split("\n")
        count = re.search(r"mine\.toml: (\d+) faults? in the cluster definition:$", first)
        assert int(count[1]) == len(rest)
        return [line.strip() for line in rest]

    return listed


def test_the_shipped_definition_takes_every_private_industry_once():
    shipped = read_definition()
    members = shipped.members
    assert members["industry"].tolist() == LEAVES
    assert (members["cluster"].eq(REST) == members["industry"].str.startswith("92")).all()
    ids = [one.id for one in shipped.clusters]
    assert len(set(ids)) == len(ids) == 27
    assert set(members["cluster"]) == {*ids, REST}
    for one in shipped.clusters:
        assert one.description
        assert one.reason
        assert one.tradability in ("traded", "local", "mixed")


def test_the_cover_splits_every_industry_once():
    shipped = read_definition()
    cover = shipped.cover.set_index("industry")["cluster"]
    for leaf, owner in shipped.members[["industry", "cluster"]].itertuples(index=False):
        owners = [cover[code] for code in (leaf, leaf[:4]) if code in cover.index]
        assert owners == [owner], leaf


def test_a_prefix_takes_all_below_it_and_the_rest_is_kept(read):
    mine = read(HEAD + cluster("a", '["31", "325"]') + cluster("b", '["541714"]', tag='"local"'))
    owner = mine.members.set_index("industry")["cluster"]
    assert (owner[owner.index.str.startswith(("31", "325"))] == "a").all()
    assert owner[owner == "b"].index.tolist() == ["541714"]
    taken = owner.index.str.startswith(("31", "325", "541714"))
    assert (owner[~taken] == REST).all()
    assert len(owner) == len(LEAVES)
    assert mine.rest["industry"].tolist() == owner[owner == REST].index.tolist()
    cover = mine.cover.set_index("industry")["cluster"]
    assert cover["5415"] == REST
    assert "5417" not in cover.index
    assert cover["541714"] == "b"
    assert mine.tradability == {"a": "traded", "b": "local", REST: "mixed"}
    assert mine.names["b"] == "Cluster b"
    assert mine.cluster("b").prefixes == ("541714",)
    with pytest.raises(DefinitionError, match="use one of a, b"):
        mine.cluster("c")


def test_text_and_path_are_the_same(read, tmp_path):
    mine = read(HEAD + 'notes = " n "\n' + cluster())
    assert isinstance(mine, ClusterDefinition)
    assert read_definition(str(tmp_path / "mine.toml")) == mine
    assert (mine.id, mine.title, mine.vintage, mine.notes) == ("mine", "Mine", 2017, "n")


def test_the_digest_changes_with_what_counts_and_with_nothing_else(read):
    plain = read(HEAD + cluster(codes='["3254", "3391"]')).digest
    assert re.fullmatch(r"[0-9a-f]{12}", plain)
    assert read(HEAD + cluster(codes='["3391", "3254"]', more='reason = "x"\n')).digest == plain
    for other in (
        cluster(codes='["3254"]'),
        cluster(codes='["3254", "3391"]', tag='"local"'),
        cluster("b", '["3254", "3391"]'),
    ):
        assert read(HEAD + other).digest != plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD, ["no [[cluster]] tables"]),
        (cluster(), ["no [definition] table"]),
        ("definition = 1\n" + cluster(), ["no [definition] table"]),
        (HEAD + '[cluster]\nid = "a"\n', ["no [[cluster]] tables"]),
        ("cluster = [1]\n" + HEAD, ["no [[cluster]] tables"]),
        ("colour = 1\n" + HEAD + cluster(), ["unknown key 'colour'"]),
        (HEAD + cluster(more="colour = 1\n"), ["cluster 1 ('a'): unknown key 'colour'"]),
        (HEAD.replace("2017", "2002") + cluster(), ["one of 2007, 2012, 2017, 2022, not 2002"]),
        (HEAD.replace("2017", '"2017"') + cluster(), ["not '2017'"]),
        (HEAD.replace("2017", "true") + cluster(), ["not True"]),
        (HEAD.replace("2017", "[2017]") + cluster(), ["not [2017]"]),
        (HEAD.replace('"mine"', '" "') + cluster(), ["id must be text"]),
        (HEAD + "notes = 1\n" + cluster(), ["notes must be text, not 1"]),
        (HEAD + cluster(tag='"odd"'), ["traded, local or mixed, not 'odd'"]),
        (HEAD + cluster(tag='["traded"]'), ["not ['traded']"]),
        (HEAD + cluster(codes="[]"), ["must be a list of NAICS prefixes"]),
        (HEAD + cluster(codes='"3254"'), ["must be a list of NAICS prefixes"]),
        (HEAD + cluster(codes="[3254]"), ["write it in quotes, '3254'"]),
        (HEAD + cluster(codes='[["3254"]]'), ["write it in quotes"]),
        (HEAD + cluster(codes='["3"]'), ["'3' is not a NAICS prefix"]),
        (HEAD + cluster(codes='["3254110"]'), ["not a NAICS prefix of two to six digits"]),
        (HEAD + cluster(codes='["31-33"]'), ["not a NAICS prefix"]),
        (HEAD + cluster(codes='["9999", "3259"]'), ["'9999' is no industry of NAICS 2017"]),
        (HEAD + cluster(codes='["٣٢"]'), ["٣٢"]),
        (HEAD + cluster(codes='["513210"]'), ["no industry of NAICS 2017: it is of 2022"]),
        (HEAD + cluster(more='clusters = ["b"]\n'), ["clusters needs based_on"]),
        (HEAD + cluster(more="clusters = 1\n"), ["clusters must be a list of cluster ids"]),
        (HEAD + 'based_on = "no.toml"\n' + cluster(), ["based_on 'no.toml': "]),
        (HEAD + "based_on = 1\n" + cluster(), ["based_on must be a definition's name"]),
        (HEAD + 'based_on = "mine.toml"\n' + cluster(), ["leads back to this file"]),
        (
            HEAD + 'based_on = "east-bay-2017"\n' + cluster(more='clusters = ["b"]\n'),
            ["no cluster 'b' in 'east-bay-2017'"],
        ),
        (
            HEAD.replace("2017", "2022") + 'based_on = "east-bay-2017"\n' + cluster(),
            ["is of NAICS 2017, this file of 2022: translate"],
        ),
        (HEAD + cluster(codes='["3254", "3254"]'), ["'3254' stands twice in 'a'"]),
        (HEAD + cluster(codes='["325", "3254"]'), ["'3254' (a) lies inside '325' (a)"]),
        (
            HEAD + cluster("a", '["325"]') + cluster("b", '["32541", "3255"]'),
            ["'32541' (b) lies inside '325' (a)", "'3255' (b) lies inside '325' (a)"],
        ),
        (HEAD + cluster() + cluster("b"), ["'3254' (b) lies inside '3254' (a)"]),
        (
            HEAD + cluster() + cluster(codes='["3255"]'),
            ["cluster id 'a' stands 2 times", "cluster name 'Cluster a' stands 2 times"],
        ),
        (HEAD + cluster(REST), ["cluster id 'rest' would be read as"]),
        (
            HEAD + cluster(codes="[1, 'x']", tag="1", more="y = 1\n"),
            ["unknown key 'y'", "tradability", "holds 1", "'x' is not"],
        ),
    ],
)
def test_every_fault_is_named(text, expected, faults):
    found = faults(text)
    assert len(found) == len(expected)
    for part in expected:
        assert any(part in line for line in found), (part, found)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a = [", "not a TOML file"),
        (b"\xff", "not UTF-8"),
        ("x".encode("utf-16"), "not UTF-8"),
        (b'id = "a\x00"', "not a TOML file"),
        (b"a = 1\na = 2", "not a TOML file"),
    ],
)
def test_what_is_no_toml(content, said, read):
    with pytest.raises(DefinitionError, match=said):
        read(content)


def test_what_cannot_be_read(tmp_path):
    with pytest.raises(DefinitionError, match="use east-bay-2017"):
        read_definition("nowhere")
    with pytest.raises(DefinitionError, match="Is a directory"):
        read_definition(tmp_path)


def test_a_number_of_thousands_of_digits(read):
    with pytest.raises(DefinitionError):
        read("a = " + "9" * 5000)


def test_deep_nesting(read):
    with pytest.raises(DefinitionError):
        read("a = " + "[" * 50_000)


def test_a_null_byte_in_the_path():
    with pytest.raises(DefinitionError):
        read_definition("\x00")


def test_a_byte_order_mark(read):
    """Windows editors write one; a region file may have it."""
    assert read(b"\xef\xbb\xbf" + (HEAD + cluster()).encode()).id == "mine"


@pytest.mark.parametrize("clusters", [cluster("00"), cluster("325") + cluster("3254", '["51"]')])
def test_an_id_that_looks_like_an_industry(clusters, read):
    """'00' is the published total, and codes as ids overlap for the checks of the table."""
    with pytest.raises(DefinitionError):
        read(HEAD + clusters)


@given(st.lists(st.sampled_from(LEAVES).flatmap(lambda leaf: st.sampled_from(
    [leaf[:size] for size in range(2, 7)])), min_size=1, max_size=8))  # fmt: skip
def test_either_a_fault_or_each_leaf_in_one_cluster(tmp_path_factory, codes):
    """Prefixes of any level in clusters of their own: refused just where one contains another."""
    path = tmp_path_factory.getbasetemp() / "any.toml"
    rows = [cluster(f"c{at}", f'["{code}"]') for at, code in enumerate(codes)]
    path.write_text(HEAD + "".join(rows))
    within = any(
        one.startswith(two)
        for at, one in enumerate(codes)
        for other, two in enumerate(codes)
        if at != other
    )
    if within:
        with pytest.raises(DefinitionError, match="each code may stand once"):
            read_definition(path)
        return
    owner = read_definition(path).members.set_index("industry")["cluster"]
    for leaf in LEAVES:
        expected = [f"c{at}" for at, code in enumerate(codes) if leaf.startswith(code)] or [REST]
        assert [owner[leaf]] == expected
