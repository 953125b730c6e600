"""The corpus tab in a real browser, as `newstance serve` sends it: under its policy."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import serving

from newstance.service import Analyzer

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
server = pytest.importorskip("newstance.service.web.server", reason="the server needs the serve extra")
for needed in ("duckdb", "pandas", "plotly", "pyarrow"):
    pytest.importorskip(needed, reason="the corpus tab needs the corpus extra")

import corpus_run  # noqa: E402

from newstance.service.corpus.view import CorpusView  # noqa: E402
from newstance.service.page.corpus_tab import corpus_tab  # noqa: E402

expect = playwright.expect
pytestmark = pytest.mark.browser

PLOT = "#ns-corpus-plot .js-plotly-plot"
INK = {False: "rgb(31, 29, 26)", True: "rgb(233, 230, 223)"}
_KEEP_VIOLATIONS = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => window.violations.push(
  `${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`));
"""


@pytest.fixture(scope="module")
def address(analyzer: Analyzer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    tab = corpus_tab(CorpusView(corpus_run.write(tmp_path_factory.mktemp("run"), corpus_run.harbour())))
    with serving.running(server.create_app(analyzer, server.ServerSettings(more_tabs=lambda _: [tab]))) as address:
        yield address


@pytest.fixture
def open_tab(open_page: Any) -> Iterator[Any]:
    """open_tab(width, dark): the tab with its first answer; in the end its policy has stopped nothing."""
    opened = []

    def open_tab(*how: Any) -> Any:
        page = open_page(*how)
        page.evaluate(_KEEP_VIOLATIONS)
        page.get_by_role("tab", name="Corpus").click()
        cells(page).first.wait_for()
        page.locator(f"{PLOT} .point").first.wait_for()
        opened.append(page)
        return page

    yield open_tab
    for page in opened:
        assert page.evaluate("window.violations") == []


def cells(page: Any) -> Any:
    return page.locator("#ns-corpus-board [data-cell]")


def choose(page: Any, menu: str, option: str) -> None:
    page.get_by_label(menu, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def saved(page: Any, button: str, folder: Path) -> Path:
    files = page.locator("#ns-corpus-files")
    with page.expect_download() as download:
        files.get_by_text(button, exact=True).click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True])
def test_it_is_read_at_every_width_and_by_night(open_tab, width, dark):
    page = open_tab(width, dark)
    expect(page.locator(".ns-said")).to_contain_text("2,521 statements in 300 articles")
    expect(page.locator(".ns-said")).to_contain_text("Undated: 8 articles")
    expect(page.locator(".ns-said")).to_contain_text("From an unknown source: 6 articles")
    assert cells(page).count() == 24
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(PLOT).bounding_box()["width"] <= width
    for words in ("Share in favor", "100%", "Harbour Post"):
        ink = page.locator(f"{PLOT} text", has_text=words).first
        assert ink.evaluate("text => getComputedStyle(text).fill") == INK[dark]
    rows = page.locator("#ns-corpus-course tbody tr")
    # Eight quarters of three sources, five of the unknown one, and the undated of three.
    assert rows.count() == 3 * 8 + 5 + 3
    cells(page).first.click()
    page.locator("#ns-behind article").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_filter_to_a_cell_to_its_sentences_by_keyboard(open_tab):
    page = open_tab()
    choose(page, "Sources", "Harbour Post")
    page.keyboard.press("Escape")
    page.get_by_label("From").fill("2023-07-01")
    page.get_by_role("button", name="Show", exact=True).first.click()
    said = page.locator(".ns-said")
    expect(said).to_contain_text("Sources: Harbour Post; from 2023-07-01")
    cell = page.get_by_role("button", name="Norway on the cruise ban:")
    words = cell.get_attribute("aria-label")
    cell.focus()
    page.keyboard.press("Enter")
    behind = page.locator("#ns-behind")
    expect(behind.locator("h3")).to_have_text("Behind it: Norway on the cruise ban")
    assert cell.get_attribute("aria-pressed") == "true"
    number = words.partition("against, ")[2].partition(" statement")[0]
    assert int(number) > 20
    expect(behind).to_contain_text(f"{number} statements; these are 1 to 20")
    behind.get_by_role("button", name="Further").click()
    expect(behind).to_contain_text(f"these are 21 to {number}")
    assert behind.locator("article").count() == int(number) - 20
    assert all("Harbour Post · " in origin for origin in behind.locator("h4 + .ns-origin").all_inner_texts())
    assert all(text.startswith("Norway ") for text in behind.locator("blockquote").all_inner_texts())
    link = behind.locator("h4 a").first
    assert link.get_attribute("href").startswith("https://news.example/")
    assert "noopener" in link.get_attribute("rel")
    # Its course in time, by the same source alone.
    expect(page.locator("#ns-course h3")).to_have_text("Norway on the cruise ban, over time, by source")
    page.get_by_role("button", name="Back to all pairs").click()
    expect(page.locator("#ns-course h3")).to_have_text("All pairs of actor and target, over time, by source")
    expect(behind).to_have_count(0)


def test_a_mark_of_the_plot_and_its_row_lead_to_the_same_sentences(open_tab):
    page = open_tab()
    row = page.locator("#ns-corpus-course tbody tr").first
    name, period, number = (row.locator("th, td").nth(i).inner_text() for i in (0, 1, 4))
    row.get_by_role("button").focus()
    page.keyboard.press("Enter")
    heading = page.locator("#ns-behind h3")
    expect(heading).to_have_text(f"Behind it: in {name}, {period}")
    expect(page.locator("#ns-behind")).to_contain_text(f"{number} statements")
    page.locator("#ns-corpus-course tbody tr").nth(2).get_by_role("button").click()
    expect(heading).not_to_have_text(f"Behind it: in {name}, {period}")
    page.wait_for_timeout(1500)  # until the page has been led to the sentences
    page.locator(f"{PLOT} .cartesianlayer .xy .point").first.scroll_into_view_if_needed()
    box = page.locator(f"{PLOT} .cartesianlayer .xy .point").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    hover = page.locator(f"{PLOT} .hovertext .line")
    hover.first.wait_for()
    of, when = hover.nth(0).text_content(), hover.nth(1).text_content()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(heading).to_have_text(f"Behind it: in {of}, {when}")


def test_what_is_seen_is_taken_along(open_tab, tmp_path: Path):
    page = open_tab()
    files = page.locator("#ns-corpus-files")
    expect(files).to_contain_text("Over time: 32 rows. Board: 24 rows.")
    page.locator("#ns-write").click()
    table = list(csv.DictReader(saved(page, "Over time, CSV", tmp_path).open(newline="")))
    assert len(table) == 32
    assert {row["source"] for row in table} == {*corpus_run.SOURCES, "unknown"}
    assert saved(page, "Board, Parquet", tmp_path).read_bytes()[:4] == b"PAR1"
    assert len(list(csv.DictReader(saved(page, "Sentences, CSV", tmp_path).open(newline="")))) == 2521
    assert saved(page, "Plot as PNG", tmp_path).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    drawing = saved(page, "Plot as SVG", tmp_path).read_text()
    assert "<svg" in drawing
    assert "All pairs of actor and target, over time, by source" in drawing
    # The plot's page opens by itself, and needs no network.
    kept = saved(page, "Plot, HTML", tmp_path)
    alone = page.context.new_page()
    asked: list[str] = []
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(kept.as_uri())
    alone.locator(".js-plotly-plot .point").first.wait_for()
    assert alone.locator("tbody tr").count() == 32
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_no_statement_and_sliding_windows(open_tab):
    page = open_tab()
    choose(page, "Periods", "Sliding windows")
    page.get_by_label("Months in a window").first.wait_for()
    page.get_by_role("button", name="Show", exact=True).first.click()
    expect(page.locator("#ns-corpus-course")).to_contain_text("2023-01 to 2023-06")
    page.get_by_role("button", name="More filters").click()
    least = page.get_by_label("number input for Probability, at least")
    least.fill("1")
    least.press("Tab")
    page.get_by_role("button", name="Show", exact=True).first.click()
    expect(page.locator("#ns-corpus-board")).to_contain_text("No statement passes these filters")
    expect(page.locator(PLOT)).to_have_count(0)
