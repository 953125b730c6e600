import numpy as np
import pytest

from newstance import configs
from newstance.eval.card import use_of, write_branch_card, write_card
from newstance.models.calibration import DevScores
from newstance.models.training.branch import BranchRecipe
from newstance.models.training.recipe import Recipe
from newstance.models.training.rows import STATEMENTS
from newstance.models.training.train import Trained


@pytest.fixture
def trained(tmp_path):
    recipe = configs.load("training", "newstance-mpnet", Recipe)
    gold = ["favor", "against", "neutral", "neutral"]
    rows = [{"group": f"text {i}", "label": label} for i, label in enumerate(gold)]
    # The model's own order of labels differs from ours; the last row is wrong.
    logits = 5.0 * np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]])
    scores = {"DSE valid": DevScores(rows, logits, ["neutral", "favor", "against"])}
    counts = {part.name: 1000 for part in recipe.training_sets()} | {STATEMENTS: 500}
    return recipe, Trained(tmp_path, "all", {"stance": 1.25, "support": 0.8}, scores, counts)


def line_of(card, start):
    return next(line for line in card.splitlines() if line.startswith(start))


def test_card_names_base_data_terms_and_command(trained):
    recipe, model = trained
    card = write_card(recipe, model).read_text()
    assert "sentence-transformers/all-mpnet-base-v2 (Apache-2.0), 10 layers" in card
    then = "without the 2 layers of 12 that its answers need least, with the whole model as teacher: 2 epochs"
    assert f"| then | {then}" in card
    assert f"| {STATEMENTS} | 500 | ours |" in card
    for part in recipe.training_sets():
        assert f"| {part.name} | 1,000 | {part.terms} |" in card
    assert "`newstance train newstance-mpnet --data DIR`" in card
    assert "stance 1.25 on DSE valid and NewsMTSC test_rw; support 0.8 on" in card


def test_card_says_what_the_weights_may_be_used_for(trained):
    recipe, model = trained
    card = write_card(recipe, model).read_text()
    assert "Research and other non-commercial use." in card
    for name in ("SEESAW (CC BY-NC-SA", "SICK (CC BY-NC-SA", "VAST (research use", "ChatStance (no licence stated"):
        assert name in card
    assert "NewsMTSC (MIT" not in card.split("## Training data")[0]


def test_card_of_open_training_lists_open_sets_alone(trained):
    recipe, model = trained
    card = write_card(recipe, Trained(model.folder, "open", model.temperatures, model.scores, model.rows)).read_text()
    assert "No set that it was trained on is restricted" in card
    assert "--terms open`" in card
    assert "| SEESAW |" not in card and "| NewsMTSC | 1,000 |" in card
    assert use_of(recipe.on_terms("open")).startswith("Any use that its sets' terms allow")


def test_card_scores_the_models_own_label_order(trained):
    line = line_of(write_card(*trained).read_text(), "| DSE valid")
    # 3 of 4 right; F1: favor 2/3, against 1, neutral 2/3.
    assert "| 4 | 0.778 (" in line
    assert "| 0.750 (" in line


def test_a_set_without_neutral_rows_is_scored_on_the_other_two(trained):
    recipe, model = trained
    scores = model.scores["DSE valid"]
    model.scores["two labels"] = DevScores(scores.rows[:2], scores.logits[:2], scores.labels)
    assert "| 2 | 1.000 (" in line_of(write_card(recipe, model).read_text(), "| two labels")


def test_calibration_error_is_told_without_and_with_the_temperature(trained):
    # One of four answers is wrong, all are as sure as this.
    sure = [1 / (1 + 2 * np.exp(-5.0 / temperature)) for temperature in (1.0, 1.25)]
    line = line_of(write_card(*trained).read_text(), "| DSE valid")
    assert line.endswith(f"| {sure[0] - 0.75:.3f} | {sure[1] - 0.75:.3f} |")


def test_support_is_scored_by_verdicts_and_margins(trained):
    recipe, model = trained
    gold = ["entailment", "entailment", "not_entailment", "not_entailment", "not_entailment"]
    margins = [2.0, -0.5, -1.0, -3.0, 1.0]
    rows = [{"group": f"article {i}", "label": label} for i, label in enumerate(gold)]
    logits = np.array([[0.0, margin] for margin in margins])
    model.scores["claims"] = DevScores(rows, logits, ["not_entailment", "entailment"])
    # Five of the six pairs are in order; one of two and two of three verdicts are right.
    line = line_of(write_card(recipe, model).read_text(), "| claims")
    assert "| 5 | 0.833 (" in line
    assert "| 0.583 (" in line


def test_card_of_a_branch(tmp_path):
    recipe = configs.load("training", "newstance-support", BranchRecipe)
    rows = [{"group": f"article {i}", "label": label} for i, label in enumerate(["entailment", "not_entailment"] * 2)]
    # The third is ranked below the second.
    logits = np.array([[5.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 5.0]])
    scores = {"WiCE held out": DevScores(rows, logits, ["entailment", "not_entailment"])}
    counts = {part.name: 1000 for part in recipe.training_sets()}
    card = write_branch_card(recipe, Trained(tmp_path, "all", {"support": 0.8}, scores, counts)).read_text()
    assert "| grown on | `bundled:newstance-mpnet` |" in card
    assert "`newstance train newstance-support --data DIR`" in card
    assert (
        "16,000 rows, 1 epoch, batches of 8,192 tokens, learning rate 0.0001, the mean of 2 runs, seeds 17 to 18 |"
        in card
    )
    for part in recipe.training_sets():
        assert f"| {part.name} | 1,000 | {part.terms} |" in card
    assert line_of(card, "| WiCE held out").startswith("| WiCE held out | 4 | 0.750 (")
    assert "SICK (CC BY-NC-SA" in card.split("## Training data")[0]
    opened = recipe.on_terms("open")
    assert {part.name for part in opened.training_sets()} == {"WiCE", "Fool Me Twice"}
    open_card = write_branch_card(recipe, Trained(tmp_path, "open", {"support": 0.8}, scores, counts)).read_text()
    assert "--terms open`" in open_card and "| SICK |" not in open_card
