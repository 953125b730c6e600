"""Sentences changed on purpose, from their parse alone: what an edit is, and the tools to make one.

``true_edits.py`` rewrites sentences so that they stay true to their article, ``false_edits.py`` so that
they no longer are. The support model learns from both (``support_rows.py``), and the guard is measured with
them (``eval/corruptions.py``).

After Kryscinski et al. 2020, "Evaluating the Factual Consistency of Abstractive Text Summarization" (FactCC).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

Part = tuple[int, int]  # token indices in the Doc, the last one excluded


@dataclass(frozen=True)
class Edit:
    """A changed sentence, and what was done to it."""

    kind: str
    text: str


def pairs(text: str) -> dict[str, str]:
    """The words of "one/another more/less" as a table."""
    return dict(pair.split("/") for pair in text.split())


def rewritten(tokens: Doc | Span, changes: dict[Part, str]) -> str:
    """The text of a Doc or Span with parts of it replaced; "" leaves a part out, and a blank in its place."""
    pieces, at = [], tokens[0].i
    doc = tokens.doc
    for (start, end), text in sorted(changes.items()):
        pieces.append(doc[at:start].text_with_ws)
        pieces.append(text + doc[end - 1].whitespace_ if text else " ")
        at = end
    pieces.append(doc[at : tokens[-1].i + 1].text_with_ws)
    return tidy("".join(pieces))


def tidy(text: str) -> str:
    """A sentence without the blanks and commas that a change has left, beginning with a capital."""
    text = re.sub(r"\s+", " ", text).strip(" ,;")
    text = re.sub(r"\s+([,.;:!?])", r"\1", text)
    text = re.sub(r",(?:\s*,)+", ",", text)
    text = re.sub(r",\s*([.!?])", r"\1", text)
    return text[:1].upper() + text[1:]


def like(word: str, model: str) -> str:
    """A word in the case of another one."""
    return word[:1].upper() + word[1:] if model[:1].isupper() else word


def plain_name(text: str) -> str:
    """A name without article and possessive ending."""
    return re.sub(r"^(?:the|a|an) |['’]s?$", "", text.strip(), flags=re.IGNORECASE)


def plain_part(entity: Span) -> Part:
    """The place of a name without article and possessive ending."""
    start, end = entity.start, entity.end
    if entity[0].lower_ in ("the", "a", "an"):
        start += 1
    if entity[-1].lower_ in ("'s", "’s", "'", "’"):
        end -= 1
    return start, end


def subtree(token: Token) -> Part:
    """The place of a token with all that depends on it."""
    return token.left_edge.i, token.right_edge.i + 1
