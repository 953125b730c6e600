from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import tiny

from newstance.configs import Settings
from newstance.eval.labelled import LabelledSet, load_set
from newstance.eval.variants import Variant, varied
from newstance.models.stance import LABELS, StancePrediction, StanceQuery
from newstance.service import Actor, Profile


class DummyAggregation(Settings):
    threshold: float = 0.5


class DummyProfile(Settings):
    name: str = "dummy"
    version: int = 1
    aggregation: DummyAggregation = DummyAggregation()


class DummyClassifier:
    """Answers as it is told, with a fixed probability."""

    temperature = 1.0
    is_direct = True

    def __init__(self, answer: Callable[[StanceQuery], str], probability: float = 0.9) -> None:
        self._answer = answer
        self._probability = probability
        self.asked: list[StanceQuery] = []

    def classify(self, queries: Sequence[StanceQuery]) -> list[StancePrediction]:
        self.asked += queries
        predictions = []
        for query in queries:
            label = self._answer(query)
            rest = (1 - self._probability) / 2
            predictions.append(
                StancePrediction(label, {known: self._probability if known == label else rest for known in LABELS})
            )
        return predictions


class DummyAnalyzer:
    """A classifier and a summarizer behind the analyzer's surface."""

    def __init__(
        self,
        answer: Callable[[StanceQuery], str] = lambda query: "neutral",
        summarize: Callable[[str], str] = lambda text: text,
        profile: DummyProfile | None = None,
    ) -> None:
        self.profile = profile or DummyProfile()
        self.classifier = DummyClassifier(answer)
        self._summarize = summarize

    def summarize(self, article: Any, sentences: int | None = None) -> Any:
        return SimpleNamespace(text=self._summarize(article.text), written="It was written.")

    def read(self, article: Any) -> Any:
        """Whoever is named by a word in capitals is an actor."""
        names = sorted({word.strip(".,") for word in article.text.split() if word.strip(".,").isupper()})
        return SimpleNamespace(text=article.text, actors=[Actor(name, "body") for name in names])

    def check(self, article: Any, sentences: Sequence[str]) -> list[Any]:
        """Borne out is what the article contains word for word."""
        supports = [0.9 if sentence in article.text else 0.2 for sentence in sentences]
        return [SimpleNamespace(support=support, passes=support > 0.5) for support in supports]

    def stances_of(self, article: Any, pairs: Sequence[tuple[str, str]]) -> list[Any]:
        asked = self.classifier.classify([StanceQuery(article.text, actor, target) for actor, target in pairs])
        return [self._stance(article, prediction) for prediction in asked]

    def _stance(self, article: Any, prediction: StancePrediction) -> Any:
        """What shows a stance is the article's first sentence, and after it the last one."""
        first, last = article.text.find(".") + 1, article.text.rstrip(".").rfind(".") + 1
        evidence = [
            SimpleNamespace(start=start, end=end, label=prediction.label, probability=prediction.probability)
            for start, end in ((0, first), (last, len(article.text)))
        ]
        shown = evidence if prediction.label != "neutral" else []
        return SimpleNamespace(label=prediction.label, probabilities=prediction.probabilities, evidence=shown)


def perfect_on(labelled: LabelledSet, profile: DummyProfile | None = None) -> DummyAnalyzer:
    gold = {tuple(sorted(example.input.items())): example.gold for example in labelled.examples}
    return DummyAnalyzer(
        lambda query: gold[(("holder", query.holder), ("target", query.target), ("text", query.text))],
        lambda text: gold[(("article", text),)],
        profile,
    )


@pytest.fixture
def dummies() -> Any:
    return SimpleNamespace(
        Analyzer=DummyAnalyzer, Profile=DummyProfile, Classifier=DummyClassifier, perfect_on=perfect_on
    )


@pytest.fixture
def make_set(tmp_path: Path) -> Callable[..., LabelledSet]:
    """Writes rows and a config, and loads them through the front door."""

    def make(rows: Sequence[dict[str, Any]], name: str = "little", **config: Any) -> LabelledSet:
        import yaml

        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        settings = {"name": name, "terms": "ours", "file": {"path": f"{name}.jsonl"}} | config
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(settings))
        return load_set(tmp_path / f"{name}.yaml", tmp_path)

    return make


def stance_rows(n: int) -> list[dict[str, str]]:
    return [
        {
            "id": f"r{i:03d}",
            "text": f"Speaker {i} spoke about plan {i % 3} at length number {i}.",
            "holder": f"Speaker {i}",
            "target": f"plan {i % 3}",
            "label": LABELS[i * 7 % 3],
        }
        for i in range(n)
    ]


@pytest.fixture
def rows() -> Callable[[int], list[dict[str, str]]]:
    return stance_rows


@pytest.fixture
def tiny_profile(tmp_path: Path) -> Profile:
    """The embedded profile's rules, where words decide what a passage shows."""
    words = {"praised": [0, 6, 0], "condemned": [6, 0, 0]}
    stance = tiny.classifier(tmp_path / "stance", ["against", "favor", "neutral"], words, bias=[0, 0, 2], positions=256)
    support = tiny.classifier(tmp_path / "support", ["not_entailment", "entailment"], {}, positions=256)
    encoder = tiny.encoder(tmp_path / "encoder", ["solberg", "harbour", "plan"])
    settings = {
        "name": "tiny",
        "stance.source": f"path:{stance}",
        "consistency": {"source": f"path:{support}", "embeddings": f"path:{encoder}"},
        "summarizer": {"kind": "lead", "sentences": 2},
        "aggregation.window_share": 0,  # it does not know whose words they are: each actor's own sentences decide
    }
    return varied(Profile.load("embedded"), Variant(name="tiny", settings=settings))


@pytest.fixture
def harbour_set(make_set: Callable[..., LabelledSet]) -> LabelledSet:
    """Four articles whose two judgements the tiny profile has right."""

    def article(i: int) -> dict[str, Any]:
        text = f"Ingrid Solberg praised the harbour plan on day {i}. Peter Vik condemned the harbour plan {i} times."
        first = [[0, text.index(".") + 1]]  # what shows the stance of one only
        judgements = [
            {"actor": "Ingrid Solberg", "target": "the harbour plan", "label": "favor", "evidence": first},
            {"actor": "Peter Vik", "target": "the harbour plan", "label": "against", "evidence": first},
        ]
        return {"id": f"a{i}", "article": text, "judgements": judgements}

    return make_set([article(i) for i in range(4)], kind="articles")
