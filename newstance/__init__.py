"""Read the news; see who stands where.

    from newstance import Analyzer, Article

    analyzer = Analyzer.from_profile("embedded")
    analysis = analyzer.analyze(Article.from_file("article.txt"), targets=["the ban"])

The parts are packages of their own: ``newstance.models``, ``newstance.service``, ``newstance.eval`` and
``newstance.configs``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from newstance.configs.lazy import lazily

if TYPE_CHECKING:
    from newstance.service import Actor, Analysis, Analyzer, Article, Evidence, Mention, Profile, Stance, Summary, Topic

__version__: str
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
_get, __dir__ = lazily(
    __name__, {"service": "Actor Analysis Analyzer Article Evidence Mention Profile Stance Summary Topic"}
)


def __getattr__(name: str) -> Any:
    # Only what is asked for is loaded: whoever wants the models alone should not wait for the rest.
    if name == "__version__":
        from importlib import metadata

        return metadata.version("newstance")
    return _get(name)
