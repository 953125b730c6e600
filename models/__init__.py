"""Neural models: text in, numbers and text out."""

from typing import TYPE_CHECKING

from newstance.configs.lazy import lazily

if TYPE_CHECKING:
    from .annotator import Annotator, AnnotatorSettings
    from .entailment import EntailmentScorer
    from .errors import ConfigError, InputError, ModelError, NewstanceError, WeightsNotFoundError
    from .stance import StanceClassifier, StancePrediction, StanceQuery, StanceSettings
    from .summarizer import Summarizer, SummarizerSettings, load_summarizer

__all__ = [
    "Annotator",
    "AnnotatorSettings",
    "ConfigError",
    "EntailmentScorer",
    "InputError",
    "ModelError",
    "NewstanceError",
    "StanceClassifier",
    "StancePrediction",
    "StanceQuery",
    "StanceSettings",
    "Summarizer",
    "SummarizerSettings",
    "WeightsNotFoundError",
    "load_summarizer",
]
__getattr__, __dir__ = lazily(
    __name__,
    {
        "annotator": "Annotator AnnotatorSettings",
        "entailment": "EntailmentScorer",
        "errors": "ConfigError InputError ModelError NewstanceError WeightsNotFoundError",
        "stance": "StanceClassifier StancePrediction StanceQuery StanceSettings",
        "summarizer": "Summarizer SummarizerSettings load_summarizer",
    },
)
