"""What a training was made of, in a file beside the weights or checkpoints that it left: others are not taken for them.

This file needs torch alone, and nothing of newstance but its neighbours; see ``fit.py``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import ConfigError

NOTE = "made-of.json"


def note(folder: Path, made_of: Mapping[str, Any]) -> None:
    """Write down what the weights or checkpoints in a folder are made of."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NOTE).write_text(json.dumps(made_of, indent=1) + "\n", encoding="utf-8")


def check(made_of: Mapping[str, Any], *folders: Path) -> None:
    """See that what lies in folders, as far as they are there, was made of this.

    Raises:
        ConfigError: It was made of something else, or nothing tells what of.
    """
    wanted = json.loads(json.dumps(made_of))
    for folder in folders:
        if not folder.is_dir():
            continue
        known = _noted(folder)
        if known is None:
            raise ConfigError(f"{folder} has no {NOTE} to tell what it was made of; {_remedy(folder)}")
        if other := sorted(name for name in known | wanted if known.get(name) != wanted.get(name)):
            raise ConfigError(f"{folder} is of a training with other {', '.join(other)}; {_remedy(folder)}")


def origin(base: Path) -> dict[str, Any]:
    """What a base is: what it was made of if it was trained here, else the hash of its weights."""
    known = _noted(base)
    if known is not None:
        return known
    whole = base / "model.safetensors"
    digest = hashlib.sha256()
    for path in [whole] if whole.is_file() else sorted(base.glob("*.safetensors")):
        digest.update(path.read_bytes())
    return {"weights": digest.hexdigest()}


def file_hash(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def model_hash(model: Any) -> str:
    """The SHA-256 of a torch model's weights, whatever files they came in."""
    import torch

    digest = hashlib.sha256()
    for name, value in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy())
    return digest.hexdigest()


def _noted(folder: Path) -> dict[str, Any] | None:
    path = folder / NOTE
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def _remedy(folder: Path) -> str:
    return f"choose another --out, or remove {folder}"
