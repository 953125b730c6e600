"""Judged articles as training rows: whole articles with what a reader said of actors and targets in them.

How a text is read is not known here: who calls passes a maker of rows, so that the rows follow the reading that asks
the model later.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Self

from pydantic import Field, model_validator

from ..content import content_words
from ..errors import ConfigError
from ..splits import base_of, is_held_out
from ..stance import LABELS, Label, StanceQuery
from .overlap import Excluded
from .parallel import mapped
from .set_files import SetFile, Share, records_of, with_articles


class JudgedSet(SetFile):
    """A file of judged articles and what is made of it.

    Attributes:
        file: JSON lines, a path under the data root; each with ``id``, ``article`` and ``judgements``. For the article
            there may be the ``file`` that holds it, and its ``sha256``.
        restricted: Whether the terms allow less than any use of weights that were trained on it.
        windows: For each of these numbers of words, a row of the passages around actor and target together.
        sentences: Whether each sentence that may tell is a row of its own, too.
        other_sentences: The share of the sentences without evidence that stay; they are many.
        held_out: The share of ids that ``is_held_out`` keeps from training.
        only_held_out: Take those instead: for development sets.
        neutral: The share of the neutral judgements that stay.
        absent: How many questions to add for each article whose target is another article's and is not in it;
            they are neutral.
        weight: Of each of its rows in the loss.
    """

    restricted: bool = False
    windows: tuple[int, ...] = (190, 100)
    sentences: bool = False
    other_sentences: Share = 1.0
    held_out: Share = 0.0
    only_held_out: bool = False
    neutral: Share = 1.0
    absent: int = Field(0, ge=0)
    weight: float = Field(default=1.0, gt=0)

    @model_validator(mode="after")
    def _gives_rows(self) -> Self:
        if not self.windows and not self.sentences:
            raise ValueError(f"{self.name}: without windows and sentences no rows are made")
        if self.only_held_out and not self.held_out:
            raise ValueError(f"{self.name}: only_held_out needs the share that is held_out")
        return self


@dataclass(frozen=True)
class Judgement:
    """What a reader said of one actor and one target.

    Attributes:
        actor: As a user would type it.
        target: The same.
        label: The stance.
        evidence: Character spans of the sentences that show it, [start, end); of a neutral one, of sentences that
            could mislead.
    """

    actor: str
    target: str
    label: Label
    evidence: tuple[tuple[int, int], ...] = ()


class MadeRow(NamedTuple):
    """One question about an article, as the stance model is asked it.

    Attributes:
        query: The question.
        label: The judgement's where the text shows it, else neutral.
        form: What the text is, in words: "sentence", "window of 190 words".
        is_evidence: Whether it holds evidence of the judgement; true of windows.
        shows: Of a window, for each of the query's parts whether most of it is evidence.
        group: The id of its article, without what tells twins apart.
    """

    query: StanceQuery
    label: Label
    form: str
    is_evidence: bool = True
    shows: tuple[bool, ...] = ()
    group: str = ""


_TRIED = 10  # targets for each that is wanted

RowMaker = Callable[[str, Sequence[Judgement], JudgedSet], list[MadeRow]]
# Makes the maker: it is called once in each process, where the models of the reading are loaded. Must be picklable.
MakerFactory = Callable[[], RowMaker]


def judged_rows(
    judged: JudgedSet,
    data: Path,
    factory: MakerFactory,
    excluded: Excluded,
    rng: random.Random,
    processes: int = 1,
) -> list[MadeRow]:
    """The rows of a set, in the order of its file.

    Args:
        judged: The set.
        data: The folder that holds the labelled sets.
        factory: Makes what reads articles and writes rows.
        excluded: Articles that must not be trained on.
        rng: Chooses which of the sentences without evidence stay.
        processes: How many read at the same time.

    Raises:
        ConfigError: The file is missing, or a judgement has an unknown label.
    """
    records = [record for record in read_articles(judged, data) if record["article"] not in excluded]
    articles = [(record["article"], _judgements(record, judged)) for record in records]
    if judged.neutral < 1:
        articles = [
            (text, [one for one in given if one.label != "neutral" or rng.random() < judged.neutral])
            for text, given in articles
        ]
    if judged.absent:
        targets = sorted({judgement.target for _, judgements in articles for judgement in judgements})
        articles = [(text, [*given, *_absent(text, given, targets, judged.absent, rng)]) for text, given in articles]
    made = [
        row._replace(group=base_of(record["id"]))
        for record, rows in zip(records, mapped(partial(_reader, factory, judged), articles, processes), strict=True)
        for row in rows
    ]
    return [row for row in made if row.is_evidence or rng.random() < judged.other_sentences]


def read_articles(judged: JudgedSet, data: Path) -> list[dict[str, Any]]:
    """The articles of a set that take part, before anything is made of them.

    Raises:
        ConfigError: The file is missing.
    """
    taken = [
        record
        for record in records_of(judged, data)
        if is_held_out(base_of(record["id"]), judged.held_out) == judged.only_held_out
    ]
    return with_articles(taken, judged, data)


def _judgements(record: dict[str, Any], judged: JudgedSet) -> list[Judgement]:
    found = []
    for given in record["judgements"]:
        if given["label"] not in LABELS:
            raise ConfigError(
                f"{judged.file}: a judgement of {record['id']} has the label {given['label']!r}; "
                f"expected {', '.join(LABELS)}"
            )
        spans = tuple((int(start), int(end)) for start, end in given.get("evidence", ()))
        found.append(Judgement(given["actor"], given["target"], given["label"], spans))
    return found


def _absent(
    article: str, given: Sequence[Judgement], targets: Sequence[str], count: int, rng: random.Random
) -> list[Judgement]:
    """Questions that the article says nothing of: targets of others that have no content word in common with it."""
    told = content_words(article)
    found: list[Judgement] = []
    for target in rng.sample(targets, min(len(targets), _TRIED * count)):
        if len(found) < count and not content_words(target) & told:
            found.append(Judgement(rng.choice(given).actor, target, "neutral"))
    return found


def _reader(factory: MakerFactory, judged: JudgedSet) -> Callable[[tuple[str, list[Judgement]]], list[MadeRow]]:
    maker = factory()
    return lambda given: maker(given[0], given[1], judged)
