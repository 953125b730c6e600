"""Whom pronouns were taken for, held against whom a reader says they mean."""

from __future__ import annotations

from collections.abc import Sequence

from newstance.service import Actor

from .marked import Counted, Marked, is_one_of

_AROUND = 60  # characters that an error shows on either side


def count_pronouns(article: Marked, actors: Sequence[Actor]) -> Counted:
    """Count the pronouns that mean whom the reader says, somebody else, or were left alone.

    Args:
        article: Its marks are ``pronouns``: start, end, referents (names of those who are meant; none if nobody is who
            has a name in the article).
        actors: The actors of the article with their mentions.
    """
    named: list[str] = []
    nobody: list[str] = []
    errors: list[str] = []
    for mark in article.marks["pronouns"]:
        taken = [
            actor
            for actor in actors
            if any((m.start, m.end) == (mark["start"], mark["end"]) for m in actor.mentions if m.is_pronoun)
        ]
        referents = mark["referents"]
        if not taken:
            answer = "left alone"
        elif all(is_one_of(actor, referents, actors) for actor in taken):
            answer = "right"
        else:
            answer = "wrong"
        (named if referents else nobody).append(answer)
        if answer == "wrong" or (referents and answer == "left alone"):
            given = ", ".join(actor.name for actor in taken) or "nobody"
            around = article.text[max(0, mark["start"] - _AROUND) : mark["end"] + _AROUND]
            errors.append(f"{answer}, {given} for {' and '.join(referents) or 'nobody named'}: …{around}…")
    shares = {answer: (named.count(answer), len(named)) for answer in ("right", "wrong", "left alone")}
    shares["taken for somebody, of those that mean nobody named"] = (nobody.count("wrong"), len(nobody))
    return Counted(shares, errors)
