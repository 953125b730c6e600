"""A shipped model in another form, or in its own as ``export`` makes it now, without training.

    python -m newstance.models.training.reexport bundled:newstance-mpnet OUT

The columns that a mixed form keeps in float32 stay the same ones, so that the weights that are rounded again come out
as they went in. All other files of its folder are copied as they are.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from ..errors import ConfigError
from ..sources import Weights, locate
from .export import FORMS, export
from .floats import trainable
from .onnx_files import copy_others, read_models, save_models
from .outliers import columns_of
from .telling import telling_of


def reexport(source: str, out: Path, form: str) -> None:
    """Write a shipped model's weights in a form.

    Args:
        source: The model, as a profile names it.
        out: A folder, made anew.
        form: One of ``export.FORMS``; the mixed ones need a model that was shipped in one.

    Raises:
        ConfigError: The weights cannot be read back, are no ONNX, lie in ``out``, or keep no columns for a mixed form.
    """
    from transformers import AutoTokenizer

    weights = exported(source, out)
    tokenizer = AutoTokenizer.from_pretrained(**weights.from_pretrained_arguments())
    columns, telling = columns_of(weights.path / "model.onnx"), telling_of(weights.path)
    export(trainable(weights), tokenizer, out, form, columns=columns, telling=telling)
    save_models(read_models(weights.path) | read_models(out), out)
    copy_others(weights.path, out)


def exported(source: str, out: Path) -> Weights:
    """The weights of an exported model that is written anew elsewhere; raises as ``reexport`` does."""
    weights = locate(source)
    if not weights.is_onnx:
        raise ConfigError(f"{source} is no exported model; give one with a model.onnx")
    if out.resolve() == weights.path.resolve():
        raise ConfigError(f"{out} is what is read; give another folder, and copy it over when it is done")
    return weights


def main() -> None:
    """Export a shipped model again, from the command line."""
    parser = argparse.ArgumentParser(description="A shipped model's weights in another form, without training.")
    parser.add_argument("source", help="such as bundled:newstance-mpnet or path:FOLDER")
    parser.add_argument("out", type=Path)
    parser.add_argument("--form", choices=FORMS, default="mixed-7")
    chosen = parser.parse_args()
    reexport(chosen.source, chosen.out, chosen.form)


if __name__ == "__main__":
    main()
