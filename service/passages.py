"""Where an article shows an actor's stance: the sentences to ask the classifier about, and how to ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from newstance.models.consistency import content_words
from newstance.models.stance import StanceQuery

from .actors import bare_name, match_actor
from .analysis import Actor, Doubt, Mention, Voice
from .quotations import Quotation
from .voice import manner_of

Relation = Literal["named", "context", "unrelated"]


@dataclass(frozen=True)
class Target:
    """What a stance is toward.

    Attributes:
        name: As asked for.
        actor: The actor of the article that it is, if it is one.
        aliases: Other words for it, from the topic file.
        words: The content words of name and aliases.
        is_mentioned: Whether the article tells of it at all; where it does not, nothing in it shows a stance.
        near: Where sentences begin that are near enough to it to tell of it without naming it; None if all are.
    """

    name: str
    actor: Actor | None
    aliases: tuple[str, ...]
    words: frozenset[str]
    is_mentioned: bool = True
    near: frozenset[int] | None = None

    def is_actor(self, actor: Actor) -> bool:
        """Whether actor and target are the same."""
        if self.actor is not None and actor.mentions:
            return self.actor.mentions == actor.mentions
        return self.name.casefold() == actor.name.casefold()


@dataclass(frozen=True)
class Passage:
    """A sentence that may show an actor's stance.

    Attributes:
        start: First character in the article.
        end: One past the last.
        prompt: What the classifier reads: the sentence, with actor and target called by the names that are asked
            for, and with the speaker in front where the sentence is a quotation.
        speaker: Who says it, if it is a quotation.
        relation: Whether the sentence names the target, the one before it does, or neither.
        voice, claimed_by, doubt: Whose word it is, and what takes from it; see ``Evidence``.
    """

    start: int
    end: int
    prompt: str
    speaker: Actor | None
    relation: Relation
    voice: Voice = "reported act"
    claimed_by: str | None = None
    doubt: Doubt | None = None


def target_of(name: str, aliases: Sequence[str], actors: Sequence[Actor]) -> Target:
    """A target by its name."""
    words = content_words(" ".join((name, *aliases)))
    return Target(name, match_actor(name, actors), tuple(aliases), words)


def is_named(target: Target, doc: Any) -> bool:
    """Whether a sentence of the article names the target, by a name of the actor that it is or by one of its words."""
    return target.actor is not None or bool(content_words(doc.text) & target.words)


def passages_of(actor: Actor, target: Target, doc: Any, quotations: Sequence[Quotation]) -> list[Passage]:
    """The sentences that name the actor, mean it by a pronoun, or are its words; in the article's order.

    None where the actor is the target, or where the article does not mention that.
    """
    if target.is_actor(actor) or not target.is_mentioned:
        return []
    passages = []
    article = doc.text  # spaCy puts it together anew each time
    target_before = False
    previous = ""
    for sentence in doc.sents:
        text = sentence.text.rstrip()
        start, end = sentence.start_char, sentence.start_char + len(text)
        if not text.strip():
            continue
        named = _inside(actor.mentions, start, end)
        quotation = _quotation(start, end, quotations)
        speaker = quotation.speaker if quotation else None
        is_own_word = speaker is not None and speaker.mentions == actor.mentions
        target_mentions = _inside(target.actor.mentions, start, end) if target.actor else []
        names_target = bool(target_mentions) if target.actor else bool(content_words(text) & target.words)
        may_tell = names_target or target_before or target.near is None or start in target.near
        if may_tell and (named or is_own_word):
            relation: Relation = "named" if names_target else "context" if target_before else "unrelated"
            names = [(named, bare_name(actor.name)), (target_mentions, bare_name(target.name))]
            prompt = _renamed(doc, article, start, end, names)
            if speaker is not None and not _inside(speaker.mentions, start, end):
                name = bare_name(actor.name if is_own_word else speaker.name)
                prompt = f'{name} said: "{prompt.strip(_QUOTES)}"'
            if relation == "context":  # "the claims" is what the sentence before told of the target
                prompt = f"{previous} {prompt}"
            own, toward = _tokens(doc, named), _tokens(doc, target_mentions)
            if not target.actor:
                toward = [token for token in sentence if content_words(token.text) & target.words]
            manner = manner_of(sentence, actor, own, toward, quotations, quotation)
            passages.append(
                Passage(start, end, prompt, speaker, relation, manner.voice, manner.claimed_by, manner.doubt)
            )
        target_before = names_target
        previous = " ".join(text.split()[-_CONTEXT_WORDS:])
    return passages


def query_for(passage: Passage, actor: Actor, target: Target) -> StanceQuery:
    """What the classifier is asked about a passage; titles are left out, as in the passage's prompt."""
    name = bare_name(target.name) if target.actor else target.name
    return StanceQuery(passage.prompt, bare_name(actor.name), name)


_CONTEXT_WORDS = 30  # the model cuts what is too long at its end, and that is the passage itself
_QUOTES = '"“”«» \n'


def _inside(mentions: Sequence[Mention], start: int, end: int) -> list[Mention]:
    return [m for m in mentions if start <= m.start and m.end <= end]


def _tokens(doc: Any, mentions: Sequence[Mention]) -> list[Any]:
    """The head of each mention."""
    spans = (doc.char_span(m.start, m.end, alignment_mode="expand") for m in mentions)
    return [span.root for span in spans if span is not None]


def _quotation(start: int, end: int, quotations: Sequence[Quotation]) -> Quotation | None:
    """The words in quotation marks that most of the sentence is."""
    for quotation in quotations:
        shared = min(end, quotation.end) - max(start, quotation.start)
        if quotation.kind != "indirect" and shared > (end - start) / 2:
            return quotation
    return None


def _renamed(doc: Any, article: str, start: int, end: int, names: Sequence[tuple[Sequence[Mention], str]]) -> str:
    """The sentence with each mention replaced by a name; "his" becomes "Putin's"."""
    changes = sorted(((m, name) for mentions, name in names for m in mentions), key=lambda change: change[0].start)
    parts, position = [], start
    for mention, name in changes:
        if mention.start < position:
            continue
        possessive = mention.is_pronoun and _is_possessive(doc.char_span(mention.start, mention.end)[0])
        parts += [article[position : mention.start], f"{name}'s" if possessive else name]
        position = mention.end
    return "".join((*parts, article[position:end]))


def _is_possessive(pronoun: Any) -> bool:
    # "her" alone may be either: "thanked her", "thanked her council".
    return pronoun.lower_ in ("his", "hers", "its", "their") or (pronoun.lower_ == "her" and pronoun.tag_ == "PRP$")
