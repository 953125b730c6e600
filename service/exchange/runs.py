"""Analyses and runs, as they lie on disk -> documents with their statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from newstance.models.errors import InputError
from newstance.models.stance import LABELS

from ..analysis import Actor, Evidence, Mention, Stance
from ..corpus.stored import HEADER, Run
from ..restored import read_analysis
from .statements import CodedDocument, Document, coded_from, from_analysis

Rows = list[dict[str, Any]]
_TABLES = ("articles", "actors", "stances", "evidence")


def read_coded(paths: Sequence[str | Path], neutral: bool = False) -> Iterator[CodedDocument]:
    """The documents of runs and of analyses, each once, one at a time.

    Args:
        paths: Folders that ``newstance run`` wrote, and files that ``newstance analyze --format json`` wrote.
        neutral: As ``from_analysis`` takes it.

    Raises:
        InputError: There is none, or one is damaged or none of these.
    """
    seen: set[str] = set()
    for path in map(Path, paths):
        if path.is_dir() and not (path / HEADER).is_file():
            raise InputError(
                f"{path} is a folder without {HEADER}, so no run; give a run's folder, or analyses as JSON"
            )
        found = from_run(path, neutral) if path.is_dir() else iter([from_analysis(read_analysis(path), neutral)])
        for coded in found:
            if coded.document.id not in seen:
                seen.add(coded.document.id)
                yield coded


def from_run(folder: str | Path, neutral: bool = False) -> Iterator[CodedDocument]:
    """The documents of a run with their statements, in its order; one shard at a time is in memory.

    Args:
        folder: That ``newstance run`` wrote; what is complete of it counts.
        neutral: As ``from_analysis`` takes it.

    Raises:
        InputError: It is no run, or damaged.
    """
    run = Run(folder)
    numbers = run.shards()  # once: a run that is at work completes others meanwhile
    tables = [run.parts(table, shards=numbers) for table in _TABLES]
    for number, *shard in zip(numbers, *tables, strict=True):
        try:
            articles, *others = (part.to_pylist() for part in shard)
        except (ArithmeticError, ValueError) as error:  # Python has no day in the year 10,000
            raise InputError(
                f"shard {number:06} of the run {folder} holds what cannot be read ({error}); make that shard anew"
            ) from None
        actors, stances, evidence = map(_by_article, others)
        for article in {row["article"]: row for row in articles}.values():
            key = article["article"]
            try:
                yield _coded(article, actors.get(key, []), stances.get(key, []), evidence.get(key, []), neutral)
            except (ValueError, TypeError, KeyError) as error:
                raise InputError(
                    f"article {key} of the run {folder} is damaged ({error}); make that shard anew"
                ) from None


def _by_article(rows: Rows) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for row in rows:
        found.setdefault(row["article"], []).append(row)
    return found


def _coded(article: dict[str, Any], actors: Rows, stances: Rows, evidence: Rows, neutral: bool) -> CodedDocument:
    text = article["text"]
    named = {row["actor"]: _actor(row, text) for row in actors}
    # An article that came twice has its rows twice.
    passages: dict[tuple[str, str], dict[int, Evidence]] = {}
    for row in sorted(evidence, key=lambda row: row["rank"]):
        shown = Evidence(row["start"], row["end"], row["text"], row["label"], row["probability"])
        passages.setdefault((row["actor"], row["target"]), {})[row["rank"]] = shown
    document = Document(
        article["article"],
        text,
        **{name: article[name] for name in ("title", "author", "source", "url")},
        date=article["date"].isoformat() if article["date"] else "",
    )
    return coded_from(
        document,
        named.values(),
        [
            Stance(
                named[actor],
                target,
                row["label"],
                row["probability"],
                {label: row[label] for label in LABELS},
                tuple(passages.get((actor, target), {}).values()),
                is_mixed=row["display"] == "mixed",
            )
            for (actor, target), row in {(r["actor"], r["target"]): r for r in stances}.items()
        ],
        neutral,
    )


def _actor(row: dict[str, Any], text: str) -> Actor:
    mentions = tuple(
        Mention(start, end, text[start:end]) for start, end in zip(row["starts"], row["ends"], strict=True)
    )
    return Actor(row["actor"], row["kind"], tuple(row["aliases"]), mentions, row["weight"])
