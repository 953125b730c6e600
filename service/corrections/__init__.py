"""What readers say of what the model found: kept row by row, read back as labels, brought in from elsewhere."""

from .record import CHANGES, Change, Correction
from .store import CorrectionFile, latest

__all__ = ["CHANGES", "Change", "Correction", "CorrectionFile", "latest"]
