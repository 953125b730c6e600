"""Fragments of HTML that every part of the page uses.

Everything that comes from an article, a model or a user goes through ``escape``. Nothing is told by color
alone: each stance has its sign and its word as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from newstance.service.analysis import Display

STEPS = {"reading": "Read the article", "stances": "Judge stances", "summary": "Write the summary"}
SIGNS: dict[Display, str] = {"favor": "+", "against": "−", "neutral": "·", "mixed": "±"}
WORDS: dict[Display, str] = {"favor": "in favor", "against": "against", "neutral": "neutral", "mixed": "mixed"}


def header() -> str:
    """The name of the page and what it is for."""
    return (
        '<header class="ns-header"><h1>newstance</h1><p>Read the news; see who stands where.</p>'
        '<button type="button" class="ns-look" aria-label="Light or dark">◐</button></header>'
    )


def welcome() -> str:
    """What the page says before there is anything to show."""
    return (
        '<div class="ns-welcome"><h2>Who stands where?</h2>'
        "<ol><li>Click a sample to see it at work; or paste a news article, upload a file, or fetch one from a "
        "web address.</li>"
        "<li>If you like, say what the stances should be about: choose a topic, or write targets of your "
        "own. Otherwise they are taken from the article.</li>"
        "<li>Press <b>Analyse</b>. You get a board of who is in favor of what and who is against it, with "
        "the sentences that show it, and a summary whose every sentence is held against the article.</li>"
        "</ol></div>"
    )


def status(step: str = "", seconds: dict[str, float] | None = None, done: tuple[int, int] | None = None) -> str:
    """How far the work is.

    Args:
        step: The step that runs; "done" at the end, "stopped" if it was cancelled; any other words are shown as
            they are.
        seconds: What each finished step took.
        done: How many of how many questions the running step has answered.
    """
    if step == "done":
        taken = seconds or {}
        parts = ", ".join(f"{name} {time:.1f} s" for name, time in taken.items())
        return _line(f"Done in {sum(taken.values()):.0f} s ({parts}).")
    if step == "stopped":
        return _line("Stopped. What was found so far stays; press Analyse to start again.")
    if step not in STEPS:
        return _line(step)
    order = list(STEPS)
    items = []
    for name, words in STEPS.items():
        if order.index(name) < order.index(step):
            items.append(f'<li class="ns-over">✓ {words}</li>')
        elif name == step:
            count = f" {done[0]}/{done[1]}" if done else ""
            items.append(f'<li class="ns-now" aria-current="step">{words}…{count}</li>')
        else:
            items.append(f"<li>{words}</li>")
    return f'<ol class="ns-status ns-steps" role="status">{"".join(items)}</ol>'


def _line(words: str) -> str:
    return f'<p class="ns-status" role="status">{escape(words)}</p>'


def problem(message: str) -> str:
    """Why something did not work, and what to do next."""
    return f'<p class="ns-problem" role="alert"><b>That did not work.</b> {escape(sentence(message))}</p>'


def field_problem(message: str) -> str:
    """The same, beside the field that it is about."""
    return f'<p class="ns-field-problem" role="alert">{escape(sentence(message))}</p>'


def hint(words: str) -> str:
    """A quiet line of help."""
    return f'<p class="ns-hint">{escape(words)}</p>'


def footer() -> str:
    """Where the text goes, and what to make of the answers."""
    return (
        '<footer class="ns-footer"><p>Your text is read on the computer that runs this page and goes nowhere else. '
        "This browser tab keeps your inputs until you close it or press Clear.</p>"
        "<p>Models err. Read the evidence before you rely on a stance.</p></footer>"
    )


def models(names: dict[str, str], seconds: dict[str, float]) -> str:
    """Which models ran."""
    if not names:
        return ""
    parts = "; ".join(f"{escape(part)} <code>{escape(name)}</code>" for part, name in names.items())
    times = ", ".join(f"{name} {time:.1f} s" for name, time in seconds.items())
    return f'<p class="ns-models">Models that ran, on this page’s own computer: {parts}. Time: {escape(times)}.</p>'


def copy_button(words: str, text: str) -> str:
    """A button that copies a text; ``page.js`` does it."""
    return f'<button type="button" class="ns-copy" data-copy="{escape(text)}">{escape(words)}</button>'


def percent(share: float) -> str:
    """A share as a percentage that never claims certainty: "93%", ">99%", "<1%"."""
    if share >= 0.995:
        return ">99%"
    return "<1%" if 0 < share < 0.005 else f"{share:.0%}"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def flat(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def listed(names: Sequence[str]) -> str:
    """Names as words: "A, B and C"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def sentence(message: str) -> str:
    """A message of ours as a sentence: they begin small and end without a full stop."""
    return f"{message[:1].upper()}{message[1:]}{'' if message.endswith(('.', '!', '?')) else '.'}"
