import numpy as np
import pytest

from newstance.models.training.outliers import columns_of, largest_columns, split

onnx = pytest.importorskip("onnx")
RNG = np.random.default_rng(5)
WEIGHT = RNG.normal(size=(64, 16)).astype(np.float32)


def states(rows):
    """Rows of 64 columns, of which the columns 7 and 40 are large."""
    values = np.random.default_rng(rows).normal(size=(1, rows, 64)).astype(np.float32)
    values[..., [7, 40]] *= 50
    return values


@pytest.fixture
def path(tmp_path):
    """Two products of one input, and one of an input that is too narrow to be split."""
    from onnx import TensorProto, helper, numpy_helper

    narrow = RNG.normal(size=(16, 4)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["x", "a"], ["/one"], name="one"),
            helper.make_node("MatMul", ["x", "b"], ["/two"], name="two"),
            helper.make_node("Add", ["/one", "/two"], ["sum"]),
            helper.make_node("MatMul", ["sum", "c"], ["y"], name="three"),
        ],
        "products",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, None, 64])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, None, 4])],
        [numpy_helper.from_array(value, name) for name, value in (("a", WEIGHT), ("b", 2 * WEIGHT), ("c", narrow))],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(tmp_path / "model.onnx"))
    return tmp_path / "model.onnx"


def answers(model, values, output="y"):
    import onnxruntime

    if output != "y":
        model.graph.output.append(onnx.helper.make_empty_tensor_value_info(output))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run([output], {"x": values})[0]


def test_the_largest_columns_are_found_for_each_product_that_is_wide_enough(path):
    found = largest_columns(path, [{"x": states(3), "more": states(1)}], columns=5)
    assert found.keys() == {"/one", "/two"}
    assert all(len(top) == 5 and {7, 40} <= set(top.tolist()) for top in found.values())
    assert not largest_columns(path, [{"x": states(3)}], columns=17)


def test_a_model_that_is_split_says_the_same_of_rows_of_zeros_too(path):
    values = states(6)
    values[:, 2] = 0
    values[:, 3] *= 1e4
    before = answers(onnx.load(str(path)), values)
    model = onnx.load(str(path))
    small = split(model, largest_columns(path, [{"x": states(6)}]))
    assert small == ["/one.few", "/two.few"]
    np.testing.assert_allclose(answers(model, values), before, rtol=1e-3, atol=1e-3)


def test_what_is_rounded_has_one_as_the_largest_of_each_row_and_no_large_column(path):
    values = states(6)
    values[:, 3] *= 1e4
    model = onnx.load(str(path))
    split(model, largest_columns(path, [{"x": states(6)}], columns=2))
    rounded = np.abs(answers(model, values, "x.others"))
    np.testing.assert_allclose(rounded.max(axis=-1), 1)
    assert not rounded[..., [7, 40]].any()


def test_what_gelu_gives_is_divided_without_a_look_at_its_signs(tmp_path):
    from onnx import TensorProto, helper, numpy_helper

    half, one, root = (np.array(value, np.float32) for value in (0.5, 1, 2**0.5))
    graph = helper.make_graph(
        [
            helper.make_node("Div", ["x", "root"], ["a"]),
            helper.make_node("Erf", ["a"], ["b"]),
            helper.make_node("Add", ["b", "one"], ["c"]),
            helper.make_node("Mul", ["x", "c"], ["d"]),
            helper.make_node("Mul", ["d", "half"], ["gelu"]),
            helper.make_node("MatMul", ["gelu", "w"], ["y"], name="product"),
        ],
        "feed-forward",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, None, 64])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, None, 16])],
        [
            numpy_helper.from_array(value, name)
            for name, value in (("half", half), ("one", one), ("root", root), ("w", WEIGHT))
        ],
    )
    whole = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(whole, str(tmp_path / "model.onnx"))
    values = states(6)
    values[:, 2] = -np.abs(values[:, 2])  # no GELU of it is above zero
    model = onnx.load(str(tmp_path / "model.onnx"))
    split(model, largest_columns(tmp_path / "model.onnx", [{"x": states(6)}]))
    assert "Abs" not in {node.op_type for node in model.graph.node}
    np.testing.assert_allclose(answers(model, values), answers(whole, values), atol=1e-4)
    assert np.abs(answers(model, values, "gelu.others")).max() <= 1.001


def test_the_columns_of_a_split_model_are_read_back(path):
    columns = largest_columns(path, [{"x": states(3)}])
    assert columns_of(path) == {}
    model = onnx.load(str(path))
    split(model, columns)
    onnx.save(model, str(path))
    found = columns_of(path)
    assert found.keys() == columns.keys()
    assert all((found[name] == columns[name]).all() for name in found)


def test_a_row_that_is_large_leaves_the_others_their_eight_bits(path, tmp_path):
    from onnxruntime.quantization import QuantType, quantize_dynamic

    values = states(6)
    values[:, 3] *= 300
    before = answers(onnx.load(str(path)), values)
    errors = {}
    for name, columns in (("whole", {}), ("split", largest_columns(path, [{"x": states(6)}]))):
        model = onnx.load(str(path))
        left = [*split(model, columns), "three"]
        onnx.save(model, str(tmp_path / "split.onnx"))
        rounded = tmp_path / f"{name}.onnx"
        quantize_dynamic(
            str(tmp_path / "split.onnx"),
            str(rounded),
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=left,
        )
        error = np.abs(answers(onnx.load(str(rounded)), values) - before)[0]
        errors[name] = np.delete(error, 3, axis=0).mean()
    assert errors["split"] < 0.05 * errors["whole"]
