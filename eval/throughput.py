"""How many articles a second: ``python -m newstance.eval.throughput --articles N`` compares the roads over many.

A loop over ``analyze``, ``analyze_many`` and ``newstance run`` go over the same articles, each road in a process of its
own and in turn, at one size or several: articles a second without the time to load models, how many cores were at work,
which bounds what any road could gain, and the most memory that the road's processes took together. The answers of all
must be equal.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, cycle, islice
from pathlib import Path
from random import Random
from typing import Any

import psutil

from newstance.service.arguments import positive
from newstance.service.article import SAMPLES, Article

ROADS = ("loop", "many", "run")
SENTENCES = 5  # of each made article; short ones take seconds
SIZES = (5, 20)  # memory must not grow with them
_WORD = re.compile(r"(\b[A-Z][a-z]+\b)")
_LOOK = 0.1  # seconds between two looks at the memory


@dataclass(frozen=True)
class Measured:
    """What a road took.

    Attributes:
        articles: How many it analysed.
        rate: Articles a second.
        cores: How many were at work on average; None for roads of several processes.
        memory: The most that its processes took together, in bytes.
        answers: What it said of each article, by a hash of its rows.
    """

    articles: int
    rate: float
    cores: float | None
    memory: int
    answers: list[str]


def main(arguments: list[str] | None = None) -> int:
    """Print the table; returns 0, or 1 if the answers differ."""
    parser = argparse.ArgumentParser(prog="python -m newstance.eval.throughput", description=(__doc__ or "").strip())
    parser.add_argument("--articles", type=positive, nargs="+", default=SIZES, metavar="N", help="5 and then 20")
    parser.add_argument("--data", type=Path, metavar="FILE", help="JSON lines with articles; else made of the samples")
    parser.add_argument("--sets", nargs="+", metavar="SET", help="or made of these labelled sets, renamed and mixed")
    parser.add_argument("--root", type=Path, metavar="DIR", help="the folder that holds the labelled sets")
    parser.add_argument(
        "--roads", nargs="+", choices=ROADS, default=ROADS, metavar="R", help=f"{', '.join(ROADS)}; all"
    )
    parser.add_argument("--workers", type=positive, default=2, metavar="N", help="processes of a run (%(default)s)")
    parser.add_argument("--profile", default="embedded", metavar="P")
    parser.add_argument("--target", action="append", metavar="T")
    parser.add_argument("--summaries", action="store_true", help="with summaries, which take longest")
    parser.add_argument("--road", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.road:
        print(json.dumps(_walk(chosen)))
        return 0
    return _compare(chosen)


def made_articles() -> Iterator[dict[str, str]]:
    """Endless short articles: runs of sentences of the shipped samples, of which no two are the same."""
    from newstance.models.sentences import split_sentences

    texts = [split_sentences(Article.from_file(path).text) for path in sorted(SAMPLES.glob("*.md"))]
    for number, sentences in enumerate(cycle(texts)):
        start = number // len(texts) * 2 % max(1, len(sentences) - SENTENCES)
        yield {"id": f"{number}", "title": f"Report {number}", "text": " ".join(sentences[start : start + SENTENCES])}


def _compare(chosen: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.table import Table

    runs = [f"run {workers}" for workers in dict.fromkeys((1, chosen.workers))]
    roads = [road for name in ROADS if name in chosen.roads for road in (runs if name == "run" else [name])]
    faster_than = f"of the rate of {roads[0]}"
    table = Table("road", "articles", "articles/s", faster_than, "cores at work", "most memory, MB", "answers")
    same = True
    with tempfile.TemporaryDirectory() as folder:
        for size in chosen.articles:
            file = Path(folder) / f"{size}.jsonl"
            file.write_text("".join(f"{json.dumps(row)}\n" for row in islice(_given(chosen), size)))
            found = {road: _in_its_process(chosen, road, file) for road in roads}
            for road, one in found.items():
                equal = one.answers == found[roads[0]].answers
                same &= equal
                faster = one.rate / found[roads[0]].rate
                cores = "" if one.cores is None else f"{one.cores:.2f}"
                figures = (f"{one.articles}", f"{one.rate:.3f}", f"{faster:.2f}", cores, f"{one.memory / 1e6:,.0f}")
                table.add_row(road, *figures, "equal" if equal else "DIFFERENT")
    Console().print(table)
    return 0 if same else 1


def mixed_articles(texts: Sequence[str], seed: int = 0) -> Iterator[dict[str, str]]:
    """Endless articles: the first half of one text, the second of another, with other given names in both.

    Each text begins an article in its turn; what follows it and who is called how is drawn, the same for the same seed.

    Args:
        texts: Two or more.
        seed: Of what is drawn.
    """
    from newstance.models.sentences import split_sentences
    from newstance.service.reading.given_names import given_names

    lot = Random(seed)
    sentences = [split_sentences(text) for text in texts]
    alike = [[name for name, is_mans in given_names().items() if is_mans is sex] for sex in (True, False)]
    for number in count():
        first, second = sentences[number % len(sentences)], lot.choice(sentences)
        other = {name: new for names in alike for name, new in zip(names, lot.sample(names, len(names)), strict=True)}
        text = " ".join(first[: -(-len(first) // 2)] + second[len(second) // 2 :])
        words = (other.get(part, part) for part in _WORD.split(text))
        yield {"id": f"{number}", "title": f"Report {number}", "text": "".join(words)}


def _given(chosen: argparse.Namespace) -> Iterator[dict[str, Any]]:
    if chosen.sets:
        from .labelled import load_set

        read = (one.input for name in chosen.sets for one in load_set(name, chosen.root).examples)
        yield from mixed_articles(list(dict.fromkeys(given.get("article") or given["text"] for given in read)))
    elif chosen.data is None:
        yield from made_articles()
    else:
        with chosen.data.open(encoding="utf-8") as file:
            yield from map(json.loads, file)


def _in_its_process(chosen: argparse.Namespace, road: str, file: Path) -> Measured:
    command = [sys.executable, "-m", "newstance.eval.throughput", "--road", road, "--data", str(file)]
    command += ["--profile", chosen.profile, *(["--summaries"] if chosen.summaries else [])]
    command += [part for target in chosen.target or () for part in ("--target", target)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    measured = Measured(**json.loads(done.stdout.splitlines()[-1]))
    print(f"{road}, {measured.articles} articles: {measured.rate:.3f}/s", file=sys.stderr)
    return measured


def _walk(chosen: argparse.Namespace) -> dict[str, Any]:
    road, _, workers = chosen.road.partition(" ")
    walk = _run if road == "run" else _analyses
    most = [0]
    over = threading.Event()
    watcher = threading.Thread(target=_watch_memory, args=(most, over), daemon=True)
    watcher.start()
    seconds, cores, answers = walk(chosen, int(workers or 1))
    over.set()
    watcher.join()
    rate = len(answers) / seconds
    return {"articles": len(answers), "rate": rate, "cores": cores, "memory": most[0], "answers": answers}


def _analyses(chosen: argparse.Namespace, workers: int) -> tuple[float, float | None, list[str]]:
    from newstance.service import Analyzer
    from newstance.service.corpus.inputs import Inputs
    from newstance.service.corpus.tables import rows_of

    analyzer = Analyzer.from_profile(chosen.profile)
    records = list(Inputs((str(chosen.data),)).records())
    articles = [record.article() for record in records]
    analyzer.analyze(articles[0], chosen.target, summarize=chosen.summaries)  # loads what is loaded late
    began, worked = time.perf_counter(), time.process_time()
    found: Iterator[Any]
    if chosen.road == "loop":
        found = (analyzer.analyze(article, chosen.target, summarize=chosen.summaries) for article in articles)
    else:
        found = analyzer.analyze_many(articles, chosen.target, summarize=chosen.summaries)
    # One by one, as whoever has thousands takes them; the hash takes a millisecond of each.
    told = zip(found, records, strict=True)
    answers = [_hash_of(rows_of(one, record.id, record.place)) for one, record in told]
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    return seconds, worked / seconds, answers


def _run(chosen: argparse.Namespace, workers: int) -> tuple[float, float | None, list[str]]:
    from newstance.service import Profile
    from newstance.service.corpus.inputs import Inputs
    from newstance.service.corpus.run import RunOptions, run
    from newstance.service.corpus.step import Task
    from newstance.service.corpus.stored import Run
    from newstance.service.corpus.tables import TABLES
    from newstance.service.corpus.watch import Watch

    class Clock(Watch):
        """Notes when articles are done; the first of them tells that models are loaded."""

        times: list[tuple[float, int]]

        def begin(self, records: int, done: int) -> None:
            self.times = []

        def advance(self, done: int, rejected: int) -> None:
            if done:
                self.times.append((time.perf_counter(), done))

    clock = Clock()
    task = Task(Profile.load(chosen.profile), tuple(chosen.target) if chosen.target else None, None, chosen.summaries)
    with tempfile.TemporaryDirectory() as folder:
        inputs = Inputs((str(chosen.data),))
        size = max(1, sum(1 for _ in inputs.records()) // (4 * workers))  # four shards for each worker
        run(inputs, task, Path(folder), RunOptions(workers, size), clock)
        stored = Run(folder)
        by_article: dict[str, dict[str, list[Any]]] = {}
        for table in TABLES:
            for row in stored.table(table).to_pylist():
                by_article.setdefault(row["article"], {name: [] for name in TABLES})[table].append(row)
    answers = [_hash_of(rows) for rows in by_article.values()]
    # From the first sign of work to the last; what was done by the first is no part of it.
    (first, before), (last, _) = clock.times[0], clock.times[-1]
    share = (len(answers) - before) / len(answers)
    return (last - first) / share if share else last - first, None, answers


def _hash_of(rows: dict[str, Any]) -> str:
    import hashlib

    return hashlib.sha256(json.dumps(rows, default=str, sort_keys=True).encode()).hexdigest()[:16]


def _watch_memory(most: list[int], over: threading.Event) -> None:
    own = psutil.Process()
    while not over.wait(_LOOK):
        used = 0
        for process in (own, *own.children(recursive=True)):
            try:
                used += process.memory_info().rss
            except psutil.Error:  # it has ended
                continue
        most[0] = max(most[0], used)


if __name__ == "__main__":
    raise SystemExit(main())
