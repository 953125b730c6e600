from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support

from newstance.eval import metrics
from newstance.eval.metrics import FIVE_CLASSES, Measure
from newstance.models.stance import LABELS


def measure(gold, predicted, statistic, groups=None):
    rows = metrics.confusion_rows(gold, predicted, LABELS)
    return Measure(metrics.summed_by_group(rows, groups or [str(i) for i in range(len(gold))]), statistic)


@pytest.fixture(params=[0, 1, 2])
def answers(request):
    rng = np.random.default_rng(request.param)
    # The last case has a label that is never predicted, and one that is never right.
    predicted = rng.choice(LABELS[: 3 if request.param else 2], size=200).tolist()
    return rng.choice(LABELS[: 2 if request.param == 2 else 3], size=200).tolist(), predicted


def test_a_label_that_occurs_nowhere_is_left_out():
    gold = ["favor", "against", "favor"]
    for scored in (LABELS, ("favor", "against")):
        assert measure(gold, gold, metrics.macro_f1(LABELS, scored)).value == 1
    said = ["favor", "neutral", "favor"]
    assert measure(gold, said, metrics.macro_f1(LABELS, LABELS)).value == pytest.approx(
        f1_score(gold, said, average="macro")
    )


@pytest.mark.parametrize("scored", [LABELS, ("favor", "against")])
def test_scores_agree_with_sklearn(answers, scored):
    gold, predicted = answers
    expected = f1_score(gold, predicted, labels=list(scored), average="macro", zero_division=0)
    assert measure(gold, predicted, metrics.macro_f1(LABELS, scored)).value == pytest.approx(expected)
    assert measure(gold, predicted, metrics.accuracy).value == pytest.approx(accuracy_score(gold, predicted))
    confusion = metrics.confusion_rows(gold, predicted, LABELS).sum(axis=0)
    assert (confusion[:, :-1] == confusion_matrix(gold, predicted, labels=LABELS)).all()
    ours = metrics.label_scores(confusion)
    theirs = precision_recall_fscore_support(gold, predicted, labels=list(LABELS), zero_division=0)
    for mine, sklearns in zip(ours, theirs[:3], strict=True):
        assert mine == pytest.approx(sklearns)


def test_a_crash_is_a_miss():
    gold = ["favor", "favor", "against", "neutral"]
    crashed = ["favor", None, "against", "neutral"]
    assert measure(gold, crashed, metrics.accuracy).value == 0.75
    f1 = metrics.label_scores(metrics.confusion_rows(gold, crashed, LABELS).sum(axis=0))[2]
    assert f1 == pytest.approx([2 / 3, 1, 1])


def test_five_classes_from_directed_rows_by_hand():
    rows = [  # id, gold, predicted, probability of the prediction
        ("s1-pq", "favor", "favor", 0.9),  # p->q positive, right
        ("s1-qp", "neutral", "neutral", 0.9),
        ("s2-pq", "neutral", "against", 0.6),  # q->p negative; both predicted, the surer one is right
        ("s2-qp", "against", "against", 0.7),
        ("s3-pq", "neutral", "favor", 0.8),  # neutral, taken for p->q positive
        ("s3-qp", "neutral", "neutral", 0.8),
        ("s4-pq", "neutral", "neutral", 0.5),  # neutral, right
        ("s4-qp", "neutral", "neutral", 0.5),
        ("s5-pq", "against", "against", 0.5),  # p->q negative; the other direction is surer, so wrong
        ("s5-qp", "neutral", "favor", 0.6),
    ]
    ids, gold, predicted, strengths = zip(*rows, strict=True)
    gold_classes = metrics.five_classes(ids, gold, [1.0] * len(rows))
    assert list(gold_classes.values()) == [
        "p->q positive",
        "q->p negative",
        "neutral",
        "neutral",
        "p->q negative",
    ]
    said = metrics.five_classes(ids, predicted, strengths)
    assert list(said.values()) == [
        "p->q positive",
        "q->p negative",
        "p->q positive",
        "neutral",
        "q->p positive",
    ]
    total = metrics.confusion_rows(list(gold_classes.values()), list(said.values()), FIVE_CLASSES).sum(axis=0)
    # F1: neutral 2*1/(2+1), p->q positive 2*1/(1+2), p->q negative 0, q->p positive 0, q->p negative 1
    assert metrics.macro_f1(FIVE_CLASSES, FIVE_CLASSES)(total) == pytest.approx((2 / 3 + 2 / 3 + 1) / 5)
    assert metrics.accuracy(total) == pytest.approx(3 / 5)


def test_five_classes_of_a_crash_and_of_a_lone_direction():
    assert metrics.five_classes(["s-pq", "s-qp"], [None, "favor"], [0.0, 0.9]) == {"s": None}
    with pytest.raises(ValueError, match=r"s has the directions \['pq'\]"):
        metrics.five_classes(["s-pq"], ["favor"], [0.9])


def test_calibration_by_hand():
    probabilities = np.array([[0.95, 0.03, 0.02], [0.93, 0.05, 0.02], [0.2, 0.55, 0.25], [0.1, 0.3, 0.6]])
    gold = np.array([0, 1, 1, 2])
    bins = metrics.reliability_rows(probabilities, gold).sum(axis=0)
    assert bins[9] == pytest.approx([2, 1.88, 1])
    # |1.88 - 1| + |0.55 - 1| + |0.6 - 1|, over 4
    assert metrics.expected_calibration_error(bins) == pytest.approx((0.88 + 0.45 + 0.4) / 4)
    brier = metrics.brier_rows(probabilities, gold)[:, 0]
    assert brier[0] == pytest.approx(0.05**2 + 0.03**2 + 0.02**2)
    assert brier[1] == pytest.approx(0.93**2 + 0.95**2 + 0.02**2)


def test_risk_and_coverage_by_hand():
    coverage, risk = metrics.risk_coverage(np.array([0.9, 0.8, 0.8, 0.5]), np.array([True, False, True, False]))
    assert coverage == pytest.approx([0.25, 0.75, 1.0])
    assert risk == pytest.approx([0, 1 / 3, 1 / 2])
    assert metrics.area_under_risk(coverage, risk) == pytest.approx(0.5 / 3 + 0.25 / 2)


def test_intervals_have_the_width_that_theory_gives():
    rng = np.random.default_rng(5)
    right = rng.random(2000) < 0.7
    gold = ["favor"] * 2000
    predicted = ["favor" if r else "against" for r in right]
    estimate = measure(gold, predicted, metrics.accuracy).estimate()
    width = 2 * 1.96 * np.sqrt(0.7 * 0.3 / 2000)
    assert estimate.low < estimate.value < estimate.high
    assert estimate.high - estimate.low == pytest.approx(width, rel=0.1)
    # Ten copies of each row are no new evidence: resampled by group, the interval stays as wide.
    copies = measure(gold * 10, predicted * 10, metrics.accuracy, groups=[str(i) for i in range(2000)] * 10).estimate()
    assert copies.high - copies.low == pytest.approx(width, rel=0.1)


def test_paired_difference_is_narrower_than_the_scores_own_intervals():
    rng = np.random.default_rng(6)
    gold = ["favor"] * 500
    first = ["favor" if r < 0.6 else "against" for r in rng.random(500)]
    second = ["favor" if i % 20 == 0 else label for i, label in enumerate(first)]
    a, b = measure(gold, first, metrics.accuracy), measure(gold, second, metrics.accuracy)
    difference, own = b.minus(a), a.estimate()
    assert difference.value == pytest.approx(b.value - a.value)
    assert 0 < difference.low < difference.value < difference.high
    assert difference.high - difference.low < (own.high - own.low) / 2
    assert a.minus(a).high == 0
