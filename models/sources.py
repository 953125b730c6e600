"""Where weights come from.

One string names a model's weights, in every profile and on the command line:

* ``hub:OWNER/NAME[@REVISION]``: the Hugging Face hub, through its own cache
* ``path:./folder`` or ``path:./file.gguf``: on this machine
* ``package:NAME/inner/path``: inside an installed Python package, found without importing it
* ``bundled:NAME``: trained by this project, in ``models/bundled/NAME``

Missing weights are an error that says what was looked for and what gets them; never a silent fallback.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
from filelock import FileLock

from .errors import ConfigError, WeightsNotFoundError

BUNDLED = Path(__file__).parent / "bundled"
SETUP_COMMAND = "newstance setup"
_CONFIGS = ("config.json", "adapter_config.json")
_FORMS = "hub:OWNER/NAME@REVISION, path:FOLDER_OR_FILE, package:NAME/PATH or bundled:NAME"


@dataclass(frozen=True)
class Weights:
    """Where a source's weights are.

    Attributes:
        source: The string that named them.
        location: A folder or file on this machine, or a hub id.
        revision: The hub revision; None for anything on this machine, and for an unpinned hub id.
        is_hub: Whether ``location`` is a hub id.
    """

    source: str
    location: str
    revision: str | None = None
    is_hub: bool = False

    @property
    def path(self) -> Path:
        """The folder or file on this machine."""
        if self.is_hub:
            raise ConfigError(f"{self.source} is on the hub, where a local path is needed")
        return Path(self.location)

    @property
    def is_onnx(self) -> bool:
        """Whether this is a folder with a ``model.onnx``."""
        return not self.is_hub and (self.path / "model.onnx").is_file()

    def from_pretrained_arguments(self) -> dict[str, object]:
        """The arguments for ``from_pretrained``: no pickle is read and no remote code is run."""
        return {
            "pretrained_model_name_or_path": self.location,
            "revision": self.revision or "main",
            "trust_remote_code": False,
        }


def locate(source: str) -> Weights:
    """Find the weights that a source string names.

    Nothing is downloaded here: a hub id is fetched by the model's own loader, through the hub's cache.

    Raises:
        ConfigError: The string has none of the four forms.
        WeightsNotFoundError: There is nothing at the place that it names.
    """
    kind, _, name = source.partition(":")
    if not name:
        raise ConfigError(f"{source!r} does not name weights; expected {_FORMS}")
    if kind == "hub":
        location, _, revision = name.partition("@")
        return Weights(source, location, revision or None, is_hub=True)
    if kind == "path":
        path, remedy = Path(name).expanduser().resolve(), "check the path"
    elif kind == "package":
        path, remedy = _in_package(source, name), "reinstall the package"
    elif kind == "bundled":
        path = BUNDLED / name
        remedy = f"bundled models are: {', '.join(bundled_names()) or 'none'}"
    else:
        raise ConfigError(f"{source!r} starts with {kind!r}; expected {_FORMS}")
    if not path.exists():
        raise WeightsNotFoundError(f"no weights for {source}: looked for {path}; {remedy}")
    return Weights(source, str(path))


def bundled_names() -> list[str]:
    """Names of the models and adapters that this project trained and ships."""
    return sorted(p.parent.name for p in BUNDLED.glob("*/*config.json") if p.name in _CONFIGS)


def _in_package(source: str, name: str) -> Path:
    package, _, inner = name.partition("/")
    # find_spec of a top-level name looks the package up without running any of its code; of a dotted one not.
    spec = None if "." in package else importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise WeightsNotFoundError(
            f"no weights for {source}: the Python package {package!r} is not installed; get it with: {SETUP_COMMAND}"
        )
    return Path(next(iter(spec.submodule_search_locations))) / inner


def cache_folder() -> Path:
    """Where converted weights are kept: ``$NEWSTANCE_CACHE``, or the user's cache folder."""
    chosen = os.environ.get("NEWSTANCE_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("newstance"))


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, as a hexadecimal string."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def make_once(key: str, make: Callable[[Path], None]) -> Path:
    """A folder in the cache, made by ``make(folder)`` if it is not there yet.

    Safe when several processes ask at the same moment: one makes it while the others wait, and a folder
    appears under its name only when it is whole.
    """
    folder = cache_folder() / key
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            unfinished = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
            try:
                make(unfinished)
                unfinished.rename(folder)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
    return folder


def converted_gguf(path: Path, change: Callable[[Any], Any] = lambda model: model, changed_by: str = "") -> Path:
    """A transformers folder with the weights of a GGUF file, converted once and kept in the cache.

    The cache key holds the file's hash, so a changed file is converted anew.

    Args:
        path: The file.
        change: What is done to the model before it is kept, in float32: an adapter merged into it.
        changed_by: A fingerprint of that change; it goes into the cache key.
    """

    def convert(folder: Path) -> None:
        import torch
        import transformers

        tokenizer = transformers.AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
        # Newer transformers keeps GGUF weights packed unless told otherwise, and cannot save those.
        packing = getattr(transformers, "GgufConfig", None)
        unpacked = {"quantization_config": packing(dequantize=True)} if packing else {}
        dtype = torch.float32 if changed_by else torch.bfloat16
        model = transformers.AutoModelForCausalLM.from_pretrained(
            path.parent, gguf_file=path.name, dtype=dtype, **unpacked
        )
        tokenizer.save_pretrained(folder)
        change(model).to(torch.bfloat16).save_pretrained(folder)

    key = "-".join([path.stem, sha256_of(path)[:16], *([changed_by[:16]] if changed_by else [])])
    return make_once(f"gguf/{key}", convert)


def joined_archive(parts: Sequence[str], sha256: str) -> Path:
    """The folder in a zip archive that comes in pieces, each named by a source string.

    Args:
        parts: Sources of the pieces, in order.
        sha256: What the archive's ``model.safetensors`` must hash to.

    Raises:
        WeightsNotFoundError: A piece is missing, or the joined archive holds other weights.
    """
    pieces = [locate(part).path for part in parts]

    def join(folder: Path) -> None:
        archive = folder / "archive.zip"
        with archive.open("wb") as joined:
            for piece in pieces:
                with piece.open("rb") as file:
                    shutil.copyfileobj(file, joined)
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(folder)
        archive.unlink()
        if sha256_of(_weights_below(folder)) != sha256:
            raise WeightsNotFoundError(f"the archive {parts[0]} ... does not hold weights with sha256 {sha256}")

    return _weights_below(make_once(f"archive/{sha256[:16]}", join)).parent


def _weights_below(folder: Path) -> Path:
    found = sorted(folder.rglob("model.safetensors"))
    if not found:
        raise WeightsNotFoundError(f"no model.safetensors below {folder}; delete that folder and try again")
    return found[0]
