"""What the tests of runs and of the corpus view share: articles to analyse, and a run over made-up ones."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
from many_articles import FakeTask, fake_profile, write_articles

from newstance.service.corpus.inputs import Inputs

_IS_THERE = all(find_spec(name) for name in ("duckdb", "pandas", "pyarrow"))
# Other tests in this folder say themselves what they need.
collect_ignore = [] if _IS_THERE else ["test_facts.py", "test_view.py", "test_view_corners.py"]


@pytest.fixture
def task(tmp_path):
    return FakeTask(fake_profile(tmp_path))


@pytest.fixture
def inputs(tmp_path):
    return Inputs((str(write_articles(tmp_path / "articles.jsonl", 60)),))


@pytest.fixture(scope="session")
def harbour_run(tmp_path_factory):
    """300 articles in 6 shards; not to be changed."""
    import corpus_run

    return corpus_run.write(tmp_path_factory.mktemp("run"), corpus_run.harbour())
