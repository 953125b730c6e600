"""The plot of shares, by Plotly: a panel for each side, a line for each source, actor, target or kind."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from newstance.service.corpus.selection import UNKNOWN, Periods
from newstance.service.corpus.shares import Share
from newstance.service.corpus.view import Point
from newstance.service.present.wording import count

MOST_LINES = 6  # more cannot be told apart
# Okabe and Ito's colors are apart for every common kind of color blindness; dashes and marks tell them apart in grey.
_LINES = (
    ("#0072b2", "solid", "circle"),
    ("#d55e00", "dash", "square"),
    ("#009e73", "dot", "diamond"),
    ("#cc79a7", "dashdot", "triangle-up"),
    ("#56b4e9", "longdash", "x"),
    ("#b8860b", "longdashdot", "star"),
)
_PANELS = ("Share in favor", "Share against")
_INK, _LINE = "#1f1d1a", "#ddd7cb"
_FONT = "system-ui, 'Liberation Sans', sans-serif"
_FEW = 6  # periods that all have their names on the axis
_HEIGHT = 520  # pixels


class _Line(NamedTuple):
    """The points of one line, with their numbers in the answer."""

    name: str
    points: list[tuple[int, Point]]
    color: str
    dash: str
    mark: str


def figure(points: Sequence[Point], periods: Periods, counted: str = "statement") -> go.Figure:
    """Shares with their bands; what is undated is not drawn.

    A mark's ``customdata`` is the point's number in ``points``.

    Args:
        points: What ``Asked.points`` gave for one property.
        periods: How time was cut.
        counted: What the points count, in the singular.
    """
    made = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.12, subplot_titles=_PANELS)
    is_time = periods.step > 0
    for line in _lines(points, is_time):
        for panel, side in enumerate(("favor", "against"), 1):
            for trace in _traces(line, side, periods, counted, is_first=panel == 1):
                made.add_trace(trace, row=panel, col=1)
    made.update_layout(
        height=_HEIGHT,
        margin={"l": 48, "r": 12, "t": 30, "b": 40},
        paper_bgcolor="#ffffff",
        plot_bgcolor="#ffffff",
        font={"family": _FONT, "size": 13, "color": _INK},
        hovermode="closest",
        dragmode=False,
        legend={"orientation": "h", "yanchor": "top", "y": -0.1, "x": 0},
        showlegend=is_time and len({point.row for point in points}) > 1,
    )
    made.update_yaxes(range=[-0.03, 1.03], tickformat=".0%", dtick=0.25, gridcolor=_LINE, zeroline=False)
    made.update_xaxes(gridcolor=_LINE, type="date" if is_time else "category", tickangle=0, nticks=8)
    starts = sorted({point.start for point in points if point.start is not None})
    if is_time and len(starts) <= _FEW:
        # Around a single day Plotly would put parts of seconds.
        names = [periods.label(start) for start in starts]
        made.update_xaxes(tickvals=[_middle(start, periods) for start in starts], ticktext=names)
    return made


def _lines(points: Sequence[Point], is_time: bool) -> Iterator[_Line]:
    drawn = [(i, point) for i, point in enumerate(points) if point.start is not None or not is_time]
    for number, (name, of_one) in enumerate(groupby(drawn, key=lambda item: item[1].row)):
        yield _Line(name or UNKNOWN, list(of_one), *_LINES[number % len(_LINES)])


def _traces(line: _Line, side: str, periods: Periods, counted: str, is_first: bool) -> Iterator[go.Scatter]:
    name = html.escape(line.name, quote=False)  # Plotly takes some HTML
    runs = list(_runs(line.points, periods))
    shared = {"name": name, "legendgroup": name, "mode": "lines+markers"}
    if periods.step:
        across, around = _band(runs, side, periods)
        yield go.Scatter(
            x=across, y=around, fill="toself", mode="lines", line={"width": 0}, fillcolor=_faint(line.color),
            hoverinfo="skip", showlegend=False, legendgroup=name,
        )  # fmt: skip
    marks: tuple[list[Any], ...] = ([], [], [], [], [], [])
    x, y, above, below, hover, numbers = marks
    for run in runs:
        for number, point in run:
            share = _share(point, side)
            # A band has no width where a point stands alone; there a bar tells it.
            bar = share if len(run) == 1 or not periods.step else Share(share.value)
            x.append(_place(point, periods, name))
            y.append(share.value)
            above.append(None if bar.high is None else bar.high - bar.value)
            below.append(None if bar.low is None else bar.value - bar.low)
            hover.append(html.escape(_said(point, line.name, share, counted), quote=False).replace("\n", "<br>"))
            numbers.append(number)
        # A gap: no line leads over periods without a statement.
        for values in marks:
            values.append(None)
    yield go.Scatter(
        x=x, y=y, customdata=numbers, hovertext=hover, hoverinfo="text", showlegend=is_first,
        line={"color": line.color, "dash": line.dash, "width": 2},
        marker={"symbol": line.mark, "size": 8},
        error_y={"type": "data", "array": above, "arrayminus": below, "thickness": 1.5, "color": line.color},
        **shared,
    )  # fmt: skip


def _runs(points: Sequence[tuple[int, Point]], periods: Periods) -> Iterator[list[tuple[int, Point]]]:
    """Points without a period missing between them."""
    run: list[tuple[int, Point]] = []
    for item in points:
        if run and (item[1].start or 0) - (run[-1][1].start or 0) != periods.step:
            yield run
            run = []
        run.append(item)
    if run:
        yield run


def _band(runs: Sequence[list[tuple[int, Point]]], side: str, periods: Periods) -> tuple[list[Any], list[Any]]:
    """The outline of the bands: along the upper ends and back along the lower ones; a gap where there is no band."""
    across: list[Any] = []
    around: list[Any] = []
    for run in runs:
        for has_band, part in groupby(run, key=lambda item: _share(item[1], side).low is not None):
            if not has_band:
                continue
            of_run = [(_place(point, periods, ""), _share(point, side)) for _, point in part]
            across += [*(x for x, _ in of_run), *(x for x, _ in reversed(of_run)), None]
            around += [*(share.high for _, share in of_run), *(share.low for _, share in reversed(of_run)), None]
    return across, around


def _share(point: Point, side: str) -> Share:
    return point.shares.favor if side == "favor" else point.shares.against


def _place(point: Point, periods: Periods, name: str) -> str:
    """Where a point stands: at its name, or in the middle of its period."""
    if not periods.step or point.start is None:
        return name
    return _middle(point.start, periods)


def _middle(start: int, periods: Periods) -> str:
    year, month = divmod(start + periods.width // 2, 12)
    return f"{year:04}-{month + 1:02}-{1 if periods.width > 1 else 15:02}"


def _said(point: Point, name: str, share: Share, counted: str) -> str:
    band = "" if share.low is None or share.high is None else f" ({share.low:.0%}–{share.high:.0%})"
    of = f"{count(point.shares.statements, counted)} in {count(point.shares.articles, 'article')}"
    return "\n".join(filter(None, (name, point.period, f"{share.value:.0%}{band}", of, point.shares.note)))


def _faint(color: str) -> str:
    return f"rgba({int(color[1:3], 16)}, {int(color[3:5], 16)}, {int(color[5:], 16)}, 0.16)"
