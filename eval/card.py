"""The model card of a trained model, written from its training run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from newstance.models.calibration import DevScores
from newstance.models.consistency import SUPPORT
from newstance.models.pairs import softmax
from newstance.models.stance import LABELS
from newstance.models.training.branch import BranchRecipe
from newstance.models.training.continuing import UpperSettings
from newstance.models.training.fit import FitSettings
from newstance.models.training.recipe import AnySet, Recipe
from newstance.models.training.rows import STATEMENTS
from newstance.models.training.summarizer import SummarySet
from newstance.models.training.support_rows import SUPPORTED, UNSUPPORTED
from newstance.models.training.train import Trained

from .metrics import (
    Auc,
    Measure,
    accuracy,
    balanced_accuracy,
    confusion_rows,
    expected_calibration_error,
    macro_f1,
    reliability_rows,
    summed_by_group,
)

_ABOUT = """\
One encoder with two heads, a sequence-pair classifier in ONNX with five outputs, made for newstance.

- **stance** (`favor`, `against`, `neutral`; softmax over these three): where a holder stands toward a target in a
  text. It is asked `HOLDER toward TARGET` about a text in which mentions of the `{ holder }` and the `[ target ]` are
  marked.
- **support** (`entailment`, `not_entailment`; softmax over these two): whether a passage of an article bears a claim
  out.
"""

_LIMITS = """\
- English only; a pair of text and question is cut at {max_length} tokens.
- It reads what stands in the text. Irony, allusion and what everybody knows are beyond it.
- Direction (who toward whom) and neutrality are the hard part: read its evidence before you believe a label.
- Judged articles were judged by one reader, a large language model: where that one errs, so does this model.
- False claims for the support head are made by a script, for the most part (`models/training/edits.py`): with a name,
  number, date, negation, role, opposite or part of another sentence put in."""


def write_card(recipe: Recipe, trained: Trained) -> Path:
    """Write ``README.md`` into the trained model's folder, and return its path."""
    recipe, fit, last = recipe.on_terms(trained.terms), recipe.fit, recipe.last_fit()
    flag = "" if trained.terms == "all" else f" --terms {trained.terms}"
    fitted = (
        f"stance {trained.temperatures['stance']:g} on {' and '.join(recipe.stance.calibrate_on)}; "
        f"support {trained.temperatures['support']:g} on {' and '.join(recipe.support.calibrate_on)}"
    )
    statements = [f"| {STATEMENTS} | {trained.rows[STATEMENTS]:,} | ours |"] if STATEMENTS in trained.rows else []
    by_head = {
        labels: [(name, s) for name, s in trained.scores.items() if set(s.labels) == set(labels)]
        for labels in (LABELS, (SUPPORTED, UNSUPPORTED))
    }
    lines = [
        f"# {recipe.name}",
        "",
        _ABOUT,
        "| | |",
        "|---|---|",
        f"| base | {recipe.base.name} ({recipe.base.licence}), {last.layers} layers, embeddings as they were |",
        _fit_row(fit, trained),
        *_second_fit(recipe),
        f"| shipped as | {recipe.form} |",
        f"| temperatures | {fitted} |",
        f"| made by | `newstance train {recipe.name} --data DIR{flag}` |",
        "",
        "## What it may be used for",
        "",
        use_of(recipe),
        "",
        *training_data(recipe.training_sets(), trained.rows),
        *statements,
        "",
        "## Development sets: stance",
        "",
        "The shipped model, three labels; 95 % bootstrap intervals, resampled by text or article. Calibration "
        "error (ECE, 10 bins) without and with the temperature.",
        "",
        "| set | n | macro-F1 | accuracy | ECE, T = 1 | ECE |",
        "|---|---|---|---|---|---|",
        *(_stance_row(name, scores, trained.temperatures["stance"]) for name, scores in by_head[LABELS]),
        "",
        "## Development sets: support",
        "",
        "The same, resampled by article.",
        "",
        "| set | n | AUC | balanced accuracy |",
        "|---|---|---|---|",
        *(_support_row(name, scores) for name, scores in by_head[SUPPORTED, UNSUPPORTED]),
        "",
        "## Limits",
        "",
        _LIMITS.format(max_length=fit.max_length),
        "",
    ]
    path = trained.folder / "README.md"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def write_branch_card(recipe: BranchRecipe, trained: Trained) -> Path:
    """Write ``SUPPORT.md`` into the folder of a model with a trained branch, and return its path."""
    recipe, fit = recipe.on_terms(trained.terms), recipe.fit
    flag = "" if trained.terms == "all" else f" --terms {trained.terms}"
    lines = [
        "# Support, by layers of its own",
        "",
        f"The file `support.onnx` of this model: the last {fit.trained_layers} layers and the head, trained for the "
        "one question whether a passage of an article bears a claim out (`entailment`, `not_entailment`; softmax over "
        "these two), above the lower layers as they are. Its passages are the two nearest sentences "
        "of the article, or all that are near to the claim, as far as there is room.",
        "",
        "| | |",
        "|---|---|",
        f"| grown on | `{recipe.of}` |",
        _fit_row(fit, trained, recipe.runs),
        f"| shipped as | {recipe.form} |",
        f"| temperature | {trained.temperatures[SUPPORT]:g} on {', '.join(recipe.support.calibrate_on)} |",
        f"| made by | `newstance train {recipe.name} --data DIR{flag}` |",
        "",
        "## What it may be used for",
        "",
        use_of(recipe),
        "",
        *training_data(recipe.training_sets(), trained.rows),
        "",
        "## Development sets",
        "",
        "95 % bootstrap intervals, resampled by article.",
        "",
        "| set | n | AUC | balanced accuracy |",
        "|---|---|---|---|",
        *(_support_row(name, scores) for name, scores in trained.scores.items()),
        "",
    ]
    path = trained.folder / "SUPPORT.md"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def training_data(sets: Sequence[AnySet | SummarySet], rows: Mapping[str, int]) -> list[str]:
    """The section of a card that tells what was trained on.

    Args:
        sets: What it was.
        rows: How many rows each gave, by name.
    """
    table = [f"| {part.name} | {rows.get(part.name, 0):,} | {part.terms} |" for part in sets]
    return ["## Training data", "", "| set | rows | terms |", "|---|---|---|", *table]


def _fit_row(fit: FitSettings | UpperSettings, trained: Trained, runs: int = 1) -> str:
    epochs = "1 epoch" if fit.epochs == 1 else f"{fit.epochs} epochs"
    seeds = f"seed {fit.seed}" if runs == 1 else f"the mean of {runs} runs, seeds {fit.seed} to {fit.seed + runs - 1}"
    return (
        f"| training | {sum(trained.rows.values()):,} rows, {epochs}, batches of {fit.tokens_per_batch:,} "
        f"tokens, learning rate {fit.learning_rate:g}, {seeds} |"
    )


def _second_fit(recipe: Recipe) -> list[str]:
    if recipe.shallower is None:
        return []
    gone, more = recipe.fit.layers - recipe.shallower.layers, recipe.shallower
    return [
        f"| then | without the {gone} layers of {recipe.fit.layers} that its answers need least, with the whole model "
        f"as teacher: {more.epochs} epochs, learning rate {more.learning_rate:g} |"
    ]


def use_of(recipe: Recipe | BranchRecipe) -> str:
    """What the weights may be used for, and why."""
    use = recipe.use()
    told = f"{use[:1].upper()}{use[1:]}."
    restricted = [f"{part.name} ({part.terms})" for part in recipe.training_sets() if part.restricted]
    if not restricted:
        return f"{told} No set that it was trained on is restricted to research or to non-commercial use."
    return (
        f"{told} It was trained in part on sets that are given out for no more than that, or without stated terms: "
        f"{'; '.join(restricted)}. For other use, train it with `--terms open`, which leaves these out."
    )


def _support_row(name: str, scores: DevScores) -> str:
    gold, groups = [row["label"] for row in scores.rows], [row["group"] for row in scores.rows]
    predicted = [scores.labels[i] for i in scores.logits.argmax(axis=1)]
    margin = scores.logits[:, scores.labels.index(SUPPORTED)] - scores.logits[:, scores.labels.index(UNSUPPORTED)]
    truth = np.array([label == SUPPORTED for label in gold])
    confusion = confusion_rows(gold, predicted, (UNSUPPORTED, SUPPORTED))
    cells = [
        Auc(margin, truth, groups).estimate().as_text(),
        Measure(summed_by_group(confusion, groups), balanced_accuracy).estimate().as_text(),
    ]
    return f"| {name} | {len(gold):,} | {' | '.join(cells)} |"


def _stance_row(name: str, scores: DevScores, temperature: float) -> str:
    gold = [row["label"] for row in scores.rows]
    predicted = [scores.labels[i] for i in scores.logits.argmax(axis=1)]
    sums = summed_by_group(confusion_rows(gold, predicted, LABELS), [row["group"] for row in scores.rows])
    scored = [label for label in LABELS if label in gold]  # some sets have no neutral rows
    cells = [Measure(sums, score).estimate().as_text() for score in (macro_f1(LABELS, scored), accuracy)]
    columns = [scores.labels.index(label) for label in LABELS]
    codes = np.array([LABELS.index(label) for label in gold])
    errors = []
    for divisor in (1.0, temperature):
        bins = reliability_rows(softmax(scores.logits / divisor)[:, columns], codes).sum(axis=0, keepdims=True)
        errors.append(float(expected_calibration_error(bins)[0]))
    return f"| {name} | {len(gold):,} | {' | '.join(cells)} | {errors[0]:.3f} | {errors[1]:.3f} |"
