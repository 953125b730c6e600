import json

import pytest

from newstance import configs
from newstance.eval.kept import FOLDER, SETS, keep, kept_results
from newstance.eval.report import write_report
from newstance.eval.runs import RunOptions, run_set
from newstance.eval.tables import all_scores


def test_kept_are_results_of_the_sets_that_are_to_be_kept():
    assert set(SETS) <= set(configs.names("eval"))
    assert {path.stem for path in FOLDER.glob("*.json")} == set(SETS)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_kept_results_say_where_they_come_from(path):
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept["set"] == path.stem
    assert kept["n"] > 0
    for key in ("command", "commit", "model_sha256", "data_sha256", "versions"):
        assert kept[key], key


def test_a_run_is_kept_without_its_rows_and_told_in_a_line_for_each_score(tmp_path, make_set, rows, dummies):
    labelled = make_set(rows(30), terms="research use", source="a paper")
    folder = run_set(labelled, dummies.perfect_on(labelled), tmp_path / "run", command="newstance evaluate little")
    results = write_report(folder).as_dict()
    path = keep(folder, tmp_path / "results")
    kept = json.loads(path.read_text())
    assert path.name == "little.json"
    assert "Speaker" not in path.read_text()
    assert (kept["set"], kept["source"], kept["terms"]) == ("little", "a paper", "research use")
    assert (kept["n"], kept["partial"], kept["command"]) == (30, False, "newstance evaluate little")
    assert kept["scores"] == results["scores"]
    assert kept["ece"] == results["calibration"]["ece"]
    best = results["best_baseline"]["name"]
    assert kept["best_baseline"]["scores"] == results["baselines"][best]
    lines = all_scores(kept_results([path])).splitlines()[2:]
    # The set's own score first; accuracy is none of those that every set is quoted with.
    assert [line.split(" | ")[1] for line in lines] == ["macro-F1", "F1 of favor and against"]
    value = results["baselines"][best]["macro_f1"]["value"]
    assert lines[0] == f"| little | macro-F1 | 30 | **1.000** (1.000 to 1.000) | {value:.3f} ({best}) | 0.100 |"


def test_summaries_have_no_calibration_and_baselines_no_support(tmp_path, make_set, dummies):
    articles = [
        {"id": str(i), "article": f"It rained. Day {i} was wet. All stayed in. The end.", "summary": "It rained."}
        for i in range(9)
    ]
    labelled = make_set(articles, kind="summaries")
    folder = run_set(labelled, dummies.perfect_on(labelled), tmp_path / "run", RunOptions(limit=4))
    kept = json.loads(keep(folder, tmp_path / "results").read_text())
    assert "ece" not in kept
    assert kept["before the check"]["words"]["value"] == 3
    lines = all_scores(kept_results([tmp_path / "results" / "little.json"])).splitlines()[2:]
    assert all(line.startswith("| little (a part of the set) | ") and line.endswith(" |  |") for line in lines)
    (support,) = (line for line in lines if "support of its sentences" in line)
    assert support.endswith("** (0.900 to 0.900) |  |  |")
