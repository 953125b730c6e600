"""The guard: each sentence of a generated summary is held against the article, and none passes unseen.

What fails is written anew, replaced by the article's own sentence, or left out, as the profile says; the summary tells.
Where the profile prefers coverage, what passes is not shown either where the article's own sentences tell more.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from newstance.models import Annotator
from newstance.models.consistency import ConsistencyChecker
from newstance.models.content import content_words
from newstance.models.errors import ModelError
from newstance.models.faults import (
    Role,
    Wording,
    begins_with_name,
    found_nowhere,
    roles_in,
    torn_names,
    turned_roles,
)
from newstance.models.retrieval import Sources
from newstance.models.sentences import is_complete, is_finished, is_long, is_understood, points_back, repeats_itself
from newstance.models.shortening import reports, shortened
from newstance.models.summarizer import Summarizer
from newstance.models.words import bare

from ..analysis import Source, Summary, SummarySentence
from ..profile import GuardSettings
from .context import Context
from .joining import joined
from .selection import Candidate, are_alike, choose, importance, repeats

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

OnText = Callable[[str], None]
_DAY_AT_END = re.compile(r"\b[A-Z][a-z]+\.? \d{1,2}, \d{4}\W*$")
_OWN = 16  # of the article's own sentences that may be taken


@dataclass(frozen=True)
class Checked:
    """A generated sentence, and what the check found.

    Attributes:
        text: The sentence.
        sources: The article's sentences that are nearest to it, the best first.
        support: How probable it is that they bear it out.
        faults: Names, numbers and quotations that the article does not contain, and roles turned around.
        passes: Whether it may stand as it is.
    """

    text: str
    sources: tuple[Source, ...]
    support: float
    faults: tuple[str, ...]
    passes: bool

    @property
    def is_own(self) -> bool:
        """Whether it is in words of its own, and not a sentence of the article as it stands."""
        return all(bare(self.text) != bare(source.text) for source in self.sources)


def sources_of(doc: Doc) -> Sources:
    """The sentences of an annotated article that are not blank, without the line breaks behind them."""
    return Sources(sentence.text.rstrip() for sentence in _told(doc))


def _told(doc: Doc) -> Iterator[Span]:
    return (sentence for sentence in doc.sents if sentence.text.strip())


class Guard:
    """Checks summaries of one article.

    Args:
        doc: The annotated article; sources are sentences of it.
        checker: Support of a claim by a source.
        annotator: Parses generated sentences: who does what to whom.
        settings: What is enough, and what becomes of what is not.
        texts: The sources' texts, as ``sources_of`` gives them.
    """

    def __init__(
        self, doc: Doc, checker: ConsistencyChecker, annotator: Annotator, settings: GuardSettings, texts: Sources
    ) -> None:
        self._doc = doc
        self._text = doc.text  # spaCy puts it together anew each time
        self._wording = Wording(self._text)
        self._texts = texts
        self._checker = checker
        self._annotator = annotator
        self._settings = settings
        self._spans = list(_told(doc))
        self._briefs: dict[int, str] = {}
        self._told: dict[int, tuple[str, float]] = {}
        self._starts = [sentence.start_char for sentence in self._spans]
        placed = zip(self._starts, texts, strict=True)
        self._sources = [Source(start, start + len(text), text) for start, text in placed]
        self._places = {bare(text): i for i, text in reversed(list(enumerate(texts)))}

    def check(self, sentences: Sequence[str]) -> list[Checked]:
        """Hold sentences against the article; one answer each, in the same order."""
        supports = self._checker.check(sentences, self._texts)
        checked = []
        for sentence, support in zip(sentences, supports, strict=True):
            copied = self._places.get(bare(sentence))
            sources = tuple(self._sources[i] for i in (support.sources if copied is None else (copied,)))
            parsed = self._annotator.annotate(sentence)
            # The parse knows whether the first word, which has its capital anyway, is a name.
            nowhere = found_nowhere(sentence, self._wording, begins_with_name(parsed))
            faults = (*nowhere, *turned_roles(parsed, self._roles))
            # "By ." says nothing.
            is_sound = is_finished(sentence) and bool(content_words(sentence)) and not repeats_itself(sentence)
            passes = not faults and is_sound and support.support >= self._settings.min_support
            checked.append(Checked(sentence, sources, support.support, faults, passes))
        return checked

    def summary(self, summarizer: Summarizer, length: int, on_text: OnText | None = None) -> Summary:
        """Have the article summarized, and deal with what it does not support.

        Of several versions, where the profile asks for them, that of which most may stand is the summary, and of equals
        that with more words of its own. What may not stand gives way to what tells most of the article beside the rest:
        sentences of the others that may, and the article's own, without what they can be told without. Where the
        profile prefers coverage, these compete with what may stand, too.

        Args:
            summarizer: Writes the summary.
            length: In sentences.
            on_text: Called with each piece of raw text as it is written.
        """
        generated = summarizer.summarize(self._text, sentences=length, on_text=on_text)
        first = self.check(generated.sentences)
        if generated.unchanged or self._settings.unsupported == "keep":
            kept = [SummarySentence(one.text, one.sources, one.support, None, one.faults) for one in first]
            return Summary(tuple(kept), generated.model, generated.unchanged, (), generated.text)
        first = self._sure(first)
        versions = [first, *self._further(summarizer, length, first, on_text)]
        best = max(versions, key=_worth)
        passing = [one for version in versions for one in version if one.passes and is_understood(one.text)]
        if self._settings.prefer == "written":
            kept, dropped = self._filled(best, passing)
        else:
            kept, dropped = self._competing(best, passing, length)
        return Summary(tuple(kept), generated.model, generated.unchanged, tuple(dropped), generated.text)

    def _sure(self, version: Sequence[Checked]) -> list[Checked]:
        """A version in which what the summarizer put in its own words passes only with the support that this takes.

        Names of several words must be the article's, too: "the Health and Safety Act" is not "... at Work Act".
        """
        least = self._settings.min_written or 0
        return [
            replace(one, passes=one.support >= least and not torn_names(one.text, self._wording))
            if one.passes and one.is_own
            else one
            for one in version
        ]

    def _further(
        self, summarizer: Summarizer, length: int, first: Sequence[Checked], on_text: OnText | None
    ) -> list[list[Checked]]:
        """Further samples, drawn until as many sentences pass as are wanted, half of them in words of their own."""
        if self._settings.unsupported != "regenerate":
            return []
        versions: list[list[Checked]] = []
        passing = _distinct([], _standing(first))
        # What is shown as it is written is the first summary; a caller who wants to stop must be heard all the same.
        pulse: OnText | None = (lambda _: on_text("")) if on_text else None
        for sample in range(1, self._settings.samples + 1):
            if len(passing) >= len(first) and sum(one.is_own for one in passing) >= len(first) / 2:
                break
            try:
                again = summarizer.summarize(self._text, sentences=length, on_text=pulse, sample=sample)
            except ModelError:  # no whole sentence this time; the next sample may have some
                continue
            versions.append(self._sure(self.check(again.sentences)))
            passing = _distinct(passing, _standing(versions[-1]))
        return versions

    def _filled(self, best: Sequence[Checked], passing: Sequence[Checked]) -> tuple[list[SummarySentence], list[str]]:
        """What of a version may stand, in place of the rest what tells most beside it, and what has no such place."""
        standing = _standing(best)
        there = self._candidates(standing)
        stands = iter(there)
        there = self._with_more(there, self._candidates([one for one in passing if one not in standing]), len(best))
        if len(there) < len(best):
            # One that goes on from another could not be sure to stand behind it.
            there = self._with_more(there, [one for one in self._own(len(best)) if not one.needs], len(best))
        fillers = deque(sorted(there[len(standing) :], key=lambda one: one.place))
        kept, dropped = [], []
        for one in best:
            if any(one is other for other in standing):
                kept.append(next(stands).sentence)
            elif fillers:
                kept.append(_in_place_of(one, fillers.popleft()))
            else:
                dropped.append(one.text)
        return kept, dropped

    def _competing(
        self, best: Sequence[Checked], passing: Sequence[Checked], number: int
    ) -> tuple[list[SummarySentence], list[str]]:
        """What tells most of the article, written or its own, and what was written and is not borne out."""
        written = self._candidates(passing)
        copied = {one.place for one in written if _is_from(one, self._texts[one.place])}
        own = [one for one in self._own(number) if len(one.places) > 1 or one.place not in copied]
        chosen = self._with_more([], [*written, *own], number)
        if not chosen:  # scraps; but what is borne out is better than nothing
            return self._filled(best, passing)
        shown = {bare(one.text) for one in chosen}
        gaps = deque(one for one in best if not one.passes and bare(one.text) not in shown)
        of_best = [one for one, source in zip(written, passing, strict=True) if source in best]
        kept = []
        known: set[str] = set()
        for one in chosen:
            stands_in = gaps and not any(one is other for other in of_best)
            sentence = _in_place_of(gaps.popleft(), one) if stands_in else one.sentence
            told = self._context.in_full(one.place, sentence.text, known)
            known |= self._context.tells(one.place, told)
            kept.append(replace(sentence, text=told))
        return kept, [gap.text for gap in gaps]

    def _with_more(self, there: Sequence[Candidate], pool: Sequence[Candidate], number: int) -> list[Candidate]:
        similar = self._checker.similarity([one.text for one in (*there, *pool)], self._texts)
        return [*there, *choose(pool, similar, number - len(there), there)]

    @cached_property
    def _roles(self) -> frozenset[Role]:
        return roles_in(self._doc)

    @cached_property
    def _context(self) -> Context:
        return Context(self._spans)

    def _candidates(self, written: Sequence[Checked]) -> list[Candidate]:
        copied = [self._places.get(bare(one.text)) for one in written]
        self._tell_briefly([i for i in copied if i is not None])
        return [
            self._candidate(one) if i is None else self._own_candidate(i)
            for one, i in zip(written, copied, strict=True)
        ]

    def _candidate(self, one: Checked) -> Candidate:
        place = self._starts.index(one.sources[0].start) if one.sources else 0
        return self._placed(SummarySentence(one.text, one.sources, one.support), place, needs=frozenset())

    def _own_candidate(self, i: int) -> Candidate:
        text, support = self._told[i]
        return self._placed(SummarySentence(text, (self._sources[i],), support), i, self._context.needs(i, text))

    def _placed(self, sentence: SummarySentence, place: int, needs: frozenset[str]) -> Candidate:
        told = sentence.text
        wants, tells = self._context.wants(place, told), self._context.tells(place, told)
        return Candidate(sentence, (place,), needs, wants, tells)

    def _own(self, number: int) -> list[Candidate]:
        """The article's own sentences that tell most of it and stand alone, as a summary would have them."""
        if self._settings.unsupported == "drop":
            return []
        ranked = np.argsort(-self._checker.telling(self._texts, importance(len(self._texts))), kind="stable")
        few: list[int] = []  # as the model is asked about each; an article may have a thousand sentences
        unlike: list[frozenset[str]] = []  # of all that are alike one; more of them would leave no room for others
        for i in map(int, ranked):
            if len(few) >= _OWN and len(unlike) >= 2 * number:
                break
            is_new = not are_alike(words := content_words(self._texts[i]), unlike)
            is_told = _is_clause(self._spans[i]) and not self._is_within_quotation(i)
            if is_told and (is_new or len(few) < _OWN) and _stands(self._brief(i)):
                few.append(i)
                unlike += [words] if is_new else []
        pairs = [i for i in few if i + 1 < len(self._texts) and joined(self._texts[i], self._texts[i + 1])]
        self._tell_briefly([*few, *(i + 1 for i in pairs)])
        single = [one for one in map(self._own_candidate, few) if _stands(one.text)]
        return [*single, *filter(None, (self._with_next(one) for one in single if one.place in pairs))]

    def _is_within_quotation(self, i: int) -> bool:
        """Whether the last quotation mark of the paragraph before a sentence opens a quotation, which goes on."""
        text, start = self._text, self._starts[i]
        place = max(text.rfind(mark, text.rfind("\n", 0, start) + 1, start) for mark in '“”"')
        if place < 0 or text[place] != '"':
            return place >= 0 and text[place] == "“"
        return not text[place - 1 : place].strip() and bool(text[place + 1 : place + 2].strip())

    def _with_next(self, one: Candidate) -> Candidate | None:
        """A sentence of the article and the one that goes on from it, in one."""
        after = self._own_candidate(one.place + 1)
        text = joined(one.text, after.text) if _stands(after.text) else None
        # What the article says would seem to be said by whoever said the first half.
        if text is None or (reports(self._spans[one.place]) and not reports(self._spans[one.place + 1])):
            return None
        sources = (*one.sentence.sources, *after.sentence.sources)
        sentence = SummarySentence(text, sources, min(one.sentence.support, after.sentence.support))
        needs, wants = one.needs | after.needs - one.tells, one.wants | after.wants - one.tells
        return Candidate(sentence, (*one.places, *after.places), needs, wants, one.tells | after.tells)

    def _brief(self, i: int) -> str:
        if i not in self._briefs:
            self._briefs[i] = shortened(self._spans[i]) if self._settings.shorten else self._texts[i]
        return self._briefs[i]

    def _tell_briefly(self, places: Sequence[int]) -> None:
        """Note sentences of the article as a summary has them, shortened if that is wanted and borne out."""
        new = [i for i in dict.fromkeys(places) if i not in self._told]
        self._told |= {i: (self._texts[i], 1.0) for i in new}
        shorter = [i for i in new if bare(self._brief(i)) != bare(self._texts[i])]
        found = self._checker.check_each([self._brief(i) for i in shorter], [self._texts[i] for i in shorter])
        for i, support in zip(shorter, found, strict=True):
            if support.support >= self._settings.min_support:
                self._told[i] = self._brief(i), support.support


def _in_place_of(one: Checked, other: Candidate) -> SummarySentence:
    return replace(other.sentence, replaced=one.text, unsupported=one.faults)


def _is_from(one: Candidate, text: str) -> bool:
    """Whether a candidate is a sentence of the article, as it stands or shortened."""
    is_told_by_it = one.sentence.is_quoted or one.sentence.is_shortened
    return is_told_by_it and [source.text for source in one.sentence.sources] == [text]


def _stands(sentence: str) -> bool:
    return is_long(sentence) and is_complete(sentence) and not repeats_itself(sentence)


def _is_clause(sentence: Span) -> bool:
    """Whether a sentence has somebody do something; a caption, a date line and a heading have not.

    A caption that has tells what is seen as it were now, and ends with the day: "... speaks in London, May 3, 2016."
    """
    is_caption = sentence.root.tag_ in ("VBZ", "VBP") and _DAY_AT_END.search(sentence.text)
    return (
        not is_caption
        and sentence.root.pos_ in ("VERB", "AUX")
        and any("subj" in child.dep_ or child.dep_ == "expl" for child in sentence.root.children)
    )


def _standing(version: Sequence[Checked]) -> list[Checked]:
    """What of a version may stand where it stands.

    A sentence that begins with a pronoun needs the one before it, which says who is meant; one that says again what
    one before it said is left out.
    """
    kept: list[Checked] = []
    before_stands = False
    for one in version:
        before_stands = (
            one.passes
            and (before_stands or not points_back(one.text))
            and not repeats(one.text, [other.text for other in kept])
        )
        if before_stands:
            kept.append(one)
    return kept


def _distinct(known: Sequence[Checked], more: Sequence[Checked]) -> list[Checked]:
    found = list(known)
    for one in more:
        if not repeats(one.text, [other.text for other in found]):
            found.append(one)
    return found


def _worth(version: Sequence[Checked]) -> tuple[int, int, float]:
    """How good a version is: how much of it may stand, how much of that is its own, and how well that is supported."""
    standing = _standing(version)
    return len(standing), sum(one.is_own for one in standing), sum(one.support for one in standing)
