"""The model card of a trained stance model, written from its training run."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from newstance import configs
from newstance.models.pairs import softmax
from newstance.models.stance import LABELS
from newstance.models.training.stance import STATEMENTS, DevScores, Recipe, Trained, TrainingSettings
from newstance.models.training.support import SupportTrainingSettings
from newstance.models.training.support_rows import SUPPORTED, UNSUPPORTED

from .metrics import (
    Measure,
    accuracy,
    auc,
    balanced_accuracy,
    confusion_rows,
    expected_calibration_error,
    macro_f1,
    rank_rows,
    reliability_rows,
    summed_by_group,
)

_LIMITS = """\
- English only, sentences and short paragraphs; a pair of text and question is cut at {max_length} tokens.
- It reads what stands in the text. Irony, allusion and what everybody knows are beyond it.
- Direction (who toward whom) and neutrality are the hard part: read its evidence before you believe a label.
- A named person's stance toward a topic is learned from arguments put into somebody's mouth, since no public set
  labels it; a person's stance toward another is learned from news.
- Trained in part on sets that are given out for research; check their terms before other use."""


def write_card(settings: TrainingSettings, trained: Trained) -> Path:
    """Write ``README.md`` into the trained model's folder, and return its path."""
    lines = [
        f"# {settings.name}",
        "",
        "Stance of a holder toward a target in a text: favor, against or neutral. A sequence-pair classifier in "
        "int8 ONNX, made for newstance; it is asked the question `HOLDER toward TARGET` about a text in which "
        "mentions of the `{ holder }` and the `[ target ]` are marked.",
        "",
        *_making(settings, trained),
        *([f"| {STATEMENTS} | {trained.rows[STATEMENTS]:,} | ours |"] if settings.statements else []),
        "",
        "## Development sets",
        "",
        "The shipped int8 model, three labels; 95 % bootstrap intervals, resampled by text. Calibration error (ECE, "
        "10 bins) without and with the temperature.",
        "",
        "| set | n | macro-F1 | accuracy | ECE, T = 1 | ECE |",
        "|---|---|---|---|---|---|",
        *(_row(name, scores, trained.temperature) for name, scores in trained.scores.items()),
        "",
        "## Limits",
        "",
        _LIMITS.format(max_length=settings.max_length),
        "",
    ]
    return _written(trained.folder, lines)


def write_support_card(settings: SupportTrainingSettings, trained: Trained) -> Path:
    """Write ``README.md`` into a trained support model's folder, and return its path."""
    lines = [
        f"# {settings.name}",
        "",
        "Does a passage of an article bear a claim out? A sequence-pair classifier in int8 ONNX with the labels "
        "`entailment` and `not_entailment`, made for newstance. `support.json` holds how its answer and the other "
        "signs of support are weighed (`models/consistency.py`).",
        "",
        *_making(settings, trained),
        "",
        "Claims about articles are made by a script (`models/training/edits.py`): sentences shortened, split, renamed "
        "or told otherwise stay true; with a name, number, date, negation, role, opposite or part of another sentence "
        "put in, they do not. SICK is licensed CC BY-NC-SA: this is a model for research; check the sets' terms before "
        "other use.",
        "",
        "## Development sets",
        "",
        "The shipped int8 model alone, without the other signs; 95 % bootstrap intervals, resampled by article.",
        "",
        "| set | n | AUC | balanced accuracy |",
        "|---|---|---|---|",
        *(_support_row(name, scores) for name, scores in trained.scores.items()),
        "",
    ]
    return _written(trained.folder, lines)


def _making(settings: TrainingSettings | SupportTrainingSettings, trained: Trained) -> list[str]:
    """What every card tells of a training: its settings, and the sets that its rows came from."""
    return [
        "| | |",
        "|---|---|",
        f"| base | {_start(settings)} |",
        f"| training | {sum(trained.rows.values()):,} rows, {settings.epochs:g} epochs, batches of "
        f"{settings.batch_size}, learning rate {settings.learning_rate:g}, seed {settings.seed} |",
        f"| temperature | {trained.temperature:g}, fitted on {' and '.join(settings.calibrate_on)} |",
        f"| made by | `newstance train {settings.name} --data DIR` |",
        "",
        "## Training data",
        "",
        "| set | rows | terms |",
        "|---|---|---|",
        *(f"| {part.name} | {trained.rows[part.name]:,} | {part.terms} |" for part in settings.train),
    ]


def _written(folder: Path, lines: list[str]) -> Path:
    path = folder / "README.md"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _start(settings: Recipe) -> str:
    """What the training started from, in words."""
    if settings.base is None:
        kept = f", whose weights make up {settings.kept:.0%} of the shipped ones" if settings.kept else ""
        earlier = configs.load("training", str(settings.continues), TrainingSettings)
        data = ", ".join(f"{part.name} ({part.terms})" for part in earlier.train)
        return f"{_start(earlier)}, trained as {earlier.name} on {data}{kept}"
    return f"first {settings.layers} layers of {settings.base.name} ({settings.base.licence})"


def _support_row(name: str, scores: DevScores) -> str:
    gold, groups = [row["label"] for row in scores.rows], [row["text"] for row in scores.rows]
    predicted = [scores.labels[i] for i in scores.logits.argmax(axis=1)]
    margin = scores.logits[:, scores.labels.index(SUPPORTED)] - scores.logits[:, scores.labels.index(UNSUPPORTED)]
    ranks = rank_rows(margin, np.array([label == SUPPORTED for label in gold]))
    confusion = confusion_rows(gold, predicted, (UNSUPPORTED, SUPPORTED))
    cells = [
        Measure(summed_by_group(ranks, groups), auc).estimate().as_text(),
        Measure(summed_by_group(confusion, groups), balanced_accuracy).estimate().as_text(),
    ]
    return f"| {name} | {len(gold):,} | {' | '.join(cells)} |"


def _row(name: str, scores: DevScores, temperature: float) -> str:
    gold = [row["label"] for row in scores.rows]
    predicted = [scores.labels[i] for i in scores.logits.argmax(axis=1)]
    sums = summed_by_group(confusion_rows(gold, predicted, LABELS), [row["text"] for row in scores.rows])
    scored = [label for label in LABELS if label in gold]  # some sets have no neutral rows
    cells = [Measure(sums, score).estimate().as_text() for score in (macro_f1(LABELS, scored), accuracy)]
    columns = [scores.labels.index(label) for label in LABELS]
    codes = np.array([LABELS.index(label) for label in gold])
    errors = []
    for divisor in (1.0, temperature):
        bins = reliability_rows(softmax(scores.logits / divisor)[:, columns], codes).sum(axis=0, keepdims=True)
        errors.append(float(expected_calibration_error(bins)[0]))
    return f"| {name} | {len(gold):,} | {' | '.join(cells)} | {errors[0]:.3f} | {errors[1]:.3f} |"
