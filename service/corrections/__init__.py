"""What readers say of what the model found: kept row by row, read back as labels, brought in from elsewhere."""

from typing import TYPE_CHECKING

from newstance.configs.lazy import lazily

if TYPE_CHECKING:
    from .record import CHANGES, Change, Correction
    from .store import CorrectionFile, latest

__all__ = ["CHANGES", "Change", "Correction", "CorrectionFile", "latest"]
__getattr__, __dir__ = lazily(__name__, {"record": "CHANGES Change Correction", "store": "CorrectionFile latest"})
