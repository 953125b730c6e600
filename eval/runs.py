"""Run an analyzer over a labelled set, so that a kill loses nothing and every answer can be looked up."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, Protocol

from newstance.models.errors import ConfigError, InputError, WeightsNotFoundError
from newstance.models.sentences import split_sentences
from newstance.models.stance import LABELS, StancePrediction, StanceQuery
from newstance.service import provenance
from newstance.service.disk import only_run_in, write_json

from .evidence import moved, places_in
from .labelled import SUPPORTED, UNSUPPORTED, Example, LabelledSet
from .storage import Row, RowFile, read_header

# Large enough for batches of even length inside, small enough that a kill loses little.
BATCH_SIZE = 256
# Summaries written side by side; more would make long articles wait for one another.
_ARTICLES_AT_ONCE = 8
AN_ACTOR, A_PHRASE = "an actor of the article", "a phrase"


class Classifier(Protocol):
    """What a stance set is answered by."""

    def classify(self, queries: Sequence[StanceQuery], /) -> Sequence[StancePrediction]:
        """One prediction for each query, in order."""
        ...


class Analyzer(Protocol):
    """What a run needs; ``newstance.service.Analyzer`` is one."""

    @property
    def profile(self) -> Any:
        """A pydantic model with a ``name``."""
        ...

    @property
    def classifier(self) -> Classifier:
        """For stance sets."""
        ...

    def read(self, article: Any, /) -> Any:
        """An article that has been read, with its ``actors``; no other method reads it again."""
        ...

    def summarize(self, article: Any, sentences: int | None = None) -> Any:
        """For summary sets: a checked summary with ``text``, and ``written``, the text before the check."""
        ...

    def check(self, article: Any, sentences: Any, /) -> Sequence[Any]:
        """``support`` and ``passes`` of each sentence; for consistency sets, and for scores of summaries."""
        ...

    def stances_of(self, article: Any, pairs: Any, /) -> Sequence[Any]:
        """For article sets: a stance with ``label``, ``probabilities`` and ``evidence`` for each (actor, target)."""
        ...


@dataclass(frozen=True)
class Answer:
    """What a model said to one example; neither prediction nor error would be a bug."""

    prediction: str | None
    probabilities: dict[str, float] | None = None
    error: str | None = None
    written: str | None = None  # a summary before it was checked
    supports: dict[str, list[float]] | None = None  # of the sentences of both
    shown: list[dict[str, Any]] | None = None  # a stance's evidence, as in Row
    parts: dict[str, str] = field(default_factory=dict)  # besides those of the example


@dataclass(frozen=True)
class RunOptions:
    """How a run is made.

    Attributes:
        limit: About how many examples; None for all.
        batch_size: Rows of a stance set that are classified together.
        write_ahead: Handed the articles of some examples of a summary set, and a summary's length, before the analyzer
            is asked for their summaries one by one.
    """

    limit: int | None = None
    batch_size: int = BATCH_SIZE
    write_ahead: Callable[[Sequence[str], int], object] = lambda texts, sentences: None


Answerer = Callable[[Sequence[Example]], list[Answer]]
Advance = Callable[[int, int], None]


def run_set(
    labelled: LabelledSet,
    analyzer: Analyzer,
    folder: Path,
    options: RunOptions | None = None,
    command: str = "",
    advance: Advance = lambda done, total: None,
) -> Path:
    """Answer every example of a set, or those that an earlier, killed run left over.

    Args:
        labelled: The set.
        analyzer: What answers.
        folder: Where ``run.json`` and ``rows.jsonl`` go.
        options: Limit and batch size.
        command: What to type to make this run again; kept in ``run.json``.
        advance: Told how many more examples are done, at first those found on disk, and of how many.

    Returns:
        The folder.

    Raises:
        InputError: Another run is at work in the folder, or the folder holds a run of something else.
    """
    options = options or RunOptions()
    in_set = len(labelled.examples)
    if options.limit is not None:
        labelled = labelled.limited(options.limit)
    with only_run_in(folder):
        header = _header(labelled, analyzer, options, command) | {"examples_in_set": in_set}
        stored = _stored_header(folder, header)
        rows, total = RowFile(folder / "rows.jsonl"), len(labelled.examples)
        left = rows.take_up(_batches(labelled, options.batch_size))
        if stored is not None:
            if not left:  # no row comes from what runs now; the command may ask for more beside the rows
                advance(total, total)
                write_json(folder / "run.json", stored | {"command": command, "end": stored["end"] or provenance.now()})
                return folder
            header |= {"start": stored["start"], "sittings": stored.get("sittings", [])}
        header["sittings"].append({"start": provenance.now(), "end": None, "examples": sum(map(len, left))})
        write_json(folder / "run.json", header)
        _answer_all(left, _answerer(labelled, analyzer, options), rows, total, advance)
        header["sittings"][-1]["end"] = header["end"] = provenance.now()
        write_json(folder / "run.json", header)
    return folder


def answer_with(
    answerer: Answerer,
    labelled: LabelledSet,
    rows: RowFile,
    options: RunOptions,
    advance: Advance = lambda done, total: None,
) -> None:
    """Answer a set by something that is no analyzer: a baseline that needs a model of its own."""
    if options.limit is not None:
        labelled = labelled.limited(options.limit)
    left = rows.take_up(_batches(labelled, options.batch_size))
    _answer_all(left, answerer, rows, len(labelled.examples), advance)


@cache
def code_sha256() -> str:
    """``provenance.code_sha256`` of this process, which runs what it has loaded, whatever becomes of the files."""
    return provenance.code_sha256()


def _header(labelled: LabelledSet, analyzer: Analyzer, options: RunOptions, command: str) -> dict[str, Any]:
    return {
        "set": labelled.config.name,
        "config": labelled.config.model_dump(mode="json"),
        "profile": analyzer.profile.model_dump(mode="json"),
        "profile_sha256": provenance.profile_sha256(analyzer.profile),
        "model_sha256": provenance.model_sha256(analyzer.profile),
        "code_sha256": code_sha256(),
        "data": labelled.origin,
        "data_sha256": labelled.sha256,
        "examples": len(labelled.examples),
        "limit": options.limit,
        "batch_size": options.batch_size,
        "skipped": labelled.skipped,
        "command": command,
        "versions": provenance.versions(),
        "commit": provenance.commit(),
        "machine": provenance.machine(),
        "start": provenance.now(),
        "end": None,
        "sittings": [],
    }


# A run may be taken up only if all of these are the same; anything else would mix the answers of two models or codes.
_SAME = {
    "config": "another config of the set",
    "data_sha256": "other data",
    "profile_sha256": "another profile",
    "model_sha256": "other model weights",
    "code_sha256": "another version of newstance",
    "limit": "another --limit",
    "batch_size": "another batch size",
}


def _stored_header(folder: Path, header: dict[str, Any]) -> dict[str, Any] | None:
    """What a folder says of the same run, if it holds one; another run is refused."""
    stored_file = folder / "run.json"
    if not stored_file.is_file():
        return None
    stored = read_header(stored_file)
    if differing := [what for key, what in _SAME.items() if stored.get(key) != header[key]]:
        raise InputError(
            f"{folder} holds a run with {', '.join(differing)}; choose another --out, or remove that folder "
            "(newstance report scores what is in it)"
        )
    return stored


def _batches(labelled: LabelledSet, size: int) -> list[list[Example]]:
    """The same batches every time, which makes a resumed run end like an undisturbed one."""
    if labelled.config.kind == "stance":
        ordered = sorted(labelled.examples, key=lambda e: (len(e.input["text"]), e.id))
        return [ordered[i : i + size] for i in range(0, len(ordered), size)]
    if labelled.config.kind == "summaries":  # of like length, since the shorter wait for the longest
        ordered = sorted(labelled.examples, key=lambda e: (len(e.input["article"]), e.id))
        return [ordered[i : i + _ARTICLES_AT_ONCE] for i in range(0, len(ordered), _ARTICLES_AT_ONCE)]
    articles: dict[str, list[Example]] = {}  # by text and not by group, since twins differ
    for example in labelled.examples:
        articles.setdefault(example.input.get("text") or example.input["article"], []).append(example)
    return list(articles.values())


def _answer_all(
    batches: Sequence[Sequence[Example]], answerer: Answerer, rows: RowFile, total: int, advance: Advance
) -> None:
    advance(total - sum(map(len, batches)), total)
    for batch in batches:
        start = time.perf_counter()
        answers = _answers(answerer, batch)
        seconds = (time.perf_counter() - start) / len(batch)
        rows.append([_row(example, answer, seconds) for example, answer in zip(batch, answers, strict=True)])
        advance(len(batch), total)


def _answers(answerer: Answerer, batch: Sequence[Example]) -> list[Answer]:
    try:
        return answerer(batch)
    except (ConfigError, ImportError, WeightsNotFoundError):
        raise  # not this example's fault; every other one would fail, too
    except Exception as error:
        # The edge of a batch: one bad example must not take the others along, and it counts as a miss.
        if len(batch) == 1:
            return [Answer(None, None, f"{type(error).__name__}: {error}")]
        return [answer for example in batch for answer in _answers(answerer, [example])]


def _row(example: Example, answer: Answer, seconds: float) -> Row:
    row: Row = {
        "id": example.id,
        "group": example.group,
        "input": example.input,
        "input_sha256": example.input_sha256,
        "gold": example.gold,
        "prediction": answer.prediction,
        "probabilities": answer.probabilities,
        "seconds": round(seconds, 6),
        "error": answer.error,
    }
    if parts := example.parts | answer.parts:
        row["parts"] = parts
    if example.evidence is not None:
        row["judged"] = [list(place) for place in example.evidence]
    if answer.written is not None:
        row["written"] = answer.written
    if answer.supports is not None:
        row["supports"] = answer.supports
    if answer.shown is not None:
        row["shown"] = answer.shown
    return row


def _answerer(labelled: LabelledSet, analyzer: Analyzer, options: RunOptions) -> Answerer:
    if labelled.config.kind == "summaries":
        return partial(_summary_answers, analyzer, labelled.config.summary_sentences, options.write_ahead)
    if labelled.config.kind == "consistency":
        return lambda batch: _support_answers(analyzer, batch)
    classifier = analyzer.classifier
    if labelled.config.kind == "stance":
        return lambda batch: stance_answers(classifier, batch)
    return lambda batch: article_answers(analyzer, batch)


def _summary_answers(
    analyzer: Analyzer, sentences: int, write_ahead: Callable[[Sequence[str], int], object], batch: Sequence[Example]
) -> list[Answer]:
    from newstance.service import Article

    articles = [Article.from_text(example.input["article"], title="") for example in batch]
    write_ahead([article.text for article in articles], sentences)
    return [_summary_answer(analyzer, analyzer.read(article), sentences) for article in articles]


def _summary_answer(analyzer: Analyzer, article: Any, sentences: int) -> Answer:
    summary = analyzer.summarize(article, sentences)
    texts = {"prediction": summary.text, "written": summary.written}
    supports = {
        name: [checked.support for checked in analyzer.check(article, split_sentences(text))]
        for name, text in texts.items()
    }
    return Answer(summary.text, written=summary.written, supports=supports)


def _support_answers(analyzer: Analyzer, batch: Sequence[Example]) -> list[Answer]:
    from newstance.service import Article

    article = Article.from_text(batch[0].input["article"], title="")
    checked = analyzer.check(article, [example.input["sentence"] for example in batch])
    return [
        Answer(SUPPORTED if c.passes else UNSUPPORTED, {SUPPORTED: c.support, UNSUPPORTED: 1 - c.support})
        for c in checked
    ]


def stance_answers(classifier: Classifier, batch: Sequence[Example]) -> list[Answer]:
    """A classifier's answers to rows of text, holder and target."""
    predictions = classifier.classify([example.query for example in batch])
    return [Answer(p.label, _plain(p.probabilities)) for p in predictions]


def article_answers(analyzer: Analyzer, batch: Sequence[Example]) -> list[Answer]:
    """An analyzer's answers to judgements of one article, with what each target is: one of its actors, or a phrase."""
    from newstance.service import Article
    from newstance.service.reading.actors import match_actor

    article = Article.from_text(batch[0].input["text"], title="")
    reading = analyzer.read(article)
    stances = analyzer.stances_of(reading, [(e.input["holder"], e.input["target"]) for e in batch])
    places = places_in(batch[0].input["text"], article.text)
    return [
        Answer(
            stance.label,
            _plain(stance.probabilities),
            shown=[_shown(passage, moved((passage.start, passage.end), places)) for passage in stance.evidence],
            parts={"target": A_PHRASE if match_actor(example.input["target"], reading.actors) is None else AN_ACTOR},
        )
        for example, stance in zip(batch, stances, strict=True)
    ]


def _shown(passage: Any, place: tuple[int, int]) -> dict[str, Any]:
    return {"start": place[0], "end": place[1], "label": passage.label, "probability": float(passage.probability)}


def _plain(probabilities: Any) -> dict[str, float]:
    return {label: float(probabilities[label]) for label in LABELS}
