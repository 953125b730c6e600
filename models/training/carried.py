"""A fitted model on its way back from another machine: its weights in small files, and the model from them."""

from __future__ import annotations

import shutil
from pathlib import Path

from ..errors import ConfigError
from .fit import TORCH, FitSettings, start, tokenizer_of
from .origins import NOTE
from .packing import load_parts, packed, save_parts, unpacked

_FROZEN = ".embeddings."


def save_packed(folder: Path, out: Path, rounded: bool = True) -> list[Path]:
    """A fitted model's weights in small files, without the embeddings, which are the base's own; and its note."""
    from safetensors.torch import load_file

    state = {name: v for name, v in load_file(str(folder / "model.safetensors")).items() if _FROZEN not in name}
    paths = save_parts(packed(state, rounded), out)
    shutil.copyfile(folder / NOTE, out / NOTE)
    return paths


def restore(parts: Path, base: Path, out: Path, settings: FitSettings) -> Path:
    """The folder of a model whose weights came back from a fit elsewhere, as ``save_packed`` wrote them.

    Args:
        parts: The folder of the small files.
        base: What the model was fitted from; its embeddings are taken.
        out: The model's folder becomes ``out / TORCH``, as ``fit`` writes it.
        settings: As for ``fit``.

    Raises:
        ConfigError: Files are missing, or belong to another model.
    """
    model = start(base, settings)
    state = unpacked(load_parts(parts))
    expected = {name for name, value in model.state_dict().items() if value.is_floating_point() and _FROZEN not in name}
    if set(state) != expected:
        wrong = sorted(set(state) ^ expected)
        raise ConfigError(
            f"{parts} holds other weights than this model's: {', '.join(wrong[:3])}; are all files there?"
        )
    model.load_state_dict(state, strict=False)
    model.save_pretrained(out / TORCH)
    tokenizer_of(base).save_pretrained(out / TORCH)
    shutil.copyfile(parts / NOTE, out / TORCH / NOTE)
    return out / TORCH
