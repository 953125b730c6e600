"""The summary as HTML: each sentence with its support, and the way to its sources."""

from __future__ import annotations

from html import escape

from newstance.service.analysis import Summary, SummarySentence
from newstance.service.article import Article

from .html import copy_button, count, flat, percent


def headline(article: Article | None) -> str:
    """The article's headline over what was found in it, with where it came from."""
    title = (article.title if article else "") or "Untitled article"
    origin = " · ".join(filter(None, (_origin(article), article.date))) if article else ""
    line = f'<p class="ns-origin">{escape(origin)}</p>' if origin else ""
    return f'<header class="ns-headline"><h2>{escape(title)}</h2>{line}</header>'


def summary(
    found: Summary | None,
    article: Article | None = None,
    draft: str = "",
    pending: bool = False,
    sentences: int = 3,
    why_none: str = "",
) -> str:
    """The summary under the headline; each sentence opens to the sentences of the article that support it.

    Args:
        found: None while it is being written, or if there is none.
        article: What is summarized.
        draft: What is written so far, not yet checked.
        pending: Whether a summary is on its way.
        sentences: How long it was asked to be; room is kept for so many, so that nothing below jumps.
        why_none: Why there is no summary, if there is none.
    """
    copy = ""
    if found is None:
        if not pending:
            body = f'<p class="ns-quiet">{escape(why_none or "No summary was made.")}</p>'
        elif draft:
            body = (
                '<p class="ns-quiet">Draft, not yet held against the article:</p>'
                f'<p class="ns-draft">{escape(draft)}</p>'
            )
        else:
            body = '<p class="ns-quiet">The summary follows; it takes some seconds.</p>'
    else:
        body = "".join(_sentence(number, item) for number, item in enumerate(found.sentences))
        if not found.sentences:
            body = '<p class="ns-quiet">Nothing that the model wrote is supported by the article.</p>'
        elif found.unchanged:
            body = '<p class="ns-quiet">The article is as short as its summary and is given as it is.</p>' + body
        else:
            body += (
                '<p class="ns-quiet">Each sentence was held against the article; it can still join facts wrongly. '
                "Click one to see what it rests on.</p>"
            )
        if found.sentences:
            copy = copy_button("Copy", _quoted(found, article))
        if found.dropped:
            left = "".join(f"<li>{escape(dropped)}</li>" for dropped in found.dropped)
            body += (
                f'<details class="ns-dropped"><summary>{count(len(found.dropped), "sentence was", "sentences were")} '
                f"left out: the article does not support {'it' if len(found.dropped) == 1 else 'them'}</summary>"
                f"<ul>{left}</ul></details>"
            )
    room = f' style="--sentences:{sentences}"' if found is not None or pending else ""
    classes = "ns-summary ns-roomy" if room else "ns-summary"
    return (
        f'{headline(article)}<section class="{classes}"{room} aria-busy="{str(pending).lower()}">'
        f'<div class="ns-bar"><h3>Summary</h3>{copy}</div>{body}</section>'
    )


def _origin(article: Article) -> str:
    is_sample = article.source.startswith("sample:")
    return "A sample article, written for newstance" if is_sample else article.source


def _quoted(found: Summary, article: Article | None) -> str:
    origin = " · ".join(filter(None, (article.title, article.source, article.date))) if article else ""
    return f"{found.text}\n\n— {origin}" if origin else found.text


def _sentence(number: int, item: SummarySentence) -> str:
    if item.replaced is not None and item.is_quoted:
        mark, kind = "“…” the article’s own words", "own"
    elif item.unsupported:
        mark, kind = f"! not in the article: {', '.join(item.unsupported)}", "weak"
    else:
        mark, kind = f"✓ {percent(item.support)} supported", "good"
    parts = []
    if item.replaced is not None:
        invented = f" (not in the article: {', '.join(item.unsupported)})" if item.unsupported else ""
        parts.append(
            "<p>It stands in place of a sentence that the article does not support"
            f"{escape(invented)}: <s>{escape(item.replaced)}</s></p>"
        )
    parts += [f"<blockquote>{escape(flat(source.text))}</blockquote>" for source in item.sources]
    if item.sources:
        parts.append(f'<button type="button" class="ns-link" data-sentence="{number}">Show in the article</button>')
    else:
        parts.append("<p>No sentence of the article supports it.</p>")
    return (
        f'<details class="ns-sentence"><summary><span class="ns-text">{escape(item.text)}</span> '
        f'<span class="ns-mark ns-{kind}">{escape(mark)}</span></summary>'
        f'<div class="ns-sources">{"".join(parts)}</div></details>'
    )
