"""The whole road from labelled sets to a shipped model: rows, fit, export, calibration.

``newstance train RECIPE --data DIR --out DIR`` runs it. Each step is kept, and the same command goes on where a killed
run stopped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..calibration import DevScores, fit_temperature
from ..errors import ConfigError
from ..pairs import PairClassifier
from ..sources import locate
from .batching import HEADS, read_rows
from .carried import restore
from .export import export
from .fit import DEV, PACKED, ROWS, TORCH, FitSettings, fit, made_of
from .judged import MakerFactory
from .origins import check
from .recipe import Recipe, Terms
from .rows import make_rows

_HEAD_NAMES = ("stance", "support")
_EXAMPLES = 200  # rows by which an export chooses what it rounds, and how


@dataclass(frozen=True)
class Trained:
    """A trained model in the form that is shipped.

    Attributes:
        folder: ONNX weights, tokenizer and config.
        terms: Which sets it was trained on.
        temperatures: Of the heads ``stance`` and ``support``.
        scores: What the shipped form says on each development set, by name; outputs of the set's head alone.
        rows: How many training rows each set gave, by name.
    """

    folder: Path
    terms: Terms
    temperatures: dict[str, float]
    scores: dict[str, DevScores]
    rows: dict[str, int]


def train(
    recipe: Recipe, data: Path, out: Path, factory: MakerFactory, terms: Terms = "all", processes: int = 1
) -> Trained:
    """Make the rows, fit, export and calibrate; what is there already is kept.

    Args:
        recipe: What is trained.
        data: The folder that holds the labelled sets.
        out: Rows, checkpoints, the torch model and the shipped form go here.
        factory: Makes what reads judged articles.
        terms: ``open`` leaves out the sets whose terms are restricted.
        processes: How many read at the same time.

    Raises:
        ConfigError: A file is missing or wrong, or ``out`` holds what was made of other rows or settings.
    """
    recipe = recipe.on_terms(terms)
    rows = make_rows(recipe, data, out, factory, processes)
    last, (made_first, made_last) = _last(recipe, out), _made_of(recipe, out)
    if not _is_fitted(last, made_last):
        if not _is_fitted(out, made_first):
            fit(out / ROWS, recipe.base.folder(), out, recipe.fit)
        if recipe.shallower is not None:
            _restore(out, recipe, recipe.fit)
            fit(out / ROWS, out / TORCH, last, recipe.shallower)
    return ship(recipe, out, rows, terms)


def ship(recipe: Recipe, out: Path, rows: Mapping[str, int], terms: Terms = "all") -> Trained:
    """Export the model that was fitted last, score what is shipped on ``dev.jsonl``, and calibrate it.

    It lies in ``out / "torch"``, or in ``out / "shallower" / "torch"`` if it is the one with fewer layers; in
    ``packed`` beside that if it was fitted elsewhere.

    Raises:
        ConfigError: There is no torch model, it was made of other rows or settings, or it has other labels.
    """
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    recipe = recipe.on_terms(terms)
    last, shipped, examples = _last(recipe, out), out / recipe.name, examples_of(out / ROWS)
    torch_model = last / TORCH
    if not _is_fitted(last, _made_of(recipe, out)[1]):
        raise ConfigError(f"{torch_model} holds no trained model; run newstance train {recipe.name} first")
    _restore(last, recipe, recipe.last_fit())
    model = AutoModelForSequenceClassification.from_pretrained(torch_model, attn_implementation="eager")
    export(model, AutoTokenizer.from_pretrained(torch_model), shipped, recipe.form, examples)
    write_config(shipped, {"max_length": recipe.fit.max_length})
    scores = dev_scores(shipped, out / DEV)
    wanted = (recipe.stance.calibrate_on, recipe.support.calibrate_on)
    temperatures = {
        head: round(fit_temperature([scores[name] for name in names]), 3)
        for head, names in zip(_HEAD_NAMES, wanted, strict=True)
    }
    own = {
        "max_length": recipe.fit.max_length,
        "temperatures": temperatures,
        "terms": terms,
        "use": recipe.use(),
    }
    write_config(shipped, own)
    return Trained(shipped, terms, temperatures, scores, dict(rows))


def _last(recipe: Recipe, out: Path) -> Path:
    """Where the model that is shipped is fitted."""
    return out if recipe.shallower is None else out / "shallower"


def _made_of(recipe: Recipe, out: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the model that is fitted first and the one that is shipped are made of."""
    first = made_of(out / ROWS, {"weights": recipe.base.sha256}, recipe.fit)
    return first, first if recipe.shallower is None else made_of(out / ROWS, first, recipe.shallower)


def _is_fitted(folder: Path, made: Mapping[str, Any]) -> bool:
    """Whether a model lies there; raises as ``check`` does if it is another one."""
    check(made, folder / TORCH, folder / PACKED)
    return (folder / TORCH / "model.safetensors").is_file() or (folder / PACKED).is_dir()


def _restore(folder: Path, recipe: Recipe, settings: FitSettings) -> None:
    """Unpack a model that was fitted elsewhere."""
    if not (folder / TORCH / "model.safetensors").is_file():
        restore(folder / PACKED, recipe.base.folder(), folder, settings)


def examples_of(rows: Path) -> list[tuple[str, str]]:
    """Rows from all over the file, so from all sets."""
    every = read_rows(rows)
    step = max(1, len(every) // _EXAMPLES)
    return [(row["text"], row["question"]) for row in every[::step][:_EXAMPLES]]


def write_config(folder: Path, own: Mapping[str, object]) -> None:
    """Put what newstance has to know of a model into its config."""
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["newstance"] = {**config.get("newstance", {}), **own}
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def dev_scores(folder: Path, dev: Path, task: str = "") -> dict[str, DevScores]:
    """A shipped model's logits on development rows, by set; each set has labels of one head.

    Args:
        folder: Of the model.
        dev: The rows.
        task: As which task's the answers are taken, for a model that has layers of its own for it.
    """
    pairs = PairClassifier.load(locate(f"path:{folder}")).for_task(task)
    by_set: dict[str, list[dict[str, str]]] = {}
    for row in read_rows(dev):
        by_set.setdefault(row["set"], []).append(row)
    found = {}
    for name, rows in by_set.items():
        head = next(head for head in HEADS if rows[0]["label"] in head)
        logits = pairs.score([(row["text"], row["question"]) for row in rows]).logits
        found[name] = DevScores(rows, logits, pairs.labels).of_head(head)
    return found
