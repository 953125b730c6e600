"""Whether a machine computes in bfloat16; where it only imitates that, it takes many times as long."""

from __future__ import annotations

import os

# How many shapes oneDNN, and torch's layer above it, remember the code for; each takes half a megabyte, and a text that
# is written word by word has a new shape with each. Their own 1,024 took more than a gigabyte, and no less time.
_SHAPES = "64"
REMEMBERED = ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY")


def bound_shapes() -> None:
    """Keep products in bfloat16 on a CPU from taking more memory with each shape; who has set a bound keeps it.

    They read it when the first product is asked for, so this goes before that.
    """
    for name in REMEMBERED:
        os.environ.setdefault(name, _SHAPES)


def has_bfloat16(device: str = "cpu") -> bool:
    """Whether a device has arithmetic for bfloat16."""
    import torch

    if device.startswith("cuda"):
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device == "cpu" and bool(torch.cpu._is_avx512_bf16_supported())
