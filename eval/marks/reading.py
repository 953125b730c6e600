"""A marked article is read and counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from newstance.service import Article
from newstance.service.reading.reading import Reading

from .actors import count_actors
from .marked import Counted, Marked, Part
from .pronouns import count_pronouns
from .quotations import count_quotations

PARTS: tuple[Part, ...] = get_args(Part)


def count(part: Part, article: Marked, read: Callable[[Article], Reading]) -> Counted:
    """Read an article and hold what was found against the marks of one part.

    Raises:
        ValueError: The reading counts other characters than the marks do.
    """
    reading = read(Article.from_text(article.text))
    if len(reading.article.text) != len(article.text):
        raise ValueError(f"{article.id}: as an article, the text has other offsets than its marks")
    if part == "quotations":
        return count_quotations(article, reading.quotations, reading.actors)
    if part == "pronouns":
        return count_pronouns(article, reading.actors)
    return count_actors(article, reading.actors)
