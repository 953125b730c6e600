"""How an extra is installed beside this newstance, from where it came: its name may be anybody's on an index."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from importlib import metadata
from urllib.parse import urlsplit
from urllib.request import url2pathname

from .errors import ConfigError

_NAME = "newstance"


def lacking(what: str, extra: str) -> ConfigError:
    """The error where packages of an extra are missing; ``what`` says what is missing, and for what."""
    return ConfigError(f"{what}; install it by: {install_command(extra)}")


def install_command(extra: str) -> str:
    """The pip command that installs what an extra of ``pyproject.toml`` needs.

    It names the checkout, file or address that newstance was installed from, as pip has written it down (PEP 610);
    where pip has written nothing, the packages of the extra.
    """
    origin = json.loads(metadata.distribution(_NAME).read_text("direct_url.json") or "{}")
    url = origin.get("url", "")
    if "vcs_info" in origin:
        url = f"{origin['vcs_info']['vcs']}+{url}@{origin['vcs_info']['commit_id']}"
    if "dir_info" in origin:
        folder = f"{url2pathname(urlsplit(url).path)}[{extra}]"
        arguments = ["--editable", folder] if origin["dir_info"].get("editable") else [folder]
    else:
        arguments = [f"{_NAME}[{extra}] @ {url}"] if url else sorted(set(_needed(extra)))
    return shlex.join(["pip", "install", *arguments])


def _needed(extra: str) -> Iterator[str]:
    from packaging.requirements import Requirement

    for line in metadata.requires(_NAME) or ():
        needed = Requirement(line)
        if needed.marker is None or not needed.marker.evaluate({"extra": extra}):
            continue
        if needed.name == _NAME:
            for other in needed.extras:
                yield from _needed(other)
        else:
            needed.marker = None
            yield str(needed)
