"""What a sentence of an article leaves to those before it to say, and what it tells those behind it.

A summary that takes "But he denied that" needs the sentence that this goes on from; "The agent sent texts" wants an
agent who was told of, and "Froome" a name in full. What is mentioned first is introduced, and presumed from then on
(Prince 1981, "Toward a Taxonomy of Given-New Information").
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from newstance.models.content import stop_words
from newstance.models.sentences import goes_on

from ..reading.names import bare_name
from ..reading.nouns import BODIES, KINDS, NO_SURNAMES, ROLES, TITLES
from ..reading.places import country_of_people
from ..reading.spelling import PARTICLES

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

_WORD = re.compile(r"\S+")
_LETTERS = re.compile(r"\w+")
_MARKS = "\"“”‘’'()[],;:.!?…"
_QUOTES = re.compile(r'["“”]')
_NOMINAL = frozenset(("PROPN", "NOUN", "ADJ"))
_LORDS = frozenset(("Lord", "Lady", "Baroness", "Viscount", "Earl"))  # who have no first name beside their title
_MISTER = re.compile(r"\b(?:Mr|Mrs|Ms|Miss)\.? $")
_POINTING = frozenset(("this", "that", "these", "those"))
_INTRODUCING = frozenset(("a", "an", "another", "one", "some", "several", "many", "two", "three"))
_SOMEBODY = frozenset(("he", "she", "him", "her", "his", "hers"))
_SEVERAL = frozenset(("they", "them", "their", "theirs"))
_BEINGS = frozenset(("nsubj", "nsubjpass", "dobj", "pobj", "appos"))  # what a noun is that a pronoun may stand for
_TELLING = frozenset(("prep", "relcl", "acl", "appos", "compound", "amod", "poss", "nummod", "nmod"))
_OFFICES = ROLES | TITLES | {"sen", "rep"}
_BODIES = BODIES | KINDS
_MOST_WORDS_OF_ROLE = 5
_HYPHENS = frozenset("-–/")
_MODIFYING = frozenset(("JJ", "VBN", "VBG", "POS"))
_PAST = ("former", "ex-", "then", "sacked", "candidate", "nominee")
_NAME = re.compile(r"[A-Z][\w'’.-]*")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_WHEN = frozenset(("DATE", "TIME"))


class Context:
    """What the sentences of an article introduce and presume.

    What is known has a name: ``name Froome``, ``thing agent``, and ``sentence 3``, the fourth itself.

    Args:
        spans: The sentences.
    """

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = spans
        self._names: defaultdict[str, set[str]] = defaultdict(set)
        self._named: dict[str, int] = {}  # where first; so below
        self._roles: dict[str, str] = {}
        self._mentioned: dict[str, int] = {}
        self._introduced: dict[str, int] = {}
        for place, span in enumerate(spans):
            for entity in span.ents:
                words = bare_name(entity.text).split() if entity.label_ == "PERSON" else []
                if len(words) > 1 and all(map(_NAME.fullmatch, words)) and _is_surname(words[-1]):
                    self._names[words[-1]].add(" ".join(words))
                    self._named.setdefault(words[-1], place)
                    self._roles.setdefault(words[-1], _role(entity, words[0]))
            for token in span:
                thing = _thing(token)
                if thing and thing not in self._mentioned:
                    self._mentioned[thing] = place
                    if _introduces(token):
                        self._introduced[thing] = place

    def tells(self, place: int, text: str) -> frozenset[str]:
        """What a sentence makes known.

        Args:
            place: Its index in the article.
            text: What is told of it.
        """
        things = {thing for token in self._left(place, text) if (thing := _thing(token))}
        named = {f"name {surname}" for surname, _ in self._surnames(place, text) if self._is_in_full(surname, text)}
        return frozenset({*things, *named, f"sentence {place}"})

    def needs(self, place: int, text: str) -> frozenset[str]:
        """The sentence before, if one of the article cannot be understood without it."""
        is_going_on = goes_on(text) or _points_outside(self._left(place, text))
        return frozenset({f"sentence {place - 1}"} if place and is_going_on else ())

    def wants(self, place: int, text: str) -> frozenset[str]:
        """What should be known already, as ``tells`` has it: who is called by the surname, and "the agent"."""
        alone = {
            f"name {surname}"
            for surname, _ in self._surnames(place, text)
            if self._named[surname] < place and not self._is_in_full(surname, text)
        }
        things = {_thing(token) for token in self._left(place, text) if place and self._is_presumed(token, place)}
        return frozenset(alone | things)

    def in_full(self, place: int, text: str, known: Iterable[str]) -> str:
        """A sentence in which those are named in full, once each, of whom the article knows but one by that surname.

        With the name goes what the article puts in front of it where it first gives it, "Prime Minister". Nothing
        within a quotation is changed.

        Args:
            place: Its index in the article.
            text: What is told of it.
            known: What is known before it; who is among that keeps the surname.
        """
        known = set(known)
        for surname, start in reversed(list(self._surnames(place, text))):
            is_one = len(self._names[surname]) == 1
            is_told = len(_QUOTES.findall(text[:start])) % 2 == 0
            if is_one and is_told and f"name {surname}" not in known and not self._is_in_full(surname, text):
                text = self._named_in_full(surname, text, start)
        return text

    def _named_in_full(self, surname: str, text: str, start: int) -> str:
        before = _before(text, start).strip(_MARKS)
        has_office = before.lower() in _OFFICES
        is_more = before[:1].isupper() and before != text.split()[0].strip(_MARKS) and not has_office
        if is_more or before in _LORDS or before.lower() in PARTICLES:
            return text
        (name,) = self._names[surname]
        front = _MISTER.sub("", text[:start])
        # What somebody was or is now, may be another thing at another time; and nobody wants to read it twice.
        is_said = _YEAR.search(text) or self._roles[surname].split()[-1:] in ([word] for word in text.split())
        role = "" if (has_office and front == text[:start]) or is_said else self._roles[surname]
        whole = role + name
        return front + (whole if front else whole[:1].upper() + whole[1:]) + text[start + len(surname) :]

    def _is_in_full(self, surname: str, text: str) -> bool:
        return any(name in text for name in self._names[surname])

    def _surnames(self, place: int, text: str) -> Iterator[tuple[str, int]]:
        """Surnames of those whom the article names in full, each once, and where they stand."""
        # Who Obama is matters little to "the Obama administration".
        of_others = {
            token.text for token in self._spans[place] if token.dep_ == "compound" and token.head.pos_ == "NOUN"
        }
        found: dict[str, int] = {}
        words = list(_WORD.finditer(text))
        for word, following in zip(words, [*(word[0] for word in words[1:]), ""], strict=True):
            # "White" is nobody's in "White House".
            is_name_of_more = following[:1].isupper() and word[0][-1:] not in _MARKS
            surname = bare_name(word[0].strip(_MARKS))
            if surname in self._names and surname not in of_others and not is_name_of_more:
                found.setdefault(surname, text.index(surname, word.start()))
        yield from found.items()

    def _left(self, place: int, text: str) -> Iterator[Token]:
        words = set(_LETTERS.findall(text))
        return (token for token in self._spans[place] if token.text in words)

    def _is_presumed(self, token: Token, place: int) -> bool:
        """Whether a noun means what was mentioned before: "those notices", and "the agent" who was "an agent" first."""
        if token.pos_ != "NOUN" or token.ent_type_ in _WHEN:
            return False
        marks = {child.lower_ for child in token.children if child.dep_ == "det"}
        is_bare = not any(child.dep_ in _TELLING for child in token.children)
        is_again = "the" in marks and is_bare and self._introduced.get(_thing(token), place) < place
        return is_again or bool(marks & _POINTING and self._mentioned[_thing(token)] < place)


def _is_surname(word: str) -> bool:
    """Whether the last word of a name may mean somebody alone: "May" is a month, too, and "Russian" a people."""
    small = word.lower()
    return small not in stop_words() and small not in NO_SURNAMES and country_of_people(word) is None


def _role(entity: Span, first_name: str) -> str:
    """What stands in front of a name, without an article: "Prime Minister " of Tony Abbott.

    Empty where that is only a part of it, as behind "five-term" or "Counselor to the", and where it is of a past time.
    """
    doc, border = entity.doc, entity.sent.start
    end = next((token.i for token in entity if token.text == first_name), entity.start)
    if end == border or doc[end - 1].lower_.strip(".") not in _OFFICES:
        return ""
    start = end
    while start > border and doc[start - 1].pos_ in _NOMINAL:
        start -= 1
    while start < end and not start <= doc[start].head.i < entity.end:  # "their announcement Mayor Tony Abbott"
        start += 1
    role = doc[start:end]
    is_part = start > border and (doc[start - 1].text in _HYPHENS or doc[start - 1].tag_ in _MODIFYING)
    is_of_body = start > border + 1 and doc[start - 1].pos_ == "DET" and doc[start - 2].lower_ in ("to", "of")
    is_past = any(token.lower_.startswith(_PAST) for token in role)
    if not 0 < len(role) <= _MOST_WORDS_OF_ROLE or is_part or is_of_body or is_past:
        return ""
    # "Chief executive" begins with a capital at the front of its sentence alone; "Prime Minister" anywhere.
    is_small = start == border and not (role[-1].text[0].isupper() and (len(role) > 1 or role[0].lower_ in TITLES))
    text = role.text
    return f"{text[0].lower() if is_small and not text[:2].isupper() else text[0]}{text[1:]} "


def _thing(token: Token) -> str:
    return f"thing {token.lemma_.lower()}" if token.pos_ in ("NOUN", "PROPN") else ""


def _introduces(token: Token) -> bool:
    """Whether a noun is new: "an agent", "his agent", "two agents"."""
    return any(
        child.dep_ == "poss" or (child.dep_ in ("det", "nummod") and child.lower_ in _INTRODUCING)
        for child in token.children
    )


def _points_outside(tokens: Iterable[Token]) -> bool:
    """Whether a word of a sentence means something outside: "did that", "his texts" where nobody is named before."""
    somebody = several = False
    for token in tokens:
        word = token.lower_
        is_left_open = word in _POINTING and token.pos_ == "PRON" and token.tag_ == "DT" and not any(token.children)
        if is_left_open or (word in _SOMEBODY and not somebody) or (word in _SEVERAL and not several):
            return True
        if token.pos_ in ("NOUN", "PROPN") and token.dep_ in _BEINGS:
            several = True
            somebody = somebody or not _is_body(token)
    return False


def _is_body(token: Token) -> bool:
    return token.ent_type_ == "ORG" or token.lemma_.lower() in _BODIES


def _before(text: str, start: int) -> str:
    """The word before a place."""
    return text[:start].rpartition(" ")[0].rpartition(" ")[2] if text[start - 1 : start] == " " else ""
