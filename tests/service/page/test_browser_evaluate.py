"""The evaluate tab in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newstance.eval.page.tab import evaluate_tab
from newstance.service import Analyzer
from newstance.service.page import build, look

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
for needed in ("matplotlib", "rouge_score", "vaderSentiment"):
    pytest.importorskip(needed, reason="the evaluate tab needs the eval extra")
expect = playwright.expect

pytestmark = pytest.mark.browser

MARKUP = "<b id='evil'>"
# Every other stance is told by its verb; the model knows no other sign, so that it errs on the rest.
OWN = "tweet,who,topic,stance\n" + "".join(
    f"Speaker {i} {('praised', 'condemned', 'liked', 'mocked')[i % 4]} plan {i}. {MARKUP},Speaker {i},plan {i},"
    f"{('pro', 'anti')[i % 2]}\n"
    for i in range(30)
)
BAD = ",Speaker 31,plan 31,pro\n"


@pytest.fixture(scope="module")
def address(analyzer: Analyzer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    blocks = build(analyzer, [evaluate_tab(analyzer, tmp_path_factory.mktemp("runs"))])
    _, url, _ = blocks.launch(
        server_name="127.0.0.1", prevent_thread_lock=True, quiet=True, footer_links=[], run_history=False, **look()
    )
    yield url
    blocks.close()


@pytest.fixture
def open_tab(open_page: Any) -> Any:
    def open_tab(**how: Any) -> Any:
        page = open_page(**how)
        page.get_by_role("tab", name="Evaluate").click()
        page.locator("#ns-run").wait_for()
        return page

    return open_tab


def choose(page: Any, menu: str, option: str) -> None:
    page.get_by_label(menu, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def run(page: Any) -> None:
    page.locator("#ns-run").click()


def runs(page: Any) -> Any:
    return page.locator("#ns-runs tbody tr")


def upload(page: Any, file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator("#ns-own-upload").click()
    chooser.value.set_files(file)


def columns(page: Any) -> list[str]:
    return [page.get_by_label(f"Column of the {name}").input_value() for name in ("text", "holder", "target", "label")]


def words(page: Any, label: str) -> list[str]:
    return (
        page.locator(".block", has=page.get_by_label(f"Labels that mean {label}")).locator(".token").all_inner_texts()
    )


def test_a_shipped_set_is_run_and_anybody_opens_its_run_again(open_tab):
    page = open_tab()
    assert page.get_by_text("How well does it do?").is_visible()
    assert runs(page).count() == 0
    choose(page, "Known sets", "floor-stance (stance)")
    page.get_by_label("number input for Examples, at the most").fill("20")
    run(page)
    page.get_by_text("Done: 20 examples of floor-stance.").wait_for()
    report = page.locator("#ns-evaluation")
    assert report.locator("h2").inner_text() == "floor-stance, profile tiny"
    assert "worst errors" in report.inner_text()
    assert report.locator("img").first.evaluate("picture => picture.naturalWidth") > 0
    assert not report.get_by_text("--profile tiny").is_visible()  # folded
    report.get_by_text("How to reproduce").click()
    assert report.get_by_text("--profile tiny").is_visible()
    assert "20 (partial)" in runs(page).inner_text()

    other = open_tab()
    opened = other.locator("#ns-evaluation h2")
    other.get_by_role("button", name="Open the run of floor-stance").click()
    expect(opened).to_have_text("floor-stance, profile tiny")
    # From the end of the list, a click leads up to the report.
    other.get_by_role("button", name="Refresh the list").scroll_into_view_if_needed()
    expect(opened).not_to_be_in_viewport()
    other.get_by_role("button", name="Open the run of floor-stance").click()
    expect(opened).to_be_in_viewport()


def test_an_own_file_is_checked_corrected_and_run_for_its_owner_alone(open_tab, tmp_path: Path):
    file = tmp_path / "tweets.csv"
    file.write_text(OWN + BAD)
    page = open_tab()
    page.get_by_label("My own file").check()
    upload(page, file)
    page.get_by_text("tweets.csv: 31 rows.").wait_for()
    assert columns(page) == ["tweet", "(none)", "topic", "stance"]
    assert (words(page, "favor"), words(page, "against"), words(page, "neutral")) == (["pro"], ["anti"], [])
    alert = page.get_by_role("alert")

    run(page)
    expect(alert).to_contain_text("what the holder is")
    choose(page, "Column of the holder", "who")
    run(page)
    expect(alert).to_contain_text("line 32")
    expect(alert).to_contain_text("leave them out with the box “Leave bad rows out”")
    page.get_by_label("Leave bad rows out").check()
    run(page)
    page.get_by_text("Done: 30 examples of own-tweets.").wait_for()
    assert alert.count() == 0
    assert "The 14 worst errors" in page.locator("#ns-evaluation").inner_text()
    assert MARKUP in page.locator("#ns-evaluation").inner_text()
    assert page.locator("#evil").count() == 0
    assert "only you see it" in runs(page).first.inner_text()
    assert open_tab().get_by_text("own-tweets").count() == 0
