"""Analyses and runs in the formats that this field works with, and back.

Every writer takes documents with their statements (``CodedDocument``), which ``from_analysis``, ``from_run`` and
``read_coded`` give; every reader gives a list of ``Statement``.
"""

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
