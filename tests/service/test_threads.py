import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import tiny

from newstance.models.embedding import SentenceEmbedder
from newstance.models.retrieval import Retriever, Sources
from newstance.models.sources import locate
from newstance.service import Article

TEXTS = [
    "Solberg praised the harbour plan. The union condemned the plan on Monday. It rained all day.",
    "Miller attacked the union. Putin praised the talks. Schmidt gave a speech. The costs were a disaster.",
    "The mayor praised Reuters. Putin condemned the harbour plan.",
]
TIMES = 40


def untimed(analysis):
    return replace(analysis, seconds={}).to_dict()


def test_analyses_at_once_find_what_they_find_in_turn(analyzer):
    articles = [Article.from_text(text) for text in TEXTS]

    def analyze(article):
        return untimed(analyzer.analyze(article, targets=["the harbour plan", "talks", "snow"]))

    in_turn = [analyze(article) for article in articles]
    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(analyze, articles * TIMES)) == in_turn * TIMES


@pytest.fixture
def retriever(tmp_path, monkeypatch):
    words = ["solberg", "harbour", "plan", "union", "monday"]
    embed = SentenceEmbedder.embed

    def slow(self, texts):  # real encoders let other threads run meanwhile
        time.sleep(0.001)
        return embed(self, texts)

    monkeypatch.setattr(SentenceEmbedder, "embed", slow)
    return Retriever(SentenceEmbedder.load(locate(f"path:{tiny.encoder(tmp_path / 'encoder', words)}")))


@pytest.mark.parametrize("kind", [list, Sources])
def test_sources_of_two_articles_do_not_meet_in_one_retriever(kind, retriever):
    one = kind(["The harbour plan is good.", "Solberg went to the harbour on Monday.", "The union met on Monday."])
    other = kind([*one, "Solberg likes the union plan on Monday.", "The union of the harbour has a plan."])
    claim = ["The union opposes the harbour plan."]
    in_turn = [retriever.passages(sources, claim) for sources in (one, other)]
    assert in_turn[0] != in_turn[1]
    with ThreadPoolExecutor(4) as threads:
        at_once = threads.map(lambda sources: retriever.passages(sources, claim), [one, other] * 50)
        assert list(at_once) == in_turn * 50


def test_vectors_of_an_article_are_computed_once(analyzer, monkeypatch):
    embedded = []
    embed = SentenceEmbedder.embed

    def counted(self, texts):
        embedded.append(tuple(texts))
        return embed(self, texts)

    monkeypatch.setattr(SentenceEmbedder, "embed", counted)
    analyzer.analyze(Article.from_text(TEXTS[1]), targets=["the costs", "talks", "snow"], sentences=1)
    assert len(embedded) > 3
    assert sum(len(texts) == 4 for texts in embedded) == 1
