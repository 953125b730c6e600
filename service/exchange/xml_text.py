"""Texts in XML files."""

from __future__ import annotations

import re

# What XML 1.0 cannot hold, not even as a reference.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """A text with U+FFFD for each character that XML cannot hold; no place in it moves."""
    return _FORBIDDEN.sub("\ufffd", text)
