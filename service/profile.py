"""Profiles: which models run, and every number that decides something."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from newstance import configs
from newstance.configs import Settings
from newstance.models.annotator import AnnotatorSettings
from newstance.models.consistency import ConsistencySettings
from newstance.models.stance import StanceSettings
from newstance.models.summarizer import SummarizerSettings

Share = Annotated[float, Field(ge=0, le=1)]


class VoiceWeights(Settings):
    """What a passage counts by whose word it is; see ``Evidence.voice``."""

    own_words: Share
    reported_act: Share
    claim: Share
    narrator: Share


class AggregationSettings(Settings):
    """From sentences to one stance.

    Attributes:
        threshold: A stance less probable than this is reported as neutral.
        evidence_threshold: A passage less probable than this is not shown.
        related_similarity: Where no sentence names the target, the least cosine of target and sentence (by the
            embeddings of ``consistency``) at which the article still counts as telling of it.
        unrelated_weight: What a passage counts that names the actor but nothing of the target.
        unrelated_similarity: The least cosine of target and such a passage at which it counts at all; -1: any.
        context_weight: What it counts if the sentence before it names the target.
        voices: What it counts by whose word it is.
        claim_cap: The most that claims by others make probable, however sure the model is and however many they are.
        doubt_weight: What it counts if it hedges, asks, denies or tells of the past; see ``Evidence.doubt``.
        mixed_threshold: Where both sides reach this, the stance is shown as mixed.
    """

    threshold: Share
    evidence_threshold: Share
    related_similarity: Share
    unrelated_weight: Share
    unrelated_similarity: float = Field(-1.0, ge=-1, le=1)
    context_weight: Share
    voices: VoiceWeights
    claim_cap: Share
    doubt_weight: Share
    mixed_threshold: Share

    @model_validator(mode="after")
    def _evidence_is_shown(self) -> AggregationSettings:
        if self.evidence_threshold > self.threshold:
            raise ValueError("evidence_threshold must not exceed threshold: a stance without evidence cannot exist")
        return self


class GuardSettings(Settings):
    """What becomes of a summary sentence that the article does not support.

    Attributes:
        min_support: The least support score (see ``models/consistency.py``) of a sentence that may stand. Names,
            numbers and quotations that the article does not contain, and roles turned around, stop it at any score.
        unsupported: ``replace`` it by its best source sentence, ``regenerate`` it from other samples of the summarizer
            and replace it if none will do, ``drop`` it, or ``keep`` it with its flag.
        samples: How many further summaries ``regenerate`` draws at most.
    """

    min_support: Share
    unsupported: Literal["replace", "regenerate", "drop", "keep"]
    samples: int = Field(2, ge=1)


class LimitSettings(Settings):
    """How much is taken on.

    Attributes:
        characters: Longer articles are refused.
        tokens: Those with more words and marks are refused: reading takes about 0.25 ms for each. None: three for ten
            characters; articles have at least four characters a token.
        actors: How many of the heaviest actors get stances.
        targets: How many targets are proposed where none is given.
    """

    characters: int = Field(gt=0)
    tokens: int | None = Field(None, gt=0)
    actors: int = Field(gt=0)
    targets: int = Field(gt=0)

    @property
    def most_tokens(self) -> int:
        """How many words and marks are taken."""
        return self.tokens or self.characters * 3 // 10


class Profile(Settings):
    """One way to run newstance, from ``configs/profiles/`` or a file of the user's own."""

    name: str
    description: str
    annotator: AnnotatorSettings
    stance: StanceSettings
    summarizer: SummarizerSettings
    consistency: ConsistencySettings
    aggregation: AggregationSettings
    guard: GuardSettings
    limits: LimitSettings

    @classmethod
    def load(cls, name: str | Path) -> Profile:
        """The profile of a shipped name or a path.

        Raises:
            SettingsError: There is none, or it is wrong.
        """
        return configs.load("profiles", name, cls)


class Named(Settings):
    """A target or actor of a topic, with what else it is called."""

    name: str
    aliases: tuple[str, ...] = ()


class Topic(Settings):
    """A matter with its usual targets, and the other names of its actors."""

    name: str
    description: str
    targets: tuple[Named, ...]
    actors: tuple[Named, ...] = ()

    @classmethod
    def load(cls, name: str | Path) -> Topic:
        """The topic of a shipped name or a path.

        Raises:
            SettingsError: There is none, or it is wrong.
        """
        return configs.load("topics", name, cls)
