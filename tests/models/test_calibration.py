import numpy as np
import pytest

from newstance.models.calibration import DevScores, fit_temperature
from newstance.models.pairs import softmax


@pytest.mark.parametrize("temperature", [0.7, 1.0, 2.5])
def test_temperature_of_synthetic_logits_is_found(temperature):
    generator = np.random.default_rng(1)
    logits = generator.normal(0, 3, (4000, 3))
    truth = [generator.choice(3, p=p) for p in softmax(logits / temperature)]
    labels = ["neutral", "favor", "against"]  # not in our order
    scores = DevScores([{"label": labels[t]} for t in truth], logits, labels)
    assert fit_temperature([scores]) == pytest.approx(temperature, rel=0.1)


def test_a_heads_outputs_are_taken_by_their_names():
    scores = DevScores([{"label": "b"}], np.array([[1.0, 2.0, 3.0]]), ["a", "b", "c"]).of_head(["c", "a"])
    assert scores.labels == ["c", "a"]
    assert scores.logits.tolist() == [[3.0, 1.0]]
