"""Untrusted text in Markdown: it is shown as it was written, and means nothing."""

from __future__ import annotations

import re

# A backslash does before most marks. Not every reader of Markdown takes it before these, and would run what stands in
# "\<script>".
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_MARKS = re.compile(r"[\\`*_|\[\]#~$<>]|&(?=#?\w+;)|\A[-+=](?=[-+= ]|\Z)")  # the last make lists and rules
_NUMBER = re.compile(r"\A(\d{1,9})([.)])(?= |\Z)")  # makes a list, too


def escaped(text: str) -> str:
    """Text as one line without markup, HTML, links and pictures, wherever in a document it is put."""
    line = _MARKS.sub(lambda mark: _ENTITIES.get(mark[0], f"\\{mark[0]}"), " ".join(text.split()))
    return _NUMBER.sub(r"\1\\\2", line)
