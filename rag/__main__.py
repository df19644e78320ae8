# PYTHON_ARGCOMPLETE_OK
"""``python -m rag``, and what the command ``rag`` starts."""

from __future__ import annotations

import contextlib
import os
import signal
import sys


def run() -> int:
    """Run the command line; Ctrl-C in the first instant ends it as quietly as later."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the shell says 130
    # Python looks into the working folder first, and there a `statistics.py` is the user's own.
    here = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120
    with contextlib.suppress(OSError):  # the working folder may be gone
        if sys.path[0] == os.getcwd() != here:  # noqa: PTH109
            del sys.path[0]
    from rag.cli import interrupt, main

    signal.signal(signal.SIGINT, interrupt)
    return main()


if __name__ == "__main__":
    raise SystemExit(run())
