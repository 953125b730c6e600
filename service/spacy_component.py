"""newstance as a component of a spaCy pipeline: ``nlp.add_pipe("newstance", config={"targets": ["the ban"]})``.

It sets on each ``Doc``:

* ``doc._.stances``: one dict for each actor and target, as ``Stance.to_dict`` gives it; offsets count ``doc.text``
* ``doc._.summary``: the checked summary; "" where none is asked for, or none could be written
* ``doc._.stance_notes``: what a reader should know of the whole
* ``doc.spans["stances"]``: the passages shown as evidence, labelled favor or against

All of it is plain data, so that docs can be stored (``DocBin``) and come back from other processes.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, SpanGroup

from newstance.models.errors import InputError
from newstance.models.pairs import limit_cores
from newstance.models.words import composed

from .analyzer import Analyzer
from .article import Article, clean
from .profile import Profile

_SPANS = "stances"
_DEFAULTS: dict[str, Any] = {"stances": None, "summary": "", "stance_notes": None}

for _name, _default in _DEFAULTS.items():
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=_default)


@Language.factory(
    "newstance",
    default_config={"profile": "embedded", "targets": None, "topic": None, "summarize": False, "sentences": None},
    assigns=[f"doc._.{name}" for name in _DEFAULTS],
)
def make(
    nlp: Language,
    name: str,
    profile: str,
    targets: list[str] | None,
    topic: str | None,
    summarize: bool,
    sentences: int | None,
) -> StanceComponent:
    """The component; spaCy calls this with what ``config`` says.

    Args:
        nlp: The pipeline; its own annotation is neither needed nor changed.
        name: The component's name in it.
        profile: As in ``Analyzer.from_profile``.
        targets: As in ``Analyzer.analyze``, like what follows.
        topic: Targets and aliases of one matter.
        summarize: Whether summaries are written; they take most of the time.
        sentences: The summary's length.

    Raises:
        SettingsError: The profile is missing or wrong.
    """
    return StanceComponent(
        Profile.load(profile),
        {"targets": targets, "topic": topic, "summarize": summarize, "sentences": sentences},
    )


class StanceComponent:
    """Analyses the text of each ``Doc``; the models are loaded with the first one, in each process.

    Args:
        profile: Which models run.
        asked: Arguments of ``Analyzer.analyze``.
    """

    def __init__(self, profile: Profile, asked: dict[str, Any]) -> None:
        self._profile = profile
        self._asked = asked
        # By process: what a forked child finds here waits for threads that it does not have, even to be let go.
        self._analyzers: dict[int, Analyzer] = {}

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_analyzers": {}}

    @property
    def analyzer(self) -> Analyzer:
        """What does the work.

        Raises:
            WeightsNotFoundError: Weights that the profile names are missing.
        """
        own = self._analyzers.get(os.getpid())
        if own is None:
            if multiprocessing.parent_process() is not None:
                limit_cores(1)  # there are others beside it, and OpenMP's threads did not come along, either
            own = self._analyzers[os.getpid()] = Analyzer.from_profile(self._profile)
        return own

    def __call__(self, doc: Doc) -> Doc:
        """Analyse one article.

        Raises:
            InputError: Its text is empty, too long, or would have to be changed before it is read.
        """
        if composed(clean(doc.text)) != doc.text:
            raise InputError(
                "the text holds control characters, marks that turn its direction, or accents apart from their "
                "letters; make the Doc of newstance.Article.from_text(text).text"
            )
        # Not from_text: it joins lines, and offsets would no longer count the Doc's own text.
        if not any(character.isalpha() for character in doc.text):
            raise InputError("the Doc is empty: there is not one word in it; leave it out")
        analysis = self.analyzer.analyze(Article(doc.text), **self._asked)
        # Lists in place of tuples, as they come back from a file.
        doc._.stances = json.loads(json.dumps([stance.to_dict() for stance in analysis.stances]))
        doc._.summary = analysis.summary.text if analysis.summary else ""
        doc._.stance_notes = list(analysis.notes)
        shown = [evidence for stance in analysis.stances for evidence in stance.evidence]
        places = dict.fromkeys((one.start, one.end, one.label) for one in shown)
        spans = [doc.char_span(start, end, label, alignment_mode="expand") for start, end, label in places]
        doc.spans[_SPANS] = SpanGroup(doc, name=_SPANS, spans=[span for span in spans if span is not None])
        return doc
