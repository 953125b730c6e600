import sys

import numpy as np
import pytest

from newstance.models.errors import ConfigError
from newstance.models.training import reexport as command
from newstance.models.training.export import export
from newstance.models.training.floats import floats_of
from newstance.models.training.reexport import reexport

pytestmark = pytest.mark.filterwarnings("ignore:Converting a tensor", "ignore:Exporting aten")

PAIRS = [("{ Kim } praised [ Li ].", "Kim toward Li"), ("w9 " * 30, "rain fell")]


@pytest.fixture(scope="module")
def shipped(mpnet, tmp_path_factory):
    import torch
    from transformers import MPNetForSequenceClassification

    model, tokenizer = mpnet(
        kind=MPNetForSequenceClassification, hidden_size=64, num_labels=5, attn_implementation="eager"
    )
    torch.manual_seed(1)
    with torch.no_grad():
        for value in model.parameters():  # an export gives weights that are equal, as untrained ones are, one name
            value += 0.1 * torch.randn(value.shape)
    folder = tmp_path_factory.mktemp("models")
    for form in ("mixed-7", "dynamic-7"):
        export(model, tokenizer, folder / form, form, PAIRS)
    (folder / "mixed-7" / "README.md").write_text("A card.\n", encoding="utf-8")
    model.save_pretrained(folder / "torch")
    return folder


def test_weights_that_were_rounded_are_rounded_to_the_same_again(shipped, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["reexport", f"path:{shipped / 'mixed-7'}", str(tmp_path / "again")])
    command.main()
    before, after = floats_of(shipped / "mixed-7"), floats_of(tmp_path / "again")
    weights = [name for name in before if name.startswith(("mpnet.", "classifier."))]
    assert len(weights) > 30
    for name in weights:
        np.testing.assert_allclose(after[name], before[name], atol=1e-6, err_msg=name)


def test_all_but_the_weights_is_copied(shipped, tmp_path):
    reexport(f"path:{shipped / 'mixed-7'}", tmp_path / "again", "mixed-7")
    for name in ("README.md", "config.json", "tokenizer.json", "tokenizer_config.json"):
        assert (tmp_path / "again" / name).read_bytes() == (shipped / "mixed-7" / name).read_bytes()


def test_what_cannot_be_exported_again_is_named(shipped, tmp_path):
    with pytest.raises(ConfigError, match="the form mixed-7 is made by examples, and there are none"):
        reexport(f"path:{shipped / 'dynamic-7'}", tmp_path / "again", "mixed-7")
    with pytest.raises(ConfigError, match=r"is no exported model; give one with a model\.onnx"):
        reexport(f"path:{shipped / 'torch'}", tmp_path / "again", "mixed-7")
    with pytest.raises(ConfigError, match="is what is read; give another folder"):
        reexport(f"path:{shipped / 'mixed-7'}", shipped / "mixed-7", "mixed-7")
    assert (shipped / "mixed-7" / "model.onnx").is_file()
