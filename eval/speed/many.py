"""Articles a second where there are many, each with targets of its own."""

from __future__ import annotations

import time
from itertools import islice

from newstance.eval.throughput import made_articles
from newstance.service import Analyzer, Article

from .bench import Bench
from .growth import limited
from .sheets import Sheet, Spread, Value

TARGETS = 5


def measure(bench: Bench) -> list[Sheet]:
    """The rate of ``analyze_many``; each repetition takes another share of the articles."""
    analyzer = bench.analyzer()
    profile = limited(analyzer.profile, analyzer.profile.limits.actors, TARGETS)
    wide = Analyzer(profile, analyzer.annotator, analyzer.classifier)
    bench.tell(f"{bench.many} articles")
    articles = [Article.from_text(row["text"], title=row["title"]) for row in islice(made_articles(), bench.many)]
    shares = [share for i in range(bench.repetitions) if (share := articles[i :: bench.repetitions])]
    cells, rates = 0, []
    for share in shares:
        start = time.perf_counter()
        cells += sum(len(analysis.stances) for analysis in wide.analyze_many(share, summarize=False))
        rates.append(len(share) / (time.perf_counter() - start))
    words = sum(len(article.text.split()) for article in articles)
    row: dict[str, Value] = {
        "articles": len(articles),
        "words each": round(words / len(articles)),
        "cells each": cells / len(articles),
        "articles/s": Spread.of(rates),
    }
    note = (
        f"`analyze_many` without summaries, {TARGETS} targets proposed from each article. "
        "`python -m newstance.eval.throughput` compares it to a loop and to `newstance run`."
    )
    return [Sheet("Many articles", [row], note)]
