"""A charter is read whole, and everything wrong with it is told at once: place, fault and mend."""

from __future__ import annotations

import os
import tempfile
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

import clusteranalysis as ca
from clusteranalysis.errors import CharterError, ClusterAnalysisError
from clusteranalysis.process import EXAMPLES, check_charters, read_charter, read_charters
from clusteranalysis.process.charter import Charter, Measured, Step

BIOMEDICAL = (EXAMPLES / "biomedical.toml").read_text("utf-8")


@pytest.fixture
def problems(tmp_path):
    """A function: replacements in the biomedical example -> its problems."""

    def find(*changes, text=BIOMEDICAL):
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "charter.toml"
        path.write_text(text, "utf-8")
        return check_charters(path)

    return find


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1


def test_an_example_is_read_as_it_is_written():
    charter = read_charter(EXAMPLES / "biomedical.toml")
    assert charter.schema_version == 1
    assert charter.adopted == date(2019, 6, 1)
    assert [member.role for member in charter.members] == ["chair", "", ""]
    assert charter.vision.startswith("A firm that is founded here")
    first = charter.initiatives[0]
    assert first.due == date(2021, 6, 30)
    assert first.steps[1] == Step(
        action="Agree on one application form between the two cities",
        owner="C. Specimen",
        start=date(2020, 1, 15),
        due=date(2020, 9, 30),
        status="done",
        done=date(2021, 2, 26),
    )
    judged = first.criteria[0]
    assert isinstance(judged, Measured)
    assert (judged.base_year, judged.by_year, judged.quarter) == (2019, 2021, None)
    assert first.criteria[1].attested.met
    with pytest.raises(ValidationError, match="frozen"):
        charter.title = "another"


def test_the_examples_say_that_they_are_fiction_and_fix_the_definition():
    for path in sorted(EXAMPLES.glob("*.toml")):
        text = path.read_text("utf-8")
        assert text.startswith("# FICTIONAL EXAMPLE")
        charter = read_charter(path)
        assert charter.title.startswith("Fictional example")
        assert charter.definition_digest == ca.read_definition(charter.definition).digest


def test_faults_of_every_kind_are_told_at_once(problems):
    found = problems(
        ('region = "east-bay"', 'region = "eest-bay"'),
        ("adopted = 2019-06-01", 'adopted = "2019-06-01"'),
        ("due = 2019-12-31", "due = 2019-01-31"),
        ('outcome = "regulatory"', 'outcome = "regulation"'),
        ('owner = "C. Specimen"\n', ""),
        ("target = 5.0", 'target = "five"'),
        ('evidence = "The form', 'evidense = "The form'),
    )
    text = BIOMEDICAL
    # The owner's line is gone, so what stands below it moved up.
    expected = [
        (line_of(text, "region ="), "region", "did you mean 'east-bay'?"),
        (line_of(text, "adopted ="), "adopted", "without quotes"),
        (line_of(text, "outcome ="), "initiative 1 'permits-one-window', outcome", "regulatory"),
        (line_of(text, "[[initiatives.steps]]"), "step 1, owner", "add owner ="),
        (line_of(text, "due = 2019-12-31") - 1, "step 1, due", "mend one date"),
        (line_of(text, "target = 5.0") - 1, "criterion 1 'more-establishments', target", "2.5"),
        (line_of(text, 'id = "form-agreed"') - 3, "criterion 2 'form-agreed', evidence", "add"),
        (line_of(text, "evidence =") - 1, "criterion 2 'form-agreed', evidense", "'evidence'?"),
    ]
    assert len(found) == len(expected)
    for line, where, mend in expected:
        match = [one for one in found if where in one.where]
        assert len(match) == 1, where
        assert mend in match[0].mend
        if "evidence" not in where:
            assert match[0].line == line, where
    assert [one.line for one in found] == sorted(one.line for one in found)
    assert all(one.message and one.mend and one.file.endswith("charter.toml") for one in found)


@pytest.mark.parametrize(
    ("period", "source", "base", "by", "fault"),
    [
        ('"Q2"', '"qcew"', '"2007Q2"', '"2008Q1"', "2007Q2 and 2008Q1 are unlike quarters"),
        ('"Q1"', '"qcew"', '"2007Q2"', '"2008Q1"', "2007Q2 and 2008Q1 are unlike quarters"),
        ('"Q1"', '"qcew"', '"2007Q2"', '"2008Q2"', "another quarter than the period 'Q1'"),
        ('"Q2"', '"qcew"', "2007", '"2008Q2"', "base 2007 is a whole year, not the period 'Q2'"),
        ('"annual"', '"qcew"', '"2007Q2"', '"2008Q2"', "is a quarter, yet the period is 'annual'"),
        ('"Q2"', '"cbp"', '"2007Q2"', '"2008Q2"', "counts jobs in mid-March alone"),
        ('"annual"', '"cbp"', "2007", "2008", "counts jobs in mid-March alone"),
        ('"mid-march"', '"qcew"', "2007", "2008", "is of County Business Patterns"),
        ('"mid-march"', '"cbp"', "2019", "2019", "by 2019 is not after base 2019"),
        ('"Q2"', '"qcew"', '"2008Q2"', '"2007Q2"', "by 2007Q2 is not after base 2008Q2"),
        ('"mid-march"', '"cbp"', "2019", '"2021Q5"', "is neither a year nor a quarter"),
        ('"mid-march"', '"cbp"', "19", "2021", "lies outside 1975-2100"),
        ('"mid-march"', '"cbp"', "true", "2021", "is neither a year nor a quarter"),
    ],
)
def test_periods_that_cannot_be_compared_are_refused(problems, period, source, base, by, fault):
    found = problems(
        ('source = "cbp"', f"source = {source}"),
        ('period = "mid-march"', f"period = {period}"),
        ("base = 2019", f"base = {base}"),
        ("by = 2021", f"by = {by}"),
    )
    assert any(fault in one.message for one in found), list(map(str, found))
    if "unlike" in fault:
        mend = next(one.mend for one in found if "unlike" in one.message)
        assert mend.startswith('write by = "2008Q2"')
        assert "2008" in mend.partition(":")[2]


@pytest.mark.parametrize("quarter", ["Q1", "Q4"])
def test_like_quarters_are_taken(problems, quarter):
    assert not problems(
        ('source = "cbp"', 'source = "qcew"'),
        ('period = "mid-march"', f'period = "{quarter}"'),
        ("base = 2019", f'base = "2019{quarter}"'),
        ("by = 2021", f'by = "2021{quarter}"'),
    )


@pytest.mark.parametrize(
    ("old", "new", "place", "fault"),
    [
        ("schema = 1", "schema = 2", "schema", "of a later version"),
        ("schema = 1\n", "", "schema", "is missing"),
        ('cluster = "biomedical"', 'cluster = "biomed"', "cluster", "no cluster 'biomed'"),
        ('definition = "east', 'definition = "no-', "definition", "no cluster definition"),
        ('definition_digest = "19dac0fce981"\n', "", "top level", "does not fix"),
        ('"19dac0fce981"', '"19DAC0FCE981"', "definition_digest", "is no digest"),
        ("adopted = 2019-06-01\n", "", "top level", "no date of adoption"),
        ("adopted = 2019-06-01", "adopted = 2019-06-01T00:00:00", "adopted", "with a time"),
        ('status = "adopted"', 'status = "draft"', "adopted", "a draft has a date of adoption"),
        ('title = "One window', 'title = "\\u0007One window', "title", "control character"),
        ('title = "One window for laboratory permits"', 'title = " "', "title", "is empty"),
        ("A firm that is founded here", "A firm\\u0000that is founded here", "vision", "control"),
        ('id = "technician-certificate"', 'id = "Technician"', "id", "is not lower-case"),
        ('id = "technician-certificate"', 'id = "permits-one-window"', "id", "stands twice"),
        ('id = "jobs-keep-pace"', 'id = "more-establishments"', "id", "stands twice"),
        ("done = 2019-11-15", "", "status", "has no date"),
        ("done = 2019-11-15", "done = 2019-06-30", "done", "before it starts"),
        ('status = "under way"', 'status = "under way"\ndone = 2021-02-01', "done",
         "yet its status"),
        ("max_withheld = 0.05", "max_withheld = 5", "max_withheld", "is not between 0 and 1"),
        ("max_withheld = 0.05", "max_withheld = nan", "max_withheld", "no finite number"),
        ("target = 5.0", "target = inf", "target", "no finite number"),
        ("target = 5.0", "target = true", "target", "is true or false, not a number"),
        ('comparator = "us"', 'comparator = "alameda-county,"', "comparator", "no region"),
        ('comparator = "us"', 'comparator = "06013,06001"', "comparator", "own region"),
        ("on = 2020-05-12", "on = 2019-05-12", "on", "before the charter was adopted"),
        ('kind = "measured"', 'kind = "guessed"', "criterion 1", "is unknown"),
        ('kind = "measured"\n', "", "criterion 1", "is missing"),
        ("met = true", 'met = "yes"', "met", "is text, not true or false"),
        ('["Fictional Biologics, Inc."]', '"Fictional"', "private_partners", "not a list"),
        ('["Fictional Biologics, Inc."]', '["a", 1]', "private_partners 2", "not text"),
        ('outcome = "workforce"', 'outcome = "workforce"\nshared_with = ["biomedical"]',
         "shared_with 1", "own cluster"),
        ('outcome = "workforce"',
         'outcome = "workforce"\nshared_with = ["construction", "construction"]',
         "shared_with 2", "stands twice"),
        ('outcome = "workforce"', 'outcome = "workforce"\nshared_with = ["sports"]',
         "shared_with 1", "no cluster 'sports'"),
    ],
)  # fmt: skip
def test_a_fault_is_told_where_it_is_and_alone(problems, old, new, place, fault):
    found = problems((old, new))
    assert [fault in one.message for one in found] == [True], list(map(str, found))
    assert found[0].where.endswith(place) or place in found[0].where.split(", ")[-1]
    assert found[0].mend


@pytest.mark.parametrize("key", ["champion", "home", "steps", "criteria"])
def test_an_adopted_initiative_is_complete_and_a_draft_need_not_be(problems, key):
    head, _, tail = BIOMEDICAL.partition('[[initiatives]]\nid = "technician-certificate"')
    lines = {
        "champion": 'champion = {name = "B", organisation = "C"}',
        "home": 'home = "D"',
        "steps": 'steps = [{action = "a", owner = "b", start = 2020-01-01, due = 2020-02-01, '
        'status = "planned"}]',
        "criteria": 'criteria = [{kind = "attested", id = "x", statement = "s", evidence = "e"}]',
    }
    short = "\n".join(
        ["[[initiatives]]", 'id = "a"', 'title = "b"', 'outcome = "other"']
        + [line for other, line in lines.items() if other != key]
    )
    assert tail
    found = problems(text=head + short)
    assert [one.message for one in found] == [f"an initiative of an adopted charter has no {key}"]
    assert found[0].line == (head + short).count("\n", 0, (head + short).index('id = "a"'))
    draft = (head + short).replace('status = "adopted"\nadopted = 2019-06-01', 'status = "draft"')
    assert not problems(text=draft)


def test_an_adopted_charter_without_anybody_or_anything_is_incomplete(problems):
    text = BIOMEDICAL[: BIOMEDICAL.index("[[members]]")]
    text = text.replace(text[text.index('vision = """') : text.index("status =")], "")
    messages = [one.message for one in problems(text=text)]
    for what in ("vision", "member", "initiative"):
        assert f"an adopted charter has no {what}" in messages


def test_faults_of_the_toml_itself_have_their_line(problems):
    (one,) = problems(("base = 2019", "base = = 2019"))
    assert one.line == line_of(BIOMEDICAL, "base = 2019")
    assert "Invalid value" in one.message
    (one,) = problems(('title = "One', "title = One"))
    assert one.line == line_of(BIOMEDICAL, 'title = "One')
    (one,) = problems(text='schema = 1\ntitle = """never closed\n')
    assert one.line == 2
    (one,) = problems(text="schema = 1\nschema = 1\n")
    assert "overwrite" in one.message
    assert one.line == 2


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"", "the key 'schema' is missing"),
        (b"\xff\xfes\x00c\x00", "saved as UTF-16"),
        ('title = "S\u00e3o"\n'.encode("latin-1"), "byte 11 is not UTF-8 (line 1)"),
        (b"a = " + b"[" * 5000, "nested too deeply"),
        (b"a = " + b"9" * 5000, "limit"),
        (b"a." * 100_000 + b"a = 1", "a key of more than 64 parts"),
        (b'x = {"a" . ' + b"'b' . " * 64 + b"c = 1}", "a key of more than 64 parts"),
        (b'"\\n\\t" = 1', r"unknown key '\n\t'"),
        (b"# " + b"x" * 300_000, "larger than 256 kB"),
        (b"a\x00b = 1", "Expected '='"),
        (b"schema = 1\rregion = 1\r", "not TOML"),
    ],
)
def test_what_is_no_charter_is_told_in_a_line(tmp_path, raw, fault):
    path = tmp_path / "charter.toml"
    path.write_bytes(raw)
    lines = [str(problem) for problem in check_charters(path)]
    assert any(fault in line for line in lines), lines
    assert all(line.startswith(str(path)) and "\n" not in line for line in lines)
    with pytest.raises(CharterError, match=r"charter\.toml"):
        read_charter(path)


@pytest.mark.parametrize("change", [lambda t: "\ufeff" + t, lambda t: t.replace("\n", "\r\n")])
def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(tmp_path, change):
    path = tmp_path / "charter.toml"
    path.write_bytes(change(BIOMEDICAL).encode("utf-8"))
    assert read_charter(path) == read_charter(EXAMPLES / "biomedical.toml")


def test_tens_of_thousands_of_faults_are_all_told(tmp_path):
    path = tmp_path / "charter.toml"
    path.write_text("[[initiatives]]\n" * 15_000)
    found = check_charters(path)
    for key in ("id", "title", "outcome"):
        assert sum(one.where.endswith(f", {key}") for one in found) == 15_000


def test_places_that_hold_no_charter(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    loop, broken = tmp_path / "loop.toml", tmp_path / "broken.toml"
    loop.symlink_to(loop)
    broken.symlink_to(tmp_path / "gone.toml")
    found = check_charters([empty, loop, broken, tmp_path / "no\0name", "/dev/zero"])
    assert [one.message for one in found] == [
        "the folder holds no .toml file",
        "it cannot be read (Too many levels of symbolic links)",
        "there is no such file",
        "it cannot be read (embedded null byte)",
        "it is not a file",
    ]
    assert all(one.line is None and one.where == "the file" and one.mend for one in found)


@pytest.mark.skipif(os.name == "nt", reason="no Unix rights")
def test_a_file_that_may_not_be_read():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        closed = Path(folder) / "closed.toml"
        closed.write_text("schema = 1")
        closed.chmod(0)
        root = os.geteuid() == 0
        if root:  # whom no file refuses
            os.seteuid(65534)
        try:
            (problem,) = check_charters(closed)
        finally:
            if root:
                os.seteuid(0)
    assert problem.message == "it cannot be read (Permission denied)"


def test_a_folder_is_its_charters_and_a_file_counts_once(tmp_path):
    for path in EXAMPLES.glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "notes.txt").write_text("not a charter")
    (tmp_path / "folder.toml").mkdir()
    link = tmp_path / "again.toml"
    link.symlink_to(tmp_path / "biomedical.toml")
    charters = read_charters([tmp_path, tmp_path / "biomedical.toml"])
    assert [one.cluster for one in charters] == ["biomedical", "food-beverage", "ports-logistics"]


def test_charters_of_one_region_agree_on_what_they_share(tmp_path):
    texts = {path.name: path.read_text("utf-8") for path in EXAMPLES.glob("*.toml")}
    food, ports = tmp_path / "food-beverage.toml", tmp_path / "ports-logistics.toml"

    def write(food_text, ports_text):
        food.write_text(food_text)
        ports.write_text(ports_text)
        return [str(one) for one in check_charters(tmp_path)]

    shared = 'shared_with = ["food-beverage"]\n'
    assert write(texts[food.name], texts[ports.name]) == []
    (alone,) = write(texts[food.name], texts[ports.name].replace(shared, ""))
    assert "has an initiative 'night-freight-lane' too" in alone
    assert alone.startswith(str(ports))
    assert 'shared_with = ["food-beverage"]' in alone
    renamed = texts[ports.name].replace('"night-freight-lane"', '"day-lane"')
    both = write(texts[food.name], renamed)
    assert [("has no initiative" in line) for line in both] == [True, True]
    other = texts[ports.name].replace("A night lane for refrigerated freight", "Night lane")
    both = write(texts[food.name], other.replace('outcome = "infrastructure"', 'outcome = "other"'))
    assert len([line for line in both if "title of a shared initiative" in line]) == 2
    assert len([line for line in both if "outcome of a shared initiative" in line]) == 2
    twice = write(texts[food.name], texts[food.name])
    assert any("is a charter of this cluster and region too" in line for line in twice)
    # Another region's group may use the same ids.
    elsewhere = texts[ports.name].replace('region = "east-bay"', 'region = "north-bay"')
    assert write(texts[food.name], elsewhere.replace(shared, "")) == []


def test_regions_and_definitions_in_files_are_looked_for_beside_the_charter(tmp_path, monkeypatch):
    folder = tmp_path / "charters"
    folder.mkdir()
    (tmp_path / "place.toml").write_text('name = "Two"\ncounties = ["06001", "06013"]\n')
    (tmp_path / "peer.toml").write_text('name = "Peer"\ncounties = ["06085"]\n')
    ca.write_definition(ca.read_definition(), tmp_path / "mine.toml")
    text = (
        BIOMEDICAL.replace('region = "east-bay"', 'region = "../place.toml"')
        .replace('definition = "east-bay-2017"', 'definition = "../mine.toml"')
        .replace('comparator = "us"', 'comparator = "../peer.toml"', 1)
    )
    path = folder / "charter.toml"
    path.write_text(text)
    for here in (tmp_path, folder):
        monkeypatch.chdir(here)
        charter = read_charter(os.path.relpath(path))
        assert ca.find_region(charter.region).counties == ("06001", "06013")
        assert ca.read_definition(charter.definition).digest == charter.definition_digest
        comparator = charter.initiatives[0].criteria[0].comparator
        assert ca.find_region(comparator).counties == ("06085",)
    (tmp_path / "peer.toml").unlink()
    (problem,) = check_charters(path)
    assert problem.where.endswith("comparator")


def test_every_error_is_one_of_the_librarys_and_lists_all():
    with pytest.raises(ClusterAnalysisError) as caught:
        read_charters(["nothing.toml", "nowhere.toml"])
    assert isinstance(caught.value, CharterError)
    assert str(caught.value).count("\n") == 1
    with pytest.raises(CharterError, match="name a file or folder"):
        read_charters([])


def test_a_charter_made_in_python_obeys_the_same_rules():
    whole = {
        "schema": 1, "region": "east-bay", "definition": "east-bay-2017",
        "cluster": "biomedical", "title": "T", "status": "draft",
    }  # fmt: skip
    assert Charter(**whole).initiatives == ()
    with pytest.raises(ValidationError, match="a draft has a date of adoption"):
        Charter(**whole, adopted=date(2019, 6, 1))
    with pytest.raises(ValidationError, match="no vision"):
        Charter(**whole | {"status": "adopted"}, adopted=date(2019, 6, 1))


def test_reading_changes_no_file_and_says_the_same_twice(problems, tmp_path):
    changes = [("base = 2019", 'base = "x"'), ("met = true", "met = 3"), ("schema = 1", "")]
    first = list(map(str, problems(*changes)))
    before = (tmp_path / "charter.toml").read_bytes()
    assert list(map(str, problems(*changes))) == first
    assert (tmp_path / "charter.toml").read_bytes() == before
