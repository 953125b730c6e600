from __future__ import annotations

import json

import pytest

from newstance.eval import scores
from newstance.eval.report import write_report
from newstance.eval.scored import LabelScores
from newstance.eval.scores import score_run
from newstance.eval.storage import StoredRun
from newstance.models.stance import LABELS


def answered(name, gold, said, sure=0.8, target="dam", **other):
    """A stance row; said is None for a crash."""
    rest = (1 - sure) / 2
    return {
        "id": name,
        "group": name,
        "input": {"text": f"The train {name} left.", "holder": "Kim", "target": target},
        "input_sha256": name,
        "gold": gold,
        "prediction": said,
        "probabilities": {label: sure if label == said else rest for label in LABELS} if said else None,
        "seconds": 0.5,
        "error": None if said else "ValueError: too long",
        **other,
    }


def summary(name, reference, said, **other):
    given = {"article": "It rained. It snowed. It thawed. It froze."}
    return answered(name, reference, said) | {"input": given, "probabilities": None, **other}


@pytest.fixture
def stored(tmp_path):
    """A run of given rows on disk."""

    def stored(rows, **config):
        header = {
            "config": {"name": "little", "terms": "ours", "file": {"path": "x"}, **config},
            "profile": {"name": "p"},
            "examples_in_set": len(rows),
            "limit": None,
            "skipped": [],
            "command": "newstance evaluate little",
            "machine": {"processor": "x", "cores": 1, "system": "x"},
            "versions": {},
            "commit": None,
            "data": "little.jsonl",
            **dict.fromkeys(("data_sha256", "model_sha256", "profile_sha256"), "0" * 64),
            **dict.fromkeys(("start", "end"), "2024-01-01"),
        }
        (tmp_path / "run.json").write_text(json.dumps(header))
        (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        return StoredRun(tmp_path)

    return stored


GOLD = ["favor"] * 6 + ["against"] * 4


@pytest.mark.parametrize(
    ("said", "beats", "note"),
    [
        (["favor"] * 10, "no", "does not beat the best baseline (majority)"),
        (GOLD, "yes", "Above the best baseline (majority)"),
        (["favor"] * 8 + ["against"] * 2, "not clearly", "does not clearly beat the best baseline (majority)"),
    ],
)
def test_a_model_beats_a_baseline_if_the_whole_interval_is_above_zero(stored, said, beats, note):
    rows = [answered(f"r{i}", gold, label) for i, (gold, label) in enumerate(zip(GOLD, said, strict=True))]
    run = stored(rows, metric="accuracy")
    best = score_run(run).best_baseline
    assert (best.name, best.beats) == ("majority", beats)
    write_report(run.folder)
    report = (run.folder / "report.md").read_text()
    assert note in report
    assert report.count("best baseline") == 1


def test_labels_said_are_counted_beside_those_that_are_right(stored):
    rows = [answered("a", "favor", "favor"), answered("b", "favor", "against"), answered("c", "neutral", None)]
    table = score_run(stored(rows)).confusion
    counts = dict(zip(table.labels, table.gold_by_predicted, strict=True))
    favor, against = (table.labels.index(label) for label in ("favor", "against"))
    assert (counts["favor"][favor], counts["favor"][against], sum(counts["favor"])) == (1, 1, 2)
    assert counts["neutral"] == [0, 0, 0, 1]  # the last column is for crashes
    assert table.per_label["favor"] == LabelScores(1.0, 0.5, 0.666667, 2)


def test_worst_errors_are_crashes_and_then_the_surest(stored):
    rows = [
        answered("a", "favor", "against", 0.5),
        answered("b", "favor", "against", 0.9),
        answered("c", "favor", "favor", 0.99),
        answered("d", "favor", None),
        answered("e", "favor", "neutral", 0.9),
    ]
    assert [wrong["id"] for wrong in score_run(stored(rows)).worst] == ["d", "b", "e", "a"]


def test_targets_are_scored_the_most_frequent_first(stored):
    rows = [answered("a", "favor", "against", target="ban")]
    rows += [answered(name, "favor", "favor", target="dam") for name in "bc"]
    rows.append(answered("d", "favor", "favor", target="art"))
    table = [(of.target, of.n, of.accuracy) for of in score_run(stored(rows)).per_target]
    assert table == [("dam", 2, 1.0), ("art", 1, 1.0), ("ban", 1, 0.0)]


def test_only_answers_are_calibrated(stored):
    calibration = score_run(stored([answered("a", "favor", "favor"), answered("b", "favor", None)])).calibration
    assert calibration.n == 1
    assert calibration.ece.value == pytest.approx(0.2)


def test_the_probability_that_is_calibrated_is_that_of_the_answer_given(stored):
    held_back = answered("a", "neutral", "neutral") | {
        "probabilities": {"favor": 0.45, "against": 0.15, "neutral": 0.4}  # below the threshold
    }
    calibration = score_run(stored([held_back])).calibration
    assert calibration.ece.value == pytest.approx(0.6)
    assert calibration.bins[4].accuracy == 1


def test_a_run_of_crashes_alone_is_scored_and_reported(stored):
    run = stored([answered(name, "favor", None) for name in "ab"])
    results = write_report(run.folder)
    assert (results.errors, results.calibration) == (2, None)
    assert "No answer came with probabilities." in (run.folder / "report.md").read_text()


def test_a_sentence_with_one_direction_alone_takes_no_part_in_five_classes(stored):
    rows = [answered("s1-pq", "favor", "favor"), answered("s1-qp", "neutral", "neutral")]
    rows.append(answered("s2-pq", "against", "against"))
    results = score_run(stored(rows, metric="five_class_macro_f1"))
    assert sum(map(sum, results.five_class_confusion.gold_by_predicted)) == 1
    assert results.n == 3


def test_lead_is_as_long_as_the_summaries_are_asked_to_be(stored):
    rows = [summary("a", "It rained.", "It rained.")]
    baselines = score_run(stored(rows, kind="summaries", summary_sentences=1)).baselines
    assert {name: of["words"].value for name, of in baselines.items()} == {"Lead-1": 2, "Lead-3": 6}


def test_worst_summaries_are_those_of_the_lowest_score(stored):
    said = {"It rained.": "It rained.", "It snowed.": "Wet.", "It froze.": "It is."}
    rows = [summary(name, reference, said[reference]) for name, reference in zip("abc", said, strict=True)]
    worst = score_run(stored(rows, kind="summaries")).worst
    assert [wrong["id"] for wrong in worst] == ["b", "c", "a"]
    assert worst[0]["rougeL"] == 0


def test_no_summary_is_scored_twice(stored, monkeypatch):
    scored = []
    score = scores.summary_scores
    monkeypatch.setattr(scores, "summary_scores", lambda *texts: scored.append(texts[0]) or score(*texts))
    score_run(stored([summary(name, "It rained.", f"It poured on day {name}.") for name in "abc"], kind="summaries"))
    assert [sum(f"day {name}" in text for text in scored) for name in "abc"] == [1, 1, 1]


def test_support_is_told_of_what_was_delivered_and_of_what_was_written(stored):
    rows = [
        summary("a", "x", "It rained.", written="It poured.", supports={"prediction": [1.0], "written": [0.2, 0.4]}),
        summary("b", "x", "It froze.", written="Ice.", supports={"prediction": [0.8, 0.0], "written": [0.9]}),
    ]
    results = score_run(stored(rows, kind="summaries"))
    assert results.scores["support"].value == pytest.approx((1.0 + 0.4) / 2)
    assert results.before_check["support"].value == pytest.approx((0.3 + 0.9) / 2)
    assert results.supports["prediction"] == {
        "sentences": 3.0, "mean": 0.6, "5%": 0.08, "25%": 0.4, "50%": 0.8, "75%": 0.9,
    }  # fmt: skip
    assert results.supports["written"]["mean"] == 0.5
