"""Targets on the form and on the board, and results that are of other inputs, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from browsing import OWN, SIZES, analyse, done, fill

from newstance.service import Article

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
expect = playwright.expect

pytestmark = pytest.mark.browser

STALE = "what is below is of the old text and targets"


def chips(page: Any) -> Any:
    return page.locator("#ns-targets .token")


def columns(page: Any) -> list[str]:
    return page.locator("#ns-board th[data-name]").evaluate_all("heads => heads.map(head => head.dataset.name)")


def test_commas_part_targets_and_suggestions_come_while_typing(open_page):
    page = open_page()
    fill(page, OWN)
    field = page.locator("#ns-targets input")
    field.click()
    expect(page.get_by_role("option", name="Marie Curie")).to_be_attached()
    field.press_sequentially("new l")
    expect(page.get_by_role("option", name="new law")).to_be_visible()
    expect(page.get_by_role("option", name="Marie Curie")).not_to_be_attached()
    field.fill("Rome, the new law ,")
    field.press("Enter")
    expect(chips(page)).to_have_text(["Rome", "the new law"])


def test_proposals_stand_in_the_field_and_go_with_their_text(open_page):
    page = open_page()
    analyse(page, OWN)
    done(page)
    proposed = columns(page)
    assert proposed
    expect(chips(page)).to_have_text(proposed)
    page.locator("#ns-text textarea").fill("Niels Bohr praised the treaty. Max Planck condemned the treaty.")
    expect(chips(page)).to_have_count(0)
    page.locator("#ns-analyse").click()
    expect(page.locator("#ns-board")).to_contain_text("Niels Bohr")
    done(page)
    expect(chips(page)).to_have_text(columns(page))
    assert "treaty" in columns(page)[0]


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_a_column_is_added_changed_and_dropped_on_the_board(open_page, width, dark):
    page = open_page(width, dark)
    analyse(page, OWN, "the new law")
    done(page)
    add = page.get_by_label("Add a target")
    assert "Isaac Newton" in page.locator("#ns-suggested option").evaluate_all("all => all.map(one => one.value)")
    add.fill("<b>, Paris")
    add.press("Enter")
    page.get_by_text("Added <b> and Paris.").wait_for()
    assert columns(page) == ["the new law", "<b>", "Paris"]
    expect(chips(page)).to_have_text(["the new law", "<b>", "Paris"])
    expect(add).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Change the target <b>").click()
    page.keyboard.press("Escape")  # which changes nothing
    expect(page.get_by_role("button", name="Change the target <b>")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("Rome")
    page.keyboard.press("Enter")
    page.get_by_text("Added Rome. Dropped <b>.").wait_for()
    for name in ("Rome", "Paris"):
        page.get_by_role("button", name=f"Drop the target {name}").click()
        page.get_by_text(f"Dropped {name}.").wait_for()
    assert columns(page) == ["the new law"]
    assert page.get_by_role("button", name="Drop the target").count() == 0  # the last one stays
    assert page.get_by_text(STALE).count() == 0


@pytest.mark.parametrize("width", [1280, 1600, 390])
def test_a_cell_says_how_sure_it_is_and_its_number_where_it_is_pointed_at(open_page, width):
    page = open_page(width)
    analyse(page, OWN, "the new law")
    done(page)
    cell = page.locator("#ns-board [data-cell].ns-against").first
    assert "strong" in cell.inner_text()
    number = cell.locator(".ns-exact")
    expect(number).not_to_be_visible()
    cell.hover()
    expect(number).to_be_visible()
    expect(number).to_have_text(">99%")
    page.mouse.move(0, 0)
    expect(number).not_to_be_visible()
    page.locator("#ns-board [data-cell]").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#ns-board .ns-cell:focus .ns-exact")).to_be_visible()


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_results_of_other_inputs_say_so_until_they_are_those_of_the_form_again(open_page, width, dark):
    page = open_page(width, dark)
    analyse(page, OWN, "the new law")
    done(page)
    stale = page.get_by_text(STALE)
    assert stale.count() == 0
    page.locator("#ns-text textarea").fill(f"{OWN} More.")
    expect(stale).to_be_visible()
    page.locator("#ns-text textarea").fill(OWN)
    expect(stale).to_have_count(0)
    page.locator("#ns-targets .token-remove").first.click()
    expect(stale).to_be_visible()
    page.locator("#ns-analyse").click()
    expect(stale).to_have_count(0)
    done(page)


def test_clear_clears_results_too(open_page):
    page = open_page()
    analyse(page, OWN)
    done(page)
    page.locator("#ns-clear").click()
    expect(page.get_by_text("Click a sample to see it at work")).to_be_visible()
    expect(chips(page)).to_have_count(0)
    for part in (".ns-board", "#ns-graph-fold", ".ns-downloads", "#ns-drawer .ns-drawer"):
        expect(page.locator(f"#ns-results {part}").first).not_to_be_visible()
    assert page.get_by_text("Done in").count() == 0


def test_what_was_wrong_goes_once_an_article_is_fetched(open_page, monkeypatch):
    page = open_page()
    address = page.get_by_label("Web address").first
    address.fill("http://127.0.0.1/secret")
    page.locator("#ns-analyse").click()
    page.get_by_text("The web address has not been fetched yet").wait_for()
    page.locator("#ns-fetch").click()
    page.locator("#ns-fetched [role=alert]").wait_for()
    monkeypatch.setattr(Article, "from_url", staticmethod(lambda url: Article.from_text(OWN, "A headline")))
    page.locator("#ns-fetch").click()
    page.get_by_text("Fetched:").wait_for()
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_click_hits_what_it_is_meant_for_after_a_target_that_was_not_entered(open_page, width):
    page = open_page(width)
    fill(page, OWN, "the new law", "a second target")
    page.locator("#ns-targets input").click()
    page.keyboard.type("one more that needs a row of its own")
    settings = page.get_by_role("button", name="Settings")
    settings.scroll_into_view_if_needed()
    box = settings.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(150)
    page.mouse.up()
    expect(page.get_by_text("Least probability of a stance")).to_be_visible()
    expect(chips(page)).to_have_count(3)


def test_the_topics_list_closes_when_the_tab_key_leaves_it(open_page):
    page = open_page()
    page.get_by_label("Topic").first.click()
    expect(page.get_by_role("option", name="Ukraine war")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("option", name="None")).not_to_be_attached()


@pytest.mark.parametrize("width", [1280, 1600])
def test_the_form_fits_a_window_and_the_samples_lead_with_the_fullest(open_page, width):
    page = open_page(width)
    names = page.locator(".ns-samples button").first
    expect(names).to_have_text("Summit")
    fill(page, OWN, "the new law", "Rome", "a third target")
    bar = page.locator("#ns-analyse").bounding_box()["y"]
    for part in ("#ns-targets", "#ns-settings"):
        box = page.locator(part).first.bounding_box()
        assert box["y"] + box["height"] <= bar
