from collections.abc import Callable

import pytest

from newstance.models import Annotator
from newstance.service import Actor
from newstance.service.reading.actors import find_actors


@pytest.fixture
def meant(annotator: Annotator) -> Callable[[str, str], str | None]:
    """The actor that the last of some words in a text names or means; None if it is nobody."""

    def find(text: str, words: str) -> str | None:
        start = text.rindex(words)
        doc = annotator.annotate(text)
        return next((a.name for a in find_actors(doc) if any(m.start == start for m in a.mentions)), None)

    return find


@pytest.fixture
def actors(annotator: Annotator) -> Callable[[str], list[Actor]]:
    """The actors of a text."""
    return lambda text: find_actors(annotator.annotate(text))
