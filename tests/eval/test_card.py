import numpy as np
import pytest

from newstance import configs
from newstance.eval.card import write_card, write_support_card
from newstance.models.training.stance import STATEMENTS, DevScores, Trained, TrainingSettings
from newstance.models.training.support import SupportTrainingSettings

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
    return settings, Trained(tmp_path, 1.25, scores, {part.name: 1000 for part in settings.train} | {STATEMENTS: 500})


def test_card_names_base_data_terms_and_command(trained):
    settings, model = trained
    card = write_card(settings, model).read_text()
    # Who uses the model must know what the first round was trained on, too.
    assert "first 6 layers of sentence-transformers/all-mpnet-base-v2 (Apache-2.0), trained as" in card
    assert f"{settings.continues} on DSE (free use with citation" in card
    assert "whose weights make up 25% of the shipped ones" in card
    assert f"| {STATEMENTS} | 500 | ours |" in card
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


def test_a_set_without_neutral_rows_is_scored_on_the_other_two(trained):
    settings, model = trained
    scores = model.scores["DSE valid"]
    model.scores["two labels"] = DevScores(scores.rows[:2], scores.logits[:2], scores.labels)
    line = next(line for line in write_card(settings, model).read_text().splitlines() if "two labels" in line)
    assert "| 2 | 1.000 (" in line


def test_calibration_error_is_told_without_and_with_the_temperature(trained):
    settings, model = trained
    # One of four answers is wrong, all are as sure as this.
    sure = [1 / (1 + 2 * np.exp(-5.0 / temperature)) for temperature in (1.0, model.temperature)]
    line = next(line for line in write_card(settings, model).read_text().splitlines() if line.startswith("| DSE valid"))
    assert line.endswith(f"| {sure[0] - 0.75:.3f} | {sure[1] - 0.75:.3f} |")


def test_the_card_of_a_support_model_scores_its_verdicts_and_margins(tmp_path):
    settings = configs.load("training", "consistency-minilm", SupportTrainingSettings)
    labels = ["not_entailment", "entailment"]
    gold = ["entailment", "entailment", "not_entailment", "not_entailment", "not_entailment"]
    margins = [2.0, -0.5, -1.0, -3.0, 1.0]
    rows = [{"text": f"article {i}", "label": label} for i, label in enumerate(gold)]
    scores = DevScores(rows, np.array([[0.0, margin] for margin in margins]), labels)
    model = Trained(tmp_path, 1.5, {"claims": scores}, {part.name: 1000 for part in settings.train})
    card = write_support_card(settings, model).read_text()
    for part in settings.train:
        assert f"| {part.name} | 1,000 | {part.terms} |" in card
    assert f"newstance train {settings.name} --data DIR" in card
    assert "temperature | 1.5, fitted on" in card
    # Five of the six pairs are in order; one of two and two of three verdicts are right.
    line = next(line for line in card.splitlines() if line.startswith("| claims"))
    assert "| 5 | 0.833 (" in line
    assert "| 0.583 (" in line
