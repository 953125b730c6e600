"""From labelled sets to training rows: what is taken of each set, and what is made of it."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Self, TypedDict

from pydantic import Field, model_validator

from newstance.configs import Settings

from ..errors import ConfigError
from ..splits import is_held_out
from ..stance import AUTHOR, LABELS
from .overlap import Excluded

Share = Annotated[float, Field(ge=0, le=1)]
_OPPOSITE = {"favor": "against", "against": "favor", "neutral": "neutral"}
# "We should ban zoos" in favor is against zoos; "We should subsidize zoos" in favor is for them.
_CLAIMS = (
    (
        r"We should (?:ban|abolish|end|abandon|stop|prohibit|fight(?! for)|oppose|cancel|limit|close) (.+)",
        True,
    ),
    (r"We should (?:subsidize|legalize|adopt|introduce|fight for|increase|support) (.+)", False),
    (r"(.+) should be (?:banned|abandoned|abolished|a criminal offence)", True),
    (r"(.+) should be (?:legalized|subsidized)", False),
    (r"(.+) brings more harm than good", True),
)


class Row(TypedDict):
    """One labelled example."""

    id: str
    text: str
    holder: str
    target: str
    label: str


class LabelledSet(Settings):
    """A labelled set and what is taken of it.

    Attributes:
        name: What the log and the model card call it.
        file: JSON lines of rows, a path under the data root.
        terms: Its licence or terms.
        restricted: Whether the terms allow less than any use of weights that were trained on it.
        take: How many rows at most, drawn at random.
        max_words: Leave out longer texts: they cost several short ones.
        held_out: The share of texts that ``is_held_out`` keeps from training.
        only_held_out: Take those instead: for development sets.
        undirected: How many sentences to keep that hold no stance in either direction (sets whose ids end in
            -pq and -qp); None keeps all.
        quoted: The share of author rows that become the words of a named speaker.
        as_topic: The share of propositions ("We should ban zoos") that become topics ("zoos").
        off_target: How many rows to add that ask for another row's target; their label is neutral.
    """

    name: str
    file: str
    terms: str
    restricted: bool = False
    take: int | None = None
    max_words: int | None = None
    held_out: Share = 0.0
    only_held_out: bool = False
    undirected: int | None = None
    quoted: Share = 0.0
    as_topic: Share = 0.0
    off_target: int = 0

    @model_validator(mode="after")
    def _gives_rows(self) -> Self:
        if self.only_held_out and not self.held_out:
            raise ValueError(f"{self.name}: only_held_out needs the share that is held_out")
        return self


def read(labelled: LabelledSet, data: Path) -> list[Row]:
    """The rows of a set's file that are trained on, or those that are held out.

    Raises:
        ConfigError: The file is missing, or a row has a label that is none of ours.
    """
    from datasets import load_dataset

    path = data / labelled.file
    if not path.is_file():
        raise ConfigError(f"{labelled.name}: there is no file {path}; --data names the folder that holds the sets")
    rows: list[Row] = load_dataset("json", data_files=str(path), split="train").to_list()
    for row in rows:
        if row["label"] not in LABELS:
            raise ConfigError(f"{path}: row {row['id']} has the label {row['label']!r}; expected {', '.join(LABELS)}")
    return [row for row in rows if is_held_out(row["text"], labelled.held_out) == labelled.only_held_out]


def select(labelled: LabelledSet, data: Path, rng: random.Random, excluded: Excluded) -> list[Row]:
    """The rows of a set that take part, before anything is made of them; ``excluded`` are texts that must not."""
    rows = [row for row in read(labelled, data) if row["text"] not in excluded]
    if labelled.undirected is not None:
        directed = {_sentence(row) for row in rows if row["label"] != "neutral"}
        neutral = [row for row in rows if _sentence(row) not in directed]
        rows = [row for row in rows if _sentence(row) in directed]
        rows += rng.sample(neutral, min(labelled.undirected, len(neutral)))
    if labelled.max_words is not None:
        rows = [row for row in rows if len(row["text"].split()) <= labelled.max_words]
    if labelled.take is not None and len(rows) > labelled.take:
        rows = rng.sample(rows, labelled.take)
    return rows


def rows_by_set(
    sets: Sequence[LabelledSet], frames: Sequence[str], data: Path, rng: random.Random, excluded: Excluded
) -> dict[str, list[Row]]:
    """What each set gives to the training."""
    selected = {labelled.name: select(labelled, data, rng, excluded) for labelled in sets}
    names = speakers([row for rows in selected.values() for row in rows])
    if len(names) < 2 and any(labelled.quoted for labelled in sets):
        raise ConfigError("quoted: the sets name fewer than two holders that could be speakers")
    made: dict[str, list[Row]] = {}
    for labelled in sets:
        rows = [_as_topic(row) if rng.random() < labelled.as_topic else row for row in selected[labelled.name]]
        if labelled.off_target:
            rows += _off_target(rows, labelled.off_target, rng)
        made[labelled.name] = [
            _quoted(row, rng.choice(frames), names, rng)
            if row["holder"] == AUTHOR and rng.random() < labelled.quoted
            else row
            for row in rows
        ]
    return made


def _sentence(row: Row) -> str:
    return row["id"].rpartition("-")[0]


def speakers(rows: list[Row], words: tuple[int, int] = (2, 3)) -> list[str]:
    """Names that the sets themselves use for holders, of as many words as asked: people and bodies."""
    least, most = words
    name = re.compile(rf"(?:[A-Z][\w.]+ ){{{least - 1},{most - 1}}}[A-Z]\w+")
    return sorted({row["holder"] for row in rows if name.fullmatch(row["holder"])})


def _as_topic(row: Row) -> Row:
    for pattern, opposite in _CLAIMS:
        match = re.fullmatch(pattern, row["target"])
        if match:
            label = _OPPOSITE[row["label"]] if opposite else row["label"]
            return {**row, "target": match[1].lower() if match.start(1) == 0 else match[1], "label": label}
    return row


def _off_target(rows: list[Row], count: int, rng: random.Random) -> list[Row]:
    made: list[Row] = []
    for _ in range(1000 * count):
        row, other = rng.choice(rows), rng.choice(rows)
        words = {word for word in other["target"].lower().split() if len(word) > 3}
        if not any(word in row["text"].lower() for word in words) and row["target"] != other["target"]:
            made.append({**row, "target": other["target"], "label": "neutral", "id": f"{row['id']}-off-target"})
        if len(made) == count:
            return made
    raise ConfigError(f"off_target: found {len(made)} of {count} rows whose text names nothing of another's target")


def _quoted(row: Row, frame: str, names: list[str], rng: random.Random) -> Row:
    speaker, other = rng.sample(names, 2)
    asked_other = "{other}" in frame and rng.random() < 1 / 3
    text = row["text"].strip()
    if not frame.replace("{other}", "").rstrip(".").endswith(('"', "”")) and frame.endswith("{text}"):
        text = text[:1].lower() + text[1:]
    parts = {"{speaker}": speaker, "{other}": other, "{text}": text}
    return {
        **row,
        "text": re.sub(r"\{\w+\}", lambda field: parts.get(field[0], field[0]), frame),
        "holder": other if asked_other else speaker,
        "label": "neutral" if asked_other else row["label"],
    }
