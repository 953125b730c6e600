"""Without Gradio there is no page; what is left out says so."""

from __future__ import annotations

from importlib.util import find_spec

_IS_THERE = find_spec("gradio") is not None
collect_ignore_glob = [] if _IS_THERE else ["test_[!f]*.py"]


def pytest_report_header() -> str:
    return "" if _IS_THERE else "tests of the page are left out: Gradio is not installed"
