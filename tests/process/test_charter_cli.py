"""``clusteranalysis charter``: exit codes, files, and one line for each thing that is wrong."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

import pytest

from clusteranalysis import cli
from clusteranalysis.process import EXAMPLES, read_charter


class Answer(NamedTuple):
    code: object
    out: str
    err: str


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """A function: arguments -> exit code and both outputs, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["clusteranalysis", "charter", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        captured = capsys.readouterr()
        assert "Traceback" not in captured.out + captured.err
        return Answer(stop.value.code, captured.out, captured.err)

    return call


def tree(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_examples_are_written_checked_and_drawn(run, tmp_path):
    answer = run("new", "--example", "--out", "charters")
    assert answer.code == 0
    assert "fictional: no such group" in answer.out
    assert tree(tmp_path / "charters") == tree(EXAMPLES)
    assert run("check", "charters") == (0, "no problem found\n", "")
    answer = run("timeline", "charters", "--as-of", "2021-12-31", "--out", "gantt.svg")
    assert answer == (0, "gantt.svg\n", "")
    first = (tmp_path / "gantt.svg").read_bytes()
    assert first.startswith(b"<?xml")
    again = run("timeline", "charters", "--as-of", "2021-12-31", "--out", "gantt.svg", "--force")
    assert again.code == 0
    assert (tmp_path / "gantt.svg").read_bytes() == first
    assert run("timeline", "charters/biomedical.toml", "--out", "gantt.png").code == 0
    assert (tmp_path / "gantt.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "charters", "gantt.png", "gantt.svg",
    ]  # fmt: skip


def test_nothing_is_overwritten_unless_told_to(run, tmp_path):
    assert run("new", "-c", "biomedical", "--out", "charters").code == 0
    path = tmp_path / "charters" / "biomedical.toml"
    path.write_text("# mine\n")
    for arguments in (
        ("-c", "biomedical"),
        ("--example",),
        ("-c", "construction", "-c", "biomedical"),
    ):
        answer = run("new", *arguments, "--out", "charters")
        assert answer.code == 2
        assert "--force" in answer.err
        assert tree(tmp_path / "charters") == {"biomedical.toml": b"# mine\n"}
    assert run("new", "-c", "biomedical", "--out", "charters", "--force").code == 0
    assert read_charter(path).status == "draft"
    picture = tmp_path / "gantt.svg"
    picture.write_text("mine")
    answer = run("timeline", EXAMPLES / "biomedical.toml", "--out", picture)
    assert (answer.code, picture.read_text()) == (2, "mine")


def test_without_a_cluster_all_that_are_chosen_get_a_draft(run, tmp_path):
    assert run("new", "--out", "charters").code == 0
    names = set(tree(tmp_path / "charters"))
    assert "biomedical.toml" in names
    assert "retail.toml" not in names
    assert 5 < len(names) < 27
    assert run("check", "charters").code == 0


def test_a_definition_and_a_region_of_ones_own(run, tmp_path):
    (tmp_path / "place.toml").write_text('name = "Two"\ncounties = ["06001", "06013"]\n')
    (tmp_path / "mine.toml").write_text(
        '[definition]\nid = "mine"\ntitle = "Mine"\nnaics = 2017\nbased_on = "east-bay-2017"\n'
        '[[cluster]]\nid = "life"\nname = "Life"\ntradability = "traded"\n'
        'clusters = ["biomedical"]\n'
    )
    answer = run("new", "--region", "place.toml", "--definition", "mine.toml", "-c", "life",
                 "--out", "deep/charters")  # fmt: skip
    assert answer.code == 0, answer.err
    text = (tmp_path / "deep" / "charters" / "life.toml").read_text()
    assert 'region = "../../place.toml"' in text
    assert 'definition = "../../mine.toml"' in text
    assert run("check", "deep/charters").code == 0


def test_problems_are_lines_on_stdout_and_exit_code_one(run, tmp_path):
    text = (EXAMPLES / "biomedical.toml").read_text()
    path = tmp_path / "charter.toml"
    path.write_text(text.replace("base = 2019", "base = 2030").replace("met = true", "met = 1"))
    answer = run("check", "charter.toml", "nowhere.toml")
    assert answer.code == 1
    lines = answer.out.splitlines()
    assert answer.err == f"{len(lines)} problems\n"
    assert len(lines) == 5
    assert lines[-1] == "nowhere.toml: the file: there is no such file: check the name"
    number = text[: text.index("by = 2021")].count("\n") + 1
    assert lines[0].startswith(f"charter.toml:{number}: initiative 1 'permits-one-window', ")
    # A charter with problems is not drawn; that is a misuse.
    answer = run("timeline", "charter.toml", "--out", "gantt.svg")
    assert answer.code == 2
    assert answer.err.count("\n") == 4
    assert not (tmp_path / "gantt.svg").exists()


def test_letters_that_would_move_the_cursor_are_shown_as_they_are_written(run, tmp_path):
    path = tmp_path / "charter.toml"
    path.write_text('schema = 1\n"\\u001b[2J\\n[red]" = 1\n')
    answer = run("check", "charter.toml")
    assert "\x1b" not in answer.out
    assert "[red]" in answer.out
    assert len(answer.out.splitlines()) == int(answer.err.split()[0])


@pytest.mark.parametrize("pipe", [False, True])
def test_against_an_earlier_version(run, tmp_path, pipe):
    text = (EXAMPLES / "biomedical.toml").read_text()
    new, old = tmp_path / "charter.toml", tmp_path / "earlier.toml"
    new.write_text(text.replace("target = 12.0", "target = 6.0"))
    if pipe:
        reading, writing = os.pipe()
        os.write(writing, text.encode())
        os.close(writing)
        old = f"/dev/fd/{reading}"
    else:
        old.write_text(text)
    assert run("check", new).code == 0
    answer = run("check", new, "--against", old)
    assert answer.code == 1
    assert "criterion 'establishments-by-2023' has the target 6, it was 12" in answer.out
    if pipe:
        os.close(reading)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check"], "Missing argument"),
        (["check", ".", "--against", "x.toml"], "name one file"),
        (["check", "a.toml", "b.toml", "--against", "x.toml"], "name one file"),
        (["new"], "Missing option '--out'"),
        (["new", "--out", "x", "-c", "biomed"], "no cluster 'biomed'"),
        (["new", "--out", "x", "-r", "atlantis"], "no region is called 'atlantis'"),
        (["new", "--out", "x", "-r", "06999"], "holds no county 06999"),
        (["new", "--out", "x", "--example", "-c", "biomedical"], "leave --cluster out"),
        (["new", "--out", "x", "--definition", "none.toml"], "no cluster definition"),
        (["timeline", "a.toml", "--out", "x.pdf"], "neither .svg nor .png"),
        (["timeline", "a.toml", "--out", "x.svg"], "there is no such file"),
        (["timeline", "a.toml", "--out", "x.svg", "--as-of", "tomorrow"], "--as-of"),
        (["timeline", "a.toml", "--out", "x.svg", "--width", "poster"], "--width"),
    ],
)
def test_misuse_is_one_line_and_exit_code_two(run, tmp_path, arguments, says):
    answer = run(*arguments)
    assert answer.code == 2
    assert says in answer.err
    assert answer.err.count("\n") == 1
    assert answer.out == ""
    assert not (tmp_path / "x.svg").exists()


def test_a_draft_without_steps_has_no_timeline(run):
    assert run("new", "-c", "biomedical", "--out", "charters").code == 0
    answer = run("timeline", "charters", "--out", "gantt.svg")
    assert answer.code == 2
    assert "no initiative has a step yet" in answer.err
