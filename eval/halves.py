"""The parts of shipped lists, one to choose by and one to report; they stand alone for ``newstance --help``."""

from __future__ import annotations

from typing import Literal

Part = Literal["open", "held"]  # of the articles with listed targets
Half = Literal["first", "second"]  # of the marked articles
