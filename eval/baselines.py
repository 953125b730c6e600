"""What costs nothing to beat: answers without a stance model, always beside a model's own."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

from newstance.models.errors import ModelError
from newstance.models.sources import locate
from newstance.models.stance import AUTHOR, LABELS
from newstance.models.summarizer import LeadSummarizer

from .labelled import Example
from .runs import Answer

# The lexicon's own threshold between neutral and the rest (Hutto and Gilbert 2014).
_NEUTRAL_BELOW = 0.05
_SEED = 4711


def stance_baselines(texts: Sequence[str], gold: Sequence[str], scored: Sequence[str]) -> dict[str, list[str]]:
    """Predictions of the baselines that need no model.

    Args:
        texts: What the sentiment lexicon reads.
        gold: The right labels; the majority baseline answers the most frequent one.
        scored: The labels to choose from.

    Returns:
        For each baseline one label per text.
    """
    rng = random.Random(_SEED)
    majority = Counter(gold).most_common(1)[0][0]
    return {
        "majority": [majority] * len(gold),
        "uniform random": [rng.choice(list(scored)) for _ in gold],
        "sentiment lexicon": _by_sentiment(texts, scored),
    }


def _by_sentiment(texts: Sequence[str], scored: Sequence[str]) -> list[str]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    # A set that has no neutral rows is answered by the sign alone.
    threshold = _NEUTRAL_BELOW if "neutral" in scored else 0.0
    known: dict[str, str] = {}
    for text in texts:
        if text not in known:
            compound = analyzer.polarity_scores(text)["compound"]
            known[text] = "favor" if compound >= threshold else "against" if compound <= -threshold else "neutral"
    return [known[text] for text in texts]


def lead_summary(article: str, sentences: int) -> str:
    """The first sentences, which are hard to beat on news (Nallapati et al. 2017)."""
    return LeadSummarizer().summarize(article, sentences=sentences).text


class ZeroShotPipeline:
    """transformers' own zero-shot pipeline, with one hypothesis for each label.

    Args:
        source: Weights of an NLI model (see ``models/sources.py``).

    Raises:
        ModelError: The model has no entailment label; the pipeline would take some other label's score.
    """

    def __init__(self, source: str) -> None:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

        arguments = locate(source).from_pretrained_arguments()
        try:
            model = AutoModelForSequenceClassification.from_pretrained(**arguments, use_safetensors=True)
            tokenizer = AutoTokenizer.from_pretrained(**arguments)
        except (OSError, ValueError) as error:
            raise ModelError(f"{source} cannot serve the zero-shot pipeline: {error}") from error
        if not any(label.lower().startswith("entail") for label in model.config.label2id):
            raise ModelError(
                f"{source} cannot serve the zero-shot pipeline: its labels {sorted(model.config.label2id)} "
                "have no entailment; name an NLI model"
            )
        self._pipeline: Any = pipeline("zero-shot-classification", model=model, tokenizer=tokenizer)

    def answers(self, batch: Sequence[Example]) -> list[Answer]:
        """Answers to rows of text, holder and target."""
        return [self._answer(example) for example in batch]

    def _answer(self, example: Example) -> Answer:
        holder, target = example.input["holder"], example.input["target"]
        holder = "The author" if holder == AUTHOR else holder
        hypotheses = {
            f"{holder} supports {target}.": "favor",
            f"{holder} opposes {target}.": "against",
            f"{holder} is neutral toward {target}.": "neutral",
        }
        result = self._pipeline(example.input["text"], list(hypotheses), hypothesis_template="{}")
        scores = {hypotheses[text]: float(s) for text, s in zip(result["labels"], result["scores"], strict=True)}
        return Answer(hypotheses[result["labels"][0]], {label: scores[label] for label in LABELS})
