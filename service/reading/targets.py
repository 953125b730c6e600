"""What an article is argued about: targets proposed where the caller names none."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from newstance.models.content import content_words

from ..analysis import Actor
from .matters import Places, find_matters, mean, signals_of
from .syntax import first_named, is_subject

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

# What the signals weigh: fitted on judged articles by ``newstance targets --fit``; the file says on which.
WEIGHTS = Path(__file__).parent / "targets.json"
_AHEAD = 0.001  # of what it is to be done to


@dataclass(frozen=True)
class Candidate:
    """A matter or an actor that may be proposed.

    Attributes:
        name: As it would be proposed.
        noun: The noun that says what a matter is; "" for an actor.
        core: The content words that name it.
        words: These and those of its complement.
        signals: What speaks for and against it.
        deeds: What is done to it, once for each place; see ``deed``.
        is_plan: Whether the name says what is to be done.
    """

    name: str
    noun: str
    core: frozenset[str]
    words: frozenset[str]
    signals: Mapping[str, float]
    deeds: tuple[str, ...] = ()
    is_plan: bool = False

    def repeats(self, other: Candidate) -> bool:
        """Whether it says what another one says: by the same noun, or by words that the other has, too."""
        if self.noun and other.noun:
            return self.noun == other.noun or self.core <= other.words or other.core <= self.words
        return bool(self.noun or other.noun) and (self.words <= other.words if self.noun else other.core <= self.words)


@dataclass(frozen=True)
class Weights:
    """How signals are weighed into the logarithm of the odds that somebody would ask for a target.

    Attributes:
        matters: By signal; "" is the constant.
        actors: The same for actors.
        nouns: How much more often than other matters those of a noun are asked for, as a logarithm of odds.
        done_to_matters: The same for those to which something is done; see ``deed``.
        done_to_actors: The same for actors.
    """

    matters: Mapping[str, float]
    actors: Mapping[str, float]
    nouns: Mapping[str, float]
    done_to_matters: Mapping[str, float]
    done_to_actors: Mapping[str, float]

    def of(self, candidate: Candidate) -> float:
        """A candidate's weight."""
        weights, done = (self.matters, self.done_to_matters) if candidate.noun else (self.actors, self.done_to_actors)
        signals = {
            "": 1.0,
            **candidate.signals,
            "noun": self.nouns.get(candidate.noun, 0.0),
            "done": mean([done.get(name, 0.0) for name in candidate.deeds]),
        }
        return sum(weight * signals[name] for name, weight in weights.items())


@cache
def shipped_weights() -> Weights:
    """The weights that are shipped."""
    stored = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return Weights(
        stored["matters"], stored["actors"], stored["nouns"], stored["done_to_matters"], stored["done_to_actors"]
    )


def propose_targets(doc: Doc, actors: Sequence[Actor], most: int) -> list[str]:
    """The matters that an article takes sides on, and the actors that it does so about.

    A matter weighs the more, the more its words are repeated, the more actors act where it is named, by its noun (bans
    and laws are argued about more than days and places) and by what is done to it. An actor weighs by its mentions, by
    what others do to it, and by how many others act where it is named.

    Args:
        doc: The article's annotation.
        actors: Its actors.
        most: How many at the most.

    Returns:
        Whole short phrases without articles, the weightiest first, no two of which say the same.
    """
    found = candidates(doc, actors)
    weights = _with_plans(found, shipped_weights())
    chosen: list[Candidate] = []
    for number in sorted(range(len(found)), key=weights.__getitem__, reverse=True):
        candidate = found[number]
        if len(chosen) == most:
            break
        if not any(candidate.repeats(other) for other in chosen):
            chosen.append(candidate)
    return [candidate.name for candidate in chosen]


def _with_plans(found: Sequence[Candidate], weights: Weights) -> list[float]:
    """The weights of candidates; a plan weighs as much as what is to be done: "the plan to ban ships" as "the ban".

    That goes for plans that are asked for by their noun: not for "a chance to see the ships".
    """
    weighed = [weights.of(candidate) for candidate in found]
    single: dict[str, float] = {}
    for candidate, weight in zip(found, weighed, strict=True):
        if len(candidate.core) == 1:
            single |= {word: max(weight, single.get(word, weight)) for word in candidate.core}
    for number, candidate in enumerate(found):
        if candidate.is_plan and weights.nouns.get(candidate.noun, 0.0) > 0:
            behind = [single[word] for word in candidate.words if word in single]
            weighed[number] = max([weighed[number], *(weight + _AHEAD for weight in behind)])
    return weighed


def candidates(doc: Doc, actors: Sequence[Actor]) -> list[Candidate]:
    """All matters and actors of an article with their signals."""
    places = Places(doc, actors)
    return [
        *(
            Candidate(
                matter.name,
                matter.head,
                matter.core,
                matter.core | content_words(matter.name),
                signals,
                tuple(filter(None, map(deed, matter.roots))),
                matter.is_plan,
            )
            for matter, signals in signals_of(find_matters(doc, actors, places), doc, actors, places)
        ),
        *(
            Candidate(
                actor.name,
                "",
                words,
                words,
                _signals(number, actor, places),
                tuple(filter(None, map(deed, places.mentions[number]))),
            )
            for number, actor in enumerate(actors)
            if places.mentions[number] and (words := content_words(actor.name))
        ),
    ]


def deed(token: Token) -> str:
    """What is done to what a token names: "ban", "vote against"; "who ban" where it does that itself; "" if nothing."""
    while token.dep_ == "conj":
        token = token.head
    head = token.head
    if token.dep_ in ("dobj", "nsubjpass"):
        return str(head.lemma_.lower())
    if token.dep_ == "pobj":
        return f"{head.head.lemma_.lower()} {head.lower_}"
    if token.dep_ == "nsubj":
        return f"who {head.lemma_.lower()}"
    return "of" if token.dep_ == "poss" else ""


def _signals(number: int, actor: Actor, places: Places) -> dict[str, float]:
    """What the text does with an actor; counts are logarithms, shares 0 to 1."""
    roots = [first_named(root) for root in places.mentions[number]]
    done_to = [root for root in roots if not is_subject(root)]
    others = {other for root in done_to for other in places.acting[places.sentence[root.i]]} - {number}
    return {
        "named": math.log(1 + sum(not mention.is_pronoun for mention in actor.mentions)),
        "object": math.log(1 + sum(root.dep_ in ("dobj", "nsubjpass", "dative") for root in roots)),
        "complement": sum(root.dep_ == "pobj" for root in roots) / len(roots),
        "others": math.log(1 + len(others)),
        "country": float(actor.kind == "country"),
        "early": 1 / (1 + min(places.sentence[root.i] for root in places.mentions[number])),
        "length": math.log(places.sentences),
    }
