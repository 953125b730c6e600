import argparse
import json

import pytest
import yaml

from newstance.eval import ablation, remembered
from newstance.eval.ablation import ablate
from newstance.eval.commands import add_commands
from newstance.eval.progress import progress_bar
from newstance.eval.remembered import SharedModels, StoredAnswers
from newstance.eval.variants import Variant, parse_variant
from newstance.models import StanceClassifier, StancePrediction, StanceQuery
from newstance.models.errors import InputError


@pytest.fixture
def questions(monkeypatch):
    """What the model itself is asked."""
    asked = []
    classify = StanceClassifier.classify

    def counted(self, queries, on_batch=None):
        asked.extend(queries)
        return classify(self, queries, on_batch)

    monkeypatch.setattr(StanceClassifier, "classify", counted)
    return asked


def run(labelled, profile, out, *settings):
    variants = [parse_variant(text) for text in settings]
    return ablate(labelled, profile, variants, SharedModels(out).analyzer, out, None, progress_bar).markdown()


def test_variants_are_compared_with_the_profile_as_it_is(harbour_set, tiny_profile, tmp_path):
    table = run(harbour_set, tiny_profile, tmp_path / "out", "aggregation.threshold=1", "limits.actors=3")
    lines = [line for line in table.splitlines() if line.startswith("| ")][2:]
    assert [line.split(" | ")[1:3] for line in lines] == [
        ["1.000 (1.000 to 1.000)", ""],
        ["0.000 (0.000 to 0.000)", "-1.000 (-1.000 to -1.000)"],
        ["1.000 (1.000 to 1.000)", "+0.000 (+0.000 to +0.000)"],
    ]
    assert [line.split(" | ")[-1] for line in lines] == [
        "0.500 (0.500 to 0.500) |",
        "0.000 (0.000 to 0.000) |",
        "0.500 (0.500 to 0.500) |",
    ]
    assert "8 examples in 4 groups; 95% intervals" in table
    kept = json.loads((tmp_path / "out" / "ablation-little.json").read_text())
    assert [one["variant"] for one in kept] == ["as it is", "aggregation.threshold=1", "limits.actors=3"]
    assert kept[1]["difference"]["value"] == pytest.approx(-1, abs=1e-6)
    assert all((tmp_path / "out" / one["run"] / "rows.jsonl").is_file() for one in kept)


def test_no_question_is_asked_twice_neither_by_variants_nor_by_calls(harbour_set, tiny_profile, tmp_path, questions):
    run(harbour_set, tiny_profile, tmp_path / "out", "aggregation.threshold=1")
    assert questions
    assert len(questions) == len(set(questions))
    questions.clear()
    # Rows of the profile as it is are there; the new variant's are made from answers that are.
    table = run(harbour_set, tiny_profile, tmp_path / "out", "aggregation.threshold=0.9")
    assert questions == []
    assert "aggregation.threshold=0.9" in table
    # Another temperature is another model; its answers are its own.
    run(harbour_set, tiny_profile, tmp_path / "out", "stance.temperature=2")
    assert questions


def test_articles_are_parsed_once_and_models_loaded_once(harbour_set, tiny_profile, tmp_path, monkeypatch):
    parsed, loaded = [], []
    load = remembered.Annotator.load

    def counting_load(settings):
        loaded.append(settings)
        annotator = load(settings)
        annotate = annotator.annotate
        annotator.annotate = lambda text, *more: parsed.append(text) or annotate(text, *more)
        return annotator

    monkeypatch.setattr(remembered.Annotator, "load", counting_load)
    run(harbour_set, tiny_profile, tmp_path / "out", "aggregation.threshold=1", "limits.actors=3")
    assert len(loaded) == 1
    assert len(parsed) == len(set(parsed)) == 4


def test_other_code_answers_anew(harbour_set, tiny_profile, tmp_path, monkeypatch):
    run(harbour_set, tiny_profile, tmp_path / "out", "limits.actors=3")
    monkeypatch.setattr(ablation, "code_sha256", lambda: "changed")
    run(harbour_set, tiny_profile, tmp_path / "out", "limits.actors=3")
    assert len(list((tmp_path / "out" / "little").iterdir())) == 4


def test_slips_are_told_before_a_model_is_loaded(harbour_set, tiny_profile, make_set, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(InputError, match="nothing is varied; name settings with --vary"):
        ablate(harbour_set, tiny_profile, [], None, out, None, progress_bar)
    with pytest.raises(InputError, match=r"no setting aggregation\.treshold"):
        ablate(harbour_set, tiny_profile, [parse_variant("aggregation.treshold=1")], None, out, None, progress_bar)
    with pytest.raises(InputError, match="more than one variant is called as it is"):
        ablate(
            harbour_set, tiny_profile, [Variant(name="as it is", settings={"name": "x"})], None, out, None, progress_bar
        )
    summaries = make_set([{"article": "It rained.", "summary": "It rained."}], "wet", kind="summaries")
    with pytest.raises(InputError, match="wet is a set of summaries; name one of articles or stance"):
        ablate(summaries, tiny_profile, [parse_variant("name=x")], None, out, None, progress_bar)


def test_an_answer_torn_by_a_kill_is_asked_for_again(tmp_path):
    file, queries = tmp_path / "answers.jsonl", [StanceQuery("text", "holder", target) for target in ("a", "b")]
    part = StancePrediction("neutral", {"favor": 0.1, "against": 0.1, "neutral": 0.8})
    said = [StancePrediction("favor", {"favor": 0.8, "against": 0.1, "neutral": 0.1}, True, (part, part))] * 2
    assert StoredAnswers(file).to(queries, lambda asked: said) == said
    file.write_bytes(file.read_bytes()[:-20])
    asked = []
    assert StoredAnswers(file).to(queries, lambda new: asked.extend(new) or said[:1]) == said
    assert [query.target for query in asked] == ["b"]
    assert StoredAnswers(file).to(queries, lambda new: pytest.fail("asked again")) == said


def test_the_command_takes_settings_and_a_list(harbour_set, tiny_profile, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "profile.yaml").write_text(yaml.safe_dump(tiny_profile.model_dump(mode="json", exclude_unset=True)))
    (tmp_path / "list.yaml").write_text("- name: nothing passes\n  settings: {aggregation.threshold: 1}\n")
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(required=True))
    command = "ablate little.yaml --data . --profile profile.yaml --out out --limit 2"
    args = parser.parse_args([*command.split(), "--vary", "limits.actors=3", "--variants", "list.yaml"])
    assert args.run(args) == 0
    printed = capsys.readouterr().out
    assert "a part of the set" in printed
    assert "| limits.actors=3 | 1.000" in printed
    assert "| nothing passes | 0.000" in printed
