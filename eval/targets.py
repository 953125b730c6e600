"""Whether the targets that are proposed for an article are what it is argued about, and whether they read well.

A reader listed the main questions of articles drawn by lot, each with the wordings that would name it. The lists are
shipped; the articles are other people's and stay in the data folder, so each list holds a hash of its article.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np

from newstance.models.content import content_words
from newstance.service import Actor
from newstance.service.reading.actors import bare_name, match_actor
from newstance.service.reading.matters import TIMES

from .halves import Part
from .metrics import Estimate, Measure
from .read_articles import texts_of
from .records import shipped_rows

LISTED = "targets.jsonl"
MOST_WORDS = 7
_QUOTES = re.compile(r"[\"“”«»()\[\]]|(?:^|\s)['‘](?!s\b)|['’](?:\s|$)")
_LOOSE = frozenset({"ADP", "CCONJ", "SCONJ", "PUNCT", "DET", "PART", "SPACE", "AUX", "ADV"})  # at either end
_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})

# Takes text and number, gives the proposals, the annotation and the actors of the text.
Propose = Callable[[str, int], tuple[list[str], Any, Sequence[Actor]]]


@dataclass(frozen=True)
class Question:
    """What an article is argued about.

    Attributes:
        name: As the reader called it.
        names: Names of an actor; a proposal that is one of them asks the question.
        wordings: Words that ask it together, wherever they stand in a proposal; ``tax*`` is any word that begins so.
    """

    name: str
    names: tuple[str, ...] = ()
    wordings: tuple[tuple[str, ...], ...] = ()

    def is_asked_by(self, proposal: str) -> bool:
        """Whether a proposal names it."""
        if bare_name(proposal).casefold() in {bare_name(name).casefold() for name in self.names}:
            return True
        said = [re.sub(r"['’]s?$", "", word) for word in re.findall(r"[\w'’-]+", proposal.casefold())]
        return any(all(any(_fits(word, wanted) for word in said) for wanted in words) for words in self.wordings)


def _fits(word: str, wanted: str) -> bool:
    return word in (wanted, f"{wanted}s") or fnmatchcase(word, wanted)


@dataclass(frozen=True)
class ListedArticle:
    """An article with its main questions."""

    id: str
    text: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Answer:
    """What was proposed for one article.

    Attributes:
        id: The article's.
        proposals: The best first.
        asked: For each of the article's questions whether a proposal asks it.
        hits: For each proposal whether it asks a question.
        faults: For each proposal what is wrong with it as a phrase; "" if nothing is.
    """

    id: str
    proposals: tuple[str, ...]
    asked: tuple[bool, ...]
    hits: tuple[bool, ...]
    faults: tuple[str, ...]


def listed_articles(data: Path, part: Part) -> list[ListedArticle]:
    """The articles of a part, with the questions that are shipped for them.

    Args:
        data: The folder that holds the labelled sets.
        part: "open" to choose by, "held" to report.

    Raises:
        ConfigError: The articles are not there.
        InputError: An article is missing, or is not the one that was read.
    """
    rows = [row for row in shipped_rows(LISTED) if row["part"] == part]
    found = []
    for row, text in zip(rows, texts_of(rows, LISTED, data), strict=True):
        questions = tuple(
            Question(q["name"], tuple(q.get("is", ())), tuple(map(tuple, q.get("has", ())))) for q in row["questions"]
        )
        found.append(ListedArticle(row["id"], text, questions))
    return found


def answers(articles: Sequence[ListedArticle], propose: Propose, most: int) -> list[Answer]:
    """Ask for ``most`` targets of each article, and hold them against its questions."""
    made = []
    for article in articles:
        proposals, doc, actors = propose(article.text, most)
        asked = tuple(any(question.is_asked_by(name) for name in proposals) for question in article.questions)
        hits = tuple(any(question.is_asked_by(name) for question in article.questions) for name in proposals)
        made.append(Answer(article.id, tuple(proposals), asked, hits, tuple(faults(proposals, doc, actors))))
    return made


def scores(made: Sequence[Answer]) -> dict[str, Estimate]:
    """Shares with intervals, resampled by article.

    Returns:
        ``articles`` with a question asked, ``questions`` asked, ``hits`` and ``clean`` among the proposals.
    """
    counts = {
        "articles": [(float(any(answer.asked)), 1) for answer in made],
        "questions": [(float(sum(answer.asked)), len(answer.asked)) for answer in made],
        "hits": [(float(sum(answer.hits)), len(answer.hits)) for answer in made],
        "clean": [(float(answer.faults.count("")), len(answer.faults)) for answer in made],
    }
    return {name: Measure(np.array(pairs, float), _share).estimate() for name, pairs in counts.items()}


def _share(totals: np.ndarray) -> np.ndarray:
    part, whole = totals[..., 0], totals[..., 1]
    return np.asarray(np.divide(part, whole, out=np.zeros_like(part), where=whole > 0))


def faults(proposals: Sequence[str], doc: Any, actors: Sequence[Actor]) -> list[str]:
    """What is wrong with each proposal as a phrase; "" if nothing is.

    A good one is a whole noun phrase of at most seven words that is in the text as it stands, or an actor's name;
    it has no pronoun, no half of a quotation and no clause, and says something else than those before it.
    """
    found: list[str] = []
    for number, proposal in enumerate(proposals):
        repeated = any(_is_same(proposal, other, actors) for other in proposals[:number])
        found.append("repeats another" if repeated else _fault(proposal, doc, actors))
    return found


def _is_same(one: str, other: str, actors: Sequence[Actor]) -> bool:
    actor, another = match_actor(one, actors), match_actor(other, actors)
    if actor is not None and another is not None:
        return actor is another
    if _last_before_preposition(one) == _last_before_preposition(other):
        return True
    if actor is not None or another is not None:
        return False  # Gordon Brown, and Gordon Brown's Budget
    a, b = content_words(one), content_words(other)
    return a <= b or b <= a


def _last_before_preposition(phrase: str) -> str:
    words = phrase.casefold().split()
    cut = next((i for i, word in enumerate(words) if i and word in _PREPOSITIONS), len(words))
    return words[cut - 1].removesuffix("s")


_PREPOSITIONS = frozenset("about against among at between by for from in into of on over to toward under with".split())  # noqa: SIM905


def _fault(proposal: str, doc: Any, actors: Sequence[Actor]) -> str:
    if _QUOTES.search(proposal):
        return "half a quotation"
    if not 1 <= len(proposal.split()) <= MOST_WORDS:
        return "too long"
    if any(proposal in (actor.name, *actor.aliases) for actor in actors):
        return ""
    spans = _places(proposal, doc)
    if not spans:
        return "not in the text"
    kinds = Counter(_span_fault(span) for span in spans)
    return "" if "" in kinds else kinds.most_common(1)[0][0]


def _places(proposal: str, doc: Any) -> list[Any]:
    pattern = r"\s+".join(map(re.escape, proposal.split()))
    spans = (doc.char_span(m.start(), m.end()) for m in re.finditer(pattern, doc.text, re.IGNORECASE))
    return [span for span in spans if span is not None]


def _span_fault(span: Any) -> str:
    tokens = list(span)
    if any(token.pos_ == "PRON" for token in tokens):
        return "a pronoun"
    if all(token.ent_type_ in TIMES or token.pos_ == "NUM" for token in tokens):
        return "a date or number"
    if any(token.tag_ in _FINITE for token in tokens):
        return "a clause"
    if tokens[0].pos_ in _LOOSE or tokens[-1].pos_ in _LOOSE or not any(t.pos_ in ("NOUN", "PROPN") for t in tokens):
        return "no noun phrase"
    inside = {token.i for token in tokens}
    before = span.doc[span.start - 1] if span.start else None
    after = span.doc[span.end] if span.end < len(span.doc) else None
    cut_before = before is not None and before.dep_ in ("compound", "nmod") and before.head.i in inside
    cut_after = after is not None and tokens[-1].dep_ in ("compound", "nmod") and tokens[-1].head.i >= span.end
    return "a part of a phrase" if cut_before or cut_after else ""
