"""The models of one profile, loaded once, and some of them not before they are needed."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Self

from newstance.models import Annotator, StanceClassifier, load_summarizer
from newstance.models.consistency import ConsistencyChecker
from newstance.models.summarizer import Summarizer

from .profile import Profile
from .reading.answers import Answers

log = logging.getLogger(__name__)


class Parts:
    """What reads and answers.

    The parts can be used alone: ``annotator``, ``classifier``, ``summarizer``, ``consistency``. The last two are loaded
    when they are first needed.

    Args:
        profile: Every number that decides something.
        annotator: Sentences, entities, syntax.
        classifier: Stance of a holder toward a target in a text.
        summarizer: None loads the profile's when a summary is first asked for.
        device: Where what is loaded later runs, as torch names it; models in ONNX run on the CPU.
    """

    def __init__(
        self,
        profile: Profile,
        annotator: Annotator,
        classifier: StanceClassifier,
        summarizer: Summarizer | None = None,
        device: str = "cpu",
    ) -> None:
        self.profile = profile
        self.annotator = annotator
        self.classifier = classifier
        self._summarizer = summarizer
        self.answers: Answers | None = None
        self._device = device
        self._consistency: ConsistencyChecker | None = None
        self._loading = threading.Lock()

    @classmethod
    def from_profile(
        cls, profile: str | Path | Profile, summarizer: Summarizer | None = None, device: str = "cpu"
    ) -> Self:
        """Load the models of a profile.

        Args:
            profile: A name in ``configs/profiles``, the path of a YAML file, or a Profile.
            summarizer: Used in place of the profile's.
            device: Where models run, as torch names it; those in ONNX run on the CPU.

        Raises:
            SettingsError: The profile is missing or wrong.
            WeightsNotFoundError: Weights that it names are missing; the message says what gets them.
        """
        _without_bars()
        chosen = profile if isinstance(profile, Profile) else Profile.load(profile)
        classifier = StanceClassifier.load(chosen.stance, device)
        return cls(chosen, Annotator.load(chosen.annotator), classifier, summarizer, device)

    def remember(self, most: int) -> None:
        """Keep the stance model's answers across articles, so that it is asked little about copies of one report.

        A model whose answers depend on what else is in a batch is asked each time, so that no answer changes.

        Args:
            most: How many answers are kept; the oldest go first.
        """
        if self.classifier.pairs.asks_singly:
            self.answers = Answers(most)

    @property
    def summarizer(self) -> Summarizer:
        """The profile's summarizer."""
        with self._loading:
            if self._summarizer is None:
                self._summarizer = load_summarizer(self.profile.summarizer, self._device)
            return self._summarizer

    @property
    def consistency(self) -> ConsistencyChecker:
        """The profile's models that hold summaries against their articles."""
        with self._loading:
            if self._consistency is None:
                self._consistency = ConsistencyChecker.load(self.profile.consistency, self._device)
            return self._consistency

    def models(self) -> dict[str, str]:
        """Which weights run, by part."""
        return {
            "annotator": self.annotator.name,
            "stance": self.profile.stance.source,
            "summarizer": self.profile.summarizer.source or self.profile.summarizer.kind,
            "consistency": self.profile.consistency.source,
        }


def _without_bars() -> None:
    """Have transformers draw no bars for models that load in a second, unless all is told; downloads keep theirs."""
    from transformers.utils import logging as transformers_logging

    if not log.isEnabledFor(logging.INFO):
        transformers_logging.disable_progress_bar()
