"""Whom "he", "she", "it" and "they" mean: rules on the parse, which leave a pronoun alone where two people fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from newstance.models.hearing import Heard, listening, unheard

from ..analysis import Mention
from .entries import Entry
from .lexicon import words
from .nouns import ROLES
from .quotation_marks import quoted_spans
from .spans import span_at
from .speakers import CUES
from .syntax import DOING, head_of_name

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_HE = words("small_words", "he")
_SHE = words("small_words", "she")
_IT = words("small_words", "it")
_WEATHER = words("deeds", "weather")
_WINDOW = 3  # sentences back that a pronoun may reach
# Bounds that no sentence of an article reaches, and that a text which is made to take long does.
_MOST_RECENT = 100  # places within that window
_MOST_ABOVE = 50  # clauses and phrases that a pronoun stands in


@dataclass(frozen=True)
class _Seen:
    """A place where a person was named or meant: in which sentence, and whether as a subject, of its main clause."""

    sentence: int
    entry: Entry
    mention: Mention
    is_subject: bool
    is_main: bool


class _People:
    """Who was named or meant so far; of those that a pronoun may reach, the latest place of each kind.

    Of two places in one sentence where the same person is the same part of it, only the later can decide.
    """

    def __init__(self) -> None:
        self._recent: dict[tuple[int, int, bool, bool], _Seen] = {}  # by sentence, entry, is_subject, is_main
        self._at: dict[int, list[_Seen]] = {}  # by character

    def add(self, seen: _Seen) -> None:
        """Take a place; places come in the order of the text."""
        key = (seen.sentence, id(seen.entry), seen.is_subject, seen.is_main)
        self._recent.pop(key, None)
        self._recent[key] = seen
        for old in list(islice(self._recent, max(0, len(self._recent) - _MOST_RECENT))):
            del self._recent[old]
        for place in range(seen.mention.start, seen.mention.end):
            self._at.setdefault(place, []).append(seen)

    def recent(self, number: int) -> list[_Seen]:
        """Those that a pronoun in a sentence may reach, the latest last."""
        return [seen for seen in self._recent.values() if number - seen.sentence <= _WINDOW]

    def at(self, token: Token) -> Sequence[_Seen]:
        """Those whose mention a token is part of."""
        return self._at.get(token.idx, ())


def add_pronouns(doc: Doc, entries: Sequence[Entry], heard: Heard = unheard) -> None:
    """He and she are the person who is the subject of their own clause or of one above it, else the subject of the
    last sentence that had one, if the gender is not known to be another; with somebody else named since, they are
    left alone. "It" and "they" that open a sentence or speak are the body, country or group that was the subject of
    the one before."""  # noqa: D205, D209
    named = {m.start: (e, m) for e in entries for m in e.mentions}
    covered = {i for e in entries for m in e.mentions for i in range(m.start, m.end)}
    strangers: dict[str, Entry] = {}
    people = _People()
    bodies: list[tuple[int, Entry]] = []  # (sentence, subject), the latest last
    quoted = {i for start, end, *_ in quoted_spans(doc.text) for i in range(start, end)}
    number = 0  # of sentences, where those that are nothing but somebody's words belong to the one after
    for sentence in listening((s for s in doc.sents if s.text.strip()), heard):
        # Who is "he" in somebody else's mouth?
        told = [token for token in sentence if token.idx not in quoted]
        number += any(token.is_alpha for token in told)
        for token in told:
            if token.idx in named:
                entry, mention = named[token.idx]
                subject = _as_subject(doc, mention)
                if entry.kind == "person":
                    people.add(_Seen(number, entry, mention, subject is not None, _is_main(subject)))
                elif subject is not None:
                    bodies.append((number, entry))
                continue
            if token.idx not in covered and _may_be_a_person(token):
                # "Campbell won. He ...": a subject that the recognizer missed is nobody here, and "he" is nobody else.
                entry = strangers.setdefault(token.text, Entry(token.text, labels=Counter(PERSON=1), is_titled=True))
                mention = Mention(token.idx, token.idx + len(token), token.text)
                people.add(_Seen(number, entry, mention, True, _is_main(token)))
                continue
            meant = _meant_by(token, sentence, number, people, bodies)
            if meant is None:
                continue
            if token.lower_ in _HE | _SHE:
                meant.is_male = token.lower_ in _HE
            mention = Mention(token.idx, token.idx + len(token), token.text, is_pronoun=True)
            meant.mentions.append(mention)
            is_subject = token.dep_ in DOING
            meant.acts += is_subject
            if meant.kind == "person":
                people.add(_Seen(number, meant, mention, is_subject, is_subject and _is_main(token)))
            elif is_subject:
                bodies.append((number, meant))


def _may_be_a_person(token: Token) -> bool:
    is_name = token.pos_ == "PROPN" and token.dep_ in DOING and not token.text.isupper()
    return is_name and token.ent_type_ in ("", "PERSON")


def _meant_by(
    token: Token, sentence: Span, number: int, people: _People, bodies: Sequence[tuple[int, Entry]]
) -> Entry | None:
    if token.lower_ in _HE | _SHE:
        return _person_meant(token, number, people)
    if token.head.lemma_ in _WEATHER:
        return None
    opens = token.i == next((t.i for t in sentence if not t.is_space), -1)
    speaks = token.dep_ == "nsubj" and token.head.lemma_.lower() in CUES  # `"...," they said.`
    if (opens or speaks) and token.lower_ in _IT and token.dep_ in ("nsubj", "nsubjpass") and bodies:
        last, entry = bodies[-1]
        return entry if last == number - 1 else None
    return None


def _person_meant(token: Token, number: int, people: _People) -> Entry | None:
    male = token.lower_ in _HE
    other = _subject_above(token, people)

    def fits(seen: _Seen) -> bool:
        is_near = number - seen.sentence <= _WINDOW
        return is_near and seen.entry.gender in (None, male) and seen.entry is not other

    fitting = [seen for seen in people.recent(number) if fits(seen)]
    meant = _subject_of_own_clause(token, people, fits) or _last_subject(fitting, number)
    if meant is None:
        return None
    goes_on = meant.is_main and meant.sentence == number - 1 and token.dep_ in DOING and _is_main(token)
    is_unsure = any(
        seen.mention.start > meant.mention.start and seen.entry is not meant.entry and seen.entry.is_surely_person
        for seen in fitting
    )
    return None if is_unsure and not goes_on else meant.entry


def _subject_of_own_clause(token: Token, people: _People, fits: Callable[[_Seen], bool]) -> _Seen | None:
    """ "Miller thanked his friends", "Miller says that he ..."."""
    for above in islice(token.ancestors, _MOST_ABOVE):
        for child in above.children:
            if child.dep_ in DOING and child.i < token.i:
                seen = next(filter(fits, people.at(child)), None)
                if seen is not None:
                    return seen
    return None


def _last_subject(fitting: Sequence[_Seen], number: int) -> _Seen | None:
    subjects = [seen for seen in fitting if seen.is_subject]
    if len({id(seen.entry) for seen in subjects}) > 1:
        # A lone word that the recognizer takes for a name is often a club or a town.
        subjects = [seen for seen in subjects if seen.entry.is_surely_person]
    if not subjects:
        return None
    latest = [seen for seen in subjects if seen.sentence == subjects[-1].sentence]
    main = [seen for seen in latest if seen.is_main] if subjects[-1].sentence < number else []
    return (main or latest)[-1]


def _subject_above(token: Token, people: _People) -> Entry | None:
    """Whom an object cannot mean: in "Miller thanked her" and "Miller urged her to go", she is not Miller."""
    if token.lower_ not in ("him", "her") or token.tag_ == "PRP$":
        return None
    for above in islice(token.ancestors, _MOST_ABOVE):
        subject = next((child for child in above.children if child.dep_ in DOING and child != token), None)
        if subject is not None:
            return next((seen.entry for seen in people.at(subject)), None)
    return None


def _as_subject(doc: Doc, mention: Mention) -> Token | None:
    """The token of a mention, or of the phrase around it, that is a subject."""
    span = span_at(doc, mention.start, mention.end)
    head = head_of_name(span)
    # "Its president, X, fears ...": where the parser takes the verb for a noun, the office is the root.
    if head.dep_ in DOING or (head.dep_ == "ROOT" and head.lower_ in ROLES):
        return head
    return span.root if span.root.dep_ in DOING else None


def _is_main(subject: Token | None) -> bool:
    return subject is not None and (subject.dep_ == "ROOT" or subject.head.dep_ == "ROOT")
