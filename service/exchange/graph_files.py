"""Networks as files: GraphML for visone, R and most others, GEXF for Gephi."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .files import replacing
from .network_options import NetworkOptions
from .networks import network, time_windows
from .statements import CodedDocument
from .xml_text import xml_text

if TYPE_CHECKING:
    import networkx


def write_graphml(
    documents: Iterable[CodedDocument], path: str | Path, options: NetworkOptions | None = None
) -> list[Path]:
    """Write a network as GraphML, with all attributes of nodes and edges.

    Args:
        documents: With their statements.
        path: The file. With a time window there is one for each window with a tie, and the day in its middle stands
            behind the name: ``a-2024-03-01.graphml``.
        options: As ``network`` takes them.

    Returns:
        The files written.

    Raises:
        InputError: As ``network`` and ``time_windows`` do, or the file cannot be written.
    """
    import networkx as nx

    return _write(documents, Path(path), options, nx.write_graphml)


def write_gexf(
    documents: Iterable[CodedDocument], path: str | Path, options: NetworkOptions | None = None
) -> list[Path]:
    """Write a network as GEXF 1.2; takes, gives and raises what ``write_graphml`` does."""
    import networkx as nx

    return _write(documents, Path(path), options, nx.write_gexf)


def _write(
    documents: Iterable[CodedDocument],
    path: Path,
    options: NetworkOptions | None,
    write: Callable[[networkx.Graph, Path], None],
) -> list[Path]:
    options = options or NetworkOptions()
    if not options.window:
        found = {path: network(documents, options)}
    else:
        found = {
            path.with_name(f"{path.stem}-{middle:%Y-%m-%d}{path.suffix}"): graph
            for middle, graph in time_windows(documents, options)
            if graph.edges
        }
    for file, graph in found.items():
        with replacing(file) as unfinished:
            write(_writable(graph), unfinished)
    return list(found)


def _writable(graph: networkx.Graph) -> networkx.Graph:
    """A copy that XML can hold."""
    import networkx as nx

    copy = nx.relabel_nodes(graph, {node: xml_text(node) for node in graph}, copy=True)
    for _, told in copy.nodes(data=True):
        told.update(_texts(told))
    return copy


def _texts(told: dict[str, Any]) -> dict[str, Any]:
    return {name: xml_text(value) for name, value in told.items() if isinstance(value, str)}
