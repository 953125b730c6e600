from __future__ import annotations

import random

import pytest
from pydantic import ValidationError

from newstance import configs
from newstance.models.training.recipe import Recipe
from newstance.models.training.statements import Statements, Template, statement_rows

VERBS = {"oppose": ["object_to objects_to objected_to objecting_to"]}
NAMES = ["Ann Lee", "Bob Ray", "Cy Doe"]


def written(*templates, rows=30, settings=("",), names=NAMES):
    statements = Statements(rows=rows, topics=["x"], verbs=VERBS, templates=templates, settings=settings)
    return statement_rows(statements, names, ["the dam", "zoos"], random.Random(1))


def test_slots_are_filled_and_the_asked_one_is_named():
    rows = written({"text": "{speaker} denied {oppose.ing} {target}.", "speaker": "neutral"})
    assert len(rows) == 30
    assert {row["holder"] for row in rows} == set(NAMES)
    assert {row["target"] for row in rows} == {"the dam", "zoos"}
    for row in rows:
        assert row["text"] == f"{row['holder']} denied objecting to {row['target']}."
        assert row["label"] == "neutral"
    assert len({row["id"] for row in rows}) == 30


def test_every_labelled_stance_of_a_template_is_asked_for():
    rows = written(
        {
            "text": "{speaker} thanked {other} for {target}.",
            "speaker": "favor",
            "other": "against",
            "speaker_toward_other": "neutral",
        },
        rows=60,
    )
    asked = {(row["text"].startswith(row["holder"]), row["target"] in NAMES, row["label"]) for row in rows}
    assert asked == {(True, False, "favor"), (False, False, "against"), (True, True, "neutral")}


def test_a_sentence_begins_with_a_capital_and_goes_on_without_one():
    template = {"text": "Nobody saw {speaker} at {target}.", "speaker": "neutral"}
    assert {row["text"][:7] for row in written(template)} == {"Nobody "}
    assert {row["text"][:18] for row in written(template, settings=["On Monday, "])} == {"On Monday, nobody "}
    first = written({"text": "{target} has {speaker} against it.", "speaker": "against"})
    assert {row["text"].split()[0] for row in first} == {"The", "Zoos"}


def test_templates_take_turns():
    rows = written(
        {"text": "{speaker} saw {target}.", "speaker": "neutral"},
        {"text": "{speaker} left {target}.", "speaker": "neutral"},
    )
    assert sum(" saw " in row["text"] for row in rows) == 15


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ({"text": "{speaker} likes {target}."}, "labels no stance"),
        ({"text": "{speaker} likes it.", "speaker": "favor"}, "lacks target"),
        ({"text": "{speaker} likes {target}.", "other": "favor"}, "lacks other"),
        ({"text": "{other} likes {target}.", "other": "favor", "speaker_toward_other": "favor"}, "lacks speaker"),
    ],
)
def test_a_template_that_asks_for_what_it_does_not_name_is_refused(template, message):
    with pytest.raises(ValidationError, match=message):
        Template(**template)


def test_unknown_slots_and_verbs_without_all_forms_are_refused():
    with pytest.raises(ValidationError, match=r"unknown slots \['support'\]"):
        written({"text": "{speaker} will {support} {target}.", "speaker": "favor"})
    with pytest.raises(ValidationError, match="'back backs' needs four forms"):
        Statements(rows=1, topics=["x"], verbs={"support": ["back backs"]}, templates=[], settings=[""])


def test_the_shipped_statements_hold_no_sentence_of_the_minimal_pairs():
    from newstance.eval.labelled import load_set

    shipped = configs.load("training", "newstance-mpnet", Recipe).stance.statements
    assert shipped is not None
    rows = statement_rows(shipped, NAMES, shipped.topics, random.Random(1))
    pairs = load_set("minimal-pairs").examples
    assert not {row["text"].lower() for row in rows} & {example.input["text"].lower() for example in pairs}
