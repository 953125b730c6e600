"""Several articles side by side: how each portrays the same actors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from newstance.models.content import content_words
from newstance.models.errors import InputError

from .analysis import Actor, Analysis, Stance
from .reading.actors import match_actor

MOST_ARTICLES = 5
# How the articles that name an actor tell its stance: one says for and another against; some show a side that others
# do not, or show both; all alike; or only one names it.
Difference = Literal["contrary", "partly", "alike", "alone"]
_ORDER: tuple[Difference, ...] = ("contrary", "partly", "alike", "alone")


@dataclass(frozen=True)
class ComparedActor:
    """An actor of several articles.

    Attributes:
        name: The fullest name that any of them gives it.
        actors: The actor in each article, None where it is not named.
    """

    name: str
    actors: tuple[Actor | None, ...]

    @property
    def articles(self) -> int:
        """How many articles name it."""
        return sum(actor is not None for actor in self.actors)


@dataclass(frozen=True)
class Row:
    """An actor's stance toward a target in each article.

    Attributes:
        actor: Whose.
        target: Toward what.
        cells: The index of the stance in each article's ``stances``; None where the article does not name the actor,
            or was not asked.
        difference: Whether the articles tell the same.
    """

    actor: ComparedActor
    target: str
    cells: tuple[int | None, ...]
    difference: Difference


@dataclass(frozen=True)
class Comparison:
    """What several articles say on the same actors and targets.

    Attributes:
        analyses: Of the articles, in their order.
        actors: Those that got stances, the ones in most articles first.
        targets: The union of the analyses' targets.
        rows: Where at least one article shows a stance or a leaning; what differs most first for each actor.
    """

    analyses: tuple[Analysis, ...]
    actors: tuple[ComparedActor, ...]
    targets: tuple[str, ...]
    rows: tuple[Row, ...]


def compare(analyses: Sequence[Analysis]) -> Comparison:
    """Lay analyses beside each other.

    Actors are matched by the rules that merge names within an article; where a name fits several, it stands alone.

    Raises:
        InputError: More than ``MOST_ARTICLES``.
    """
    if len(analyses) > MOST_ARTICLES:
        raise InputError(f"{len(analyses)} articles do not fit beside each other; take at most {MOST_ARTICLES}")
    actors = _matched(analyses)
    targets = tuple(dict.fromkeys(target for analysis in analyses for target in analysis.targets))
    places = [
        {(stance.actor.name, stance.target): i for i, stance in enumerate(analysis.stances)} for analysis in analyses
    ]
    rows = []
    for actor in actors:
        of_actor = []
        for target in targets:
            cells = tuple(
                None if one is None else place.get((one.name, target))
                for one, place in zip(actor.actors, places, strict=True)
            )
            stances = [a.stances[i] for a, i in zip(analyses, cells, strict=True) if i is not None]
            if any(stance.evidence for stance in stances):
                of_actor.append(Row(actor, target, cells, _difference(stances)))
        rows += sorted(of_actor, key=lambda row: _ORDER.index(row.difference))
    return Comparison(tuple(analyses), actors, targets, tuple(rows))


def _difference(stances: Sequence[Stance]) -> Difference:
    if len(stances) < 2:
        return "alone"
    told = {stance.display for stance in stances}
    if {"favor", "against"} <= told:
        return "contrary"
    return "alike" if len(told) == 1 else "partly"


def _matched(analyses: Sequence[Analysis]) -> tuple[ComparedActor, ...]:
    groups: list[dict[int, Actor]] = []
    for number, analysis in enumerate(analyses):
        # Only those before this article: two actors of one article are two.
        earlier = list(groups)
        for actor in dict.fromkeys(stance.actor for stance in analysis.stances):
            group = _group_of(actor, [group for group in earlier if number not in group])
            if group is None:
                groups.append({number: actor})
            else:
                group[number] = actor
    compared = [
        ComparedActor(
            max((actor.name for actor in group.values()), key=len), tuple(group.get(i) for i in range(len(analyses)))
        )
        for group in groups
    ]
    return tuple(sorted(compared, key=lambda actor: (-actor.articles, -_weight(actor))))


def _group_of(actor: Actor, groups: Sequence[dict[int, Actor]]) -> dict[int, Actor] | None:
    fitting = [group for group in groups if any(_same(actor, other) for other in group.values())]
    exact = [group for group in fitting if any(actor.name == other.name for other in group.values())]
    chosen = exact or fitting
    return chosen[0] if len(chosen) == 1 else None


def _same(one: Actor, other: Actor) -> bool:
    if one.name == other.name:
        return True
    if (one.kind == "person") != (other.kind == "person"):
        return False  # Jordan the player is not Jordan the country
    return match_actor(one.name, [other]) is not None or match_actor(other.name, [one]) is not None


def _weight(actor: ComparedActor) -> float:
    return sum(one.weight for one in actor.actors if one is not None)


def shared_targets(proposed: Sequence[Sequence[str]], most: int) -> list[str]:
    """Targets to ask all articles about, from those that each proposes: in turn, no two on the same words.

    Args:
        proposed: For each article, its own, the best first; see ``propose_targets``.
        most: How many at the most.
    """
    chosen: list[str] = []
    for rank in zip_longest(*proposed):
        for name in rank:
            if name is not None and not any(content_words(name) & content_words(other) for other in chosen):
                chosen.append(name)
    return chosen[:most]
