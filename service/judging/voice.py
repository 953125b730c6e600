"""Whose word a passage is: the actor's own, a report of what the actor did, somebody else's claim, the narrator's."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import TYPE_CHECKING

from newstance.models.content import content_words

from ..analysis import Actor, Mention, Voice
from ..reading.lexicon import words
from ..reading.nouns import ROLES
from ..reading.quotations import Quotation
from ..reading.sentences import Sentence
from ..reading.spans import span_at
from ..reading.speakers import actors_by_token
from .passages import Target

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_FACTIVE = words("saying", "factive")
_HEARSAY = words("saying", "hearsay")
_POSSESSIVES = words("small_words", "possessives")
_SUBJECTS = frozenset({"nsubj", "nsubjpass"})


def voice_of(
    sentence: Sentence, actor: Actor, target: Target, doc: Doc, quotations: Sequence[Quotation]
) -> tuple[Voice, str | None]:
    """Whose word a sentence is on an actor's stance toward a target: for the reader, who may weigh it.

    Returns:
        The voice, and who claims it if it is a claim: an actor's name, else what the article calls them; None if the
        article does not say.
    """
    span = span_at(doc, sentence.start, sentence.end)
    own = _tokens(doc, actor.mentions, sentence)
    toward = _tokens(doc, target.actor.mentions, sentence) if target.actor else []
    if not target.actor:
        toward = [token for token in span if content_words(token.text) & target.words]
    here, there = _nearest_pair(own, toward)
    nodes = _nodes(here, there, span)
    speaker = sentence.quotation
    overlapping = [q for q in quotations if q.start < sentence.end and sentence.start < q.end]
    voice, claimed_by = _voice(span, actor, here, there, overlapping, speaker)
    if voice != "own words" and (passive := _hearsay(nodes, {token.i for token in own}, span)):
        voice, claimed_by = "claim", passive[0]
    return voice, claimed_by


def _tokens(doc: Doc, mentions: Sequence[Mention], sentence: Sentence) -> list[Token]:
    """The head of each mention in a sentence."""
    inside = (m for m in mentions if sentence.start <= m.start and m.end <= sentence.end)
    spans = (span_at(doc, m.start, m.end) for m in inside)
    return [span.root for span in spans if span]


def _nearest_pair(own: Sequence[Token], target: Sequence[Token]) -> tuple[Token | None, Token | None]:
    """The mentions of actor and target that are nearest to each other in the parse."""
    pairs = [(a, t) for a in own for t in target if a != t]
    if not pairs:
        return (own[0] if own else None, target[0] if target else None)
    return min(pairs, key=lambda pair: (_distance(*pair), pair[0].i, pair[1].i))


def _distance(one: Token, other: Token) -> int:
    above = [one, *one.ancestors]
    for steps, token in enumerate([other, *other.ancestors]):
        if token in above:
            return steps + above.index(token)
    return len(above) + 100  # in different trees


def _nodes(here: Token | None, there: Token | None, sentence: Span) -> list[Token]:
    """The tokens from the target, or else the actor, up to the root."""
    lowest = there if there is not None else here
    return [sentence.root] if lowest is None else [lowest, *lowest.ancestors]


def _voice(
    sentence: Span,
    actor: Actor,
    here: Token | None,
    there: Token | None,
    quotations: Sequence[Quotation],
    speaker: Quotation | None,
) -> tuple[Voice, str | None]:
    if speaker is not None and _is_by(speaker.speaker, actor):
        return "own words", None
    holding = [q for q in quotations if here is not None and q.start <= here.idx < q.end]
    for quotation in sorted(holding, key=lambda q: q.end - q.start):
        if quotation.cue in _FACTIVE:
            continue
        if _speaks_for(quotation, actor, here, sentence.doc):
            return "own words", None
        return "claim", quotation.speaker.name if quotation.speaker else quotation.source or None
    for quotation in quotations:
        holds_target = there is None or quotation.start <= there.idx < quotation.end or quotation.kind == "mixed"
        if holds_target and _is_by(quotation.speaker, actor):
            return "own words", None
    if speaker is not None and here is None:
        return "claim", speaker.speaker.name if speaker.speaker else speaker.source or None
    return ("reported act" if here is not None and _acts(here) else "narrator"), None


def _is_by(speaker: Actor | None, actor: Actor) -> bool:
    return speaker is not None and speaker.mentions == actor.mentions


def _speaks_for(quotation: Quotation, actor: Actor, here: Token | None, doc: Doc) -> bool:
    """Whether an actor's own words are what somebody says of it: the actor's, its spokesman's, its president's."""
    speaker = quotation.speaker
    if _is_by(speaker, actor) or quotation.source.lower().startswith(tuple(f"{word} " for word in _POSSESSIVES)):
        return True
    if speaker is None:  # "the president said he ...": he who speaks
        is_pronoun = here is not None and here.pos_ == "PRON" and here.dep_ in _SUBJECTS
        return is_pronoun and quotation.kind == "indirect"
    if speaker.kind != "person" or actor.kind == "person":
        return False
    actors = actors_by_token(doc, [actor])
    return any(_belongs_to(root, actors) for root in _roots(doc, speaker))


def _roots(doc: Doc, actor: Actor) -> list[Token]:
    spans = (span_at(doc, m.start, m.end) for m in actor.mentions if not m.is_pronoun)
    return [span.root for span in spans if span]


def _belongs_to(person: Token, actors: dict[int, Actor]) -> bool:
    """ "Norway's prime minister Jonas Gahr", "Jonas Gahr, the head of Statoil", "Ms Lucas is the Greens' only MP"."""
    phrase = [person, *(c for c in person.children if c.dep_ == "appos")]
    if person.dep_ == "nsubj" and person.head.lemma_ == "be":
        phrase += [c for c in person.head.children if c.dep_ == "attr" and c.lower_ in ROLES]
    if person.dep_ in ("appos", "compound", "nmod"):
        phrase.append(person.head)
    for token in phrase:
        for child in token.children:
            if child.dep_ in ("poss", "compound", "nmod", "amod") and child.i in actors:
                return True
            if child.dep_ == "prep" and any(c.i in actors for c in child.children if c.dep_ == "pobj"):
                return True
    return False


def _hearsay(nodes: Sequence[Token], own: Set[int], sentence: Span) -> tuple[str | None] | None:
    """Who says it where "A is said to ..."; None in the tuple where nobody is named, None if it is no hearsay."""
    for node, step in zip(nodes[1:], nodes, strict=False):
        passive = [c for c in node.children if c.dep_ == "nsubjpass"]
        if node.lemma_ not in _HEARSAY or not any(c.i in own for c in passive) or step.dep_ not in ("xcomp", "prep"):
            continue
        agents = [p for c in node.children if c.dep_ == "agent" for p in c.children if p.dep_ == "pobj"]
        if not agents:
            return (None,)
        return (str(sentence.doc[agents[0].left_edge.i : agents[0].i + 1].text),)
    return None


def _acts(token: Token) -> bool:
    """Whether a mention is the subject of a verb that is more than "is"."""
    while token.dep_ in ("appos", "compound", "nmod", "conj", "flat"):
        token = token.head
    if token.dep_ == "pobj":
        return bool(token.head.dep_ == "agent")
    return token.dep_ in ("nsubj", "csubj") and token.head.lemma_ not in ("be", "seem", "remain", "become")
