"""The scorecard and the portfolio as files: whole, the same each time, and text stays text."""

import datetime as dt
import io
import re
import shutil
import subprocess
import sys

import pandas as pd
import pytest
from pypdf import PdfReader

import clusteranalysis as ca
from clusteranalysis.errors import OutputError
from clusteranalysis.process import EXAMPLES, initiative_portfolio, read_charters, scorecard_files
from clusteranalysis.process.portfolio import open_steps, outcome_counts
from clusteranalysis.process.readings import TrackingData

COMMAND = [sys.executable, "-c", "from clusteranalysis.cli import main; main()"]
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def card():
    bay = ca.sample("east-bay")
    return ca.scorecard(read_charters([EXAMPLES]), TrackingData(bay.cells, bay.us))


@pytest.fixture(scope="module")
def written(card, tmp_path_factory):
    folder = tmp_path_factory.mktemp("score")
    ca.write_scorecard(card, folder)
    return folder


def track(*words, **options):
    return subprocess.run(
        [*COMMAND, "track", *map(str, words)],
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=120, **options,
    )  # fmt: skip


def test_every_format_is_there_and_the_same_again(card, written, tmp_path):
    names = scorecard_files()
    assert sorted(path.name for path in written.iterdir()) == sorted(names)
    ca.write_scorecard(card, tmp_path)
    for name in names:
        assert (tmp_path / name).read_bytes() == (written / name).read_bytes(), name


def test_every_statement_and_verdict_is_on_every_form(card, written):
    page = (written / "scorecard.html").read_text("utf-8")
    text = (written / "scorecard.md").read_text("utf-8")
    pages = PdfReader(io.BytesIO((written / "scorecard.pdf").read_bytes())).pages
    printed = " ".join(" ".join(one.extract_text() for one in pages).split())
    for row in card.table.itertuples():
        assert row.statement.replace("'", "&#39;") in page
        assert f"**{row.verdict}**: {row.statement}" in text
        assert row.statement in printed
    table = pd.read_csv(written / "scorecard.csv")
    assert table["verdict"].tolist() == card.table["verdict"].tolist()
    assert not re.search(r"https?://(?!www\.w3\.org)", page)  # nothing is loaded


def test_the_numbers_of_the_sentence_are_those_of_the_table(card, written):
    row = card.table.set_index("criterion").loc["more-establishments"]
    text = (written / "scorecard.md").read_text("utf-8")
    assert (
        f"+{row['change']:.1f}% here, +{row['comparator_change']:.1f}% in the US: a difference of "
        f"+{row['excess']:.1f} points, in a range of +{row['excess_low']:.1f} to "
        f"+{row['excess_high']:.1f}. Target +5.0."
    ) in text


def test_the_portfolio_joins_what_two_groups_share(card):
    table = initiative_portfolio(card).set_index("id")
    assert len(table) == 5
    shared = table[table["shared"]]
    assert shared.index.tolist() == ["night-freight-lane"]
    row = shared.iloc[0]
    assert row["clusters"] == "Food, beverage & farming; Ports, trade & logistics"
    assert (row["steps_done"], row["steps"]) == (1, 3)
    assert row["due"] == dt.date(2021, 10, 31)
    assert row["cannot tell"] == 2
    assert table["due"].is_monotonic_increasing
    verdicts = table[["met", "on track", "not on track", "cannot tell"]]
    assert verdicts.sum().to_dict() == card.counts
    # The dropped kitchen is neither done nor due.
    assert table.loc["shared-kitchens", "due"] == dt.date(2021, 3, 31)


def test_overdue_is_held_against_the_day_and_never_the_clock(card):
    steps = open_steps(card)
    assert set(steps["status"]) <= {"planned", "under way"}
    assert steps["due"].is_monotonic_increasing
    assert [due < dt.date(2021, 12, 31) for due in steps["due"]] == steps["overdue"].tolist()
    counts = outcome_counts(card).set_index("name")
    assert counts.loc["Biomedical & life sciences"].to_dict() == {
        "regulatory": 1, "workforce": 1, "infrastructure": 0, "branding": 0, "other": 0,
    }  # fmt: skip


def test_what_users_write_is_text(tmp_path):
    charters = tmp_path / "charters"
    charters.mkdir()
    text = (EXAMPLES / "biomedical.toml").read_text("utf-8")
    for old in ("One window for laboratory permits", "Both cities take the same application."):
        text = text.replace(old, f"{SCRIPT} & [x](javascript:y) *z*")
    text = text.replace("Fictional example: biomedical working group", SCRIPT)
    (charters / "evil.toml").write_text(text, "utf-8")
    answer = track(charters, "--out", tmp_path / "out")
    assert (answer.returncode, answer.stderr) == (0, "")
    for name in ("scorecard.html", "portfolio.html"):
        page = (tmp_path / "out" / name).read_text("utf-8")
        assert "<script" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    markdown = (tmp_path / "out" / "scorecard.md").read_text("utf-8")
    assert "<script" not in markdown
    assert "[x](" not in markdown.replace("\\[x](", "")


def test_track_from_exported_tables_is_track_on_the_sample(written, tmp_path):
    """Next year's tables come as files: the export of this year's gives this year's scorecard."""
    shutil.copytree(EXAMPLES, tmp_path / "charters")
    export = [*COMMAND, "sample", "export", "--out", "tables"]
    subprocess.run(export, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    answer = track("charters", "--data", "tables", "--out", "out", cwd=tmp_path)
    assert (answer.returncode, answer.stderr) == (0, "")
    for name in scorecard_files():
        assert (tmp_path / "out" / name).read_bytes() == (written / name).read_bytes(), name


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--data", "nowhere"], "no folder"),
        (["--data", "."], "holds 0 files cells"),
        (["--year", "2030"], "year 2030"),
        (["--format", "doc"], "'doc'"),
        (["--format", ","], "nothing"),
        (["--source", "qcew"], None),
    ],
)
def test_bad_words_are_one_line(words, said, tmp_path):
    answer = track(EXAMPLES / "biomedical.toml", "--out", "out", *words, cwd=tmp_path)
    if said is None:  # another source is no mistake: nothing can be told
        assert answer.returncode == 0
        assert "met: By" not in answer.stdout
        return
    assert answer.returncode == 2
    assert re.fullmatch(r"error: [^\n]+\n", answer.stderr)
    assert said in answer.stderr
    assert not list((tmp_path / "out").glob("*.html"))


def test_nothing_is_replaced_unless_told(card, written, tmp_path):
    (tmp_path / "scorecard.md").write_text("mine")
    with pytest.raises(OutputError, match="--force"):
        ca.write_scorecard(card, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["scorecard.md"]
    assert (tmp_path / "scorecard.md").read_text() == "mine"
    ca.write_scorecard(card, tmp_path, formats=["md"], force=True)
    assert (tmp_path / "scorecard.md").read_bytes() == (written / "scorecard.md").read_bytes()
