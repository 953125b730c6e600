"""Twins of training rows: the same question under other names. A row and its twin should be answered alike."""

from __future__ import annotations

import random
from collections.abc import Sequence

from ..renaming import Role, names_in, renamed
from ..stance import StanceQuery

_MASKED = 0.35  # the share of twins that have letters for names
_MASKS = ("Person", "Official", "Group", "Party", "Company", "Country", "Body")
_LETTERS = "ABCDEFGHJKLMNPRSTVWXYZ"


def twin_of(query: StanceQuery, names: Sequence[str], rng: random.Random) -> StanceQuery | None:
    """The same question with other names for holder and target.

    Args:
        query: The question.
        names: To choose from; at least two.
        rng: Chooses.

    Returns:
        None if neither is a name that the text holds.
    """
    found = names_in(query)
    if not found:
        return None
    roles: list[Role] = list(found)
    if rng.random() < _MASKED:
        new = [f"{rng.choice(_MASKS)} {letter}" for letter in rng.sample(_LETTERS, len(roles))]
    else:
        new = rng.sample(names, len(roles))
    if any(name in query.text for name in new):
        return None  # it would name somebody else
    return renamed(query, dict(zip(roles, new, strict=True)))
