import numpy as np
import onnx
import pytest

from newstance.models.errors import ConfigError
from newstance.models.training.onnx_files import copy_others, read_models, save_models, weight_files

WEIGHTS = {f"w{i}": np.random.default_rng(i).normal(size=(40, 25)).astype(np.float32) for i in range(5)}


def graph(*names):
    """Multiplies its input by weights, one after the other."""
    weights = [onnx.numpy_helper.from_array(WEIGHTS[name], name) for name in names]
    nodes = [onnx.helper.make_node("MatMul", ["x", name], [f"{name}.out"]) for name in names]
    given = onnx.helper.make_tensor_value_info("x", 1, [1, 40])
    made = onnx.helper.make_tensor_value_info(f"{names[-1]}.out", 1, [1, 25])
    return onnx.helper.make_model(onnx.helper.make_graph(nodes, "g", [given], [made], weights))


def weights_of(model):
    return {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}


def test_what_two_graphs_have_alike_is_there_once(tmp_path):
    # The other task comes first in the alphabet and here.
    save_models({"a": graph("w1", "w2", "w4"), "model": graph("w1", "w2", "w3")}, tmp_path)
    names = ["a.onnx", "model.onnx", "model.onnx.data-0"]
    assert [file.name for file in weight_files(tmp_path)] == names
    (data,) = tmp_path.glob("*.data-*")
    assert 4 * 4000 <= data.stat().st_size < 5 * 4000  # four of 4,000 bytes, some of them aligned
    models = read_models(tmp_path)
    assert set(models) == {"a", "model"}
    for task, expected in (("a", ("w1", "w2", "w4")), ("model", ("w1", "w2", "w3"))):
        found = weights_of(models[task])
        assert set(found) == set(expected)
        assert all(np.array_equal(found[name], WEIGHTS[name]) for name in expected)


def test_no_file_is_too_large_and_each_graph_finds_its_weights(tmp_path):
    save_models({"model": graph("w0", "w1", "w2"), "a": graph("w1", "w3", "w4")}, tmp_path, file_limit=9_000)
    parts = sorted(tmp_path.glob("*.data-*"))
    assert len(parts) == 3 and all(part.stat().st_size <= 9_000 for part in parts)
    found = weights_of(read_models(tmp_path)["a"])
    assert all(np.array_equal(found[name], WEIGHTS[name]) for name in ("w1", "w3", "w4"))
    with pytest.raises(ConfigError, match="w0 takes 4,000 bytes, and one file may have 3,000"):
        save_models({"model": graph("w0")}, tmp_path, file_limit=3_000)


def test_files_of_another_model_give_way_and_others_are_copied(tmp_path):
    save_models({"model": graph("w0", "w1"), "a": graph("w2")}, tmp_path, file_limit=5_000)
    save_models({"model": graph("w0")}, tmp_path)
    assert [file.name for file in weight_files(tmp_path)] == ["model.onnx", "model.onnx.data-0"]
    (tmp_path / "README.md").write_text("A card.\n")
    (tmp_path / "out").mkdir()
    copy_others(tmp_path, tmp_path / "out")
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["README.md"]
