"""Scores of a support score against readers, beside word overlap and embedding similarity.

Readers said of each sentence whether its article bears it out. AUC asks whether borne-out sentences get higher scores;
balanced accuracy, whether the profile's threshold parts the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from newstance.models.content import word_overlap
from newstance.models.sentences import split_sentences

from . import metrics
from .labelled import SUPPORTED, UNSUPPORTED, Example
from .metrics import Auc, Measure, Score
from .storage import Row, StoredRun

if TYPE_CHECKING:
    from newstance.models.embedding import SentenceEmbedder

    from .runs import Answer

SIMILARITY = "embedding-similarity"  # names the file of a run that holds this baseline's rows
_VERDICTS = (UNSUPPORTED, SUPPORTED)


def similarity_answers(embedder: SentenceEmbedder, batch: Sequence[Example]) -> list[Answer]:
    """The embedding baseline: the highest cosine of the sentence and one of its article's."""
    from .runs import Answer

    sources = split_sentences(batch[0].input["article"])
    vectors = embedder.embed([*sources, *(example.input["sentence"] for example in batch)])
    best = (vectors[len(sources) :] @ vectors[: len(sources)].T).max(axis=1)
    return [Answer(SUPPORTED, {SUPPORTED: float(score), UNSUPPORTED: float(1 - score)}) for score in best]


def consistency_measures(rows: Sequence[Row], scores: np.ndarray, verdicts: Sequence[str | None]) -> dict[str, Score]:
    """AUC and balanced accuracy, resampled by article.

    Args:
        rows: What was asked.
        scores: Of each row, higher for better support, of any scale.
        verdicts: supported or unsupported; None for a crash.
    """
    gold, groups = [row["gold"] for row in rows], [row["group"] for row in rows]
    confusion = metrics.confusion_rows(gold, verdicts, _VERDICTS)
    return {
        "auc": Auc(scores, _is_supported(rows), groups),
        "balanced_accuracy": Measure(metrics.summed_by_group(confusion, groups), metrics.balanced_accuracy),
    }


def run_measures(run: StoredRun) -> dict[str, Score]:
    """The measures of a run's own answers; a crash counts as no support, and as a wrong verdict."""
    return consistency_measures(run.rows, _scores(run.rows), [row["prediction"] for row in run.rows])


def baseline_measures(run: StoredRun) -> dict[str, dict[str, Score]]:
    """Word overlap, and embedding similarity where the run holds it.

    Each baseline gets the threshold that is best for it on these very rows, which flatters it.
    """
    overlap = np.array(
        [word_overlap(row["input"]["sentence"], split_sentences(row["input"]["article"])) for row in run.rows]
    )
    found = {"word overlap": overlap}
    found |= {name.replace("-", " "): _scores(rows) for name, rows in run.baselines().items()}
    return {
        name: consistency_measures(run.rows, scores, _best_verdicts(scores, _is_supported(run.rows)))
        for name, scores in found.items()
    }


def _scores(rows: Sequence[Row]) -> np.ndarray:
    return np.array([(row["probabilities"] or {SUPPORTED: 0.0})[SUPPORTED] for row in rows])


def _is_supported(rows: Sequence[Row]) -> np.ndarray:
    return np.array([row["gold"] == SUPPORTED for row in rows])


def _best_verdicts(scores: np.ndarray, truth: np.ndarray) -> list[str | None]:
    def balanced(threshold: float) -> float:
        said = scores >= threshold
        return float(said[truth].mean() + (~said)[~truth].mean()) if 0 < truth.sum() < len(truth) else 0.0

    threshold = max(np.unique(scores), key=balanced)
    return [_VERDICTS[int(score >= threshold)] for score in scores]
