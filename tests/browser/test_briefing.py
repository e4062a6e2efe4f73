"""The briefing in a real browser: sound at every width, answers by mouse and keyboard, prints."""

import io

import pytest
from pypdf import PdfReader

import clusteranalysis as ca


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    out = tmp_path_factory.mktemp("briefing")
    briefing = ca.brief(ca.sample(), region="east-bay")
    ca.write_briefing(briefing, out, formats=["html", "pdf"])
    return out / "briefing.html"


def test_sound_at_every_width(sound, page_file):
    sound(page_file)


def test_a_mark_tells_its_numbers_by_mouse_and_keyboard(opened, page_file):
    page = opened(page_file, 1440)
    tip = page.locator("#tip")
    assert tip.is_hidden()
    marks = page.locator("#figure-portfolio .mark")
    assert marks.count() == 19
    marks.first.hover()
    tip.wait_for(state="visible")
    assert "Biomedical & life sciences (traded)" in tip.inner_text()
    assert "LQ 2.24" in tip.inner_text()
    page.keyboard.press("Escape")
    assert tip.is_hidden()
    marks.first.focus()
    assert tip.is_visible()
    page.keyboard.press("ArrowRight")
    assert "Engineering & research labs" in tip.inner_text()
    assert page.evaluate("document.activeElement.ariaLabel").startswith("Engineering & research")
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    assert "Biomedical" in tip.inner_text()
    # One stop of the tab key a picture.
    stops = page.locator("#figure-portfolio .mark[tabindex='0']").count()
    assert stops == 1
    assert page.faults == []


def test_the_mark_lies_on_the_bubble(opened, page_file):
    """A dark or coloured pixel is under each mark's middle, where nothing else would put one."""
    page = opened(page_file, 1440)
    places = page.evaluate(
        """[...document.querySelectorAll('#figure-portfolio .mark')].map(mark => {
             const at = mark.getBoundingClientRect();
             const box = mark.parentElement.getBoundingClientRect();
             return [(at.x + at.width / 2 - box.x) / box.width,
                     (at.y + at.height / 2 - box.y) / box.height];
           })"""
    )
    image = pytest.importorskip("PIL.Image")
    png = image.open(page_file.parent / "figures" / "portfolio.png").convert("RGB")
    for x, y in places[:5]:
        middle = png.getpixel((int(x * png.width), int(y * png.height)))
        assert max(middle) - min(middle) > 40, (x, y, middle)


def test_a_number_tells_where_it_comes_from(opened, page_file):
    page = opened(page_file, 768)
    fact = page.locator(".fact").first
    fact.focus()
    tip = page.locator("#tip")
    assert tip.inner_text().splitlines() == [
        "1,004,527 (jobs)",
        "Known: reported",
        "Computed as: sum of the counties' published totals",
        "From: County Business Patterns 2021; Alameda (06001), Contra Costa (06013)",
    ]
    assert fact.get_attribute("aria-describedby") == "tip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#fact-region.jobs.2021"
    assert page.faults == []


def test_tables_sort_by_mouse_and_keyboard_and_keep_what_is_withheld_last(opened, page_file):
    page = opened(page_file, 1440)
    head = page.locator("table.all thead th").nth(2)
    jobs = "table.all tbody td:nth-of-type(2)"

    def column():
        return [float(text.replace(",", "")) for text in page.locator(jobs).all_inner_texts()]

    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert column() == sorted(column(), reverse=True)
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert column() == sorted(column())
    cell = page.locator(jobs).first
    cell.evaluate("cell => { cell.dataset.value = ''; }")
    page.keyboard.press("Enter")
    assert page.locator(jobs).last.get_attribute("data-value") == ""
    page.keyboard.press("Enter")
    assert page.locator(jobs).last.get_attribute("data-value") == ""
    assert page.faults == []


def test_without_scripts_everything_can_be_read(opened, page_file):
    page = opened(page_file, 768, scripts=False)
    assert page.locator(".mark").first.is_hidden()
    assert page.locator("table.all button").count() == 0
    assert (
        "sum of the counties' published totals" in page.locator("#origins ~ .scroll").inner_text()
    )


def test_the_browser_prints_it_whole(opened, page_file):
    page = opened(page_file, 1440)
    printed = PdfReader(io.BytesIO(page.pdf(format="Letter")))
    text = "".join(sheet.extract_text() for sheet in printed.pages)
    assert "Where each number comes from" in text
    assert "Point at a mark" not in text


def test_our_own_print_holds_the_same_sentences(page_file):
    printed = PdfReader(page_file.with_suffix(".pdf"))
    text = " ".join(" ".join(sheet.extract_text() for sheet in printed.pages).split())
    briefing = ca.brief(ca.sample(), region="east-bay")
    for sentence in briefing.findings:
        assert str(sentence) in text
    # No picture is taller than its page, no page is empty.
    for sheet in printed.pages:
        assert len(sheet.extract_text().split()) > 10 or len(sheet.images)
