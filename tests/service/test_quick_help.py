"""``newstance --help`` waits for no library that analyses something."""

from __future__ import annotations

import subprocess
import sys

import pytest

SLOW = "duckdb fastapi gradio httpx matplotlib numpy onnxruntime pandas polars pyarrow pydantic ray rich spacy torch"


@pytest.mark.parametrize("arguments", [["--help"], ["analyze", "--help"], ["--version"], []])
def test_help_imports_nothing_slow(arguments):
    code = (
        "import sys\n"
        "from newstance.service.cli import main\n"
        f"try: main({arguments})\n"
        "except SystemExit: pass\n"
        f"print('slow:', *sorted(set(sys.modules) & set({SLOW.split()} + ['transformers', 'yaml'])))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[-1] == "slow:"
