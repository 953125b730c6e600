"""What is installed, and what importing it does."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import newstance.configs
import newstance.eval
import newstance.models
import newstance.service

ROOT = Path(newstance.models.__file__).parent.parent
PARTS = ("models", "service", "eval", "configs")
DATA = (".txt", ".yaml", ".md", ".html", ".css", ".js", ".json", ".jsonl")


@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_typed_and_says_what_it_is(part):
    assert (ROOT / part / "py.typed").is_file()
    assert ast.get_docstring(ast.parse((ROOT / part / "__init__.py").read_text(encoding="utf-8")))


def test_import_loads_no_heavy_library_and_changes_nothing(tmp_path):
    program = """
import logging, sys, warnings, numpy, pydantic, yaml, platformdirs, filelock
before = (list(warnings.filters), logging.getLogger().level, list(logging.getLogger().handlers))
import newstance.service, newstance.models, newstance.configs
assert (list(warnings.filters), logging.getLogger().level, list(logging.getLogger().handlers)) == before
print(sorted({"torch", "transformers", "spacy", "gradio", "trafilatura", "datasets"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.embedded
def test_wheel_holds_configs_samples_and_bundled_weights(built_wheel):
    held = set(zipfile.ZipFile(built_wheel).namelist())
    for part in PARTS:
        assert f"newstance/{part}/py.typed" in held
        for file in (ROOT / part).rglob("*"):
            is_data = file.suffix in DATA or "bundled" in file.parts
            if file.parent == ROOT / "eval" / "results":  # what the README quotes; no part of the program
                continue
            if file.is_file() and (is_data or file.suffix == ".py") and "__pycache__" not in file.parts:
                assert f"newstance/{file.relative_to(ROOT)}" in held
    assert {
        "newstance/__init__.py",
        "newstance/py.typed",
        "newstance/models/bundled/newstance-mpnet/model.onnx",
    } <= held
    assert not [name for name in held if name.startswith(("tests", "runs", "models/"))]
