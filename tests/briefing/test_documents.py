"""A page becomes the same PDF each time, and loads nothing."""

import io
import subprocess
import sys

import pytest
from pypdf import PdfReader

from clusteranalysis.briefing.documents import pdf, require_pdf
from clusteranalysis.errors import OutputError

PAGE = (
    "<html lang='en'><head><title>Ports &amp; rail</title></head><body><h1>One</h1>"
    "<p>A page.</p><h1 style='break-before: page'>Two</h1></body></html>"
)


def test_pages_title_language_and_text():
    content = PdfReader(io.BytesIO(pdf(PAGE)))
    # Kerning may part letters.
    heads = [page.extract_text().split("\n")[0].replace(" ", "") for page in content.pages]
    assert heads == ["One", "Two"]
    assert content.metadata.title == "Ports & rail"
    assert content.trailer["/Root"]["/Lang"] == "en"
    assert "/StructTreeRoot" in content.trailer["/Root"]  # tagged: a screen reader finds its way


def test_no_date_and_the_same_bytes_in_another_process():
    code = (
        "import sys; from clusteranalysis.briefing.documents import pdf; "
        f"sys.stdout.buffer.write(pdf({PAGE!r}))"
    )
    other = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "PATH": "/usr/bin:/bin"},
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    assert other.stdout == pdf(PAGE)
    assert b"CreationDate" not in other.stdout


@pytest.mark.parametrize("address", ["file:///etc/hostname", "http://127.0.0.1:9/x.png"])
def test_nothing_is_loaded_from_elsewhere(address):
    from weasyprint.urls import FatalURLFetchingError

    with pytest.raises(FatalURLFetchingError):
        pdf(f"<html><img src='{address}'></html>")


def test_without_pango_the_mend_is_named(monkeypatch):
    class Missing:
        def find_spec(self, name, path=None, target=None):
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    for name in [name for name in sys.modules if name.split(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    with pytest.raises(OutputError, match=r"Pango.*print the page from a browser"):
        require_pdf()
