"""Branches of an exported model: further outputs that share what they can with the first, and bring the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import ConfigError
from ..pairs import LOGITS, TOLD


def branches_of(model: Any) -> list[str]:
    """The names of an exported model's branches, which are outputs."""
    return [output.name for output in model.graph.output if output.name not in (LOGITS, TOLD)]


def trunk_of(model: Any) -> list[Any]:
    """The nodes of an exported model that are no branch's own."""
    branches = branches_of(model)
    return [node for node in model.graph.node if not any(is_of(node.name, branch) for branch in branches)]


def is_of(name: str, branch: str) -> bool:
    """Whether a node, a weight or an output is a branch's own."""
    return name == branch or name.startswith(f"{branch}.")


def graft(whole: Any, own: Any, name: str) -> int:
    """Give an exported model another output: what a model exported like it says, as far as that is computed otherwise.

    Args:
        whole: An ``onnx.ModelProto`` that holds its weights; changed.
        own: The other one, with the same inputs and names.
        name: Of the output.

    Returns:
        How many bytes of weights were added.
    """
    from onnx import helper

    graph = whole.graph
    prune(graph, name)
    weights = {tensor.name: _content(tensor) for tensor in graph.initializer}
    made_by = {output: node for node in graph.node for output in node.output}
    names = {given.name: given.name for given in own.graph.input} | {"": ""}
    added = 0
    for tensor in own.graph.initializer:
        names[tensor.name] = tensor.name
        if weights.get(tensor.name) != (content := _content(tensor)):
            names[tensor.name] = f"{name}.{tensor.name}"
            graph.initializer.append(tensor)
            graph.initializer[-1].name = names[tensor.name]
            added += len(content[-1])
    for node in own.graph.node:
        inputs = [names[given] for given in node.input]
        there = made_by.get(node.output[0])
        if there is not None and _does_alike(there, node, inputs):
            names |= {output: output for output in node.output}
            continue
        names |= {output: name if output == LOGITS else f"{name}.{output}" for output in node.output}
        graph.node.append(node)
        graph.node[-1].name = f"{name}.{node.name}"
        graph.node[-1].input[:] = inputs
        graph.node[-1].output[:] = [names[output] for output in node.output]
    if names[LOGITS] == LOGITS:  # all of it was there
        graph.node.append(helper.make_node("Identity", [LOGITS], [name], name=name))
    (said,) = [output for output in graph.output if output.name == LOGITS]
    shape = [dim.dim_param or dim.dim_value for dim in said.type.tensor_type.shape.dim]
    graph.output.append(helper.make_tensor_value_info(name, 1, shape))
    return added


def carry(old: Any, new: Any) -> None:
    """Take the branches of a model over to one that was exported anew from its other weights.

    Args:
        old: The ``onnx.ModelProto`` that has them, with its weights.
        new: The other; changed.

    Raises:
        ConfigError: The new one's form has not what they stand on.
    """
    graph = new.graph
    known = {name for node in graph.node for name in node.output} | {one.name for one in graph.initializer}
    known |= {given.name for given in graph.input} | {""}
    for branch in branches_of(old):
        weights = [one for one in old.graph.initializer if is_of(one.name, branch)]
        nodes = [one for one in old.graph.node if is_of(one.name, branch)]
        own = {one.name for one in weights} | {name for node in nodes for name in node.output}
        if lacking := sorted({name for node in nodes for name in node.input} - own - known):
            raise ConfigError(
                f"the branch {branch} stands on {lacking[0]}, which this form has not; export it in the form that it "
                "is in, or train the branch again on what comes out"
            )
        graph.initializer.extend(weights)
        graph.node.extend(nodes)
        graph.output.extend(one for one in old.graph.output if one.name == branch)


def prune(graph: Any, name: str) -> None:
    """Take a branch away, if it is there."""
    for there in (graph.node, graph.initializer, graph.output):
        kept = [one for one in there if not is_of(one.name, name)]
        del there[:]
        there.extend(kept)


def _content(tensor: Any) -> tuple[str, tuple[int, ...], bytes]:
    from onnx import numpy_helper

    values = numpy_helper.to_array(tensor)
    return str(values.dtype), values.shape, values.tobytes()


def _does_alike(one: Any, other: Any, inputs: Sequence[str]) -> bool:
    return (
        one.op_type == other.op_type
        and list(one.input) == list(inputs)
        and list(one.output) == list(other.output)
        and list(one.attribute) == list(other.attribute)
    )
