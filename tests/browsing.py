"""What the tests of the page in a browser do on it."""

from __future__ import annotations

from typing import Any

MARKUP = "<b id='evil'>${1+1} {{value}}</b>"
OWN = f"Marie Curie praised the new law. Albert Einstein condemned the new law.\n\nIsaac Newton was in Paris. {MARKUP}"
# The widths that the page is made for, and both looks.
SIZES = [(1280, False), (1600, True), (390, False), (390, True)]


def fill(page: Any, text: str = OWN, *targets: str) -> None:
    page.locator("#ns-text textarea").fill(text)
    for target in targets:
        box = page.locator("#ns-targets input")
        box.click()
        box.press_sequentially(target)
        box.press("Enter")


def analyse(page: Any, text: str = OWN, *targets: str) -> None:
    fill(page, text, *targets)
    page.locator("#ns-analyse").click()


def done(page: Any) -> None:
    page.get_by_text("Done in").wait_for()


def cells(page: Any) -> Any:
    return page.locator("#ns-board [data-cell]")
