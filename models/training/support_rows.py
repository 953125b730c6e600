"""Training rows of the support model: (passage of the source, claim) -> does the passage bear the claim out?

Articles give most: their own sentences, rewritten so that they stay true or no longer are (``edits.py``).
Labelled sets of claims and of sentence pairs give the rest, in the words of people.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import Field

from ..annotator import Annotator, AnnotatorSettings
from ..content import content_words
from ..embedding import SentenceEmbedder
from ..errors import ConfigError
from ..retrieval import Retriever, SourcePassage, Sources
from ..sentences import split_sentences
from ..sources import locate
from .false_edits import corruptions
from .overlap import Excluded
from .parallel import mapped
from .set_files import SetFile, Share, records_of, with_articles
from .true_edits import faithful

Retrieval = Literal["embeddings", "words"]
SUPPORTED, UNSUPPORTED = "entailment", "not_entailment"
LABELS = (SUPPORTED, UNSUPPORTED)
_MUCH = 0.25  # of a claim's words; what a passage without its nearest sentence must lack


class ArticleClaims(NamedTuple):
    """Claims about one article.

    Attributes:
        group: The article's id, or the hash of its text where ids are those of claims.
        sentences: Of the article, in order.
        claims: How each was made, the claim, and its label.
    """

    group: str
    sentences: list[str]
    claims: list[tuple[str, str, str]]


class SupportRow(NamedTuple):
    """One labelled example.

    Attributes:
        group: Rows of one group come from one article.
        kind: How the claim was made: by whom, or by which edit.
        passage: What the claim is held against.
        claim: A sentence.
        label: entailment or not_entailment.
    """

    group: str
    kind: str
    passage: str
    claim: str
    label: str


class SupportSet(SetFile):
    """A set and what is taken of it.

    Attributes:
        kind: ``articles``: rows of article and summary, whole or in ``sentences``; claims are made from them.
            ``claims``: article, sentence and label. ``pairs``: premise, hypothesis and label.
        file: JSON lines, a path under the data root. For the article of a claim there may be the ``file`` that holds
            it, and its ``sha256``.
        restricted: Whether the terms allow less than any use of weights that were trained on it.
        take: How many rows at most, of all widths together, drawn at random; of claims, how many claims.
        weight: Of its rows in the loss.
        retrieval: What finds the passages of claims: sentence embeddings and shared words, or shared words alone. What
            another one finds than in use can give the label away (docs/experiments.md).
        sentences: How many sentences of each article claims are made from.
        summaries: Whether the sentences of the reference summaries are true claims, too.
        false_each: How many false versions of each true claim.
        words: How wide the passages are that a claim is asked of, one after the other; see ``Retriever.passages``.
        without: The share of true claims that are asked once more of a passage without their nearest sentence, which
            does not bear them out then. Only those count whose words this sentence has to a good part.
    """

    kind: Literal["articles", "claims", "pairs"]
    restricted: bool = False
    take: int | None = None
    weight: float = Field(1.0, gt=0)
    retrieval: Retrieval = "embeddings"
    sentences: int = Field(8, ge=0)
    summaries: bool = False
    false_each: int = Field(1, ge=1)
    words: tuple[int, ...] = (0,)
    without: Share = 0.0


class Makers(NamedTuple):
    """The models that support rows are made with.

    Attributes:
        annotator: Parses articles and claims.
        retrievers: Find the passages, by what ``SupportSet.retrieval`` says.
    """

    annotator: Annotator
    retrievers: dict[Retrieval, Retriever]

    @classmethod
    def load(cls, annotator: AnnotatorSettings, embeddings: str) -> Makers:
        """Load the models that a recipe names."""
        embedder = SentenceEmbedder.load(locate(embeddings))
        return cls(Annotator.load(annotator), {"embeddings": Retriever(embedder), "words": Retriever(None)})


def support_rows(
    labelled: SupportSet,
    data: Path,
    load: Callable[[], Makers],
    excluded: Excluded,
    seed: int,
    processes: int = 1,
) -> list[SupportRow]:
    """What a set gives to the pair model; claims that have nothing in common with their article give no row.

    Args:
        labelled: The set.
        data: The folder that holds the labelled sets.
        load: Loads the models; picklable if there are several processes.
        excluded: Texts that must not be trained on.
        seed: Chooses, for each article for itself.
        processes: How many articles are read at the same time.

    Raises:
        ConfigError: The file is missing, or a row has an unknown label.
    """
    rng = random.Random(f"{seed} {labelled.name}")
    if labelled.kind == "pairs":
        rows = [
            SupportRow(r["id"], "pair", r["premise"], r["hypothesis"], _label(r["label"], labelled))
            for r in _records(labelled, data)
        ]
        return _taken([row for row in rows if row.passage not in excluded], labelled.take, rng)
    records = [record for record in _records(labelled, data) if record["article"] not in excluded]
    if labelled.kind == "claims":
        records = _taken(records, labelled.take, rng)
        for record in records:
            _label(record["label"], labelled)
    made = mapped(partial(_reader, load, labelled, seed), records, processes)
    found = [row for rows in made for row in rows if row.passage]
    return _taken(found, labelled.take, rng) if labelled.kind == "articles" else found


def _reader(
    load: Callable[[], Makers], labelled: SupportSet, seed: int
) -> Callable[[dict[str, Any]], list[SupportRow]]:
    makers = load()
    sources_of = lru_cache(maxsize=1)(Sources)  # sets have many claims about one article, one after the other

    def read(record: dict[str, Any]) -> list[SupportRow]:
        about = claims_about(record, labelled, makers.annotator, seed)
        rng = random.Random(f"{seed} without {record['id']}")
        sentences, claims = sources_of(tuple(about.sentences)), Sources(claim for _, claim, _ in about.claims)
        rows = []
        for words in labelled.words:
            passages = makers.retrievers[labelled.retrieval].passages(sentences, claims, words)
            for (kind, claim, label), passage in zip(about.claims, passages, strict=True):
                rows.append(SupportRow(about.group, kind, passage.text, claim, label))
                if label == SUPPORTED and rng.random() < labelled.without:
                    rows += _without_nearest(rows[-1], passage, sentences)
        return rows

    return read


def _without_nearest(row: SupportRow, passage: SourcePassage, sentences: Sequence[str]) -> list[SupportRow]:
    """The same claim with what is left of its passage, if that lacks much of it; none otherwise."""
    left = " ".join(sentences[i] for i in passage.shown if i not in passage.sources[:1])
    wanted = content_words(row.claim)
    lost = len(wanted & content_words(passage.text)) - len(wanted & content_words(left))
    if not left or lost < _MUCH * len(wanted):
        return []
    return [row._replace(kind=f"{row.kind} without", passage=left, label=UNSUPPORTED)]


def claims_about(record: dict[str, Any], labelled: SupportSet, annotator: Annotator, seed: int) -> ArticleClaims:
    """One article of a set with its claims; for sets of articles or of claims. See ``support_rows``."""
    if labelled.kind == "claims":
        claim = ("claim", record["sentence"], _label(record["label"], labelled))
        article = record["article"]
        return ArticleClaims(hashlib.sha256(article.encode()).hexdigest()[:16], split_sentences(article), [claim])
    return _claims_of_article(record, labelled, annotator, random.Random(f"{seed} {labelled.name} {record['id']}"))


def _records(labelled: SupportSet, data: Path) -> list[dict[str, Any]]:
    records = records_of(labelled, data)
    return records if labelled.kind == "pairs" else with_articles(records, labelled, data)


def _label(given: str, labelled: SupportSet) -> str:
    # A claim of which a part is not borne out is not borne out.
    known = {
        "supported": SUPPORTED,
        "entailment": SUPPORTED,
        "partially_supported": UNSUPPORTED,
        "not_supported": UNSUPPORTED,
        "neutral": UNSUPPORTED,
        "contradiction": UNSUPPORTED,
    }
    if given not in known:
        raise ConfigError(f"{labelled.file}: a row has the label {given!r}; expected {', '.join(known)}")
    return known[given]


def _taken(rows: list[Any], take: int | None, rng: random.Random) -> list[Any]:
    return rng.sample(rows, take) if take is not None and len(rows) > take else rows


def _claims_of_article(
    record: dict[str, Any], labelled: SupportSet, annotator: Annotator, rng: random.Random
) -> ArticleClaims:
    article = annotator.annotate(record["article"])
    usable = [s for s in article.sents if 6 <= len(s) <= 45 and len(content_words(s.text)) >= 4]
    true: list[tuple[str, str]] = []  # how it was made, and the claim
    for sentence in rng.sample(usable, min(labelled.sentences, len(usable))):
        edits = faithful(sentence, rng)
        true.append(("own sentence", " ".join(sentence.text.split())))
        if edits:
            chosen = rng.choice(edits)
            true[-1] = (chosen.kind, chosen.text)
    if labelled.summaries:
        summary = record["sentences"] if "sentences" in record else split_sentences(record["summary"])
        true += [("summary", sentence) for sentence in summary]
    claims: list[tuple[str, str, str]] = []
    for (kind, claim), parsed in zip(true, annotator.annotate_all([claim for _, claim in true]), strict=True):
        false = corruptions(parsed, article, rng)
        rng.shuffle(false)
        claims.append((kind, claim, SUPPORTED))
        claims += [(edit.kind, edit.text, UNSUPPORTED) for edit in false[: labelled.false_each]]
    return ArticleClaims(record["id"], [" ".join(s.text.split()) for s in article.sents if s.text.strip()], claims)
