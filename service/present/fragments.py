"""Fragments of HTML from the templates beside this file; whatever is put into one is escaped."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension

from .wording import SIGNS, WORDS, count, flat, percent, sentence

_FOLDER = Path(__file__).parent / "templates"
_BETWEEN_TAGS = re.compile(r"(?<=[>}])\s*\n\s*|\s*\n\s*(?=[<{])")
_IN_WORDS = re.compile(r"\s*\n\s*")


class _Joined(Extension):
    """Line breaks of a template are for who reads it: none stands between tags, and a blank for those within words."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return _IN_WORDS.sub(" ", _BETWEEN_TAGS.sub("", source))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, extensions=[_Joined]
    )
    environment.globals |= {"SIGNS": SIGNS, "WORDS": WORDS, "count": count}
    environment.filters |= {
        "flat": flat,
        "percent": percent,
        "sentence": sentence,
        "px": lambda number: f"{number:.1f}",
    }
    return environment


def fragment(template: str, macro: str, *values: Any, **named: Any) -> str:
    """What a macro of a template makes of some values.

    Args:
        template: The name of its file, without ending.
        macro: Its name.
        *values: What it takes.
        **named: What it takes by name.
    """
    made = getattr(_environment().get_template(f"{template}.html").module, macro)
    return str(made(*values, **named))
