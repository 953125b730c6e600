"""The summary as HTML: each sentence with its support, and the way to its sources."""

from __future__ import annotations

from typing import NamedTuple

from newstance.service.analysis import Summary, SummarySentence
from newstance.service.article import Article

from .fragments import fragment


class Line(NamedTuple):
    """A sentence of the summary.

    Attributes:
        sentence: The sentence.
        mark: What a reader should know before opening it; none of a sentence that the article bears out.
        kind: good, weak or own (the article's).
    """

    sentence: SummarySentence
    mark: str
    kind: str


def summary(
    found: Summary | None,
    article: Article | None = None,
    draft: str = "",
    pending: bool = False,
    sentences: int = 3,
    why_none: str = "",
    can_act: bool = True,
) -> str:
    """The summary under the headline; each sentence opens to the sentences of the article that support it.

    Args:
        found: None while it is being written, or if there is none.
        article: What is summarized.
        draft: What is written so far, not yet checked.
        pending: Whether a summary is on its way.
        sentences: How long it was asked to be; room is kept for so many, so that nothing below jumps.
        why_none: Why there is no summary, if there is none.
        can_act: Whether there are buttons; a file without scripts has none.
    """
    origin = (_origin(article), article.date) if article else ()
    return fragment(
        "summary",
        "summary",
        found,
        title=(article.title if article else "") or "Untitled article",
        origin=" · ".join(filter(None, origin)),
        lines=[_line(one, found.unchanged) for one in found.sentences] if found else [],
        draft=draft,
        pending=pending,
        room=sentences if found is not None or pending else 0,
        why_none=why_none or "No summary was made.",
        quotation=_quoted(found, article) if found else "",
        can_act=can_act,
    )


def _origin(article: Article) -> str:
    is_sample = article.source.startswith("sample:")
    return "A sample article, written for newstance" if is_sample else article.source


def _quoted(found: Summary, article: Article | None) -> str:
    origin = " · ".join(filter(None, (article.title, article.author, article.source, article.date))) if article else ""
    return f"{found.text}\n\n— {origin}" if origin else found.text


def _line(one: SummarySentence, unchanged: bool) -> Line:
    if one.is_quoted and not unchanged:
        return Line(one, "“…” the article’s own words", "own")
    if one.unsupported and one.replaced is None:  # else they are faults of what it stands for
        return Line(one, f"! not in the article: {', '.join(one.unsupported)}", "weak")
    if one.is_own and not unchanged:
        return Line(one, f"“…” the article’s own words, {'shortened' if one.is_shortened else 'edited'}", "own")
    return Line(one, "", "good")
