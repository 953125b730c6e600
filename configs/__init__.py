"""The YAML files and the one loader that reads them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .errors import SettingsError
from .lazy import lazily

if TYPE_CHECKING:
    from .settings import Settings, load

__all__ = ["FOLDER", "Settings", "SettingsError", "find", "load", "names"]

FOLDER = Path(__file__).parent
__getattr__, __dir__ = lazily(__name__, {"settings": "Settings load"})


def names(kind: str) -> list[str]:
    """Names of the shipped files of a kind: profiles, topics, training or eval."""
    return sorted(path.stem for path in (FOLDER / kind).glob("*.yaml"))


def find(kind: str, name: str | Path) -> Path:
    """The file of a shipped name or of a path.

    Raises:
        SettingsError: There is neither.
    """
    shipped = FOLDER / kind / f"{name}.yaml"
    if shipped.is_file():
        return shipped
    if Path(name).is_file():
        return Path(name)
    raise SettingsError(
        f"no file and no shipped {kind} file is named {name}; shipped: {', '.join(names(kind)) or 'none'}"
    )
