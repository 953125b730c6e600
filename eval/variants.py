"""Variants of a profile: the same profile with some settings changed, named by their dotted paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from newstance.configs.settings import Settings, SettingsType
from newstance.models.errors import InputError


class Variant(Settings):
    """Some settings other than the profile's.

    Attributes:
        name: What tables call it.
        settings: New values by dotted path, such as ``aggregation.threshold``.
    """

    name: str = Field(min_length=1)
    settings: dict[str, Any] = Field(min_length=1)


def parse_variant(text: str) -> Variant:
    """A variant of one setting, from ``aggregation.threshold=0.5``; the value is read as YAML.

    Raises:
        InputError: There is no equals sign, or the value is no YAML.
    """
    setting, sign, value = text.partition("=")
    if not sign or not setting.strip():
        raise InputError(f"{text!r} varies nothing; write a setting and its value, such as aggregation.threshold=0.5")
    try:
        return Variant(name=text, settings={setting.strip(): yaml.safe_load(value)})
    except yaml.YAMLError as error:
        raise InputError(f"the value of {text!r} is no valid YAML: {error}") from error


def load_variants(path: Path) -> list[Variant]:
    """The variants in a YAML file: a list, each with ``name`` and ``settings``.

    Raises:
        InputError: The file is missing, no YAML, or no such list.
    """
    try:
        return TypeAdapter(list[Variant]).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise InputError(f"{path} is no valid YAML: {error}") from error
    except ValidationError as error:
        raise InputError(f"{path} is no list of variants, each with name and settings: {error}") from error


def refuse_same_names(names: Sequence[str]) -> None:
    """Refuse variants that a table could not tell apart.

    Raises:
        InputError: Two have the same name.
    """
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(f"more than one variant is called {', '.join(twice)}; give each a name of its own")


def varied(profile: SettingsType, variant: Variant) -> SettingsType:
    """A profile with a variant's settings.

    Raises:
        InputError: The profile has no such setting, or the value does not fit it.
    """
    full = profile.model_dump()
    # Only what was set is set again: sections may refuse what does not go with another setting, defaults included.
    values = profile.model_dump(exclude_unset=True)
    for path, value in variant.settings.items():
        *sections, last = path.split(".")
        known, chosen = full, values
        for depth, name in enumerate(sections):
            known = _inside(known, name, ".".join(sections[:depth]), path)
            chosen = chosen.setdefault(name, known)
        _inside(known, last, ".".join(sections), path)
        chosen[last] = value
    try:
        return type(profile).model_validate(values)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise InputError(f"the variant {variant.name!r} makes no valid profile: {problems}") from error


def _inside(section: Any, name: str, where: str, path: str) -> Any:
    if isinstance(section, Mapping) and name in section:
        return section[name]
    known = ", ".join(section) if isinstance(section, Mapping) else "no settings of its own"
    raise InputError(f"the profile has no setting {path}; {where or 'it'} has {known}")
