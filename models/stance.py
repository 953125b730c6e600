"""Who is for and who is against: (holder, target, text) -> favor, against or neutral.

Any Hugging Face sequence-pair classifier will do, by one of two roads:

* *entailment*: an NLI model; hypotheses such as "{holder} supports {target}." are scored against the text
  (Yin et al. 2019, "Benchmarking Zero-shot Text Classification"). Several templates are averaged.
* *direct*: a classifier among whose labels are favor, against and neutral, such as ``bundled:newstance-mpnet``; it
  is asked one question, "{holder} toward {target}", and its other outputs are left aside.

The road follows from the model's labels.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from pydantic import Field, model_validator

from newstance.configs import Settings

from .entailment import EntailmentScorer, Hypotheses
from .errors import InputError
from .pairs import OnBatch, PairClassifier, Told, softmax
from .sources import locate

Label = Literal["favor", "against", "neutral"]
LABELS: tuple[Label, ...] = get_args(Label)
AUTHOR = "author"


@dataclass(frozen=True)
class StanceQuery:
    """One question: where does the holder stand toward the target, as far as the text shows?

    Attributes:
        text: A sentence or a few.
        holder: A person or body, as the text names it; ``"author"`` is the text's author.
        target: Anything one can be for or against.
        parts: Start and end, in the text, of its parts, in order and apart; a model that can tell says of each whether
            it shows the stance.
    """

    text: str
    holder: str
    target: str
    parts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class StancePrediction:
    """The answer to one query.

    Attributes:
        label: The most probable label.
        probabilities: One for each of favor, against and neutral; they add up to 1.
        truncated: Whether the end of the text was cut off to fit the model.
        parts: For each of the query's parts, whether it shows a side: how probable it is that a judge would name it
            for favor, for against, or for neither. Empty if the model cannot tell.
    """

    label: Label
    probabilities: dict[Label, float]
    truncated: bool = False
    parts: tuple[StancePrediction, ...] = ()

    @property
    def probability(self) -> float:
        """The probability of ``label``."""
        return self.probabilities[self.label]


class Templates(Settings):
    """Hypotheses for the entailment road; those for ``holder="author"`` are kept apart.

    Each holds ``{target}``, and ``{holder}`` unless it is for the author.
    """

    favor: tuple[str, ...] = ("{holder} supports {target}.", "{holder} is in favor of {target}.")
    against: tuple[str, ...] = ("{holder} opposes {target}.", "{holder} is against {target}.")
    author_favor: tuple[str, ...] = ("The author of this text supports {target}.",)
    author_against: tuple[str, ...] = ("The author of this text opposes {target}.",)

    @model_validator(mode="after")
    def _placeholders_are_there(self) -> Templates:
        for name in type(self).model_fields:
            needed = {"{target}"} if name.startswith("author") else {"{target}", "{holder}"}
            for template in getattr(self, name):
                if lacking := [field for field in needed if field not in template]:
                    raise ValueError(f"the template {template!r} in {name} lacks {' and '.join(sorted(lacking))}")
            if not getattr(self, name):
                raise ValueError(f"{name} needs at least one template")
        return self

    def hypotheses(self, query: StanceQuery) -> tuple[list[str], list[str]]:
        """The hypotheses (for favor, for against) that a query is held against."""
        author = query.holder == AUTHOR
        favor = self.author_favor if author else self.favor
        against = self.author_against if author else self.against
        # str.replace, not str.format: a holder named "{x}" must not be read as a field.
        return tuple(
            [t.replace("{target}", query.target).replace("{holder}", query.holder) for t in templates]
            for templates in (favor, against)
        )  # type: ignore[return-value]


class StanceSettings(Settings):
    """Which model classifies stance, and how it is asked.

    Attributes:
        source: The weights (see ``models/sources.py``).
        templates: Hypotheses for the entailment road; a direct model takes none.
        temperature: None takes the model's own.
    """

    source: str
    templates: Templates = Templates()
    temperature: float | None = Field(default=None, gt=0)


class StanceClassifier:
    """A stance classifier over any sequence-pair model.

    Args:
        pairs: The model. With the labels favor, against and neutral among its own it takes the direct road, else
            with an entailment label the entailment road.
        templates: Hypotheses for the entailment road.
        temperature: Logits are divided by it; fitted on development data (Guo et al. 2017, "On Calibration of
            Modern Neural Networks"). None takes the model's own, which is 1 unless its training fitted one.

    Raises:
        ModelError: The model has neither kind of labels.
    """

    def __init__(
        self, pairs: PairClassifier, templates: Templates | None = None, temperature: float | None = None
    ) -> None:
        self.pairs = pairs
        self.is_direct = set(LABELS) <= set(pairs.labels)
        own = pairs.temperatures.get("stance" if self.is_direct else "support", 1.0)
        self.temperature = own if temperature is None else temperature
        self._templates = templates or Templates()
        self._columns = [pairs.labels.index(label) for label in LABELS] if self.is_direct else []
        self._entailment = None if self.is_direct else EntailmentScorer(pairs, self.temperature)

    @classmethod
    def load(cls, settings: StanceSettings, device: str = "cpu") -> StanceClassifier:
        """Load the model that the settings name."""
        return cls(
            PairClassifier.load(locate(settings.source), device=device),
            settings.templates,
            settings.temperature,
        )

    def classify(self, queries: Sequence[StanceQuery], on_batch: OnBatch | None = None) -> list[StancePrediction]:
        """Classify queries; one prediction each, in the same order.

        Pairs are deduplicated and batched by length. A text that is too long for the model loses its end, and
        the prediction says so.

        Args:
            queries: The questions.
            on_batch: Called after each batch with (pairs scored so far, pairs in all); an exception raised in it
                stops the model.

        Raises:
            InputError: A query without text, holder or target, or with a target that fills the model alone.
        """
        for query in queries:
            for field in ("text", "holder", "target"):
                if not getattr(query, field).strip():
                    raise InputError(f"a stance query needs a {field}; got {query}")
        road = self._classify_direct if self.is_direct else self._classify_by_entailment
        return road(queries, on_batch)

    def refuse_long(self, target: str) -> None:
        """Refuse a target that no text could be held against.

        Raises:
            InputError: The target fills the model alone.
        """
        query = StanceQuery("text", "holder", target)
        favor, against = ([direct_pair(query)[1]], []) if self.is_direct else self._templates.hypotheses(query)
        self.pairs.refuse_long([*favor, *against])

    def _classify_direct(self, queries: Sequence[StanceQuery], on_batch: OnBatch | None) -> list[StancePrediction]:
        scores = self.pairs.score([direct_pair(query) for query in queries], on_batch)
        probabilities = softmax(scores.logits[:, self._columns] / self.temperature)
        told = scores.told
        parts = [()] * len(queries) if told is None else list(map(self._parts, queries, told, scores.truncated))
        return list(map(_prediction, probabilities, scores.truncated, parts))

    def _parts(self, query: StanceQuery, told: Told, truncated: bool) -> tuple[StancePrediction, ...]:
        if not query.parts:
            return ()
        _, places = marked_text(query)
        rows = softmax(np.array([told.of(*place) for place in places]) + self.pairs.told_bias)
        read = told.starts.max(initial=-1) + 1 if truncated else np.inf  # characters; the last token begins there
        return tuple(_prediction(row, bool(end > read)) for row, (_, end) in zip(rows, places, strict=True))

    def _classify_by_entailment(
        self, queries: Sequence[StanceQuery], on_batch: OnBatch | None
    ) -> list[StancePrediction]:
        assert self._entailment is not None
        sides = [self._templates.hypotheses(query) for query in queries]
        entailed = self._entailment.score(
            [Hypotheses(query.text, tuple(side)) for query, both in zip(queries, sides, strict=True) for side in both],
            on_batch,
        )
        predictions = []
        for favor, against in zip(entailed[::2], entailed[1::2], strict=True):
            # The two are scored apart; taken as independent and known not to hold both.
            f, a = favor.probability, against.probability
            weights = np.array([f * (1 - a), a * (1 - f), (1 - f) * (1 - a)]) + 1e-12
            predictions.append(_prediction(weights / weights.sum(), favor.truncated or against.truncated))
        return predictions


def direct_pair(query: StanceQuery) -> tuple[str, str]:
    """The (text, question) pair for a direct classifier.

    Mentions of holder and target are marked in the text, ``{ Kim } praised [ Putin ]``: markers tell a small
    model who stands on which side (Zhou and Chen 2022, "An Improved Baseline for Sentence-level Relation
    Extraction"). What the text does not name word for word stays unmarked.
    """
    holder = "the author" if query.holder == AUTHOR else query.holder
    return marked_text(query)[0], f"{holder} toward {query.target}"


def marked_text(query: StanceQuery) -> tuple[str, list[tuple[int, int]]]:
    """The text with its marks, and where its parts stand then."""
    text, places, done = "", [], 0
    for start, end in query.parts:
        text += _with_marks(query, query.text[done:start])
        part = _with_marks(query, query.text[start:end])
        places.append((len(text), len(text) + len(part)))
        text, done = text + part, end
    return text + _with_marks(query, query.text[done:]), places


def _with_marks(query: StanceQuery, text: str) -> str:
    if query.holder != AUTHOR:
        text = _mark(text, query.holder, "{ ", " }")
    if query.target.lower() != query.holder.lower():
        text = _mark(text, query.target, "[ ", " ]")
    return text


def _mark(text: str, name: str, before: str, after: str) -> str:
    # Up to two letters more belong to the name: plurals, and names that a data set cut short. Case counts for
    # acronyms only, where "US" is not "us".
    case = 0 if name.isupper() else re.IGNORECASE
    pattern = re.compile(rf"(?<!\w){re.escape(name.strip())}\w{{0,2}}(?!\w)", case)
    return pattern.sub(lambda match: f"{before}{match[0]}{after}", text)


def _prediction(
    probabilities: np.ndarray, truncated: bool, parts: tuple[StancePrediction, ...] = ()
) -> StancePrediction:
    by_label = {label: float(p) for label, p in zip(LABELS, probabilities, strict=True)}
    return StancePrediction(max(LABELS, key=lambda label: by_label[label]), by_label, truncated, parts)
