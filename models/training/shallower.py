"""A model of fewer layers from a fitted one: the layers that its answers need least are left out.

After Sajjad et al. 2023, "On the effect of dropping layers of pre-trained transformer models"; which layers go is
measured here on rows, one after another. What stays learns again, with the whole model as its teacher (``fit.py``).
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Sequence
from typing import Any

from .batching import Encoded, own_outputs, padded

log = logging.getLogger(__name__)


def distance_to(logits: Any, taught: Any, targets: Any, weights: Any) -> Any:
    """How far answers are from a teacher's: the Kullback-Leibler divergence over the outputs of each row's own head.

    Args:
        logits: Shape (rows, labels).
        taught: The teacher's, the same shape.
        targets: Indices of labels, shape (rows,); they say which head a row is for.
        weights: Shape (rows,).
    """
    others = ~own_outputs(targets)
    own, wanted = (values.float().masked_fill(others, -1e4).log_softmax(-1) for values in (logits, taught))
    apart = (wanted.exp() * (wanted - own)).sum(-1)
    return (apart * weights).sum() / weights.sum()


def needed_layers(
    model: Any, layers: int, encoded: Encoded, batches: Sequence[list[int]], bf16: bool = False
) -> list[int]:
    """The layers that a model's answers need most.

    Args:
        model: A sequence classifier whose encoder has a list of layers; it is not in training afterwards.
        layers: How many stay.
        encoded: Rows.
        batches: Which of them are looked at.
        bf16: Whether to compute in bfloat16.

    Returns:
        Their indices, from below.
    """
    import torch

    encoder = model.base_model.encoder
    every = encoder.layer
    kept = list(range(len(every)))
    taught = _answers(model, encoded, batches, bf16)
    try:
        while len(kept) > layers:
            costs = {}
            for left_out in kept:
                encoder.layer = torch.nn.ModuleList(every[i] for i in kept if i != left_out)
                answers = _answers(model, encoded, batches, bf16)
                costs[left_out] = sum(
                    float(distance_to(one, other, targets, weights))
                    for (one, targets, weights), (other, _, _) in zip(answers, taught, strict=True)
                ) / len(taught)
            least = min(costs, key=costs.__getitem__)
            log.info("without layer %d: divergence %.4f", least, costs[least])
            kept.remove(least)
    finally:
        encoder.layer = every
    return kept


def with_layers(model: Any, kept: Sequence[int]) -> Any:
    """A copy of a model, on its device, that has these of its layers alone."""
    import torch

    small = copy.deepcopy(model)
    small.base_model.encoder.layer = torch.nn.ModuleList(small.base_model.encoder.layer[i] for i in kept)
    small.config.num_hidden_layers = len(kept)
    return small


def _answers(model: Any, encoded: Encoded, batches: Sequence[list[int]], bf16: bool) -> list[tuple[Any, Any, Any]]:
    """Logits, targets and weights of each batch."""
    import torch

    device = next(model.parameters()).device
    model.eval()
    found = []
    for batch in batches:
        inputs = padded([(*encoded[i][:3], None) for i in batch], model.config.pad_token_id)
        given = {name: inputs[name].to(device) for name in ("input_ids", "attention_mask")}
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            logits = model(**given).logits
        found.append((logits, inputs["targets"].to(device), inputs["weights"].to(device)))
    return found
