"""The words that are a name: what the recognizer marks, without article and title, and whether it is a name at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .given_names import is_person
from .names import is_title
from .nouns import BODIES, FEMALE_TITLES, KINDS, LAWS, MALE_TITLES, OTHER_HOLDERS, ROLES, TITLES
from .places import country_named, country_of_people
from .spans import labelled
from .spelling import PARTICLES
from .syntax import is_subject

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

# Labels that the recognizer gives to bodies and people by mistake; they count where syntax says that they speak.
DOUBTFUL = frozenset({"LOC", "FAC", "LAW", "WORK_OF_ART", "PRODUCT", "EVENT"})
_LONGEST_NAME = 150  # characters; what is longer is a text without blanks, and would fill the stance model


def trimmed(span: Span) -> Span | None:
    """The span without article, title and possessive."""
    doc, label = span.doc, span.label_
    start, end = with_particles(doc, span.start, span.end)
    if end > span.end or start < span.start:
        label = "PERSON"
    start, end = with_digits(doc, start, end)
    while end > start and (doc[end - 1].tag_ == "POS" or not _has_letter(doc[end - 1])):
        end -= 1
    while (
        start < end
        and (
            doc[start].lower_ in ("the", "a", "an")
            or (doc[start].tag_ == "RB" and doc[start].is_sent_start and end - start > 1)  # "However Park"
            or not _has_letter(doc[start])
            or (
                end - start > 1
                and is_title(doc[start].text, end - start - 1)
                and country_named(doc[start + 1 : end].text) is None  # "Miss America"
            )
        )
    ):
        if is_title(doc[start].text, end - start - 1):
            label = "PERSON"
        start += 1
    if start == end or doc[start:end].text.lower() in MALE_TITLES | FEMALE_TITLES:
        return None
    before = doc[start - 1].lower_ if start else ""
    root = doc[start:end].root
    if label == "ORG" and root.lower_ in KINDS | BODIES and start and doc[start - 1].ent_type_ == "NORP":
        start -= 1  # the "Polish People's Party"
    if label in ("ORG", "NORP") and start and _belongs(doc[start - 1], root):
        start -= 1  # "Liberal" and "Democrats" are one name
    if label == "PERSON" and before == "the" and root.i == end - 1 and root.dep_ not in ("compound", "nmod"):
        label = "ORG"  # "the Lib Dems"; people have no article
    is_addressed = before in TITLES - OTHER_HOLDERS and root.dep_ != "compound"
    if is_addressed or (label in DOUBTFUL and end - start > 1 and before in ROLES):
        label = "PERSON"  # "Ms Park" is no park
    elif before in ROLES and label == "GPE" and country_named(doc[start:end].text) is None:
        label = "PERSON"  # "striker Lukaku"
    elif before in KINDS and doc[start - 1].text[0].islower():
        label = "ORG"  # "the airline Skylark"
    elif label in ("ORG", "GPE") and is_person(doc[start:end]):
        label = "PERSON"
    return labelled(doc, start, end, label)


def with_particles(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """Where a name begins and ends that is cut behind or before a particle: "Ursula von der", "Cruz"."""
    last = end
    while last < len(doc) and doc[last - 1].lower_ in PARTICLES and _is_part(doc[last]):
        last += 1
    if doc[last - 1].lower_ in PARTICLES:
        last = end
    first = start
    while first and doc[first - 1].lower_ in PARTICLES:
        first -= 1
    if first == start:
        return start, last
    while first and doc[first - 1].tag_ == "NNP" and doc[first - 1].ent_type_ in ("", "PERSON"):
        first -= 1
    # Particles alone are words of other languages: "the cartel de Cali".
    return (first, last) if doc[first].text[0].isupper() else (start, last)


def _is_part(token: Token) -> bool:
    return token.lower_ in PARTICLES or token.text[0].isupper()


def with_digits(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """A name with the number that it begins or ends with: "3M", "5-Star Movement", "Group of 7"."""
    first = start
    while first and not doc[first - 1].whitespace_ and (doc[first - 1].is_digit or doc[first - 1].text == "-"):
        first -= 1
    if not doc[first].is_digit:
        first = start
    if end + 1 < len(doc) and doc[end].lower_ == "of" and doc[end + 1].is_digit and len(doc[end + 1]) < 3:
        end += 2
    return first, end


def _belongs(word: Token, root: Token) -> bool:
    return (
        word.text[0].isupper()
        and not word.is_sent_start
        and word.head == root
        and word.dep_ in ("amod", "compound")
        and not word.ent_type_
        and word.lower_ not in TITLES | ROLES
    )


def _has_letter(token: Token) -> bool:
    return any(c.isalnum() for c in token.text)


def is_name(span: Span) -> bool:
    """Whether a span is the name of somebody, and no adjective, office or thing."""
    if not any(c.isupper() for c in span.text) or span.text.isdigit() or len(span.text) > _LONGEST_NAME:
        return False
    root = span.root
    if span[-1].lower_ in LAWS and (len(span) > 1 or (span.start and span.doc[span.start - 1].lower_ == "the")):
        return False  # "the Bill", "the Paris Agreement"
    if span.label_ == "PERSON" and len(span) == 1 and root.left_edge.lower_ == "an" and not is_subject(root):
        return False  # "an Oscar"
    if span.label_ != "PERSON" and root.left_edge.lower_ in ("a", "an") and root.dep_ in ("appos", "attr"):
        return False  # "a London-based GP", "I am a Catholic"
    if len(span) == 1 and root.is_sent_start and root.tag_ in ("NN", "NNS", "VBG") and not _is_people(root):
        return False  # "Pedestrians can cross" has a capital because it opens the sentence
    if span.label_ != "NORP":
        return True
    # "Turkish" in "Turkish troops" describes; "Palestinians" act.
    return root.dep_ not in ("amod", "compound") and root.tag_ in ("NNS", "NNPS", "NNP")


def _is_people(token: Token) -> bool:
    return country_of_people(token.text.removesuffix("s")) is not None
