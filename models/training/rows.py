"""All rows of a recipe, written once: what ``fit`` learns from, and what the model is scored on.

Reading articles and parsing claims takes minutes to hours; a fit that is repeated, or runs elsewhere, takes the files.
"""

from __future__ import annotations

import json
import logging
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import ConfigError
from ..stance import StanceQuery, direct_pair
from . import stance_rows
from .fit import DEV, ROWS, SETTINGS, SHALLOWER
from .judged import JudgedSet, MakerFactory, judged_rows
from .overlap import Excluded
from .recipe import Recipe
from .statements import statement_rows
from .support_rows import Makers, SupportSet, support_rows
from .twins import twin_of

log = logging.getLogger(__name__)

MADE = "rows.json"  # what rows were made of, and how many
STATEMENTS = "statements written from templates"


@dataclass(frozen=True)
class Row:
    """One example as the model takes it.

    Attributes:
        text: What is read.
        question: What is asked about it: ``HOLDER toward TARGET``, or a claim.
        label: The right answer, of one head.
        set: The name of its set.
        group: Rows of one group share a text or an article; scores are resampled by it.
        weight: In the loss.
        twin: Text and question under other names, for a stance between names.
    """

    text: str
    question: str
    label: str
    set: str
    group: str
    weight: float = 1.0
    twin: tuple[str, str] | None = None


def make_rows(recipe: Recipe, data: Path, out: Path, factory: MakerFactory, processes: int = 1) -> dict[str, int]:
    """Write ``rows.jsonl`` and ``dev.jsonl`` unless they are there, and how the model is fitted.

    Args:
        recipe: Says which, on the terms that it is to be trained on.
        data: The folder that holds the labelled sets.
        out: Where they go.
        factory: Makes what reads judged articles.
        processes: How many read at the same time.

    Returns:
        How many rows each training set gave.

    Raises:
        ConfigError: A file is missing or wrong, or ``out`` holds the rows of another recipe.
    """
    made_of = recipe.model_dump(mode="json", include={"stance", "judged", "support"})
    out.mkdir(parents=True, exist_ok=True)
    recipe.fit.write(out / SETTINGS)
    if recipe.shallower is not None:
        recipe.shallower.write(out / SHALLOWER)
    if (out / MADE).is_file():
        known = json.loads((out / MADE).read_text(encoding="utf-8"))
        if known["made of"] != made_of:
            raise ConfigError(f"{out} holds rows of other sets; choose another --out, or remove {out / MADE}")
        return dict(known["rows"])
    counts = _write(_train_rows(recipe, data, factory, processes), out / ROWS)
    _write(_dev_rows(recipe, data, factory, processes), out / DEV)
    (out / MADE).write_text(json.dumps({"rows": counts, "made of": made_of}, indent=1), encoding="utf-8")
    return counts


def _write(rows: Iterable[Row], path: Path) -> dict[str, int]:
    counts: Counter[str] = Counter()
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(_given(row), ensure_ascii=False) + "\n")
            counts[row.set] += 1
    unfinished.rename(path)
    log.info("%s: %d rows", path.name, counts.total())
    return dict(counts)


def _given(row: Row) -> dict[str, Any]:
    return {name: value for name, value in asdict(row).items() if value is not None}


def _train_rows(recipe: Recipe, data: Path, factory: MakerFactory, processes: int) -> Iterator[Row]:
    # The order of draws is part of a recipe: it gives the same rows in the same order every time.
    rng = random.Random(recipe.fit.seed)
    part = recipe.stance
    made = stance_rows.rows_by_set(part.train, part.frames, data, rng)
    named = [row for rows in made.values() for row in rows]
    names = stance_rows.speakers(named, words=(1, 3))
    if part.twins and len(names) < 2:
        raise ConfigError("twins: the sets name fewer than two holders whose names could be taken")
    if part.statements is not None:
        topics = {row["target"] for name in part.statements.topics_from for row in made[name]}
        topics.update(part.statements.topics)
        made[STATEMENTS] = statement_rows(part.statements, names, sorted(topics), rng)
    twins = _Twins(names if part.twins else (), recipe.fit.seed)
    for name, rows in made.items():
        log.info("%s: %d rows", name, len(rows))
        yield from _of_stance(rows, name, twins)
    excluded = Excluded.read([data / name for name in recipe.judged.excluded])
    for judged in recipe.judged.train:
        yield from _of_judged(judged, data, factory, excluded, twins, processes)
    load, excluded = _support_models(recipe), Excluded.read([data / name for name in recipe.support.excluded])
    for labelled in recipe.support.train:
        yield from _of_support(labelled, data, load, excluded, recipe.fit.seed, processes)


def _dev_rows(recipe: Recipe, data: Path, factory: MakerFactory, processes: int) -> Iterator[Row]:
    rng, alone = random.Random(recipe.fit.seed), _Twins((), recipe.fit.seed)
    for part in recipe.stance.dev:
        yield from _of_stance(stance_rows.select(part, data, rng), part.name, alone)
    for judged in recipe.judged.dev:
        yield from _of_judged(judged, data, factory, Excluded(), alone, processes)
    load = _support_models(recipe)
    for labelled in recipe.support.dev:
        yield from _of_support(labelled, data, load, Excluded(), recipe.fit.seed, processes)


class _Twins:
    """Makes twins of rows with names to choose from; none without names. Each set has a seed of its own."""

    def __init__(self, names: Sequence[str], seed: int) -> None:
        self._names, self.seed = names, seed

    def rows(self, asked: Iterable[tuple[StanceQuery, str, str]], name: str, weight: float = 1.0) -> Iterator[Row]:
        """Rows of a set from questions, labels and groups."""
        rng = random.Random(f"{self.seed} twins {name}")
        for query, label, group in asked:
            twin = twin_of(query, self._names, rng) if self._names else None
            yield Row(*direct_pair(query), label, name, group, weight, direct_pair(twin) if twin else None)


def _of_stance(rows: Iterable[stance_rows.Row], name: str, twins: _Twins) -> Iterator[Row]:
    asked = ((StanceQuery(row["text"], row["holder"], row["target"]), row["label"], row["text"]) for row in rows)
    return twins.rows(asked, name)


def _of_judged(
    judged: JudgedSet, data: Path, factory: MakerFactory, excluded: Excluded, twins: _Twins, processes: int
) -> Iterator[Row]:
    rows = judged_rows(judged, data, factory, excluded, random.Random(f"{twins.seed} {judged.name}"), processes)
    log.info("%s: %d rows, %s", judged.name, len(rows), dict(Counter(row.form for row in rows)))
    return twins.rows(((row.query, row.label, row.query.text) for row in rows), judged.name, judged.weight)


def _support_models(recipe: Recipe) -> Any:
    return partial(Makers.load, recipe.support.annotator, recipe.support.embeddings)


def _of_support(
    labelled: SupportSet, data: Path, load: Any, excluded: Excluded, seed: int, processes: int
) -> Iterator[Row]:
    rows = support_rows(labelled, data, load, excluded, seed, processes)
    log.info("%s: %d rows", labelled.name, len(rows))
    for row in rows:
        yield Row(row.passage, row.claim, row.label, labelled.name, row.group)
