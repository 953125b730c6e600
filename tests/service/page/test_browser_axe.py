"""Every view of the page held against the rules of axe-core, which finds what keeps people from using it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import SIZES, analyse, cells, done

from newstance.eval.page.tab import evaluate_tab
from newstance.service import Analyzer
from newstance.service.page import build, look

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-core is not installed: pip install axe-playwright-python"
)
for needed in ("matplotlib", "rouge_score", "vaderSentiment"):
    pytest.importorskip(needed, reason="the evaluate tab needs the eval extra")

pytestmark = pytest.mark.browser

TEXT = "Marie Curie praised Albert Einstein. Albert Einstein condemned Isaac Newton. Isaac Newton was in Rome."


@pytest.fixture(scope="module")
def address(analyzer: Analyzer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    blocks = build(analyzer, [evaluate_tab(analyzer, tmp_path_factory.mktemp("runs"))])
    _, url, _ = blocks.launch(
        server_name="127.0.0.1", prevent_thread_lock=True, quiet=True, footer_links=[], run_history=False, **look()
    )
    yield url
    blocks.close()


def faults(page: Any, view: str) -> list[str]:
    """What axe finds in what is shown now."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(400)  # until nothing fades any more: half a color is too pale
    found = axe.Axe().run(page).response["violations"]
    return [
        f"{view}: {one['id']} {node['html'][:200]} {node['any'][:1] and node['any'][0]['message']}"
        for one in found
        for node in one["nodes"]
    ]


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_axe_finds_nothing_on_any_view(open_page, width, dark):
    page = open_page(width, dark)
    found = faults(page, "welcome")
    page.get_by_role("button", name="Settings").click()
    page.locator("#ns-analyse").click()
    page.get_by_role("alert").wait_for()
    found += faults(page, "settings and a problem")
    analyse(page, TEXT, "Rome", "Albert Einstein")
    done(page)
    page.get_by_role("button", name="Correct the actors").click()
    page.locator("#ns-actor-names label").first.click()
    page.get_by_label("New name").wait_for()
    page.get_by_role("button", name="Graph: the actors toward each other").click()
    page.locator("#ns-draw").click()
    page.locator("#ns-graph svg").wait_for()
    page.locator(".ns-sentence summary").first.click()
    page.locator("#ns-text textarea").fill(TEXT + " More.")
    page.get_by_text("The form has changed").wait_for()
    found += faults(page, "results")
    cells(page).first.click()
    page.locator("#ns-drawer .ns-drawer").wait_for()
    found += faults(page, "drawer")
    page.keyboard.press("Escape")

    page.get_by_role("tab", name="Compare").click()
    page.locator("#ns-compare-text").wait_for()
    found += faults(page, "comparing")
    for number, text in enumerate((TEXT, "Marie Curie condemned Albert Einstein."), 1):
        page.locator("#ns-compare-text textarea").fill(text)
        page.locator("#ns-add").click()
        page.locator("#ns-chosen li").nth(number - 1).wait_for()
    page.locator("#ns-compare").click()
    page.get_by_text("2 of 2 articles compared").wait_for()
    page.locator("#ns-compared .ns-cell").first.click()
    page.locator("#ns-compare-drawer .ns-drawer").wait_for()
    found += faults(page, "compared")
    page.keyboard.press("Escape")

    page.get_by_role("tab", name="Evaluate").click()
    page.locator("#ns-run").wait_for()
    found += faults(page, "evaluating")
    page.get_by_label("Known sets", exact=True).click()
    page.get_by_role("option", name="floor-stance (stance)", exact=True).click()
    page.get_by_label("number input for Examples, at the most").fill("20")
    page.locator("#ns-run").click()
    page.get_by_text("Done: 20 examples of floor-stance.").wait_for()
    found += faults(page, "evaluated")
    page.get_by_label("My own file").check()
    page.locator("#ns-own-upload").wait_for()
    found += faults(page, "an own set")
    assert not found, "\n".join(found)
