import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusteranalysis.errors import RegionError
from clusteranalysis.regions import Region, find_region

NINE = {"06001", "06013", "06041", "06055", "06075", "06081", "06085", "06095", "06097"}


def refused(text):
    with pytest.raises(RegionError) as caught:
        find_region(text)
    return str(caught.value)


@pytest.mark.parametrize("text", ["east-bay", "East Bay", "EAST BAY", "  East   Bay "])
def test_known_names_in_any_case(text):
    assert find_region(text) == Region("East Bay", "east-bay", ("06001", "06013"))


def test_known_regions_fit_together():
    bay = set(find_region("bay-area").counties)
    assert bay == NINE
    parts = ["east-bay", "san-francisco-peninsula", "south-bay", "north-bay"]
    listed = [county for part in parts for county in find_region(part).counties]
    assert sorted(listed) == sorted(bay)
    assert find_region("Silicon Valley") == find_region("south-bay")
    assert find_region("oakland-berkeley-livermore") == find_region("east-bay")


@pytest.mark.parametrize(
    ("slug", "county"),
    [
        ("alameda-county", "06001"),
        ("contra-costa-county", "06013"),
        ("marin-county", "06041"),
        ("napa-county", "06055"),
        ("san-francisco-county", "06075"),
        ("san-mateo-county", "06081"),
        ("santa-clara-county", "06085"),
        ("solano-county", "06095"),
        ("sonoma-county", "06097"),
    ],
)
def test_each_county_by_slug(slug, county):
    assert find_region(slug).counties == (county,)


def test_known_names_agree_with_the_packaged_outlines():
    from clusteranalysis.data import sample

    outlines = sample().counties.set_index("region")["name"]
    for county in NINE:
        slug = outlines[county].lower().replace(" ", "-") + "-county"
        assert find_region(slug).counties == (county,)


def test_codes_joined_by_commas():
    region = find_region("06001, 36061")
    assert region.counties == ("06001", "36061")
    assert re.fullmatch(r"[a-z0-9-]+", region.slug)
    assert find_region("06001").counties == ("06001",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1001", "FIPS '1001' has 4 characters: pad to '01001'"),
        ("06001,6013", "FIPS '6013' has 4 characters: pad to '06013'"),
        ("06001,060130", "FIPS '060130' has 6 characters"),
        ("06001,06001", "'06001'"),
        ("06001,", "empty"),
        ("06001,,06013", "empty"),
        ("06001,Alameda", "'Alameda' is not a county FIPS code"),
        ("", "no region is called ''"),
        ("east-bya", "did you mean 'east-bay'"),
        ("Contra Costa", "did you mean 'contra-costa-county'"),
        ("Atlantis", "Known are east-bay, bay-area"),
        (6001, "not as int"),
        (None, "not as NoneType"),
    ],
)
def test_mistakes_are_named(text, said):
    assert said in refused(text)


def test_several_wrong_codes_are_told_at_once():
    message = refused("1001,06013,6013,06013")
    assert "'01001'" in message
    assert "'06013': its jobs would count twice" in message
    assert "'6013' has 4" in message


def write(folder, content):
    path = folder / "mine.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_region_from_a_file(tmp_path):
    path = write(tmp_path, '# ours\nname = "Tri-Valley & Co."\ncounties = ["06013", "06001"]\n')
    expected = Region("Tri-Valley & Co.", "tri-valley-co", ("06013", "06001"))
    assert find_region(path) == expected
    assert find_region(str(path)) == expected
    path = write(tmp_path, 'name = "東湾"\ncounties = ["06001"]\nslug = "higashi"\n')
    assert find_region(path).slug == "higashi"
    path = write(tmp_path, '\ufeffname = "東湾"\ncounties = ["06001"]\n')
    assert find_region(path).slug == "06001"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", ["'name' is missing", "'counties' is missing"]),
        ('name = "A"', ["'counties' is missing"]),
        ('name = "A"\ncounties = []', ["counties is empty"]),
        ('name = " "\ncounties = ["06001"]', ["name is empty"]),
        ('name = "A"\ncounties = "06001"', ["counties is a str, not a list"]),
        ('name = 3\ncounties = [6001, "1001"]', ["name is a int", '"06001"', "'01001'"]),
        ('name = "A"\ncounties = ["06001", "06001"]', ["more than once: '06001'"]),
        ('name = "A"\ncounties = [["06001"]]', ["is a list, not text"]),
        ('name = "A"\ncounty = ["06001"]', ["unknown keys 'county'", "'counties' is missing"]),
        ('name = "A"\ncounties = ["06001"]\nslug = "Ä b"', ["slug 'Ä b'"]),
        ('name = "A"\ncounties = [06001]', ["line 2"]),
        ("name: A", ["line 1"]),
        (b'name = "\xff"', ["UTF-8", "byte 8"]),
        (b"\x00\x01\x02PAR1", ["not TOML"]),
        (b"\x89PNG\r\n\x1a\n", ["UTF-8"]),
        ("a = " + "[" * 5000, ["nested too deeply"]),
        ("name = " + "1" * 5000, ["not TOML"]),
    ],
)
def test_mistakes_in_a_file_are_named_together(tmp_path, content, said):
    message = refused(write(tmp_path, content))
    assert "mine.toml" in message
    for part in said:
        assert part in message


def test_paths_that_are_no_readable_file(tmp_path):
    assert "cannot be read" in refused(tmp_path)
    assert "cannot be read" in refused(tmp_path / "absent.toml")
    assert "cannot be read" in refused(str(tmp_path / "absent"))
    assert "cannot be read" in refused("nul\0.toml")


def test_a_region_cannot_be_made_wrong_or_changed():
    with pytest.raises(RegionError, match="pad to '06001'"):
        Region("A", "a", ("6001",))
    with pytest.raises(RegionError, match="slug"):
        Region("A", "A b", ("06001",))
    region = Region("A", "a", ["06001"])
    assert hash(region) == hash(Region("A", "a", ("06001",)))
    with pytest.raises(AttributeError):
        region.name = "B"


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_a_region_or_a_region_error(text):
    try:
        region = find_region(text)
    except RegionError:
        return
    assert all(len(county) == 5 for county in region.counties)


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_any_file_is_a_region_or_a_region_error(tmp_path_factory, content):
    path = write(tmp_path_factory.mktemp("region"), content)
    with pytest.raises(RegionError):
        find_region(path)
