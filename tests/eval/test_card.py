import numpy as np
import pytest

from newstance import configs
from newstance.eval.card import write_card
from newstance.models.training import DevScores, Trained, TrainingSettings

LABELS = ["favor", "against", "neutral"]


@pytest.fixture
def trained(tmp_path):
    settings = configs.load("training", "stance-mpnet", TrainingSettings)
    gold = ["favor", "against", "neutral", "neutral"]
    rows = [
        {"id": str(i), "text": f"text {i}", "holder": "a", "target": "b", "label": label}
        for i, label in enumerate(gold)
    ]
    # The model's own order of labels differs from ours; the last row is wrong.
    own = ["neutral", "favor", "against"]
    logits = 5.0 * np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]])
    scores = {part.name: DevScores(rows, logits, own) for part in settings.dev}
    return settings, Trained(tmp_path, 1.25, scores, {part.name: 1000 for part in settings.train})


def test_card_names_base_data_terms_and_command(trained):
    settings, model = trained
    card = write_card(settings, model).read_text()
    assert settings.base.name in card and settings.base.licence in card
    for part in settings.train:
        assert f"| {part.name} | 1,000 | {part.terms} |" in card
    assert f"newstance train {settings.name} --data DIR" in card
    assert "temperature | 1.25" in card


def test_card_scores_the_models_own_label_order(trained):
    card = write_card(*trained).read_text()
    line = next(line for line in card.splitlines() if line.startswith("| DSE valid"))
    # 3 of 4 right; F1: favor 2/3, against 1, neutral 2/3.
    assert "| 4 | 0.778 (" in line
    assert "| 0.750 (" in line
