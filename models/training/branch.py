"""Upper layers of its own for one task of a model, above the lower layers that all its tasks share.

Two tasks want different things of the last layers, and the same ones of those below. A branch is trained with the lower
layers as they are (``continuing.py``), and shipped as a file beside the exported model, over the same weights as far as
they are the same: the answers of the others stay what they were.
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from newstance.configs import Settings

from ..bfloat16 import has_bfloat16
from ..calibration import fit_temperature
from ..consistency import SUPPORT
from ..pairs import MAIN
from ..sources import Weights
from .batching import read_rows
from .compensated import compensated
from .continuing import Continued, UpperSettings
from .export import encoded_pair, export
from .fit import DEV, ROWS
from .floats import trainable
from .onnx_files import copy_others, read_models, save_models
from .origins import check, file_hash, model_hash, note
from .outliers import columns_of, module_of
from .recipe import SupportPart, Terms, open_part, use_of_sets
from .reexport import exported
from .rows import make_support_rows
from .support_rows import LABELS, SupportSet
from .train import Trained, dev_scores, examples_of, write_config

log = logging.getLogger(__name__)

TRAINED = Path("trained", "layers.safetensors")  # the layers, before they are rounded


class BranchRecipe(Settings):
    """How a branch is trained; see ``configs/training/newstance-support.yaml``.

    Attributes:
        name: Of the folder that the model goes to.
        task: Tells this kind of file from others.
        of: The exported model that it grows on.
        form: In which the model is shipped; that of the model that it grows on.
        max_length: Of a pair, in tokens; texts are cut to fit.
        fit: How it is trained.
        runs: How many runs, the seed of each one higher than of the one before; the mean of their weights is taken
            (Wortsman et al. 2022, "Model soups").
        support: What on.
    """

    name: str
    task: Literal["branch"]
    of: str
    form: str
    max_length: int = Field(ge=8)
    fit: UpperSettings
    runs: int = Field(default=1, ge=1)
    support: SupportPart

    def use(self) -> str:
        """What the terms of the sets leave of the use of weights trained on them, in a few words."""
        return use_of_sets(self.training_sets())

    def training_sets(self) -> list[SupportSet]:
        """All sets that are trained on."""
        return [*self.support.train]

    def on_terms(self, terms: Terms) -> BranchRecipe:
        """The recipe itself, or without the training sets whose terms are restricted."""
        return self if terms == "all" else self.model_copy(update={"support": open_part(self.support)})


def train_branch(recipe: BranchRecipe, data: Path, out: Path, terms: Terms = "all", processes: int = 1) -> Trained:
    """Make the rows, train, ship, and calibrate; rows and trained layers that are there already are kept.

    The states of all rows are kept in memory, that of a GPU if there is one: of three million tokens 4.5 GB.

    Args:
        recipe: What is trained.
        data: The folder that holds the labelled sets.
        out: Rows, the trained layers and the model go here.
        terms: ``open`` leaves out the sets whose terms are restricted.
        processes: How many read at the same time.

    Raises:
        ConfigError: What the branch grows on is no exported model, or lies where the result goes; a set is missing; or
            ``out`` holds what was made of other rows or settings.
    """
    from transformers import AutoTokenizer

    recipe, shipped = recipe.on_terms(terms), out / recipe.name
    weights = exported(recipe.of, shipped)
    counts = make_support_rows(recipe.support, recipe.fit.seed, data, out, processes)
    tokenizer = AutoTokenizer.from_pretrained(**weights.from_pretrained_arguments())
    model = _fitted(recipe, weights, tokenizer, out / ROWS, out / TRAINED)
    _ship(recipe, weights, tokenizer, model, examples_of(out / ROWS), shipped)
    scores = dev_scores(shipped, out / DEV, SUPPORT)
    temperature = round(fit_temperature([scores[name] for name in recipe.support.calibrate_on]), 3)
    config = json.loads((shipped / "config.json").read_text(encoding="utf-8")).get("newstance", {})
    # The narrower terms are those of the whole folder; the ones of what the branch grows on stand there already.
    restricted = any(labelled.restricted for labelled in recipe.training_sets())
    own = {"terms": terms, "use": recipe.use()} if restricted else {}
    write_config(shipped, {"temperatures": config.get("temperatures", {}) | {SUPPORT: temperature}} | own)
    return Trained(shipped, terms, {SUPPORT: temperature}, scores, counts)


def _fitted(recipe: BranchRecipe, weights: Weights, tokenizer: Any, rows_file: Path, file: Path) -> Any:
    """The torch model with the branch in place of its upper layers, trained unless that was done."""
    import torch
    from safetensors.torch import load_file, save_file

    model = trainable(weights)
    made = recipe.fit.model_dump() | recipe.model_dump(include={"max_length", "runs"})
    made |= {"base": model_hash(model), "rows": file_hash(rows_file)}
    check(made, file.parent)
    if not file.is_file():
        note(file.parent, made)
        rows = read_rows(rows_file)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        going = Continued(model.to(device), tokenizer, recipe.max_length, recipe.fit, LABELS, has_bfloat16(device))
        states = going.states([(row["text"], row["question"]) for row in rows])
        log.info("%d rows, %d tokens", len(rows), sum(map(len, states)))
        learned = _mean(_runs(going, recipe.runs, states, rows))
        unfinished = file.with_suffix(".unfinished")  # a kill must not leave half of it where all is looked for
        save_file(learned, str(unfinished))
        unfinished.rename(file)
    model.load_state_dict(load_file(str(file)), strict=False)
    return model.cpu().eval()


def _runs(
    going: Continued, runs: int, states: Sequence[Any], rows: Sequence[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """The weights that each run learned."""
    for run in range(runs):
        going.fit(states, [row["label"] for row in rows], [row["weight"] for row in rows], run)
        yield {name: p.detach().cpu().clone() for name, p in going.model.named_parameters() if p.requires_grad}


def _mean(several: Iterable[dict[str, Any]]) -> dict[str, Any]:
    total, *others = several
    for learned in others:
        for name, value in learned.items():
            total[name] += value
    return {name: value / (1 + len(others)) for name, value in total.items()}


def _ship(
    recipe: BranchRecipe,
    weights: Weights,
    tokenizer: Any,
    model: Any,
    pairs: Sequence[tuple[str, str]],
    folder: Path,
) -> None:
    """Write the model that the branch grows on, with the branch."""
    columns = columns_of(weights.path / "model.onnx")
    upper = _layers_above(model, recipe.fit.trained_layers)
    examples = [encoded_pair(tokenizer, *pair, recipe.max_length) for pair in pairs]
    rounded = compensated(model, examples, {module_of(n): c for n, c in columns.items() if module_of(n) in upper})
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        export(rounded, tokenizer, Path(scratch) / "own", recipe.form, columns=columns)
        models = read_models(weights.path) | {SUPPORT: read_models(Path(scratch) / "own")[MAIN]}
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    save_models(models, folder)
    copy_others(weights.path, folder)


def _layers_above(model: Any, number: int) -> set[str]:
    layers = model.base_model.encoder.layer
    kept = {id(module) for layer in list(layers)[len(layers) - number :] for module in layer.modules()}
    return {name for name, module in model.named_modules() if id(module) in kept}
