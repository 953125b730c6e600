"""What the corpus tab's controls do. Gradio calls these methods; none of them lays anything out."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple, get_args

import gradio as gr

from newstance.models.errors import InputError
from newstance.service.corpus.selection import (
    MONTHS,
    QUARTERS,
    UNDATED,
    WHOLE,
    YEARS,
    Base,
    By,
    Cell,
    Periods,
    Selection,
)
from newstance.service.corpus.shares import LEVEL
from newstance.service.corpus.view import Asked, CorpusView, Point
from newstance.service.present import html
from newstance.service.present.evidence import voice_of
from newstance.service.present.fragments import fragment
from newstance.service.present.wording import count, percent

from . import corpus_export as export
from .controls import clicked, clicked_number, gone
from .corpus_plot import MOST_LINES, figure
from .downloads import folder
from .endings import reason

ACTORS, TARGETS = 20, 8  # of the board
PAGE = 20  # statements
MOST_EXPORTED = 10_000  # statements; each has sentences, which are read shard by shard
PERIODS = {"Years": YEARS, "Quarters": QUARTERS, "Months": MONTHS, "Sliding windows": None, "The whole time": WHOLE}
MENUS: tuple[By, ...] = ("source", "actor", "target", "kind")
_MANY = {"source": "sources", "actor": "actors", "target": "targets", "kind": "kinds"}


@dataclass(frozen=True)
class Seen:
    """What a reader sees, so that a click can name a number of it."""

    selection: Selection = field(default_factory=Selection)
    periods: Periods = WHOLE
    by: By = "source"
    focus: Cell = field(default_factory=Cell)
    board: tuple[Point, ...] = ()
    course: tuple[Point, ...] = ()
    cell: Cell | None = None
    statements: int = 0
    title: str = ""


class View(NamedTuple):
    """What changes in the tab, in the order of its outputs."""

    status: Any = gr.skip()
    said: Any = gr.skip()
    board: Any = gr.skip()
    heading: Any = gr.skip()
    plot: Any = gr.skip()
    course: Any = gr.skip()
    behind: Any = gr.skip()
    tools: Any = gr.skip()
    files_said: Any = gr.skip()
    files: Any = gr.skip()
    seen: Any = gr.skip()


_GONE = View(html.problem(gone("Show")))


class CorpusHandlers:
    """What the tab's controls do.

    Args:
        view: The run.
    """

    def __init__(self, view: CorpusView) -> None:
        self.view = view
        self._reading = threading.Lock()

    def about(self) -> str:
        """Which run it is, and what could not be read of it."""
        facts = self.view.facts
        name = facts.run.get("profile")
        said = f"{facts.folder.name}, profile {name}" if isinstance(name, str) else facts.folder.name
        with self.view.ask() as asked:
            articles = asked.counts().all_articles
        return fragment("corpus", "run", said, articles, facts.shards, facts.problems)

    def told(self) -> tuple[Any, ...]:
        """Which run it is, as whoever read it last has it, and the menus in the order of ``MENUS``."""
        return (self.about(), *(gr.update(choices=self.choices(by)) for by in MENUS))

    def read_again(self) -> tuple[Any, ...]:
        """Read the run's folder anew, for all readers; gives what ``told`` does."""
        place = self.view.facts.folder
        try:
            with self._reading:
                self.view = CorpusView(place)
            return self.told()
        except Exception as error:
            # Where the folder lies is nobody's business.
            said = reason(error, "again").replace(str(place), place.name)
            return (html.field_problem(said), *[gr.skip()] * len(MENUS))

    def choices(self, by: Any) -> list[tuple[str, str]]:
        """(What a menu says, name), for a filter."""
        return [(name or "(unknown)", name) for name in self.view.menu(by)]

    def show(self, *form: Any) -> View:
        """Everything for the filters of the form, in the order of ``corpus_tab.Form``."""
        try:
            selection, by, periods = _read(*form)
            with self.view.ask(selection) as asked:
                return self._all(asked, by, periods)
        except Exception as error:
            return View(html.problem(reason(error, "other filters")))

    def choose_cell(self, seen: Seen | None, event: gr.EventData) -> View:
        """The course in time of a pair, and the statements behind a cell of the board."""
        number = clicked_number(event, "cell")
        if seen is None:
            return _GONE
        if number is None or not 0 <= number < len(seen.board):
            return View()
        cell = seen.board[number].cell
        return self._again(seen, replace(seen, focus=Cell(cell.actor, cell.target)), cell)

    def choose_point(self, seen: Seen | None, event: gr.EventData) -> View:
        """The statements behind a point of the course; or the course of all pairs again."""
        number = clicked_number(event, "point")
        if seen is None:
            return _GONE
        if clicked(event).get("all") is True:
            return self._again(seen, replace(seen, focus=Cell()), None)
        if number is None or not 0 <= number < len(seen.course):
            return View()
        return self._behind_of(seen, seen.course[number].cell, 0, seen.course[number].period)

    def turn(self, seen: Seen | None, event: gr.EventData) -> View:
        """Other statements behind the same number."""
        first = clicked_number(event, "from")
        if seen is None:
            return _GONE
        if seen.cell is None or first is None or first < 0:
            return View()
        return self._behind_of(seen, seen.cell, first, seen.title)

    def write(self, seen: Seen | None) -> Iterator[tuple[Any, ...]]:
        """The files of what is seen: how it went, whether they are shown, and each of them."""
        if seen is None:
            yield (html.field_problem(gone("Show")), *[gr.skip()] * 7)
            return
        if not seen.course:
            yield (html.field_problem("there is nothing to take along; choose other periods"), *[gr.skip()] * 7)
            return
        try:
            with folder() as place, self.view.ask(seen.selection) as asked:
                _, found, problems = asked.statements(seen.cell or seen.focus, limit=MOST_EXPORTED)
                title, selection = _title(seen), seen.selection
                files = [
                    *export.numbers(seen.course, seen.by, "all", selection, place, "over-time"),
                    *export.numbers(seen.board, "actor", "target", selection, place, "board"),
                    export.sentences(found, place),
                    export.plot(seen.course, seen.by, seen.periods, selection, title, place),
                ]
                said = "".join(html.field_problem(problem) for problem in problems)
                # Gradio has taken its copies when it asks for more, and the folder goes.
                yield (said, gr.update(visible=True), *(gr.update(value=str(file)) for file in files))
        except Exception as error:
            yield (html.field_problem(reason(error, "again")), *[gr.skip()] * 7)

    def _all(self, asked: Asked, by: By, periods: Periods) -> View:
        counts = asked.counts()
        said = fragment("corpus", "said", counts, asked.selection.words(), asked.selection.counted)
        board = asked.points("actor", "target", rows=ACTORS, columns=TARGETS)
        seen = Seen(asked.selection, periods, by, board=tuple(board), statements=counts.statements)
        if not board:
            hidden = gr.update(visible=False)
            nothing = fragment("corpus", "nothing", seen.selection.counted)
            return View("", said, nothing, "", gr.update(value=None, visible=False), "", "", hidden, "", hidden, None)
        shown = _board(board, asked.several("actor"), asked.several("target"), seen.selection.counted)
        view = self._course(asked, seen)
        return view._replace(status="", said=said, board=shown, behind="", tools=gr.update(visible=True))

    def _course(self, asked: Asked, seen: Seen) -> View:
        by, focus = seen.by, seen.focus
        course = asked.points(by, "all", seen.periods, focus, rows=MOST_LINES)
        seen = replace(seen, course=tuple(course))
        notes = _notes(seen, asked.several(by, focus))
        heading = fragment("corpus", "heading", _title(seen), asked.selection.words(), focus != Cell(), notes)
        can_draw = any(point.start is not None for point in course) or not seen.periods.step
        plot = gr.update(
            value=figure(course, seen.periods, seen.selection.counted) if can_draw else None, visible=can_draw
        )
        shown = fragment("corpus", "course", course, "" if by == "all" else by, percent(LEVEL), seen.selection.counted)
        return View(
            status="",
            heading=heading,
            plot=plot,
            course=shown,
            files_said=_files_said(seen),
            files=gr.update(visible=False),
            seen=seen,
        )

    def _again(self, before: Seen, seen: Seen, cell: Cell | None) -> View:
        try:
            with self.view.ask(seen.selection) as asked:
                view = self._course(asked, seen)
                if cell is None:
                    whole = replace(view.seen, cell=None, statements=asked.counts().statements)
                    return view._replace(behind="", seen=whole, files_said=_files_said(whole))
                shown = self._behind(asked, view.seen, cell, 0, "")
                return view._replace(behind=shown.behind, seen=shown.seen, files_said=shown.files_said)
        except Exception as error:
            return View(html.problem(reason(error, "other filters")), seen=before)

    def _behind_of(self, seen: Seen, cell: Cell, first: int, title: str) -> View:
        try:
            with self.view.ask(seen.selection) as asked:
                return self._behind(asked, seen, cell, first, title)
        except Exception as error:
            return View(html.problem(reason(error, "other filters")))

    def _behind(self, asked: Asked, seen: Seen, cell: Cell, first: int, title: str) -> View:
        number, found, problems = asked.statements(cell, first, PAGE)
        articles = [list(of_one) for _, of_one in groupby(found, key=lambda one: one.article)]
        articles = [[replace(one, url=_safe_url(one.url)) for one in of_one] for of_one in articles]
        words = ", ".join(filter(None, (cell.words(), title))) or "all"
        shown = fragment(
            "corpus", "behind", f"Behind it: {words}", number, first, articles, problems, PAGE, voice_of,
            seen.selection.counted,
        )  # fmt: skip
        seen = replace(seen, cell=cell, statements=number, title=title)
        return View("", behind=shown, seen=seen, files_said=_files_said(seen), files=gr.update(visible=False))


def _board(points: Sequence[Point], actors: int, targets: int, counted: str) -> str:
    columns = list(dict.fromkeys(point.column for point in sorted(points, key=_by_column(points))))
    at = {(point.row, point.column): (number, point) for number, point in enumerate(points)}
    rows = [
        (actor, [(target, *at.get((actor, target), (0, None))) for target in columns])
        for actor in dict.fromkeys(point.row for point in points)
    ]
    return fragment("corpus", "board", rows, columns, actors, targets, counted)


def _by_column(points: Sequence[Point]) -> Any:
    weights: dict[str, int] = {}
    for point in points:
        weights[point.column] = weights.get(point.column, 0) + point.shares.statements
    return lambda point: (-weights[point.column], point.column)


def _title(seen: Seen) -> str:
    of = seen.focus.words() or "All pairs of actor and target"
    how = "over time" if seen.periods.step else "over the whole time"
    return f"{of}, {how}" + ("" if seen.by == "all" else f", by {seen.by}")


def _notes(seen: Seen, several: int) -> list[str]:
    notes = []
    if seen.by != "all" and several > MOST_LINES:
        notes.append(
            f"These are the {MOST_LINES} of {several} {_MANY[seen.by]} with the most {seen.selection.counted}s; "
            "choose others by a filter."
        )
    if undated := [point for point in seen.course if point.cell.undated]:
        number = sum(point.shares.statements for point in undated)
        notes.append(f"{count(number, seen.selection.counted)} that {'is' if number == 1 else 'are'} {UNDATED} "
                     "stand in the table only.")  # fmt: skip
    if seen.periods.step and not any(point.start is not None for point in seen.course):
        width = seen.periods.width
        why = f"no window of {width} months lies within the time of these {seen.selection.counted}s; take a shorter one"
        notes.append(f"Nothing can be drawn over time: {why if width > seen.periods.step else 'nothing is dated'}.")
    return notes


def _files_said(seen: Seen) -> str:
    return fragment(
        "corpus", "files", len(seen.course), len(seen.board), seen.statements, MOST_EXPORTED, seen.selection.counted
    )


def _safe_url(url: str) -> str:
    """An address that a click may lead to; "" for anything else that an article brought along."""
    return url if url.lower().startswith(("http://", "https://")) else ""


def _read(
    sources: Sequence[str] | None,
    actors: Sequence[str] | None,
    targets: Sequence[str] | None,
    kinds: Sequence[str] | None,
    start: str | None,
    end: str | None,
    undated: bool,
    minimum: float,
    per_actor: float,
    per_target: float,
    base: Base,
    by: By,
    cut: str,
    window: float,
) -> tuple[Selection, By, Periods]:
    """What a form asks for; anybody can send anything.

    Raises:
        InputError: It cannot be answered.
    """
    if by not in get_args(By) or base not in get_args(Base) or cut not in PERIODS:
        raise InputError("the form is not as the page has it; load the page again")
    selection = Selection(
        _names(sources),
        _names(actors),
        _names(targets),
        _names(kinds),
        _day(start),
        _day(end),
        bool(undated),
        float(minimum or 0),
        max(1, int(per_actor or 1)),
        max(1, int(per_target or 1)),
        base,
    )
    return selection, by, PERIODS[cut] or Periods.sliding(int(window or 0))


def _names(chosen: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(str(name) for name in chosen or ())


def _day(text: str | None) -> date | None:
    given = (text or "").strip()
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise InputError(f"{given[:40]!r} is no day; write it as 2024-02-29") from None
