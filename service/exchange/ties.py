"""The weights of ties in discourse networks, by the formulas of rDNA; see ``networks``."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import networkx

    from .network_options import NetworkOptions

_FOR, _AGAINST = 1, 2  # what "combine" calls the sides; both together are 3
Cell = Counter[Any]  # by agreement, how many statements


class Row(NamedTuple):
    """What a network needs of a statement."""

    when: datetime | None
    document: str
    actor: str
    target: str
    agreement: bool | None
    kind: str
    probability: float | None


def add_twomode(graph: networkx.Graph, rows: Sequence[Row], nodes_of: Sequence[Row], options: NetworkOptions) -> None:
    """Add actors, targets and the ties between them."""
    for mode, (variable, of) in enumerate(((options.variable, _actor), ("concept", _target))):
        role = "target" if mode else "actor"
        counted = frequencies(rows, of)
        for name, told in frequencies(nodes_of, of).items():
            here = told | {"frequency": 0, "documents": 0} | counted.get(name, {})
            kind = {"kind": "" if mode else here.pop("kind")}
            graph.add_node(f"{role}/{name}", name=name, label=name, variable=variable, bipartite=mode, **here | kind)
    for actor, target, told in _ties(rows, options):
        graph.add_edge(f"actor/{actor}", f"target/{target}", **told)


def add_relations(graph: networkx.Graph, rows: Sequence[Row], nodes_of: Sequence[Row], options: NetworkOptions) -> None:
    """Add actors, and a tie from each to those that it takes a side on."""
    actors, targets = frequencies(nodes_of, _actor), frequencies(nodes_of, _target)
    speaking, spoken_of = Counter(map(_actor, rows)), Counter(map(_target, rows))
    for name in sorted({*actors, *targets}):
        graph.add_node(
            name,
            name=name,
            label=name,
            variable=options.variable,
            kind=actors.get(name, {}).get("kind", ""),
            frequency=speaking[name],
            mentioned=spoken_of[name],
        )
    graph.add_edges_from(_ties(rows, options))


def _ties(rows: Iterable[Row], options: NetworkOptions) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Actor, target and attributes of every tie whose weight is not 0."""
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        found[row.actor, row.target].append(row)
    weights = {pair: _weight(Counter(row.agreement for row in said), options.chosen) for pair, said in found.items()}
    totals: dict[str, float] = defaultdict(float)
    place = {"activity": 0, "prominence": 1}.get(options.normalization)
    if place is not None:
        for pair, said in found.items():
            totals[pair[place]] += len(said)
    for pair, said in found.items():
        if not weights[pair]:
            continue
        sides = Counter(row.agreement for row in said)
        likely = [row.probability for row in said if row.probability is not None]
        told: dict[str, Any] = {
            "weight": weights[pair] / totals[pair[place]] if place is not None else weights[pair],
            "favor": sides[True],
            "against": sides[False],
            "neutral": sides[None],
            "documents": len({row.document for row in said}),
        }
        yield *pair, told | ({"probability": sum(likely) / len(likely)} if likely else {})


def _weight(sides: Cell, aggregation: str) -> int:
    if aggregation == "subtract":
        return sides[True] - sides[False]
    if aggregation == "combine":
        return _FOR * (sides[True] > 0) + _AGAINST * (sides[False] > 0)
    return sides.total()


def add_shared(graph: networkx.Graph, rows: Sequence[Row], nodes_of: Sequence[Row], options: NetworkOptions) -> None:
    """Add actors, and ties between those that speak of the same targets."""
    counted = frequencies(rows, _actor)
    for name, told in frequencies(nodes_of, _actor).items():
        here = told | {"frequency": 0, "documents": 0} | counted.get(name, {})
        graph.add_node(name, name=name, label=name, variable=options.variable, **here)
    by_target: dict[str, dict[str, Cell]] = defaultdict(lambda: defaultdict(Counter))
    totals: Counter[str] = Counter()
    for row in rows:
        by_target[row.target][row.actor][row.agreement] += 1
        totals[row.actor] += 1
    pairs: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for cells in by_target.values():
        for one, other in combinations(sorted(cells), 2):
            pairs[one, other].update(_shared(cells[one], cells[other]))
    for (one, other), shared in pairs.items():
        weight = {
            "congruence": shared["congruence"],
            "conflict": shared["conflict"],
            "subtract": shared["congruence"] - shared["conflict"],
            "ignore": shared["both"],
        }[options.chosen]
        if weight:
            graph.add_edge(
                one,
                other,
                weight=_normalized(weight, totals[one], totals[other], shared, options.normalization),
                congruence=shared["congruence"],
                conflict=shared["conflict"],
                targets=shared["targets"],
            )


def _shared(one: Cell, other: Cell) -> Mapping[str, int]:
    """What two actors say of one target: products of counts, and the counts of sides that both take."""
    same = [side for side in one if other[side]]
    congruence = sum(one[side] * other[side] for side in same)
    return {
        "both": one.total() * other.total(),
        "congruence": congruence,
        "conflict": one[True] * other[False] + one[False] * other[True],
        "alike": sum(one[side] + other[side] for side in same),
        "targets": 1,
    }


def _normalized(weight: int, one: int, other: int, shared: Mapping[str, int], normalization: str) -> float:
    """A weight by what two actors say in all; ``one`` and ``other`` are their numbers of statements."""
    if normalization == "average":
        return weight / ((one + other) / 2)
    if normalization == "jaccard":  # what only one of them says, and the product of what both say
        return weight / (one + other - shared["alike"] + shared["congruence"])
    if normalization == "cosine":
        return weight / (one * other)
    return weight


def _actor(row: Row) -> str:
    return row.actor


def _target(row: Row) -> str:
    return row.target


def frequencies(rows: Iterable[Row], of: Callable[[Row], str]) -> dict[str, dict[str, object]]:
    """By name, how many statements and documents have it, and of what kind it is mostly."""
    statements: Counter[str] = Counter()
    documents: dict[str, set[str]] = defaultdict(set)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        name = of(row)
        statements[name] += 1
        documents[name].add(row.document)
        kinds[name][row.kind] += 1
    return {
        name: {"frequency": count, "documents": len(documents[name]), "kind": kinds[name].most_common(1)[0][0]}
        for name, count in sorted(statements.items())
    }
