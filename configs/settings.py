"""What is read from a YAML file: its base class, the loader, and what is wrong with a file in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from . import find
from .errors import SettingsError


class Settings(BaseModel):
    """Base of everything read from a YAML file: typed, checked when made, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


SettingsType = TypeVar("SettingsType", bound=Settings)


def load(kind: str, name: str | Path, settings: type[SettingsType]) -> SettingsType:
    """Read and check a settings file.

    Args:
        kind: profiles, topics, training or eval.
        name: A shipped name, or a path to a YAML file.
        settings: What the file must fit.

    Raises:
        SettingsError: The file is missing, cannot be read, is no YAML, or does not fit; the message names file and key.
    """
    path = find(kind, name)
    try:
        return settings.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except yaml.YAMLError as error:
        raise SettingsError(f"{path} is no valid YAML: {error}") from error
    except ValidationError as error:
        raise SettingsError(f"{path}: {'; '.join(map(_in_words, error.errors()))}") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}); let newstance read it") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not in UTF-8 ({error}); save it in UTF-8") from error
    except ValueError as error:
        raise SettingsError(
            f"{path} holds a date or number that there is not ({error}); mend it, or put it in quotation marks"
        ) from error
    except RecursionError as error:
        raise SettingsError(f"{path} has too many brackets or keys inside of one another; take some out") from error


# What a reader of YAML may do wrong, by pydantic's name for it; other slips are told in pydantic's words.
_SLIPS = {
    "missing": "is missing",
    "extra_forbidden": "is no key that is known here",
    "string_type": "must be text, and is {input!r:.60}; put it in quotation marks",
    "int_type": "must be a whole number, and is {input!r:.60}",
    "int_parsing": "must be a whole number, and is {input!r:.60}",
    "int_from_float": "must be a whole number, and is {input!r:.60}",
    "float_type": "must be a number, and is {input!r:.60}",
    "float_parsing": "must be a number, and is {input!r:.60}",
    "bool_type": "must be true or false, and is {input!r:.60}",
    "bool_parsing": "must be true or false, and is {input!r:.60}",
    "literal_error": "must be one of {ctx[expected]}, and is {input!r:.60}",
    "list_type": "must be a list, each item on a line of its own behind a hyphen",
    "dict_type": "must hold keys and values, each on a line such as key: value",
    "model_type": "must hold keys and values, each on a line such as key: value",
    "greater_than": "must be more than {ctx[gt]:g}, and is {input!r:.60}",
    "greater_than_equal": "must be at least {ctx[ge]:g}, and is {input!r:.60}",
    "less_than": "must be less than {ctx[lt]:g}, and is {input!r:.60}",
    "less_than_equal": "must be at most {ctx[le]:g}, and is {input!r:.60}",
    "value_error": "{ctx[error]}",
}


def _in_words(problem: Any) -> str:
    """What is wrong with a settings file, in words for whoever wrote it."""
    place = ".".join(str(part) for part in problem["loc"] if part != "[key]") or "file"
    words = _SLIPS.get(problem["type"], "{msg}").format(**problem)
    return f"{place}: {words}"
