"""The YAML files and the one loader that reads them."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

FOLDER = Path(__file__).parent


class Settings(BaseModel):
    """Base of everything read from a YAML file: typed, checked when made, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


SettingsType = TypeVar("SettingsType", bound=Settings)


class SettingsError(ValueError):
    """A settings file is missing or wrong."""


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


def load(kind: str, name: str | Path, settings: type[SettingsType]) -> SettingsType:
    """Read and check a settings file.

    Args:
        kind: profiles, topics, training or eval.
        name: A shipped name, or a path to a YAML file.
        settings: What the file must fit.

    Raises:
        SettingsError: The file is missing, is no YAML, or does not fit; the message names file and key.
    """
    path = find(kind, name)
    try:
        return settings.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except yaml.YAMLError as error:
        raise SettingsError(f"{path} is no valid YAML: {error}") from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"{path}: {problems}") from error
