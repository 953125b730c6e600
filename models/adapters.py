"""Adapters: what a training changed of a generative model, in a small file beside it (PEFT format).

An adapter is merged into its model as it is loaded, so that it costs nothing when the model writes.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from .errors import ModelError, WeightsNotFoundError
from .sources import Weights, locate, sha256_of

CONFIG_FILE, WEIGHTS_FILE = "adapter_config.json", "adapter_model.safetensors"


def adapter_folder(source: str) -> Path:
    """The folder on this machine of the adapter that a source string names; one on the hub is fetched.

    Raises:
        ConfigError: The string names no weights.
        WeightsNotFoundError: There is nothing at the place that it names, or no adapter in the PEFT format.
    """
    weights = locate(source)
    folder = _fetched(weights) if weights.is_hub else weights.path
    missing = [name for name in (CONFIG_FILE, WEIGHTS_FILE) if not (folder / name).is_file()]
    if missing:
        raise WeightsNotFoundError(
            f"{source} holds no adapter: {folder} lacks {' and '.join(missing)}; name a folder as `peft` saves it, "
            "with safetensors"
        )
    return folder


def _fetched(weights: Weights) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    try:
        # Nothing else is fetched: a repository may hold pickled weights, too.
        folder = snapshot_download(
            weights.location, revision=weights.revision, allow_patterns=[CONFIG_FILE, WEIGHTS_FILE]
        )
    except (OSError, ValueError, HfHubHTTPError) as error:
        raise WeightsNotFoundError(f"the adapter {weights.source} could not be fetched: {error}") from error
    return Path(folder)


def fingerprint(folder: Path) -> str:
    """What changes whenever an adapter's weights or settings do, as a hexadecimal string."""
    parts = "".join(sha256_of(folder / name) for name in (CONFIG_FILE, WEIGHTS_FILE))
    return hashlib.sha256(parts.encode()).hexdigest()


def merged(model: Any, folder: Path, source: str) -> Any:
    """A model with an adapter merged into its weights.

    Args:
        model: A transformers model; its weights change.
        folder: Of the adapter; see ``adapter_folder``.
        source: What errors call the adapter.

    Raises:
        ModelError: The adapter is of a kind that cannot be merged, or it was not made for this model.
    """
    from peft import PeftConfig, get_peft_model, set_peft_model_state_dict
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        config = PeftConfig.from_pretrained(str(folder))
        if config.is_prompt_learning:
            raise ModelError(f"the adapter {source} is made of prompts and cannot be merged; use a LoRA adapter")
        # Where its model lay when it was trained is of no interest here; peft would warn of another place.
        config.base_model_name_or_path = getattr(model, "name_or_path", None)
        wrapped = get_peft_model(model, config)
        outcome = set_peft_model_state_dict(wrapped, load_file(folder / WEIGHTS_FILE))
        strange = [*outcome.unexpected_keys, *(key for key in outcome.missing_keys if wrapped.prefix in key)]
    except (OSError, ValueError, TypeError, KeyError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"the adapter {source} does not fit this model: {_briefly(error)}") from error
    if strange:
        # Left as it is, a part would have no effect, or random numbers would take the place of what was trained.
        raise ModelError(f"the adapter {source} does not fit this model: {sorted(strange)[:3]} are in only one of them")
    return wrapped.merge_and_unload()


def _briefly(error: Exception) -> str:
    """What an error says, in one line: torch lists each weight that does not fit."""
    return " ".join(str(error).split())[:300]
