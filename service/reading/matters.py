"""The matters of an article: its noun phrases as one would name them, and what the text does with each."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from newstance.models.content import content_words

from ..analysis import Actor
from .lexicon import words
from .names import bare_name
from .nouns import ROLES
from .syntax import first_named, is_subject

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

MOST_WORDS = 7
TIMES = frozenset({"DATE", "TIME", "CARDINAL", "MONEY", "PERCENT", "QUANTITY", "ORDINAL"})
_COMPLEMENTS = words("small_words", "complements")
_EMPTY_WORDS = words("small_words", "empty")
# How much a phrase says beyond its noun: what is to be done, a complement or another noun, an adjective alone.
_PLAN, _FULL, _QUALIFIED = 2.0, 1.5, 0.5
_BROKEN = re.compile(r"[^\w\s'’.&$£€%-]")  # a quotation mark, a bracket, a dash: half of something else


class Phrase(NamedTuple):
    """What a matter is called in one place, and how much that says beyond the noun."""

    text: str
    fullness: float


@dataclass
class Matter:
    """Something that an article speaks of, by all the phrases that share its words.

    Attributes:
        head: The noun that says what it is, as in a dictionary.
        core: The content words up to the head: "council tax" in "the council tax in Scotland".
        roots: The head's token, wherever the matter is named.
        phrases: What it is called, with how often.
        fullness: How much each of these says beyond the noun.
    """

    head: str
    core: frozenset[str]
    roots: list[Token] = field(default_factory=list)
    phrases: Counter[str] = field(default_factory=Counter)
    fullness: dict[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called most, or what says more: a phrase counts for more with what its noun is of or about."""
        return max(self.phrases, key=lambda phrase: math.log(1 + self.phrases[phrase]) + self.fullness[phrase])

    @property
    def is_plan(self) -> bool:
        """Whether its name says what is to be done: "plan to ban large cruise ships"."""
        return self.fullness[self.name] == _PLAN


class Places:
    """Where in an article its sentences are, and its actors.

    Args:
        doc: The annotation.
        actors: The article's actors.
    """

    def __init__(self, doc: Doc, actors: Sequence[Actor]) -> None:
        self.sentence: list[int] = []
        for number, sentence in enumerate(doc.sents):
            self.sentence += [number] * len(sentence)
        self.sentences = max(1, self.sentence[-1] + 1 if self.sentence else 0)
        starts = {token.idx: token.i for token in doc}
        self.mentions: list[list[Token]] = [[] for _ in actors]
        self.taken: set[int] = set()
        self.acting: list[set[int]] = [set() for _ in range(self.sentences)]
        for number, actor in enumerate(actors):
            for mention in actor.mentions:
                first = starts.get(mention.start)
                if first is None:  # within a token: "anti-Putin"
                    continue
                last = first
                while last + 1 < len(doc) and doc[last + 1].idx < mention.end:
                    last += 1
                root = doc[first : last + 1].root
                self.mentions[number].append(root)
                if not mention.is_pronoun:
                    self.taken.add(root.i)
                if is_subject(first_named(root)):
                    self.acting[self.sentence[root.i]].add(number)


def find_matters(doc: Doc, actors: Sequence[Actor], places: Places) -> list[Matter]:
    """The matters of an article in the order in which it comes to them.

    Args:
        doc: The annotation.
        actors: The article's actors; a phrase that names one is no matter.
        places: Where its sentences and actors are.
    """
    names = {bare_name(name).casefold() for actor in actors for name in (actor.name, *actor.aliases)}
    found: dict[tuple[str, frozenset[str]], Matter] = {}
    for chunk in doc.noun_chunks:
        root = chunk.root
        if root.pos_ not in ("NOUN", "PROPN") or root.ent_type_ in TIMES | {"PERSON"} or root.i in places.taken:
            continue
        start = _start(chunk)
        if root.lemma_.lower() in ROLES or start is None or bare_name(doc[start : root.i + 1].text).casefold() in names:
            continue
        core = content_words(doc[start : root.i + 1].text)
        if core:
            matter = found.setdefault((root.lemma_.lower(), core), Matter(root.lemma_.lower(), core))
            matter.roots.append(root)
            phrase = _phrase(doc, start, root)
            matter.phrases[phrase.text] += 1
            matter.fullness[phrase.text] = phrase.fullness
    return list(_with_bare_ones(list(found.values())))


def signals_of(
    matters: Sequence[Matter], doc: Doc, actors: Sequence[Actor], places: Places
) -> Iterator[tuple[Matter, dict[str, float]]]:
    """Each matter with what speaks for and against it as a target."""
    counts = Counter(word for token in doc if not token.is_space for word in content_words(token.text))
    # "Trump's claim" is no more of a topic for being Trump's.
    named = {word for actor in actors for name in (actor.name, *actor.aliases) for word in content_words(name)}
    for matter in matters:
        yield matter, _signals(matter, counts, named, places)


def _with_bare_ones(matters: Sequence[Matter]) -> Iterator[Matter]:
    """ "The tax" after "the council tax" means that one: the bare noun counts for what it is called most in full."""
    fullest: dict[str, Matter] = {}
    for matter in matters:
        best = fullest.get(matter.head)
        if len(matter.core) > 1 and (best is None or len(matter.roots) > len(best.roots)):
            fullest[matter.head] = matter
    for matter in matters:
        if len(matter.core) == 1 and matter.head in fullest and matter.core <= fullest[matter.head].core:
            fullest[matter.head].roots += matter.roots
            fullest[matter.head].phrases.update(matter.phrases)
            fullest[matter.head].fullness |= matter.fullness
        else:
            yield matter


def _signals(matter: Matter, counts: Mapping[str, int], named: Set[str], places: Places) -> dict[str, float]:
    """What the text does with a matter; counts are logarithms, shares 0 to 1."""
    roots, uses = matter.roots, len(matter.roots)
    sentences = {places.sentence[root.i] for root in roots}
    actors: Set[int] = set().union(*(places.acting[number] for number in sentences))
    behind = content_words(matter.name) - matter.core
    words = (matter.core - named) or content_words(matter.head) or matter.core
    return {
        "uses": math.log(uses),
        "words": mean([math.log(1 + counts[word]) for word in words]),
        "behind": mean([math.log(1 + counts[word]) for word in behind]),
        "has complement": float(bool(behind)),
        "object": sum(root.dep_ in ("dobj", "nsubjpass") for root in roots) / uses,
        "subject": sum(root.dep_ == "nsubj" for root in roots) / uses,
        "complement": sum(root.dep_ == "pobj" for root in roots) / uses,
        "indefinite": sum(any(c.lower_ in ("a", "an", "any", "some") for c in root.lefts) for root in roots) / uses,
        "owned": sum(any(c.dep_ == "poss" for c in root.lefts) for root in roots) / uses,
        "actors": math.log(1 + len(actors)),
        "early": 1 / (1 + min(sentences)),
        "length": math.log(places.sentences),
    }


def mean(values: Sequence[float]) -> float:
    """The mean; 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def _start(chunk: Span) -> int | None:
    """Where a noun phrase begins without articles, numbers, times and pronouns before it; None if it is broken."""
    doc, words = chunk.doc, [token for token in chunk if token.i <= chunk.root.i]
    for i, token in enumerate(words):
        before = words[i - 1] if i else token
        if token.tag_ == "POS" and (before.ent_type_ in TIMES or any(word.pos_ == "PRON" for word in words[:i])):
            words = words[i + 1 :]  # "Thursday's air strike", "his party's plan"
            break
    for i, token in enumerate(words):
        if i and token.tag_ == "VBG" and token.dep_ not in ("compound", "amod"):
            words = words[i + 1 :]  # "detention facing charges"
            break
    while words and _says_nothing(words[0]):
        words = words[1:]
    if not words or len(words) > MOST_WORDS or _is_joined(doc, words[0].i - 1) or _is_joined(doc, words[-1].i + 1):
        return None
    is_broken = any(token.is_space or token.pos_ == "PRON" for token in words) or _BROKEN.search(
        "".join(token.text_with_ws for token in words)
    )
    return None if is_broken else int(words[0].i)


def _says_nothing(token: Token) -> bool:
    return (
        token.pos_ in ("DET", "PRON", "PUNCT", "NUM", "SPACE", "ADV", "CCONJ", "SYM")
        or token.tag_ in ("POS", "WP$", "PRP$", "PDT", "JJR", "JJS")
        or not any(character.isalpha() for character in token.text)
        or (
            token.lower_ in _EMPTY_WORDS
            and (token.i + 1 == len(token.doc) or token.nbor().text != "-")  # "same-sex marriage"
        )
    )


def _is_joined(doc: Doc, place: int) -> bool:
    """Whether a hyphen stands there that joins words: "re" of "re-election" is half of one."""
    if not 0 < place < len(doc) - 1 or doc[place].text not in ("-", "–"):
        return False
    return not (doc[place - 1].whitespace_ or doc[place].whitespace_)


def _phrase(doc: Doc, start: int, root: Token) -> Phrase:
    """A short name: "war in Ukraine", "plan to ban large cruise ships"; the bare phrase where no more fits."""
    end = root.i + 1
    last = _last_behind(doc, root, end)
    if last is not None and _fits(doc, start, end + 1, last):
        return Phrase(_text(doc[start : last.i + 1]), _PLAN if doc[end].tag_ == "TO" else _FULL)
    before = doc[start : root.i]
    if any(token.pos_ in ("NOUN", "PROPN") for token in before):
        return Phrase(_text(doc[start:end]), _FULL)
    return Phrase(_text(doc[start:end]), _QUALIFIED if len(before) else 0.0)


def _last_behind(doc: Doc, root: Token, end: int) -> Token | None:
    """The last word of what a noun is of, about or to do, if that stands right behind it."""
    if end >= len(doc):
        return None
    behind = doc[end]
    if behind.dep_ == "prep" and behind.head == root and behind.lower_ in _COMPLEMENTS:
        last = _object(behind, "pobj")
    elif behind.tag_ == "TO" and behind.head.head == root:
        last = _object(behind.head, "dobj")
    else:
        return None
    while (
        last is not None and last.i + 1 < len(doc) and doc[last.i + 1].lower_ == "of" and doc[last.i + 1].head == last
    ):
        last = _object(doc[last.i + 1], "pobj")  # "a protest against the arrest" would be half of it
    return last


def _object(token: Token, dependency: str) -> Token | None:
    return next((child for child in token.children if child.dep_ == dependency), None)


def _fits(doc: Doc, start: int, inner: int, last: Token) -> bool:
    """Whether what stands behind the head is whole, and all of it short enough."""
    if last.pos_ not in ("NOUN", "PROPN") or last.ent_type_ in TIMES or last.i + 1 - start > MOST_WORDS:
        return False
    added = doc[inner : last.i + 1]
    if _BROKEN.search(added.text) or any(token.pos_ == "PRON" or token.is_digit or token.is_space for token in added):
        return False
    return not _is_joined(doc, last.i + 1)


def _text(span: Span) -> str:
    kept = (token.text_with_ws for token in span if token.lower_ not in ("this", "these", "that", "those"))
    return " ".join("".join(kept).split())
