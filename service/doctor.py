"""``newstance doctor``: what each profile needs, what of it is there, and on what it would run."""

from __future__ import annotations

import json
import platform
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from newstance import configs
from newstance.configs.extras import install_command
from newstance.models.errors import NewstanceError
from newstance.models.pairs import usable_cores
from newstance.models.sources import SETUP_COMMAND, Weights, cache_folder, locate

from .profile import Profile

# By extra, what one of its parts is told by.
_EXTRAS = {
    "documents": ("mammoth", "pypdf", "striprtf"),
    "serve": ("fastapi", "fastapi_offline", "gradio", "prometheus_client", "uvicorn"),
    "corpus": ("duckdb", "pandas", "plotly", "pyarrow"),
    "exchange": ("krippendorff", "lxml", "networkx"),
    "eval": ("matplotlib", "rouge_score", "sklearn", "vaderSentiment"),
}
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
    for extra, packages in _EXTRAS.items():
        if lacking := [package for package in packages if find_spec(package) is None]:
            said = f"{extra}: {', '.join(lacking)} not installed; get it with: {install_command(extra)}"
            console.print(escape(said), soft_wrap=True)
    console.print(f"device: {_device()}\ncache: {cache_folder()}")
    return 0 if ready else 1


def weights_of(profile: Profile) -> dict[str, str]:
    """The source of each part's weights."""
    sources = {"annotator": profile.annotator.source, "stance": profile.stance.source}
    if profile.summarizer.source:
        sources["summarizer"] = profile.summarizer.source
    if profile.summarizer.adapter:
        sources["summarizer's adapter"] = profile.summarizer.adapter
    if profile.consistency.source:
        sources["consistency"] = profile.consistency.source
    sources["embeddings"] = profile.consistency.embeddings
    return sources


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
        return "not installed"


def _device() -> str:
    import torch

    if torch.cuda.is_available():
        return torch.cuda.get_device_name(0)
    return f"CPU, {usable_cores()} cores"
