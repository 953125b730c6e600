"""What all parts of a run share."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from newstance.models.stance import StanceQuery
from newstance.service import Analyzer, Profile

from .forms import make_forms
from .texts import questions


@dataclass
class Bench:
    """How much is measured, and with what.

    Attributes:
        profile: A name, or a path.
        repetitions: Of everything that is timed.
        number: Questions to the pair classifiers.
        many: Articles that go through ``analyze_many``.
        users: Who ask the server at once.
        seconds: How long they do.
        seed: Of what is drawn.
        tell: Hears what is being done.
    """

    profile: str = "embedded"
    repetitions: int = 5
    number: int = 200
    many: int = 100
    users: int = 20
    seconds: float = 20.0
    seed: int = 20260
    tell: Callable[[str], None] = lambda what: None

    @property
    def is_trial(self) -> bool:
        """Whether this is too little to tell anything."""
        return self.repetitions < 5 or self.number < 200 or self.many < 100 or self.seconds < 10

    @property
    def source(self) -> str:
        """The stance model's weights."""
        return Profile.load(self.profile).stance.source

    def analyzer(self) -> Analyzer:
        """The profile's, with models that have been used once."""
        from newstance.service import Article

        analyzer = Analyzer.from_profile(self.profile)
        analyzer.analyze(Article.from_text("Kim praised Putin."), ["the weather"], summarize=False)
        return analyzer

    @cached_property
    def questions(self) -> Sequence[StanceQuery]:
        """What the pair classifiers are asked."""
        return questions(self.analyzer(), self.number, self.seed)

    @cached_property
    def more_questions(self) -> Sequence[StanceQuery]:
        """Five times as many, to compare labels by; not timed."""
        return questions(self.analyzer(), 5 * self.number, self.seed)

    @cached_property
    def forms(self) -> Path:
        """The weights in every form; there as long as this object is."""
        self.tell("the weights in other forms")
        folder = Path(self._scratch.name)
        make_forms(self.source, folder, self.questions, self._longest())
        return folder

    @cached_property
    def _scratch(self) -> tempfile.TemporaryDirectory[str]:
        return tempfile.TemporaryDirectory()

    def _longest(self) -> int:
        from newstance.models.pairs import PairClassifier
        from newstance.models.sources import locate

        return PairClassifier.load(locate(self.source)).max_length
