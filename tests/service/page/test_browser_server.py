"""The page in a real browser as `newstance serve` sends it: under its policy, which lets its own scripts run alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import serving

from newstance.service import Analyzer

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
server = pytest.importorskip("newstance.service.web.server", reason="the server needs the serve extra")
for needed in ("matplotlib", "rouge_score", "vaderSentiment"):
    pytest.importorskip(needed, reason="the tab of evaluations needs the eval extra")

from newstance.eval.page.tab import evaluate_tab  # noqa: E402

expect = playwright.expect
pytestmark = pytest.mark.browser

TEXT = "Marie Curie praised the new law. Albert Einstein condemned the new law.\n\nIsaac Newton was in Paris."
# Whatever a policy stops is told to the page, too.
_KEEP_VIOLATIONS = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => window.violations.push(
  `${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`));
"""


@pytest.fixture(scope="module")
def address(analyzer: Analyzer) -> Iterator[str]:
    settings = server.ServerSettings(more_tabs=lambda analyzer: [evaluate_tab(analyzer)])
    with serving.running(server.create_app(analyzer, settings)) as address:
        yield address


@pytest.fixture
def watched(open_page: Any) -> Iterator[Any]:
    """The page, and what its console says of its policy."""
    page = open_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.add_init_script(_KEEP_VIOLATIONS)
    page.reload(wait_until="domcontentloaded")
    page.locator("#ns-analyse").wait_for()
    page.wait_for_timeout(700)
    yield page
    assert page.evaluate("window.violations") == []
    assert [text for text in said if "Content Security Policy" in text or "Content-Security-Policy" in text] == []


def test_all_of_the_page_works_under_its_policy(watched: Any, tmp_path: Path):
    page = watched
    page.locator("#ns-text textarea").fill(TEXT)
    box = page.locator("#ns-targets input")
    box.click()
    box.press_sequentially("the new law")
    box.press("Enter")
    page.locator("#ns-analyse").click()
    expect(page.locator("#ns-board")).to_contain_text("Albert Einstein")
    page.locator("#ns-board [data-cell]").nth(1).click()
    expect(page.locator("#ns-drawer mark").first).to_be_visible()
    page.keyboard.press("Escape")  # the drawer lies over the form
    page.get_by_role("button", name="Copy a link to these inputs").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="HTML", exact=True).or_(
            page.get_by_role("link", name="HTML", exact=True)
        ).click()
    assert "Albert Einstein" in Path(download.value.path()).read_text()

    file = tmp_path / "news.md"
    file.write_text("# A headline\n\nMarie Curie praised the tax.")
    page.locator("input[type=file]").first.set_input_files(file)
    expect(page.locator("#ns-text textarea")).to_have_value("Marie Curie praised the tax.")

    page.get_by_role("tab", name="Compare").click()
    for name in ("+ Bridge", "+ Harbour"):
        page.get_by_role("button", name=name).click()
        page.wait_for_timeout(300)
    page.locator("#ns-compare").click()
    expect(page.get_by_text("2 of 2 articles compared")).to_be_visible()

    page.get_by_role("tab", name="Evaluate").click()
    expect(page.get_by_text("How well does it do?")).to_be_visible()


def test_description_of_the_api_works_under_its_policy(watched: Any, address: str):
    watched.goto(f"{address}/docs")
    expect(watched.get_by_text("/v1/analyze").first).to_be_visible()


def test_scripts_of_others_do_not_run(open_page: Any):
    page = open_page()
    page.evaluate(
        """() => {
          window.ran = [];
          const part = document.createElement('div');
          part.innerHTML = `<img src="x" onerror="window.ran.push('handler')">`;
          document.body.append(part);
          const script = document.createElement('script');
          script.textContent = "window.ran.push('script')";
          document.body.append(script);
          const frame = document.createElement('iframe');
          frame.src = "javascript:parent.ran.push('address')";
          document.body.append(frame);
        }"""
    )
    page.wait_for_timeout(500)
    assert page.evaluate("window.ran") == []


def test_page_stands_in_no_frame_and_its_answers_are_read_by_no_other_site(
    browser: Any, address: str, analyzer: Analyzer
):
    async def other(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": f'<iframe src="{address}"></iframe>'.encode()})

    with serving.running(other) as elsewhere:
        page = browser.new_page()
        page.goto(elsewhere, wait_until="load")
        assert page.frames[1].locator("#ns-analyse").count() == 0
        assert page.frames[1].url.startswith("chrome-error:")
        read = page.evaluate(
            """async (address) => {
              const ask = (path, options) => fetch(address + path, options).then((answer) => answer.text(), () => 'no');
              const form = new FormData();
              form.append('files', new Blob(['words']), 'news.txt');
              return [
                await ask('/config', {credentials: 'include'}),
                await ask('/gradio_api/upload', {method: 'POST', body: form}),
                await ask('/gradio_api/upload', {method: 'POST', body: form, mode: 'no-cors'}),
              ];
            }""",
            address,
        )
        page.close()
    assert read == ["no", "no", "no"]
