"""What models have said is kept, so that runs of one model under other rules ask it nothing twice."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from newstance.configs import Settings
from newstance.models import Annotator, StanceClassifier, StancePrediction, StanceQuery
from newstance.models.consistency import ConsistencyChecker
from newstance.models.hearing import Heard, unheard
from newstance.models.pairs import OnBatch
from newstance.models.summarizer import Summarizer
from newstance.service import Analyzer, Profile, provenance

if TYPE_CHECKING:
    from spacy.tokens import Doc

_ASKING = ("entailment", "pairs", "stance", "tokenizing")
Classify = Callable[[Sequence[StanceQuery]], Sequence[StancePrediction]]


class StoredAnswers:
    """A stance model's answers by question, in a file that is added to as they come.

    Args:
        path: One JSON line for each answer; a line torn by a kill is left out.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, StancePrediction] = {}
        for line in path.read_bytes().split(b"\n") if path.is_file() else []:
            try:
                question, answer = json.loads(line)
            except (json.JSONDecodeError, UnicodeDecodeError):
                continue
            self._known[question] = _prediction(answer)

    def to(self, queries: Sequence[StanceQuery], classify: Classify) -> list[StancePrediction]:
        """One answer for each query, in order; ``classify`` is asked only what is not known, and once."""
        asked = [json.dumps(asdict(query)) for query in queries]
        unknown = {key: query for key, query in zip(asked, queries, strict=True) if key not in self._known}
        if unknown:
            new = dict(zip(unknown, classify(list(unknown.values())), strict=True))
            self._append(new)
            self._known |= new
        return [self._known[key] for key in asked]

    def _append(self, new: dict[str, StancePrediction]) -> None:
        lines = [json.dumps([question, asdict(answer)]) for question, answer in new.items()]
        # Begun on a new line: the last one may have been torn.
        data = ("\n" + "\n".join(lines) + "\n").encode()
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, data)
        finally:
            os.close(descriptor)


def _prediction(kept: dict[str, Any]) -> StancePrediction:
    return StancePrediction(**kept | {"parts": tuple(map(_prediction, kept.get("parts", ())))})


class _Delegate:
    """Stands in for another object; what it does not do itself, that object does."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class RememberingClassifier(_Delegate):
    """A stance classifier that is asked no question twice."""

    def __init__(self, classifier: StanceClassifier, answers: StoredAnswers) -> None:
        super().__init__(classifier)
        self._answers = answers

    def classify(self, queries: Sequence[StanceQuery], on_batch: OnBatch | None = None) -> list[StancePrediction]:
        """As ``StanceClassifier.classify``."""
        return self._answers.to(queries, lambda new: self._inner.classify(new, on_batch))


class _RememberingAnnotator(_Delegate):
    """An annotator that parses no text twice."""

    def __init__(self, annotator: Annotator) -> None:
        super().__init__(annotator)
        self._parsed: dict[str, Doc] = {}

    def annotate(self, text: str, most_tokens: int | None = None, heard: Heard = unheard) -> Doc:
        if text not in self._parsed:
            self._parsed[text] = self._inner.annotate(text, most_tokens, heard)
        return self._parsed[text]


class _RememberingChecker(_Delegate):
    """A checker that compares no two texts twice."""

    def __init__(self, checker: ConsistencyChecker) -> None:
        super().__init__(checker)
        self._similar: dict[tuple[tuple[str, ...], tuple[str, ...]], np.ndarray] = {}

    def similarity(self, texts: Sequence[str], sources: Sequence[str]) -> np.ndarray:
        asked = (tuple(texts), tuple(sources))
        if asked not in self._similar:
            self._similar[asked] = self._inner.similarity(texts, sources)
        return self._similar[asked]


class SharedModels:
    """Analyzers of several profiles, which share models with the same settings and what these have said.

    Args:
        folder: Where the answers of stance models are kept, a file for each.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._loaded: dict[str, Any] = {}

    def analyzer(self, profile: Profile) -> Analyzer:
        """The analyzer of a profile."""
        annotator = self._once(profile.annotator, lambda: _RememberingAnnotator(Annotator.load(profile.annotator)))
        classifier = self._once(profile.stance, lambda: self._classifier(profile))
        return _SharingAnalyzer(self, profile, annotator, classifier)

    def checker(self, profile: Profile) -> ConsistencyChecker:
        """What holds summaries against articles, and tells how near texts are."""
        settings = profile.consistency
        loaded = self._once(settings, lambda: _RememberingChecker(ConsistencyChecker.load(settings)))
        return cast(ConsistencyChecker, loaded)

    def _classifier(self, profile: Profile) -> RememberingClassifier:
        # Named by the weights and the code themselves, so that a model trained anew has other answers.
        code = provenance.modules_sha256(*_ASKING)
        key = f"{provenance.model_sha256(profile.stance)} {code} {_key(profile.stance)}"
        path = self._folder / f"answers-{hashlib.sha256(key.encode()).hexdigest()[:16]}.jsonl"
        return RememberingClassifier(StanceClassifier.load(profile.stance), StoredAnswers(path))

    def _once(self, settings: Settings, load: Callable[[], Any]) -> Any:
        key = f"{type(settings).__name__} {_key(settings)}"
        if key not in self._loaded:
            self._loaded[key] = load()
        return self._loaded[key]


class _SharingAnalyzer(Analyzer):
    def __init__(
        self,
        shared: SharedModels,
        profile: Profile,
        annotator: Annotator,
        classifier: StanceClassifier,
        summarizer: Summarizer | None = None,
    ) -> None:
        super().__init__(profile, annotator, classifier, summarizer)
        self._shared = shared

    @property
    def consistency(self) -> ConsistencyChecker:
        return self._shared.checker(self.profile)


def _key(settings: Settings) -> str:
    return json.dumps(settings.model_dump(mode="json"), sort_keys=True)
