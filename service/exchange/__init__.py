"""Analyses and runs in the formats that this field works with, and back."""
