"""The graph of who stands how toward whom, as an SVG picture and as the table of its edges.

Networkx lays it out; the picture is drawn by a template, so that it takes the page's colors, can be read by
screen readers, and each edge is a button that opens its evidence. An edge tells its stance by sign, line and color.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from newstance.service.analysis import Stance

from .fragments import fragment
from .wording import WORDS, count, listed, percent

_MARGIN = 16
_BOX_HEIGHT = 34
_LETTER = 8.3  # width of a letter at 14 px, about
_BADGE = 15  # radius
# Of an edge's length. The slight ones are to the same hand: the two edges of a pair are apart.
_BENDS = (0.16, 0.4, -0.28, 0.65, -0.5, 0.9, -0.75, 1.2, -1.0)
_CLEAR = 6.0  # a line that stays this far from a box does not seem to touch it
# The layout starts from random places, and the same graph must look the same: the first that leads no line behind a
# box, or else the one with the fewest.
_SEEDS = range(4, 12)


class Point(NamedTuple):
    """A place in the picture."""

    x: float
    y: float


class Box(NamedTuple):
    """An actor in the picture: the middle of its box and its half width and height."""

    x: float
    y: float
    half_width: float
    half_height: float = _BOX_HEIGHT / 2


class Format(NamedTuple):
    """How a picture is made for a kind of screen.

    Attributes:
        name: Its class in the style sheet.
        width: Of the picture.
        heights: Of the picture with up to three actors, up to eight, and more.
        longest_label: In letters; what is longer is cut.
    """

    name: str
    width: int
    heights: tuple[int, int, int]
    longest_label: int

    def height(self, actors: int) -> int:
        """The height of a picture of so many actors."""
        return self.heights[0 if actors <= 3 else 1 if actors <= 8 else 2]

    def label(self, name: str) -> str:
        """A name as a box shows it."""
        return name if len(name) <= self.longest_label else f"{name[: self.longest_label - 1]}…"


WIDE = Format("ns-wide", 960, (260, 460, 680), 24)
NARROW = Format("ns-narrow", 420, (300, 760, 1240), 20)


class Edge(NamedTuple):
    """An edge of the picture.

    Attributes:
        number: Of its stance.
        stance: The stance.
        told: What it says.
        words: The same for who does not see it, with what a click does.
        path: Start, control point and end of its line.
        place: Where its sign stands.
    """

    number: int
    stance: Stance
    told: str
    words: str
    path: tuple[Point, Point, Point]
    place: Point


def graph(stances: Sequence[Stance], chosen: int | None = None, form: Format = WIDE, asked: Sequence[str] = ()) -> str:
    """The picture with the table under it, and who is not in it.

    Args:
        stances: Of actors toward actors; a target that is none of the stances' actors is drawn by its name.
        chosen: The index in ``stances`` of the edge whose evidence is open.
        form: What the picture is made for.
        asked: The names of all actors that were asked about.
    """
    drawn = [i for i, stance in enumerate(stances) if stance.display != "neutral"]
    told = [i for i, stance in enumerate(stances) if stance.evidence]
    return fragment(
        "graph",
        "graph",
        rows=[
            (i, stances[i], _words(stances[i]))
            for i in sorted(told, key=lambda i: (stances[i].display == "neutral", -stances[i].probability))
        ],
        picture=_picture(stances, drawn, form) if drawn and told else None,
        chosen=chosen,
        asked=len(asked),
        alone=[name for name in asked if not any(name in (stances[i].actor.name, stances[i].target) for i in drawn)],
    )


def _words(stance: Stance) -> str:
    passages = count(len(stance.evidence), "passage")
    told = f"{WORDS[stance.display]}, {percent(stance.probability)}, {passages}"
    return f"{stance.actor.name} on {stance.target}: {told}; show the evidence"


class Picture(NamedTuple):
    """What the picture shows.

    Attributes:
        form: What it is made for.
        view: Left, top, width and height, in the picture's own units.
        named: All of it in words.
        boxes: Each actor's name whole and as its box shows it, with the box.
        edges: The edges.
        badge: The radius of a sign.
        is_mixed: Whether an edge shows both sides.
    """

    form: Format
    view: tuple[float, float, float, float]
    named: str
    boxes: Sequence[tuple[str, str, Box]]
    edges: Sequence[Edge]
    badge: int = _BADGE
    is_mixed: bool = False


def _picture(stances: Sequence[Stance], drawn: Sequence[int], form: Format) -> Picture:
    edges = {(stances[i].actor.name, stances[i].target): i for i in drawn}
    boxes, height, paths = laid_out(list(edges), form)
    taken: list[Point] = []
    return Picture(
        form,
        _view(form, height, paths),
        listed([_plain(stances[i]) for i in drawn]),
        [(name, form.label(name), box) for name, box in boxes.items()],
        [
            _edge(i, stances[i], path, list(boxes.values()), taken)
            for i, path in zip(edges.values(), paths, strict=True)
        ],
        is_mixed=any(stances[i].is_mixed for i in drawn),
    )


def _plain(stance: Stance) -> str:
    joined = {"favor": " of", "mixed": " on"}.get(stance.display, "")
    return f"{stance.actor.name} is {WORDS[stance.display]}{joined} {stance.target}"


Path = tuple[Point, Point, Point]


def laid_out(edges: Sequence[tuple[str, str]], form: Format) -> tuple[Mapping[str, Box], int, list[Path]]:
    """Where each actor stands, the height of the picture, and the line of each edge: start, control point and end."""
    found = []
    for seed in _SEEDS:
        boxes, height = layout(edges, form, seed)
        paths, hidden = [], 0
        for source, target in edges:
            others = [box for name, box in boxes.items() if name not in (source, target)]
            paths.append(route(boxes[source], boxes[target], others))
            hidden += _clearance(paths[-1], others) == 0
        found.append((hidden, boxes, height, paths))
        if not hidden:
            break
    return min(found, key=lambda one: one[0])[1:]


def _edge(index: int, stance: Stance, path: Path, boxes: Sequence[Box], taken: list[Point]) -> Edge:
    """The line and its sign; the sign goes where it hides neither a box nor another sign."""
    places = [_on_curve(*path, share) for share in (0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73)]
    place = max(places, key=lambda point: min(_room(point, boxes, taken), 2.0))  # the first that has enough
    taken.append(place)
    return Edge(index, stance, f"{_plain(stance)}, {percent(stance.probability)}", _words(stance), path, place)


def route(source: Box, target: Box, others: Sequence[Box]) -> Path:
    """The line of an edge: the first bend that leads past every other box, else the one that stays farthest."""
    curves = [_curve(source, target, share) for share in _BENDS]
    return max(curves, key=lambda curve: min(_clearance(curve, others), _CLEAR))


def _view(form: Format, height: int, paths: Sequence[Path]) -> tuple[float, float, float, float]:
    """Left, top, width and height of what is seen: the picture, and the lines that lead out of it."""
    points = [_on_curve(*path, share / 20) for path in paths for share in range(21)]
    xs = [0.0, form.width, *(point.x + side for point in points for side in (-_BADGE, _BADGE))]
    ys = [0.0, height, *(point.y + side for point in points for side in (-_BADGE, _BADGE))]
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def _curve(source: Box, target: Box, share: float) -> Path:
    """From border to border, bent aside by a share of the length."""
    middle = Point((source.x + target.x) / 2, (source.y + target.y) / 2)
    bend = Point(middle.x - share * (target.y - source.y), middle.y + share * (target.x - source.x))
    return _border(source, bend), bend, _border(target, bend)


def _clearance(curve: Path, boxes: Sequence[Box]) -> float:
    """How far a line stays from boxes."""
    points = [_on_curve(*curve, share / 20) for share in range(21)]
    return min((_distance(point, box) for point in points for box in boxes), default=math.inf)


def _distance(point: Point, box: Box) -> float:
    return math.hypot(max(abs(point.x - box.x) - box.half_width, 0), max(abs(point.y - box.y) - box.half_height, 0))


def _room(point: Point, boxes: Sequence[Box], taken: Sequence[Point]) -> float:
    """How far a sign is from what it must not hide, in its own diameters."""
    apart = [math.dist(point, other) for other in taken]
    apart += [_distance(point, box) + _BADGE for box in boxes]
    return min(apart) / (2 * _BADGE)


def _on_curve(start: Point, bend: Point, end: Point, share: float) -> Point:
    rest = 1 - share
    a, b, c = rest * rest, 2 * rest * share, share * share
    return Point(a * start.x + b * bend.x + c * end.x, a * start.y + b * bend.y + c * end.y)


def _border(box: Box, toward: Point) -> Point:
    """Where a line from the middle of a box leaves it."""
    x, y = toward.x - box.x, toward.y - box.y
    share = min(
        (box.half_width + 3) / abs(x) if x else math.inf, (box.half_height + 3) / abs(y) if y else math.inf, 1.0
    )
    return Point(box.x + share * x, box.y + share * y)


def layout(
    edges: Sequence[tuple[str, str]], form: Format = WIDE, seed: int = _SEEDS[0]
) -> tuple[Mapping[str, Box], int]:
    """Where each actor stands, no two boxes on each other; and the height of the picture.

    By Fruchterman and Reingold 1991, "Graph Drawing by Force-directed Placement", as networkx has it; boxes that
    still touch are pushed apart.
    """
    import networkx as nx

    net = nx.Graph(edges)
    height = form.height(len(net))
    start = nx.circular_layout(net)
    places = nx.spring_layout(net, k=3 / math.sqrt(len(net)), pos=start, iterations=200, seed=seed)
    half = {name: (len(form.label(name)) * _LETTER + 24) / 2 for name in net}
    spread = {
        axis: (min(place[axis] for place in places.values()), max(place[axis] for place in places.values()))
        for axis in (0, 1)
    }

    def stretched(value: float, axis: int, size: float, room: float) -> float:
        low, high = spread[axis]
        share = (value - low) / (high - low) if high - low > 1e-6 else 0.5
        return _MARGIN + room + share * (size - 2 * (_MARGIN + room))

    boxes = {
        name: Box(
            stretched(place[0], 0, form.width, half[name]), stretched(place[1], 1, height, _BOX_HEIGHT / 2), half[name]
        )
        for name, place in places.items()
    }
    return _apart(boxes, form.width, height), height


def _apart(boxes: dict[str, Box], width: float, height: float) -> dict[str, Box]:
    """Boxes pushed apart until none touch, with room for a sign between them."""
    gap = Point(2 * _BADGE + 20, 2 * _BADGE + 34)
    for _ in range(400):
        moved = False
        for one, other in combinations(boxes, 2):
            a, b = boxes[one], boxes[other]
            over_x = a.half_width + b.half_width + gap.x - abs(a.x - b.x)
            over_y = a.half_height + b.half_height + gap.y - abs(a.y - b.y)
            if over_x <= 0 or over_y <= 0:
                continue
            moved = True
            if over_y <= over_x:
                push = math.copysign(over_y / 2 + 0.5, a.y - b.y)
                boxes[one], boxes[other] = a._replace(y=a.y + push), b._replace(y=b.y - push)
            else:
                push = math.copysign(over_x / 2 + 0.5, a.x - b.x)
                boxes[one], boxes[other] = a._replace(x=a.x + push), b._replace(x=b.x - push)
        for name, box in boxes.items():
            boxes[name] = box._replace(
                x=min(max(box.x, _MARGIN + box.half_width), width - _MARGIN - box.half_width),
                y=min(max(box.y, _MARGIN + box.half_height), height - _MARGIN - box.half_height),
            )
        if not moved:
            break
    return boxes
