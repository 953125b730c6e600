import json
import sys

import pytest

from newstance.eval import telling as command
from newstance.eval.records import shipped_rows
from newstance.models.errors import ConfigError
from newstance.models.sources import locate
from newstance.models.stance import StanceClassifier, StanceQuery, StanceSettings
from newstance.models.training.telling import telling_of

pytestmark = pytest.mark.embedded
SOURCE = "bundled:newstance-mpnet"


@pytest.fixture
def data(tmp_path):
    """The judged articles that ship, as the recipe's first set; another article is what it leaves out."""
    folder = tmp_path / "data" / "articles"
    folder.mkdir(parents=True)
    (folder / "train.jsonl").write_text("\n".join(map(json.dumps, shipped_rows("samples.jsonl"))))
    for name in ("valid", "dev"):
        (folder / f"{name}.jsonl").write_text(json.dumps({"id": name, "article": "Nobody said anything. " * 9}))
    return folder.parent


def test_it_is_fitted_on_judged_sentences_and_written_beside_the_same_weights(data, tmp_path, monkeypatch, capsys):
    out = tmp_path / "fitted"
    monkeypatch.setattr(sys, "argv", ["telling", SOURCE, str(out), "--data", str(data)])
    command.main()
    assert "fitted on" in capsys.readouterr().out
    old, new = locate(SOURCE).path, out
    for file in old.iterdir():
        if file.name not in ("model.onnx", "config.json"):
            assert (new / file.name).read_bytes() == file.read_bytes(), file.name
    assert telling_of(new) is not None
    text = "Ann Hall opposes the dam. It rained all day in the valley."
    query = StanceQuery(text, "Ann Hall", "the dam", ((0, 25), (26, len(text))))
    (found,) = StanceClassifier.load(StanceSettings(source=f"path:{new}")).classify([query])
    opposes, rained = found.parts
    assert opposes.probabilities["against"] > rained.probabilities["against"]


def test_the_model_that_is_read_is_not_written_over(data):
    with pytest.raises(ConfigError, match="is what is read; give another folder"):
        command.fit(
            SOURCE, locate(SOURCE).path, data, command.configs.load("training", "newstance-mpnet", command.Recipe)
        )
