"""From labelled sets to shipped weights: rows, fit, export, calibration. ``fit`` needs torch and transformers alone."""
