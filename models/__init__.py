"""Neural models: text in, numbers and text out."""

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
