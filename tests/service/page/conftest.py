"""What the tests of the page share: a browser. Without Gradio there is no page; what is left out says so."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest

from newstance.service import Analyzer

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
WAIT = 90_000  # milliseconds; a page on a busy machine is slow

_IS_THERE = find_spec("gradio") is not None
collect_ignore_glob = [] if _IS_THERE else ["test_*.py"]


def pytest_report_header() -> str:
    return "" if _IS_THERE else "tests of the page are left out: Gradio is not installed"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no browser: neither chromium nor google-chrome is on the path")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    playwright.expect.set_options(timeout=WAIT)
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


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


@pytest.fixture(scope="session")
def address(analyzer: Analyzer) -> Iterator[str]:
    """The page on one server for all tests that do not need another."""
    from newstance.service.page import build, look

    mine = Analyzer(analyzer.profile, analyzer.annotator, analyzer.classifier, Endless(analyzer.summarizer))
    blocks = build(mine)
    _, url, _ = blocks.launch(
        server_name="127.0.0.1", prevent_thread_lock=True, quiet=True, footer_links=[], run_history=False, **look()
    )
    yield url
    blocks.close()


@pytest.fixture
def open_page(browser: Any, address: str) -> Iterator[Any]:
    """open_page(width, dark, path): the page; in the end nothing went to another host, and no script failed."""
    contexts, elsewhere, failures = [], [], []

    def open_page(width: int = 1280, dark: bool = False, path: str = "") -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            accept_downloads=True,
            permissions=["clipboard-read", "clipboard-write"],
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.on("request", lambda request: elsewhere.append(request.url))
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(address + path, wait_until="domcontentloaded")
        _ready(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [url for url in elsewhere if not url.startswith((address, "data:", "blob:"))] == []
    assert failures == []


@pytest.fixture
def reload() -> Any:
    """reload(page): the page once it is there again."""

    def reload(page: Any) -> None:
        page.reload(wait_until="domcontentloaded")
        _ready(page)

    return reload


def _ready(page: Any) -> None:
    page.locator("#ns-analyse").wait_for(state="attached")  # a link may have opened another tab
    page.wait_for_timeout(700)  # until Gradio listens and the form is restored
