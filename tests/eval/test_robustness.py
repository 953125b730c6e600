from __future__ import annotations

import pytest

from newstance.eval.labelled import Example
from newstance.eval.robustness import changed_set, distracted, flips, masked, swapped


def example(text, holder, target, identity="x"):
    return Example(identity, identity, {"text": text, "holder": holder, "target": target}, "against")


KIM = example("Kim's aides said Kim blamed Lee Ward; Kimberley did not.", "Kim", "Lee Ward")


def test_masked_names_are_whole_words_everywhere():
    assert masked(KIM).input == {
        "text": "Person A's aides said Person A blamed Person B; Kimberley did not.",
        "holder": "Person A",
        "target": "Person B",
    }


def test_one_name_is_changed_where_the_other_is_none():
    one = example("Kim blamed the dam.", "Kim", "dam")
    assert masked(one).input == {"text": "Person A blamed the dam.", "holder": "Person A", "target": "dam"}
    other = example("I blame Kim.", "author", "Kim")
    assert masked(other).input == {"text": "I blame Person B.", "holder": "author", "target": "Person B"}


def test_swapped_names_differ_and_stay_the_same_every_time():
    changed = swapped(KIM)
    assert changed == swapped(KIM)
    assert changed.input["holder"] != changed.input["target"]
    assert changed.input["text"].startswith(changed.input["holder"] + "'s aides")
    for identity in map(str, range(30)):  # each gives other names
        taken = swapped(example("Lars Johansson blamed Li Wei.", "Lars Johansson", "Li Wei", identity)).input
        assert len({taken["holder"], taken["target"], "Lars Johansson", "Li Wei"}) == 4


@pytest.mark.parametrize(
    "unchanged",
    [
        example("Zoos are bad.", "author", "zoos"),
        example("Kim Ward blamed Kim.", "Kim Ward", "Kim"),
        example("He blamed her.", "Kim", "Lee"),
        example("He blamed the dam.", "author", "dam"),
    ],
)
def test_rows_without_a_name_of_their_own_are_left_out(unchanged):
    assert masked(unchanged) is None
    assert swapped(unchanged) is None


def test_an_irrelevant_sentence_leaves_question_and_text_alone():
    changed = distracted(KIM)
    assert changed.input["text"].startswith(KIM.input["text"] + " ")
    assert changed.input["holder"] == "Kim"


def test_flips_are_counted_over_the_rows_that_changed(make_set, rows):
    labelled = make_set(rows(10))
    assert len(changed_set(labelled, lambda e: e if e.id < "r004" else None).examples) == 4
    before = [{"id": str(i), "group": str(i), "prediction": "favor"} for i in range(10)]
    after = {str(i): {"prediction": "against" if i == 0 else "favor"} for i in range(4)}
    measure = flips(before, after)
    assert measure.value == pytest.approx(1 / 4)
    assert measure.estimate().low == 0
    assert flips(before, {}) is None
