"""``python -m rag`` is ``rag``."""

import os
import sys

# Python looks into the working folder first, and there a `statistics.py` is the user's own.
if sys.path[0] == os.getcwd() != os.path.dirname(os.path.dirname(__file__)):  # noqa: PTH109, PTH120
    del sys.path[0]

from rag.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
