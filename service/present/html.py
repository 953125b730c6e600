"""Fragments of HTML that every part of the page uses."""

from __future__ import annotations

from .fragments import fragment

STEPS = {"reading": "Read the article", "stances": "Judge stances", "summary": "Write the summary"}


def header() -> str:
    """The name of the page and what it is for."""
    return fragment("parts", "header")


def welcome() -> str:
    """What the page says before there is anything to show."""
    return fragment("parts", "welcome")


def status(step: str = "", seconds: dict[str, float] | None = None, done: tuple[int, int] | None = None) -> str:
    """How far the work is.

    Args:
        step: The step that runs; "done" at the end, "stopped" if it was cancelled; any other words are shown as
            they are.
        seconds: What each finished step took.
        done: How many of how many questions the running step has answered.
    """
    if step in STEPS:
        return fragment("parts", "steps", STEPS, [*STEPS].index(step), done)
    if step == "done":
        taken = seconds or {}
        step = f"Done in {sum(taken.values()):.0f} s ({_times(taken)})."
    elif step == "stopped":
        step = "Stopped. What was found so far stays; press Analyse to start again."
    return fragment("parts", "line", step)


def stale() -> str:
    """What the page says of results of other inputs; its script says when."""
    return fragment("parts", "stale")


def problem(message: str) -> str:
    """Why something did not work, and what to do next."""
    return fragment("parts", "problem", message)


def field_problem(message: str) -> str:
    """The same, beside the field that it is about."""
    return fragment("parts", "field_problem", message)


def hint(words: str) -> str:
    """A quiet line of help."""
    return fragment("parts", "hint", words)


def said(words: str) -> str:
    """A quiet line that says how something went; screen readers read it out."""
    return fragment("parts", "said", words)


def footer() -> str:
    """Where the text goes, and what to make of the answers."""
    return fragment("parts", "footer")


def models(names: dict[str, str], seconds: dict[str, float]) -> str:
    """Which models ran; "" if it is not known."""
    return fragment("parts", "models", names, _times(seconds)) if names else ""


def _times(seconds: dict[str, float]) -> str:
    return ", ".join(f"{name} {time:.1f} s" for name, time in seconds.items())
