"""Fitted numbers put into a profile's file as text, so that its comments and everything else stay.

A round trip through ruamel.yaml would be no shorter, and change more: it gives the whole file its own indentation, and
drops with a setting the comment that stands over the next one. What makes work on text safe is that nothing is written
unless it reads, as YAML, as the old profile with the new numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from newstance.models.errors import ConfigError

_MARK = "# newstance calibrate,"
_INDENT = "  "


def fitted_on(data: Mapping[str, str], date: str) -> str:
    """The comment over fitted numbers: when, and on which sets with which hash."""
    on = ", ".join(f"{name} (sha256 {sha[:12]})" for name, sha in data.items())
    return f"{_MARK} {date[:10]}, on {on}"


def section_text(section: str, settings: Mapping[str, Any], comment: str) -> str:
    """A section with nothing but these settings, to be put in by hand."""
    return f"{section}:\n" + _indented(settings, comment, _INDENT)


def write_settings(path: Path, section: str, settings: Mapping[str, Any], comment: str) -> None:
    """Put settings at the top of a profile's section, in place of what they were; every other line stays as it is.

    Args:
        path: The profile.
        section: One that it has, in block style.
        settings: Numbers, or nested mappings and lists of them.
        comment: From ``fitted_on``; takes the place of an earlier one in the section.

    Raises:
        ConfigError: The file lacks the section, or would afterwards be no valid profile, or one in which more or less
            is new.
    """
    from newstance.service.profile import Profile

    old = path.read_text(encoding="utf-8")
    found = re.search(rf"^{section}:[ \t]*(?:#.*)?\n((?:[ \t]+.*\n?|[ \t]*\n)*)", old, re.MULTILINE)
    indent = re.search(r"^([ \t]+)\S", found[1], re.MULTILINE) if found else None
    byhand = section_text(section, settings, comment)
    if found is None or indent is None:
        raise ConfigError(f"{path} has no section '{section}:' to write to; put in by hand:\n{byhand}")
    own = indent[1]
    keys = "|".join(map(re.escape, settings))
    # A setting goes with the lines below it that stand further in.
    replaced = re.compile(rf"^{own}(?:(?:{keys}):.*\n?(?:{own}[ \t]+\S.*\n?)*|{re.escape(_MARK)}.*\n?)", re.MULTILINE)
    kept = replaced.sub("", found[1])
    new = old[: found.start(1)] + _indented(settings, comment, own) + kept + old[found.end(1) :]
    try:
        before, after = yaml.safe_load(old), yaml.safe_load(new)
        Profile.model_validate(after)
    except (ValidationError, yaml.YAMLError) as error:
        raise ConfigError(f"{path} would be no valid profile with\n{byhand}({error})") from error
    if after != before | {section: before[section] | settings}:
        raise ConfigError(f"{path} is written in a way that only a person can change; put in by hand:\n{byhand}")
    path.write_text(new, encoding="utf-8")


def _indented(settings: Mapping[str, Any], comment: str, indent: str) -> str:
    return f"{indent}{comment}\n" + "".join(_lines(settings, indent))


def _lines(settings: Mapping[str, Any], indent: str) -> list[str]:
    lines = []
    for key, value in settings.items():
        if isinstance(value, Mapping):
            lines += [f"{indent}{key}:\n", *_lines(value, indent + _INDENT)]
        elif isinstance(value, list | tuple):
            lines.append(f"{indent}{key}:\n")
            lines += [f"{indent}{_INDENT}- {json.dumps(row)}\n" for row in value]
        else:
            lines.append(f"{indent}{key}: {json.dumps(value)}\n")
    return lines
