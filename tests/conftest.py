"""What all tests share: nothing is downloaded, and the user's cache is left alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

# Read when huggingface_hub is imported, so it must be set before any test imports a model.
os.environ["HF_HUB_OFFLINE"] = "1"
# Threads cost tiny models more than they bring; read when torch is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def session_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def upload_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where what readers upload lies: in the test's own folder."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture(autouse=True)
def _own_cache(request: pytest.FixtureRequest, session_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # The embedded models are converted once for all runs, so their tests use the cache of the user.
    if not request.node.get_closest_marker("embedded"):
        monkeypatch.setenv("NEWSTANCE_CACHE", str(session_cache))
    yield


@pytest.fixture(scope="session")
def built_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    from built import build_wheel

    return build_wheel(tmp_path_factory.mktemp("wheel"))
