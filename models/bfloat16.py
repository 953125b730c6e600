"""Whether a machine computes in bfloat16; where it only imitates that, it takes many times as long."""

from __future__ import annotations


def has_bfloat16(device: str = "cpu") -> bool:
    """Whether a device has arithmetic for bfloat16."""
    import torch

    if device.startswith("cuda"):
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device == "cpu" and bool(torch.cpu._is_avx512_bf16_supported())
