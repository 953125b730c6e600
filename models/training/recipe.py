"""What a training run is made of, as ``configs/training`` says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import Field, field_validator, model_validator

from newstance.configs import Settings

from ..annotator import AnnotatorSettings
from ..errors import WeightsNotFoundError
from ..sources import joined_archive, locate, sha256_of
from .export import FORMS
from .fit import FitSettings
from .judged import JudgedSet
from .stance_rows import LabelledSet
from .statements import Statements
from .support_rows import SupportSet

Terms = Literal["all", "open"]
AnySet = LabelledSet | JudgedSet | SupportSet


class Base(Settings):
    """The pretrained encoder that training starts from: a zip archive in pieces, or one folder.

    Attributes:
        name: What the model card calls it.
        licence: Its licence.
        sha256: Of its ``model.safetensors``.
        parts: Sources of the pieces, in order; or one source, of a folder.
    """

    name: str
    licence: str
    sha256: str
    parts: list[str] = Field(min_length=1)

    def folder(self) -> Path:
        """Where its files are.

        Raises:
            WeightsNotFoundError: They are missing, or are others.
        """
        if len(self.parts) > 1:
            return joined_archive(self.parts, self.sha256)
        folder = locate(self.parts[0]).path
        if sha256_of(folder / "model.safetensors") != self.sha256:
            raise WeightsNotFoundError(f"{self.parts[0]} does not hold weights with sha256 {self.sha256}")
        return folder


class StancePart(Settings):
    """Labelled stance rows.

    Attributes:
        train: What is trained on.
        dev: What is scored, never trained on.
        calibrate_on: The names of those dev sets, judged ones among them, on which the temperature is fitted.
        frames: How rows are written that put words into a speaker's mouth.
        statements: Rows from templates.
        twins: Whether rows between names, judged ones too, get a twin with other names.
    """

    train: tuple[LabelledSet, ...] = ()
    dev: tuple[LabelledSet, ...] = ()
    calibrate_on: list[str]
    frames: tuple[str, ...] = ()
    statements: Statements | None = None
    twins: bool = False


class JudgedPart(Settings):
    """Judged articles; ``excluded`` are files of articles that must not be trained on, as rows of other sets either."""

    train: tuple[JudgedSet, ...] = ()
    dev: tuple[JudgedSet, ...] = ()
    excluded: tuple[str, ...] = ()


class SupportPart(Settings):
    """Does a passage bear a claim out? The models here parse what claims are made from, and find the passages."""

    annotator: AnnotatorSettings
    embeddings: str
    train: tuple[SupportSet, ...] = ()
    dev: tuple[SupportSet, ...] = ()
    calibrate_on: list[str]
    excluded: tuple[str, ...] = ()


Part = TypeVar("Part", StancePart, JudgedPart, SupportPart)


class Recipe(Settings):
    """One training run; see ``configs/training/newstance-mpnet.yaml``.

    Attributes:
        name: Of the model.
        base: What it starts from.
        form: In which it is shipped; one of ``export.FORMS``.
        fit: How it is fitted.
        shallower: How a model of fewer layers is fitted after that, with this one as its teacher; what is not given
            is as in ``fit``.
        stance: Rows of labelled sets for the stance head.
        judged: Rows of judged articles, for the same.
        support: Rows for the support head.
    """

    name: str
    base: Base
    form: str
    fit: FitSettings
    shallower: FitSettings | None = None
    stance: StancePart
    judged: JudgedPart = JudgedPart()
    support: SupportPart

    @model_validator(mode="before")
    @classmethod
    def _takes_the_rest_from_the_first_fit(cls, given: Any) -> Any:
        if isinstance(given, dict) and isinstance(given.get("fit"), dict) and isinstance(given.get("shallower"), dict):
            return given | {"shallower": given["fit"] | given["shallower"]}
        return given

    @field_validator("fit", "shallower", mode="before")
    @classmethod
    def _knows_its_keys(cls, given: Any) -> Any:
        if isinstance(given, dict) and (unknown := set(given) - {field.name for field in fields(FitSettings)}):
            raise ValueError(f"unknown keys {', '.join(sorted(map(str, unknown)))}")
        return given

    @model_validator(mode="after")
    def _names_what_it_has(self) -> Self:
        if self.form not in FORMS:
            raise ValueError(f"form must be one of {', '.join(FORMS)}")
        if self.shallower is not None:
            if not 0 < self.shallower.layers < self.fit.layers:
                raise ValueError(f"shallower: layers must be fewer than the {self.fit.layers} of the first fit")
            if self.shallower.teacher <= 0:
                raise ValueError("shallower: teacher says how much the first model's answers weigh; give more than 0")
            if self.shallower.max_length != self.fit.max_length:
                raise ValueError("shallower: max_length is that of the first fit")
        for kind, sets in (("train", self.training_sets()), ("dev", self.dev_sets())):
            names = [part.name for part in sets]
            if twice := {name for name in names if names.count(name) > 1}:
                raise ValueError(f"several {kind} sets are named {', '.join(sorted(twice))}")
        known: dict[str, list[AnySet]] = {
            "stance": [*self.stance.dev, *self.judged.dev],
            "support": [*self.support.dev],
        }
        for head, wanted in (("stance", self.stance.calibrate_on), ("support", self.support.calibrate_on)):
            if unknown := set(wanted) - {part.name for part in known[head]}:
                raise ValueError(f"calibrate_on names {sorted(unknown)}, which are no dev sets of {head}")
        if self.stance.statements and (
            lacking := set(self.stance.statements.topics_from) - {part.name for part in self.stance.train}
        ):
            raise ValueError(f"topics_from names {sorted(lacking)}, which are no stance sets")
        return self

    def last_fit(self) -> FitSettings:
        """How the model is fitted that is shipped."""
        return self.shallower or self.fit

    def training_sets(self) -> list[AnySet]:
        """All sets that are trained on."""
        return [*self.stance.train, *self.judged.train, *self.support.train]

    def dev_sets(self) -> list[AnySet]:
        """All sets that are scored."""
        return [*self.stance.dev, *self.judged.dev, *self.support.dev]

    def use(self) -> str:
        """What the terms of the sets leave of the use of weights trained on them, in a few words."""
        return use_of_sets(self.training_sets())

    def on_terms(self, terms: Terms) -> Recipe:
        """The recipe itself, or without the training sets whose terms are restricted.

        Development sets stay: nothing is learned from them.
        """
        if terms == "all":
            return self
        stance, judged, support = open_part(self.stance), open_part(self.judged), open_part(self.support)
        statements = self.stance.statements
        if statements is not None:
            kept = {labelled.name for labelled in stance.train}
            topics = tuple(name for name in statements.topics_from if name in kept)
            stance = stance.model_copy(update={"statements": statements.model_copy(update={"topics_from": topics})})
        return self.model_copy(update={"stance": stance, "judged": judged, "support": support})


def use_of_sets(sets: Sequence[AnySet]) -> str:
    """What the terms of sets leave of the use of weights trained on them, in a few words."""
    if any(part.restricted for part in sets):
        return "research and other non-commercial use"
    return "any use that its sets' terms allow: some ask to be named, or to share alike"


def open_part(part: Part) -> Part:
    """A part of a recipe without the training sets whose terms are restricted."""
    return part.model_copy(update={"train": tuple(labelled for labelled in part.train if not labelled.restricted)})
