"""Scores of one summary against its article and its reference."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Any

from newstance.configs.extras import lacking
from newstance.models.content import is_number, word_overlap
from newstance.models.faults import invented
from newstance.models.sentences import split_sentences

_WORD = re.compile(r"\w+(?:[’'.,-]\w+)*")


@lru_cache(maxsize=1)
def _scorer() -> Any:
    try:
        from rouge_score.rouge_scorer import RougeScorer
    except ImportError as error:
        raise lacking("summaries are scored by rouge_score", "eval") from error
    # ROUGE packages disagree, so the name of the package belongs to the number: Google's rouge-score.
    return RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True)


def summary_scores(summary: str, article: str, reference: str) -> dict[str, float]:
    """Score a summary.

    Args:
        summary: What a model wrote.
        article: What it read.
        reference: What a person wrote.

    Returns:
        ROUGE F-measures (Lin 2004) in 0..1; words; compression (summary words by article words); the share of
        the summary's bigrams that the article does not have; the mean share of a sentence's content words that its
        best source sentence holds; how many of its names and numbers the article does not have (see
        ``models/faults.py``).
    """
    rouge = {name: float(score.fmeasure) for name, score in _scorer().score(reference, summary).items()}
    words, source = _words(summary), _words(article)
    bigrams = list(pairwise(words))
    known = set(pairwise(source))
    source_sentences = split_sentences(article)
    sentences = split_sentences(summary)
    overlaps = [word_overlap(sentence, source_sentences) for sentence in sentences]
    unknown = {item for sentence in sentences for item in invented(sentence, article)}
    names = sum(item[0].isupper() and not is_number(item) for item in unknown)
    return rouge | {
        "words": float(len(words)),
        "compression": len(words) / max(len(source), 1),
        "novel bigrams": sum(bigram not in known for bigram in bigrams) / max(len(bigrams), 1),
        "word overlap": sum(overlaps) / max(len(overlaps), 1),
        "invented names": float(names),
        "invented numbers": float(len(unknown) - names),
    }


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]
