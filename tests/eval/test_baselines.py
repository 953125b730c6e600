from __future__ import annotations

import pytest
import tiny

from newstance.eval import baselines
from newstance.eval.labelled import Example
from newstance.models.errors import ModelError


def test_baselines_that_need_no_model():
    texts = [
        "What a wonderful, brilliant success!",
        "A horrible, disgusting failure.",
        "The train left at noon.",
    ]
    gold = ["favor", "favor", "neutral"]
    answers = baselines.stance_baselines(texts, gold, ("favor", "against", "neutral"))
    assert answers["majority"] == ["favor"] * 3
    assert answers["sentiment lexicon"] == ["favor", "against", "neutral"]
    # Without neutral rows the sign alone answers, and what has none is for it.
    sided = baselines.stance_baselines(texts, gold, ("favor", "against"))
    assert sided["sentiment lexicon"] == ["favor", "against", "favor"]
    two = baselines.stance_baselines(texts * 20, gold * 20, ("favor", "against"))
    assert set(two["uniform random"]) == set(two["sentiment lexicon"]) == {"favor", "against"}


def test_lead_is_the_first_sentences():
    assert baselines.lead_summary("One is here. Two is here. Three is here. Four is here.", 2) == (
        "One is here. Two is here."
    )


def test_the_zero_shot_pipeline_asks_about_the_holder_and_gives_our_labels(tmp_path):
    words = {"supports": [0, 0, 3], "opposes": [3, 0, 0], "neutral": [0, 3, 0]}
    nli = tiny.classifier(tmp_path / "nli", ["contradiction", "neutral", "entailment"], words)
    pipeline = baselines.ZeroShotPipeline(f"path:{nli}")
    (answer,) = pipeline.answers([Example("a", "a", {"text": "It is.", "holder": "Kim", "target": "zoos"}, "favor")])
    assert answer.prediction == "favor"
    assert sum(answer.probabilities.values()) == pytest.approx(1)
    assert answer.probabilities["favor"] > 0.9
    asked = []

    def say_the_second(text, hypotheses, hypothesis_template):
        asked.append((text, hypotheses, hypothesis_template))
        return {"labels": hypotheses[1:] + hypotheses[:1], "scores": [0.6, 0.3, 0.1]}

    pipeline._pipeline = say_the_second
    (answer,) = pipeline.answers([Example("a", "a", {"text": "It is.", "holder": "author", "target": "zoos"}, "favor")])
    assert answer.prediction == "against"
    assert answer.probabilities == {"favor": 0.1, "against": 0.6, "neutral": 0.3}
    hypotheses = ["The author supports zoos.", "The author opposes zoos.", "The author is neutral toward zoos."]
    assert asked == [("It is.", hypotheses, "{}")]


def test_a_model_without_entailment_is_no_zero_shot_baseline(tmp_path):
    stance = tiny.classifier(tmp_path / "stance", ["favor", "against", "neutral"], {"good": [3, 0, 0]})
    with pytest.raises(ModelError, match=r"its labels \['against', 'favor', 'neutral'\] have no entailment"):
        baselines.ZeroShotPipeline(f"path:{stance}")
    with pytest.raises(ModelError, match="cannot serve the zero-shot pipeline"):
        baselines.ZeroShotPipeline(f"path:{tmp_path}")
