"""``python -m newstance``: the command line."""

import sys

from newstance.service.cli import main

if __name__ == "__main__":
    sys.exit(main())
