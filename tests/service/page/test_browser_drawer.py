"""The evidence drawer in a real browser: beside the board, or a sheet under it."""

from __future__ import annotations

from typing import Any

import pytest
from browsing import OWN, SIZES, analyse, cells, done

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
expect = playwright.expect

pytestmark = pytest.mark.browser

# So long that a phone has to scroll to its last actors.
MANY = " ".join(
    f"{name} praised the new law. {name} condemned the old tax."
    for name in ("Marie Curie", "Albert Einstein", "Isaac Newton", "Niels Bohr", "Max Planck", "Lise Meitner")
)
OF_CELL = "one => one.getAttribute('aria-label').split(':')[0]"


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.className"))


def is_whole_in_view(page: Any, part: Any) -> bool:
    """Whether nothing lies on a part's corners, and all of it is in the window."""
    return bool(
        part.evaluate(
            """part => {
              const {left, right, top, bottom} = part.getBoundingClientRect();
              return [[left + 3, top + 3], [right - 3, bottom - 3]].every(([x, y]) => {
                const there = document.elementFromPoint(x, y);
                return part.contains(there) || there?.contains(part);
              });
            }"""
        )
    )


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_evidence_opens_beside_its_cell_which_stays_in_view(open_page, width, dark):
    page = open_page(width, dark)
    analyse(page, MANY, "the new law", "the old tax")
    done(page)
    drawer = page.locator("#ns-drawer .ns-drawer")
    expect(drawer).not_to_be_visible()
    assert page.locator('#ns-board [aria-pressed="true"]').count() == 0
    for cell in (cells(page).first, cells(page).last):
        cell.scroll_into_view_if_needed()
        before = page.evaluate("scrollY")
        cell.click()
        expect(drawer.locator("h3")).to_contain_text(cell.evaluate(OF_CELL))
        page.wait_for_timeout(200)
        assert is_whole_in_view(page, drawer.locator("li").first)
        assert is_whole_in_view(page, cell)
        assert width < 1000 or page.evaluate("scrollY") == before
    box = drawer.bounding_box()
    board = page.locator("#ns-board table").bounding_box()
    if width < 1000:
        assert box["width"] == width
        assert round(box["y"] + box["height"]) == 900
    else:
        assert box["x"] + box["width"] < board["x"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 390])
def test_arrow_keys_lead_from_cell_to_cell_and_the_evidence_follows(open_page, width):
    page = open_page(width)
    analyse(page, MANY, "the new law", "the old tax")
    done(page)
    names = [cell.split(":")[0] for cell in cells(page).evaluate_all("all => all.map(a => a.ariaLabel)")]
    head = page.locator("#ns-drawer h3")
    cells(page).first.focus()
    page.keyboard.press("ArrowRight")
    assert focused(page).startswith(names[1])
    expect(head).not_to_be_visible()  # nobody has asked for evidence yet
    page.keyboard.press("Enter")
    expect(head).to_contain_text(names[1])
    page.keyboard.press("ArrowDown")
    expect(head).to_contain_text(names[3])
    assert page.locator('[aria-pressed="true"]').evaluate(OF_CELL) == names[3]
    page.keyboard.press("ArrowLeft")
    expect(head).to_contain_text(names[2])
    page.keyboard.press("ArrowUp")
    expect(head).to_contain_text(names[0])
    page.keyboard.press("ArrowUp")  # there is none above
    assert focused(page).startswith(names[0])


def test_enter_leads_into_the_evidence_and_escape_back_to_its_cell(open_page):
    page = open_page()
    analyse(page, OWN, "the new law")
    done(page)
    cell = cells(page).nth(1)
    drawer = page.get_by_role("dialog", name=cell.evaluate(OF_CELL))
    cell.focus()
    page.keyboard.press("Enter")
    expect(drawer).to_be_visible()
    expect(cell).to_be_focused()
    page.keyboard.press("Enter")
    expect(drawer).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Close the evidence")).to_be_focused()
    page.keyboard.press("Escape")
    expect(drawer).not_to_be_visible()
    expect(cell).to_be_focused()
    assert page.locator('[aria-pressed="true"]').count() == 0
    page.keyboard.press("Enter")  # the same evidence again
    expect(drawer).to_be_visible()
    page.get_by_role("button", name="Close the evidence").click()
    expect(drawer).not_to_be_visible()
    expect(cell).to_be_focused()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_form_is_out_of_the_way_of_the_tab_key_only_where_the_drawer_lies_on_it(open_page, width):
    page = open_page(width)
    analyse(page, OWN, "the new law")
    done(page)
    cells(page).first.click()
    expect(page.locator("#ns-drawer .ns-drawer")).to_be_visible()
    expect(page.locator("#ns-analyse")).to_be_visible(visible=width < 1000)
    page.keyboard.press("Escape")
    expect(page.locator("#ns-analyse")).to_be_visible()


def test_graph_summary_and_board_open_one_drawer(open_page):
    page = open_page()
    analyse(page, "Marie Curie praised Albert Einstein. Albert Einstein condemned Isaac Newton.", "physics")
    done(page)
    page.get_by_role("button", name="Graph: the actors toward each other").click()
    page.locator("#ns-draw").click()
    drawer = page.locator("#ns-drawer .ns-drawer")
    edge = page.locator("#ns-graph svg").get_by_role("button", name="Albert Einstein on Isaac Newton: against")
    edge.wait_for()
    expect(drawer).not_to_be_visible()
    line = page.locator("#ns-graph path.ns-reach").first
    line.dispatch_event("click")
    expect(drawer).to_be_visible()
    pressed = page.locator('svg [aria-pressed="true"]')
    assert pressed.count() == 1
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.cell") == line.get_attribute("data-cell")
    page.locator(".ns-sentence summary").first.click()
    page.get_by_role("button", name="Show in the article").first.click()
    expect(drawer.locator("h3")).to_contain_text("Sources of sentence 1")
    expect(drawer.locator("li").first).to_be_in_viewport()
    assert pressed.count() == 0


def test_changed_actors_close_the_drawer(open_page):
    page = open_page()
    analyse(page, OWN, "the new law")
    done(page)
    cells(page).first.click()
    drawer = page.locator("#ns-drawer .ns-drawer")
    expect(drawer).to_be_visible()
    page.get_by_role("button", name="Correct the actors").click()
    for name in ("Marie Curie", "Albert Einstein"):
        page.locator("#ns-actor-names label", has_text=name).click()
    page.get_by_role("button", name="Merge").click()
    page.get_by_text("Merged Marie Curie and Albert Einstein.").wait_for()
    expect(drawer).not_to_be_visible()
    expect(page.locator("#ns-analyse")).to_be_visible()
