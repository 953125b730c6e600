"""Whom "he", "she", "it" and "they" mean: rules on the parse, which leave a pronoun alone where two people fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .analysis import Mention
from .entries import Entry
from .nouns import ROLES
from .quotation_marks import quoted_spans
from .speakers import CUES
from .syntax import SUBJECTS, head_of_name

_HE = frozenset({"he", "him", "his", "himself"})
_SHE = frozenset({"she", "her", "hers", "herself"})
_IT = frozenset({"it", "they"})
_WINDOW = 3  # sentences back that a pronoun may reach


@dataclass(frozen=True)
class _Seen:
    """A place where a person was named or meant: in which sentence, and whether as a subject, of its main clause."""

    sentence: int
    entry: Entry
    mention: Mention
    is_subject: bool
    is_main: bool


def add_pronouns(doc: Any, entries: Sequence[Entry]) -> None:
    """He and she are the person who is the subject of their own clause or of one above it, else the subject of the
    last sentence that had one, if the gender is not known to be another; with somebody else named since, they are
    left alone. "It" and "they" that open a sentence or speak are the body, country or group that was the subject of
    the one before."""  # noqa: D205, D209
    named = {m.start: (e, m) for e in entries for m in e.mentions}
    covered = {i for e in entries for m in e.mentions for i in range(m.start, m.end)}
    strangers: dict[str, Entry] = {}
    people: list[_Seen] = []
    bodies: list[tuple[int, Entry]] = []  # (sentence, subject), the latest last
    quoted = [range(start, end) for start, end, *_ in quoted_spans(doc.text)]
    number = 0  # of sentences, where those that are nothing but somebody's words belong to the one after
    for sentence in (s for s in doc.sents if s.text.strip()):
        # Who is "he" in somebody else's mouth?
        told = [token for token in sentence if not any(token.idx in span for span in quoted)]
        number += any(token.is_alpha for token in told)
        for token in told:
            if token.idx in named:
                entry, mention = named[token.idx]
                subject = _as_subject(doc, mention)
                if entry.kind == "person":
                    people.append(_Seen(number, entry, mention, subject is not None, _is_main(subject)))
                elif subject is not None:
                    bodies.append((number, entry))
                continue
            if token.idx not in covered and _may_be_a_person(token):
                # "Campbell won. He ...": a subject that the recognizer missed is nobody here, and "he" is nobody else.
                entry = strangers.setdefault(token.text, Entry(token.text, labels=Counter(PERSON=1), is_titled=True))
                mention = Mention(token.idx, token.idx + len(token), token.text)
                people.append(_Seen(number, entry, mention, True, _is_main(token)))
                continue
            meant = _meant_by(token, sentence, number, people, bodies)
            if meant is None:
                continue
            if token.lower_ in _HE | _SHE:
                meant.is_male = token.lower_ in _HE
            mention = Mention(token.idx, token.idx + len(token), token.text, is_pronoun=True)
            meant.mentions.append(mention)
            is_subject = token.dep_ in SUBJECTS
            meant.acts += is_subject
            if meant.kind == "person":
                people.append(_Seen(number, meant, mention, is_subject, is_subject and _is_main(token)))
            elif is_subject:
                bodies.append((number, meant))


def _may_be_a_person(token: Any) -> bool:
    is_name = token.pos_ == "PROPN" and token.dep_ in SUBJECTS and not token.text.isupper()
    return is_name and token.ent_type_ in ("", "PERSON")


def _meant_by(
    token: Any, sentence: Any, number: int, people: Sequence[_Seen], bodies: Sequence[tuple[int, Entry]]
) -> Entry | None:
    if token.lower_ in _HE | _SHE:
        return _person_meant(token, number, people)
    opens = token.i == next((t.i for t in sentence if not t.is_space), -1)
    speaks = token.dep_ == "nsubj" and token.head.lemma_.lower() in CUES  # `"...," they said.`
    if (opens or speaks) and token.lower_ in _IT and token.dep_ in ("nsubj", "nsubjpass") and bodies:
        last, entry = bodies[-1]
        return entry if last == number - 1 else None
    return None


def _person_meant(token: Any, number: int, people: Sequence[_Seen]) -> Entry | None:
    male = token.lower_ in _HE
    other = _subject_above(token, people)
    fitting = [
        seen
        for seen in people
        if number - seen.sentence <= _WINDOW and seen.entry.is_male in (None, male) and seen.entry is not other
    ]
    meant = _subject_of_own_clause(token, fitting) or _last_subject(fitting, number)
    if meant is None:
        return None
    rivals = fitting[fitting.index(meant) + 1 :]
    goes_on = meant.is_main and meant.sentence == number - 1 and token.dep_ in SUBJECTS and _is_main(token)
    is_unsure = any(seen.entry is not meant.entry and seen.entry.is_surely_person for seen in rivals)
    return None if is_unsure and not goes_on else meant.entry


def _subject_of_own_clause(token: Any, fitting: Sequence[_Seen]) -> _Seen | None:
    """ "Miller thanked his friends", "Miller says that he ..."."""
    for above in token.ancestors:
        for child in above.children:
            if child.dep_ in SUBJECTS and child.i < token.i and (seen := _seen_at(child, fitting)):
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


def _subject_above(token: Any, people: Sequence[_Seen]) -> Entry | None:
    """Whom an object cannot mean: in "Miller thanked her" and "Miller urged her to go", she is not Miller."""
    if token.lower_ not in ("him", "her") or token.tag_ == "PRP$":
        return None
    for above in token.ancestors:
        subject = next((child for child in above.children if child.dep_ in SUBJECTS and child != token), None)
        if subject is not None:
            seen = _seen_at(subject, people)
            return seen.entry if seen else None
    return None


def _seen_at(token: Any, people: Sequence[_Seen]) -> _Seen | None:
    return next((seen for seen in people if seen.mention.start <= token.idx < seen.mention.end), None)


def _as_subject(doc: Any, mention: Mention) -> Any | None:
    """The token of a mention, or of the phrase around it, that is a subject."""
    span = doc.char_span(mention.start, mention.end, alignment_mode="expand")
    head = head_of_name(span)
    # "Its president, X, fears ...": where the parser takes the verb for a noun, the office is the root.
    if head.dep_ in SUBJECTS or (head.dep_ == "ROOT" and head.lower_ in ROLES):
        return head
    return span.root if span.root.dep_ in SUBJECTS else None


def _is_main(subject: Any | None) -> bool:
    return subject is not None and (subject.dep_ == "ROOT" or subject.head.dep_ == "ROOT")
