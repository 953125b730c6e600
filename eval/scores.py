"""From stored rows to numbers. No model is needed, so that a run can be scored anew in seconds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from newstance.models.stance import LABELS

from . import metrics
from .baselines import lead_summary, stance_baselines
from .consistency import baseline_measures, run_measures
from .evidence import GIVEN, evidence_measures, evidence_scores
from .labelled import SUPPORTED, UNSUPPORTED
from .metrics import FIVE_CLASSES, Measure
from .parts import scores_by_part, sure_answers
from .robustness import CHANGES, PARAPHRASED, flips
from .set_config import SetConfig
from .storage import Row, StoredRun
from .summary_metrics import summary_scores

_RISK_POINTS = 50
_WORST = 20

Answers = Sequence[tuple[str | None, float]]  # label and its probability, for each row


def score_run(run: StoredRun) -> dict[str, Any]:
    """Score a run beside its baselines.

    Returns:
        What ``metrics.json`` holds: every number with its interval, and what tables and figures need.
    """
    head: dict[str, Any] = {
        "set": run.config.name,
        "kind": run.config.kind,
        "profile": run.header["profile"].get("name", ""),
        "headline": run.config.headline,
        "n": len(run.rows),
        "groups": len({row["group"] for row in run.rows}),
        "errors": sum(row["error"] is not None for row in run.rows),
        "partial": run.is_partial,
        "examples_in_set": run.header["examples_in_set"],
        "limit": run.header["limit"],
        "skipped": len(run.header["skipped"]),
        "seconds": round(sum(row["seconds"] for row in run.rows), 3),
    }
    if run.config.kind == "summaries":
        return head | _summary_results(run)
    if run.config.kind == "consistency":
        return head | _consistency_results(run)
    return head | _stance_results(run)


def answers_of(rows: Sequence[Row]) -> Answers:
    """The stored predictions, with their probabilities."""
    return [(row["prediction"], (row["probabilities"] or {}).get(row["prediction"] or "", 0.0)) for row in rows]


def stance_measures(rows: Sequence[Row], answers: Answers, config: SetConfig) -> dict[str, Measure]:
    """Every score of a list of answers, by name; those of the same rows can be compared one by one."""
    groups = [row["group"] for row in rows]
    predicted = [label for label, _ in answers]
    confusion = metrics.confusion_rows([row["gold"] for row in rows], predicted, LABELS)
    sums = metrics.summed_by_group(confusion, groups)
    measures = {
        "macro_f1": Measure(sums, metrics.macro_f1(LABELS, config.scored)),
        "favor_against_f1": Measure(sums, metrics.macro_f1(LABELS, ("favor", "against"))),
        "accuracy": Measure(sums, metrics.accuracy),
    }
    if config.metric == "five_class_macro_f1":
        measures |= _five_class_measures(rows, answers)
    return measures


def _five_class_measures(rows: Sequence[Row], answers: Answers) -> dict[str, Measure]:
    confusion, groups = _five_class_confusion(rows, answers)
    sums = metrics.summed_by_group(confusion, groups)
    return {
        "five_class_macro_f1": Measure(sums, metrics.macro_f1(FIVE_CLASSES, FIVE_CLASSES)),
        "five_class_micro_f1": Measure(sums, metrics.accuracy),
    }


def _five_class_confusion(rows: Sequence[Row], answers: Answers) -> tuple[np.ndarray, list[str]]:
    # In a run that was cut short, a sentence may lack a direction; it is left out.
    directions: dict[str, int] = defaultdict(int)
    for row in rows:
        directions[row["id"].rpartition("-")[0]] += 1
    whole = [i for i, row in enumerate(rows) if directions[row["id"].rpartition("-")[0]] == 2]
    ids = [rows[i]["id"] for i in whole]
    gold = metrics.five_classes(ids, [rows[i]["gold"] for i in whole], [1.0] * len(whole))
    predicted = metrics.five_classes(ids, [answers[i][0] for i in whole], [answers[i][1] for i in whole])
    group = {rows[i]["id"].rpartition("-")[0]: rows[i]["group"] for i in whole}
    gold_labels = [label or FIVE_CLASSES[0] for label in gold.values()]  # gold is never None
    return metrics.confusion_rows(gold_labels, list(predicted.values()), FIVE_CLASSES), [group[stem] for stem in gold]


def summary_measures(rows: Sequence[Row], summaries: Sequence[str | None], which: str = "") -> dict[str, Measure]:
    """The mean of every summary score; a crash counts as an empty summary.

    Args:
        rows: What was asked.
        summaries: One for each row.
        which: Names their support scores in the rows, if they have some; the mean of a summary's sentences is taken.
    """
    groups = [row["group"] for row in rows]
    values = [
        summary_scores(summary or "", row["input"]["article"], row["gold"])
        for row, summary in zip(rows, summaries, strict=True)
    ]
    supports = [row.get("supports", {}).get(which, []) for row in rows]
    if any(supports):
        for value, of_sentences in zip(values, supports, strict=True):
            value["support"] = sum(of_sentences) / max(1, len(of_sentences))
    return {
        name: Measure(
            metrics.summed_by_group(np.array([[value[name], 1.0] for value in values]), groups),
            metrics.mean_of_totals,
        )
        for name in values[0]
    }


def measures_of(run: StoredRun) -> dict[str, Measure]:
    """Every score of a run's own answers."""
    if run.config.kind == "summaries":
        return summary_measures(run.rows, [row["prediction"] for row in run.rows], "prediction")
    if run.config.kind == "consistency":
        return run_measures(run)
    measures = stance_measures(run.rows, answers_of(run.rows), run.config)
    given = evidence_measures(run.rows).get(GIVEN, {})
    return measures | {f"evidence, {name}": measure for name, measure in given.items()}


def _estimates(measures: dict[str, Measure]) -> dict[str, dict[str, float]]:
    return {name: measure.estimate().as_dict() for name, measure in measures.items()}


def _beside(model: Measure, headline: str, baselines: dict[str, dict[str, Measure]]) -> dict[str, Any]:
    """The baselines' scores, the model's own score minus theirs, and the best one; "yes" needs an interval above 0."""
    above = {name: model.minus(of[headline]) for name, of in baselines.items()}
    best = max(baselines, key=lambda name: baselines[name][headline].value)
    difference = above[best]
    beats = "yes" if difference.low > 0 else "no" if difference.value <= 0 else "not clearly"
    return {
        "baselines": {name: _estimates(of) for name, of in baselines.items()},
        "above": {name: one.as_dict() for name, one in above.items()},
        "best_baseline": {"name": best, "difference": difference.as_dict(), "beats": beats},
    }


def _stance_results(run: StoredRun) -> dict[str, Any]:
    rows, config = run.rows, run.config
    answers = answers_of(rows)
    measures = stance_measures(rows, answers, config)
    texts, gold = [row["input"]["text"] for row in rows], [row["gold"] for row in rows]
    baseline_answers: dict[str, Answers] = {
        name: [(label, 1.0) for label in labels]
        for name, labels in stance_baselines(texts, gold, config.scored).items()
    }
    baseline_answers |= {name: answers_of(of) for name, of in run.baselines().items()}
    baselines = {name: stance_measures(rows, answer, config) for name, answer in baseline_answers.items()}
    headline = config.headline
    result = {
        "scores": _estimates(measures),
        **_beside(measures[headline], headline, baselines),
        "confusion": _table(metrics.confusion_rows(gold, [a for a, _ in answers], LABELS).sum(axis=0), LABELS),
        "evidence": evidence_scores(rows),
        "per_target": _per_target(rows, answers, config),
        "sure": sure_answers(rows),
        "per_part": scores_by_part(rows, [label for label, _ in answers], config),
        "robustness": _robustness(run),
        "worst": _worst(rows),
    }
    if config.metric == "five_class_macro_f1":
        confusion, _ = _five_class_confusion(rows, answers)
        result["five_class_confusion"] = _table(confusion.sum(axis=0), FIVE_CLASSES)
    return result | _calibration(rows)


def _robustness(run: StoredRun) -> dict[str, Any]:
    """The flip rate of each change that the run was also made with."""
    result = {}
    for name in (*CHANGES, PARAPHRASED):
        changed = run.rows_beside(f"changed-{name}")
        if (measure := flips(run.rows, changed)) is not None:
            result[name] = {"n": len(changed), "flip_rate": measure.estimate().as_dict()}
    return result


def _table(confusion: np.ndarray, labels: Sequence[str]) -> dict[str, Any]:
    precision, recall, f1 = metrics.label_scores(confusion)
    return {
        "labels": list(labels),
        "gold_by_predicted": confusion.astype(int).tolist(),
        "per_label": {
            label: {
                "precision": round(float(precision[i]), 6),
                "recall": round(float(recall[i]), 6),
                "f1": round(float(f1[i]), 6),
                "n": int(confusion[i].sum()),
            }
            for i, label in enumerate(labels)
        },
    }


def _per_target(rows: Sequence[Row], answers: Answers, config: SetConfig) -> list[dict[str, Any]]:
    """Scores of each target, the most frequent first."""
    members: dict[str, list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        members[row["input"]["target"]].append(i)
    table = []
    for target, index in sorted(members.items(), key=lambda item: (-len(item[1]), item[0])):
        gold, predicted = [rows[i]["gold"] for i in index], [answers[i][0] for i in index]
        total = metrics.confusion_rows(gold, predicted, LABELS).sum(axis=0)
        scores = {
            "macro_f1": metrics.macro_f1(LABELS, config.scored)(total),
            "favor_against_f1": metrics.macro_f1(LABELS, ("favor", "against"))(total),
            "accuracy": metrics.accuracy(total),
        }
        table.append({"target": target, "n": len(index)} | {k: round(float(v), 6) for k, v in scores.items()})
    return table


def _calibration(rows: Sequence[Row]) -> dict[str, Any]:
    """Calibration of the probability that each answer was given with; rows without any (crashes) take no part.

    The answer given need not be the most probable one: below its threshold, an analyzer answers "neutral".
    """
    answered = [row for row in rows if row["probabilities"]]
    if not answered:
        return {"calibration": None}
    probabilities = probability_matrix(answered)
    gold = np.array([LABELS.index(row["gold"]) for row in answered])
    groups = [row["group"] for row in answered]
    confidence = np.array([(row["probabilities"] or {})[row["prediction"] or ""] for row in answered])
    right = np.array([row["prediction"] == row["gold"] for row in answered])
    bins = metrics.confidence_rows(confidence, right)
    ece = Measure(metrics.summed_by_group(bins, groups), metrics.expected_calibration_error)
    brier = Measure(metrics.summed_by_group(metrics.brier_rows(probabilities, gold), groups), metrics.mean_of_totals)
    coverage, risk = metrics.risk_coverage(confidence, right)
    shown = np.unique(np.linspace(0, len(coverage) - 1, _RISK_POINTS).astype(int))
    return {
        "calibration": {
            "n": len(answered),
            "ece": ece.estimate().as_dict(),
            "brier": brier.estimate().as_dict(),
            "area_under_risk": round(metrics.area_under_risk(coverage, risk), 6),
            "bins": [
                {"n": int(n), "confidence": round(c / n, 6), "accuracy": round(r / n, 6)} if n else {"n": 0}
                for n, c, r in bins.sum(axis=0)
            ],
            "coverage": [round(float(c), 6) for c in coverage[shown]],
            "risk": [round(float(r), 6) for r in risk[shown]],
        }
    }


def probability_matrix(rows: Sequence[Row]) -> np.ndarray:
    """Probabilities of shape (rows, labels), labels in the order of ``LABELS``."""
    return np.array([[(row["probabilities"] or {})[label] for label in LABELS] for row in rows])


def _worst(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The wrong answers that were surest, crashes first."""

    def surety(row: Row) -> float:
        return 2.0 if row["error"] else (row["probabilities"] or {}).get(row["prediction"] or "", 0.0)

    wrong = [row for row in rows if row["prediction"] != row["gold"]]
    return [
        {
            "id": row["id"],
            **row["input"],
            "gold": row["gold"],
            "prediction": row["prediction"],
            "probabilities": row["probabilities"],
            "error": row["error"],
        }
        for row in sorted(wrong, key=lambda row: (-surety(row), row["id"]))[:_WORST]
    ]


def _consistency_results(run: StoredRun) -> dict[str, Any]:
    measures, baselines = run_measures(run), baseline_measures(run)
    headline, verdicts = run.config.headline, (UNSUPPORTED, SUPPORTED)
    gold, said = [row["gold"] for row in run.rows], [row["prediction"] for row in run.rows]
    return {
        "scores": _estimates(measures),
        **_beside(measures[headline], headline, baselines),
        "confusion": _table(metrics.confusion_rows(gold, said, verdicts).sum(axis=0), verdicts),
        "worst": _worst(run.rows),
    }


def _distribution(rows: Sequence[Row], which: str) -> dict[str, float] | None:
    """How the support scores of all sentences lie: their number, mean and some quantiles."""
    supports = [score for row in rows for score in row.get("supports", {}).get(which, [])]
    if not supports:
        return None
    quantiles = {f"{share:.0%}": float(np.quantile(supports, share)) for share in (0.05, 0.25, 0.5, 0.75)}
    found = {"sentences": float(len(supports)), "mean": float(np.mean(supports))} | quantiles
    return {name: round(value, 4) for name, value in found.items()}


def _summary_results(run: StoredRun) -> dict[str, Any]:
    rows = run.rows
    measures = measures_of(run)
    baselines = {
        f"Lead-{n}": summary_measures(rows, [lead_summary(row["input"]["article"], n) for row in rows])
        for n in sorted({3, run.config.summary_sentences})
    }
    written = [row.get("written") for row in rows]
    headline = run.config.headline
    values = {
        row["id"]: summary_scores(row["prediction"] or "", row["input"]["article"], row["gold"])[headline]
        for row in rows
    }
    worst = sorted(rows, key=lambda row: (values[row["id"]], row["id"]))[:_WORST]
    return {
        "scores": _estimates(measures),
        "before the check": _estimates(summary_measures(rows, written, "written")) if any(written) else None,
        **_beside(measures[headline], headline, baselines),
        "supports": {which: _distribution(rows, which) for which in ("prediction", "written")},
        "worst": [
            {
                "id": row["id"],
                headline: round(values[row["id"]], 6),
                "gold": row["gold"],
                "prediction": row["prediction"],
                "error": row["error"],
            }
            for row in worst
        ],
    }
