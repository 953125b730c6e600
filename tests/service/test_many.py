"""The same done to many: in order, no further ahead than is at work, and ended when nobody takes more."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from newstance.models.errors import InputError
from newstance.service import Analyzer, Article
from newstance.service.many import each, one_ahead

TEXTS = [
    "Solberg praised the harbour plan. The union condemned the plan on Monday. It rained all day.",
    "Miller attacked the union. Putin praised the talks. Schmidt gave a speech. The costs were a disaster.",
    "The mayor praised Reuters. Putin condemned the harbour plan.",
] * 4


def untimed(analysis):
    return replace(analysis, seconds={}).to_dict()


def test_many_analyses_are_those_of_one_at_a_time(analyzer):
    articles = [Article.from_text(text, f"{i}") for i, text in enumerate(TEXTS)]
    asked = {"targets": ["the harbour plan", "talks"], "sentences": 1}
    found = list(analyzer.analyze_many(iter(articles), **asked))
    assert [untimed(one) for one in found] == [untimed(analyzer.analyze(article, **asked)) for article in articles]


def test_a_question_that_was_asked_of_another_article_is_not_asked_again(analyzer, monkeypatch):
    fresh = Analyzer(analyzer.profile, analyzer.annotator, analyzer.classifier)
    asked = []
    classify = fresh.classifier.classify
    monkeypatch.setattr(fresh.classifier, "classify", lambda new, *more: asked.extend(new) or classify(new, *more))
    copies = [Article.from_text(TEXTS[0], title) for title in ("one", "other")]

    def stances():
        asked.clear()
        found = [fresh.analyze(copy, ["the harbour plan"], summarize=False).stances for copy in copies]
        return found, len(asked)

    wanted, often = stances()
    fresh.remember(100)  # the tiny model asks in batches
    assert stances() == (wanted, often)
    monkeypatch.setattr(fresh.classifier.pairs, "_tokens_per_batch", 1)
    fresh.remember(100)
    assert stances() == (wanted, often // 2)


def test_articles_are_taken_as_they_are_needed(analyzer):
    taken = []

    def endless():
        for text in TEXTS * 100:
            taken.append(text)
            yield Article.from_text(text)

    analyses = analyzer.analyze_many(endless(), summarize=False)
    next(analyses)
    assert len(taken) <= 3
    analyses.close()
    assert len(taken) <= 3


def test_what_is_refused_is_raised_or_told(analyzer):
    articles = [Article.from_text("It rained."), Article("word " * 30_000, "long"), Article.from_text("It snowed.")]
    refused = []
    found = list(
        analyzer.analyze_many(articles, ["rain"], refused=lambda article, error: refused.append((article.title, error)))
    )
    assert [one.article.text for one in found] == ["It rained.", "It snowed."]
    assert [title for title, _ in refused] == ["long"]
    assert "has 150,000 characters" in str(refused[0][1])
    with pytest.raises(InputError, match="has 150,000 characters"):
        list(analyzer.analyze_many(articles, ["rain"]))


def test_two_are_at_work_and_errors_stay_in_their_place():
    at_work, most = [], []

    def slow(item, heard):
        at_work.append(item)
        time.sleep(0.02)
        most.append(len(at_work))
        at_work.remove(item)
        if item == 3:
            raise ValueError(item)
        return item * 2

    found = list(each(slow, range(8)))
    assert [item for item, _ in found] == list(range(8))
    assert [made for item, made in found if item != 3] == [0, 2, 4, 8, 10, 12, 14]
    assert isinstance(found[3][1], ValueError)
    assert max(most) == 2


@pytest.mark.parametrize("how", ["closed", "ended"])
def test_work_hears_that_nobody_waits(how):
    over = threading.Event()

    def long(item, heard):
        for _ in range(1000):
            heard()
            time.sleep(0.01)

    began = time.monotonic()
    if how == "closed":
        made = each(lambda item, heard: item if item == 0 else long(item, heard), range(3))
        assert next(made) == (0, 0)
        made.close()
    else:
        threading.Timer(0.1, over.set).start()
        assert {type(error).__name__ for _, error in each(long, range(2), ended=over.is_set)} == {"Stopped"}
    assert time.monotonic() - began < 5


def test_one_ahead_is_made_while_one_is_worked_on():
    made = []

    def items():
        for i in range(5):
            made.append(i)
            yield i
        raise ValueError("the sixth")

    ahead = one_ahead(items())
    assert next(ahead) == 0
    time.sleep(0.2)
    assert made == [0, 1]
    assert [next(ahead) for _ in range(4)] == [1, 2, 3, 4]
    with pytest.raises(ValueError, match="the sixth"):
        next(ahead)
