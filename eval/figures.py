"""Pictures of a run, as SVG."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from .scored import Bin


def reliability_diagram(bins: Sequence[Bin]) -> bytes:
    """How often answers of a confidence are right (DeGroot and Fienberg 1983), beside the diagonal.

    Args:
        bins: Those without answers are left out.
    """
    filled = [b for b in bins if b.n]
    figure, axes = _axes("confidence", "share that is right")
    axes.plot([0, 1], [0, 1], color="#9aa1ab", linestyle="--", linewidth=1)
    largest = max(b.n for b in filled)
    for b in filled:
        axes.scatter(b.confidence, b.accuracy, s=20 + 180 * b.n / largest, color="#2264c7", alpha=0.6)
    axes.plot([b.confidence for b in filled], [b.accuracy for b in filled], color="#2264c7")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    return _svg(figure)


def risk_coverage_curve(coverage: Sequence[float], risk: Sequence[float]) -> bytes:
    """How wrong the answers are if only the surest are given."""
    figure, axes = _axes("share of answers given, surest first", "share of them that is wrong")
    axes.plot(coverage, risk, color="#2264c7")
    axes.set(xlim=(0, 1), ylim=(0, max(*risk, 0.05) * 1.1))
    return _svg(figure)


def _axes(x: str, y: str) -> tuple[Any, Any]:
    # The object interface: pyplot would choose a window system and keep every figure alive.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 4), layout="tight")
    axes = figure.subplots()
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _svg(figure: Any) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()
