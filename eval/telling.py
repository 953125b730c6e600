"""Fits what tells which sentences of a window show a stance, on sentences that judges named.

    python -m newstance.eval.telling bundled:newstance-mpnet OUT --data DIR

The encoder stays as it is; see ``models/training/telling.py``. What is learned from are the windows of the first set of
judged articles in the recipe, those in which the model sees a side: of others nobody asks for evidence.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np

from newstance import configs
from newstance.models.pairs import MAIN, PairClassifier, softmax
from newstance.models.sources import locate
from newstance.models.stance import LABELS, direct_pair, marked_text
from newstance.models.training.judged import MadeRow, judged_rows
from newstance.models.training.onnx_files import copy_others, read_models, save_models
from newstance.models.training.overlap import Excluded
from newstance.models.training.recipe import Recipe
from newstance.models.training.reexport import exported
from newstance.models.training.telling import add_shares, add_telling, fit_telling
from newstance.models.training.train import write_config
from newstance.service.judging.rows import ArticleRowsOf
from newstance.service.profile import Profile

from .progress import progress_bar

_SIDE = 0.3  # from this probability of a side a window is learned from
_AT_ONCE = 50  # windows; what their tokens give takes some 40 MB


def fit(source: str, out: Path, data: Path, recipe: Recipe, profile: str = "embedded") -> int:
    """Fit it, and write the model with it.

    Args:
        source: An exported model, as a profile names it.
        out: A folder, made anew.
        data: The folder that holds the labelled sets.
        recipe: Names the judged articles.
        profile: Whose reading makes the windows.

    Returns:
        How many sentences it was fitted on.

    Raises:
        ConfigError: The weights are no ONNX or lie in ``out``, or a file is missing.
    """
    from transformers import AutoConfig

    weights = exported(source, out)
    window = Profile.load(profile).aggregation.window_words
    judged = recipe.judged.train[0].model_copy(update={"windows": (window,), "sentences": False, "absent": 0})
    excluded = Excluded.read([data / name for name in recipe.judged.excluded])
    rows = judged_rows(judged, data, ArticleRowsOf(profile), excluded, random.Random(recipe.fit.seed))
    models = read_models(weights.path)
    with tempfile.TemporaryDirectory() as scratch:
        bare = Path(scratch) / "bare"
        add_shares(models[MAIN])
        _write(models, weights.path, bare, [0.0])
        shares, labels = _parts(PairClassifier.load(locate(f"path:{bare}")), rows)
    telling = fit_telling(shares, labels, AutoConfig.from_pretrained(weights.path).num_attention_heads)
    add_telling(models[MAIN], telling)
    _write(models, weights.path, out, [round(float(value), 4) for value in telling.bias])
    return len(labels)


def _write(models: Mapping[str, Any], beside: Path, folder: Path, bias: list[float]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    copy_others(beside, folder)
    save_models(deepcopy(models), folder)  # saving moves the weights out of a model
    write_config(folder, {"told_bias": bias})


def _parts(pairs: PairClassifier, rows: Sequence[MadeRow]) -> tuple[np.ndarray, list[str]]:
    """What the tokens of each sentence give, and what a judge took it for; of the windows in which there is a side."""
    stances = [pairs.labels.index(label) for label in LABELS]
    shares: list[np.ndarray] = []
    labels: list[str] = []
    with progress_bar("windows") as advance:
        for first in range(0, len(rows), _AT_ONCE):
            some = rows[first : first + _AT_ONCE]
            places = [marked_text(row.query)[1] for row in some]
            scores = pairs.score([direct_pair(row.query) for row in some])
            sides = softmax(scores.logits[:, stances] / pairs.temperatures.get("stance", 1.0))[:, :2].max(axis=1)
            for row, parts, told, side in zip(some, places, scores.told or (), sides, strict=True):
                if side >= _SIDE:
                    shares += [told.of(*part) for part in parts]
                    labels += [row.label if shown else "neutral" for shown in row.shows]
            advance(len(some), len(rows))
    return np.stack(shares), labels


def main() -> None:
    """Fit it, from the command line."""
    parser = argparse.ArgumentParser(description="Fit what tells which sentences of a window show a stance.")
    parser.add_argument("source", help="such as bundled:newstance-mpnet or path:FOLDER")
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds the labelled sets")
    parser.add_argument(
        "--recipe", default="newstance-mpnet", help="in configs/training; its first set of judged articles"
    )
    chosen = parser.parse_args()
    recipe = configs.load("training", chosen.recipe, Recipe)
    count = fit(chosen.source, chosen.out, chosen.data, recipe)
    print(f"{chosen.out}: fitted on {count:,} sentences")


if __name__ == "__main__":
    main()
