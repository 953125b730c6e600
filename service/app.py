"""The page: an article in, its summary and the board of who stands where out.

``build`` makes the page over a loaded analyzer; ``serve`` loads one and opens the page.
"""

from __future__ import annotations

import logging
import queue
import re
import tempfile
import threading
import time
import traceback
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from newstance.configs import SettingsError
from newstance.configs import names as shipped_names
from newstance.models.errors import ConfigError, InputError, NewstanceError

from . import page_html
from .analysis import Analysis
from .analyzer import Analyzer
from .article import SAMPLES, Article
from .profile import Topic

try:
    import gradio as gr
except ImportError as error:
    raise ConfigError("the page needs Gradio; install it by: pip install 'newstance[serve]'") from error

log = logging.getLogger(__name__)

STYLE = Path(__file__).parent / "style.css"
# A topic that fits a sample, so that its aliases and targets are seen at work.
_SAMPLE_TOPICS = {"summit": "ukraine-war"}
_FILE_TYPES = (".txt", ".md", ".html", ".htm")
_LONGEST_SUMMARY = 8
# Two, so that one reader's stances come while another's summary is being written; more would share the cores.
_RUNS_AT_ONCE = 2
_WAITING_AT_MOST = 32
_DRAFT_EVERY = 0.3  # seconds
_HEARD_EVERY = 0.1  # seconds until a request to stop is noticed
_FILES_KEPT = 3600  # seconds

# Cells are buttons of our own HTML; a click hands the number of the cell to Python.
_CHOOSE = """
element.addEventListener('click', (event) => {
  const cell = event.target.closest('[data-cell]');
  if (!cell) return;
  for (const other of element.querySelectorAll('[data-cell]'))
    other.setAttribute('aria-pressed', other === cell);
  trigger('click', {cell: Number(cell.dataset.cell)});
});
"""
# The article scrolls to its first highlighted passage whenever other evidence is shown.
_TO_FIRST_PASSAGE = """
watch('value', () => requestAnimationFrame(() => {
  const article = element.querySelector('.ns-article');
  const first = element.querySelector('mark');
  if (article && first) article.scrollTop = first.offsetTop - article.offsetTop - article.clientHeight / 4;
}));
"""
_SHOW_EVIDENCE = """() => {
  const drawer = document.getElementById('ns-evidence');
  if (drawer && drawer.getBoundingClientRect().top > innerHeight * 0.6)
    drawer.scrollIntoView({behavior: 'smooth', block: 'start'});
}"""
_SHOW_RESULTS = """() => {
  const results = document.getElementById('ns-results');
  const {top} = results.getBoundingClientRect();
  if (top < 0 || top > innerHeight * 0.6) results.scrollIntoView({behavior: 'smooth', block: 'start'});
}"""


class Stopped(Exception):  # noqa: N818
    """The reader does not want the analysis any more."""


@dataclass(frozen=True)
class Step:
    """How far an analysis has come.

    Attributes:
        name: reading, stances, summary or done.
        analysis: What has been found; None before there are stances, without a summary before the end.
        draft: What has been written of the summary, not yet checked.
    """

    name: str
    analysis: Analysis | None = None
    draft: str = ""


def steps(
    analyzer: Analyzer,
    article: Article,
    targets: Sequence[str] | None = None,
    topic: str | Topic | None = None,
    sentences: int | None = None,
    stop: threading.Event | None = None,
) -> Iterator[Step]:
    """Analyse an article, one step at a time: stances first, the summary after them.

    Args:
        analyzer: With its models.
        article: The article.
        targets: As in ``Analyzer.analyze``.
        topic: As in ``Analyzer.analyze``.
        sentences: As in ``Analyzer.analyze``.
        stop: Ends the work when it is set.

    Raises:
        Stopped: ``stop`` was set.
        NewstanceError: As from ``Analyzer.analyze``.
    """
    stop = stop or threading.Event()
    arrived: queue.SimpleQueue[Step | Exception] = queue.SimpleQueue()
    worker = threading.Thread(
        target=_work, args=(analyzer, article, targets, topic, sentences, stop, arrived.put), daemon=True
    )
    worker.start()
    try:
        while True:
            if stop.is_set():
                raise Stopped
            try:
                item = arrived.get(timeout=_HEARD_EVERY)
            except queue.Empty:
                continue
            if isinstance(item, Exception):
                raise item
            yield item
            if item.name == "done":
                return
    finally:
        stop.set()


def _work(
    analyzer: Analyzer,
    article: Article,
    targets: Sequence[str] | None,
    topic: str | Topic | None,
    sentences: int | None,
    stop: threading.Event,
    put: Any,
) -> None:
    def heard() -> None:
        if stop.is_set():
            raise Stopped

    def begin(step: str) -> None:
        heard()
        put(Step(step))

    try:
        analysis = analyzer.analyze(article, targets, topic, summarize=False, progress=begin)
        heard()
        put(Step("summary", analysis))
        start = last = time.perf_counter()
        draft = ""

        def on_text(piece: str) -> None:
            nonlocal draft, last
            heard()
            draft += piece
            if piece and time.perf_counter() - last > _DRAFT_EVERY:
                last = time.perf_counter()
                put(Step("summary", analysis, draft))

        summary = analyzer.summarize(article, sentences, on_text)
        seconds = {**analysis.seconds, "summary": round(time.perf_counter() - start, 3)}
        put(Step("done", replace(analysis, summary=summary, seconds=seconds)))
    except Exception as error:  # the generator raises it where it is seen
        put(error)


class View(NamedTuple):
    """What changes on the page, in the order of the page's outputs; what is not given stays."""

    status: Any = gr.skip()
    summary: Any = gr.skip()
    board: Any = gr.skip()
    drawer: Any = gr.skip()
    analysis: Any = gr.skip()
    json: Any = gr.skip()
    markdown: Any = gr.skip()
    analyse: Any = gr.skip()
    cancel: Any = gr.skip()


class Page:
    """What the page's controls do; Gradio calls these methods.

    Args:
        analyzer: With its models; shared by all readers.
    """

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._stops: dict[str | None, threading.Event] = {}

    def analyse(
        self,
        text: str,
        title: str,
        topic: str | None,
        targets: list[str] | None,
        sentences: int | None,
        request: gr.Request | None = None,
    ) -> Iterator[View]:
        """Read an article; one view after each step."""
        session = _session(request)
        stop = self._stops[session] = threading.Event()
        yield View(
            status=page_html.status("reading"),
            summary="",
            board="",
            drawer="",
            analysis=None,
            json=gr.update(value=None, visible=False),
            markdown=gr.update(value=None, visible=False),
            **_working(True),
        )
        found: Analysis | None = None
        try:
            article = Article.from_text(text or "", title or "")
            wanted = [target.strip() for target in targets or [] if target.strip()] or None
            with tempfile.TemporaryDirectory(prefix="newstance-") as folder:
                for step in steps(self._analyzer, article, wanted, topic or None, sentences, stop):
                    is_new = step.analysis is not None and step.analysis is not found
                    found = step.analysis
                    yield _view(step, article, is_new, Path(folder))
        except Stopped:
            yield self._over(page_html.status("stopped"), found)
        except (NewstanceError, SettingsError) as error:
            yield self._over(page_html.problem(str(error)), found)
        except Exception as error:
            # Neither the message nor the values are logged: they may hold the reader's text.
            frames = "".join(traceback.format_tb(error.__traceback__))
            log.error("an analysis failed: %s\n%s", type(error).__name__, frames)
            message = f"newstance itself failed ({type(error).__name__}), and its log says where; try another text"
            yield self._over(page_html.problem(message), found)
        finally:
            stop.set()
            if self._stops.get(session) is stop:
                del self._stops[session]

    def cancel(self, found: Analysis | None, request: gr.Request | None = None) -> View:
        """Stop the reader's running analysis."""
        self.leave(request)
        return self._over(page_html.status("stopped"), found)

    def leave(self, request: gr.Request | None = None) -> None:
        """Stop what runs for a reader who has closed the page."""
        stop = self._stops.get(_session(request))
        if stop is not None:
            stop.set()

    def choose(self, found: Analysis | None, event: gr.EventData) -> str:
        """The evidence for the cell that was clicked."""
        cell = event._data.get("cell") if isinstance(event._data, dict) else None
        return self.evidence(found, cell)

    def evidence(self, found: Analysis | None, cell: Any) -> str:
        """The evidence for a cell of the board."""
        return page_html.drawer(found, cell if isinstance(cell, int) else None) if found is not None else ""

    def take_file(self, path: str) -> tuple[str, str, str]:
        """Headline and text of an uploaded file, which is then deleted."""
        try:
            article = Article.from_file(path)
        except NewstanceError as error:
            # What is wrong matters, not where the server has put the file.
            return gr.skip(), gr.skip(), page_html.problem(str(error).replace(str(path), Path(path).name))
        finally:
            Path(path).unlink(missing_ok=True)
        return article.title, article.text, page_html.status()

    def take_topic(self, topic: str | None, targets: list[str] | None) -> tuple[Any, str]:
        """A topic's targets as chips; those of other topics go, the reader's own stay."""
        try:
            shipped = {name: [target.name for target in Topic.load(name).targets] for name in shipped_names("topics")}
        except SettingsError as error:
            return gr.skip(), page_html.problem(str(error))
        of_topics = {target for names in shipped.values() for target in names}
        own = [target for target in targets or [] if target not in of_topics]
        chosen = shipped.get(topic or "", [])
        return gr.update(choices=chosen, value=[*chosen, *own]), page_html.status()

    def _over(self, status: str, found: Analysis | None) -> View:
        """The page after a run that did not reach its end: what was found stays."""
        if found is None:
            return View(status=status, summary=page_html.welcome(), **_working(False))
        return View(status=status, summary=page_html.summary(None, found.article.title), **_working(False))


def _view(step: Step, article: Article, is_new: bool, folder: Path) -> View:
    found = step.analysis
    if found is None:
        return View(status=page_html.status(step.name))
    is_done = step.name == "done"
    view = View(
        status=page_html.status(step.name, found.seconds),
        summary=page_html.summary(found.summary, article.title, step.draft, pending=not is_done),
    )
    if is_new:
        json, markdown = (folder / f"{_stem(article.title)}{suffix}" for suffix in (".json", ".md"))
        json.write_text(found.to_json(), encoding="utf-8")
        markdown.write_text(found.to_markdown(), encoding="utf-8")
        view = view._replace(
            analysis=found,
            json=gr.update(value=str(json), visible=True),
            markdown=gr.update(value=str(markdown), visible=True),
        )
    if is_done:
        return view._replace(**_working(False))
    if is_new:
        chosen = page_html.strongest(found)
        return view._replace(board=page_html.board(found, chosen), drawer=page_html.drawer(found, chosen))
    return view


def _targets_of(topic: str) -> list[str]:
    return [target.name for target in Topic.load(topic).targets]


def _working(is_working: bool) -> dict[str, Any]:
    return {"analyse": gr.update(interactive=not is_working), "cancel": gr.update(interactive=is_working)}


def _session(request: gr.Request | None) -> str | None:
    return None if request is None else str(request.session_hash)


def _stem(title: str) -> str:
    """A file name from a headline."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)[:6]
    return "-".join(words) or "analysis"


def build(analyzer: Analyzer) -> gr.Blocks:
    """The page over a loaded analyzer.

    Its look is not part of it: hand ``look()`` to ``launch`` or ``mount_gradio_app``.
    """
    page = Page(analyzer)
    with gr.Blocks(title="newstance", analytics_enabled=False, delete_cache=(_FILES_KEPT // 4, _FILES_KEPT)) as blocks:
        gr.HTML(
            '<header class="ns-header"><h1>newstance</h1><p>Read the news; see who stands where.</p></header>',
            apply_default_css=False,
        )
        with gr.Row(elem_classes="ns-columns"):
            with gr.Column(scale=4, min_width=320, elem_classes="ns-inputs"):
                samples = _sample_buttons()
                title = gr.Textbox(label="Headline", placeholder="Optional", max_lines=2)
                text = gr.Textbox(
                    label="Article",
                    placeholder="Paste the text of a news article here.",
                    lines=8,
                    max_lines=9,
                )
                upload = gr.UploadButton(
                    "Upload .txt, .md or .html", file_types=list(_FILE_TYPES), size="sm", elem_id="ns-upload"
                )
                topic = gr.Dropdown(
                    [
                        ("None", ""),
                        *((name.replace("-", " ").capitalize(), name) for name in shipped_names("topics")),
                    ],
                    value="",
                    label="Topic",
                    info="Brings targets, and other names of the actors.",
                )
                targets = gr.Dropdown(
                    [],
                    value=[],
                    multiselect=True,
                    allow_custom_value=True,
                    label="Targets",
                    info="What stances are about: type one and press Enter. "
                    "Left empty, they are taken from the article.",
                    elem_id="ns-targets",
                )
                sentences = gr.Slider(
                    1,
                    _LONGEST_SUMMARY,
                    value=min(analyzer.profile.summarizer.sentences, _LONGEST_SUMMARY),
                    step=1,
                    label="Summary, sentences",
                )
                with gr.Row():
                    analyse = gr.Button("Analyse", variant="primary", scale=2, min_width=120, elem_id="ns-analyse")
                    cancel = gr.Button("Cancel", interactive=False, scale=1, min_width=90, elem_id="ns-cancel")
            with gr.Column(scale=7, min_width=320, elem_id="ns-results"):
                status = gr.HTML(page_html.status(), apply_default_css=False)
                summary = gr.HTML(page_html.welcome(), apply_default_css=False, elem_id="ns-summary")
                board = gr.HTML("", apply_default_css=False, elem_id="ns-board", js_on_load=_CHOOSE)
                drawer = gr.HTML("", apply_default_css=False, elem_id="ns-drawer", js_on_load=_TO_FIRST_PASSAGE)
                with gr.Row(elem_classes="ns-downloads"):
                    json = gr.DownloadButton("Download JSON", visible=False, size="sm", min_width=140)
                    markdown = gr.DownloadButton("Download Markdown", visible=False, size="sm", min_width=140)
        gr.HTML(page_html.models(analyzer.models()), apply_default_css=False)

        analysis = gr.State(None, time_to_live=_FILES_KEPT)
        outputs = list(View(status, summary, board, drawer, analysis, json, markdown, analyse, cancel))
        for path, button in samples.items():
            button.click(_sample(path), outputs=[title, text, topic, targets], queue=False, api_visibility="private")
        upload.upload(page.take_file, upload, [title, text, status], api_visibility="private")
        topic.input(page.take_topic, [topic, targets], [targets, status], queue=False, api_visibility="private")
        analyse.click(None, js=_SHOW_RESULTS)
        running = analyse.click(
            page.analyse,
            [text, title, topic, targets, sentences],
            outputs,
            api_name="analyse",
            show_progress="hidden",
            concurrency_limit=_RUNS_AT_ONCE,
        )
        cancel.click(
            page.cancel, analysis, outputs, cancels=[running], queue=False, show_progress="hidden",
            api_visibility="private",
        )  # fmt: skip
        board.click(page.choose, analysis, drawer, queue=False, show_progress="hidden", api_visibility="private").then(
            None, js=_SHOW_EVIDENCE
        )
        blocks.unload(page.leave)
    blocks.queue(max_size=_WAITING_AT_MOST)
    return blocks


def _titled(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _sample_buttons() -> dict[Path, Any]:
    gr.HTML('<p class="ns-label">Try a sample</p>', apply_default_css=False)
    with gr.Row(elem_classes="ns-samples"):
        return {path: gr.Button(_titled(path.stem), size="sm", min_width=80) for path in sorted(SAMPLES.glob("*.md"))}


def _sample(path: Path) -> Any:
    def take() -> tuple[str, str, str, Any]:
        """Headline, text, topic and targets of a sample."""
        article = Article.from_file(path)
        topic = _SAMPLE_TOPICS.get(path.stem, "")
        chosen = _targets_of(topic) if topic else []
        return article.title, article.text, topic, gr.update(choices=chosen, value=chosen)

    return take


def look() -> dict[str, Any]:
    """Theme and style sheet, as ``launch`` and ``mount_gradio_app`` take them; no font is fetched."""
    sans = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Liberation Sans", "sans-serif")
    theme = gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.stone,
        font=sans,
        font_mono=("ui-monospace", "Menlo", "Consolas", "Liberation Mono", "monospace"),
        radius_size=gr.themes.sizes.radius_sm,
    ).set(
        body_background_fill="#faf8f3",
        body_background_fill_dark="#17181a",
        body_text_color="#1f1d1a",
        body_text_color_dark="#e9e6df",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_shadow="none",
        block_title_text_color="#1f1d1a",
        block_title_text_color_dark="#e9e6df",
        block_title_text_weight="600",
        block_info_text_color="#66615a",
        block_info_text_color_dark="#aaa59b",
        input_background_fill="#ffffff",
        input_background_fill_dark="#212326",
        input_border_width="1px",
        input_border_color="#cfc9bd",
        input_border_color_dark="#46494e",
        button_primary_background_fill="#1f1d1a",
        button_primary_background_fill_dark="#e9e6df",
        button_primary_background_fill_hover="#45413a",
        button_primary_background_fill_hover_dark="#ffffff",
        button_secondary_background_fill="#ece7dc",
        button_secondary_background_fill_dark="#2c2f33",
        button_secondary_background_fill_hover="#ded7c8",
        button_secondary_background_fill_hover_dark="#3b3e43",
        button_primary_border_color="transparent",
        button_primary_border_color_dark="transparent",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#17181a",
    )
    return {"theme": theme, "css_paths": STYLE}


def serve(profile: str | Path, host: str = "127.0.0.1", port: int = 7860) -> None:
    """Load a profile's models and open the page; returns when it is stopped.

    Args:
        profile: As in ``Analyzer.from_profile``.
        host: The address to listen on; the default is seen by this computer alone.
        port: The port to listen on.

    Raises:
        InputError: The port is taken.
    """
    analyzer = Analyzer.from_profile(profile)
    log.info("loaded %s", analyzer.summarizer)  # loads it, so that the first reader does not wait for it
    try:
        build(analyzer).launch(
            server_name=host,
            server_port=port,
            footer_links=[],
            # Gradio would otherwise keep what was typed in the browser, and can send it to a bucket.
            run_history=False,
            ssr_mode=False,
            enable_monitoring=False,
            max_file_size="5mb",
            **look(),
        )
    except OSError as error:
        raise InputError(f"port {port} on {host} cannot be used; choose another by --port ({error})") from error
