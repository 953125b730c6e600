"""Train the support model: does a passage bear a claim out? The training itself is that of ``stance.py``."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, Self

import numpy as np
from pydantic import ConfigDict, model_validator

from newstance.configs import Settings

from ..annotator import Annotator, AnnotatorSettings
from ..consistency import WEIGHTS_FILE, ConsistencyChecker, ConsistencySettings, Retriever, SupportWeights
from ..embedding import SentenceEmbedder
from ..errors import ConfigError
from ..pairs import PairClassifier
from ..sources import locate
from .overlap import articles_in, fingerprint
from .stance import DevScores, PairExample, Recipe, Trained, calibrated, fit_and_export
from .support_rows import (
    LABELS,
    SUPPORTED,
    ArticleClaims,
    SupportRow,
    SupportSet,
    claims_of,
    support_rows,
)

_SIGNS = [name for name in SupportWeights.model_fields if name != "bias"]


class Task(Settings):
    """What a recipe trains; its other keys are read by the settings of that task."""

    model_config = ConfigDict(extra="ignore")

    task: Literal["stance", "support", "signs"] = "stance"


class SupportTrainingSettings(Recipe):
    """One training run of a support model; see ``configs/training/consistency-minilm.yaml``."""

    task: Literal["support"]
    annotator: AnnotatorSettings
    embeddings: str
    train: list[SupportSet]
    dev: list[SupportSet]
    calibrate_on: list[str]
    excluded: list[str]

    @model_validator(mode="after")
    def _is_calibrated_on_articles(self) -> Self:
        known = {labelled.name for labelled in self.dev if labelled.kind != "pairs"}
        if unknown := set(self.calibrate_on) - known:
            raise ValueError(f"calibrate_on names {sorted(unknown)}, which are no dev sets of articles or claims")
        return self


class SignsSettings(Settings):
    """How the signs of support are weighed without a pair model; see ``configs/training/consistency-signs.yaml``."""

    task: Literal["signs"]
    name: str
    annotator: AnnotatorSettings
    embeddings: str
    seed: int
    claims: list[SupportSet]
    excluded: list[str]


def fit_signs(settings: SignsSettings, data: Path) -> SupportWeights:
    """Fit the weights that a profile without a pair model needs."""
    annotator = Annotator.load(settings.annotator)
    excluded = [fingerprint(text) for name in settings.excluded for text in articles_in(data / name)]
    weights = SupportWeights(entailment=0)
    checker = ConsistencyChecker.load(ConsistencySettings(embeddings=settings.embeddings, weights=weights))
    abouts = [
        about
        for labelled in settings.claims
        for about in claims_of(labelled, data, annotator, excluded, random.Random(settings.seed))
    ]
    return fit_weights(checker, abouts)


def train_support(settings: SupportTrainingSettings, data: Path, out: Path) -> Trained:
    """Make the rows, train, export, calibrate, and fit how the signs of support are weighed.

    Args:
        settings: The recipe.
        data: The folder that holds the labelled sets.
        out: Rows, checkpoints and models go here; a killed run is taken up from its last checkpoint.
    """
    annotator = Annotator.load(settings.annotator)
    retriever = Retriever(SentenceEmbedder.load(locate(settings.embeddings)))
    excluded = [fingerprint(text) for name in settings.excluded for text in articles_in(data / name)]

    def rows_of(labelled: SupportSet) -> list[SupportRow]:
        return support_rows(labelled, data, annotator, retriever, excluded, random.Random(settings.seed))

    made = _kept(settings, out / "rows.json", rows_of)
    examples = [PairExample(row.passage, row.claim, row.label) for rows in made.values() for row in rows]
    random.Random(settings.seed).shuffle(examples)
    shipped = fit_and_export(settings, examples, LABELS, out)
    scores = {}
    pairs = PairClassifier.load(locate(f"path:{shipped}"))
    for labelled in settings.dev:
        rows = rows_of(labelled)
        logits = pairs.score([(row.passage, row.claim) for row in rows]).logits
        scores[labelled.name] = DevScores([{"text": r.group, "label": r.label} for r in rows], logits, pairs.labels)
    temperature = calibrated(settings, shipped, [scores[name] for name in settings.calibrate_on])
    checker = ConsistencyChecker.load(ConsistencySettings(source=f"path:{shipped}", embeddings=settings.embeddings))
    abouts = [
        about
        for labelled in settings.dev
        if labelled.name in settings.calibrate_on
        for about in claims_of(labelled, data, annotator, excluded, random.Random(settings.seed))
    ]
    weights = fit_weights(checker, abouts)
    (shipped / WEIGHTS_FILE).write_text(weights.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return Trained(shipped, temperature, scores, {name: len(rows) for name, rows in made.items()})


def _kept(
    settings: SupportTrainingSettings, path: Path, rows_of: Callable[[SupportSet], list[SupportRow]]
) -> dict[str, list[SupportRow]]:
    """The training rows of an earlier sitting of the same run, or new ones: parsing takes minutes."""
    sets = [labelled.model_dump(mode="json") for labelled in settings.train]
    if path.is_file():
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["sets"] != sets:
            raise ConfigError(f"{path} holds rows of other sets; choose another --out, or remove it")
        return {name: [SupportRow(*row) for row in rows] for name, rows in kept["rows"].items()}
    made = {labelled.name: rows_of(labelled) for labelled in settings.train}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"sets": sets, "rows": made}, ensure_ascii=False), encoding="utf-8")
    return made


def fit_weights(checker: ConsistencyChecker, abouts: Sequence[ArticleClaims]) -> SupportWeights:
    """Fit the logistic regression over the signs of support; both labels weigh the same.

    Args:
        checker: Gives the signs.
        abouts: Claims with labels; copies of a source sentence, and claims without a source, tell nothing and are
            left out.
    """
    from sklearn.linear_model import LogisticRegression

    signs, truth = [], []
    for about in abouts:
        checked = checker.check([claim for _, claim, _ in about.claims], about.sentences)
        for (_, _, label), support in zip(about.claims, checked, strict=True):
            if support.signs and support.support < 1:
                signs.append([support.signs[name] for name in _SIGNS])
                truth.append(label == SUPPORTED)
    model = LogisticRegression(class_weight="balanced", C=10.0, max_iter=2000).fit(np.array(signs), np.array(truth))
    fitted = dict(zip(_SIGNS, map(float, model.coef_[0]), strict=True)) | {"bias": float(model.intercept_[0])}
    return SupportWeights(**{name: round(value, 4) for name, value in fitted.items()})
