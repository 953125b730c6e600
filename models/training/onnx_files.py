"""The files of an exported model: small ``.onnx`` files with the graphs, and the weights, which these share.

``model.onnx`` answers all tasks but those that have a file of their own, such as ``support.onnx``. The file format of
protocol buffers and most places where files are kept set bounds to one file: weights go to several files of external
data, ``model.onnx.data-0`` and so on, and those that two graphs have alike are there once. onnxruntime finds them from
the graphs.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import ConfigError
from ..pairs import MAIN

FILE_LIMIT = 95_000_000  # bytes; 100 MB is the most that GitHub takes
_EXTERNAL = 1024  # bytes; smaller tensors stay beside the graph
_ALIGNED = 4096  # external tensors may start at multiples of it, see onnx.external_data_helper


def read_models(folder: Path) -> dict[str, Any]:
    """The graphs of a folder with their weights, each an ``onnx.ModelProto``, by task; ``MAIN`` for all others."""
    import onnx

    return {file.stem: onnx.load(str(file)) for file in sorted(folder.glob("*.onnx"))}


def save_models(models: Mapping[str, Any], folder: Path, file_limit: int = FILE_LIMIT) -> list[Path]:
    """Write the graphs of an exported model and their weights in place of what is there.

    Args:
        models: Each an ``onnx.ModelProto`` that holds its weights, by task; these are moved out of it.
        folder: Where to.
        file_limit: No file of external data becomes larger, in bytes.

    Returns:
        All files written.

    Raises:
        ConfigError: One tensor alone is larger than the limit.
    """
    import onnx

    for old in weight_files(folder):
        old.unlink()  # data is appended to a file that is there
    part, filled = 0, 0
    written: dict[bytes, Any] = {}
    for task in sorted(models, key=lambda task: task != MAIN):
        model, new = models[task], {}
        for tensor in model.graph.initializer:
            if not tensor.HasField("raw_data"):  # typed fields cannot be external
                tensor.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(tensor), tensor.name))
            size = len(tensor.raw_data)
            if size < _EXTERNAL:
                continue
            if size > file_limit:
                raise ConfigError(f"{tensor.name} takes {size:,} bytes, and one file may have {file_limit:,}")
            content = hashlib.sha256(tensor.raw_data).digest()
            if content in written:
                _point_at(tensor, written[content])
                continue
            start = -(-filled // _ALIGNED) * _ALIGNED
            if start + size > file_limit:
                part, start = part + 1, 0
            onnx.external_data_helper.set_external_data(tensor, f"{MAIN}.onnx.data-{part}")
            filled, new[content] = start + size, tensor
        onnx.save_model(model, str(folder / f"{task}.onnx"))
        written |= new  # only now they say where their data begins
    for file in weight_files(folder):
        file.chmod(0o644)  # onnx lets nobody else read external data, and a wheel would keep that
    return weight_files(folder)


def copy_others(folder: Path, out: Path) -> None:
    """Copy what lies beside an exported model's weights."""
    own = set(weight_files(folder))
    for file in folder.iterdir():
        if file.is_file() and file not in own:
            shutil.copyfile(file, out / file.name)


def weight_files(folder: Path) -> list[Path]:
    """The graphs and their weights, without what lies beside them."""
    return sorted([*folder.glob("*.onnx"), *folder.glob("*.onnx.data-*")])


def _point_at(tensor: Any, other: Any) -> None:
    tensor.ClearField("raw_data")
    tensor.data_location = other.data_location
    del tensor.external_data[:]
    tensor.external_data.extend(other.external_data)
