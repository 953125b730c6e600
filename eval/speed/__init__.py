"""How fast: ``python -m newstance.eval.speed`` times newstance beside other roads; docs/speed.md says what and how."""
