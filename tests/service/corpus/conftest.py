from __future__ import annotations

import pytest
from many_articles import FakeTask, fake_profile, write_articles

from newstance.service.corpus.inputs import Inputs


@pytest.fixture
def task(tmp_path):
    return FakeTask(fake_profile(tmp_path))


@pytest.fixture
def inputs(tmp_path):
    return Inputs((str(write_articles(tmp_path / "articles.jsonl", 60)),))
