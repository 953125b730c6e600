"""Corrections of what an analysis says: of a cell of the board, and of the actors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from newstance.models.errors import InputError
from newstance.models.stance import Label

from ..analysis import Actor, Analysis, Kind, Stance
from .record import Change, Correction


class Coder:
    """Makes the corrections of one coder in one article.

    Args:
        analysis: What the coder sees.
        name: Who that is.
    """

    def __init__(self, analysis: Analysis, name: str) -> None:
        self._analysis, self._name = analysis, name

    def stance(self, stance: Stance, label: Label) -> Correction:
        """A cell is of this label; or is rightly so."""
        probability = round(stance.probability, 4)
        return self._of(stance.actor, "stance", label, target=stance.target, said=stance.label, probability=probability)

    def no_actor(self, actor: Actor) -> Correction:
        """Whoever is called so here is no actor."""
        return self._of(actor, "no actor", "", said=actor.kind)

    def kind(self, actor: Actor, kind: Kind) -> Correction:
        """An actor is of this kind."""
        return self._of(actor, "kind", kind, said=actor.kind)

    def merged(self, names: Sequence[str], kept: str | None = None) -> list[Correction]:
        """Actors are one, whose name is kept; None keeps the heaviest actor's."""
        kept = kept or max(map(self.actor, names), key=lambda actor: actor.weight).name
        return [self._of(self.actor(name), "merge", kept) for name in dict.fromkeys(names) if name != kept]

    def split(self, name: str, forms: Sequence[str]) -> list[Correction]:
        """Some of what the article calls an actor means somebody else."""
        return [self._of(self.actor(name), "split", form) for form in dict.fromkeys(forms)]

    def renamed(self, name: str, new: str) -> Correction:
        """An actor is called otherwise."""
        return self._of(self.actor(name), "rename", " ".join(new.split()))

    def actor(self, name: str) -> Actor:
        """The actor of a name.

        Raises:
            InputError: There is none.
        """
        for actor in self._analysis.actors:
            if actor.name == name:
                return actor
        raise InputError(f"no actor is named {name!r}; there are {', '.join(a.name for a in self._analysis.actors)}")

    def _of(self, actor: Actor, change: Change, label: str, **more: Any) -> Correction:
        article = self._analysis.article
        return Correction(
            article.text,
            actor.name,
            label,
            self._name,
            change=change,
            model=self._analysis.models.get("stance", ""),
            title=article.title,
            source=article.source,
            **more,
        )
