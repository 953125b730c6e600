"""The page's own HTML: pure functions of an analysis.

Everything that comes from an article, a model or a user goes through ``escape``. Nothing is told by color
alone: each stance has its sign and its word as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from newstance.models.stance import Label

from .analysis import Actor, Analysis, Evidence, Stance, Summary, SummarySentence
from .article import Article

STEPS = {"reading": "Read the article", "stances": "Judge stances", "summary": "Write the summary"}
_SIGNS: dict[Label, str] = {"favor": "+", "against": "−", "neutral": "·"}
_WORDS: dict[Label, str] = {"favor": "in favor", "against": "against", "neutral": "neutral"}


def welcome() -> str:
    """What the page says before there is anything to show."""
    return (
        '<div class="ns-welcome"><h2>Who stands where?</h2>'
        "<ol><li>Paste a news article, upload a file, or take a sample.</li>"
        "<li>If you like, say what the stances should be about: choose a topic, or write targets of your "
        "own. Otherwise they are taken from the article.</li>"
        "<li>Press <b>Analyse</b>. You get a board of who is in favor of what and who is against it, with "
        "the sentences that show it, and a summary whose every sentence is held against the article.</li>"
        "</ol></div>"
    )


def status(step: str = "", seconds: dict[str, float] | None = None) -> str:
    """How far the work is.

    Args:
        step: The step that runs; "done" at the end, "stopped" if it was cancelled.
        seconds: What each finished step took.
    """
    if step == "done":
        taken = seconds or {}
        parts = ", ".join(f"{name} {time:.1f} s" for name, time in taken.items())
        return f'<p class="ns-status" role="status">Done in {sum(taken.values()):.0f} s ({escape(parts)}).</p>'
    if step == "stopped":
        return '<p class="ns-status" role="status">Stopped. What was found so far stays.</p>'
    if step not in STEPS:
        return '<p class="ns-status" role="status"></p>'
    order = list(STEPS)
    items = []
    for name, words in STEPS.items():
        if order.index(name) < order.index(step):
            items.append(f'<li class="ns-over">✓ {words}</li>')
        elif name == step:
            items.append(f'<li class="ns-now" aria-current="step">{words}…</li>')
        else:
            items.append(f"<li>{words}</li>")
    return f'<ol class="ns-status ns-steps" role="status">{"".join(items)}</ol>'


def problem(message: str) -> str:
    """Why something did not work, and what to do next."""
    return f'<p class="ns-problem" role="alert"><b>That did not work.</b> {escape(_sentence(message))}</p>'


def headline(title: str) -> str:
    """The article's headline over what was found in it."""
    return f'<h2 class="ns-headline">{escape(title or "Untitled article")}</h2>'


def summary(found: Summary | None, title: str = "", draft: str = "", pending: bool = False) -> str:
    """The summary under its headline; each sentence opens to the sentences of the article that support it.

    Args:
        found: None while it is being written, or if there is none.
        title: The article's headline.
        draft: What is written so far, not yet checked.
        pending: Whether a summary is on its way.
    """
    if found is None:
        if not pending:
            body = '<p class="ns-quiet">No summary was made.</p>'
        elif draft:
            body = (
                '<p class="ns-quiet">Draft, not yet held against the article:</p>'
                f'<p class="ns-draft">{escape(draft)}</p>'
            )
        else:
            body = '<p class="ns-quiet">Being written; this takes some seconds.</p>'
    else:
        body = "".join(_summary_sentence(sentence) for sentence in found.sentences)
        if not found.sentences:
            body = '<p class="ns-quiet">Nothing that the model wrote is supported by the article.</p>'
        if found.unchanged:
            body = '<p class="ns-quiet">The article is as short as its summary and is given as it is.</p>' + body
        elif found.sentences:
            body += (
                '<p class="ns-quiet">Each sentence was held against the article by its words, names and numbers; '
                "it can still join them wrongly. Click it to see the sentences that it rests on.</p>"
            )
        if found.dropped:
            left = "".join(f"<li>{escape(sentence)}</li>" for sentence in found.dropped)
            count = _count(len(found.dropped), "sentence was", "sentences were")
            body += (
                f'<details class="ns-dropped"><summary>{count} left out: the article does not support '
                f"{'it' if len(found.dropped) == 1 else 'them'}</summary><ul>{left}</ul></details>"
            )
    classes = "ns-summary" if found is not None or pending else "ns-summary ns-none-made"
    return f'<section class="{classes}">{headline(title)}<h3>Summary</h3>{body}</section>'


def _summary_sentence(sentence: SummarySentence) -> str:
    if sentence.replaced is not None:
        mark, kind = "“…” the article’s own words", "own"
    elif sentence.unsupported:
        mark, kind = f"! not in the article: {', '.join(sentence.unsupported)}", "weak"
    else:
        mark, kind = f"✓ {sentence.support:.0%} of its words found", "good"
    parts = []
    if sentence.replaced is not None:
        invented = f" (not in the article: {', '.join(sentence.unsupported)})" if sentence.unsupported else ""
        parts.append(
            "<p>It stands in place of a sentence that the article does not support"
            f"{escape(invented)}: <s>{escape(sentence.replaced)}</s></p>"
        )
    parts += [f"<blockquote>{escape(_flat(source.text))}</blockquote>" for source in sentence.sources]
    inside = "".join(parts) or "<p>No sentence of the article supports it.</p>"
    hover = escape(_flat(" … ".join(source.text for source in sentence.sources)))
    return (
        f'<details class="ns-sentence"><summary title="{hover}">{escape(sentence.text)} '
        f'<span class="ns-mark ns-{kind}">{escape(mark)}</span></summary>'
        f'<div class="ns-sources">{inside}</div></details>'
    )


def board(analysis: Analysis, chosen: int | None = None) -> str:
    """The stance board: actors down, targets across.

    Args:
        analysis: What was found.
        chosen: The index in ``analysis.stances`` of the cell whose evidence is open.
    """
    notes = "".join(f'<p class="ns-quiet">{escape(note)}</p>' for note in analysis.notes)
    cells = {(stance.actor, stance.target): i for i, stance in enumerate(analysis.stances)}
    actors = list(dict.fromkeys(stance.actor for stance in analysis.stances))
    if not cells:
        return f'<section class="ns-board"><h3>Who stands where</h3>{notes}</section>'
    heads = "".join(f'<th role="columnheader" scope="col">{escape(head)}</th>' for head in ("Actor", *analysis.targets))
    rows = "".join(
        f'<tr role="row">{_actor_cell(actor)}'
        + "".join(_cell(analysis, cells.get((actor, target)), target, chosen) for target in analysis.targets)
        + "</tr>"
        for actor in actors
    )
    none = all(stance.label == "neutral" for stance in analysis.stances)
    said = "<p>The article shows no actor taking a side on these targets.</p>" if none else ""
    return (
        f'<section class="ns-board"><h3>Who stands where</h3>{said}'
        '<div class="ns-scroll" tabindex="0" role="region" aria-label="Stance board">'
        f'<table role="table" style="--targets:{len(analysis.targets)}">'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table></div>{_legend()}{notes}</section>'
    )


def _legend() -> str:
    return (
        '<p class="ns-legend"><span class="ns-favor">+ in favor</span> '
        '<span class="ns-against">− against</span> <span class="ns-neutral">· neutral</span> '
        "The percentage is the model’s probability; the deeper the color, the higher it is. "
        "Click a cell to see its evidence.</p>"
    )


def _actor_cell(actor: Actor) -> str:
    also = f' title="Also: {escape(", ".join(actor.aliases))}"' if actor.aliases else ""
    return (
        f'<th role="rowheader" scope="row"{also}><b>{escape(actor.name)}</b> '
        f"<small>{actor.kind}, {_count(len(actor.mentions), 'mention')}</small></th>"
    )


def _cell(analysis: Analysis, index: int | None, target: str, chosen: int | None) -> str:
    start = f'<td role="cell" data-target="{escape(target)}">'
    if index is None:
        return f'{start}<span class="ns-none">not asked</span></td>'
    stance = analysis.stances[index]
    if not stance.evidence:
        words = "no stance found" if stance.note.startswith("no stance") or not stance.note else stance.note
        return f'{start}<span class="ns-none">{escape(words)}</span></td>'
    lean = _lean(stance)
    told = f"{_WORDS[stance.label]}, leans {_WORDS[lean]}" if stance.label == "neutral" else _WORDS[stance.label]
    shown = stance.probabilities[lean] if stance.label == "neutral" else stance.probability
    count = _count(len(stance.evidence), "passage")
    name = f"{stance.actor.name} on {target}: {told}, {percent(shown)}, {count}; show the evidence"
    return (
        f'{start}<button type="button" class="ns-cell ns-{stance.label}" style="--strength:{shown:.2f}" '
        f'data-cell="{index}" aria-pressed="{str(index == chosen).lower()}" aria-label="{escape(name)}">'
        f'<span class="ns-word">{_SIGNS[stance.label]} {told}</span> '
        f'<span class="ns-number">{percent(shown)} · {count}</span></button></td>'
    )


def strongest(analysis: Analysis) -> int | None:
    """The index of the stance whose evidence is shown first: the surest that is not neutral, if any."""
    with_evidence = [i for i, stance in enumerate(analysis.stances) if stance.evidence]
    if not with_evidence:
        return None
    return max(
        with_evidence,
        key=lambda i: (analysis.stances[i].label != "neutral", analysis.stances[i].probability),
    )


def drawer(analysis: Analysis, index: int | None) -> str:
    """The evidence for one stance: passages for and against, and the article with them highlighted.

    Args:
        analysis: What was found.
        index: Of the stance in ``analysis.stances``; None shows the article alone.
    """
    if index is None or not 0 <= index < len(analysis.stances):
        return (
            '<section class="ns-drawer" id="ns-evidence"><h3>The article</h3>'
            f'<p class="ns-quiet">No passage shows a stance.</p>{article(analysis.article, ())}</section>'
        )
    stance = analysis.stances[index]
    told = f"{_SIGNS[stance.label]} {_WORDS[stance.label]}"
    if stance.label != "neutral":
        told += f" {percent(stance.probability)}"
    note = f'<p class="ns-quiet">{escape(_sentence(stance.note))}</p>' if stance.note else ""
    sides = "".join(_side(side, stance) for side in ("favor", "against") if _of_side(stance, side))
    return (
        '<section class="ns-drawer" id="ns-evidence" aria-live="polite">'
        f"<h3>Evidence: {escape(stance.actor.name)} on {escape(stance.target)} "
        f'<span class="ns-tag ns-{stance.label}">{told}</span></h3>{note}'
        f'<div class="ns-sides">{sides}</div><h4>In the article</h4>'
        f"{article(analysis.article, stance.evidence)}</section>"
    )


def _side(side: Label, stance: Stance) -> str:
    items = "".join(_passage(number, evidence) for number, evidence in _of_side(stance, side))
    return f'<div><h4 class="ns-{side}">{_SIGNS[side]} {_WORDS[side].capitalize()}</h4><ul>{items}</ul></div>'


def _of_side(stance: Stance, side: Label) -> list[tuple[int, Evidence]]:
    return [(number, item) for number, item in enumerate(stance.evidence, 1) if item.label == side]


def _passage(number: int, evidence: Evidence) -> str:
    speaker = f"{escape(evidence.speaker)}’s words, " if evidence.speaker else ""
    cut = "; the model read only its beginning" if evidence.truncated else ""
    return (
        f'<li><a class="ns-jump" href="#ns-passage-{number}" '
        f'aria-label="Passage {number}: show it in the article">{number}</a>'
        f"<blockquote>{escape(_flat(evidence.text))}</blockquote>"
        f"<p>{speaker}{percent(evidence.probability)} {_WORDS[evidence.label]}{cut}</p></li>"
    )


def article(found: Article, evidence: Sequence[Evidence]) -> str:
    """The article with the passages highlighted; where two overlap, both show.

    Each passage has its number, the one that it has in ``evidence``, counted from 1.
    """
    parts = []
    for start, end, covering in segments(len(found.text), [(item.start, item.end) for item in evidence]):
        text = escape(found.text[start:end])
        if not covering:
            parts.append(text)
            continue
        labels = sorted({evidence[i].label for i in covering})
        title = "; ".join(
            f"passage {i + 1}: {_WORDS[evidence[i].label]} {percent(evidence[i].probability)}" for i in covering
        )
        numbers = "".join(
            f'<sup id="ns-passage-{i + 1}">{_SIGNS[evidence[i].label]}{i + 1}</sup>'
            for i in covering
            if evidence[i].start == start
        )
        classes = " ".join(f"ns-{label}" for label in labels) + (" ns-many" if len(covering) > 1 else "")
        parts.append(f'<mark class="{classes}" title="{escape(title)}">{numbers}{text}</mark>')
    return f'<div class="ns-article" tabindex="0" role="region" aria-label="The article">{"".join(parts)}</div>'


def segments(length: int, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int, tuple[int, ...]]]:
    """A text cut at every border of a span: (start, end, indices of the spans that cover it).

    Empty spans cover nothing; what lies outside the text is cut off.
    """
    clipped = [(max(0, start), min(length, end)) for start, end in spans]
    full = [(start, end) for start, end in clipped if start < end]
    borders = sorted({0, length, *(border for span in full for border in span)})
    return [
        (here, after, tuple(i for i, (start, end) in enumerate(clipped) if start <= here and after <= end))
        for here, after in pairwise(borders)
    ]


def models(names: dict[str, str]) -> str:
    """Which models run, and where the text goes."""
    parts = "; ".join(f"{escape(part)}: <code>{escape(name)}</code>" for part, name in names.items())
    return (
        '<footer class="ns-models"><p>Your text is read on the computer that runs this page and goes nowhere '
        f"else. Models: {parts}.</p>"
        "<p>Models err. Read the evidence before you rely on a stance.</p></footer>"
    )


def percent(share: float) -> str:
    """A share as a percentage that never claims certainty: "93%", ">99%", "<1%"."""
    if share >= 0.995:
        return ">99%"
    return "<1%" if 0 < share < 0.005 else f"{share:.0%}"


def _lean(stance: Stance) -> Label:
    return "favor" if stance.probabilities["favor"] >= stance.probabilities["against"] else "against"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _flat(text: str) -> str:
    return " ".join(text.split())


def _sentence(message: str) -> str:
    """A message of ours as a sentence: they begin small and end without a full stop."""
    return f"{message[:1].upper()}{message[1:]}{'' if message.endswith(('.', '!', '?')) else '.'}"
