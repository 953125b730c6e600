"""What make says before it does something that takes long."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SIZES = ("about 1 GB to download", "3.5 GB on disk")


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
@pytest.mark.parametrize("target", ["demo", "serve", "test"])
def test_sizes_and_time_are_told_before_anything_is_installed(tmp_path, target):
    for name in ("Makefile", "pyproject.toml", "configs/requirements/embedded.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    said = subprocess.run(
        ["make", "--dry-run", target], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    before, _, _ = said.partition(" -m venv ")
    for told in (*SIZES, "minutes"):
        assert told in before


def test_the_readme_says_the_same():
    readme = (ROOT / "README.md").read_text(encoding="utf-8").replace("\n", " ")
    assert all(size in readme for size in SIZES)
