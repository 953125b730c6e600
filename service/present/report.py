"""An analysis as something to read: Markdown for files, rich text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..analysis import Analysis, Evidence, Stance, Summary
from ..article import Article
from .markdown_text import escaped
from .wording import SIGNS

if TYPE_CHECKING:
    from rich.console import Group

_COLORS = {"favor": "cyan", "against": "dark_orange", "neutral": "bright_black", "mixed": "magenta"}
_MOST_EVIDENCE = 3
_MOST_CHARACTERS = 600  # of one sentence in a terminal


def markdown(analysis: Analysis) -> str:
    """A Markdown report: summary with sources, actors, stances, evidence. All that is foreign in it is escaped."""
    lines = [f"# {escaped(analysis.article.title or 'Analysis')}", ""]
    if origin := _origin(analysis.article):
        lines += [f"*{escaped(origin)}*", ""]
    if analysis.summary is not None:
        lines += ["## Summary", "", escaped(analysis.summary.text), ""]
        for number, sentence in enumerate(analysis.summary.sentences, 1):
            sources = " … ".join(source.text for source in sentence.sources)
            kind = "in the article's own words" if sentence.is_own else "written anew"
            mark = f" ({kind}, in place of an unsupported one)" if sentence.replaced else ""
            lines.append(f"{number}. support {sentence.support:.2f}{mark}: {escaped(sources)}")
        lines.append("")
        if analysis.summary.dropped:
            lines += [_dropped(analysis.summary), ""]
    lines += ["## Actors", ""]
    lines += [
        f"- **{escaped(actor.name)}** ({actor.kind}), {len(actor.mentions)} mentions"
        + (f"; also {escaped(', '.join(actor.aliases))}" if actor.aliases else "")
        for actor in analysis.actors
    ] or ["No actors were found."]
    lines += [
        "",
        "## Stances",
        "",
        "| actor | target | stance | probability | evidence |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {escaped(s.actor.name)} | {escaped(s.target)} | {s.display} | {_number(s)} "
        f"| {len(s.evidence) or escaped(s.note)} |"
        for s in analysis.stances
    ]
    for stance in shown(analysis):
        actor, target = escaped(stance.actor.name), escaped(stance.target)
        lines += ["", f"### {actor}: {stance.display} toward {target} ({sureness(stance)})", ""]
        lines += [f"- {escaped(_evidence_line(evidence))}" for evidence in stance.evidence[:_MOST_EVIDENCE]]
    if analysis.notes:
        lines += ["", *(f"> {escaped(note)}" for note in analysis.notes)]
    lines += ["", "Models: " + escaped("; ".join(f"{part} {name}" for part, name in analysis.models.items())), ""]
    return "\n".join(lines)


def terminal(analysis: Analysis) -> Group:
    """The same for a terminal, as a rich renderable."""
    from rich.console import Group
    from rich.markup import escape
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    parts: list[object] = [Text(analysis.article.title or "Analysis", style="bold")]
    if origin := _origin(analysis.article):
        parts.append(Text(origin, style="bright_black"))
    if analysis.summary is not None:
        parts += [Text("\nSummary", style="bold underline")]
        for sentence in analysis.summary.sentences:
            mark = "quoted from the article" if sentence.is_quoted else f"support {sentence.support:.2f}"
            if sentence.is_own and not sentence.is_quoted:
                mark = f"the article's words, {'shortened' if sentence.is_shortened else 'edited'}"
            parts.append(Padding(f"{escape(_short(sentence.text))} [bright_black]({mark})[/]", (0, 0, 0, 2)))
        if analysis.summary.dropped:
            parts.append(Padding(f"[italic]{_dropped(analysis.summary)}[/]", (0, 0, 0, 2)))
    parts.append(Text("\nActors", style="bold underline"))
    names = ", ".join(f"{actor.name} ({len(actor.mentions)})" for actor in analysis.actors)
    parts.append(Padding(escape(names or "No actors were found."), (0, 0, 0, 2)))
    if analysis.stances:
        parts.append(Text("\nWho stands where", style="bold underline"))
        board = Table(box=None, pad_edge=False, padding=(0, 2, 0, 2))
        board.add_column("actor")
        for target in analysis.targets:
            board.add_column(escape(target))
        by_pair = {(s.actor, s.target): s for s in analysis.stances}
        for actor in dict.fromkeys(s.actor for s in analysis.stances):
            board.add_row(escape(actor.name), *(_board_cell(by_pair[actor, target]) for target in analysis.targets))
        parts.append(board)
    for stance in shown(analysis):
        heading = f"\n{stance.actor.name} → {stance.target}: {stance.display} ({sureness(stance)})"
        parts.append(Text(heading, style=_COLORS[stance.display]))
        parts += [
            Padding(escape(_short(_evidence_line(evidence))), (0, 0, 0, 2))
            for evidence in stance.evidence[:_MOST_EVIDENCE]
        ]
    parts += [Text(f"\n{note}", style="italic") for note in analysis.notes]
    seconds = ", ".join(f"{step} {time:.1f} s" for step, time in analysis.seconds.items())
    parts.append(Text(f"\n{'; '.join(dict.fromkeys(analysis.models.values()))}. {seconds}", style="bright_black"))
    return Group(*parts)  # type: ignore[arg-type]


def shown(analysis: Analysis) -> list[Stance]:
    """The stances that are not neutral, and the mixed ones, target by target, the surest first."""
    order = {target: i for i, target in enumerate(analysis.targets)}
    found = [stance for stance in analysis.stances if stance.display != "neutral"]
    return sorted(found, key=lambda stance: (order[stance.target], -stance.probability))


def sureness(stance: Stance) -> str:
    """How sure a stance is, in a word and a number: "strong, 0.95"."""
    return ", ".join(filter(None, (stance.certainty, f"{stance.probability:.2f}")))


def _number(stance: Stance) -> str:
    """How probable a stance is; nothing where nothing was asked."""
    return f"{stance.probability:.2f}" if stance.was_asked else ""


def _origin(article: Article) -> str:
    """Author, site, day and address; the name of a file means nothing to the report's readers."""
    site = article.source if article.url else ""
    return ", ".join(part for part in (article.author, site, article.date, article.url) if part)


def _dropped(summary: Summary) -> str:
    count = len(summary.dropped)
    return f"Left out: {count} generated sentence{'s' * (count > 1)} that the article does not support."


def _board_cell(stance: Stance) -> str:
    text = f"{SIGNS[stance.display]} {stance.display}"
    if stance.display != "neutral":
        text += f" {stance.probability:.2f}"
    elif not stance.evidence:
        text = f"· {stance.note.partition(':')[0]}"
    return f"[{_COLORS[stance.display]}]{text}[/]"


def _evidence_line(evidence: Evidence) -> str:
    notes = "".join(f" [{note}]" for note in evidence_notes(evidence))
    return f"{SIGNS[evidence.label]} {evidence.probability:.2f} {' '.join(evidence.text.split())}{notes}"


def evidence_notes(evidence: Evidence) -> list[str]:
    """Whose word a passage is; nothing for a plain report."""
    notes = []
    if evidence.voice == "claim":
        notes.append(f"claimed by {evidence.claimed_by}" if evidence.claimed_by else "claimed by somebody")
    elif evidence.speaker:
        notes.append(f"{evidence.speaker}'s words")
    elif evidence.voice == "own words":
        notes.append("own words")
    return notes


def _short(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]} …"
