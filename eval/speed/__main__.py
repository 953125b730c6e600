"""``python -m newstance.eval.speed``."""

from .command import main

raise SystemExit(main())
