"""Articles in, analyses out: who is in the article, and who stands where."""

from typing import TYPE_CHECKING

from newstance.configs.lazy import lazily

if TYPE_CHECKING:
    from .analysis import Actor, Analysis, Evidence, Mention, Stance, Summary
    from .analyzer import Analyzer
    from .article import Article
    from .profile import Profile, Topic

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
__getattr__, __dir__ = lazily(
    __name__,
    {
        "analysis": "Actor Analysis Evidence Mention Stance Summary",
        "analyzer": "Analyzer",
        "article": "Article",
        "profile": "Profile Topic",
    },
)
