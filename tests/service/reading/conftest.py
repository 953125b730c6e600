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


@pytest.fixture
def actors_in(annotator: Annotator) -> Callable[..., dict[str, Actor]]:
    """{name: actor} of a text."""

    def find(text: str, **aliases: list[str]) -> dict[str, Actor]:
        found = find_actors(annotator.annotate(text), aliases)
        assert len({actor.name for actor in found}) == len(found)
        for actor in found:
            assert all(text[m.start : m.end] == m.text for m in actor.mentions)
        return {actor.name: actor for actor in found}

    return find
