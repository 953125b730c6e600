"""What an article is argued about: targets proposed where the caller names none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from newstance.models.consistency import content_words

from .actors import match_actor
from .analysis import Actor

# Verbs and nouns whose object is what somebody is for or against.
_STANCE_WORDS = frozenset(
    """
    accept approve attack back ban block campaign celebrate condemn criticise criticism criticize defend
    demand denounce endorse favor favour fight hail halt oppose opposition praise promote protest reject
    resist support suspend urge welcome
    """.split()  # noqa: SIM905 (a list of one word a line hides what it says)
)


def propose_targets(doc: Any, actors: Sequence[Actor], most: int) -> list[str]:
    """The matters that an article takes sides on: noun phrases that are named often, or that are the object of
    words such as "support" and "condemn".

    Args:
        doc: The article's annotation, a spaCy Doc.
        actors: Its actors; they are no matters, and are proposed only where nothing else is found.
        most: How many at the most.
    """  # noqa: D205
    weights: Counter[frozenset[str]] = Counter()
    forms: dict[frozenset[str], Counter[str]] = {}
    for chunk in doc.noun_chunks:
        words = content_words(chunk.text)
        is_matter = chunk.root.pos_ in ("NOUN", "PROPN") and chunk.root.ent_type_ not in (
            "DATE",
            "TIME",
            "PERSON",
            "CARDINAL",
            "MONEY",
            "PERCENT",
            "GPE",
        )
        if not words or not is_matter or chunk[0].tag_ == "PRP$" or match_actor(_bare(chunk), actors):
            continue
        phrase = _with_complement(chunk)
        forms.setdefault(words, Counter())[phrase] += 1
        weights[words] += 1 + 3 * _is_argued(chunk.root)
    for words in weights:  # "the war" counts for "the war in Ukraine"
        weights[words] += sum(weights[other] for other in weights if other < words)
    ranked = sorted(weights, key=lambda words: (-weights[words], doc.text.find(forms[words].most_common(1)[0][0])))
    chosen: list[frozenset[str]] = []
    for words in ranked:
        if weights[words] >= 2 and not any(words & other for other in chosen):
            chosen.append(words)
    names = [forms[words].most_common(1)[0][0] for words in chosen[:most]]
    return names or [actor.name for actor in actors[:most]]


def _is_argued(token: Any) -> bool:
    head = token.head
    if token.dep_ == "pobj" and head.lemma_ in ("of", "for", "against", "on", "to", "with"):
        head = head.head
    return token.dep_ in ("dobj", "pobj", "nsubjpass") and head.lemma_.lower() in _STANCE_WORDS


def _with_complement(chunk: Any) -> str:
    """ "the war in Ukraine", not "the war": a short prepositional complement belongs to the name."""
    for child in chunk.root.children:
        if child.dep_ == "prep" and child.lower_ in ("in", "of", "on", "for", "against") and child.i == chunk.end:
            end = child.right_edge.i + 1
            if end - chunk.end <= 4:
                return str(chunk.doc[chunk.start : end].text).strip()
    return str(chunk.text).strip()


def _bare(chunk: Any) -> str:
    return " ".join(t.text for t in chunk if t.dep_ != "det" and t.tag_ != "POS")
