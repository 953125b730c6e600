"""Profiles: which models run, and the thresholds and limits that they work with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from newstance import configs
from newstance.configs import Settings
from newstance.models.annotator import AnnotatorSettings
from newstance.models.consistency import ConsistencySettings
from newstance.models.errors import InputError
from newstance.models.stance import StanceSettings
from newstance.models.summarizer import SummarizerSettings

Share = Annotated[float, Field(ge=0, le=1)]

LOWEST_THRESHOLD = 0.3  # the likeliest of three labels has a third, so a lower bound keeps nothing back


class AggregationSettings(Settings):
    """From passages to one stance.

    Attributes:
        threshold: A stance less probable than this is reported as neutral.
        window_words: How many words of passages about actor and target are read together.
        window_share: How much of a stance's probability is the window's; the rest is that of the strongest sentences.
            1 for models that read passages together, less for those that were trained on single sentences.
        sentences_from: From this probability of a side, by the window, its sentences are looked at, or asked one by one
            if the model does not tell of them; so they are where both sides reach ``mixed_threshold``.
        evidence_threshold: The first sentence that is shown for a stance is at least this probable (``Evidence``).
        further_evidence: Every other one is at least this probable.
        most_evidence: How many sentences are shown for a side.
        mixed_threshold: Where both sides are this probable and each has a sentence as probable as further evidence,
            the stance is shown as mixed.
        certainty: From which probability a stance is called leaning, clear and strong; below it is weak.
        related_similarity: Where no sentence names the target, the least cosine of target and sentence (by the
            embeddings of ``consistency``) at which the article still counts as telling of it.
    """

    threshold: Share
    window_words: int = Field(190, ge=20)
    window_share: Share = 1.0
    sentences_from: Share = 0.25
    evidence_threshold: Share
    further_evidence: Share = 0.6
    most_evidence: int = Field(3, ge=1)
    mixed_threshold: Share
    certainty: tuple[Share, Share, Share] = (0.7, 0.85, 0.925)
    related_similarity: Share

    def at(self, threshold: float | None) -> AggregationSettings:
        """The same with another threshold; None leaves it.

        Raises:
            InputError: It is not above 0 and up to 1.
        """
        if threshold is None:
            return self
        if not 0 < threshold <= 1:
            raise InputError(f"the threshold {threshold:g} is out of range; give one above 0 and up to 1")
        # A stance that is less probable than the profile's needs its sentences, too.
        lower = {name: min(getattr(self, name), threshold) for name in ("evidence_threshold", "sentences_from")}
        return self.model_copy(update={"threshold": threshold, **lower})

    @model_validator(mode="after")
    def _evidence_is_shown(self) -> AggregationSettings:
        if self.evidence_threshold > self.threshold:
            raise ValueError("evidence_threshold must not exceed threshold: a stance without evidence cannot exist")
        if list(self.certainty) != sorted(self.certainty):
            raise ValueError("certainty must rise: from when a stance is leaning, clear and strong")
        return self


class GuardSettings(Settings):
    """What becomes of a summary sentence that the article does not support.

    Attributes:
        min_support: The least support score (see ``models/consistency.py``) of a sentence that may stand. Names,
            numbers and quotations that the article does not contain, and roles turned around, stop it at any score.
        min_written: The least of one that the summarizer puts in its own words. A small model, most of whose sentences
            are wrong in some detail, needs more than a sentence of which nothing is known. None: ``min_support``.
        shorten: Whether the article's own sentences lose what they can be told without; see ``models/shortening.py``.
        unsupported: ``replace`` it by a sentence of the article, ``regenerate`` it from other samples of the summarizer
            and replace it if none will do, ``drop`` it, or ``keep`` it with its flag.
        prefer: ``written``: all that the summarizer wrote and that may stand makes up the summary, and others fill the
            gaps. ``coverage``: the article's own sentences compete with it, and those are taken that together tell
            most of the article; for a small model, which often misses the point. It says nothing where all are kept.
        samples: How many further summaries ``regenerate`` draws at most.
    """

    min_support: Share
    min_written: Share | None = None
    shorten: bool = False
    unsupported: Literal["replace", "regenerate", "drop", "keep"]
    prefer: Literal["written", "coverage"] = "written"
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

    def refuse_long(self, text: str, profile: str) -> None:
        """Refuse a text that has more characters than are taken.

        Args:
            text: Of an article.
            profile: What the profile is called.

        Raises:
            InputError: It has more.
        """
        if len(text) > self.characters:
            raise InputError(
                f"the article has {len(text):,} characters, and the profile {profile!r} takes at most "
                f"{self.characters:,}; give one article at a time, or raise limits.characters in a profile of your own"
            )


class LanguageSettings(Settings):
    """What the models were trained on; an analysis of a text in another language says so.

    Attributes:
        trained: ISO 639-1 codes.
        least: How probable a text's language must be to be told. Articles reach 0.97, but Chinese 0.5 beside its
            kin; lists of names stay below.
    """

    trained: tuple[str, ...] = ("en",)
    least: Share = 0.5


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
    languages: LanguageSettings = LanguageSettings()

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
