from dataclasses import replace

import pytest

from newstance.models.errors import InputError
from newstance.service import Actor, Analysis, Article, Stance
from newstance.service.corrections.made import Coder

SOLBERG, VIK = Actor("Ingrid Solberg", "person", ("Solberg", "the mayor")), Actor("Vik", "person")
STANCE = Stance(SOLBERG, "the plan", "neutral", 0.61234, {"favor": 0.3, "against": 0.08766, "neutral": 0.61234})
ANALYSIS = Analysis(
    Article("Solberg praised it.", "Harbour", "Times"), None, (SOLBERG, VIK), ("the plan",), (STANCE,),
    models={"stance": "bundled:x"},
)  # fmt: skip


@pytest.fixture
def coder():
    return Coder(ANALYSIS, "ann")


def test_a_cell_keeps_what_the_model_said_with_its_probability(coder):
    made = coder.stance(STANCE, "favor")
    assert (made.text, made.holder, made.target, made.label) == (
        "Solberg praised it.", "Ingrid Solberg", "the plan", "favor"
    )  # fmt: skip
    assert (made.said, made.probability, made.model) == ("neutral", 0.6123, "bundled:x")
    assert (made.coder, made.title, made.source) == ("ann", "Harbour", "Times")


def test_what_is_said_of_actors_is_kept_beside_what_they_were_found_to_be(coder):
    wrong, kind = coder.no_actor(VIK), coder.kind(VIK, "body")
    assert (wrong.change, wrong.holder, wrong.label, wrong.said) == ("no actor", "Vik", "", "person")
    assert (kind.change, kind.label, kind.said, kind.probability) == ("kind", "body", "person", None)


def test_edits_of_actors_are_kept_one_row_for_each_that_goes(coder):
    merged = coder.merged(["Vik", "Ingrid Solberg", "Vik"], "Ingrid Solberg")
    assert [(one.change, one.holder, one.label) for one in merged] == [("merge", "Vik", "Ingrid Solberg")]
    light, heavy = replace(VIK, weight=0.3), replace(SOLBERG, weight=0.5)
    (unnamed,) = Coder(replace(ANALYSIS, actors=(light, heavy)), "ann").merged(["Vik", "Ingrid Solberg"])
    assert (unnamed.holder, unnamed.label) == ("Vik", "Ingrid Solberg")
    split = coder.split("Ingrid Solberg", ["the mayor", "Solberg"])
    assert [(one.change, one.holder, one.label) for one in split] == [
        ("split", "Ingrid Solberg", "the mayor"),
        ("split", "Ingrid Solberg", "Solberg"),
    ]
    assert coder.renamed("Vik", " Peter  Vik ").label == "Peter Vik"
    with pytest.raises(InputError, match="no actor is named 'Berg'; there are Ingrid Solberg, Vik"):
        coder.renamed("Berg", "Anna Berg")
