"""Two sentences in one: what goes on from a sentence, told with it.

"The rider won. He said that he was tired." is told as "The rider won, and he said that he was tired." Nothing is said
that the article does not say so, pronouns mean what they meant, and no "he" is left without the one who is meant.
"""

from __future__ import annotations

import re

_GOES_ON = re.compile(
    r"(?P<joint>But|And|So|Yet)\b(?!,) ?|(?P<pronoun>He|She|It|They)\b(?! (?:follows?|comes?|came|followed) )"
)
_ENDS_PLAINLY = re.compile(r"[\w)%]\.$")
_ABBREVIATION = re.compile(r"\b(?:[A-Z]\.)+$|\b(?:Mr|Mrs|Ms|Dr|Inc|Ltd|Corp|Co|Jr|Sr|St|No|Sen|Rep|Gov)\.$")
_CLAUSE = re.compile(r", (?:and|but|so|yet) ")  # with one more it would be a chain
_QUOTES = re.compile(r"[\"“”‘]|(?<!\w)'")
_MOST_WORDS = 40


def joined(first: str, second: str) -> str | None:
    """Both in one sentence; None where the second does not go on from the first, or they would get too long.

    Args:
        first: A sentence.
        second: The one that follows it.
    """
    start = _GOES_ON.match(second)
    is_chain = _CLAUSE.search(first) or _CLAUSE.search(second)
    plain = (
        not is_chain
        and _ENDS_PLAINLY.search(first)
        and not _ABBREVIATION.search(first)
        and not _QUOTES.search(first + second)
    )
    if not start or not plain or len(first.split()) + len(second.split()) > _MOST_WORDS:
        return None
    joint = "" if start["joint"] else "and "
    return f"{first[:-1]}, {joint}{second[0].lower()}{second[1:]}"
