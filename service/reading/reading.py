"""An article that has been read: what is known of it, found once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from newstance.models.hearing import Heard, unheard
from newstance.models.retrieval import Sources

from ..analysis import Actor
from ..article import Article
from ..profile import Topic
from .answers import Answers
from .quotations import Quotation, find_quotations
from .sentences import Sentence, sentences_of

if TYPE_CHECKING:
    from spacy.tokens import Doc


@dataclass(frozen=True)
class Reading:
    """An article with what was found in it before any stance was asked for; and the classifier's answers since.

    Models are shared by all who read, and remember nothing of an article; what they say of it is kept here.
    """

    article: Article
    doc: Doc
    actors: tuple[Actor, ...]
    quotations: tuple[Quotation, ...]
    sentences: tuple[Sentence, ...]
    topic: Topic | None
    sources: Sources
    answers: Answers = field(default_factory=Answers, compare=False, repr=False)


def with_actors(reading: Reading, actors: Sequence[Actor], heard: Heard = unheard) -> Reading:
    """The same article with other actors; who speaks in its quotations follows from them, by rules alone."""
    quotations = tuple(find_quotations(reading.doc, actors, heard))
    return replace(
        reading, actors=tuple(actors), quotations=quotations, sentences=sentences_of(reading.doc, quotations)
    )
