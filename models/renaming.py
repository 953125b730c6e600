"""A question of stance under other names: the answer should follow from the text, not from who is meant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from .stance import AUTHOR, StanceQuery

Role = Literal["holder", "target"]


def names_in(query: StanceQuery) -> dict[Role, str]:
    """Those of holder and target that are names which the text holds.

    None where one stands inside the other ("Kim" and "Kim Jong Un"): the text does not tell them apart.
    """
    given: dict[Role, str] = {"holder": query.holder, "target": query.target}
    one, other = query.holder.lower(), query.target.lower()
    if one in other or other in one:
        return {}
    return {role: name for role, name in given.items() if _is_name_in(name, query.text)}


def renamed(query: StanceQuery, names: Mapping[Role, str]) -> StanceQuery:
    """A question with other names in their places, in question and text.

    Args:
        query: The question.
        names: The new names by role, for roles that ``names_in`` gives.
    """
    text = query.text
    # By way of marks: a new name may be the other's old one.
    for role in names:
        text = _pattern(getattr(query, role)).sub(f"\0{role}\0", text)
    for role, name in names.items():
        text = text.replace(f"\0{role}\0", name)
    holder, target = names.get("holder", query.holder), names.get("target", query.target)
    return replace(query, text=text, holder=holder, target=target, parts=())  # they would lie elsewhere


def _is_name_in(name: str, text: str) -> bool:
    return name != AUTHOR and name[:1].isupper() and _pattern(name).search(text) is not None


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name.strip())}(?!\w)")
