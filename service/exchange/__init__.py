"""Analyses and runs in the formats that this field works with, and back.

Every writer takes documents with their statements (``CodedDocument``), which ``from_analysis``, ``from_run`` and
``read_coded`` give; every reader gives a list of ``Statement``.
"""

from typing import TYPE_CHECKING

from newstance.configs.lazy import lazily

if TYPE_CHECKING:
    from ..corpus.actor_table import ActorRow, ActorTable
    from ..restored import read_analysis
    from .dna import write_dna, write_events
    from .dna_reading import read_dna
    from .graph_files import write_gexf, write_graphml
    from .joining import join_actors, propose_actors
    from .label_studio import label_studio_config, read_label_studio, write_label_studio
    from .network_options import NetworkOptions
    from .networks import network, time_windows
    from .qdpx import write_qdpx
    from .qdpx_reading import read_qdpx
    from .runs import from_run, read_coded
    from .statement_table import write_csv
    from .statements import CodedDocument, Document, Statement, from_analysis, grouped

__all__ = [
    "ActorRow",
    "ActorTable",
    "CodedDocument",
    "Document",
    "NetworkOptions",
    "Statement",
    "from_analysis",
    "from_run",
    "grouped",
    "join_actors",
    "label_studio_config",
    "network",
    "propose_actors",
    "read_analysis",
    "read_coded",
    "read_dna",
    "read_label_studio",
    "read_qdpx",
    "time_windows",
    "write_csv",
    "write_dna",
    "write_events",
    "write_gexf",
    "write_graphml",
    "write_label_studio",
    "write_qdpx",
]
__getattr__, __dir__ = lazily(
    __name__,
    {
        ".corpus.actor_table": "ActorRow ActorTable",
        ".restored": "read_analysis",
        "dna": "write_dna write_events",
        "dna_reading": "read_dna",
        "graph_files": "write_gexf write_graphml",
        "joining": "join_actors propose_actors",
        "label_studio": "label_studio_config read_label_studio write_label_studio",
        "network_options": "NetworkOptions",
        "networks": "network time_windows",
        "qdpx": "write_qdpx",
        "qdpx_reading": "read_qdpx",
        "runs": "from_run read_coded",
        "statement_table": "write_csv",
        "statements": "CodedDocument Document Statement from_analysis grouped",
    },
)
