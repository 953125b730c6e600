"""How well the actors of an article are found, against a list made by hand or against the actors that judgements name.

Matching is by name: an entry is right where one of its names is one of the listed ones. Where an article's actors are
listed, an entry that no list holds is false; judgements name only some of an article's actors, so they tell what is
missed or split, and not what is false.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from newstance.models.errors import InputError
from newstance.service import Actor, Article
from newstance.service.article import SAMPLES
from newstance.service.reading.actors import bare_name, match_actor

from .labelled import LabelledSet, load_set
from .records import shipped_rows

LISTED = "floor-actors.jsonl"
_ARTICLES = "floor-articles"

FindActors = Callable[[str], Sequence[Actor]]
Names = Sequence[str]


@dataclass(frozen=True)
class ActorScore:
    """What was found of some articles' actors.

    Attributes:
        wanted: How many actors there are.
        entries: How many entries were made.
        missed: Actors without an entry.
        twice: Actors with more than one entry.
        false: Entries that are no actor; None where not all actors of an article are known.
    """

    wanted: int
    entries: int
    missed: tuple[str, ...]
    twice: tuple[str, ...]
    false: tuple[str, ...] | None

    @property
    def recall(self) -> float:
        """The share of actors with an entry."""
        return 1 - len(self.missed) / self.wanted

    def __add__(self, other: ActorScore) -> ActorScore:
        false = None if self.false is None or other.false is None else self.false + other.false
        return ActorScore(
            self.wanted + other.wanted,
            self.entries + other.entries,
            self.missed + other.missed,
            self.twice + other.twice,
            false,
        )

    def as_text(self) -> str:
        """One line, and one more for each kind of error."""
        line = f"recall {self.recall:.3f} ({self.wanted - len(self.missed)} of {self.wanted}), twice {len(self.twice)}"
        if self.false is not None:
            line += f", false {len(self.false)} of {self.entries} entries"
        errors = {"missed": self.missed, "twice": self.twice, "false": self.false or ()}
        return "\n".join([line, *(f"  {kind}: {', '.join(names)}" for kind, names in errors.items() if names)])


def score_listed(wanted: Sequence[Names], optional: Sequence[Names], actors: Sequence[Actor]) -> ActorScore:
    """Score one article whose actors are all listed.

    Args:
        wanted: The names of each actor, the main one first.
        optional: Names of those who may have an entry or not, such as a place that could act.
        actors: What was found.
    """
    fits = [[actor for actor in actors if has_name(actor, names)] for names in wanted]
    allowed = [name for names in (*wanted, *optional) for name in names]
    return ActorScore(
        len(wanted),
        len(actors),
        tuple(names[0] for names, found in zip(wanted, fits, strict=True) if not found),
        tuple(names[0] for names, found in zip(wanted, fits, strict=True) if len(found) > 1),
        tuple(actor.name for actor in actors if not has_name(actor, allowed)),
    )


def score_judged(names: Sequence[str], actors: Sequence[Actor]) -> ActorScore:
    """Score one article by the actors that its judgements name; two names may mean one actor."""
    wanted = list(dict.fromkeys(names))
    return ActorScore(
        len(wanted),
        len(actors),
        tuple(name for name in wanted if match_actor(name, actors) is None),
        tuple(name for name in wanted if sum(has_name(actor, [name]) for actor in actors) > 1),
        None,
    )


def score_shipped(find: FindActors) -> ActorScore:
    """Score the articles whose actors are listed with newstance: the floor articles and the samples.

    Args:
        find: Gives the actors of a text.
    """
    texts = {example.group: example.input["text"] for example in load_set(_ARTICLES).examples}
    texts |= {f"sample-{path.stem}": Article.from_file(path).text for path in SAMPLES.glob("*.md")}
    return _sum(score_listed(row["actors"], row["optional"], find(texts[row["id"]])) for row in listed())


def score_set(labelled: LabelledSet, find: FindActors) -> ActorScore:
    """Score the articles of a labelled set by its judgements.

    Raises:
        InputError: It is no set of articles.
    """
    if labelled.config.kind != "articles":
        raise InputError(f"{labelled.config.name} has no articles with judgements; name a set of kind articles")
    names: dict[str, list[str]] = {}
    for example in labelled.examples:
        names.setdefault(example.input["text"], []).append(example.input["holder"])
    return _sum(score_judged(judged, find(text)) for text, judged in names.items())


def listed() -> list[dict[str, Any]]:
    """The shipped lists: ``id``, ``actors``, ``optional``."""
    return shipped_rows(LISTED)


def _sum(scores: Iterator[ActorScore]) -> ActorScore:
    total = next(scores)
    for score in scores:
        total += score
    return total


def has_name(actor: Actor, names: Names) -> bool:
    """Whether an actor is called by one of some names; titles, articles and capitals aside."""
    wanted = {bare_name(name).casefold() for name in names}
    return any(bare_name(form).casefold() in wanted for form in (actor.name, *actor.aliases))
