from newstance.eval.parts import scores_by_part
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
    assert [(part["part"], part["n"], part["accuracy"]) for part in parts["kind"]] == [
        ("object", 2, 0.5),
        ("turned", 2, 0.5),
    ]
    # Of "object" only against is scored: one of two found. Of "turned" favor (2/3) and neutral (0).
    assert [round(part["macro_f1"]["value"], 3) for part in parts["kind"]] == [0.667, 0.333]
    assert [(part["part"], part["n"]) for part in parts["outlet"]] == [("A", 2)]


def test_rows_without_parts_give_no_table():
    assert scores_by_part([{"gold": "favor", "group": "g"}], ["favor"], CONFIG) == {}


def test_the_intervals_of_parts_resample_groups():
    rows = [row("favor" if i % 2 else "against", group=f"g{i // 10}", kind="k") for i in range(20)]
    predicted = [r["gold"] for r in rows[:10]] + ["neutral"] * 10
    (part,) = scores_by_part(rows, predicted, CONFIG)["kind"]
    # Two groups, one all right and one all wrong: a resample may hold either twice.
    assert (part["macro_f1"]["low"], part["macro_f1"]["high"]) == (0, 1)


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
