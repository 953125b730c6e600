"""What means a body without its name: "the committee", "the town council"; and bodies that have none.

Each phrase finds the bodies that are called so, without a look at all that the article names.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from .entries import Entry
from .lexicon import words
from .nouns import BODIES, KINDS
from .spans import span_at
from .syntax import acts

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

BODY_NOUNS = KINDS | BODIES
_ACTING_BARE = words("bodies", "acting_bare")


def bind_nouns(doc: Doc, entries: Sequence[Entry]) -> None:
    """What a body is called beside its name: by its own last word, or behind a comma ("Green Coast, a group")."""
    for entry in entries:
        if entry.kind == "person":
            continue
        head = entry.name.split(" of ")[0].split(" for ")[0].split()[-1].lower()
        if head in BODY_NOUNS:
            entry.nouns.add(head)
        for mention in entry.mentions:
            span = span_at(doc, mention.start, mention.end)
            entry.nouns |= {c.lower_ for c in span.root.children if c.dep_ == "appos" and c.lower_ in BODY_NOUNS}


class Bodies:
    """The bodies of an article by the nouns that they are called by.

    Args:
        doc: The article's annotation.
        entries: All actors, with their nouns.

    Attributes:
        unnamed: Bodies without a name of their own.
    """

    def __init__(self, doc: Doc, entries: Sequence[Entry]) -> None:
        self.unnamed: list[Entry] = []
        self._doc = doc
        self._entries = entries
        self._called: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            for noun in entry.nouns:
                self._called[noun].append(entry)
        self._firsts = {id(entry): min(mention.start for mention in entry.mentions) for entry in entries}
        # Where bodies are named: (place, number of the entry), in order.
        self._bodies = {id(entry): n for n, entry in enumerate(entries) if entry.kind not in ("person", "country")}
        self._places = sorted(
            (mention.start, self._bodies[id(entry)])
            for entry in entries
            if id(entry) in self._bodies
            for mention in entry.mentions
        )
        # The words of names and of the phrases that they stand in, and of how many mentions.
        self._surroundings: dict[int, tuple[set[str], int]] = {}
        self._unnamed_by_name: dict[str, int] = {}
        self._unnamed_by_noun: dict[str, int] = {}

    def take(self, entry: Entry, start: int, text: str, does: bool) -> None:
        """Give a phrase to an entry."""
        entry.mention(start, text)
        entry.acts += does
        self._firsts[id(entry)] = min(self._firsts[id(entry)], start)
        if id(entry) in self._bodies:
            insort(self._places, (start, self._bodies[id(entry)]))

    def add(self, chunk: Span) -> None:
        """Give "the committee" to the one committee; else, where a body acts, make it an actor of its own."""
        noun = chunk.root
        found = _words(chunk)
        if found is None:
            return
        words, is_definite = found
        lower = [token.lower_ for token in words]
        fitting = self._fitting(noun, lower)
        if is_definite and len(fitting) == 1:
            # Any body before may be "the party"; it is not the Green Party after a sentence about Labour.
            if len(lower) > 1 or noun.lower_ not in KINDS or fitting[0] is self._latest(noun.idx):
                self.take(fitting[0], chunk.start_char, chunk.text, acts(noun))
            return
        is_bare = noun.lower_ in _ACTING_BARE and chunk[0].i == words[0].i
        says_little = len(lower) == 1 and (noun.lower_ in self._called or noun.lower_ in KINDS)
        if fitting or says_little or noun.lower_ not in BODIES or not (is_definite or is_bare):
            return
        self._add_unnamed(chunk, words, is_bare)

    def _fitting(self, noun: Token, lower: Sequence[str]) -> list[Entry]:
        """Those that a phrase may mean; two say as much as more."""
        called = self._called.get(noun.lower_, ())
        if len(lower) == 1:
            fitting = (entry for entry in called if self._firsts[id(entry)] < noun.idx)
        else:
            fitting = (entry for entry in called if self._surrounding(entry).issuperset(lower))
        return list(islice(fitting, 2))

    def _latest(self, position: int) -> Entry | None:
        number = bisect_left(self._places, (position,))
        return self._entries[self._places[number - 1][1]] if number else None

    def _surrounding(self, entry: Entry) -> set[str]:
        """The words of a body's name and of the phrases that it stands in."""
        words, seen = self._surroundings.get(id(entry), (set(entry.nouns), 0))
        for mention in entry.mentions[seen:]:
            root = span_at(self._doc, mention.start, mention.end).root
            words.update(token.lower_ for token in self._doc[root.left_edge.i : root.i + 1])
        self._surroundings[id(entry)] = (words, len(entry.mentions))
        return words

    def _add_unnamed(self, chunk: Span, words: Sequence[Token], is_bare: bool) -> None:
        noun = chunk.root
        span = chunk.doc[words[0].i : _with_of(noun)]
        name = span.text.lower() if is_bare else span.text
        known = [self._unnamed_by_name.get(name), self._unnamed_by_noun.get(noun.lower_) if len(words) == 1 else None]
        number = min((number for number in known if number is not None), default=None)
        if number is None:
            number = len(self.unnamed)
            self.unnamed.append(Entry(name, nouns={noun.lower_}))
            self._unnamed_by_name[name] = number
            self._unnamed_by_noun.setdefault(noun.lower_, number)
        entry = self.unnamed[number]
        if entry.name == name:
            entry.mention(span.start_char, span.text)
        else:  # "the council" after "the town council of Harwick"
            entry.mention(chunk.start_char, chunk.text)
        entry.acts += acts(noun)


def _words(chunk: Span) -> tuple[list[Token], bool] | None:
    """The words of a phrase up to its noun, without articles, and whether it is definite; None where it is a name, or
    tells whose or how many."""  # noqa: D205, D209
    noun = chunk.root
    words = [token for token in chunk if token.i <= noun.i]
    first = next((i for i, t in enumerate(words) if t.dep_ != "det" and t.tag_ not in ("DT", "SP", "_SP")), len(words))
    words = words[first:]
    is_definite = chunk[0].lower_ == "the"
    if not words or any(t.tag_ in ("PRP$", "CD") or (t.is_punct and t.tag_ != "POS" and t.text != "-") for t in words):
        return None
    if owner := next((t for t in words if t.tag_ == "POS"), None):
        owned_by = chunk.doc[max(owner.i - 1, 0)]
        if owned_by.tag_ in ("NNP", "NNPS"):
            return None  # "Ukraine's foreign ministry" is Ukraine, and was taken as such
        if owned_by.tag_ != "NNS":  # "the city's roads department", but "the dockworkers' union"
            words = words[words.index(owner) + 1 :]
        is_definite = True
    if not words or any(
        token.text[0].isupper() and not (token.is_sent_start and token.i == chunk.start) for token in words
    ):
        return None
    return words, is_definite


def _with_of(noun: Token) -> int:
    """Where a phrase ends, with a short complement: "chamber of commerce"."""
    following = int(noun.i) + 1
    if following < len(noun.doc) and noun.doc[following].lower_ == "of" and noun.doc[following].head == noun:
        end = int(noun.doc[following].right_edge.i) + 1
        if end - following <= 4:
            return end
    return following
