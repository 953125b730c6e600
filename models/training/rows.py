"""All rows of a recipe, written once: what ``fit`` learns from, and what the model is scored on.

Reading articles and parsing claims takes minutes to hours; a fit that is repeated, or runs elsewhere, takes the files.
"""

from __future__ import annotations

import json
import logging
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import ConfigError
from ..stance import StanceQuery, direct_pair
from . import stance_rows
from .fit import DEV, ROWS, SETTINGS, SHALLOWER
from .judged import JudgedSet, MakerFactory, judged_rows, read_articles
from .overlap import Excluded
from .recipe import Recipe, SupportPart
from .set_files import records_of, with_articles
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
    out.mkdir(parents=True, exist_ok=True)
    made_of = recipe.model_dump(mode="json", include={"stance", "judged", "support"}) | {"seed": recipe.fit.seed}
    train, dev = _train_rows(recipe, data, factory, processes), _dev_rows(recipe, data, factory, processes)
    counts = _made(made_of, out, train, dev)
    recipe.fit.write(out / SETTINGS)
    if recipe.shallower is not None:
        recipe.shallower.write(out / SHALLOWER)
    return counts


def make_support_rows(part: SupportPart, seed: int, data: Path, out: Path, processes: int = 1) -> dict[str, int]:
    """As ``make_rows``, for a model of support alone; ``seed`` chooses the rows."""
    out.mkdir(parents=True, exist_ok=True)
    train, dev = _support_train(part, data, seed, processes), _support_dev(part, data, seed, processes)
    return _made({"support": part.model_dump(mode="json"), "seed": seed}, out, train, dev)


def _made(made_of: Mapping[str, Any], out: Path, train: Iterable[Row], dev: Iterable[Row]) -> dict[str, int]:
    """Write rows unless they are there; how many each training set gave."""
    if (out / MADE).is_file():
        known = json.loads((out / MADE).read_text(encoding="utf-8"))
        if known["made of"] != made_of:
            raise ConfigError(f"{out} holds rows of other sets; choose another --out, or remove {out / MADE}")
        return dict(known["rows"])
    counts = _write(train, out / ROWS)
    _write(dev, out / DEV)
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
    excluded = _excluded(recipe, data)
    made = stance_rows.rows_by_set(part.train, part.frames, data, rng, excluded)
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
    for judged in recipe.judged.train:
        yield from _of_judged(judged, data, factory, excluded, twins, processes)
    yield from _support_train(recipe.support, data, recipe.fit.seed, processes)


def _dev_rows(recipe: Recipe, data: Path, factory: MakerFactory, processes: int) -> Iterator[Row]:
    rng, alone = random.Random(recipe.fit.seed), _Twins((), recipe.fit.seed)
    for part in recipe.stance.dev:
        yield from _of_stance(stance_rows.select(part, data, rng, Excluded()), part.name, alone)
    for judged in recipe.judged.dev:
        yield from _of_judged(judged, data, factory, Excluded(), alone, processes)
    yield from _support_dev(recipe.support, data, recipe.fit.seed, processes)


def _excluded(recipe: Recipe, data: Path) -> Excluded:
    """What no row of stance is made of: excluded articles, and the articles and texts of development sets."""
    texts = [record["article"] for judged in recipe.judged.dev for record in read_articles(judged, data)]
    texts += [row["text"] for labelled in recipe.stance.dev for row in stance_rows.read(labelled, data)]
    return Excluded.read([data / name for name in recipe.judged.excluded], texts)


def _support_train(part: SupportPart, data: Path, seed: int, processes: int) -> Iterator[Row]:
    held_out = (
        record["article"]
        for labelled in part.dev
        if labelled.kind != "pairs"
        for record in with_articles(records_of(labelled, data), labelled, data)
    )
    load, excluded = _support_models(part), Excluded.read([data / name for name in part.excluded], held_out)
    for labelled in part.train:
        yield from _of_support(labelled, data, load, excluded, seed, processes)


def _support_dev(part: SupportPart, data: Path, seed: int, processes: int) -> Iterator[Row]:
    for labelled in part.dev:
        yield from _of_support(labelled, data, _support_models(part), Excluded(), seed, processes)


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
    return twins.rows(((row.query, row.label, row.group) for row in rows), judged.name, judged.weight)


def _support_models(part: SupportPart) -> Any:
    return partial(Makers.load, part.annotator, part.embeddings)


def _of_support(
    labelled: SupportSet, data: Path, load: Any, excluded: Excluded, seed: int, processes: int
) -> Iterator[Row]:
    rows = support_rows(labelled, data, load, excluded, seed, processes)
    log.info("%s: %d rows", labelled.name, len(rows))
    for row in rows:
        yield Row(row.passage, row.claim, row.label, labelled.name, row.group, labelled.weight)
