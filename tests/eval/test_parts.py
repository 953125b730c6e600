from newstance.eval.parts import SureAnswers, scores_by_part, sure_answers
from newstance.eval.report import write_report
from newstance.eval.runs import run_set
from newstance.eval.set_config import SetConfig

CONFIG = SetConfig.model_validate({"name": "own", "terms": "ours", "file": {"path": "x"}})


def row(gold, group="g", **parts):
    return {"gold": gold, "group": group, "parts": parts}


def test_each_part_is_scored_alone_in_order_of_its_name():
    rows = [
        row("favor", kind="turned", outlet="A"),
        row("against", kind="object", outlet="A"),
        row("neutral", kind="turned"),
        row("against", kind="object"),
    ]
    parts = scores_by_part(rows, ["favor", "against", "favor", None], CONFIG)
    assert [(part.part, part.n, part.accuracy) for part in parts["kind"]] == [
        ("object", 2, 0.5),
        ("turned", 2, 0.5),
    ]
    # Of "object" only against is scored: one of two found. Of "turned" favor (2/3) and neutral (0).
    assert [round(part.macro_f1.value, 3) for part in parts["kind"]] == [0.667, 0.333]
    assert [(part.part, part.n) for part in parts["outlet"]] == [("A", 2)]


def test_rows_without_parts_give_no_table():
    assert scores_by_part([{"gold": "favor", "group": "g"}], ["favor"], CONFIG) == {}


def test_the_intervals_of_parts_resample_groups():
    rows = [row("favor" if i % 2 else "against", group=f"g{i // 10}", kind="k") for i in range(20)]
    predicted = [r["gold"] for r in rows[:10]] + ["neutral"] * 10
    (part,) = scores_by_part(rows, predicted, CONFIG)["kind"]
    # Two groups, one all right and one all wrong: a resample may hold either twice.
    assert (part.macro_f1.low, part.macro_f1.high) == (0, 1)


def test_the_report_has_a_table_for_each_way_to_divide_a_set(tmp_path, make_set, dummies):
    judgements = [{"actor": "Kim", "target": "the dam", "label": "favor"}]
    articles = [
        {"id": f"bbc-{i}", "article": f"Kim likes dam {i}.", "kind": f"kind {i % 2}", "judgements": judgements}
        for i in range(4)
    ]
    labelled = make_set(articles, kind="articles", outlets={"bbc": "The Beeb"})
    folder = run_set(labelled, dummies.Analyzer(lambda query: "favor"), tmp_path / "run")
    write_report(folder)
    report = (folder / "report.md").read_text()
    assert "## By kind" in report
    assert "| kind 1 | 2 | 1.000 \\[1.000, 1.000\\] | 1.000 |" in report
    assert "| The Beeb | 4 | 1.000 \\[1.000, 1.000\\] | 1.000 |" in report


def test_what_a_target_is_makes_a_part_too(tmp_path, make_set, dummies):
    judgements = [{"actor": "Kim", "target": target, "label": "favor"} for target in ("NATO", "the dam")]
    articles = [{"id": "a", "article": "Kim likes NATO. He likes the dam.", "judgements": judgements}]
    labelled = make_set(articles, kind="articles")
    answers = {"NATO": "favor", "the dam": "neutral"}
    folder = run_set(labelled, dummies.Analyzer(lambda query: answers[query.target]), tmp_path / "run")
    parts = write_report(folder).per_part["target"]
    assert [(part.part, part.n, part.accuracy) for part in parts] == [
        ("a phrase", 1, 0),
        ("an actor of the article", 1, 1),
    ]
    report = (folder / "report.md").read_text()
    assert "## By target" in report
    assert "## Targets" not in report  # of an article they are its own, and a table of single ones tells nothing


def answered(prediction, gold, probability, group="g"):
    rest = (1 - probability) / 2
    probabilities = {label: probability if label == prediction else rest for label in ("favor", "against", "neutral")}
    return {
        "prediction": prediction,
        "gold": gold,
        "probabilities": probabilities if prediction else None,
        "group": group,
    }


def test_sure_answers_are_counted_with_and_without_neutral():
    rows = [
        answered("favor", "favor", 0.8),
        answered("favor", "against", 0.95),
        answered("favor", "favor", 0.79),
        answered("neutral", "neutral", 0.9),
        answered("neutral", "favor", 0.4),
        answered(None, "favor", 0),
    ]
    sure = sure_answers(rows)
    assert (sure["all answers"].n, sure["all answers"].right) == (3, 2)
    assert (sure["stances given"].n, sure["stances given"].right) == (2, 1)
    assert sure["stances given"].share.value == 0.5
    assert sure_answers(rows[2:3])["all answers"] == SureAnswers(0, 0)


def test_sure_answers_are_resampled_by_group():
    rows = [answered("favor", "favor" if i < 5 else "against", 0.9, group=f"g{i // 5}") for i in range(10)]
    share = sure_answers(rows)["stances given"].share
    assert (share.low, share.high) == (0, 1)
