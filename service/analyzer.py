"""The one road from an article to its analysis."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from newstance.models.content import content_words
from newstance.models.errors import InputError, ModelError
from newstance.models.hearing import Heard, unheard
from newstance.models.memory import give_back
from newstance.models.pairs import OnBatch
from newstance.models.stance import StancePrediction, StanceQuery
from newstance.models.words import composed

from .analysis import Actor, Analysis, Stance, Summary
from .article import Article, refuse_no_name
from .judging.guard import Checked, Guard, sources_of
from .judging.passages import Target, are_together, is_named, target_of
from .judging.stances import judge, stance_of
from .many import each
from .notes import notes_on_stances, notes_on_text
from .parts import Parts
from .profile import AggregationSettings, Topic
from .reading.actors import find_actors, match_actor, named_in
from .reading.answers import Answers
from .reading.furniture import find_furniture, without_furniture
from .reading.reading import Reading, with_actors
from .reading.targets import propose_targets
from .steps import Step, timed

Progress = Callable[[str], None]
NO_SUMMARY = "No summary"  # how a note begins that says why there is none
MOST_RELATED = 8  # actors, for 56 ordered pairs at the most


class Analyzer(Parts):
    """Summaries, actors and stances of articles, by the models of one profile.

    Its parts, ``annotator``, ``classifier``, ``summarizer`` and ``consistency``, can be used alone; see ``Parts``.
    """

    def analyze(
        self,
        article: Article,
        targets: Sequence[str] | str | None = None,
        topic: str | Path | Topic | None = None,
        summarize: bool = True,
        sentences: int | None = None,
        progress: Progress = lambda step: None,
        on_batch: OnBatch | None = None,
        on_text: Callable[[str], None] | None = None,
        heard: Heard = unheard,
    ) -> Analysis:
        """Read an article: summary, actors, and each actor's stance toward each target.

        Where the summarizer fails on an article, the analysis has no summary, and a note says why.

        Args:
            article: The article.
            targets: What stances are asked for, a single one as it is; None takes the topic's, or proposes some from
                the article.
            topic: A name in ``configs/topics``, a path, or a Topic: targets and aliases of one matter.
            summarize: False leaves the summary out.
            sentences: The summary's length; None takes the profile's.
            progress: Called with the name of each step as it begins.
            on_batch: Called after each batch of the stance model, as in ``StanceClassifier.classify``.
            on_text: As in ``summarize``.
            heard: As in ``read``.

        Raises:
            InputError: The article is longer than the profile allows, or a target is empty or too long.
        """
        last = ""
        for step in self.steps(article, targets, topic, summarize, sentences, None, on_batch, on_text, heard):
            if step.name != "done" and step.name != last:
                progress(step.name)
            last = step.name
        assert step.analysis is not None
        return step.analysis

    def analyze_many(
        self,
        articles: Iterable[Article],
        targets: Sequence[str] | str | None = None,
        topic: str | Path | Topic | None = None,
        summarize: bool = True,
        sentences: int | None = None,
        refused: Callable[[Article, InputError], None] | None = None,
    ) -> Iterator[Analysis]:
        """Analyses of many articles, in order; each is what ``analyze`` gives, which says what else is taken.

        Articles are taken as they are needed, and none is kept: while one's questions are answered, the next is read.

        Args:
            articles: Any number of them.
            targets: As in ``analyze``, and so are the following.
            topic: Aliases of one matter.
            summarize: Whether there are summaries.
            sentences: Their length.
            refused: Called with an article that is refused, and why, before the next is taken; None raises that.
        """

        def one(article: Article, heard: Heard) -> Analysis:
            return self.analyze(article, targets, topic, summarize, sentences, heard, heard, heard, heard)

        for article, found in each(one, articles):
            if isinstance(found, Analysis):
                yield found
            elif refused is None or not isinstance(found, InputError):
                raise found
            else:
                refused(article, found)

    def steps(
        self,
        article: Article,
        targets: Sequence[str] | str | None = None,
        topic: str | Path | Topic | None = None,
        summarize: bool = True,
        sentences: int | None = None,
        threshold: float | None = None,
        on_batch: OnBatch | None = None,
        on_text: Callable[[str], None] | None = None,
        heard: Heard = unheard,
    ) -> Iterator[Step]:
        """Analyse an article step by step: each is given as it begins, and the last when all is done.

        Stances come target by target, and before the summary, which takes longest. Takes what ``analyze`` takes, and a
        threshold as ``state`` does; raises what they raise.
        """
        yield Step("reading")
        seconds: dict[str, float] = {}
        with timed("reading", seconds):
            reading = self.read(article, topic, heard)
        yield Step("stances", reading)
        with timed("stances", seconds):
            settings, of_text = self.profile.aggregation.at(threshold), notes_on_text(reading, self.profile.languages)
            wanted = self._targets(reading, targets)
        toward: list[list[Stance]] = []
        for i in range(1, max(1, len(wanted)) + 1):
            before = seconds["stances"]
            with timed("stances", seconds):
                asked = [[(actor, target) for actor in self._asked(reading)] for target in wanted[i - 1 : i]]
                toward += [self._stances(reading, pairs, on_batch, settings) for pairs in asked]
            seconds["stances"] = round(seconds["stances"] + before, 3)
            stances = [stance for of_actor in zip(*toward, strict=True) for stance in of_actor]
            analysis = replace(self._analysis(reading, wanted[:i], stances, of_text), seconds=dict(seconds))
            if i < len(wanted):
                yield Step("stances", reading, analysis)
        if summarize:
            yield Step("summary", reading, analysis)
            summary, notes = None, analysis.notes
            with timed("summary", seconds):
                try:
                    summary = self._checked_summary(reading, sentences, on_text)
                except ModelError as error:  # the stances are there, and are worth having without it
                    notes = (f"{NO_SUMMARY}: {error}", *notes)
            analysis = replace(analysis, summary=summary, notes=notes, models=self.models(), seconds=seconds)
        yield Step("done", reading, analysis)

    def state(
        self,
        reading: Reading,
        targets: Sequence[str] | str | None = None,
        threshold: float | None = None,
        on_batch: OnBatch | None = None,
    ) -> Analysis:
        """The stances in an article that has been read; the analysis without its summary.

        What the classifier has said about this reading before, it is not asked again: another threshold runs no
        model, other actors or targets run it for what they change.

        Args:
            reading: The article and its actors; ``with_actors`` gives one with others.
            targets: As in ``analyze``.
            threshold: Below it a stance is neutral, above 0 to 1; None takes the profile's. One below the profile's
                evidence threshold shows weaker evidence, too.
            on_batch: As in ``analyze``.

        Raises:
            InputError: A target is empty or too long, or the threshold is out of range.
        """
        settings = self.profile.aggregation.at(threshold)
        seconds: dict[str, float] = {}
        wanted = self._targets(reading, targets)
        with timed("stances", seconds):
            asked = [(actor, target) for actor in self._asked(reading) for target in wanted]
            stances = self._stances(reading, asked, on_batch, settings)
        analysis = self._analysis(reading, wanted, stances, notes_on_text(reading, self.profile.languages))
        return replace(analysis, seconds=seconds)

    def _asked(self, reading: Reading) -> Sequence[Actor]:
        """The actors whose stances are given: the heaviest."""
        return reading.actors[: self.profile.limits.actors]

    def _analysis(
        self, reading: Reading, targets: Sequence[Target], stances: Sequence[Stance], notes: Sequence[str]
    ) -> Analysis:
        """An analysis without a summary; ``notes`` are those on the text."""
        return Analysis(
            reading.article,
            None,
            reading.actors,
            tuple(target.name for target in targets),
            tuple(stances),
            (*notes, *notes_on_stances(reading, len(self._asked(reading)), targets)),
            {part: source for part, source in self.models().items() if part != "summarizer"},
            {},
        )

    def relations(
        self,
        reading: Reading,
        actors: Sequence[Actor] | None = None,
        threshold: float | None = None,
        on_batch: OnBatch | None = None,
    ) -> list[Stance]:
        """How actors stand toward each other, for each ordered pair that a passage brings together.

        Args:
            reading: An article that has been read.
            actors: Who is asked about; None takes the heaviest, at most ``MOST_RELATED``.
            threshold: As in ``state``.
            on_batch: As in ``analyze``.
        """
        chosen = list(reading.actors[:MOST_RELATED] if actors is None else actors)
        # Of the actors themselves: a name may mean another one.
        targets = [Target(actor.name, actor, (), content_words(actor.name)) for actor in chosen]
        pairs = [
            (actor, target)
            for actor, target in itertools.product(chosen, targets)
            if not target.is_actor(actor) and are_together(actor, target, reading.sentences, reading.doc)
        ]
        return self._stances(reading, pairs, on_batch, self.profile.aggregation.at(threshold))

    def summarize(
        self, article: Article | Reading, sentences: int | None = None, on_text: Callable[[str], None] | None = None
    ) -> Summary:
        """The article's summary alone, each sentence held against the article.

        Args:
            article: The article; one that has been read is not read again.
            sentences: Its length; None takes the profile's.
            on_text: Called with each piece of raw text as the model writes it, before it is checked; an exception
                raised in it stops the model.
        """
        reading = article if isinstance(article, Reading) else self.read(article)
        return self._checked_summary(reading, sentences, on_text)

    def check(self, article: Article | Reading, sentences: Sequence[str]) -> list[Checked]:
        """Hold sentences of any origin against an article, as the guard does with those of a summary.

        Args:
            article: The article; one that has been read is not read again.
            sentences: What is said of it.

        Returns:
            One answer for each sentence, in the same order: its support, its faults, whether it may stand.
        """
        reading = article if isinstance(article, Reading) else self.read(article)
        return self._guard(reading).check([composed(sentence) for sentence in sentences])

    def stances_of(
        self,
        article: Article | Reading,
        pairs: Sequence[tuple[str, str]],
        topic: str | Path | Topic | None = None,
        on_batch: OnBatch | None = None,
        heard: Heard = unheard,
    ) -> list[Stance]:
        """The stances of named actors toward named targets.

        Args:
            article: The article; one that has been read is not read again.
            pairs: (actor, target) names. An actor that the article does not name is neutral without evidence.
            topic: Aliases of one matter, as in ``analyze``, for an article that is yet to be read.
            on_batch: As in ``analyze``.
            heard: As in ``read``.

        Returns:
            One stance for each pair, in the same order; ``stance.actor.name`` is the name as asked for.
        """
        reading = article if isinstance(article, Reading) else self.read(article, topic, heard)
        return self._stances(reading, [self.pair(reading, name, target) for name, target in pairs], on_batch)

    def pair(self, reading: Reading, name: str, target: str) -> tuple[Actor, Target]:
        """A named actor and a named target, as an article has them; the actor is called as asked for.

        An actor that the article does not name has no mentions.

        Raises:
            InputError: A name is empty, or the target too long for the model.
        """
        refuse_no_name(name, "actor")
        name = composed(name)
        actor = match_actor(name, reading.actors) or named_in(reading.doc, name) or Actor(name, "body")
        return replace(actor, name=name), self._target(reading, target)

    def read(self, article: Article, topic: str | Path | Topic | None = None, heard: Heard = unheard) -> Reading:
        """Annotate an article and find actors and quotations in it.

        Args:
            article: The article.
            topic: As in ``analyze``.
            heard: Called again and again while it is read; stops that by what it raises.

        Raises:
            InputError: The article is longer than the profile allows, or has more words and marks.
        """
        self.profile.limits.refuse_long(article.text, self.profile.name)
        give_back()
        loaded = topic if isinstance(topic, Topic) or topic is None else Topic.load(topic)
        text = without_furniture(article.text, find_furniture(article.text))
        doc = self.annotator.annotate(text, self.profile.limits.most_tokens, heard)
        known = loaded.actors if loaded else ()
        aliases = {composed(actor.name): [composed(alias) for alias in actor.aliases] for actor in known}
        actors = find_actors(doc, aliases, heard)
        answers = Answers() if self.answers is None else self.answers
        return with_actors(Reading(article, doc, (), (), (), loaded, sources_of(doc), answers), actors, heard)

    def _targets(self, reading: Reading, names: Sequence[str] | str | None) -> list[Target]:
        if isinstance(names, str):  # as a sequence it would be a target for each letter
            names = [names]
        if names is None and reading.topic is not None:
            names = [target.name for target in reading.topic.targets]
        if names is None:
            names = propose_targets(reading.doc, reading.actors, self.profile.limits.targets)
        return [self._target(reading, name) for name in dict.fromkeys(map(composed, names))]

    def _target(self, reading: Reading, name: str) -> Target:
        refuse_no_name(name, "target")
        name = composed(name)
        self.classifier.refuse_long(name)
        known = reading.topic.targets if reading.topic else ()
        aliases = next((target.aliases for target in known if composed(target.name) == name), ())
        return self._seen_in(reading, target_of(name, [composed(alias) for alias in aliases], reading.actors))

    def _seen_in(self, reading: Reading, target: Target) -> Target:
        """A target with whether the article mentions it."""
        least = self.profile.aggregation.related_similarity
        if is_named(target, reading.sentences) or not reading.sentences:
            return replace(target, is_mentioned=bool(reading.sentences))
        similar = self.consistency.similarity([target.name, *target.aliases], reading.sources)
        return replace(target, is_mentioned=bool(similar.max(initial=-1.0) >= least))

    def _stances(
        self,
        reading: Reading,
        asked: Sequence[tuple[Actor, Target]],
        on_batch: OnBatch | None = None,
        settings: AggregationSettings | None = None,
    ) -> list[Stance]:
        """One stance for each pair; what the model has said before about this article, it is not asked again."""
        settings = settings or self.profile.aggregation

        def ask(queries: Sequence[StanceQuery]) -> list[StancePrediction]:
            return reading.answers.to(queries, lambda new: self.classifier.classify(new, on_batch))

        return [stance_of(judged, reading, settings) for judged in judge(asked, reading, settings, ask)]

    def _checked_summary(
        self, reading: Reading, length: int | None, on_text: Callable[[str], None] | None = None
    ) -> Summary:
        length = self.profile.summarizer.sentences if length is None else length
        return self._guard(reading).summary(self.summarizer, length, on_text)

    def _guard(self, reading: Reading) -> Guard:
        return Guard(reading.doc, self.consistency, self.annotator, self.profile.guard, reading.sources)
