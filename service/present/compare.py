"""Several articles side by side, as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby

from newstance.service.analysis import Analysis, Summary
from newstance.service.article import Article
from newstance.service.comparison import ComparedActor, Comparison, Difference, Row

from .board import inside_cell
from .html import count, flat, sentence

_LABEL_LENGTH = 70
_DIFFERENCES: dict[Difference, tuple[str, str]] = {
    "contrary": ("≠", "opposite sides"),
    "partly": ("≈", "not all take the side"),
    "alike": ("=", "alike"),
    "alone": ("", "in one article only"),
}


def label_of(article: Article) -> str:
    """What an article is called where there is little room."""
    words = flat(article.title or article.text)
    return words if len(words) <= _LABEL_LENGTH else f"{words[: _LABEL_LENGTH - 1]}…"


def chosen_articles(articles: Sequence[Article], most: int) -> str:
    """The articles that are to be compared, each with a button that takes it out."""
    if not articles:
        return f'<p class="ns-hint">No article yet. Take two to {most}: samples, files, web addresses or texts.</p>'
    items = "".join(
        f"<li><b>{escape(label_of(article))}</b> <small>{escape(_origin(article))}</small> "
        f'<button type="button" class="ns-link" data-remove="{i}" aria-label="Remove article {i + 1}: '
        f'{escape(label_of(article))}">Remove</button></li>'
        for i, article in enumerate(articles)
    )
    more = "" if len(articles) > 1 else '<p class="ns-hint">Add at least one more.</p>'
    return f'<ol class="ns-articles">{items}</ol>{more}'


def _origin(article: Article) -> str:
    words = count(len(article.text.split()), "word")
    return " · ".join(filter(None, (article.source, article.date, words)))


def summaries(
    articles: Sequence[Article],
    analyses: Mapping[int, Analysis],
    problems: Mapping[int, str],
    written: Mapping[int, str],
) -> str:
    """What is known of each article so far, beside each other.

    Args:
        articles: All that are compared.
        analyses: By the article's number; those that are there.
        problems: Why an article could not be analysed.
        written: What stands where a summary is not there yet.
    """
    columns = []
    for i, article in enumerate(articles):
        if i in problems:
            body = f'<p class="ns-problem" role="alert">{escape(sentence(problems[i]))}</p>'
        elif i in analyses and (made := analyses[i].summary) is not None:
            body = _summary(made)
        else:
            body = f'<p class="ns-quiet">{escape(written.get(i, "Waiting…"))}</p>'
        columns.append(
            f'<section class="ns-column"><h3><span class="ns-letter">{_letter(i)}</span> '
            f'{escape(label_of(article))}</h3><p class="ns-origin">{escape(_origin(article))}</p>{body}</section>'
        )
    return f'<div class="ns-summaries" style="--articles:{len(articles)}">{"".join(columns)}</div>'


def _summary(made: Summary) -> str:
    if not made.sentences:
        return '<p class="ns-quiet">Nothing that the model wrote is supported by the article.</p>'
    sentences = "".join(
        f'<p title="{escape(flat(" … ".join(s.text for s in item.sources)))}">{escape(item.text)}'
        + (' <span class="ns-mark ns-own">“…” the article’s own words</span>' if item.replaced else "")
        + "</p>"
        for item in made.sentences
    )
    dropped = count(len(made.dropped), "sentence")
    left = f'<p class="ns-quiet">{dropped} left out: not supported by the article.</p>' if made.dropped else ""
    return sentences + left


def table(comparison: Comparison, names: Sequence[str], chosen: tuple[int, int] | None = None) -> str:
    """Actors and targets down, articles across; what differs is marked by a sign and words.

    Args:
        comparison: What is compared.
        names: What each of its articles is called, such as "A".
        chosen: Article and stance of the cell whose evidence is open.
    """
    if not comparison.rows:
        return (
            '<section class="ns-board"><h3>Who stands where</h3><p class="ns-quiet">None of the articles shows '
            "anybody’s stance toward these targets. Try targets of your own.</p></section>"
        )
    contrary = sum(row.difference == "contrary" for row in comparison.rows)
    partly = sum(row.difference == "partly" for row in comparison.rows)
    shared = [row for row in comparison.rows if row.actor.articles > 1]
    alone = [row for row in comparison.rows if row.actor.articles == 1]
    if shared:
        said = f"{count(contrary, 'stance')} told the opposite way, {partly} told by some articles only."
        beside = _rows(comparison, shared, names, chosen) + _legend()
    else:
        said, beside = "No actor with a stance is named in more than one of these articles.", ""
    folded = ""
    if alone:
        actors = count(len({row.actor for row in alone}), "actor")
        folded = (
            f'<details class="ns-fold"{"" if shared else " open"}><summary>Named in one article only: {actors}'
            f"</summary>{_rows(comparison, alone, names, chosen)}</details>"
        )
    return (
        f'<section class="ns-board ns-compared"><h3>Who stands where</h3><p class="ns-quiet">{said}</p>'
        f"{beside}{folded}</section>"
    )


def _rows(comparison: Comparison, rows: Sequence[Row], names: Sequence[str], chosen: tuple[int, int] | None) -> str:
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in ("Actor", "Target", *names, "Compared"))
    body = "".join(
        _row(comparison, row, names, len(of_actor) if number == 0 else 0, chosen)
        for _, group in groupby(rows, key=lambda row: row.actor)
        for of_actor in [list(group)]
        for number, row in enumerate(of_actor)
    )
    return (
        '<div class="ns-scroll" tabindex="0" role="region" aria-label="Stances by article">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _legend() -> str:
    return (
        '<p class="ns-legend"><span class="ns-favor">+ in favor</span> <span class="ns-against">− against</span> '
        '<span class="ns-neutral">· neutral</span> ≠ the articles tell opposite sides; ≈ not all tell the '
        "side; = they tell the same. Click a cell for its evidence.</p>"
    )


def _row(comparison: Comparison, row: Row, names: Sequence[str], rows: int, chosen: tuple[int, int] | None) -> str:
    """A row; the first of an actor's holds its name for all of them."""
    sign, words = _DIFFERENCES[row.difference]
    actor = f'<th scope="rowgroup" rowspan="{rows}">{_actor(row.actor, names)}</th>' if rows else ""
    cells = "".join(
        _cell(comparison, article, index, row, names[article], chosen) for article, index in enumerate(row.cells)
    )
    return (
        f'<tr class="ns-{row.difference}">{actor}<th scope="row" class="ns-target">{escape(row.target)}</th>{cells}'
        f'<td class="ns-difference"><b>{sign}</b> {words}</td></tr>'
    )


def _actor(actor: ComparedActor, names: Sequence[str]) -> str:
    told = ", ".join(
        f"{name} {len(one.mentions)}×" for name, one in zip(names, actor.actors, strict=True) if one is not None
    )
    return f"<b>{escape(actor.name)}</b> <small>named: {told}</small>"


def _cell(
    comparison: Comparison,
    article: int,
    index: int | None,
    row: Row,
    name: str,
    chosen: tuple[int, int] | None,
) -> str:
    start = f'<td data-target="{escape(name)}">'
    if index is None:
        words = "not named" if row.actor.actors[article] is None else "not asked"
        return f'{start}<span class="ns-none">{words}</span></td>'
    pressed = str(chosen == (article, index)).lower()
    attributes = f'type="button" data-article="{article}" data-cell="{index}" aria-pressed="{pressed}"'
    stance = comparison.analyses[article].stances[index]
    return f"{start}{inside_cell(stance, row.target, attributes, article=name)}</td>"


def _letter(number: int) -> str:
    return "ABCDE"[number]


def letters(articles: int) -> list[str]:
    """What the articles are called in the table."""
    return [_letter(i) for i in range(articles)]
