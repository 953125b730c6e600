"""Training rows of the support model: (passage of the source, claim) -> does the passage bear the claim out?

Articles give most: their own sentences, rewritten so that they stay true or no longer are (``edits.py``).
Labelled sets of claims and of sentence pairs give the rest, in the words of people.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from newstance.configs import Settings

from ..annotator import Annotator
from ..consistency import Retriever, content_words
from ..errors import ConfigError
from ..sentences import split_sentences
from .false_edits import corruptions
from .overlap import Fingerprint, overlaps
from .true_edits import faithful

Share = Annotated[float, Field(ge=0, le=1)]
SUPPORTED, UNSUPPORTED = "entailment", "not_entailment"
LABELS = (SUPPORTED, UNSUPPORTED)


class ArticleClaims(NamedTuple):
    """Claims about one article.

    Attributes:
        group: The article's id.
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


class SupportSet(Settings):
    """A set and what is taken of it.

    Attributes:
        name: What the log and the model card call it.
        kind: ``articles``: rows of article and summary; claims are made from them. ``claims``: article, sentence and
            label. ``pairs``: premise, hypothesis and label.
        file: JSON lines, a path under the data root.
        terms: Its licence or terms.
        part: The share of the file to draw from; keeps training, development and test articles of one file apart.
        take: How many rows at most (of claims and pairs), drawn at random.
        sentences: How many sentences of each article claims are made from.
        summaries: Whether the sentences of the reference summaries are true claims, too.
        false_each: How many false versions of each true claim.
    """

    name: str
    kind: Literal["articles", "claims", "pairs"]
    file: str
    terms: str
    part: tuple[Share, Share] = (0.0, 1.0)
    take: int | None = None
    sentences: int = Field(8, ge=0)
    summaries: bool = False
    false_each: int = Field(1, ge=1)


def support_rows(
    labelled: SupportSet,
    data: Path,
    annotator: Annotator,
    retriever: Retriever,
    excluded: Sequence[Fingerprint],
    rng: random.Random,
) -> list[SupportRow]:
    """What a set gives to the pair model.

    Args:
        labelled: The set.
        data: The folder that holds the labelled sets.
        annotator: Parses articles and claims.
        retriever: Finds the passages, as it will when the model is used: what another one finds can give the label
            away (docs/experiments.md).
        excluded: Articles, as ``fingerprint`` gives them, that must not be trained on.
        rng: Chooses.

    Raises:
        ConfigError: The file is missing, or a row has an unknown label.
    """
    if labelled.kind == "pairs":
        rows = [
            SupportRow(r["id"], "pair", r["premise"], r["hypothesis"], _label(r["label"], labelled))
            for r in _records(labelled, data)
        ]
        return _taken(rows, labelled.take, rng)
    made = []
    for about in claims_of(labelled, data, annotator, excluded, rng):
        passages = retriever.passages(about.sentences, [claim for _, claim, _ in about.claims])
        made += [
            SupportRow(about.group, kind, passage.text, claim, label)
            for (kind, claim, label), passage in zip(about.claims, passages, strict=True)
        ]
    return made


def claims_of(
    labelled: SupportSet, data: Path, annotator: Annotator, excluded: Sequence[Fingerprint], rng: random.Random
) -> Iterator[ArticleClaims]:
    """The articles of a set, each with claims about it; for sets of articles or of claims. See ``support_rows``."""
    kept = [record for record in _records(labelled, data) if not overlaps(record["article"], excluded)]
    if labelled.kind == "claims":
        for r in _taken(kept, labelled.take, rng):
            claim = ("claim", r["sentence"], _label(r["label"], labelled))
            yield ArticleClaims(r["id"], split_sentences(r["article"]), [claim])
    else:
        for record in kept:
            yield _claims_of_article(record, labelled, annotator, rng)


def _records(labelled: SupportSet, data: Path) -> list[dict[str, Any]]:
    path = data / labelled.file
    if not path.is_file():
        raise ConfigError(f"{labelled.name}: there is no file {path}; --data names the folder that holds the sets")
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    low, high = (round(share * len(records)) for share in labelled.part)
    return records[low:high]


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
        true += [("summary", sentence) for sentence in split_sentences(record["summary"])]
    claims: list[tuple[str, str, str]] = []
    for kind, claim in true:
        false = corruptions(annotator.annotate(claim), article, rng)
        rng.shuffle(false)
        claims.append((kind, claim, SUPPORTED))
        claims += [(edit.kind, edit.text, UNSUPPORTED) for edit in false[: labelled.false_each]]
    return ArticleClaims(record["id"], [" ".join(s.text.split()) for s in article.sents if s.text.strip()], claims)
