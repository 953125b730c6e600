"""The evaluate tab of the page: run a labelled set, see its report, open earlier runs.

Runs of known sets lie in the folder that the server was started with, and everybody who uses the page sees them. A
set that a reader uploads, and its runs, lie in a temporary folder of the reader's own, seen by nobody else, and gone
an hour after the reader has left.
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from newstance import configs
from newstance.configs import SettingsError
from newstance.models.errors import InputError, NewstanceError
from newstance.models.stance import LABELS
from newstance.service.page import html
from newstance.service.page.article_tab import MODELS, RUNS_AT_ONCE
from newstance.service.page.background import Stopped, in_background

from . import provenance
from .document import Document, Heading
from .labelled import SHIPPED, LabelledSet, SetConfig, load_set
from .own_set import FIELDS, SUFFIXES, OwnFile, guess_words, own_set, take
from .report import interval, report
from .runs import Analyzer, RunOptions, run_set
from .scores import score_run
from .storage import StoredRun

log = logging.getLogger(__name__)

_KEPT = 3600  # seconds that a reader's own data stay
_BATCH = 32  # rows until a request to stop is noticed
_MOST_EXAMPLES = 2000
_LISTED = 50
# Parts of a report that are long or seldom asked for.
_FOLDED = ("Targets", "Risk", "How to reproduce", "Rows left out")
_OPEN = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-run]');
  if (button) trigger('click', {run: button.dataset.run, own: button.dataset.own === 'yes'});
});
"""


@dataclass
class Mine:
    """What belongs to one reader: an uploaded file, and runs of it.

    Attributes:
        folder: Made when it is first needed.
        file: The file that was uploaded last.
    """

    folder: Path | None = None
    file: OwnFile | None = None

    def place(self) -> Path:
        """The reader's folder."""
        if self.folder is None:
            self.folder = Path(tempfile.mkdtemp(prefix="newstance-own-"))
        return self.folder

    def forget(self) -> None:
        """Delete all of it."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True)
class Asked:
    """A run that is asked for.

    Attributes:
        labelled: The set.
        folder: Where the run goes.
        limit: About how many examples.
    """

    labelled: LabelledSet
    folder: Path
    limit: int | None


class View(NamedTuple):
    """What changes in the tab, in the order of its outputs."""

    status: Any = gr.skip()
    report: Any = gr.skip()
    runs: Any = gr.skip()
    mine: Any = gr.skip()
    go: Any = gr.skip()
    cancel: Any = gr.skip()


class EvaluateHandlers:
    """What the tab's controls do.

    Args:
        analyzer: What is evaluated.
        runs: The folder of everybody's runs; None keeps each reader's runs apart.
        data: The folder that holds the known sets; None offers the shipped ones only.
    """

    def __init__(self, analyzer: Analyzer, runs: Path | None, data: Path | None) -> None:
        self._analyzer = analyzer
        self._runs = runs
        self._data = data
        self._stops: dict[str | None, threading.Event] = {}

    def sets(self) -> dict[str, str]:
        """What a menu says, by name, for each known set whose file is here."""
        found = {}
        for name in configs.names("eval"):
            try:
                config = configs.load("eval", name, SetConfig)
            except SettingsError:
                continue  # the floors are no set
            root = SHIPPED if config.file and config.file.shipped else self._data
            if config.file and root and (root / config.file.path).is_file():
                found[name] = f"{name} ({config.kind})"
        return found

    # An own set

    def take_file(self, path: str, mine: Mine | None) -> tuple[Any, ...]:
        """What the form shows for an uploaded file: the state, how it went, columns of the fields, label words."""
        mine = mine or Mine()
        try:
            mine.file = take(Path(path), mine.place())
            words = _words_of(mine.file, mine.file.guesses["label"])
        except NewstanceError as error:
            return (mine, html.field_problem(_without_folders(str(error), mine)), *[gr.skip()] * (len(FIELDS) + 3))
        finally:
            Path(path).unlink(missing_ok=True)
        said = html.hint(f"{mine.file.name}: {html.count(mine.file.rows, 'row')}. Check the columns and labels below.")
        choices = [("(none)", ""), *((column, column) for column in mine.file.columns)]
        columns = [gr.update(choices=choices, value=mine.file.guesses[field]) for field in FIELDS]
        return (mine, said, *columns, *words)

    def take_label(self, column: str, mine: Mine | None) -> tuple[Any, ...]:
        """The label words that a column probably has."""
        if mine is None or mine.file is None or column not in mine.file.columns:
            return tuple([gr.skip()] * len(LABELS))
        return _words_of(mine.file, column)

    # The run

    def run(
        self,
        is_own: bool,
        name: str | None,
        limit: float,
        skip_invalid: bool,
        mine: Mine | None,
        *own: str,
        request: gr.Request | None = None,
    ) -> Iterator[View]:
        """Run a set; one view after each batch.

        Args:
            is_own: Whether the uploaded file is meant.
            name: Of a known set.
            limit: About how many examples.
            skip_invalid: Leave bad rows out.
            mine: What is the reader's own.
            own: The columns of ``FIELDS``, the words for ``LABELS``, the holder and target of all rows.
            request: Whose run it is.
        """
        mine = mine or Mine()
        session = None if request is None else str(request.session_hash)
        stop = self._stops[session] = threading.Event()
        yield View(html.status("Reading the set…"), "", mine=mine, **_working(True))
        asked: Asked | None = None
        try:
            examples = max(1, min(int(limit), _MOST_EXAMPLES))
            labelled = _own_set(mine, own, skip_invalid) if is_own else self._known_set(name, skip_invalid)
            asked = self._asked(labelled, examples, is_own, mine)
            done = 0
            for new, total in in_background(self._work(asked), stop):
                done += new
                yield View(html.status(f"{labelled.config.name}: {done} of {html.count(total, 'example')}…"))
            said = html.status(f"Done: {html.count(done, 'example')} of {labelled.config.name}.")
            yield View(html.status("Scoring…"))
            yield View(said, _report(asked.folder), self.listing(mine), mine, **_working(False))
        except Stopped:
            said = html.status("Stopped. What was answered is kept: press Run to go on.")
            part = _report(asked.folder) if asked is not None and _has_rows(asked.folder) else gr.skip()
            yield View(said, part, self.listing(mine), mine, **_working(False))
        except (NewstanceError, SettingsError) as error:
            yield View(html.problem(self._said(error, mine, asked)), mine=mine, **_working(False))
        except Exception as error:
            # Neither the message nor the values are logged: they may hold the reader's data.
            frames = "".join(traceback.format_tb(error.__traceback__))
            log.error("an evaluation failed: %s\n%s", type(error).__name__, frames)
            said = f"newstance itself failed ({type(error).__name__}), and its log says where; try another set"
            yield View(html.problem(said), mine=mine, **_working(False))
        finally:
            stop.set()
            if self._stops.get(session) is stop:
                del self._stops[session]

    def _known_set(self, name: str | None, skip_invalid: bool) -> LabelledSet:
        if name not in self.sets():  # a name from a browser is never made a path unless it is one of ours
            raise InputError("no set is chosen; choose one of the list, or upload a file")
        return load_set(str(name), self._data, skip_invalid)

    def _asked(self, labelled: LabelledSet, limit: int, is_own: bool, mine: Mine) -> Asked:
        """Each profile, model, set and limit has a folder of its own, where an interrupted run goes on."""
        profile = self._analyzer.profile
        key = provenance.profile_sha256(profile)[:6] + provenance.model_sha256(profile)[:6] + labelled.sha256[:6]
        shared = None if is_own else self._runs
        root = shared or mine.place() / "runs"
        folder = root / f"{labelled.config.name}-{profile.name}-{key}-{min(limit, len(labelled.examples))}"
        return Asked(labelled, folder, None if limit >= len(labelled.examples) else limit)

    def _work(self, asked: Asked) -> Callable[[Callable[[tuple[int, int]], None]], None]:
        name = asked.labelled.config.name
        command = f"newstance evaluate {name} --profile {self._analyzer.profile.name} --data DIR --out DIR"
        command += f" --limit {asked.limit}" if asked.limit is not None else ""

        def work(tell: Callable[[tuple[int, int]], None]) -> None:
            options = RunOptions(asked.limit, _BATCH)
            run_set(asked.labelled, self._analyzer, asked.folder, options, command, lambda n, of: tell((n, of)))

        return work

    def cancel(self, request: gr.Request | None = None) -> None:
        """Stop the reader's running evaluation; the run itself says what becomes of it."""
        stop = self._stops.get(None if request is None else str(request.session_hash))
        if stop is not None:
            stop.set()

    # Earlier runs

    def listing(self, mine: Mine | None) -> str:
        """The runs that this reader may see, the latest first."""
        rows = []
        for is_own, folders in ((True, self._own_runs(mine)), (False, _runs_in(self._runs))):
            for folder in folders.values():
                rows.append((folder.joinpath("run.json").stat().st_mtime, _listed(folder, is_own)))
        if not rows:
            return html.hint("No run yet. What you run appears here.")
        body = "".join(row for _, row in sorted(rows, reverse=True)[:_LISTED])
        heads = "".join(f'<th scope="col">{head}</th>' for head in ("Set", "Profile", "Score", "Examples", "When", ""))
        return (
            '<div class="ns-scroll" tabindex="0" role="region" aria-label="Earlier runs"><table class="ns-list">'
            f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def open(self, mine: Mine | None, event: gr.EventData) -> tuple[Any, Any]:
        """Status and report of the run whose button was clicked."""
        data = event._data if isinstance(event._data, dict) else {}
        runs: Mapping[str, Path] = self._own_runs(mine) if data.get("own") is True else _runs_in(self._runs)
        folder = runs.get(str(data.get("run")))
        if folder is None:
            return html.field_problem("this run is not here any more; choose another one"), gr.skip()
        try:
            return html.status(""), _report(folder)
        except NewstanceError as error:
            return html.field_problem(_without_folders(str(error), mine, folder)), gr.skip()

    def _own_runs(self, mine: Mine | None) -> dict[str, Path]:
        return _runs_in(mine.folder / "runs") if mine is not None and mine.folder is not None else {}

    def _said(self, error: Exception, mine: Mine, asked: Asked | None) -> str:
        said = str(error).replace("--skip-invalid", "the box “Leave bad rows out”")
        return _without_folders(said, mine, *filter(None, (asked.folder if asked else None, self._runs, self._data)))


def _words_of(file: OwnFile, column: str) -> tuple[Any, ...]:
    """Each label's words among a column's values, as updates of their menus."""
    values = file.labels(column) if column else []
    guessed = guess_words(values)
    return tuple(gr.update(choices=values, value=guessed[label]) for label in LABELS)


def _own_set(mine: Mine, own: Sequence[Any], skip_invalid: bool) -> LabelledSet:
    if mine.file is None:
        raise InputError("no file was uploaded yet; upload one, or choose a known set")
    columns = {name: str(value or "") for name, value in zip(FIELDS, own, strict=False)}
    words: dict[str, list[str]] = {
        label: list(value or []) for label, value in zip(LABELS, own[len(FIELDS) :], strict=False)
    }
    holder, target = own[len(FIELDS) + len(LABELS) :]
    constants = {"holder": holder or "", "target": target or ""}
    return own_set(mine.file, columns, words, constants, skip_invalid)


def _without_folders(message: str, mine: Mine | None, *others: Path) -> str:
    """A message without the server's own folders, which are nobody's business."""
    folders = [*others, *([mine.folder] if mine is not None and mine.folder is not None else [])]
    for folder in folders:
        message = message.replace(f"{folder}/", "").replace(str(folder), "the run's folder")
    return message


def _has_rows(folder: Path) -> bool:
    rows = folder / "rows.jsonl"
    return rows.is_file() and rows.stat().st_size > 0


def _report(folder: Path) -> str:
    """A run's report, and its scores on disk for the list."""
    run = StoredRun(folder)
    results = score_run(run)
    kept = {key: value for key, value in results.items() if key != "worst"}
    (folder / "metrics.json").write_text(json.dumps(kept, indent=2), encoding="utf-8")
    document = report(run, results)
    parts = [f"<h2>{escape(document.title)}</h2>"]
    for heading, section in _sections(document):
        if heading.startswith(_FOLDED):
            parts.append(f'<details class="ns-fold"><summary>{escape(heading)}</summary>{section.body()}</details>')
        else:
            parts.append((f"<h3>{escape(heading)}</h3>" if heading else "") + section.body())
    return f'<section class="ns-report-body">{"".join(parts)}</section>'


def _sections(document: Document) -> Iterator[tuple[str, Document]]:
    """The parts of a document under their headings; what stands before the first heading has none."""
    heading, section = "", Document("")
    for block in document.blocks:
        if isinstance(block, Heading):
            yield heading, section
            heading, section = block.text, Document(block.text)
        else:
            section.blocks.append(block)
    yield heading, section


def _runs_in(folder: Path | None) -> dict[str, Path]:
    """The runs in a folder by their names, which are what a browser may ask for."""
    if folder is None or not folder.is_dir():
        return {}
    return {path.parent.name: path.parent for path in sorted(folder.glob("*/run.json"))}


def _listed(folder: Path, is_own: bool) -> str:
    try:
        header = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        header = {}
    score, count = "not scored yet", ""
    try:
        metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
        score = f"{metrics['headline']} {interval(metrics['scores'][metrics['headline']])}"
        count = f"{metrics['n']}{' (partial)' if metrics['partial'] else ''}"
    except (OSError, json.JSONDecodeError, KeyError):
        pass
    mark = " <small>only you see it</small>" if is_own else ""
    name = str(header.get("set", folder.name))
    cells = (
        str(header.get("profile", {}).get("name", "")),
        score,
        count,
        str(header.get("start", ""))[:16].replace("T", " "),
    )
    return (
        f"<tr><td>{escape(name)}{mark}</td>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}"
        f'<td><button type="button" class="ns-link" data-run="{escape(folder.name)}" '
        f'data-own="{"yes" if is_own else "no"}" aria-label="Open the run of {escape(name)}">Open</button></td></tr>'
    )


def _working(is_working: bool) -> dict[str, Any]:
    return {"go": gr.update(interactive=not is_working), "cancel": gr.update(interactive=is_working)}


def evaluate_tab(
    analyzer: Analyzer, runs: Path | None = None, data: Path | None = None
) -> tuple[str, Callable[[], None]]:
    """The tab's name, and what lays it out when it is called inside the tab, as ``page.build`` takes it.

    Args:
        analyzer: What is evaluated.
        runs: The folder of everybody's runs; None keeps each reader's runs apart.
        data: The folder that holds the known sets; None offers the shipped ones only.
    """
    return "Evaluate", lambda: _lay_out(EvaluateHandlers(analyzer, runs, data))


@dataclass
class _Form:
    """The tab's inputs."""

    is_own: Any = None
    name: Any = None
    limit: Any = None
    skip_invalid: Any = None
    columns: list[Any] = field(default_factory=list)
    words: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def own(self) -> list[Any]:
        """In the order of ``EvaluateHandlers.run``'s ``own``."""
        return [*self.columns, *self.words, *self.constants]


def _lay_out(handlers: EvaluateHandlers) -> None:
    plain: dict[str, Any] = {"apply_default_css": False}
    if missing := [name for name in ("matplotlib", "rouge_score", "vaderSentiment") if find_spec(name) is None]:
        gr.HTML(
            html.problem(f"this tab needs {', '.join(missing)}; install it by: pip install 'newstance[eval]'"), **plain
        )
        return
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    at_once: dict[str, Any] = {**quiet, "queue": False}
    form = _Form()
    with gr.Row(elem_classes="ns-columns"):
        with gr.Column(scale=3, min_width=300, elem_classes="ns-inputs"):
            sets = handlers.sets()
            form.is_own = gr.Radio(
                [("A known set", False), ("My own file", True)], value=False, label="Labelled set", elem_id="ns-own"
            )
            form.name = gr.Dropdown(
                [(words, name) for name, words in sets.items()], value=next(iter(sets), None), label="Known sets"
            )
            with gr.Column(visible=False) as own_part:
                upload = gr.UploadButton(
                    f"Upload {', '.join(SUFFIXES)}", file_types=list(SUFFIXES), size="sm", elem_id="ns-own-upload"
                )
                said = gr.HTML(
                    html.hint("One example a row: a text, whose stance, toward what, and the label."), **plain
                )
                for name in FIELDS:
                    form.columns.append(gr.Dropdown([("(none)", "")], value="", label=f"Column of the {name}"))
                for name in ("holder", "target"):
                    form.constants.append(
                        gr.Textbox(
                            label=f"{name.capitalize()} of all rows",
                            placeholder="If no column has it" + "; “author” for the writer" * (name == "holder"),
                            max_lines=1,
                        )
                    )
                form.words = [
                    gr.Dropdown([], value=[], multiselect=True, label=f"Labels that mean {label}") for label in LABELS
                ]
                form.skip_invalid = gr.Checkbox(value=False, label="Leave bad rows out")
                gr.HTML(html.hint("Your file stays on this server for an hour at most, and only you see it."), **plain)
            form.limit = gr.Slider(20, _MOST_EXAMPLES, value=200, step=20, label="Examples, at the most")
            with gr.Row(elem_classes="ns-go"):
                go = gr.Button("Run", variant="primary", scale=2, min_width=120, elem_id="ns-run")
                stop = gr.Button("Cancel", interactive=False, scale=1, min_width=90)
        with gr.Column(scale=8, min_width=320, elem_classes="ns-results"):
            status = gr.HTML(html.status(), **plain)
            shown = gr.HTML(_WELCOME, elem_id="ns-evaluation", **plain)
            gr.HTML("<h3>Earlier runs</h3>", **plain)
            runs = gr.HTML(handlers.listing(None), elem_id="ns-runs", js_on_load=_OPEN, **plain)
            refresh = gr.Button("Refresh the list", size="sm", elem_classes="ns-undo")
    mine = gr.State(None, time_to_live=_KEPT, delete_callback=lambda mine: mine.forget() if mine else None)
    outputs = list(View(status, shown, runs, mine, go, stop))
    form.is_own.change(
        lambda own: (gr.update(visible=not own), gr.update(visible=own)), form.is_own, [form.name, own_part], **at_once
    )
    upload.upload(handlers.take_file, [upload, mine], [mine, said, *form.columns, *form.words], **quiet)
    form.columns[FIELDS.index("label")].input(handlers.take_label, [form.columns[-1], mine], form.words, **at_once)
    go.click(
        handlers.run,
        [form.is_own, form.name, form.limit, form.skip_invalid, mine, *form.own()],
        outputs,
        concurrency_limit=RUNS_AT_ONCE,
        concurrency_id=MODELS,
        **quiet,
    )
    stop.click(handlers.cancel, None, None, **at_once)
    runs.click(handlers.open, mine, [status, shown], **quiet)
    refresh.click(handlers.listing, mine, runs, **at_once)


_WELCOME = (
    '<div class="ns-welcome"><h2>How well does it do?</h2><ol><li>Choose a labelled set, or upload one of your own.'
    "</li><li>Say how many examples to take.</li><li>Press <b>Run</b>. You get scores with their intervals beside "
    "baselines, the confusion matrix, how far the probabilities can be trusted, and the worst errors.</li></ol></div>"
)
