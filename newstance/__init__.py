"""Read the news; see who stands where.

    from newstance import Analyzer, Article

    analyzer = Analyzer.from_profile("embedded")
    analysis = analyzer.analyze(Article.from_file("article.txt"), targets=["the ban"])

The parts are packages of their own: ``newstance.models``, ``newstance.service``, ``newstance.eval`` and
``newstance.configs``.
"""

from __future__ import annotations

from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from newstance.service import Actor, Analysis, Analyzer, Article, Evidence, Mention, Profile, Stance, Summary, Topic

__version__ = metadata.version("newstance")
__all__ = [
    "Actor",
    "Analysis",
    "Analyzer",
    "Article",
    "Evidence",
    "Mention",
    "Profile",
    "Stance",
    "Summary",
    "Topic",
]


def __getattr__(name: str) -> Any:
    # Only what is asked for is loaded: whoever wants the models alone should not wait for the rest.
    if name in __all__:
        return getattr(import_module("newstance.service"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
