"""The last layer for the first token alone, which is all of it that a pair classifier's head reads.

Its keys and values are still those of all tokens. Query, output and feed-forward of the others say nothing that
anybody reads, and are three quarters of that layer's products: leaving them out is exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any


@contextmanager
def first_token_alone(model: Any) -> Iterator[None]:
    """Within it, the last layer of an MPNet classifier is computed for the first token alone.

    Modules, and with them the products of a trace, keep their names.

    Args:
        model: A torch model with eager attention, not in training; of any other kind, it is left as it is.
    """
    from transformers import MPNetForSequenceClassification

    if not isinstance(model, MPNetForSequenceClassification):
        yield
        return
    attention = model.mpnet.encoder.layer[-1].attention
    attention.attn.forward = partial(_attended, attention.attn)
    # What it normalizes is a sum of what was attended and the states of all tokens.
    first = attention.LayerNorm.register_forward_pre_hook(lambda module, given: (given[0][:, :1],))
    try:
        yield
    finally:
        first.remove()
        del attention.attn.forward  # that of its class is found again


def _attended(attn: Any, states: Any, mask: Any, bias: Any, **others: Any) -> tuple[Any]:
    """As ``MPNetSelfAttention.forward``, with the query of the first token alone."""

    def heads(projected: Any) -> Any:
        return projected.view(states.shape[0], -1, attn.num_attention_heads, attn.attention_head_size).transpose(1, 2)

    query, key, value = heads(attn.q(states[:, :1])), heads(attn.k(states)), heads(attn.v(states))
    scores = query @ key.transpose(-1, -2) / math.sqrt(attn.attention_head_size) + bias[:, :, :1]
    if mask is not None:
        scores = scores + mask[:, :, :1]
    return (attn.o((scores.softmax(-1) @ value).transpose(1, 2).flatten(2)),)
