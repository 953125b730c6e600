"""The guard: each sentence of a generated summary is held against the article, and none passes unseen.

What fails is written anew, replaced by the article's own sentence, or left out, as the profile says; the summary tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from newstance.models import Annotator
from newstance.models.consistency import ConsistencyChecker, Sources, turned_roles
from newstance.models.errors import ModelError
from newstance.models.summarizer import Summarizer

from .analysis import Source, Summary, SummarySentence
from .profile import GuardSettings

OnText = Callable[[str], None]


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


def sources_of(doc: Any) -> Sources:
    """The sentences of an annotated article that are not blank, without the line breaks behind them."""
    return Sources(sentence.text.rstrip() for sentence in _told(doc))


def _told(doc: Any) -> Iterator[Any]:
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
        self, doc: Any, checker: ConsistencyChecker, annotator: Annotator, settings: GuardSettings, texts: Sources
    ) -> None:
        self._doc = doc
        self._texts = texts
        self._checker = checker
        self._annotator = annotator
        self._settings = settings
        starts = (sentence.start_char for sentence in _told(doc))
        self._sources = [Source(start, start + len(text), text) for start, text in zip(starts, texts, strict=True)]

    def check(self, sentences: Sequence[str]) -> list[Checked]:
        """Hold sentences against the article; one answer each, in the same order."""
        supports = self._checker.check(sentences, self._texts)
        checked = []
        for sentence, support in zip(sentences, supports, strict=True):
            sources = tuple(self._sources[i] for i in support.sources)
            turned = turned_roles(self._annotator.annotate(sentence), self._doc)
            faults = (*support.invented, *turned)
            passes = not faults and support.support >= self._settings.min_support
            checked.append(Checked(sentence, sources, support.support, faults, passes))
        return checked

    def summary(self, summarizer: Summarizer, length: int | None, on_text: OnText | None = None) -> Summary:
        """Have the article summarized, and deal with what it does not support.

        Args:
            summarizer: Writes the summary.
            length: In sentences; None takes the summarizer's own.
            on_text: Called with each piece of raw text as it is written.
        """
        text = self._doc.text
        generated = summarizer.summarize(text, sentences=length, on_text=on_text)
        others = self._others(summarizer, length, generated.sentences, on_text)
        stand_ins = self._checker.stand_ins(generated.sentences, self._texts)
        kept: list[SummarySentence] = []
        dropped: list[str] = []
        for one, ranked in zip(self.check(generated.sentences), stand_ins, strict=True):
            stands = one if one.passes or self._settings.unsupported == "keep" else None
            if stands is None and self._settings.unsupported == "regenerate":
                stands = next(others, None)
            if stands is not None:
                replaced = None if stands is one else one.text
                faults = one.faults if self._settings.unsupported == "keep" or replaced else ()
                kept.append(SummarySentence(stands.text, stands.sources, stands.support, replaced, faults))
                continue
            said = {sentence.text for sentence in kept}
            best = next((self._sources[i] for i in ranked if self._sources[i].text not in said), None)
            if best and self._settings.unsupported != "drop":
                kept.append(SummarySentence(best.text, (best,), 1.0, one.text, one.faults))
            else:
                dropped.append(one.text)
        return Summary(tuple(kept), generated.model, generated.unchanged, tuple(dropped), generated.text)

    def _others(
        self, summarizer: Summarizer, length: int | None, written: Sequence[str], on_text: OnText | None
    ) -> Iterator[Checked]:
        """Sentences of further samples that pass; a sample is drawn when the one before is used up."""
        seen = set(written)
        # What is shown as it is written is the first summary; a caller who wants to stop must be heard all the same.
        pulse: OnText | None = (lambda _: on_text("")) if on_text else None
        for sample in range(1, self._settings.samples + 1):
            try:
                again = summarizer.summarize(self._doc.text, sentences=length, on_text=pulse, sample=sample)
            except ModelError:  # no whole sentence this time; the next sample may have some
                continue
            fresh = [sentence for sentence in again.sentences if sentence not in seen]
            seen.update(fresh)
            yield from (one for one in self.check(fresh) if one.passes)
