from __future__ import annotations

from types import SimpleNamespace

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
    assert page.count("\n- `") == 10  # of 40
    assert "Right only in new (40, the most telling first)" in page
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


def test_runs_on_claims_are_compared_by_their_sentences(tmp_path, make_set, dummies):
    article = "Solberg praised the plan. It rained."
    claims = [
        {"id": str(i), "article": f"{article} Day {i}.", "sentence": sentence, "supported": True}
        for i, sentence in enumerate(["It rained.", "It was wet."])
    ]
    labelled = make_set(claims, kind="consistency")
    strict = run_set(labelled, dummies.Analyzer(), tmp_path / "strict")
    lenient = dummies.Analyzer(profile=dummies.Profile(version=2))
    lenient.check = lambda article, sentences: [SimpleNamespace(support=0.8, passes=True) for _ in sentences]
    comparison = compare(strict, run_set(labelled, lenient, tmp_path / "lenient"))
    assert [a["id"] for a, _ in comparison.won] == ["1"]
    page = as_markdown(comparison, "strict", "lenient")
    assert "auc (headline)" in page
    assert "- `1` supported; unsupported (0.80), then supported (0.80). It was wet." in page


def test_the_most_telling_examples_come_first_and_a_crash_is_told(tmp_path, make_set, rows, dummies):
    labelled = make_set(rows(12))
    perfect = dummies.perfect_on(labelled)
    surest, crashed = labelled.examples[7], labelled.examples[2]
    classify = perfect.classifier.classify

    def answer(queries):
        if any(query.holder == crashed.input["holder"] for query in queries):
            raise ValueError("too long")
        predictions = classify(queries)
        for query, prediction in zip(queries, predictions, strict=True):
            if query.holder == surest.input["holder"]:
                prediction.probabilities[surest.gold] = 1.0
        return predictions

    perfect.classifier.classify = answer
    a = run_set(labelled, dummies.Analyzer(), tmp_path / "a")
    b = run_set(labelled, perfect, tmp_path / "b")
    comparison = compare(a, b)
    ids = [row["id"] for row, _ in comparison.won]
    assert ids[0] == surest.id
    assert ids[1:] == sorted(ids[1:])
    assert [row["id"] for row, _ in comparison.lost] == [crashed.id]
    assert "neutral (0.90), then crashed." in as_markdown(comparison, "a", "b")
