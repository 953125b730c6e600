"""Take the screenshots in this folder: python docs/screenshots/take.py [NAME...]

Needs Chromium and the embedded models. Tells how long the sample took to its first stance and to its end.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from newstance.eval.page.tab import evaluate_tab
from newstance.service import Analyzer
from newstance.service.corpus.view import CorpusView
from newstance.service.page import build, look
from newstance.service.page.corpus_tab import corpus_tab

FOLDER = Path(__file__).parent
sys.path.append(str(FOLDER.parents[1] / "tests"))
import corpus_run  # noqa: E402  # articles that are made up

OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
WAIT = 900_000  # milliseconds; a busy machine is slow
OWN = (
    "Union leader Rosa Keller praised the four-day week on Tuesday and called it overdue. Employers' president Paul "
    'Brandt condemned the four-day week. "The labour ministry has betrayed small firms," Brandt said.\n\nKeller '
    "thanked the labour ministry for its support."
)

RIVAL = (
    "Seoul and Washington condemned the summit at which Kim Jong Un embraced Vladimir Putin. The United States said "
    "it opposed Russia's war in Ukraine and would punish any sale of shells. Kim Jong Un praised Vladimir Putin and "
    "called Russia's war in Ukraine a sacred fight. China said it was against Russia's war in Ukraine."
)


class Shots:
    """Screenshots of one page.

    Args:
        page: The page, already open.
    """

    def __init__(self, page: Page) -> None:
        self.page = page

    def take(self, name: str, full: bool = True, of: str = "") -> None:
        """Save a picture.

        Args:
            name: Of the file, without its ending.
            full: All of the page, or what is seen of it.
            of: A part of the page.
        """
        self.page.evaluate("document.activeElement?.blur()")
        self.page.mouse.move(0, 0)
        usual = self.page.viewport_size
        assert usual is not None
        if full:
            # A window as tall as the page: what sticks to the edge of the window stands where it belongs.
            height = self.page.evaluate("document.documentElement.scrollHeight")
            self.page.set_viewport_size({"width": usual["width"], "height": max(height, usual["height"])})
        self.page.wait_for_timeout(700)
        shot = self.page.locator(of) if of else self.page
        shot.screenshot(path=FOLDER / f"{name}.png")
        self.page.set_viewport_size(usual)

    def sample(self, name: str = "Summit") -> None:
        """Analyse a sample article to the end."""
        start = time.perf_counter()
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.locator("#ns-board [data-cell]").first.wait_for()
        first = time.perf_counter() - start
        self.page.get_by_text("Done in").wait_for()
        print(f"{name}: first stance after {first:.1f} s, everything after {time.perf_counter() - start:.1f} s")

    def evidence(self) -> None:
        """Open the evidence of the board's first cell."""
        self.page.locator("#ns-board [data-cell]").first.click()
        self.page.locator("#ns-drawer .ns-drawer").wait_for()

    def graph(self) -> None:
        """Draw the graph."""
        self.page.get_by_role("button", name="Graph: the actors toward each other").click()
        self.page.get_by_role("button", name="Draw the graph").click()
        self.page.locator("#ns-graph svg").first.wait_for()

    def fill(self, text: str, *targets: str) -> None:
        """Put a text and targets on the form."""
        self.page.locator("#ns-text textarea").fill(text)
        box = self.page.locator("#ns-targets input")
        for target in targets:
            box.click()
            box.press_sequentially(target)
            box.press("Enter")


def welcome(shots: Shots) -> None:
    """Before there is anything to show."""
    shots.take("welcome")


def board(shots: Shots) -> None:
    """The sample from its board to a correction by hand."""
    shots.sample()
    shots.take("board")
    page = shots.page
    shots.evidence()
    shots.take("evidence", full=False)
    page.locator(".ns-sentence summary").first.click()
    page.get_by_role("button", name="Show in the article").first.click()
    page.get_by_text("Sources of sentence").wait_for()
    shots.take("sources", full=False)
    page.keyboard.press("Escape")
    shots.graph()
    shots.take("graph", of="#ns-graph-fold")
    page.get_by_role("button", name="Graph: the actors toward each other").click()
    page.get_by_role("button", name="Correct the actors").click()
    for name in ("United States", "Daniel Whitcombe"):
        page.locator("#ns-actor-names label", has_text=name).first.click()
    page.get_by_role("button", name="Merge").wait_for()
    shots.take("merge", of="#ns-actors")
    page.get_by_role("button", name="Merge").click()
    page.get_by_text("Merged United States and Daniel Whitcombe.").wait_for()
    shots.take("merged", of="#ns-board")


def running(shots: Shots) -> None:
    """While the summary is written, and after Cancel."""
    shots.page.get_by_role("button", name="Summit", exact=True).click()
    shots.page.locator(".ns-draft").wait_for()
    shots.take("running", full=False)
    shots.page.locator("#ns-cancel").click()
    shots.page.get_by_text("Stopped.").wait_for()
    shots.take("cancelled", full=False)


def own(shots: Shots) -> None:
    """A text and targets of the reader's own."""
    shots.fill(OWN, "the four-day week", "the labour ministry")
    shots.page.locator("#ns-analyse").click()
    shots.page.get_by_text("Done in").wait_for()
    shots.take("own-targets")


def refused(shots: Shots) -> None:
    """A private address; the settings are open."""
    shots.page.get_by_label("Web address").first.fill("http://192.168.0.1/")
    shots.page.get_by_role("button", name="Fetch", exact=True).click()
    shots.page.locator("#ns-fetched [role=alert]").wait_for()
    shots.page.locator("#ns-settings button").first.click()
    shots.take("refused")


def compare(shots: Shots) -> None:
    """A sample beside another text on the same matter."""
    shots.page.get_by_role("tab", name="Compare").click()
    shots.page.get_by_role("button", name="+ Summit", exact=True).click()
    shots.page.locator("#ns-chosen li").first.wait_for()
    shots.page.get_by_label("Text or web address").fill(RIVAL)
    shots.page.locator("#ns-add").click()
    shots.page.locator("#ns-chosen li").nth(1).wait_for()
    shots.page.locator("#ns-compare").click()
    shots.page.locator("#ns-compared table").first.wait_for()
    shots.page.get_by_text("compared.").wait_for()
    shots.take("compare")


def evaluate(shots: Shots) -> None:
    """A shipped set, run to its report."""
    shots.page.get_by_role("tab", name="Evaluate").click()
    shots.page.get_by_label("Known sets").click()
    shots.page.get_by_role("option", name="floor-stance").click()
    shots.page.locator("#ns-run").click()
    shots.page.get_by_text("Done: 67 examples of floor-stance.").wait_for()
    shots.take("evaluate")


def corpus(shots: Shots) -> None:
    """A run of three sources over two years; a point is opened to its sentences."""
    page = shots.page
    page.get_by_role("tab", name="Corpus").click()
    page.locator("#ns-corpus-plot .point").first.wait_for()
    page.locator("#ns-corpus-course tbody tr button").nth(2).click()
    page.locator("#ns-behind").wait_for()
    shots.take("corpus")


def corpus_pair(shots: Shots) -> None:
    """One pair over time, on a phone by night."""
    page = shots.page
    page.get_by_role("tab", name="Corpus").click()
    page.locator("#ns-corpus-board [data-cell]").first.click()
    page.locator("#ns-behind").wait_for()
    page.locator("#ns-corpus-plot .point").first.wait_for()
    page.get_by_text("The same numbers as a table").click()
    page.locator("#ns-course").scroll_into_view_if_needed()
    shots.take("corpus-phone", full=False)


def dark(shots: Shots) -> None:
    """The board by night, its evidence beside it, in a wide window."""
    shots.sample()
    shots.evidence()
    shots.take("board-dark", full=False)


def phone(shots: Shots) -> None:
    """A sample on a phone."""
    shots.sample("Harbour")
    shots.take("phone")
    shots.evidence()
    shots.take("phone-evidence", full=False)


def graph_phone(shots: Shots) -> None:
    """The graph on a phone by night."""
    shots.sample()
    shots.graph()
    shots.take("graph-phone", of="#ns-graph-fold")


# Name, what it does, and (width, height, color scheme).
STATES: dict[str, tuple[Callable[[Shots], None], tuple[int, int, str]]] = {
    "welcome": (welcome, (1280, 900, "light")),
    "board": (board, (1280, 900, "light")),
    "running": (running, (1280, 900, "light")),
    "own": (own, (1280, 900, "light")),
    "refused": (refused, (1280, 900, "light")),
    "compare": (compare, (1280, 900, "light")),
    "evaluate": (evaluate, (1280, 900, "light")),
    "corpus": (corpus, (1280, 900, "light")),
    "corpus-phone": (corpus_pair, (390, 844, "dark")),
    "dark": (dark, (1600, 900, "dark")),
    "phone": (phone, (390, 844, "light")),
    "graph-phone": (graph_phone, (390, 844, "dark")),
}


def main(names: list[str]) -> None:
    """Take the screenshots of the states named, or of all."""
    analyzer = Analyzer.from_profile("embedded")
    print(f"loaded {analyzer.summarizer}")
    runs = tempfile.TemporaryDirectory()
    run = corpus_run.write(Path(runs.name) / "harbour", corpus_run.harbour())
    blocks = build(analyzer, [evaluate_tab(analyzer, Path(runs.name) / "eval"), corpus_tab(CorpusView(run))])
    settings: dict[str, Any] = {"quiet": True, "footer_links": [], "run_history": False, "ssr_mode": False}
    _, url, _ = blocks.launch(server_name="127.0.0.1", prevent_thread_lock=True, **settings, **look())
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
        for name in names or STATES:
            act, (width, height, scheme) = STATES[name]
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
            page.set_default_timeout(WAIT)
            page.goto(url)
            page.locator("#ns-analyse").wait_for()
            page.wait_for_timeout(1500)
            act(Shots(page))
            page.close()
            print(f"took {name}")
        browser.close()
    blocks.close()
    runs.cleanup()


if __name__ == "__main__":
    main(sys.argv[1:])
