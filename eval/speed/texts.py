"""What is read in a measurement: texts that ship with newstance, and questions made of them.

Articles of any length are joined of these texts, so that no two runs read different ones; an article of the world has
fewer matters than one that is joined.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newstance.models.stance import StanceQuery
from newstance.service.article import Article
from newstance.service.judging.passages import Target, alone, passages_of, query_for
from newstance.service.judging.window import window_of

if TYPE_CHECKING:
    from newstance.service import Actor, Analyzer
    from newstance.service.reading.reading import Reading

DATA = Path(__file__).parents[1] / "data"
_ARTICLES = ("samples.jsonl", "floor-articles.jsonl")  # with who stands toward what in them
_PASSAGES = ("quotations.jsonl", "minimal-pairs.jsonl")  # of some sentences each; what long articles go on with


def joined(words: int) -> Article:
    """An article of so many words: shipped articles as they are, and then passages, each a paragraph.

    Raises:
        ValueError: The texts that ship have fewer words.
    """
    parts: list[str] = []
    left = words
    for text in _texts():
        for paragraph in filter(None, text.split("\n")):
            of_paragraph = paragraph.split()
            parts.append(" ".join(of_paragraph[:left]))
            left -= len(of_paragraph)
            if left <= 0:
                return Article.from_text("\n".join(parts))
    raise ValueError(f"the texts that ship have {words - left:,} words, and {words:,} are asked for")


def questions(analyzer: Analyzer, number: int, seed: int) -> list[StanceQuery]:
    """Questions as the stance model is asked them: half of windows, half of the sentences in them.

    Args:
        analyzer: Reads the shipped articles.
        number: How many; more of sentences where there are too few windows, and fewer where the articles give no more.
        seed: Decides which.
    """
    windows: dict[StanceQuery, None] = {}
    sentences: dict[StanceQuery, None] = {}
    for row in _rows(_ARTICLES):
        reading = analyzer.read(Article.from_text(row["article"]))
        for actor, target in _pairs(analyzer, reading, row["judgements"]):
            passages = passages_of(actor, target, reading.sentences, reading.doc)
            window = window_of(passages, analyzer.profile.aggregation.window_words)
            if window.text:
                windows[query_for(window.text, actor, target)] = None
                sentences |= {query_for(alone(passages, i), actor, target): None for i in window.chosen}
    chosen = random.Random(seed)
    found = chosen.sample(list(windows), min(number - number // 2, len(windows)))
    return found + chosen.sample(list(sentences), min(number - len(found), len(sentences)))


def dealt(questions: Sequence[StanceQuery], hands: int) -> list[list[StanceQuery]]:
    """Questions dealt out by length: each hand has some of every length."""
    by_length = sorted(questions, key=lambda question: (len(question.text), question.text))
    return [by_length[i::hands] for i in range(hands)]


def _pairs(analyzer: Analyzer, reading: Reading, judged: Sequence[dict[str, Any]]) -> Iterator[tuple[Actor, Target]]:
    for name in dict.fromkeys(one["target"] for one in judged):
        for actor in reading.actors[: analyzer.profile.limits.actors]:
            yield analyzer.pair(reading, actor.name, name)


def _texts() -> Iterator[str]:
    for row in _rows(_ARTICLES + _PASSAGES):
        yield row.get("article") or row["text"]


def _rows(files: Sequence[str]) -> Iterator[dict[str, Any]]:
    for file in files:
        with (DATA / file).open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)
