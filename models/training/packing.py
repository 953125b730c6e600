"""Weights in less room: matrices as int8 with a float16 scale for each 64 inputs, everything else as float16.

For carrying weights between machines, in files of a bounded size. Needs torch and safetensors alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .origins import note, origin

_BLOCK = 64  # inputs that share a scale
_ROUNDED, _SCALE = "|q", "|scale"  # behind a matrix's name
_FILES = "packed-{:02d}.safetensors"
_BESIDE = ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")
PART_LIMIT = 15 * 2**20  # bytes of tensors in one file


def packed(state: Mapping[str, Any], rounded: bool = True) -> dict[str, Any]:
    """The tensors of a state dict in less room.

    Args:
        state: Tensors by name; numbers that are no fractions are left out.
        rounded: Matrices to eight bits; else float16 for all.
    """
    import torch

    made: dict[str, Any] = {}
    for name, value in state.items():
        if not value.is_floating_point():
            continue
        if rounded and value.dim() == 2 and value.shape[1] % _BLOCK == 0:
            blocks = value.detach().float().cpu().reshape(value.shape[0], -1, _BLOCK)
            scale = (blocks.abs().amax(-1) / 127).clamp(min=2.0**-24).to(torch.float16)
            made[name + _ROUNDED] = (
                (blocks / scale.float().unsqueeze(-1)).round().clamp(-127, 127).to(torch.int8).reshape(value.shape)
            )
            made[name + _SCALE] = scale
        else:
            made[name] = value.detach().to("cpu", torch.float16).contiguous()
    return made


def unpacked(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """What ``packed`` was given, as float32, up to rounding."""
    state = {}
    for name, value in tensors.items():
        if name.endswith(_ROUNDED):
            scale = tensors[name.removesuffix(_ROUNDED) + _SCALE].float()
            blocks = value.float().reshape(*scale.shape, _BLOCK) * scale.unsqueeze(-1)
            state[name.removesuffix(_ROUNDED)] = blocks.reshape(value.shape)
        elif not name.endswith(_SCALE):
            state[name] = value.float()
    return state


def save_parts(tensors: Mapping[str, Any], folder: Path, limit: int = PART_LIMIT) -> list[Path]:
    """Write tensors to safetensors files that hold at most ``limit`` bytes each, unless one tensor alone has more."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(_FILES.replace("{:02d}", "*")):
        old.unlink()
    written = []
    for i, part in enumerate(_parts(tensors, limit)):
        written.append(folder / _FILES.format(i))
        save_file(part, str(written[-1]))
    return written


def load_parts(folder: Path) -> dict[str, Any]:
    """The tensors of all such files in a folder; empty if there are none."""
    from safetensors.torch import load_file

    tensors: dict[str, Any] = {}
    for path in sorted(folder.glob(_FILES.replace("{:02d}", "*"))):
        tensors |= load_file(str(path))
    return tensors


def _parts(tensors: Mapping[str, Any], limit: int) -> Iterator[dict[str, Any]]:
    part: dict[str, Any] = {}
    filled = 0
    for name, value in tensors.items():
        size = value.numel() * value.element_size()
        if part and filled + size > limit:
            yield part
            part, filled = {}, 0
        part[name] = value
        filled += size
    if part:
        yield part


def pack_folder(folder: Path, out: Path) -> list[Path]:
    """A copy of a model's folder with its weights packed; ``fit`` takes it as a base.

    Args:
        folder: As transformers writes it.
        out: Where to.

    Returns:
        The files with weights.
    """
    import shutil

    from safetensors.torch import load_file

    out.mkdir(parents=True, exist_ok=True)
    for name in _BESIDE:
        if (folder / name).is_file():
            shutil.copyfile(folder / name, out / name)
    note(out, origin(folder))
    return save_parts(packed(load_file(str(folder / "model.safetensors"))), out)


def main() -> None:
    """Pack a model's folder, from the command line."""
    import argparse

    parser = argparse.ArgumentParser(description="A model's folder in a quarter of its room, for a fit elsewhere.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    chosen = parser.parse_args()
    for path in pack_folder(chosen.folder, chosen.out):
        print(f"{path} {path.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
