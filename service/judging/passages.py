"""The sentences of an article as they concern an actor and a target, each as the stance model reads it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newstance.models.content import content_words
from newstance.models.stance import StanceQuery

from ..analysis import Actor, Mention
from ..reading.actors import bare_name, match_actor
from ..reading.sentences import Sentence
from ..reading.spans import span_at

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_CONTEXT_WORDS = 30  # the model cuts what is too long at its end, and that is the passage itself
_QUOTES = '"“”«» \n'


@dataclass(frozen=True)
class Target:
    """What a stance is toward.

    Attributes:
        name: As asked for.
        actor: The actor of the article that it is, if it is one.
        aliases: Other words for it, from the topic file.
        words: The content words of name and aliases.
        is_mentioned: Whether the article tells of it at all; where it does not, nothing in it shows a stance.
    """

    name: str
    actor: Actor | None
    aliases: tuple[str, ...]
    words: frozenset[str]
    is_mentioned: bool = True

    def is_actor(self, actor: Actor) -> bool:
        """Whether actor and target are the same."""
        if self.actor is not None and actor.mentions:
            return self.actor.mentions == actor.mentions
        return self.name.casefold() == actor.name.casefold()


@dataclass(frozen=True)
class Passage:
    """A sentence as it concerns one actor and one target.

    Attributes:
        start: First character in the article.
        end: One past the last.
        prompt: The sentence as the model reads it: actor and target called by the names that are asked for, and the
            speaker in front where the sentence is a quotation.
        speaker: Who says it, if it is a quotation.
        names_actor: Whether it names the actor, means it by a pronoun, or is its words.
        names_target: Whether it names the target.
    """

    start: int
    end: int
    prompt: str
    speaker: Actor | None
    names_actor: bool
    names_target: bool


def target_of(name: str, aliases: Sequence[str], actors: Sequence[Actor]) -> Target:
    """A target by its name."""
    words = content_words(" ".join((name, *aliases)))
    return Target(name, match_actor(name, actors), tuple(aliases), words)


def is_named(target: Target, sentences: Sequence[Sentence]) -> bool:
    """Whether a sentence of the article names the target, by a name of the actor that it is or by one of its words."""
    return target.actor is not None or any(sentence.words & target.words for sentence in sentences)


def passages_of(actor: Actor, target: Target, sentences: Sequence[Sentence], doc: Doc) -> list[Passage]:
    """All sentences of an article as they concern an actor and a target, in its order.

    None where the actor is the target, or where the article mentions either of them nowhere.

    Args:
        actor: Whose stance is asked for.
        target: Toward what.
        sentences: The article's, from ``reading.sentences``.
        doc: The article's annotation.
    """
    if target.is_actor(actor) or not target.is_mentioned or not actor.mentions:
        return []
    article = doc.text  # spaCy puts it together anew each time
    own, toward = _Mentions(actor), _Mentions(target.actor)
    spoken: dict[int, _Mentions] = {}  # of each speaker
    passages = []
    for sentence in sentences:
        named, aimed = own.within(sentence), toward.within(sentence)
        speaker = sentence.quotation.speaker if sentence.quotation else None
        is_own_word = speaker is not None and speaker.mentions == actor.mentions
        names = [(named, bare_name(actor.name)), (aimed, bare_name(target.name))]
        prompt = _renamed(doc, article, sentence, names)
        if speaker is not None and id(speaker) not in spoken:
            spoken[id(speaker)] = _Mentions(speaker)
        if speaker is not None and not spoken[id(speaker)].within(sentence):
            prompt = f'{bare_name(actor.name if is_own_word else speaker.name)} said: "{prompt.strip(_QUOTES)}"'
        passages.append(
            Passage(
                sentence.start,
                sentence.end,
                " ".join(prompt.split()),
                speaker,
                names_actor=bool(named) or is_own_word,
                names_target=bool(aimed) if target.actor else bool(sentence.words & target.words),
            )
        )
    return passages


def alone(passages: Sequence[Passage], i: int) -> str:
    """The i-th passage as it is asked alone: behind the one before it, where that one names the target for it."""
    passage = passages[i]
    if i and passages[i - 1].names_target and not passage.names_target:
        return f"{' '.join(passages[i - 1].prompt.split()[-_CONTEXT_WORDS:])} {passage.prompt}"
    return passage.prompt


def query_for(text: str, actor: Actor, target: Target, parts: tuple[tuple[int, int], ...] = ()) -> StanceQuery:
    """What the classifier is asked about a text made of passages; titles are left out, as in the passages."""
    name = bare_name(target.name) if target.actor else target.name
    return StanceQuery(text, bare_name(actor.name), name, parts)


class _Mentions:
    """The mentions of an actor, by place."""

    def __init__(self, actor: Actor | None) -> None:
        self._mentions = sorted(actor.mentions, key=lambda mention: mention.start) if actor else []
        self._starts = [mention.start for mention in self._mentions]

    def within(self, sentence: Sentence) -> list[Mention]:
        first, last = bisect_left(self._starts, sentence.start), bisect_left(self._starts, sentence.end)
        return [mention for mention in self._mentions[first:last] if mention.end <= sentence.end]


def _renamed(doc: Doc, article: str, sentence: Sentence, names: Sequence[tuple[Sequence[Mention], str]]) -> str:
    """The sentence with each mention replaced by a name; "his" becomes "Putin's"."""
    changes = sorted(((m, name) for mentions, name in names for m in mentions), key=lambda change: change[0].start)
    parts, position = [], sentence.start
    for mention, name in changes:
        if mention.start < position:
            continue
        possessive = mention.is_pronoun and _is_possessive(span_at(doc, mention.start, mention.end)[0])
        parts += [article[position : mention.start], f"{name}'s" if possessive else name]
        position = mention.end
    return "".join((*parts, article[position : sentence.end]))


def _is_possessive(pronoun: Token) -> bool:
    # "her" alone may be either: "thanked her", "thanked her council".
    return pronoun.lower_ in ("his", "hers", "its", "their") or (pronoun.lower_ == "her" and pronoun.tag_ == "PRP$")


def are_together(actor: Actor, target: Target, sentences: Sequence[Sentence], doc: Doc) -> bool:
    """Whether a passage names both an actor and a target; takes what ``passages_of`` takes."""
    return any(one.names_actor and one.names_target for one in passages_of(actor, target, sentences, doc))
