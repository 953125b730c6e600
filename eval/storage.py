"""A run on disk: ``run.json`` says what it is, ``rows.jsonl`` holds one row for each example.

Rows are appended a batch at a time, each batch by one write, so a killed run loses at most the batch that was
being worked on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from newstance.models.errors import InputError

from .labelled import Example
from .set_config import SetConfig

# How the files of baselines in a run folder begin.
BASELINE = "baseline-"


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
        """All whole rows, in the order they were made; a line torn by a kill is left out."""
        if not self.path.is_file():
            return []
        rows = []
        # Not splitlines(): tweets hold Unicode line separators, which are no end of a row.
        for line in self.path.read_bytes().split(b"\n"):
            try:
                rows.append(json.loads(line))
            except (json.JSONDecodeError, UnicodeDecodeError):
                continue
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
        """Add a batch, by one write that a kill cannot split, and wait until it is on disk."""
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, "".join(map(_line, rows)).encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _line(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def write_json(path: Path, value: Any) -> None:
    """Write JSON that people can read, whole or not at all."""
    write_whole(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


@contextmanager
def only_run_in(folder: Path) -> Iterator[None]:
    """Keep a second run out of a folder while the first one works there.

    The lock is the operating system's own, so it goes with a killed process.

    Raises:
        InputError: Another run is at work there.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise InputError(f"another run is at work in {folder}; wait for it, or choose another --out") from error
    try:
        yield
    finally:
        lock.release()


def runs_in(folder: Path) -> list[Path]:
    """The folder itself, or if it is no run the runs below it, if there are some."""
    below = [] if (folder / "run.json").is_file() else sorted(path.parent for path in folder.glob("*/run.json"))
    return below or [folder]


class StoredRun:
    """A run folder, read back.

    Args:
        folder: One with ``run.json`` and ``rows.jsonl``.

    Raises:
        InputError: It is none.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        header = folder / "run.json"
        if not header.is_file():
            below = sorted(path.parent.name for path in folder.glob("*/run.json"))
            hint = f"; runs below it: {', '.join(below)}" if below else ""
            raise InputError(f"{folder} is no run: it has no run.json{hint}")
        self.header: dict[str, Any] = json.loads(header.read_text(encoding="utf-8"))
        self.config = SetConfig.model_validate(self.header["config"])
        rows = sorted(RowFile(folder / "rows.jsonl").read(), key=lambda row: row["id"])
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
        return {row["id"]: row for row in RowFile(self.folder / f"{name}.jsonl").read()}

    def baselines(self) -> dict[str, list[Row]]:
        """Rows of the baselines that need a model, by name; an unfinished one cannot be compared."""
        found = {}
        for path in sorted(self.folder.glob(f"{BASELINE}*.jsonl")):
            rows = self.rows_beside(path.stem)
            if all(row["id"] in rows for row in self.rows):
                found[path.stem.removeprefix(BASELINE)] = [rows[row["id"]] for row in self.rows]
        return found
