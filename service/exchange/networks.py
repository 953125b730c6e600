"""Discourse networks: who shares a side with whom, computed as the R package rDNA computes them.

The formulas are those of ``dna_network`` in rDNA (Leifeld 2017, "Discourse network analysis: policy debates as dynamic
networks", Oxford Handbook of Political Networks); the code is newstance's own.
"""

from __future__ import annotations

import logging
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newstance.configs.extras import lacking
from newstance.models.errors import InputError

from ..corpus.actor_table import key_of
from .dates import moment
from .dna import person_and_organization
from .network_options import NetworkOptions, Variable
from .statements import CodedDocument, Statement
from .ties import Row, add_relations, add_shared, add_twomode

if TYPE_CHECKING:
    import networkx

log = logging.getLogger(__name__)


def network(documents: Iterable[CodedDocument], options: NetworkOptions | None = None) -> networkx.Graph:
    """A network of all statements.

    Nodes have the attributes name, label, variable, kind, frequency (statements), documents, and in a two-mode network
    bipartite (0 actors, 1 targets). Edges have weight, and what it is made of: favor, against, neutral, documents and
    probability (mean), or congruence, conflict and targets. A two-mode node is called ``actor/NAME`` or
    ``target/NAME``, since one name may be both; others by their name. Relations are directed.

    Args:
        documents: With their statements.
        options: None for a two-mode network that counts statements.

    Raises:
        InputError: There is no statement to make it of, or a time window is asked for, which ``time_windows`` gives.
        ConfigError: networkx is not installed.
    """
    options = options or NetworkOptions()
    if options.window:
        raise InputError("a time window gives many networks; ask time_windows for them")
    return graph_of(_counted(_rows(documents, options), options), options)


def time_windows(
    documents: Iterable[CodedDocument], options: NetworkOptions
) -> Iterator[tuple[datetime, networkx.Graph]]:
    """The networks of a window that moves by a day at a time, with the moment in its middle.

    The first window begins with the first document, the last ends with the last one. Duplicates are looked for in all
    statements at once, as rDNA does.

    Raises:
        InputError: No statement has a date, or the window is longer than the time between first and last.
    """
    if not options.window:
        raise InputError("a time window needs its length in days")
    moments: list[datetime] = []
    rows = _counted(_rows(_noted(documents, moments), options, dated=True), options)
    half = timedelta(days=options.window // 2)
    if max(moments) - min(moments) < 2 * half:
        told = f"from {min(moments):%Y-%m-%d} to {max(moments):%Y-%m-%d}"
        raise InputError(
            f"a time window of {options.window} days does not fit the documents, {told}; take a shorter one"
        )
    times = [row.when for row in rows if row.when is not None]  # in order, and all rows have one
    middle = min(moments) + half
    while middle + half <= max(moments):
        inside = rows[bisect_left(times, middle - half) : bisect_right(times, middle + half)]
        yield middle, graph_of(inside, options, nodes_of=rows if options.isolates else inside)
        middle += timedelta(days=1)


def _noted(documents: Iterable[CodedDocument], moments: list[datetime]) -> Iterator[CodedDocument]:
    """Documents as they pass, so that their texts need not be kept; their moments are."""
    for coded in documents:
        if (when := moment(coded.document.date)) is not None:
            moments.append(when)
        yield coded


def _rows(documents: Iterable[CodedDocument], options: NetworkOptions, dated: bool = False) -> list[Row]:
    rows: list[Row] = []
    named: dict[str, str] = {}  # by key, the actors of all documents
    undated = 0
    needs_date = dated or options.duplicates in ("week", "month", "year")
    for coded in documents:
        for actor in coded.actors:
            named.setdefault(key_of(actor.name), actor.name)
        when = moment(coded.document.date)
        if needs_date and when is None:
            undated += 1
            continue
        for said in coded.statements:
            name = _node(said, options.variable)
            # Who takes no side counts only where sides are ignored.
            if name and (said.agreement is not None or options.chosen == "ignore"):
                told = (said.target, said.agreement, said.kind, said.probability)
                rows.append(Row(when, coded.document.id, name, *told))
    if options.network_type == "relations":
        rows = list(_between_actors(rows, named))
    if undated:
        log.warning("%d documents without a date are left out of the network", undated)
    if not rows:
        raise InputError("there is nothing to make this network of; choose another network or more articles")
    return sorted(rows, key=lambda row: row.when or datetime.min)


def _between_actors(rows: Sequence[Row], named: Mapping[str, str]) -> Iterator[Row]:
    """The rows whose target is an actor, and another one; each actor by one spelling."""
    names = {**named, **{key_of(row.actor): row.actor for row in reversed(rows)}}
    for row in rows:
        actor, target = names[key_of(row.actor)], names.get(key_of(row.target), "")
        if target and target != actor:
            yield row._replace(actor=actor, target=target)


def _node(said: Statement, variable: Variable) -> str:
    person, organization = person_and_organization(said)
    return {"actor": said.actor, "person": person, "organization": organization}[variable]


def _counted(rows: Sequence[Row], options: NetworkOptions) -> list[Row]:
    """The rows that count, by how duplicates are treated; the first of each is kept."""
    if options.duplicates == "include":
        return list(rows)
    scope = _SCOPES[options.duplicates]
    found: dict[object, Row] = {}
    for row in rows:
        side = None if options.chosen == "ignore" else row.agreement
        found.setdefault((scope(row), row.actor, row.target, side), row)
    return list(found.values())


def _in_time(tell: Callable[[datetime], object]) -> Callable[[Row], object]:
    return lambda row: tell(row.when) if row.when else None


_SCOPES: Mapping[str, Callable[[Row], object]] = {
    "document": lambda row: row.document,
    "week": _in_time(lambda when: when.isocalendar()[:2]),
    "month": _in_time(lambda when: (when.year, when.month)),
    "year": _in_time(lambda when: when.year),
    "acrossrange": lambda row: None,
}


def graph_of(rows: Sequence[Row], options: NetworkOptions, nodes_of: Sequence[Row] | None = None) -> networkx.Graph:
    """The network of rows; its nodes are those of ``nodes_of``, or of the rows."""
    try:
        import networkx as nx
    except ImportError as error:
        raise lacking("networks need networkx", "exchange") from error
    graph = nx.DiGraph() if options.network_type == "relations" else nx.Graph()
    add = {"twomode": add_twomode, "relations": add_relations, "onemode": add_shared}[options.network_type]
    add(graph, rows, rows if nodes_of is None else nodes_of, options)
    return graph
