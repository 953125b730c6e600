from __future__ import annotations

import pytest
from scipy.stats import binomtest

from newstance.eval.compare import as_markdown, compare, mcnemar
from newstance.eval.runs import RunOptions, run_set
from newstance.models.errors import InputError


def test_mcnemar_is_the_exact_binomial_test():
    for won, lost in ((0, 0), (5, 0), (3, 9), (10, 10), (700, 600)):
        expected = binomtest(won, won + lost).pvalue if won + lost else 1.0
        assert mcnemar(won, lost) == pytest.approx(expected)


def test_a_better_run_wins_with_an_interval_above_zero(tmp_path, make_set, rows, dummies):
    labelled = make_set(rows(60))
    a = run_set(labelled, dummies.Analyzer(), tmp_path / "a")
    b = run_set(labelled, dummies.perfect_on(labelled, dummies.Profile(version=2)), tmp_path / "b")
    comparison = compare(a, b)
    before, after, difference = comparison.scores["accuracy"]
    assert (before, after) == (pytest.approx(20 / 60), 1)
    assert difference.value == pytest.approx(40 / 60)
    assert 0 < difference.low < difference.value < difference.high < 1
    assert (len(comparison.won), len(comparison.lost)) == (40, 0)
    assert comparison.mcnemar_p == pytest.approx(2 / 2**40)
    page = as_markdown(comparison, "old", "new")
    assert "Won 40, lost 0" in page
    assert "macro_f1 (headline)" in page
    assert "neutral (0.90), then favor (0.90)" in page
    back = compare(b, a)
    assert (len(back.won), len(back.lost)) == (0, 40)


def test_a_run_beside_itself_differs_in_nothing(tmp_path, make_set, rows, dummies):
    labelled = make_set(rows(30))
    a = run_set(labelled, dummies.Analyzer(), tmp_path / "a")
    comparison = compare(a, a)
    assert comparison.mcnemar_p == 1
    assert all((d.value, d.low, d.high) == (0, 0, 0) for _, _, d in comparison.scores.values())


def test_runs_on_different_data_are_refused_and_told_apart(tmp_path, make_set, rows, dummies):
    def run(name, examples, set_name="little", limit=None, **config):
        labelled = make_set(examples, set_name, **config)
        return run_set(labelled, dummies.perfect_on(labelled), tmp_path / name, RunOptions(limit=limit))

    a = run("a", rows(30))
    other_text = [{**row, "text": row["text"] + "!"} if row["id"] == "r003" else row for row in rows(30)]
    with pytest.raises(InputError, match=r"1 examples have another text, holder or target \(such as r003\)"):
        compare(a, run("text", other_text))
    other_label = [{**row, "label": "favor"} if row["id"] == "r001" else row for row in rows(30)]
    with pytest.raises(InputError, match=r"1 examples have another label \(such as r001\)"):
        compare(a, run("label", other_label))
    with pytest.raises(InputError, match=r"20 examples are only in .*a "):
        compare(a, run("limited", rows(30), limit=10))
    with pytest.raises(InputError, match="on different sets: little and other"):
        compare(a, run("other", rows(30), "other"))
    with pytest.raises(InputError, match="score little differently"):
        compare(a, run("metric", rows(30), metric="accuracy"))
    with pytest.raises(InputError, match=r"is no run: it has no run\.json"):
        compare(a, tmp_path / "nothing")
