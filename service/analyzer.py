"""The one road from an article to its analysis."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from newstance.models import Annotator, StanceClassifier, load_summarizer
from newstance.models.consistency import ground
from newstance.models.errors import InputError, ModelError
from newstance.models.summarizer import Summarizer

from .actors import find_actors, match_actor, named_in
from .aggregation import aggregate
from .analysis import Actor, Analysis, Source, Stance, Summary, SummarySentence
from .article import Article
from .passages import Passage, Target, passages_of, query_for, target_of
from .profile import Profile, Topic
from .quotations import Quotation, find_quotations
from .targets import propose_targets

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Reading:
    """An article with what was found in it before any stance was asked for."""

    article: Article
    doc: Any
    actors: tuple[Actor, ...]
    quotations: tuple[Quotation, ...]
    topic: Topic | None


class Analyzer:
    """Summaries, actors and stances of articles, by the models of one profile.

    The parts can be used alone: ``annotator``, ``classifier``, ``summarizer``. The summarizer is loaded when it is
    first needed.

    Args:
        profile: Every number that decides something.
        annotator: Sentences, entities, syntax.
        classifier: Stance of a holder toward a target in a text.
        summarizer: None loads the profile's when a summary is first asked for.
    """

    def __init__(
        self,
        profile: Profile,
        annotator: Annotator,
        classifier: StanceClassifier,
        summarizer: Summarizer | None = None,
    ) -> None:
        self.profile = profile
        self.annotator = annotator
        self.classifier = classifier
        self._summarizer = summarizer
        self._loading = threading.Lock()

    @classmethod
    def from_profile(cls, profile: str | Path | Profile, summarizer: Summarizer | None = None) -> Analyzer:
        """Load the models of a profile.

        Args:
            profile: A name in ``configs/profiles``, the path of a YAML file, or a Profile.
            summarizer: Used in place of the profile's.

        Raises:
            SettingsError: The profile is missing or wrong.
            WeightsNotFoundError: Weights that it names are missing; the message says what gets them.
        """
        chosen = profile if isinstance(profile, Profile) else Profile.load(profile)
        return cls(chosen, Annotator.load(chosen.annotator), StanceClassifier.load(chosen.stance), summarizer)

    @property
    def summarizer(self) -> Summarizer:
        """The profile's summarizer."""
        with self._loading:
            if self._summarizer is None:
                self._summarizer = load_summarizer(self.profile.summarizer)
            return self._summarizer

    def analyze(
        self,
        article: Article,
        targets: Sequence[str] | None = None,
        topic: str | Path | Topic | None = None,
        summarize: bool = True,
        sentences: int | None = None,
        progress: Progress = lambda step: None,
    ) -> Analysis:
        """Read an article: summary, actors, and each actor's stance toward each target.

        Where the summarizer fails on an article, the analysis has no summary, and a note says why.

        Args:
            article: The article.
            targets: What stances are asked for; None takes the topic's, or proposes some from the article.
            topic: A name in ``configs/topics``, a path, or a Topic: targets and aliases of one matter.
            summarize: False leaves the summary out.
            sentences: The summary's length; None takes the profile's.
            progress: Called with the name of each step as it begins.

        Raises:
            InputError: The article is longer than the profile allows, or a target is empty or too long.
        """
        seconds: dict[str, float] = {}
        with _timed("reading", seconds, progress):
            reading = self.read(article, topic)
        wanted = self._targets(reading, targets)
        chosen = reading.actors[: self.profile.limits.actors]
        with _timed("stances", seconds, progress):
            stances = self._stances(reading, [(actor, target) for actor in chosen for target in wanted])
        summary, notes = None, list[str]()
        if summarize:
            with _timed("summary", seconds, progress):
                try:
                    summary = self._checked_summary(reading, sentences)
                except ModelError as error:  # the stances are there, and are worth having without it
                    notes.append(f"No summary: {error}")
        if not reading.actors:
            notes.append("No actors were found in this article.")
        if len(reading.actors) > len(chosen):
            notes.append(f"Stances are given for the {len(chosen)} heaviest of {len(reading.actors)} actors.")
        if not wanted:
            notes.append("No target was given, and none could be proposed from the article.")
        return Analysis(
            article,
            summary,
            reading.actors,
            tuple(target.name for target in wanted),
            tuple(stances),
            tuple(notes),
            self.models(),
            seconds,
        )

    def summarize(
        self, article: Article, sentences: int | None = None, on_text: Callable[[str], None] | None = None
    ) -> Summary:
        """The article's summary alone, each sentence held against the article.

        Args:
            article: The article.
            sentences: Its length; None takes the profile's.
            on_text: Called with each piece of raw text as the model writes it, before it is checked; an exception
                raised in it stops the model.
        """
        return self._checked_summary(self.read(article), sentences, on_text)

    def stances_of(
        self, article: Article, pairs: Sequence[tuple[str, str]], topic: str | Path | Topic | None = None
    ) -> list[Stance]:
        """The stances of named actors toward named targets.

        Args:
            article: The article.
            pairs: (actor, target) names. An actor that the article does not name is neutral without evidence.
            topic: Aliases of one matter, as in ``analyze``.

        Returns:
            One stance for each pair, in the same order; ``stance.actor.name`` is the name as asked for.
        """
        reading = self.read(article, topic)
        asked: list[tuple[Actor, Target]] = []
        for name, target in pairs:
            _refuse_empty(name, "actor")
            actor = match_actor(name, reading.actors) or named_in(reading.doc, name) or Actor(name, "body")
            asked.append((replace(actor, name=name), self._target(reading, target)))
        return self._stances(reading, asked)

    def read(self, article: Article, topic: str | Path | Topic | None = None) -> Reading:
        """Annotate an article and find actors and quotations in it.

        Raises:
            InputError: The article is longer than the profile allows.
        """
        limit = self.profile.limits.characters
        if len(article.text) > limit:
            raise InputError(
                f"the article has {len(article.text):,} characters, and the profile {self.profile.name!r} takes at "
                f"most {limit:,}; give one article at a time, or raise limits.characters in a profile of your own"
            )
        loaded = topic if isinstance(topic, Topic) or topic is None else Topic.load(topic)
        doc = self.annotator.annotate(article.text)
        actors = find_actors(doc, {actor.name: actor.aliases for actor in loaded.actors} if loaded else {})
        return Reading(article, doc, tuple(actors), tuple(find_quotations(doc, actors)), loaded)

    def models(self) -> dict[str, str]:
        """Which weights run, by part."""
        return {
            "annotator": self.annotator.name,
            "stance": self.profile.stance.source,
            "summarizer": self.profile.summarizer.source or self.profile.summarizer.kind,
        }

    def _targets(self, reading: Reading, names: Sequence[str] | None) -> list[Target]:
        if names is None and reading.topic is not None:
            names = [target.name for target in reading.topic.targets]
        if names is None:
            names = propose_targets(reading.doc, reading.actors, self.profile.limits.targets)
        return [self._target(reading, name) for name in dict.fromkeys(names)]

    def _target(self, reading: Reading, name: str) -> Target:
        _refuse_empty(name, "target")
        known = reading.topic.targets if reading.topic else ()
        aliases = next((target.aliases for target in known if target.name == name), ())
        return target_of(name, aliases, reading.actors)

    def _stances(self, reading: Reading, asked: Sequence[tuple[Actor, Target]]) -> list[Stance]:
        """One stance for each pair; the queries of all pairs are classified in one go."""
        passages: list[list[Passage]] = [
            [] if target.is_actor(actor) else passages_of(actor, target, reading.doc, reading.quotations)
            for actor, target in asked
        ]
        queries = [
            query_for(passage, actor, target)
            for (actor, target), found in zip(asked, passages, strict=True)
            for passage in found
        ]
        settings = self.profile.aggregation
        predictions = iter(self.classifier.classify(queries))
        return [
            aggregate(actor, target, [(passage, next(predictions)) for passage in found], settings, reading.article)
            for (actor, target), found in zip(asked, passages, strict=True)
        ]

    def _checked_summary(
        self, reading: Reading, length: int | None, on_text: Callable[[str], None] | None = None
    ) -> Summary:
        text = reading.article.text
        spans = [(s.start_char, s.start_char + len(s.text.rstrip())) for s in reading.doc.sents if s.text.strip()]
        originals = [text[start:end] for start, end in spans]
        generated = self.summarizer.summarize(text, sentences=length, on_text=on_text)
        guard = self.profile.guard
        kept: list[SummarySentence] = []
        dropped: list[str] = []
        for sentence in generated.sentences:
            grounding = ground(sentence, originals)
            sources = tuple(Source(*spans[i], originals[i]) for i in grounding.sources)
            bad = bool(grounding.invented) or grounding.support < guard.min_support
            if (bad and guard.unsupported == "drop") or (bad and guard.unsupported == "replace" and not sources):
                dropped.append(sentence)
            elif bad and guard.unsupported == "replace":
                if sources[0].text in [other.text for other in kept]:
                    dropped.append(sentence)
                else:
                    kept.append(SummarySentence(sources[0].text, sources[:1], 1.0, sentence, grounding.invented))
            else:
                kept.append(SummarySentence(sentence, sources, grounding.support, None, grounding.invented))
        return Summary(tuple(kept), generated.model, generated.unchanged, tuple(dropped), generated.text)


@contextmanager
def _timed(step: str, seconds: dict[str, float], progress: Progress) -> Iterator[None]:
    progress(step)
    start = time.perf_counter()
    yield
    seconds[step] = round(time.perf_counter() - start, 3)


def _refuse_empty(name: str, what: str) -> None:
    if not any(character.isalnum() for character in name):
        raise InputError(f"the {what} {name!r} names nothing; give a word or phrase")
