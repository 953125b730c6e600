"""The page in a real browser."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from browsing import MARKUP, OWN, analyse, cells, done, fill

from newstance.service import Article

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
expect = playwright.expect

ENDLESS = f"{OWN}\n\nIt was endless."

pytestmark = pytest.mark.browser


def headers(page):
    """What the columns of the board are called, without the buttons beside it."""
    return [text.rstrip("✎× \n") for text in page.locator(".ns-board thead th").all_inner_texts()]


def rows(page: Any) -> list[str]:
    return page.locator("#ns-board tbody th b").all_inner_texts()


def correct(page: Any, *names: str) -> None:
    if not page.locator("#ns-actor-names").is_visible():
        page.get_by_role("button", name="Correct the actors").click()
    for name in names:
        page.locator("#ns-actor-names label", has_text=name).click()


def test_sample_to_board_to_evidence_by_keyboard(open_page):
    page = open_page()
    page.get_by_role("button", name="Summit", exact=True).focus()
    page.keyboard.press("Enter")
    cells(page).first.wait_for()
    top = page.locator("#ns-board").bounding_box()["y"]
    done(page)
    assert abs(page.locator("#ns-board").bounding_box()["y"] - top) < 2  # nothing jumps when the summary comes
    assert headers(page)[1] == "Russia's war in Ukraine"  # of the topic
    assert cells(page).count() > 1
    cell = cells(page).nth(1)
    name = cell.get_attribute("aria-label")
    cell.focus()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    page.keyboard.press("Enter")
    expect(page.locator("#ns-evidence h3")).to_contain_text(name.split(":")[0])
    assert outline == "solid"
    assert cell.get_attribute("aria-pressed") == "true"
    assert page.locator('#ns-board [data-cell][aria-pressed="true"]').count() == 1
    assert page.locator("#ns-evidence mark").count() >= 1
    in_view = "(mark) => { const box = mark.closest('.ns-article').getBoundingClientRect();"
    in_view += "const at = mark.getBoundingClientRect(); return at.top >= box.top && at.top < box.bottom; }"
    page.wait_for_timeout(200)
    assert page.locator("#ns-evidence mark").first.evaluate(in_view)
    # A sentence of the summary opens to its sources, and they are shown in the article.
    sentence = page.locator(".ns-sentence").first
    assert not sentence.locator("blockquote").first.is_visible()
    sentence.locator("summary").click()
    assert sentence.locator("blockquote").first.is_visible()
    sentence.get_by_role("button", name="Show in the article").click()
    expect(page.locator("#ns-evidence h3")).to_contain_text("Sources of sentence 1")
    assert page.locator("#ns-evidence mark.ns-source").count() >= 1
    # Long boards fold.
    unfold = page.locator(".ns-unfold")
    hidden = page.locator(".ns-folded")
    assert hidden.count() > 0
    assert not hidden.first.is_visible()
    unfold.click()
    assert hidden.first.is_visible()
    assert unfold.get_attribute("aria-expanded") == "true"


def test_own_text_with_two_targets_is_never_html_and_downloads(open_page, tmp_path: Path):
    page = open_page()
    analyse(page, OWN, "the new law", "Rome")
    done(page)
    assert headers(page) == ["Actor", "the new law", "Rome"]
    assert page.locator("[data-cell].ns-favor").count() >= 1
    assert page.locator("[data-cell].ns-against").count() >= 1
    assert page.get_by_text("the article does not mention this target").count() >= 1
    assert page.locator("#evil").count() == 0
    cells(page).first.click()
    expect(page.locator("#ns-drawer .ns-article")).to_contain_text(MARKUP)
    saved = {}
    for kind in ("JSON", "CSV", "Markdown", "HTML", "GraphML"):
        with page.expect_download() as download:
            page.locator(".ns-downloads").get_by_text(kind, exact=True).click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        saved[file.suffix] = file.read_text(encoding="utf-8")
    assert json.loads(saved[".json"])["targets"] == ["the new law", "Rome"]
    assert saved[".md"].startswith("# Analysis")
    assert "## Stances" in saved[".md"]
    table = list(csv.DictReader(saved[".csv"].splitlines()))
    assert {(row["actor"], row["stance"]) for row in table if row["target"] == "the new law"} >= {
        ("Marie Curie", "favor"),
        ("Albert Einstein", "against"),
    }
    assert "<script" not in saved[".html"]
    assert "&lt;b id=" in saved[".html"]
    # The report opens by itself, and looks like the board.
    report = page.context.new_page()
    report.goto((tmp_path / "analysis.html").as_uri())
    assert report.locator(".ns-cell.ns-favor").count() >= 1
    # What is copied names its source.
    page.locator("#ns-drawer .ns-copy").first.click()
    expect(page.locator("#ns-drawer .ns-copy").first).to_have_text("Copied")
    assert "by newstance]" in page.evaluate("navigator.clipboard.readText()")


def test_cancel_keeps_the_board_and_the_page_can_go_on(open_page):
    page = open_page()
    analyse(page, ENDLESS, "the new law")
    page.get_by_text("Draft, not yet held against the article").wait_for()
    assert cells(page).count() >= 2  # stances come before the summary
    page.locator("#ns-cancel").click()
    page.get_by_text("Stopped.").wait_for()
    assert cells(page).count() >= 2
    page.locator("#ns-text textarea").fill(OWN)
    page.locator("#ns-analyse").click()
    done(page)


def test_another_run_takes_the_place_of_the_one_that_goes_on(open_page):
    page = open_page()
    analyse(page, ENDLESS, "the new law")
    page.get_by_text("Draft, not yet held against the article").wait_for()
    page.get_by_role("button", name="Summit", exact=True).click()
    done(page)
    page.wait_for_timeout(1000)  # the earlier one could still say something
    expect(page.get_by_text("Done in")).to_be_visible()
    assert page.locator(".ns-draft").count() == 0
    assert page.locator("#ns-analyse").is_enabled()
    assert not page.locator("#ns-cancel").is_enabled()
    cell = cells(page).first
    pair = cell.get_attribute("aria-label").split(":")[0]
    cell.click()
    expect(page.locator("#ns-evidence h3")).to_contain_text(pair)
    headline = page.locator(".ns-headline h2").inner_text()
    assert headline == page.get_by_label("Headline").first.input_value()
    assert "Marie Curie" not in page.locator("#ns-drawer .ns-article").inner_text()


def test_what_is_read_out_of_a_run_is_each_step_once(open_page):
    page = open_page()
    page.evaluate("""
      window.heard = [];
      const hear = () => {
        const words = document.querySelector('#ns-results p.ns-unseen[role="status"]')?.textContent;
        if (words) heard.push(words);
      };
      new MutationObserver((changes) => {
        const isStatus = ({target}) => target.parentElement?.closest('[role="status"]');
        if (changes.some((one) => one.type === 'childList' || isStatus(one))) hear();
      }).observe(document.querySelector('#ns-results .html-container:has([role="status"].ns-status)'),
        {childList: true, characterData: true, subtree: true});
    """)
    analyse(page, " ".join(f"Marie Curie praised law {number}." for number in range(12)), "law 1", "law 2", "law 3")
    done(page)
    steps = ["Read the article…", "Judge stances…", "Write the summary…"]
    assert page.evaluate("window.heard.filter((words, i) => words !== window.heard[i - 1])") == steps


def test_another_reader_is_answered_meanwhile(open_page):
    first = open_page()
    analyse(first, ENDLESS, "the new law")
    first.get_by_text("Draft, not yet held against the article").wait_for()
    second = open_page()
    analyse(second, OWN, "the new law")
    done(second)
    first.locator("#ns-cancel").click()
    first.get_by_text("Stopped.").wait_for()


def test_actors_are_merged_and_the_merge_is_undone(open_page):
    page = open_page()
    analyse(page, OWN, "the new law")
    done(page)
    before = rows(page)
    assert {"Marie Curie", "Albert Einstein"} <= set(before)
    correct(page, "Marie Curie", "Albert Einstein")
    page.get_by_role("button", name="Merge").click()
    page.get_by_text("Merged Marie Curie and Albert Einstein.").wait_for()
    assert len(rows(page)) == len(before) - 1
    with page.expect_download() as download:
        page.locator(".ns-downloads").get_by_text("JSON", exact=True).click()
    names = [actor["name"] for actor in json.loads(Path(download.value.path()).read_text())["actors"]]
    assert len({"Marie Curie", "Albert Einstein"} & set(names)) == 1
    page.get_by_role("button", name="Undo all changes").click()
    page.get_by_text("as they were found").wait_for()
    assert sorted(rows(page)) == sorted(before)


def test_a_private_address_is_refused_beside_the_field(open_page):
    page = open_page()
    page.get_by_label("Web address").first.fill("http://127.0.0.1/secret")
    page.get_by_role("button", name="Fetch", exact=True).click()
    alert = page.locator("#ns-fetched [role=alert]")
    alert.wait_for()
    assert "not a public address" in alert.inner_text()
    assert "paste the article's text instead" in alert.inner_text()


def test_an_empty_article_is_explained(open_page):
    page = open_page()
    assert page.get_by_text("Click a sample to see it at work").is_visible()
    page.locator("#ns-analyse").click()
    page.get_by_role("alert").wait_for()
    assert "The article is empty" in page.get_by_role("alert").inner_text()
    assert page.locator("#ns-analyse").is_enabled()


def test_an_uploaded_file_fills_the_form(open_page, tmp_path: Path):
    file = tmp_path / "news.md"
    file.write_text("# A headline\n\nMarie Curie praised the new law.")
    page = open_page()
    page.locator("#ns-upload input[type=file], input[type=file]").first.set_input_files(file)
    expect(page.get_by_label("Headline").first).to_have_value("A headline")


def test_a_reload_keeps_the_inputs_and_clear_forgets_them(open_page, reload):
    page = open_page()
    fill(page, OWN, "the new law", "Rome")
    page.get_by_label("Headline").first.fill("Two minds")
    page.wait_for_timeout(500)
    reload(page)
    expect(page.locator("#ns-text textarea")).to_have_value(OWN)
    expect(page.get_by_label("Headline").first).to_have_value("Two minds")
    assert page.locator("#ns-targets .token").all_inner_texts() == ["the new law", "Rome"]
    page.locator("#ns-clear").click()
    expect(page.locator("#ns-text textarea")).to_have_value("")
    reload(page)
    expect(page.locator("#ns-text textarea")).to_have_value("")
    assert page.locator("#ns-targets .token").count() == 0


def test_links_restore_the_form_and_the_text_goes_to_no_server(open_page, address):
    page = open_page()
    fill(page, OWN, "the new law")
    page.wait_for_timeout(300)
    page.locator("#ns-link").click()
    page.get_by_text("It holds the text itself").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    sent, _, kept = link.partition("#")
    assert sent == f"{address}?target=the+new+law"
    assert "text=" in kept
    other = open_page(path=link.removeprefix(address))
    expect(other.locator("#ns-text textarea")).to_have_value(OWN)
    assert other.locator("#ns-targets .token").all_inner_texts() == ["the new law"]
    assert other.url == address  # so that a reload keeps what is typed from here on
    odd = open_page(path="?sample=harbour&topic=nowhere&profile=../x&sentences=99&threshold=x#text=%%%")
    expect(odd.get_by_label("Headline").first).to_have_value(
        "Port city splits over plan to ban cruise ships from old harbour"
    )
    analyse(odd, OWN)  # what a link made up does no harm
    done(odd)


def test_a_link_names_the_address_of_a_text_that_was_fetched(open_page, reload, monkeypatch):
    url = "https://daily.example/1"
    monkeypatch.setattr(Article, "from_url", lambda _: Article(OWN, "Two minds", "The Daily Example"))
    page = open_page()

    def link() -> str:
        page.wait_for_timeout(300)
        page.locator("#ns-link").click()
        page.locator(".ns-hint", has_text="Link copied.").wait_for()
        return page.evaluate("navigator.clipboard.readText()").partition("?")[2]

    def fetch() -> None:
        page.get_by_label("Web address").first.fill(url)
        page.get_by_role("button", name="Fetch", exact=True).click()
        page.get_by_text("Fetched: ").wait_for()

    fetch()
    assert link() == "url=https%3A%2F%2Fdaily.example%2F1"
    reload(page)
    assert link() == "url=https%3A%2F%2Fdaily.example%2F1"
    page.locator("#ns-text textarea").press_sequentially("More.")
    page.wait_for_timeout(300)
    assert page.evaluate("JSON.parse(sessionStorage.getItem('newstance-form')).origin") == ""
    fetch()
    page.get_by_label("Web address").first.fill(f"{url}2")  # not fetched
    assert link() == ""


def test_graph_to_edge_to_evidence_by_keyboard(open_page):
    page = open_page()
    analyse(page, "Marie Curie praised Albert Einstein. Albert Einstein condemned Isaac Newton.", "physics")
    done(page)
    page.get_by_role("button", name="Graph: the actors toward each other").click()
    page.locator("#ns-draw").click()
    edge = page.get_by_role("button", name="Albert Einstein on Isaac Newton: against").first
    edge.wait_for()
    edge.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#ns-drawer h3")).to_contain_text("Albert Einstein on Isaac Newton")
    assert edge.get_attribute("aria-pressed") == "true"
    assert any("condemned" in passage for passage in page.locator("#ns-drawer mark").all_inner_texts())
    page.get_by_text("As a table, with leanings").click()
    page.get_by_role("button", name="Marie Curie on Albert Einstein: in favor").last.click()
    expect(page.locator("#ns-drawer h3")).to_contain_text("Marie Curie on Albert Einstein")


def test_a_phone_shows_the_graph_whole(open_page):
    page = open_page(390)
    analyse(page, "Marie Curie praised Albert Einstein. Albert Einstein condemned Isaac Newton.", "physics")
    done(page)
    page.get_by_role("button", name="Graph: the actors toward each other").click()
    page.locator("#ns-draw").click()
    page.locator("#ns-graph svg").wait_for()
    assert page.locator("#ns-graph .ns-scroll").first.evaluate("region => region.scrollWidth <= region.clientWidth")
    page.get_by_role("button", name="Albert Einstein on Isaac Newton: against").first.click()
    expect(page.locator("#ns-evidence h3")).to_contain_text("Albert Einstein on Isaac Newton")


def test_articles_are_compared(open_page):
    page = open_page()
    page.get_by_role("tab", name="Compare").click()
    for sample in ("+ Summit", "+ Harbour"):
        page.get_by_role("button", name=sample, exact=True).click()
        page.wait_for_timeout(700)
    page.locator("#ns-compare").click()
    page.locator("#ns-compared table").first.wait_for()
    assert page.get_by_text("Port city splits over plan").count() >= 1


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_needs_no_scrolling_sideways(open_page, reload, dark):
    page = open_page(390, dark)
    analyse(page, OWN, "the new law", "Rome")
    done(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert cells(page).first.bounding_box()["width"] > 100
    assert is_dark(page) == dark
    page.get_by_role("button", name="Light or dark").click()
    assert is_dark(page) != dark
    reload(page)
    assert is_dark(page) != dark  # what the reader chose stays


def is_dark(page: Any) -> bool:
    body = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(map(int, body.strip("rgb()").split(","))) < 200
