"""Labelled sets in, numbers that can be trusted out."""
