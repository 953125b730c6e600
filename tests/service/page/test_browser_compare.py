"""The comparing tab in a real browser: four articles, what they say, and what can be taken away."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from browsing import MARKUP

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
expect = playwright.expect

pytestmark = pytest.mark.browser

LAW = "the constitutional amendment"
TEXTS = [
    f"Marie Curie praised {LAW}. {MARKUP} spoke.",
    f"Marie Curie condemned {LAW}. Albert Einstein was in Rome.",
    f"Marie Curie praised {LAW} on Monday.",
    f"Marie Curie was in Paris. Albert Einstein condemned {LAW}.",
]
OVERLAPS = """table => {
  const cells = [...table.querySelectorAll('th, td, .ns-cell')];
  const lies = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return cells.flatMap((one, i) => cells.slice(i + 1)
    .filter((other) => !one.contains(other) && lies(one.getBoundingClientRect(), other.getBoundingClientRect()))
    .map((other) => `${one.textContent} | ${other.textContent}`));
}"""
# A word is broken where its range has more than one box.
BROKEN = """table => {
  const broken = [];
  const walk = document.createTreeWalker(table, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    for (const word of node.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) broken.push(word[0]);
    }
  }
  return broken;
}"""


def compared(page: Any, *texts: str) -> None:
    page.get_by_role("tab", name="Compare").click()
    for number, text in enumerate(texts, 1):
        page.locator("#ns-compare-text textarea").fill(text)
        page.locator("#ns-add").click()
        page.locator("#ns-chosen li").nth(number - 1).wait_for()
    targets = page.locator("#ns-compare-targets input")
    targets.click()
    targets.press_sequentially(LAW)
    targets.press("Enter")
    page.locator("#ns-compare").click()
    page.get_by_text(f"{len(texts)} of {len(texts)} articles compared").wait_for()


@pytest.mark.parametrize("width", [1280, 390])
def test_four_articles_fit_and_the_words_say_which_says_what(open_page, width):
    page = open_page(width)
    compared(page, *TEXTS)
    table = page.locator("#ns-compared table").first
    assert table.evaluate(OVERLAPS) == []
    assert table.locator("tbody").evaluate(BROKEN) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width > 1000:
        scrolls = page.locator("#ns-compared .ns-scroll").first
        assert scrolls.evaluate("region => region.scrollWidth <= region.clientWidth")
    said = page.locator(".ns-says").inner_text()
    assert f"Marie Curie on {LAW}: in favor in A and C, against in B, no stance shown in D." in said
    cell = page.locator("#ns-compared .ns-cell").first
    cell.click()
    drawer = page.locator("#ns-compare-drawer .ns-drawer")
    expect(drawer).to_be_visible()
    assert TEXTS[0][:20] in drawer.locator(".ns-origin").inner_text()
    page.keyboard.press("Escape")
    expect(cell).to_be_focused()


def test_a_comparison_is_taken_away_as_json_and_as_a_link(open_page, address):
    page = open_page()
    compared(page, *TEXTS[:2])
    with page.expect_download() as download:
        page.locator("#ns-compare-json").click()
    taken = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    (row,) = [row for row in taken["rows"] if row["actor"] == "Marie Curie"]
    assert [row["stances"][name]["label"] for name in "AB"] == ["favor", "against"]
    assert row["stances"]["A"]["evidence"][0]["text"].startswith("Marie Curie praised")
    page.locator("#ns-compare-link").click()
    page.get_by_text("Link copied.").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{address}#compare=")
    other = open_page(path=link.removeprefix(address))
    expect(other.locator("#ns-chosen li")).to_have_count(2)
    expect(other.locator("#ns-compare-targets .token")).to_have_text([LAW])
    assert other.locator("#evil").count() == 0
    other.locator("#ns-compare").click()
    other.get_by_text("2 of 2 articles compared").wait_for()
    broken = open_page(path="#compare=%%%")
    expect(broken.get_by_text("This link holds no comparison")).to_be_visible()
