"""How fast: ``python -m newstance.eval.speed`` times the embedded profile on the shipped samples.

Speeds of different roads are measured in turn within one run, and given as ratios: machines differ, ratios less.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import product
from statistics import median

from newstance.models.pairs import PairClassifier
from newstance.models.stance import StanceQuery, direct_pair
from newstance.service import Analyzer, Article, Topic
from newstance.service.article import SAMPLES

ROUNDS = 3


def main(profile: str = "embedded") -> int:
    """Print the times; returns 0."""
    from rich.console import Console
    from rich.table import Table

    analyzer = Analyzer.from_profile(profile)
    article = Article.from_file(SAMPLES / "summit.md")
    topic = Topic.load("ukraine-war")
    analyzer.analyze(article, topic=topic, sentences=1)  # loads and warms what is loaded late
    analyses = [analyzer.analyze(article, topic=topic) for _ in range(ROUNDS)]
    console = Console()
    table = Table("step", f"seconds, median of {ROUNDS}", title=f"{profile}: {len(article.text.split())} words")
    for step in analyses[0].seconds:
        table.add_row(step, f"{median(analysis.seconds[step] for analysis in analyses):.2f}")
    console.print(table)
    if analyzer.classifier.is_direct:
        console.print(_batching(analyzer.classifier.pairs, analyzer, article))
    return 0


def _batching(pairs: PairClassifier, analyzer: Analyzer, article: Article) -> str:
    """How much batching by length gains over one pair at a time."""
    sentences = [s.text for s in analyzer.annotator.annotate(article.text).sents if s.text.strip()]
    queries = [
        direct_pair(StanceQuery(sentence, "Kim Jong Un", target))
        for sentence, target in product(sentences, ("Vladimir Putin", "the West", "the war in Ukraine"))
    ]

    def in_batches() -> None:
        pairs.score(queries)

    def one_by_one() -> None:
        for query in queries:
            pairs.score([query])

    times = [(_seconds(in_batches), _seconds(one_by_one)) for _ in range(ROUNDS)]
    ratio = median(single / batched for batched, single in times)
    rate = len(queries) / median(batched for batched, _ in times)
    return f"stance model: {rate:.0f} pairs/s in batches by length, {ratio:.2f} times the speed of one at a time"


def _seconds(call: Callable[[], None]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


if __name__ == "__main__":
    raise SystemExit(main())
