"""Where a run's numbers come from: hashes of model and profile, versions, commit, machine."""

from __future__ import annotations

import hashlib
import json
import platform
import re
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from newstance.models.pairs import usable_cores
from newstance.models.sources import Weights, locate, sha256_of

_PACKAGES = (
    "newstance",
    "numpy",
    "torch",
    "transformers",
    "onnxruntime",
    "spacy",
    "datasets",
    "rouge-score",
    "vaderSentiment",
)
_SOURCE = re.compile(r"(?:hub|path|package|bundled):\S+")


def profile_sha256(profile: Any) -> str:
    """A hash of all that a profile says.

    Args:
        profile: A pydantic model.
    """
    return hashlib.sha256(json.dumps(profile.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()


def model_sha256(profile: Any) -> str:
    """A hash of all weights that a profile names.

    Weights on this machine are hashed by content, so that a model trained anew under an old name is another
    model; those on the hub by name and revision.
    """
    digest = hashlib.sha256()
    for source in sorted(set(_sources(profile.model_dump(mode="json")))):
        weights = locate(source)
        digest.update((source if weights.is_hub else _content(weights)).encode())
    return digest.hexdigest()


def model_hashes(profile: Any) -> dict[str, str]:
    """A hash of each of the weights that a profile names, by its source; of those on the hub, the revision."""
    found = {}
    for source in sorted(set(_sources(profile.model_dump(mode="json")))):
        weights = locate(source)
        told = weights.revision or "" if weights.is_hub else hashlib.sha256(_content(weights).encode()).hexdigest()
        found[source] = told
    return found


def code_sha256() -> str:
    """A hash of the code that reads and answers, with its word lists and fitted numbers, but for models.

    Changes that no commit holds yet make another one, too.
    """
    import newstance.models
    import newstance.service

    folders = [Path(str(package.__file__)).parent for package in (newstance.models, newstance.service)]
    return _hash_of(
        [(folder, path) for folder in folders for path in sorted(folder.rglob("*")) if _is_code(path, folder)]
    )


def modules_sha256(*names: str) -> str:
    """A hash of some modules of ``newstance.models``, by which what was kept of a model's words came about."""
    import newstance.models

    folder = Path(str(newstance.models.__file__)).parent
    return _hash_of([(folder, folder / f"{name}.py") for name in names])


def _is_code(path: Path, folder: Path) -> bool:
    return path.suffix in (".py", ".yaml", ".json") and path.relative_to(folder).parts[0] not in ("bundled", "training")


def _hash_of(files: Sequence[tuple[Path, Path]]) -> str:
    digest = hashlib.sha256()
    for folder, path in files:
        digest.update(f"{path.relative_to(folder)} {sha256_of(path)}".encode())
    return digest.hexdigest()


def _sources(value: Any) -> Iterator[str]:
    if isinstance(value, str) and _SOURCE.fullmatch(value):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _sources(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _sources(inner)


def _content(weights: Weights) -> str:
    if weights.path.is_file():
        return sha256_of(weights.path)
    files = sorted(path for path in weights.path.rglob("*") if path.is_file())
    return " ".join(f"{path.relative_to(weights.path)} {sha256_of(path)}" for path in files)


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that numbers may depend on."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def commit() -> str | None:
    """The commit of this checkout, with ``+changes`` if files differ from it; None outside a checkout."""
    here = Path(__file__)

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(here.parent), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout.strip()

    try:
        # Installed inside somebody else's checkout, theirs would be the wrong commit.
        git("ls-files", "--error-unmatch", here.name)
        head = git("rev-parse", "HEAD")
        return head + ("+changes" if git("status", "--porcelain") else "")
    except (OSError, subprocess.SubprocessError):
        return None


def machine() -> dict[str, str | int]:
    """The processor and what of it this process may use; no names that tell whose machine it is."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        found = re.search(r"model name\s*:\s*(.+)", cpuinfo.read_text())
        model = found[1] if found else model
    return {"system": platform.system(), "processor": model, "cores": usable_cores()}


def now() -> str:
    """The time, in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
