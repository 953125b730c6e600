"""What the evaluate tab's controls do. Gradio calls these methods; none of them lays anything out.

Runs of known sets lie in the folder that the server was started with, and everybody who uses the page sees them. A
set that a reader uploads, and its runs, lie in a temporary folder of the reader's own, seen by nobody else, and gone
an hour after the reader has left.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from newstance import configs
from newstance.configs import SettingsError
from newstance.models.errors import InputError, NewstanceError
from newstance.models.hearing import Stopped
from newstance.models.stance import LABELS
from newstance.service import provenance
from newstance.service.page.background import in_background
from newstance.service.page.controls import clicked, go_and_cancel
from newstance.service.page.endings import Stops, reason
from newstance.service.page.uploads import taken
from newstance.service.present import html
from newstance.service.present.wording import count

from ..labelled import LabelledSet, load_set
from ..records import SHIPPED
from ..runs import Analyzer, RunOptions, code_sha256, run_set
from ..set_config import SetConfig
from .own_set import FIELDS, OwnFile, guess_words, own_set, take
from .runs import has_rows, listing, runs_by_name, shown_report

MOST_EXAMPLES = 2000
_BATCH = 32  # rows until a request to stop is noticed


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
        self._stops = Stops()

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
            with taken(path) as upload:
                mine.file = take(upload, mine.place())
            words = _words_of(mine.file, mine.file.guesses["label"])
        except NewstanceError as error:
            return (mine, html.field_problem(_without_folders(str(error), mine)), *[gr.skip()] * (len(FIELDS) + 3))
        said = html.hint(f"{mine.file.name}: {count(mine.file.rows, 'row')}. Check the columns and labels below.")
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
        with self._stops.running(request) as stop:
            yield View(html.status("Reading the set…"), "", mine=mine, **go_and_cancel(True))
            asked: Asked | None = None
            try:
                examples = max(1, min(int(limit), MOST_EXAMPLES))
                labelled = _own_set(mine, own, skip_invalid) if is_own else self._known_set(name, skip_invalid)
                asked = self._asked(labelled, examples, is_own, mine)
                done = 0
                for new, total in in_background(self._work(asked), stop):
                    done += new
                    yield View(html.status(f"{labelled.config.name}: {done} of {count(total, 'example')}…"))
                yield View(html.status("Scoring…"))
                said = html.status(f"Done: {count(done, 'example')} of {labelled.config.name}.")
                over = View(said, shown_report(asked.folder), self.listing(mine))
            except Stopped:
                said = html.status("Stopped. What was answered is kept: press Run to go on.")
                part = shown_report(asked.folder) if asked is not None and has_rows(asked.folder) else gr.skip()
                over = View(said, part, self.listing(mine))
            except Exception as error:
                over = View(html.problem(self._said(reason(error, "another set"), mine, asked)))
            yield over._replace(mine=mine, **go_and_cancel(False))

    def _known_set(self, name: str | None, skip_invalid: bool) -> LabelledSet:
        if name not in self.sets():  # a name from a browser is never made a path unless it is one of ours
            raise InputError("no set is chosen; choose one of the list, or upload a file")
        return load_set(str(name), self._data, skip_invalid)

    def _asked(self, labelled: LabelledSet, limit: int, is_own: bool, mine: Mine) -> Asked:
        """Each code, profile, model, set and limit has a folder of its own, where an interrupted run goes on."""
        profile = self._analyzer.profile
        hashes = (provenance.profile_sha256(profile), provenance.model_sha256(profile), labelled.sha256, code_sha256())
        key = "".join(one[:6] for one in hashes)
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
        self._stops.stop(request)

    # Earlier runs

    def listing(self, mine: Mine | None) -> str:
        """The runs that this reader may see, the latest first."""
        return listing(_own_runs(mine), runs_by_name(self._runs))

    def open(self, mine: Mine | None, event: gr.EventData) -> tuple[Any, Any]:
        """Status and report of the run whose button was clicked."""
        data = clicked(event)
        runs = _own_runs(mine) if data.get("own") is True else runs_by_name(self._runs)
        folder = runs.get(str(data.get("run")))
        if folder is None:
            return html.field_problem("this run is not here any more; choose another one"), gr.skip()
        try:
            return html.status(""), shown_report(folder)
        except NewstanceError as error:
            return html.field_problem(_without_folders(str(error), mine, folder)), gr.skip()

    def _said(self, message: str, mine: Mine, asked: Asked | None) -> str:
        said = message.replace("--skip-invalid", "the box “Leave bad rows out”")
        return _without_folders(said, mine, *filter(None, (asked.folder if asked else None, self._runs, self._data)))


def _own_runs(mine: Mine | None) -> dict[str, Path]:
    return runs_by_name(mine.folder / "runs") if mine is not None and mine.folder is not None else {}


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
