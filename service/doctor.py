"""``newstance doctor``: what each profile needs, what of it is there, and on what it would run."""

from __future__ import annotations

import json
import platform
from importlib.metadata import PackageNotFoundError, metadata, requires, version

from packaging.requirements import Requirement

from newstance import configs
from newstance.configs.extras import install_command
from newstance.models.errors import NewstanceError
from newstance.models.pairs import usable_cores
from newstance.models.sources import SETUP_COMMAND, Weights, cache_folder, locate

from .profile import Profile

_OWN_EXTRAS = ("dev", "docs")  # for those who work on newstance
_MISSING = "not installed"
_PACKAGES = ("newstance", "torch", "transformers", "spacy", "onnxruntime", "gradio", "datasets")


def examine() -> int:
    """Print the state of this installation.

    Returns:
        0 if the embedded profile can run, else 1.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    ready = True
    for name in configs.names("profiles"):
        profile = Profile.load(name)
        console.print(f"[bold]{name}[/]: {profile.description}")
        for part, source in weights_of(profile).items():
            is_there, state = state_of(source)
            ready &= is_there or name != "embedded"
            console.print(
                f"  {part}: {source}\n    [{'green' if is_there else 'red'}]{escape(state)}[/]",
                soft_wrap=True,
            )
    versions = Table("package", "version", box=None, padding=(0, 2, 0, 0))
    versions.add_row("python", platform.python_version())
    for package in _PACKAGES:
        versions.add_row(package, _version(package))
    console.print(versions)
    for extra, packages in packages_of_extras().items():
        if lacking := [package for package in packages if _version(package) == _MISSING]:
            said = f"{extra}: {', '.join(lacking)} not installed; get it with: {install_command(extra)}"
            console.print(escape(said), soft_wrap=True)
    console.print(f"device: {_device()}\ncache: {cache_folder()}")
    return 0 if ready else 1


def packages_of_extras() -> dict[str, list[str]]:
    """By extra, the packages that it brings; those of another that it includes are told of that one."""
    needed = [Requirement(line) for line in requires("newstance") or ()]
    return {
        extra: [
            one.name
            for one in needed
            if one.name != "newstance" and one.marker and one.marker.evaluate({"extra": extra})
        ]
        for extra in metadata("newstance").get_all("Provides-Extra", [])
        if extra not in _OWN_EXTRAS
    }


def weights_of(profile: Profile) -> dict[str, str]:
    """The source of each part's weights."""
    sources = {"annotator": profile.annotator.source, "stance": profile.stance.source}
    if profile.summarizer.source:
        sources["summarizer"] = profile.summarizer.source
    if profile.summarizer.adapter:
        sources["summarizer's adapter"] = profile.summarizer.adapter
    return sources | {"consistency": profile.consistency.source, "embeddings": profile.consistency.embeddings}


def state_of(source: str) -> tuple[bool, str]:
    """(Whether weights are on this machine, in words what is there or what gets them)."""
    try:
        weights = locate(source)
    except NewstanceError as error:
        return False, str(error)
    if weights.is_hub:
        return _hub_state(weights)
    use = _use_of(weights)
    return True, f"there; for {use}" if use else "there"


def _use_of(weights: Weights) -> str:
    """What weights may be used for, as the training of this project has written it beside them; "" if it has not."""
    config = weights.path / "config.json"
    if not config.is_file():
        return ""
    use = json.loads(config.read_text(encoding="utf-8")).get("newstance", {}).get("use", "")
    return str(use)


def _hub_state(weights: Weights) -> tuple[bool, str]:
    from huggingface_hub import try_to_load_from_cache

    pinned = "" if weights.revision else "; not pinned to a revision"
    # Large models come in pieces, and a list of them.
    for file in ("model.safetensors", "model.safetensors.index.json"):
        if isinstance(try_to_load_from_cache(weights.location, file, revision=weights.revision), str):
            return True, f"in the hub's cache{pinned}"
    return False, f"not fetched yet; fetched at first use, or by: {SETUP_COMMAND} --profile NAME{pinned}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return _MISSING


def _device() -> str:
    import torch

    if torch.cuda.is_available():
        return torch.cuda.get_device_name(0)
    return f"CPU, {usable_cores()} cores"
