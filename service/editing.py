"""Actors corrected by hand: merged, split, renamed; and the analysis that follows from it.

``merge``, ``split`` and ``renamed`` are pure. A ``Session`` applies them to a reader's analysis; of the models only
the stance classifier may run, and only for sentences that it is now asked about in other words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from newstance.models.errors import InputError
from newstance.models.pairs import OnBatch
from newstance.models.words import composed

from .analysis import Actor, Analysis, Kind, Mention
from .analyzer import MOST_RELATED, NO_SUMMARY, Analyzer
from .article import refuse_no_name
from .reading.reading import Reading, with_actors

_LONGEST_NAME = 120


def merge(actors: Sequence[Actor], names: Collection[str], keep: str | None = None) -> tuple[Actor, ...]:
    """Make one actor of several.

    Args:
        actors: All actors of an article.
        names: Those that are one.
        keep: Which of the names it has; None takes the heaviest actor's.

    Returns:
        All actors, the heaviest first; each mention of the merged ones is there once.

    Raises:
        InputError: Fewer than two names, or one that no actor has.
    """
    chosen = [_actor_named(name, actors) for name in dict.fromkeys(names)]
    if len(chosen) < 2:
        raise InputError("merging takes at least two actors; choose another one")
    chosen.sort(key=lambda actor: -actor.weight)
    name = chosen[0].name if keep is None else _actor_named(keep, chosen).name
    forms = {form for actor in chosen for form in (actor.name, *actor.aliases)}
    merged = Actor(
        name,
        chosen[0].kind,
        tuple(sorted(forms - {name})),
        _in_order(mention for actor in chosen for mention in actor.mentions),
        round(sum(actor.weight for actor in chosen), 4),
    )
    return _heaviest_first([merged, *(actor for actor in actors if actor not in chosen)])


def split(actors: Sequence[Actor], name: str, forms: Collection[str], found: Sequence[Actor]) -> tuple[Actor, ...]:
    """Make two actors of one: the mentions of some of its forms become an actor of their own.

    A pronoun goes with the mention that stands last before it, among those of the actor that it was found to mean;
    so splitting a merged actor by the forms of one of its parts gives back what was there before.

    Args:
        actors: All actors of an article.
        name: Whom to split.
        forms: What the article calls the new actor; some of the old one's forms, not all.
        found: The actors as they were before anything was changed by hand.

    Returns:
        All actors, the heaviest first.

    Raises:
        InputError: No actor has that name, or the forms are none of its own, or all.
    """
    actor = _actor_named(name, actors)
    own = {mention.text for mention in actor.mentions if not mention.is_pronoun}
    if strange := sorted(set(forms) - own):
        raise InputError(
            f"the article does not call {name!r} {', '.join(map(repr, strange))}; "
            f"choose from {', '.join(map(repr, sorted(own)))}"
        )
    if not forms or not own - set(forms):
        raise InputError(f"splitting {name!r} takes some of its names, not none and not all of them")
    moved = [m for m in actor.mentions if (_antecedent(m, actor, found) if m.is_pronoun else m).text in set(forms)]
    stays = [m for m in actor.mentions if m not in moved]
    others = [other for other in actors if other is not actor]
    taken = {other.name for other in others}
    first = _made_of(stays, found, actor.kind, taken)
    return _heaviest_first([*others, first, _made_of(moved, found, actor.kind, taken | {first.name})])


def renamed(analysis: Analysis, names: Mapping[str, str]) -> Analysis:
    """The same analysis with other names shown for some actors; nothing else changes.

    Args:
        analysis: What was found.
        names: What to show for each name that is not shown as it is.
    """

    def of(name: str | None) -> str | None:
        return names.get(name, name) if name else None

    def shown(actor: Actor) -> Actor:
        return replace(actor, name=names.get(actor.name, actor.name))

    stances = tuple(
        replace(
            stance,
            actor=shown(stance.actor),
            evidence=tuple(
                replace(item, speaker=of(item.speaker), claimed_by=of(item.claimed_by)) for item in stance.evidence
            ),
        )
        for stance in analysis.stances
    )
    return replace(analysis, actors=tuple(map(shown, analysis.actors)), stances=stances)


@dataclass(frozen=True)
class Session:
    """A reader's analysis that can be changed by hand. Each change gives a new session; the old one stays good.

    Attributes:
        reading: The article, with the actors as they are now.
        stated: The analysis under the names that the classifier is asked with.
        found: The actors as the rules found them.
        shown: What the reader calls an actor, by the name that the classifier is asked with.
        threshold: Below it a stance is neutral; None takes the profile's.
    """

    reading: Reading
    stated: Analysis
    found: tuple[Actor, ...]
    shown: Mapping[str, str] = field(default_factory=dict)
    threshold: float | None = None

    @classmethod
    def of(cls, reading: Reading, analysis: Analysis) -> Session:
        """A session over what was found, nothing changed yet."""
        return cls(reading, analysis, reading.actors)

    @property
    def analysis(self) -> Analysis:
        """What the reader sees."""
        return renamed(self.stated, self.shown)

    def forms(self, name: str) -> list[str]:
        """By which forms an actor can be split: what the article calls it, pronouns aside."""
        actor = _actor_named(self._asked(name), self.reading.actors)
        return sorted({mention.text for mention in actor.mentions if not mention.is_pronoun})

    def merge(self, analyzer: Analyzer, names: Collection[str], keep: str | None = None) -> Session:
        """One actor of several; see ``merge``."""
        asked = [self._asked(name) for name in names]
        actors = merge(self.reading.actors, asked, None if keep is None else self._asked(keep))
        return self._restated(analyzer, actors, self.stated.targets, self.threshold)

    def split(self, analyzer: Analyzer, name: str, forms: Collection[str]) -> Session:
        """Two actors of one; see ``split``."""
        actors = split(self.reading.actors, self._asked(name), forms, self.found)
        return self._restated(analyzer, actors, self.stated.targets, self.threshold)

    def rename(self, name: str, new: str) -> Session:
        """Another name for an actor; its stances stay as they are.

        Raises:
            InputError: The new name is empty, too long, another actor's, or holds control characters.
        """
        asked, new = _actor_named(self._asked(name), self.reading.actors).name, " ".join(composed(new).split())
        if not any(character.isalnum() for character in new):
            raise InputError("the new name is empty; give a word or more")
        refuse_no_name(new, "new name")
        if len(new) > _LONGEST_NAME:
            raise InputError(f"the new name has {len(new)} characters; {_LONGEST_NAME} are the most")
        if any(actor.name == new and self._asked(actor.name) != asked for actor in self.analysis.actors):
            raise InputError(f"{new!r} is the name of another actor; merge the two if they are one")
        return replace(self, shown={**self.shown, asked: new})

    def decide(self, analyzer: Analyzer, threshold: float) -> Session:
        """The same evidence, held against another threshold; see ``Analyzer.state``."""
        return self._restated(analyzer, self.reading.actors, self.stated.targets, threshold)

    def retarget(self, analyzer: Analyzer, targets: Sequence[str]) -> Session:
        """Stances toward other targets."""
        return self._restated(analyzer, self.reading.actors, targets, self.threshold)

    def relations(self, analyzer: Analyzer, most: int = MOST_RELATED, on_batch: OnBatch | None = None) -> Analysis:
        """The analysis with the stances of its heaviest actors toward each other in place of those toward targets.

        Args:
            analyzer: Asked only for what is not known yet.
            most: How many actors.
            on_batch: As in ``Analyzer.analyze``.
        """
        actors = self.reading.actors[:most]
        stances = analyzer.relations(self.reading, actors, self.threshold, on_batch)
        stances = [replace(stance, target=self.shown.get(stance.target, stance.target)) for stance in stances]
        targets = tuple(dict.fromkeys(stance.target for stance in stances))
        return renamed(replace(self.stated, targets=targets, stances=tuple(stances)), self.shown)

    def _restated(
        self, analyzer: Analyzer, actors: tuple[Actor, ...], targets: Sequence[str], threshold: float | None
    ) -> Session:
        reading = self.reading if actors == self.reading.actors else with_actors(self.reading, actors)
        stated, old = analyzer.state(reading, targets, threshold), self.stated
        stated = replace(
            stated,
            summary=old.summary,
            notes=(*stated.notes, *(note for note in old.notes if note.startswith(NO_SUMMARY))),
            models=old.models,
            seconds={**old.seconds, **stated.seconds},
        )
        return replace(
            self, reading=reading, stated=stated, shown=_still_shown(self.shown, actors), threshold=threshold
        )

    def _asked(self, name: str) -> str:
        """The name that the classifier is asked with, of an actor by the name that the reader sees."""
        name = composed(name)
        there = (actor.name for actor in self.reading.actors)
        return next((asked for asked in there if self.shown.get(asked) == name), name)


def _still_shown(shown: Mapping[str, str], actors: Sequence[Actor]) -> Mapping[str, str]:
    """The names given by hand to actors that are still there; none by which another actor is seen, too."""
    kept = {actor.name: shown[actor.name] for actor in actors if actor.name in shown}
    while True:
        seen = Counter(kept.get(actor.name, actor.name) for actor in actors)
        doubled = [asked for asked, name in kept.items() if name != asked and seen[name] > 1]
        if not doubled:
            return kept
        for asked in doubled:  # whose own name another may have been given
            del kept[asked]


def _actor_named(name: str, actors: Sequence[Actor]) -> Actor:
    for actor in actors:
        if actor.name == name:
            return actor
    raise InputError(f"no actor is named {name!r}; there are {', '.join(actor.name for actor in actors)}")


def _in_order(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    once = {(mention.start, mention.end): mention for mention in mentions}
    return tuple(once[span] for span in sorted(once))


def _heaviest_first(actors: Sequence[Actor]) -> tuple[Actor, ...]:
    return tuple(sorted(actors, key=lambda actor: (-actor.weight, actor.mentions[0].start)))


def _antecedent(pronoun: Mention, actor: Actor, found: Sequence[Actor]) -> Mention:
    """The mention by name that decides where a pronoun goes."""
    named = [mention for mention in actor.mentions if not mention.is_pronoun]
    owned = {mention for owner in found if pronoun in owner.mentions for mention in owner.mentions}
    candidates = [mention for mention in named if mention in owned] or named
    return max((m for m in candidates if m.start < pronoun.start), key=lambda m: m.start, default=candidates[0])


def _made_of(mentions: Sequence[Mention], found: Sequence[Actor], kind: Kind, taken: Collection[str]) -> Actor:
    """An actor of some mentions; what they were found to be tells its weight, kind and name."""
    chosen = set(mentions)
    shares = {
        owner: owner.weight * len(chosen & set(owner.mentions)) / len(owner.mentions)
        for owner in found
        if any(mention in chosen for mention in owner.mentions if not mention.is_pronoun)
    }
    # Names that a topic file gives need not stand in the text; they come along with a whole actor only.
    whole = sorted((owner for owner in shares if chosen >= set(owner.mentions)), key=lambda owner: -shares[owner])
    in_text = {mention.text for mention in mentions if not mention.is_pronoun}
    forms = in_text | {form for owner in whole for form in (owner.name, *owner.aliases)}
    names = [*(owner.name for owner in whole), *sorted(in_text, key=lambda form: (-len(form), form))]
    name = next((name for name in names if name not in taken), None)
    if name is None:
        raise InputError(f"another actor has the name {names[0]!r} already; merge the two instead")
    heaviest = max(shares, key=lambda owner: shares[owner], default=None)
    return Actor(
        name,
        heaviest.kind if heaviest else kind,
        tuple(sorted(forms - {name})),
        _in_order(mentions),
        round(sum(shares.values()), 4),
    )
