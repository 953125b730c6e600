from __future__ import annotations

import sys

import pytest
from rouge_score.rouge_scorer import RougeScorer

from newstance.eval.summary_metrics import _scorer, summary_scores
from newstance.models.content import word_overlap
from newstance.models.errors import ConfigError
from newstance.models.sentences import split_sentences

ARTICLE = (
    "Mayor Edith Penrose opened the bridge in Harwick on Monday. It cost 1,200,000 pounds and took 3 years. "
    "The European Union paid half of it. Apple trees were planted."
)


def test_rouge_agrees_with_rouge_score():
    summary, reference = (
        "The mayor opened a bridge in Harwick.",
        "Harwick's new bridge was opened by the mayor.",
    )
    theirs = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True).score(reference, summary)
    ours = summary_scores(summary, ARTICLE, reference)
    for name, score in theirs.items():
        assert ours[name] == pytest.approx(score.fmeasure)
    assert ours["rouge1"] > ours["rouge2"] > 0


def test_what_scores_summaries_is_told_where_it_is_missing(monkeypatch):
    _scorer.cache_clear()
    monkeypatch.setitem(sys.modules, "rouge_score.rouge_scorer", None)
    with pytest.raises(ConfigError, match="summaries are scored by rouge_score; install it by: pip install"):
        summary_scores("It rained.", "It rained.", "x")


def test_length_compression_and_novelty():
    scores = summary_scores("It cost money.", "It cost 10 pounds.", "x")
    assert scores["words"] == 3
    assert scores["compression"] == pytest.approx(3 / 4)
    assert scores["novel bigrams"] == pytest.approx(1 / 2)
    scores = summary_scores("IT cost O'Neill 1,200 pounds.", "It cost O'Neill some 1,200 pounds.", "x")
    assert scores["words"] == 5
    assert scores["novel bigrams"] == pytest.approx(1 / 4)
    assert summary_scores("", "It cost 10 pounds.", "x")["words"] == 0


def test_overlap_and_inventions_are_those_of_the_summary_check():
    scores = summary_scores("Edith Penrose opened the bridge. Angela Merkel paid seven pounds.", ARTICLE, "x")
    assert scores["invented names"] == 2
    assert scores["invented numbers"] == 1
    supports = [
        word_overlap(s, split_sentences(ARTICLE))
        for s in ("Edith Penrose opened the bridge.", "Angela Merkel paid seven pounds.")
    ]
    assert supports[0] == 1
    assert scores["word overlap"] == pytest.approx(sum(supports) / 2)
    assert summary_scores("", ARTICLE, "x")["word overlap"] == 0


def test_a_number_in_words_is_no_name():
    scores = summary_scores("They paid Seven pounds.", ARTICLE, "x")
    assert (scores["invented names"], scores["invented numbers"]) == (0, 1)
