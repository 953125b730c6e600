import argparse
import json

import pytest
import yaml

from newstance.eval.commands import add_commands
from newstance.eval.controls import controls, other_actors
from newstance.eval.labelled import Example
from newstance.eval.metrics import Estimate
from newstance.eval.report import write_report
from newstance.eval.storage import RowFile
from newstance.models import StanceClassifier
from newstance.service import Analyzer, Article


def example(identity, holder, target="the dam", text="A text."):
    return Example(identity, "g", {"text": text, "holder": holder, "target": target}, "favor")


def test_the_other_actor_is_one_of_the_same_article_and_neither_actor_nor_target():
    examples = [
        example("1", "Kim Jong Un", "Lee"),
        example("2", "Kim", "the dam"),
        example("3", "Lee", "Kim"),
        example("4", "Moon", "the dam"),
        example("5", "Park", "the dam", "Another text."),
    ]
    others = other_actors(examples)
    assert others == other_actors(examples)
    assert others["1"] == "Moon"  # Lee is the target, and Kim the same name
    assert others["2"] in ("Lee", "Moon")
    assert others["3"] == "Moon"
    assert others["4"] in ("Kim Jong Un", "Kim", "Lee")
    assert others["5"] is None


def test_choices_differ_from_example_to_example():
    examples = [example(str(i), name) for i, name in enumerate(["Kim", "Lee", "Moon", "Park", "Chung"] * 4)]
    assert len(set(other_actors(examples).values())) == 5


@pytest.fixture
def run(tiny_profile, harbour_set, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "profile.yaml").write_text(yaml.safe_dump(tiny_profile.model_dump(mode="json", exclude_unset=True)))
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(required=True))
    command = "evaluate little.yaml --data . --profile profile.yaml --out out --controls"

    def call(*more):
        args = parser.parse_args([*command.split(), *more])
        assert args.run(args) == 0
        return tmp_path / "out" / "little"

    return call


def test_controls_stand_beside_the_other_baselines_with_paired_intervals(run, capsys):
    folder = run()
    results = write_report(folder)
    # Words decide alone, so that the tiny model needs no target; and it never has the other actor's stance.
    assert results.baselines["target hidden"]["macro_f1"] == results.scores["macro_f1"]
    assert results.above["target hidden"] == Estimate(0, 0, 0)
    assert results.baselines["actor swapped"]["accuracy"].value == 0
    assert results.above["actor swapped"] == results.scores["macro_f1"]
    assert "NOT ABOVE THE BEST BASELINE" in capsys.readouterr().out
    header = json.loads((folder / "run.json").read_text())
    assert header["command"].endswith("--out DIR --controls")
    report = (folder / "report.md").read_text()
    (line,) = [line for line in report.splitlines() if line.startswith("| target hidden |")]
    assert line.endswith("| +0.000 \\[+0.000, +0.000\\] |")


def test_the_hidden_target_is_in_no_question_and_its_passages_are_the_same(harbour_set, tiny_profile, monkeypatch):
    asked = []
    classify = StanceClassifier.classify

    def noted(self, queries, on_batch=None):
        asked.extend(queries)
        return classify(self, queries, on_batch)

    monkeypatch.setattr(StanceClassifier, "classify", noted)
    analyzer = Analyzer.from_profile(tiny_profile)
    batch = harbour_set.examples[:2]
    analyzer.stances_of(Article.from_text(batch[0].input["text"]), [("Ingrid Solberg", "the harbour plan")])
    told = list(asked)
    asked.clear()
    controls(harbour_set, analyzer)["target hidden"](batch[:1])
    assert told
    assert [(query.text, query.holder) for query in asked] == [(query.text, query.holder) for query in told]
    assert {query.target for query in told} == {"the harbour plan"}
    assert {query.target for query in asked} == {"something"}


def test_where_nobody_else_is_judged_nobody_has_a_stance(harbour_set, tiny_profile):
    analyzer = Analyzer.from_profile(tiny_profile)
    one = type(harbour_set)(harbour_set.config, harbour_set.examples[:1], "here")
    (answer,) = controls(one, analyzer)["actor swapped"](one.examples)
    assert (answer.prediction, answer.probabilities["neutral"]) == ("neutral", 1.0)


def test_controls_go_on_where_they_were_stopped(run, monkeypatch):
    folder = run()
    stored = folder / "baseline-target hidden.jsonl"
    whole = stored.read_text().splitlines(keepends=True)
    stored.write_text("".join(whole[:2]))
    asked = []
    classify = StanceClassifier.classify
    monkeypatch.setattr(
        StanceClassifier,
        "classify",
        lambda self, queries, on=None: asked.extend(queries) or classify(self, queries, on),
    )
    run()
    assert {query.target for query in asked} == {"something"}
    assert [row["id"] for row in RowFile(stored).read()] == [json.loads(line)["id"] for line in whole]
