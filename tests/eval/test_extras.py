from importlib.util import find_spec

import pytest

from newstance.configs.extras import install_command
from newstance.eval import extras
from newstance.service.cli import main


@pytest.mark.parametrize(
    ("package", "extra", "command"),
    [
        ("vaderSentiment", "eval", "evaluate none.yaml --out out"),
        ("matplotlib", "eval", "ablate none.yaml --out out"),
        ("rouge_score", "eval", "report none"),
        ("krippendorff", "eval", "agreement none.jsonl"),
        ("sklearn", "eval", "calibrate none.yaml"),
        ("sklearn", "eval", "targets --data . --profile none --fit weights.json"),
        ("onnx_ir", "train", "train corrections"),
    ],
)
def test_what_is_missing_is_told_before_anything_is_read(monkeypatch, capsys, package, extra, command):
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == package else find_spec(name))
    assert main(command.split()) == 2
    assert f"needs {package}; install it by: {install_command(extra)}\n" in capsys.readouterr().err
