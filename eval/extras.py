"""Packages that a command needs from an extra: told before it begins, and not after hours of work."""

from __future__ import annotations

from collections.abc import Collection
from importlib.util import find_spec

from newstance.configs.extras import lacking

REPORTS = ("matplotlib", "rouge_score", "vaderSentiment")
TRAINING = ("datasets", "onnx", "onnx_ir", "sklearn")


def need(what: str, extra: str, packages: Collection[str]) -> None:
    """Refuse to begin what packages are missing for.

    Raises:
        ConfigError: Some are; the message names them, and how the extra is installed.
    """
    if missing := missing_of(packages):
        raise lacking(f"{what} needs {', '.join(missing)}", extra)


def missing_of(packages: Collection[str]) -> list[str]:
    """Those that are not installed, by the names that they are imported by."""
    return [package for package in packages if find_spec(package) is None]
