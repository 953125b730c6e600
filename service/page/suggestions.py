"""Targets that are offered while a reader types."""

from __future__ import annotations

from newstance.service.reading.reading import Reading
from newstance.service.reading.targets import propose_targets

_MOST = 30  # a list that a reader can look through
MOST_CHARACTERS = 20_000  # of a text that is read for suggestions alone, before anybody has asked for more


def suggested(reading: Reading) -> list[str]:
    """The targets of the article's topic, then what it is argued about, by weight, then its other actors."""
    topic = [target.name for target in reading.topic.targets] if reading.topic else []
    found = propose_targets(reading.doc, reading.actors, _MOST)
    return list(dict.fromkeys([*topic, *found, *(actor.name for actor in reading.actors)]))[:_MOST]
