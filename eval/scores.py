"""From stored rows to numbers. No model is needed, so that a run can be scored anew in seconds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from newstance.models.stance import LABELS

from . import metrics
from .baselines import lead_summary, stance_baselines
from .consistency import baseline_measures, run_measures
from .evidence import GIVEN, evidence_measures, evidence_scores
from .labelled import SUPPORTED, UNSUPPORTED
from .metrics import FIVE_CLASSES, Estimate, Measure, Score
from .parts import scores_by_part, sure_answers
from .robustness import CHANGES, PARAPHRASED, flips
from .scored import (
    Beats,
    Best,
    Bin,
    Calibration,
    Confusion,
    ConsistencyResults,
    Flips,
    LabelScores,
    Results,
    StanceResults,
    SummaryResults,
    TargetScores,
)
from .set_config import SetConfig
from .storage import Row, StoredRun
from .summary_metrics import summary_scores

_RISK_POINTS = 50
_WORST = 20

Answers = Sequence[tuple[str | None, float]]  # label and its probability, for each row


def score_run(run: StoredRun) -> Results:
    """Score a run beside its baselines; the results are those of its kind of set."""
    if run.config.kind == "summaries":
        return _summary_results(run)
    if run.config.kind == "consistency":
        return _consistency_results(run)
    return _stance_results(run)


def _shared(
    run: StoredRun,
    measures: Mapping[str, Score],
    baselines: Mapping[str, Mapping[str, Score]],
    worst: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """What the results of every kind of set have."""
    headline = run.config.headline
    above = {name: measures[headline].minus(of[headline]) for name, of in baselines.items()}
    best = max(baselines, key=lambda name: baselines[name][headline].value)
    difference = above[best]
    beats: Beats = "yes" if difference.low > 0 else "no" if difference.value <= 0 else "not clearly"
    return {
        "set": run.config.name,
        "kind": run.config.kind,
        "profile": run.header["profile"].get("name", ""),
        "headline": headline,
        "n": len(run.rows),
        "groups": len({row["group"] for row in run.rows}),
        "errors": sum(row["error"] is not None for row in run.rows),
        "partial": run.is_partial,
        "examples_in_set": run.header["examples_in_set"],
        "limit": run.header["limit"],
        "skipped": len(run.header["skipped"]),
        "seconds": round(sum(row["seconds"] for row in run.rows), 3),
        "scores": _estimates(measures),
        "baselines": {name: _estimates(of) for name, of in baselines.items()},
        "above": above,
        "best_baseline": Best(best, difference, beats),
        "worst": worst,
    }


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


def _summary_values(rows: Sequence[Row], summaries: Sequence[str | None], which: str = "") -> list[dict[str, float]]:
    """Every score of each summary; a crash counts as an empty summary.

    Args:
        rows: What was asked.
        summaries: One for each row.
        which: Names their support scores in the rows, if they have some; the mean of a summary's sentences is taken.
    """
    values = [
        summary_scores(summary or "", row["input"]["article"], row["gold"])
        for row, summary in zip(rows, summaries, strict=True)
    ]
    supports = [row.get("supports", {}).get(which, []) for row in rows]
    if any(supports):
        for value, of_sentences in zip(values, supports, strict=True):
            value["support"] = sum(of_sentences) / max(1, len(of_sentences))
    return values


def _means(rows: Sequence[Row], values: Sequence[Mapping[str, float]]) -> dict[str, Measure]:
    """The mean of every score of the rows' summaries."""
    groups = [row["group"] for row in rows]
    return {
        name: Measure(
            metrics.summed_by_group(np.array([[value[name], 1.0] for value in values]), groups),
            metrics.mean_of_totals,
        )
        for name in values[0]
    }


def measures_of(run: StoredRun) -> Mapping[str, Score]:
    """Every score of a run's own answers."""
    if run.config.kind == "summaries":
        return _means(run.rows, _own_values(run.rows))
    if run.config.kind == "consistency":
        return run_measures(run)
    measures = stance_measures(run.rows, answers_of(run.rows), run.config)
    given = evidence_measures(run.rows).get(GIVEN, {})
    return measures | {f"evidence, {name}": measure for name, measure in given.items()}


def _estimates(measures: Mapping[str, Score]) -> dict[str, Estimate]:
    return {name: measure.estimate() for name, measure in measures.items()}


def _stance_results(run: StoredRun) -> StanceResults:
    rows, config = run.rows, run.config
    answers = answers_of(rows)
    texts, gold = [row["input"]["text"] for row in rows], [row["gold"] for row in rows]
    baseline_answers: dict[str, Answers] = {
        name: [(label, 1.0) for label in labels]
        for name, labels in stance_baselines(texts, gold, config.scored).items()
    }
    baseline_answers |= {name: answers_of(of) for name, of in run.baselines().items()}
    baselines = {name: stance_measures(rows, answer, config) for name, answer in baseline_answers.items()}
    predicted = [label for label, _ in answers]
    five_classes = None
    if config.metric == "five_class_macro_f1":
        five_classes = _confusion(_five_class_confusion(rows, answers)[0].sum(axis=0), FIVE_CLASSES)
    return StanceResults(
        **_shared(run, stance_measures(rows, answers, config), baselines, _worst(rows)),
        confusion=_confusion(metrics.confusion_rows(gold, predicted, LABELS).sum(axis=0), LABELS),
        five_class_confusion=five_classes,
        evidence=evidence_scores(rows),
        per_target=_per_target(rows, answers, config),
        sure=sure_answers(rows),
        per_part=scores_by_part(rows, predicted, config),
        robustness=_robustness(run),
        calibration=_calibration(rows),
    )


def _robustness(run: StoredRun) -> dict[str, Flips]:
    """The flip rate of each change that the run was also made with."""
    result = {}
    for name in (*CHANGES, PARAPHRASED):
        changed = run.rows_beside(f"changed-{name}")
        if (measure := flips(run.rows, changed)) is not None:
            result[name] = Flips(len(changed), measure.estimate())
    return result


def _confusion(counts: np.ndarray, labels: Sequence[str]) -> Confusion:
    precision, recall, f1 = ([round(float(score), 6) for score in of] for of in metrics.label_scores(counts))
    return Confusion(
        labels,
        counts.astype(int).tolist(),
        {label: LabelScores(precision[i], recall[i], f1[i], int(counts[i].sum())) for i, label in enumerate(labels)},
    )


def _per_target(rows: Sequence[Row], answers: Answers, config: SetConfig) -> list[TargetScores]:
    """Scores of each target, the most frequent first."""
    members: dict[str, list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        members[row["input"]["target"]].append(i)
    table = []
    for target, index in sorted(members.items(), key=lambda item: (-len(item[1]), item[0])):
        gold, predicted = [rows[i]["gold"] for i in index], [answers[i][0] for i in index]
        total = metrics.confusion_rows(gold, predicted, LABELS).sum(axis=0)
        statistics = (
            metrics.macro_f1(LABELS, config.scored),
            metrics.macro_f1(LABELS, ("favor", "against")),
            metrics.accuracy,
        )
        table.append(TargetScores(target, len(index), *(round(float(score(total)), 6) for score in statistics)))
    return table


def _calibration(rows: Sequence[Row]) -> Calibration | None:
    """Calibration of the probability that each answer was given with; rows without any (crashes) take no part.

    The answer given need not be the most probable one: below its threshold, an analyzer answers "neutral".
    """
    answered = [row for row in rows if row["probabilities"]]
    if not answered:
        return None
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
    return Calibration(
        n=len(answered),
        ece=ece.estimate(),
        brier=brier.estimate(),
        area_under_risk=round(metrics.area_under_risk(coverage, risk), 6),
        bins=[
            Bin(int(n), round(float(c / n), 6), round(float(r / n), 6)) if n else Bin(0) for n, c, r in bins.sum(axis=0)
        ],
        coverage=[round(float(c), 6) for c in coverage[shown]],
        risk=[round(float(r), 6) for r in risk[shown]],
    )


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


def _consistency_results(run: StoredRun) -> ConsistencyResults:
    verdicts = (UNSUPPORTED, SUPPORTED)
    gold, said = [row["gold"] for row in run.rows], [row["prediction"] for row in run.rows]
    return ConsistencyResults(
        **_shared(run, run_measures(run), baseline_measures(run), _worst(run.rows)),
        confusion=_confusion(metrics.confusion_rows(gold, said, verdicts).sum(axis=0), verdicts),
    )


def _distribution(rows: Sequence[Row], which: str) -> dict[str, float] | None:
    """How the support scores of all sentences lie: their number, mean and some quantiles."""
    supports = [score for row in rows for score in row.get("supports", {}).get(which, [])]
    if not supports:
        return None
    quantiles = {f"{share:.0%}": float(np.quantile(supports, share)) for share in (0.05, 0.25, 0.5, 0.75)}
    found = {"sentences": float(len(supports)), "mean": float(np.mean(supports))} | quantiles
    return {name: round(value, 4) for name, value in found.items()}


def _own_values(rows: Sequence[Row]) -> list[dict[str, float]]:
    return _summary_values(rows, [row["prediction"] for row in rows], "prediction")


def _summary_results(run: StoredRun) -> SummaryResults:
    rows, values = run.rows, _own_values(run.rows)
    baselines = {
        f"Lead-{n}": _means(rows, _summary_values(rows, [lead_summary(row["input"]["article"], n) for row in rows]))
        for n in sorted({3, run.config.summary_sentences})
    }
    written = [row.get("written") for row in rows]
    return SummaryResults(
        **_shared(run, _means(rows, values), baselines, _worst_summaries(run, values)),
        before_check=_estimates(_means(rows, _summary_values(rows, written, "written"))) if any(written) else None,
        supports={which: _distribution(rows, which) for which in ("prediction", "written")},
    )


def _worst_summaries(run: StoredRun, values: Sequence[Mapping[str, float]]) -> list[dict[str, Any]]:
    """Those with the lowest headline score."""
    headline = run.config.headline
    scored = sorted(zip(run.rows, values, strict=True), key=lambda one: (one[1][headline], one[0]["id"]))
    return [
        {
            "id": row["id"],
            headline: round(value[headline], 6),
            "gold": row["gold"],
            "prediction": row["prediction"],
            "error": row["error"],
        }
        for row, value in scored[:_WORST]
    ]
