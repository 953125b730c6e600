"""Weights moved onto the grid that they will be rounded to, so that each error is made up for by what is rounded later.

GPTQ (Frantar et al. 2023, "GPTQ: Accurate post-training quantization for generative pre-trained transformers"), here
with seven bits and a scale for each output, as ``export`` rounds. Columns that stay in float32 come last and take what
is left of the errors.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .first_token import first_token_alone

STEPS = 64  # of seven bits, on each side of zero
_DAMP = 0.01  # of the mean square of an input that is rounded; for directions that examples do not show
_BLOCK = 128  # columns between two updates of all that follow


def compensated(model: Any, examples: Iterable[Mapping[str, np.ndarray]], columns: Mapping[str, np.ndarray]) -> Any:
    """A copy of a model whose linear layers lie on the grid of seven bits, but for the columns that stay in float32.

    Args:
        model: A torch model.
        examples: Inputs as ``tokenizer(..., return_tensors="np")`` gives them.
        columns: By the name of a layer, which of its inputs stay in float32; other layers stay as they are.

    Raises:
        ValueError: The model has no such layer.
    """
    import torch

    small = copy.deepcopy(model).eval()
    layers = {name: module for name, module in small.named_modules() if name in columns}
    if unknown := sorted(set(columns) - set(layers)):
        raise ValueError(f"the model has no layers {', '.join(unknown[:3])}")
    moments = {name: torch.zeros(module.in_features, module.in_features) for name, module in layers.items()}

    def watch(name: str) -> Any:
        def look(module: Any, given: Any) -> None:
            rows = given[0].reshape(-1, module.in_features)
            moments[name].addmm_(rows.T, rows)

        return look

    hooks = [module.register_forward_pre_hook(watch(name)) for name, module in layers.items()]
    # What is read by the first token alone is what is computed of the last layer, in every form that is rounded.
    with torch.inference_mode(), first_token_alone(small):
        for example in examples:
            small(**{name: torch.as_tensor(values) for name, values in example.items()})
    for hook in hooks:
        hook.remove()
    with torch.no_grad():
        for name, module in layers.items():
            module.weight.copy_(on_grid(module.weight, moments[name], columns[name]))
    return small


def on_grid(weight: Any, moments: Any, kept: np.ndarray) -> Any:
    """A matrix on its grid, with outputs nearer to what they were than by rounding alone.

    Args:
        weight: Shape (outputs, inputs).
        moments: The sum of the outer products of the inputs, shape (inputs, inputs).
        kept: The inputs whose columns are not rounded.

    Returns:
        Shape (outputs, inputs); in every row the largest weight keeps its place, so that rounding finds the same grid.
    """
    import torch

    rounded = torch.ones(weight.shape[1], dtype=torch.bool)
    rounded[torch.tensor(kept, dtype=torch.long)] = False
    # Those with much to say go first: what follows makes up for them. The ones that stay in float32 go last.
    order = torch.argsort(moments.diagonal() * rounded - 1.0 * ~rounded, descending=True)
    count = int(rounded.sum())
    work = weight.detach().double()[:, order]
    scale = work[:, :count].abs().amax(1).clamp(min=1e-12) / STEPS
    largest = work[:, :count].abs().argmax(1)
    hessian = moments.double()[order][:, order]
    hessian += torch.eye(len(hessian), dtype=hessian.dtype) * (
        _DAMP * hessian.diagonal()[:count].mean().clamp(min=1e-12)
    )
    shares = torch.linalg.cholesky(torch.cholesky_inverse(torch.linalg.cholesky(hessian)), upper=True)
    for first in range(0, count, _BLOCK):
        last = min(first + _BLOCK, count)
        errors = torch.zeros(len(work), last - first, dtype=work.dtype)
        for i in range(first, last):
            steps = (work[:, i] / scale).round().clamp(-STEPS, STEPS)
            steps = torch.where(largest == i, torch.where(work[:, i] < 0, -STEPS, STEPS).to(steps), steps)
            errors[:, i - first] = (work[:, i] - steps * scale) / shares[i, i]
            work[:, i + 1 : last] -= errors[:, i - first, None] * shares[i, None, i + 1 : last]
            work[:, i] = steps * scale
        work[:, last:] -= errors @ shares[first:last, last:]
    found = torch.empty_like(work)
    found[:, order] = work
    return found.to(weight.dtype)
