"""A reader says on the page what is right, and the server keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import serving

from newstance.service import Analyzer
from newstance.service.corrections import CorrectionFile

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
server = pytest.importorskip("newstance.service.web.server", reason="the server needs the serve extra")

expect = playwright.expect
pytestmark = pytest.mark.browser

TEXT = "Marie Curie praised the new law. Albert Einstein condemned the new law.\n\nIsaac Newton was in Paris."


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> CorrectionFile:
    return CorrectionFile(tmp_path_factory.mktemp("kept") / "corrections.jsonl")


@pytest.fixture(scope="module")
def address(analyzer: Analyzer, file: CorrectionFile) -> Iterator[str]:
    with serving.running(server.create_app(analyzer, server.ServerSettings(corrections=file.path))) as address:
        yield address


def test_a_cell_and_a_merge_are_kept_by_name(open_page: Any, file: CorrectionFile, tmp_path: Path):
    page = open_page()
    page.locator("#ns-text textarea").fill(TEXT)
    box = page.locator("#ns-targets input")
    box.click()
    box.press_sequentially("the new law")
    box.press("Enter")
    page.locator("#ns-analyse").click()
    page.get_by_text("Done in").wait_for()
    cell = page.locator("#ns-board [data-cell]").first
    told = cell.get_attribute("aria-label")
    cell.click()
    page.keyboard.press("Escape")  # whatever lies over the page
    page.get_by_role("button", name="Correct a cell").click()
    expect(page.locator("#ns-correct-cell")).to_contain_text("toward the new law: the model says favor")
    assert told.startswith("Marie Curie")
    page.get_by_label("Your name").fill("Ann Lee")
    page.get_by_role("radio", name="It is neutral").check()
    page.locator("#ns-keep").click()
    expect(page.locator("#ns-kept")).to_contain_text("Kept by Ann Lee: Marie Curie toward the new law, neutral.")
    (row,) = file.read()
    assert (row.text, row.holder, row.target, row.label, row.coder) == (
        TEXT, "Marie Curie", "the new law", "neutral", "Ann Lee",
    )  # fmt: skip
    assert row.said == "favor" and row.probability > 0.5 and row.model.startswith("path:")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download corrections.jsonl").click()
    download.value.save_as(tmp_path / "mine.jsonl")
    assert CorrectionFile(tmp_path / "mine.jsonl").read() == [row]

    page.get_by_role("button", name="Correct the actors").click()
    for name in ("Marie Curie", "Isaac Newton"):
        page.locator("#ns-actor-names label", has_text=name).click()
    page.get_by_role("button", name="Merge", exact=True).click()
    page.get_by_text("Merged Marie Curie and Isaac Newton.").wait_for()
    _, merged = file.read()
    assert (merged.change, merged.coder) == ("merge", "Ann Lee")
    assert {merged.holder, merged.label} == {"Marie Curie", "Isaac Newton"}
