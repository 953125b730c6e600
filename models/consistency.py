"""Does the article say that? Summary sentences held against the sentences of their source.

Three things are looked at, each in its own way:

* what is nowhere in the source: names, numbers and quotations (:func:`found_nowhere`), by exact comparison;
* which sentences a claim is made from (:class:`Retriever`), by sentence embeddings and shared words;
* whether those sentences bear it out (:class:`ConsistencyChecker`), by a pair model and by how much of the claim is
  copied from them, word for word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Self

import numpy as np
from pydantic import model_validator

from newstance.configs import Settings

from .embedding import SentenceEmbedder, centrality
from .entailment import EntailmentScorer, Hypotheses
from .pairs import PairClassifier
from .sentences import points_back, standing
from .sources import Weights, locate
from .words import NUMBER_WORDS, bare

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_WORD = re.compile(r"\d[\d,.]*\d|\w+(?:[’']\w+)*")
_QUOTED = re.compile(r"[“\"«]([^”\"»]+)[”\"»]")
_NUMBERS = {word: str(value) for value, word in enumerate(NUMBER_WORDS, 2)}
_TITLES = {
    "senator": "sen",
    "representative": "rep",
    "governor": "gov",
    "general": "gen",
    "professor": "prof",
    "doctor": "dr",
    "lieutenant": "lt",
    "captain": "capt",
    "colonel": "col",
    "sergeant": "sgt",
}
_NEGATION = re.compile(r"\b(?:not|no|never|nor|neither|nobody|nothing|none|without|cannot)\b|n[’']t\b", re.IGNORECASE)
WEIGHTS_FILE = "support.json"  # beside a pair model: the weights that its training fitted
_IN_COMMON = 0.3  # cosine and shared words together; a claim that has less in common with every sentence has no source
_COPIED = 3  # words in a run that counts as copied


class SupportWeights(Settings):
    """How the signs of support make one score: a logistic regression over them.

    Attributes:
        bias: Added to the sum.
        entailment: Of the pair model's log-odds of entailment.
        copied: Of the share of the claim's runs of three words that its nearest source sentences hold.
        similarity: Of the cosine of claim and nearest source sentence.
        strange: Of the share of its content words that its nearest source sentences do not hold.
        moved: Of the number of its names and numbers that its nearest source sentences do not hold.
        negation: Of whether it negates more often than its nearest source sentence.
    """

    bias: float = 0.0
    entailment: float = 1.0
    copied: float = 0.0
    similarity: float = 0.0
    strange: float = 0.0
    moved: float = 0.0
    negation: float = 0.0


class ConsistencySettings(Settings):
    """Which models hold summaries against their articles.

    Attributes:
        source: The pair model: any NLI model, two labels or three. None goes by the other signs alone.
        embeddings: A sentence encoder with mean pooling.
        weights: How the signs of support are weighed; needed without a pair model. None takes what the pair model's
            training fitted, and the pair model's word alone if it fitted nothing.
    """

    source: str | None = None
    embeddings: str
    weights: SupportWeights | None = None

    @model_validator(mode="after")
    def _something_is_weighed(self) -> Self:
        if self.source is None and (self.weights is None or self.weights.entailment):
            raise ValueError("without a source there is no entailment to weigh: give weights, with entailment: 0")
        return self


@dataclass(frozen=True)
class SourcePassage:
    """What of a source a claim is held against.

    Attributes:
        text: Sentences of the source, in its order.
        sources: Indices of the sentences that are nearest to the claim, the best first.
        similarity: The cosine of the claim and the best one; 0 without embeddings.
    """

    text: str
    sources: tuple[int, ...]
    similarity: float


@dataclass(frozen=True)
class Support:
    """How a claim stands to its source.

    Attributes:
        sources: Indices of the source sentences that it is nearest to, the best first.
        support: How probable it is that they bear it out, 0 to 1; 1 if it is one of them.
        signs: What that is made of; see ``SupportWeights``.
        invented: Its names, numbers and quotations that the source contains nowhere.
    """

    sources: tuple[int, ...]
    support: float
    signs: Mapping[str, float]
    invented: tuple[str, ...]


class Sources(tuple[str, ...]):
    """The sentences of one source, whose vectors are computed once, when they are first asked for.

    Who reads an article owns them, and hands them to whatever is asked about it; models remember nothing, so that two
    callers cannot meet. Other sequences of sentences do as well, and are embedded anew each time.
    """

    def __init__(self, _: Iterable[str] = ()) -> None:
        super().__init__()
        self._lock = Lock()
        self._embedded: tuple[SentenceEmbedder, np.ndarray] | None = None

    def vectors(self, embedder: SentenceEmbedder) -> np.ndarray:
        """Of length 1, shape (sentences, size)."""
        with self._lock:
            if self._embedded is None or self._embedded[0] is not embedder:
                self._embedded = (embedder, embedder.embed(self))
            return self._embedded[1]


class Retriever:
    """Finds the sentences of a source that a claim is most likely made from.

    A sentence's score is the cosine of the two embeddings plus the share of the claim's content words that it holds.
    The second sentence is scored by the words that the first one lacks. The sentence before the first comes along if
    the first begins with a pronoun, which points there.

    Args:
        embedder: Sentence embeddings; None goes by shared words alone.
    """

    def __init__(self, embedder: SentenceEmbedder | None) -> None:
        self._embedder = embedder

    def passages(self, sources: Sequence[str], claims: Sequence[str]) -> list[SourcePassage]:
        """One passage for each claim.

        Args:
            sources: All sentences of the source, in order.
            claims: What is held against it.
        """
        if not sources or not claims:
            return [SourcePassage("", (), 0.0) for _ in claims]
        cosines = self.cosines(sources, claims)
        vocabularies = [content_words(source) for source in sources]
        return [
            self._passage(sources, vocabularies, near, content_words(claim))
            for claim, near in zip(claims, cosines, strict=True)
        ]

    def stand_ins(self, sources: Sequence[str], claims: Sequence[str]) -> list[list[int]]:
        """For each claim, the sentences of a source that may be said in its place, the best first.

        They have something in common with it; the best is near to it, central to the source, and understood alone.
        """
        if not sources or not claims:
            return [[] for _ in claims]
        sources = sources if isinstance(sources, Sources) else Sources(sources)  # embedded once
        cosines = self.cosines(sources, claims)
        worth = np.array(standing(sources))
        if self._embedder is not None:
            worth += centrality(self._vectors(sources, self._embedder))
        vocabularies = [content_words(source) for source in sources]
        ranked = []
        for claim, near in zip(claims, cosines, strict=True):
            in_common = near + _overlap(content_words(claim), vocabularies)
            order = np.argsort(-(in_common + worth), kind="stable")
            ranked.append([int(i) for i in order if in_common[i] >= _IN_COMMON])
        return ranked

    def cosines(self, sources: Sequence[str], claims: Sequence[str]) -> np.ndarray:
        """Of each claim and each source sentence, shape (claims, sources); zeros without embeddings."""
        if self._embedder is None:
            return np.zeros((len(claims), len(sources)))
        similar: np.ndarray = self._embedder.embed(claims) @ self._vectors(sources, self._embedder).T
        return similar

    @staticmethod
    def _vectors(sources: Sequence[str], embedder: SentenceEmbedder) -> np.ndarray:
        return sources.vectors(embedder) if isinstance(sources, Sources) else embedder.embed(sources)

    def _passage(
        self,
        sources: Sequence[str],
        vocabularies: Sequence[frozenset[str]],
        cosines: np.ndarray,
        wanted: frozenset[str],
    ) -> SourcePassage:
        overlap = _overlap(wanted, vocabularies)
        best = int(np.argmax(cosines + overlap))
        if cosines[best] + overlap[best] < _IN_COMMON:
            return SourcePassage("", (), float(cosines[best]))
        chosen = [best]
        if len(sources) > 1:
            missing = wanted - vocabularies[best]
            gain = np.array([len(missing & vocabulary) for vocabulary in vocabularies]) / max(1, len(wanted))
            ranked = cosines + gain
            ranked[best] = -np.inf
            chosen.append(int(np.argmax(ranked)))
        before = {best - 1} if best and points_back(sources[best]) else set()
        shown = sorted({*chosen, *before})
        return SourcePassage(" ".join(sources[i] for i in shown), tuple(chosen), float(cosines[best]))


class ConsistencyChecker:
    """Holds claims against their source.

    After SummaC (Laban et al. 2022) and MiniCheck (Tang et al. 2024): claims are checked one by one, against the part
    of the source that they are nearest to.

    Args:
        retriever: Finds that part.
        scorer: A pair model's probability that it entails the claim; None leaves that sign at 0.
        weights: How the signs of support are weighed.
    """

    def __init__(self, retriever: Retriever, scorer: EntailmentScorer | None, weights: SupportWeights) -> None:
        self._retriever = retriever
        self._scorer = scorer
        self._weights = weights

    @classmethod
    def load(cls, settings: ConsistencySettings, device: str = "cpu") -> ConsistencyChecker:
        """Load the models that the settings name.

        Raises:
            WeightsNotFoundError: Their weights are not on this machine.
            ModelError: They hold no sentence encoder, or no NLI model.
        """
        retriever = Retriever(SentenceEmbedder.load(locate(settings.embeddings), device=device))
        if settings.source is None:
            assert settings.weights is not None
            return cls(retriever, None, settings.weights)
        weights = locate(settings.source)
        pairs = PairClassifier.load(weights, device=device)
        scorer = EntailmentScorer(pairs)
        return cls(retriever, scorer, settings.weights or fitted_weights(weights))

    def similarity(self, texts: Sequence[str], sources: Sequence[str]) -> np.ndarray:
        """The cosines of texts and the sentences of a source, shape (texts, sources)."""
        return self._retriever.cosines(sources, texts)

    def stand_ins(self, claims: Sequence[str], sources: Sequence[str]) -> list[list[int]]:
        """For each claim, the indices of the source sentences that may be said in its place, the best first."""
        return self._retriever.stand_ins(sources, claims)

    def check(self, claims: Sequence[str], sources: Sequence[str]) -> list[Support]:
        """Hold claims against a source.

        Args:
            claims: Sentences.
            sources: All sentences of the source, in order.

        Returns:
            One answer for each claim, in the same order. A claim that has nothing in common with any sentence has no
            source and no support. Of one that leaves no room for a source in the pair model, the beginning is held.
        """
        passages = self._retriever.passages(sources, claims)
        whole = " ".join(sources)
        entailed = [0.5] * len(claims)
        if self._scorer is not None:
            cut = map(self._scorer.cut, claims)
            questions = [Hypotheses(passage.text, (claim,)) for passage, claim in zip(passages, cut, strict=True)]
            entailed = [answer.probability for answer in self._scorer.score(questions)]
        return [
            self._support(claim, passage, entailment, sources, whole)
            for claim, passage, entailment in zip(claims, passages, entailed, strict=True)
        ]

    def _support(
        self, claim: str, passage: SourcePassage, entailment: float, sources: Sequence[str], whole: str
    ) -> Support:
        nearest = [sources[i] for i in passage.sources]
        if not nearest:
            return Support((), 0.0, {}, found_nowhere(claim, whole))
        signs = {
            "entailment": float(np.log((entailment + 1e-6) / (1 - entailment + 1e-6))),
            "copied": max(copied(claim, source) for source in nearest),
            "similarity": passage.similarity,
            "strange": _strange(claim, passage.text),
            "moved": float(len(invented(claim, passage.text))),
            "negation": float(_negations(claim) > _negations(nearest[0])),
        }
        weights = self._weights.model_dump()
        odds = weights["bias"] + sum(weights[name] * value for name, value in signs.items())
        is_copy = any(bare(claim) == bare(source) for source in nearest)
        return Support(
            passage.sources,
            1.0 if is_copy else round(float(1 / (1 + np.exp(-odds))), 4),
            {name: round(value, 4) for name, value in signs.items()},
            found_nowhere(claim, whole),
        )


def _overlap(wanted: frozenset[str], vocabularies: Sequence[frozenset[str]]) -> np.ndarray:
    """The share of some words that each of several vocabularies holds."""
    return np.array([len(wanted & vocabulary) for vocabulary in vocabularies]) / max(1, len(wanted))


def fitted_weights(weights: Weights) -> SupportWeights:
    """The weights that a pair model's training fitted, or else those that take its word alone."""
    file = None if weights.is_hub else weights.path / WEIGHTS_FILE
    if file is None or not file.is_file():
        return SupportWeights()
    return SupportWeights.model_validate_json(file.read_text(encoding="utf-8"))


def _strange(claim: str, passage: str) -> float:
    wanted = content_words(claim)
    return len(wanted - content_words(passage)) / max(1, len(wanted))


def _negations(text: str) -> int:
    return len(_NEGATION.findall(text))


def found_nowhere(sentence: str, source: str, begins_with_name: bool | None = None) -> tuple[str, ...]:
    """Names, numbers and quotations of a sentence that its source does not contain; see ``invented``."""
    return (*invented(sentence, source, begins_with_name), *misquoted(sentence, source))


def begins_with_name(sentence: Doc) -> bool:
    """Whether the first word of a sentence is a name or part of one."""
    first = next((token for token in sentence if token.text[0].isalnum()), None)
    return first is not None and first.pos_ == "PROPN"


def invented(sentence: str, source: str, begins_with_name: bool | None = None) -> tuple[str, ...]:
    """Names and numbers of a sentence that its source does not contain, in their order.

    A name is a capitalized word. A number is written in digits, or a word from two to twelve; the source may have it
    in either form.

    Args:
        sentence: The sentence.
        source: What it is said of.
        begins_with_name: Whether its first word counts as a name; None counts it where the next is capitalized, too.
    """
    known = {_normal(word) for word in _WORD.findall(source)}
    words = _WORD.findall(sentence)
    found = []
    for i, word in enumerate(words):
        counts = i > 0 or begins_with_name
        if i == 0 and begins_with_name is None:
            counts = len(words) > 1 and words[1][0].isupper()
        is_name = word[0].isupper() and counts
        is_name = is_name and word.lower() not in _stop_words()
        if (is_number(word) or is_name) and _normal(word) not in known:
            found.append(word)
    return tuple(dict.fromkeys(found))


def is_number(word: str) -> bool:
    """Whether a word is a number, in digits or in letters from two to twelve."""
    return word[0].isdigit() or word.lower() in _NUMBERS


def misquoted(sentence: str, source: str) -> tuple[str, ...]:
    """Quotations of a sentence that are not, word for word, in its source."""
    known = f" {bare(source)} "
    return tuple(quoted for quoted in _QUOTED.findall(sentence) if bare(quoted) and f" {bare(quoted)} " not in known)


def copied(claim: str, source: str) -> float:
    """The share of a claim's runs of three words that a source sentence holds; of its words, if it has fewer."""
    words, known = bare(claim).split(), bare(source).split()
    size = min(_COPIED, len(words))
    if not size:
        return 0.0
    runs = {tuple(known[i : i + size]) for i in range(len(known) - size + 1)}
    own = [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]
    return sum(run in runs for run in own) / len(own)


def word_overlap(claim: str, sources: Sequence[str]) -> float:
    """The share of a claim's content words that the best single source sentence holds, 0 to 1.

    This is lexical recall, as in ROUGE-1 without stop words: the baseline that a support score has to beat.
    """
    wanted = content_words(claim)
    return max((len(wanted & content_words(source)) for source in sources), default=0) / max(1, len(wanted))


def content_words(text: str) -> frozenset[str]:
    """The words that carry the content of a text, in a form that folds case, plural and possessive."""
    return frozenset(_normal(word) for word in _WORD.findall(text) if word.lower() not in _stop_words())


def turned_roles(claim: Doc, article: Doc) -> tuple[str, ...]:
    """Who does what to whom in a claim, where the article has it the other way round, and only so.

    Args:
        claim: A sentence, parsed.
        article: The Doc of its source.

    Returns:
        For each such verb "X praised Y", in the words of the claim. Heads of phrases are compared, and verbs by their
        lemma, active and passive alike; a pair that the article has both ways round is not turned.
    """
    known = {(subject.lower_, verb.lemma_, other.lower_) for subject, verb, other in _who_does_what_to_whom(article)}
    return tuple(
        f"{subject.text} {verb.text} {other.text}"
        for subject, verb, other in _who_does_what_to_whom(claim)
        if (other.lower_, verb.lemma_, subject.lower_) in known
        and (subject.lower_, verb.lemma_, other.lower_) not in known
    )


def _who_does_what_to_whom(doc: Doc) -> list[tuple[Token, Token, Token]]:
    """(subject, verb, object) of each verb that has both; the heads of their phrases, as in the active voice."""
    found = []
    for verb in doc:
        if verb.pos_ != "VERB":
            continue
        children = list(verb.children)
        subject = next((c for c in children if c.dep_ == "nsubj"), None)
        other = next((c for c in children if c.dep_ in ("dobj", "dative") and c.pos_ != "ADP"), None)
        passive = next((c for c in children if c.dep_ == "nsubjpass"), None)
        agent = next((c for by in children if by.dep_ == "agent" for c in by.children if c.dep_ == "pobj"), None)
        if passive is not None:
            subject, other = agent, passive
        if subject is not None and other is not None and {subject.pos_, other.pos_} <= {"NOUN", "PROPN"}:
            found.append((subject, verb, other))
    return found


def _normal(word: str) -> str:
    word = re.sub(r"'s?$", "", word.replace("’", "'")).lower().replace(",", "")
    word = _NUMBERS.get(word, _TITLES.get(word, word))
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


@cache
def _stop_words() -> frozenset[str]:
    from spacy.lang.en.stop_words import STOP_WORDS

    return frozenset(STOP_WORDS) | {"said", "says", "say"}
