import json

import pytest
import yaml

from newstance.eval.labelled import load_set
from newstance.models.errors import InputError
from newstance.service.cli import main
from newstance.service.corrections import Correction, CorrectionFile

TEXT = "Ingrid Solberg praised the harbour plan. Peter Vik condemned the harbour plan."


def said(coder, label, holder="Ingrid Solberg", text=TEXT, **more):
    return Correction(text, holder, label, coder, "the harbour plan", **more)


@pytest.fixture
def file(tmp_path):
    return CorrectionFile(tmp_path / "my corrections.jsonl")


def test_the_label_of_most_coders_counts_and_divided_cells_are_left_out(file):
    file.append(
        [
            said("ann", "against", when="2026-01-01"),
            said("ann", "favor", when="2026-01-02"),  # who changes their mind has one voice
            said("bob", "favor"),
            said("cid", "neutral"),
            said("ann", "against", "Peter Vik"),
            said("bob", "favor", "Peter Vik"),
            said("ann", "neutral", text="Another article."),
            Correction(TEXT, "Interfax", "", "ann", change="no actor"),
        ]
    )
    labelled = load_set(file.path)
    assert [(one.input["holder"], one.input["text"], one.gold) for one in labelled.examples] == [
        ("Ingrid Solberg", TEXT, "favor"),
        ("Ingrid Solberg", "Another article.", "neutral"),
    ]
    assert len({one.group for one in labelled.examples}) == 2
    assert labelled.skipped == ["Peter Vik toward the harbour plan in 'Ingrid Solberg praised the harbour plan.': the "
                                "coders are divided"]  # fmt: skip
    assert (labelled.config.name, labelled.config.kind) == ("my-corrections", "articles")
    assert labelled.config.source == "corrections of ann, bob, cid"


def test_a_file_without_a_stance_is_no_set(file):
    file.append([said("ann", "favor"), said("bob", "against")])
    with pytest.raises(InputError, match=r"no cell has a stance that most coders agree on\n  Ingrid Solberg toward"):
        load_set(file.path)


def test_evaluate_takes_the_file_as_it_is(file, tiny_profile, tmp_path, capsys):
    articles = [TEXT, TEXT + " It was Monday."]
    file.append([said("ann", "favor", text=text) for text in articles])
    file.append([said("ann", "neutral", "Peter Vik", text=text) for text in articles])  # against, says the model
    profile = tmp_path / "tiny.yaml"
    profile.write_text(yaml.safe_dump(tiny_profile.model_dump(mode="json", exclude_unset=True)))
    assert main(["evaluate", str(file.path), "--profile", str(profile), "--out", str(tmp_path / "out")]) == 0
    assert "my-corrections: macro_f1 0.333 [" in capsys.readouterr().out
    rows = [json.loads(line) for line in (tmp_path / "out" / "my-corrections" / "rows.jsonl").read_text().splitlines()]
    assert {(row["input"]["holder"], row["gold"], row["prediction"]) for row in rows} == {
        ("Ingrid Solberg", "favor", "favor"),
        ("Peter Vik", "neutral", "against"),
    }
