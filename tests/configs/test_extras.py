"""What messages say about extras."""

from __future__ import annotations

import json
import re
import shlex
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest

from newstance import configs
from newstance.configs.extras import install_command

ROOT = Path(configs.__file__).parent.parent


@pytest.mark.parametrize(
    ("origin", "command"),
    [
        ({"url": "file:///home/me/news%20stance", "dir_info": {}}, "pip install '/home/me/news stance[serve]'"),
        ({"url": "file:///x", "dir_info": {"editable": True}}, "pip install --editable '/x[serve]'"),
        ({"url": "file:///n.whl", "archive_info": {}}, "pip install 'newstance[serve] @ file:///n.whl'"),
        (
            {"url": "https://git.example/n.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
            "pip install 'newstance[serve] @ git+https://git.example/n.git@abc'",
        ),
    ],
)
def test_an_extra_comes_from_where_newstance_came_from(monkeypatch, origin, command):
    told = SimpleNamespace(read_text={"direct_url.json": json.dumps(origin)}.get)
    monkeypatch.setattr(metadata, "distribution", lambda name: told)
    assert install_command("serve") == command


def test_where_nothing_says_that_the_packages_are_named(monkeypatch):
    needed = SimpleNamespace(read_text=lambda file: None, requires=metadata.requires("newstance"))
    monkeypatch.setattr(metadata, "distribution", lambda name: needed)
    _, _, *packages = shlex.split(install_command("serve"))
    names = {re.match(r"[\w-]+", package)[0] for package in packages}
    assert {"gradio", "uvicorn", "mammoth"} <= names  # of the extra, and of the one that it includes
    assert not names & {"newstance", "torch", "pytest"}


def test_no_message_names_a_project_that_anybody_may_own():
    for part in ("models", "service", "eval", "configs", "newstance"):
        for path in (ROOT / part).rglob("*.py"):
            assert not re.search(r"pip install ['\"]?newstance", path.read_text(encoding="utf-8")), path
