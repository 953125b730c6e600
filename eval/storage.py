"""A run on disk: ``run.json`` says what it is, ``rows.jsonl`` holds one row for each example.

Rows are appended a batch at a time, each batch by one write, so a killed run loses at most the batch that was
being worked on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NotRequired

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict  # pydantic cannot check the standard library's before Python 3.12

from newstance.models.errors import InputError
from newstance.models.stance import LABELS
from newstance.service.disk import readable, told, write_whole

from .labelled import SUPPORTED, UNSUPPORTED, Example
from .set_config import Kind, SetConfig

# How the files of baselines in a run folder begin.
BASELINE = "baseline-"


@with_config(ConfigDict(strict=True))
class Row(TypedDict):
    """What is kept of one example; every score is computed from these rows.

    Attributes:
        id: The example's.
        group: Rows of one group share a text.
        input: What the model got.
        input_sha256: Its hash.
        gold: The right answer: a label, or a reference summary.
        prediction: The model's answer; None if it crashed.
        probabilities: Of each label; None for summaries and crashes.
        seconds: Time spent on it; in a batch, its share.
        error: What went wrong, or None.
        written: Of summaries alone: the text before it was checked against its article.
        supports: Of summaries alone: the support score of each sentence of ``prediction`` and of ``written``.
        parts: Of article sets alone: what tables of a set's parts go by, such as ``kind`` and ``outlet``.
        judged: Of article sets alone: start and end of the sentences that a judge named, in the input's text.
        shown: Of article sets alone: the answer's evidence, the strongest first, each with ``start`` and ``end`` in the
            input's text, ``label`` and ``probability``.
    """

    id: str
    group: str
    input: dict[str, str]
    input_sha256: str
    gold: str
    prediction: str | None
    probabilities: dict[str, float] | None
    seconds: float
    error: str | None
    written: NotRequired[str | None]
    supports: NotRequired[dict[str, list[float]]]
    parts: NotRequired[dict[str, str]]
    judged: NotRequired[list[list[int]]]
    shown: NotRequired[list[dict[str, Any]]]


class RowFile:
    """The rows of a run, or of a baseline that needs a model."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[Row]:
        """All whole rows, in the order they were made; a line torn by a kill is left out.

        Raises:
            InputError: A line is whole, but is no row; the message names file and line.
        """
        if not self.path.is_file():
            return []
        rows: list[Row] = []
        # Not splitlines(): tweets hold Unicode line separators, which are no end of a row.
        lines = self.path.read_bytes().split(b"\n")
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
            except ValueError:  # torn
                continue
            except RecursionError:
                row = None
            problem = _problem(_ROW, row)
            if not problem:
                rows.append(row)
            elif number < len(lines):  # a last line without its end is a torn one, too
                raise InputError(
                    f"{self.path}, line {number} is no row of a run ({problem}); take the line out, and make its "
                    "example again by the command of the run"
                )
        return rows

    def take_up(self, batches: Sequence[Sequence[Example]]) -> list[Sequence[Example]]:
        """Drop rows of unfinished batches from the file, and tell which batches are still to do.

        A batch is done again whole: quantized models round by what else is in the batch, and a run that was
        killed must end with the numbers of one that was not.
        """
        rows = {row["id"]: row for row in self.read()}
        done = [batch for batch in batches if all(example.id in rows for example in batch)]
        kept = "".join(_line(rows[example.id]) for batch in done for example in batch)
        write_whole(self.path, kept)
        finished = {id(batch) for batch in done}
        return [batch for batch in batches if id(batch) not in finished]

    def append(self, rows: Sequence[Row]) -> None:
        """Add a batch, by one write that a kill cannot split, and wait until it is on disk.

        Raises:
            InputError: It cannot be written, as on a full disk; nothing of the batch is left.
        """
        left = memoryview("".join(map(_line, rows)).encode())
        with told(self.path):
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                before = os.fstat(descriptor).st_size
                try:
                    while left:  # a disk that is nearly full takes a part, and says why with the next write
                        left = left[os.write(descriptor, left) :]
                    os.fsync(descriptor)
                except OSError:
                    with suppress(OSError):  # what cannot be cut is no file
                        os.ftruncate(descriptor, before)
                    raise
            finally:
                os.close(descriptor)


def _line(row: Row) -> str:
    return readable(row) + "\n"


def runs_in(folder: Path) -> list[Path]:
    """The folder itself, or if it is no run the runs below it, if there are some."""
    below = [] if (folder / "run.json").is_file() else sorted(path.parent for path in folder.glob("*/run.json"))
    return below or [folder]


class _Header(BaseModel):
    """What scores and reports need of ``run.json``, which holds more."""

    model_config = ConfigDict(strict=True)

    config: dict[str, Any]
    profile: dict[str, Any]
    profile_sha256: str
    model_sha256: str
    data: str
    data_sha256: str
    examples_in_set: int
    limit: int | None
    skipped: list[str]
    command: str
    commit: str | None
    machine: dict[str, Any]
    versions: dict[str, str]
    start: str
    end: str | None
    sittings: list[dict[str, Any]] = []


# What a row of each kind of set is asked, and how it may be answered; a summary is any text.
_OF_STANCES = (("text", "holder", "target"), LABELS)
_ASKED: Mapping[Kind, tuple[Sequence[str], Sequence[str]]] = {
    "stance": _OF_STANCES,
    "articles": _OF_STANCES,
    "summaries": (("article",), ()),
    "consistency": (("article", "sentence"), (SUPPORTED, UNSUPPORTED)),
}
_HEADER = TypeAdapter(_Header)
_ROW = TypeAdapter(Row)


def _problem(kind: TypeAdapter[Any], value: Any) -> str:
    """What keeps a value from being of a kind; "" if nothing does."""
    if value is None:
        return "it is nested too deeply, or null"
    try:
        kind.validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        return f"{where}: {first['msg']}" if where else first["msg"]
    return ""


def _misfit(row: Row, kind: Kind) -> str:
    """What keeps a row from being scored as one of its kind of set; "" if nothing does."""
    inputs, labels = _ASKED[kind]
    if missing := [name for name in inputs if name not in row["input"]]:
        return f"its input has no {missing[0]}"
    if not labels:
        return ""
    for name in ("gold", "prediction"):
        if row[name] not in (*labels, *([None] if name == "prediction" else [])):
            return f"{name} is none of {', '.join(labels)}"
    if row["probabilities"] and (row["prediction"] is None or not row["probabilities"].keys() >= set(labels)):
        return f"its probabilities are not those of {', '.join(labels)}, or it has no answer"
    return ""


def read_header(file: Path) -> dict[str, Any]:
    """What a run's ``run.json`` says.

    Raises:
        InputError: It cannot be read, or is none.
    """
    remedy = "choose another --out, or remove that folder"
    try:
        header = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}; {remedy}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{file} is damaged ({type(error).__name__}); {remedy}") from error
    if problem := _problem(_HEADER, header):
        raise InputError(f"{file} does not describe a run ({problem}); {remedy}")
    found: dict[str, Any] = header
    return found


class StoredRun:
    """A run folder, read back.

    Args:
        folder: One with ``run.json`` and ``rows.jsonl``.

    Raises:
        InputError: It is none, or a file in it is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        header = folder / "run.json"
        if not header.is_file():
            below = sorted(path.parent.name for path in folder.glob("*/run.json"))
            hint = f"; runs below it: {', '.join(below)}" if below else ""
            raise InputError(f"{folder} is no run: it has no run.json{hint}")
        self.header = read_header(header)
        try:
            self.config = SetConfig.model_validate(self.header["config"])
        except ValidationError as error:
            raise InputError(f"{header} describes no set that is known ({error.errors()[0]['msg']})") from error
        rows = sorted(self._read("rows"), key=lambda row: row["id"])
        if not rows:
            raise InputError(f"{folder} holds no row yet; finish the run with: {self.header['command']}")
        self.rows = rows

    @property
    def is_partial(self) -> bool:
        """Whether the numbers are of a part of the set only."""
        whole: int = self.header["examples_in_set"]
        return len(self.rows) < whole

    def rows_beside(self, name: str) -> dict[str, Row]:
        """Rows by id of a file beside the run's own: another model's, or those of changed examples."""
        return {row["id"]: row for row in self._read(name)}

    def _read(self, name: str) -> list[Row]:
        file = RowFile(self.folder / f"{name}.jsonl")
        rows = file.read()
        for row in rows:
            if problem := _misfit(row, self.config.kind):
                raise InputError(
                    f"{file.path}: the row of {row['id']!r} does not fit a set of {self.config.kind} ({problem}); take "
                    "it out, and make its example again by the command of the run"
                )
        return rows

    def baselines(self) -> dict[str, list[Row]]:
        """Rows of the baselines that need a model, by name; an unfinished one cannot be compared."""
        found = {}
        for path in sorted(self.folder.glob(f"{BASELINE}*.jsonl")):
            rows = self.rows_beside(path.stem)
            if all(row["id"] in rows for row in self.rows):
                found[path.stem.removeprefix(BASELINE)] = [rows[row["id"]] for row in self.rows]
        return found
