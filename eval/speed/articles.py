"""Whole articles: how long until the first stances are there and until all are, and what takes the time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from newstance.models.pairs import OnBatch, PairClassifier, usable_cores
from newstance.models.sources import locate
from newstance.models.stance import StanceClassifier, StancePrediction, StanceQuery, direct_pair
from newstance.service import Actor, Analyzer, Article
from newstance.service.article import SAMPLES
from newstance.service.reading.targets import propose_targets

from .bench import Bench
from .contestants import CONTESTANTS, ZERO_SHOT, Given, ready
from .sheets import Sheet, Spread, Value
from .texts import joined
from .timing import in_turn, ratios, seconds_of

WORDS = (200, 800, 3000)
MANY_TARGETS = 5  # of the longest article once more, with as many actors as are taken
_LOOPED = 24  # questions of the loop that are asked; the others are reckoned
TIME = "all stances, s"


@dataclass
class Took:
    """One analysis by the clock; seconds of the model and of the tokenizer are within those of stances."""

    first: float = 0.0
    all: float = 0.0
    reading: float = 0.0
    model: float = 0.0
    tokenizer: float = 0.0


@dataclass
class Task:
    """An article and what is asked of it.

    Attributes:
        targets: None takes what the profile proposes.
        topic: In place of targets.
    """

    name: str
    article: Article
    targets: Sequence[str] | None = None
    topic: str | None = None
    cells: int = 0  # known once it has been asked, as is the next
    toward: int = 0
    took: list[Took] = field(default_factory=list)


class Clocked(StanceClassifier):
    """A classifier that notes how long it is asked, and what."""

    def __init__(self, pairs: PairClassifier, temperature: float) -> None:
        super().__init__(pairs, temperature=temperature)
        self.seconds = 0.0
        self.asked: list[StanceQuery] = []

    def classify(self, queries: Sequence[StanceQuery], on_batch: OnBatch | None = None) -> list[StancePrediction]:
        """As ever, by the clock."""
        start = time.perf_counter()
        found = super().classify(queries, on_batch)
        self.seconds += time.perf_counter() - start
        self.asked += queries
        return found


def measure(bench: Bench) -> list[Sheet]:
    """Articles of several lengths, and the shortest of them by a loop over a zero-shot pipeline."""
    analyzer = bench.analyzer()
    clocked = Clocked(analyzer.classifier.pairs, analyzer.classifier.temperature)
    watched = Analyzer(analyzer.profile, analyzer.annotator, clocked)
    tasks = _tasks(analyzer)
    for task in tasks:
        bench.tell(f"the article of {task.name}")
        for _ in range(bench.repetitions):
            task.took.append(_taken(watched, clocked, task, bench.source))
    note = (
        "Read and answered without a summary; first stances are those toward the first target. What the tokenizer "
        "takes is measured by itself, on the same questions once more; the model is what is left of the time in the "
        "classifier. Articles are joined of shipped texts, but for the sample summit with its topic file."
    )
    return [Sheet("Whole articles", [_row(task) for task in tasks], note), _looped(bench, analyzer, tasks[0])]


def _tasks(analyzer: Analyzer) -> list[Task]:
    tasks = [Task(f"{words:,} words", joined(words)) for words in WORDS]
    longest = tasks[-1].article
    reading = analyzer.read(longest)
    targets = propose_targets(reading.doc, reading.actors, MANY_TARGETS)
    tasks.append(Task(f"{WORDS[-1]:,} words, {MANY_TARGETS} targets", longest, targets))
    tasks.append(Task("sample summit, its topic", Article.from_file(SAMPLES / "summit.md"), topic="ukraine-war"))
    return tasks


def _taken(analyzer: Analyzer, clocked: Clocked, task: Task, source: str) -> Took:
    clocked.seconds, clocked.asked = 0.0, []
    took = Took()
    start = time.perf_counter()
    for step in analyzer.steps(task.article, task.targets, task.topic, summarize=False):
        if step.analysis is not None:
            took.first = took.first or time.perf_counter() - start
            took.reading = step.analysis.seconds["reading"]
            task.cells, task.toward = len(step.analysis.stances), len(step.analysis.targets)
    took.all = time.perf_counter() - start
    took.tokenizer = _tokenizing(source, clocked.asked)
    took.model = clocked.seconds - took.tokenizer
    return took


def _tokenizing(source: str, asked: Sequence[StanceQuery]) -> float:
    from transformers import AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(**locate(source).from_pretrained_arguments())
    pairs = list(dict.fromkeys(map(direct_pair, asked)))
    return seconds_of(lambda: [tokenizer(*map(list, zip(*pairs, strict=True)))] if pairs else [])


def _row(task: Task) -> dict[str, Value]:
    def seconds(part: str) -> float:
        return float(median(getattr(one, part) for one in task.took))

    rest = median(one.all - one.reading - one.model - one.tokenizer for one in task.took)
    return {
        "article": task.name,
        "words": len(task.article.text.split()),
        "actors": task.cells // max(1, task.toward),
        "targets": task.toward,
        "first stances, s": Spread.of([one.first for one in task.took]),
        TIME: Spread.of([one.all for one in task.took]),
        "reading": seconds("reading"),
        "tokenizer": seconds("tokenizer"),
        "model": seconds("model"),
        "rest": rest,
    }


def _looped(bench: Bench, analyzer: Analyzer, task: Task) -> Sheet:
    """What everybody writes first: each sentence, actor and target by three hypotheses."""
    title = f"{task.name} by a loop over sentences, actors and targets"
    road = CONTESTANTS[ZERO_SHOT]
    if road.lacking:
        return Sheet(title, [{"road": road.name, "s": road.lacking}])
    bench.tell(f"{task.name} by a loop")
    questions = _all_questions(analyzer, task.article)
    some = random.Random(bench.seed).sample(questions, min(_LOOPED, len(questions)))
    ask = ready(ZERO_SHOT, Given(bench.source, bench.forms, usable_cores()))
    roads: dict[str, Callable[[], object]] = {
        "loop": lambda: ask(some),
        "ours": lambda: list(analyzer.steps(task.article, summarize=False)),
    }
    taken = in_turn(list(roads), lambda key, _: roads[key](), bench.repetitions)
    whole = [seconds * len(questions) / len(some) for seconds in taken["loop"]]
    return Sheet(
        title,
        [
            {"road": "newstance", "s": Spread.of(taken["ours"])},
            {
                "road": f"{road.name}, extrapolated",
                "s": Spread.of(whole),
                "newstance is so many times as fast": Spread.of(ratios(whole, taken["ours"])),
            },
        ],
        f"The loop has {len(questions):,} questions of three hypotheses each. {len(some)} of them were asked in each "
        "repetition, and the time of all is reckoned from these.",
    )


def _all_questions(analyzer: Analyzer, article: Article) -> list[StanceQuery]:
    reading = analyzer.read(article)
    actors: Sequence[Actor] = reading.actors[: analyzer.profile.limits.actors]
    targets = propose_targets(reading.doc, reading.actors, analyzer.profile.limits.targets)
    return [
        StanceQuery(sentence.text.strip(), actor.name, target)
        for sentence in reading.doc.sents
        if sentence.text.strip()
        for actor in actors
        for target in targets
    ]
