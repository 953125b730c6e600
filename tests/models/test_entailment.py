import json

import numpy as np
import pytest
import tiny

from newstance.models.entailment import Entailment, EntailmentScorer, Hypotheses, entailment_index
from newstance.models.errors import ModelError
from newstance.models.pairs import PairClassifier
from newstance.models.sources import locate


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    folder = tiny.classifier(
        tmp_path_factory.mktemp("nli"),
        ["neutral", "contradiction", "entailment"],
        {"supports": [0, 0, 3], "opposes": [0, 3, 0]},
    )
    return PairClassifier.load(locate(f"path:{folder}"))


@pytest.mark.parametrize(
    ("labels", "index"),
    [
        (["entailment", "neutral", "contradiction"], 0),
        (["neutral", "contradiction", "ENTAILMENT"], 2),
        (["not_entailment", "entailment"], 1),
        (["Entailment", "not-entailment"], 0),
    ],
)
def test_label_is_found_in_any_order(labels, index):
    assert entailment_index(labels) == index


@pytest.mark.parametrize("labels", [["LABEL_0", "LABEL_1", "LABEL_2"], ["not_entailment", "neutral"], []])
def test_no_entailment_label(labels):
    with pytest.raises(ModelError, match="entailment"):
        entailment_index(labels)


def test_wordings_are_averaged(pairs):
    scorer = EntailmentScorer(pairs)
    apart = [
        scorer.score([Hypotheses("text", (wording,))])[0].probability
        for wording in ("Kim supports it", "Kim opposes it")
    ]
    assert apart[0] > 0.6 > 0.3 > apart[1]
    (both,) = scorer.score([Hypotheses("text", ("Kim supports it", "Kim opposes it"))])
    assert both.probability == pytest.approx(sum(apart) / 2, abs=1e-6)


def test_hypothesis_that_fills_the_model_is_cut(pairs):
    scorer = EntailmentScorer(pairs)
    assert scorer.cut("Kim supports it") == "Kim supports it"
    long = "word " * 5_000
    assert 0 < len(scorer.cut(long)) < len(long)
    assert scorer.score([Hypotheses("text", (scorer.cut(long),))])


def test_each_question_gets_its_own_answer(pairs):
    scorer = EntailmentScorer(pairs)
    questions = [
        Hypotheses("text", ("Kim opposes it",)),
        Hypotheses("word " * 100, ("Kim supports it", "Kim supports that")),
        Hypotheses("text", ("Kim supports it",)),
    ]
    results = scorer.score(questions)
    assert [result.probability > 0.5 for result in results] == [False, True, True]
    assert [result.truncated for result in results] == [False, True, False]
    assert scorer.score([]) == []


def test_temperature_flattens(pairs):
    question = [Hypotheses("text", ("Kim supports it",))]
    sharp, flat = (EntailmentScorer(pairs, temperature).score(question)[0] for temperature in (1.0, 5.0))
    assert isinstance(flat, Entailment)
    assert 1 / 3 < flat.probability < sharp.probability


BOTH = ["favor", "against", "neutral", "entailment", "not_entailment"]


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """A model for stance and support: "plan" says favor, the more the surer of support, too."""
    folder = tiny.classifier(tmp_path_factory.mktemp("both"), BOTH, {"plan": [9, 0, 0, 2, 0], "rain": [0, 9, 0, 0, 2]})
    config = json.loads((folder / "config.json").read_text())
    config["newstance"] = {"temperatures": {"stance": 3.0, "support": 2.0}}
    (folder / "config.json").write_text(json.dumps(config))
    return PairClassifier.load(locate(f"path:{folder}"))


def test_a_model_for_both_is_asked_for_support_alone(both):
    said = EntailmentScorer(both, 1.0).score([Hypotheses("text", ("plan",)), Hypotheses("text", ("rain",))])
    logits = both.score([("text", "plan"), ("text", "rain")]).logits
    expected = [1 / (1 + np.exp(no - yes)) for *_, yes, no in logits]
    assert [one.probability for one in said] == pytest.approx(expected, abs=1e-6)
    assert said[0].probability > 0.6 > 0.4 > said[1].probability


def test_support_has_its_own_temperature(both):
    question = [Hypotheses("text", ("plan",))]
    (own,) = EntailmentScorer(both).score(question)
    (same,) = EntailmentScorer(both, 2.0).score(question)
    assert own == same
    assert own != EntailmentScorer(both, 3.0).score(question)[0]
