"""A real headless Chromium, opened once, and what every page of ours must stand."""

import os
import shutil

import pytest

WIDTHS = (360, 768, 1440)
#: A browser that asks nobody for updates: the tests need no network.
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip


@pytest.fixture(scope="session")
def browser():
    path = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if path is None:
        reason = "no Chromium here: install it to open the pages"
        if os.environ.get("CLUSTERANALYSIS_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def opened(browser):
    """A function: a file and a width -> its page, and what went wrong while it was open."""
    contexts = []

    def open_page(path, width=768, *, scripts=True):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripts
        )
        contexts.append(context)
        page = context.new_page()
        page.faults = []
        page.on(
            "console",
            lambda said: (
                page.faults.append(said.text) if said.type in ("error", "warning") else None
            ),
        )
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("dialog", lambda dialog: (page.faults.append(dialog.message), dialog.dismiss()))
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith(("data:", path.as_uri()))
                else page.faults.append(f"asked for {asked.url}")
            ),
        )
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def sound(opened):
    """A function: check a file at every width for errors, overflow, access and dead links."""
    from axe_playwright_python.sync_playwright import Axe

    def check(path):
        for width in WIDTHS:
            page = opened(path, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            dead = page.evaluate(
                """[...document.querySelectorAll('a[href^="#"]')]
                   .filter(a => !document.getElementById(decodeURIComponent(a.hash.slice(1))))
                   .map(a => a.hash)"""
            )
            assert dead == []
            assert page.faults == []

    return check
