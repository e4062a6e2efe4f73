"""What an adopted charter promised changes with an entry in ``amended``, or not unseen."""

from __future__ import annotations

import pytest

from clusteranalysis.errors import CharterError
from clusteranalysis.process import EXAMPLES, check_amended

BIOMEDICAL = (EXAMPLES / "biomedical.toml").read_text("utf-8")
FIRST, SECOND = "initiative 1 'permits-one-window'", "initiative 2 'technician-certificate'"
ENTRY = """
[[initiatives.amended]]
on = 2020-11-30
by = "The group"
what = "{what}"
was = "what stood there"
"""


@pytest.fixture
def versions(tmp_path):
    """A function: text of the newer version, of the earlier -> problems."""

    def compare(new, old=BIOMEDICAL):
        (tmp_path / "old.toml").write_text(old)
        (tmp_path / "new.toml").write_text(new)
        return check_amended(tmp_path / "new.toml", tmp_path / "old.toml")

    return compare


def change(old, new, text=BIOMEDICAL):
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('status = "under way"', 'status = "done"\ndone = 2021-06-29'),
        ('status = "planned"', 'status = "under way"'),
        ("attested = {by", "# attested = {by"),
        ("# FICTIONAL", "# Fictional"),
        ('role = "chair"', 'role = "speaker"'),
    ],
)
def test_progress_needs_no_entry(versions, old, new):
    assert versions(change(old, new)) == []


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ('title = "A certificate', 'title = "A diploma', "title"),
        ("due = 2023-06-30", "due = 2024-06-30", "steps"),
        ('status = "planned"', 'status = "dropped"', "steps"),
        ('outcome = "workforce"', 'outcome = "other"', "outcome"),
        ('champion = {name = "B. Sample"', 'champion = {name = "D. Other"', "champion"),
        ('statement = "By 2023 the', 'statement = "By 2023, the', "criteria"),
    ],
)
def test_what_was_promised_needs_an_entry(versions, old, new, names):
    changed = change(old, new)
    (problem,) = versions(changed)
    assert problem.where == SECOND
    assert problem.message == f"changed without an entry: {names}"
    assert "[[initiatives.amended]]" in problem.mend
    assert changed.splitlines()[problem.line - 1] == "[[initiatives]]"
    assert versions(changed + ENTRY.format(what="as the group decided")) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("target = 12.0", "target = 6.0", "has the target 6, it was 12"),
        ("by = 2023", "by = 2025", "is due by 2025, it was 2023"),
        ("base = 2019\nby = 2023", "base = 2020\nby = 2023", "base 2020, it was 2019"),
        ("target = 12.0\ncomparator = \"us\"", "target = 12.0\ncomparator = \"south-bay\"",
         "comparator 'south-bay', it was 'us'"),
        ("max_withheld = 0.05\n\n[[initiatives.criteria]]\nkind = \"measured\"\nid = \"jobs",
         "max_withheld = 0.5\n\n[[initiatives.criteria]]\nkind = \"measured\"\nid = \"jobs",
         "allows 0.5 withheld, it was 0.05"),
        ('id = "establishments-by-2023"', 'id = "another"', "is gone"),
    ],
)  # fmt: skip
def test_an_eased_criterion_must_be_named_in_the_entry(versions, old, new, says):
    eased = change(old, new)
    first, second = versions(eased)
    assert first.message == "changed without an entry: criteria"
    assert f"criterion 'establishments-by-2023' {says}" in second.message.replace(
        "is judged by ", ""
    )
    (vague,) = versions(eased + ENTRY.format(what="criteria revised"))
    assert says in vague.message.replace("is judged by ", "")
    named = ENTRY.format(what="establishments-by-2023 eased: the year was lost")
    assert versions(eased + named) == []


def test_a_criterion_made_harder_needs_an_entry_but_no_name(versions):
    harder = change("target = 12.0", "target = 15.0")
    (problem,) = versions(harder)
    assert problem.message == "changed without an entry: criteria"
    assert versions(harder + ENTRY.format(what="more ambitious")) == []


def test_other_evidence_is_another_promise(versions):
    other = change('evidence = "The form, as', 'evidence = "A letter, as')
    assert ["asks for other evidence" in one.message for one in versions(other)] == [False, True]


def test_initiatives_and_entries_do_not_vanish(versions):
    head = BIOMEDICAL.partition('[[initiatives]]\nid = "technician')[0]
    (gone,) = versions(head)
    assert gone.message == "initiative 'technician-certificate' is gone"
    (rewritten,) = versions(change("Opening of the window moved", "Opening moved"))
    assert rewritten.where == f"{FIRST}, amended"
    assert "earlier entries" in rewritten.message
    added = BIOMEDICAL + '[[initiatives]]\nid = "new"\n' + "".join(
        line + "\n"
        for line in (
            'title = "New"', 'outcome = "other"', 'home = "h"',
            'champion = {name = "n", organisation = "o"}',
            'steps = [{action = "a", owner = "b", start = 2021-01-01, due = 2021-02-01, '
            'status = "planned"}]',
            'criteria = [{kind = "attested", id = "n", statement = "s", evidence = "e"}]',
        )
    )  # fmt: skip
    assert versions(added) == []


def test_the_charter_itself_changes_only_when_adopted_anew(versions):
    other = change("A firm that is founded here", "A company that is founded here")
    (problem,) = versions(other)
    assert problem.where == "vision"
    assert versions(change("adopted = 2019-06-01", "adopted = 2020-03-01", other)) == []
    anew = change("adopted = 2019-06-01", "adopted = 2020-03-01")
    (moved,) = versions(change('region = "east-bay"', 'region = "bay-area"', anew))
    assert moved.where == "region"
    draft = change('status = "adopted"\nadopted = 2019-06-01', 'status = "draft"')
    assert [one.where for one in versions(draft)] == ["status"]


def test_a_draft_changes_freely(versions):
    draft = change('status = "adopted"\nadopted = 2019-06-01', 'status = "draft"')
    shorter = draft.partition("[[initiatives]]")[0]
    assert versions(shorter, old=draft) == []


def test_an_earlier_version_needs_no_region_that_is_found(versions):
    """It was taken from git to another folder, where its files are not."""
    text = change('region = "east-bay"', 'region = "../place.toml"')
    assert versions(text, old=text) == []


def test_an_unreadable_version_is_told(versions):
    (problem,) = versions(BIOMEDICAL, old="schema = = 1")
    assert problem.file.endswith("old.toml")
    with pytest.raises(CharterError, match=r"new\.toml:1"):
        versions("schema = = 1")
