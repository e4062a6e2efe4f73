"""A pack holds its five parts in three formats, the same bytes each time, and no vision."""

import io
import os
import re
import subprocess
import sys
import zipfile
from html import unescape

import pytest
from docx import Document
from pypdf import PdfReader

import clusteranalysis as ca
from clusteranalysis.briefing.figures import cluster_figures
from clusteranalysis.briefing.pack import make_pack
from clusteranalysis.briefing.sessions import CHARTER_FIELDS, SESSIONS, VISION
from clusteranalysis.errors import DefinitionError, OutputError
from clusteranalysis.process.charter import Initiative, Step

PARTS = (
    "Three sessions",
    "Profile: ",
    "Questions that only you can answer",
    "Vision worksheet",
    "Steps",
    "Criteria for success",
)


@pytest.fixture(scope="module")
def briefing():
    return ca.brief(ca.sample())


@pytest.fixture(scope="module")
def folder(briefing, tmp_path_factory):
    out = tmp_path_factory.mktemp("a folder with spaces é")
    ca.write_pack(briefing, "biomedical", out)
    return out


def test_three_files_hold_every_part_and_every_question(briefing, folder):
    html = unescape((folder / "pack-biomedical.html").read_text("utf-8"))
    printed = PdfReader(folder / "pack-biomedical.pdf")
    paper = " ".join(" ".join(page.extract_text() for page in printed.pages).split())
    made = Document(folder / "pack-biomedical.docx")
    typed = "\n".join(paragraph.text for paragraph in made.paragraphs)
    for part in PARTS:
        assert part in html
        assert part in paper
        assert part in typed
    pack = make_pack(briefing, "biomedical")
    assert "of mid-March" in pack.known
    for text in (pack.lead, pack.choice, pack.known):
        assert text in html
        assert text.replace(" ", "") in paper.replace(" ", "")  # lines break after hyphens
        assert text in typed
    for one in pack.questions:
        assert str(one.text) in paper
        assert str(one.text) in typed
        assert str(one.text) in html


def test_the_profile_is_two_pages_and_each_form_begins_one(folder):
    pages = [page.extract_text() for page in PdfReader(folder / "pack-biomedical.pdf").pages]
    first = next(i for i, text in enumerate(pages) if "Profile: Biomedical" in text)
    assert "Its largest industries" in pages[first + 1]
    assert "Questions that only you can answer" in pages[first + 2]
    forms = [text for text in pages if re.search(r"Initiative [123]\n", text)]
    assert len(forms) == 3
    assert all("Criteria for success" in text for text in forms)


def test_four_figures_with_alternative_texts(folder):
    html = (folder / "pack-biomedical.html").read_text("utf-8")
    alts = re.findall(r'<figure id="[a-z]+"|alt="([^"]{60,})"', html)
    assert len([alt for alt in alts if alt]) == 4
    made = Document(folder / "pack-biomedical.docx")
    described = [shape._inline.docPr.get("descr") for shape in made.inline_shapes]
    assert len(described) == 4
    assert all(len(text) > 60 for text in described)


def test_every_link_of_a_question_leads_to_its_figure(folder):
    html = (folder / "pack-biomedical.html").read_text("utf-8")
    ids = re.findall(r'\sid="([^"]+)"', html)
    links = re.findall(r'href="#([^"]+)"', html)
    assert set(links) <= set(ids)
    assert len(ids) == len(set(ids))
    assert len([link for link in links if link.startswith("figure-")]) >= 4


def test_the_same_briefing_gives_the_same_bytes_in_another_process(folder, tmp_path):
    code = (
        "import sys, clusteranalysis as ca\n"
        "ca.write_pack(ca.brief(ca.sample()), 'biomedical', sys.argv[1])"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
    )
    for end in ("html", "pdf", "docx"):
        name = f"pack-biomedical.{end}"
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_the_document_holds_no_date_of_its_making(folder):
    with zipfile.ZipFile(folder / "pack-biomedical.docx") as parts:
        assert {entry.date_time for entry in parts.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        core = parts.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT", core)) == {"2000-01-01T"}


def test_the_vision_is_left_to_the_group(folder):
    html = (folder / "pack-biomedical.html").read_text("utf-8")
    sheet = html[html.index('id="vision"') : html.index('id="charters"')]
    assert sheet.count('class="write"></div>') == sum(field.lines for field in VISION)
    made = Document(folder / "pack-biomedical.docx")
    boxes = [table for table in made.tables if len(table.columns) == 1]
    assert all(not table.cell(0, 0).text.strip() for table in boxes)


def test_the_form_asks_for_what_a_charter_file_takes():
    asked = " ".join(f"{field.name} {field.hint}".lower() for field in CHARTER_FIELDS)
    for name in ("champion", "home", "public_partners", "private_partners", "outcome"):
        assert name in Initiative.model_fields
        assert name.replace("_", " ") in asked
    assert {"action", "owner", "start", "due"} <= set(Step.model_fields)


def test_sessions_last_two_hours():
    assert [session.minutes for session in SESSIONS] == [120, 120, 120]


@pytest.mark.parametrize("region", ["east-bay", "napa-county"])
def test_every_cluster_has_a_profile_whether_chosen_or_withheld(region):
    briefing = ca.brief(ca.sample(), region=region)
    for row in briefing.clusters.table.itertuples():
        pack = make_pack(briefing, row.industry)
        assert 2 <= len(cluster_figures(briefing, row.industry)) <= 4
        assert pack.sentences
        told = " ".join(map(str, pack.sentences))
        assert not re.search(r"\bnan\b", told.lower())


def test_a_cluster_that_is_not_chosen_gets_its_sheets_and_the_reason(tmp_path):
    briefing = ca.brief(ca.sample(), region="napa-county")
    ca.write_pack(briefing, "electronics", tmp_path, formats=["html", "docx"])
    typed = Document(tmp_path / "pack-electronics.docx").paragraphs
    assert any("A working group may know better" in paragraph.text for paragraph in typed)
    text = (tmp_path / "pack-electronics.html").read_text("utf-8")
    assert "do not choose it" in text
    assert not re.search(r">\s*nan\b", text.lower())


def test_an_unknown_cluster_is_named_with_those_there_are(briefing, tmp_path):
    with pytest.raises(DefinitionError, match=r"'bio'.*biomedical"):
        ca.write_pack(briefing, "bio", tmp_path)
    with pytest.raises(DefinitionError, match=r"no cluster '\.\./evil'"):
        ca.write_pack(briefing, "../evil", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_unless_told(briefing, folder):
    before = (folder / "pack-biomedical.docx").read_bytes()
    with pytest.raises(OutputError, match=r"there already: .*--force"):
        ca.write_pack(briefing, "biomedical", folder, formats=["docx"])
    assert (folder / "pack-biomedical.docx").read_bytes() == before


def test_user_text_is_escaped(tmp_path):
    evil = ca.Region("<script>alert(1)</script>", "evil", ("06055",))
    briefing = ca.brief(ca.sample(), region=evil)
    ca.write_pack(briefing, "visitor-economy", tmp_path, formats=["html", "docx"])
    text = (tmp_path / "pack-visitor-economy.html").read_text("utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)" in text
    made = Document(io.BytesIO((tmp_path / "pack-visitor-economy.docx").read_bytes()))
    assert any("<script>alert(1)" in paragraph.text for paragraph in made.paragraphs)
