"""The page in a real browser: from a sample to the board to the evidence."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newstance.service import Analyzer

app = pytest.importorskip("newstance.service.app", reason="the page needs Gradio")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT = 60_000  # milliseconds; a page on a busy machine is slow
MARKUP = "<b id='evil'>${1+1} {{value}}</b>"
OWN = f"Marie Curie praised the new law. Albert Einstein condemned the new law.\n\nIsaac Newton was in Paris. {MARKUP}"

_needs_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="no browser: neither chromium nor google-chrome is on the path"
)
pytestmark = [pytest.mark.browser, _needs_browser]


class Endless:
    """A summarizer that writes until it is stopped; for the word "endless" only."""

    def __init__(self, usual: Any) -> None:
        self._usual = usual

    def summarize(
        self, text: str, *, sentences: int | None = None, words: int | None = None, on_text: Any = None
    ) -> Any:
        while "endless" in text:
            on_text("more ")
            time.sleep(0.02)
        return self._usual.summarize(text, sentences=sentences, words=words, on_text=on_text)


@pytest.fixture(scope="module")
def address(analyzer: Analyzer) -> Iterator[str]:
    mine = Analyzer(analyzer.profile, analyzer.annotator, analyzer.classifier, Endless(analyzer.summarizer))
    blocks = app.build(mine)
    _, url, _ = blocks.launch(
        server_name="127.0.0.1", prevent_thread_lock=True, quiet=True, footer_links=[], run_history=False, **app.look()
    )
    yield url
    blocks.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Any, address: str) -> Iterator[Any]:
    """open_page(width, dark): the page; in the end nothing may have gone to another host, and no script failed."""
    pages, elsewhere, failures = [], [], []

    def open_page(width: int = 1280, dark: bool = False) -> Any:
        page = browser.new_page(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", accept_downloads=True
        )
        pages.append(page)
        page.set_default_timeout(WAIT)
        page.on("request", lambda request: elsewhere.append(request.url))
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(address, wait_until="domcontentloaded")
        page.get_by_role("button", name="Analyse").wait_for()
        page.wait_for_timeout(500)  # until Gradio listens
        return page

    yield open_page
    for page in pages:
        page.close()
    assert [url for url in elsewhere if not url.startswith((address, "data:", "blob:"))] == []
    assert failures == []


def analyse(page: Any, text: str = OWN, *targets: str) -> None:
    page.get_by_label("Article").first.fill(text)
    for target in targets:
        box = page.get_by_label("Targets")
        box.click()
        box.press_sequentially(target)
        box.press("Enter")
    page.get_by_role("button", name="Analyse").click()


def test_sample_to_board_to_evidence_by_keyboard(open_page):
    page = open_page()
    page.get_by_role("button", name="Summit").click()
    page.get_by_text("Russia's war in Ukraine").first.wait_for()  # the sample brought its topic's targets
    page.get_by_role("button", name="Analyse").click()
    page.get_by_text("Done in").wait_for()
    cells = page.locator("[data-cell]")
    assert cells.count() > 1
    unpressed = page.locator('[data-cell][aria-pressed="false"]').first
    name = unpressed.get_attribute("aria-label")
    number = unpressed.get_attribute("data-cell")
    unpressed.focus()
    page.keyboard.press("Enter")
    actor, _, rest = name.partition(" on ")
    heading = page.locator("#ns-evidence h3")
    playwright.expect(heading).to_contain_text(f"{actor} on {rest.split(':')[0]}", timeout=WAIT)
    assert page.locator(f'[data-cell="{number}"]').get_attribute("aria-pressed") == "true"
    assert page.locator('[data-cell][aria-pressed="true"]').count() == 1
    assert page.locator("#ns-evidence mark").count() >= 1
    in_view = "(mark) => { const box = mark.closest('.ns-article').getBoundingClientRect();"
    in_view += "const at = mark.getBoundingClientRect(); return at.top >= box.top && at.top < box.bottom; }"
    page.wait_for_timeout(200)
    assert page.locator("#ns-evidence mark").first.evaluate(in_view)
    # A sentence of the summary opens to its sources.
    sentence = page.locator(".ns-sentence").first
    assert not sentence.locator("blockquote").first.is_visible()
    sentence.locator("summary").click()
    assert sentence.locator("blockquote").first.is_visible()


def test_own_text_with_two_targets_is_never_html_and_downloads(open_page, tmp_path: Path):
    page = open_page()
    analyse(page, OWN, "the new law", "Rome")
    page.get_by_text("Done in").wait_for()
    assert page.locator(".ns-board thead th").all_inner_texts() == ["Actor", "the new law", "Rome"]
    assert page.locator("[data-cell].ns-favor").count() >= 1
    assert page.locator("[data-cell].ns-against").count() >= 1
    assert page.get_by_text("no stance found").count() >= 1
    assert page.locator("#evil").count() == 0
    assert MARKUP in page.locator(".ns-article").inner_text()
    for button, check in (
        ("Download JSON", lambda text: json.loads(text)["targets"] == ["the new law", "Rome"]),
        ("Download Markdown", lambda text: text.startswith("# Analysis") and "## Stances" in text),
    ):
        with page.expect_download(timeout=WAIT) as download:
            page.get_by_role("button", name=button).click()
        saved = tmp_path / download.value.suggested_filename
        download.value.save_as(saved)
        assert check(saved.read_text(encoding="utf-8"))


def test_cancel_keeps_the_board_and_the_page_can_go_on(open_page):
    page = open_page()
    analyse(page, OWN + "\n\nIt was endless.", "the new law")
    page.get_by_text("Draft, not yet held against the article").wait_for()
    assert page.locator("[data-cell]").count() >= 2  # stances come before the summary
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Stopped.").wait_for()
    assert page.locator("[data-cell]").count() >= 2
    page.get_by_label("Article").first.fill(OWN)
    page.get_by_role("button", name="Analyse").click()
    page.get_by_text("Done in").wait_for()


def test_an_empty_article_is_explained(open_page):
    page = open_page()
    assert page.get_by_text("Paste a news article, upload a file, or take a sample.").is_visible()
    page.get_by_role("button", name="Analyse").click()
    page.get_by_role("alert").wait_for()
    assert "The article is empty" in page.get_by_role("alert").inner_text()
    assert page.get_by_role("button", name="Analyse").is_enabled()


def test_an_uploaded_file_fills_the_form(open_page, tmp_path: Path):
    file = tmp_path / "news.md"
    file.write_text("# A headline\n\nMarie Curie praised the new law.")
    page = open_page()
    page.locator("#ns-upload input[type=file], input[type=file]").first.set_input_files(file)
    playwright.expect(page.get_by_label("Headline")).to_have_value("A headline", timeout=WAIT)


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_needs_no_scrolling_sideways(open_page, dark):
    page = open_page(390, dark)
    analyse(page, OWN, "the new law", "Rome")
    page.get_by_text("Done in").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("[data-cell]").first.bounding_box()["width"] > 100
    body = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, body.strip("rgb()").split(","))) < 200) == dark
