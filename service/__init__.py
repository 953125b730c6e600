"""Articles in, analyses out: who is in the article, and who stands where."""

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
