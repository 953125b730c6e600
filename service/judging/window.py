"""The passages about an actor and a target that are read together, as many as a number of words allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .passages import Passage

_GAP = "..."


@dataclass(frozen=True)
class Window:
    """Passages that are read together.

    Attributes:
        text: Their prompts in the article's order, with "..." where something is left out.
        chosen: Which passages these are, in order.
        places: Start and end of each in the text.
    """

    text: str
    chosen: tuple[int, ...]
    places: tuple[tuple[int, int], ...]


def window_of(passages: Sequence[Passage], words: int) -> Window:
    """The passages that tell most about actor and target.

    Those that name both come first, then those that name the actor beside one that names the target, the actor
    alone, the target beside the actor, the target alone, and what stands beside the actor; of equals the earlier.

    Args:
        passages: All sentences of an article, from ``passages_of``.
        words: How many words of prompts at most; the first passage is taken whatever its length.
    """
    ranked = sorted((rank, i) for i in range(len(passages)) if (rank := _rank(passages, i)))
    chosen: set[int] = set()
    total = 0
    for _, i in ranked:
        length = len(passages[i].prompt.split())
        if not chosen or total + length <= words:
            chosen.add(i)
            total += length
    text, places = "", []
    for i in sorted(chosen):
        if text:
            text += " " if i - 1 in chosen else f" {_GAP} "
        places.append((len(text), len(text) + len(passages[i].prompt)))
        text += passages[i].prompt
    return Window(text, tuple(sorted(chosen)), tuple(places))


def _rank(passages: Sequence[Passage], i: int) -> int:
    """1 for what tells most; 0 for what tells nothing."""
    one = passages[i]
    beside = [passages[j] for j in (i - 1, i + 1) if 0 <= j < len(passages)]
    by_target = any(other.names_target for other in beside)
    by_actor = any(other.names_actor for other in beside)
    if one.names_actor:
        return 1 if one.names_target else 2 if by_target else 3
    if one.names_target:
        return 4 if by_actor else 5
    return 6 if by_actor else 0
