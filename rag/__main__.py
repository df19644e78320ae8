# PYTHON_ARGCOMPLETE_OK
"""``python -m rag``, and what the command ``rag`` starts."""

from __future__ import annotations

import signal


def run() -> int:
    """Run the command line; Ctrl-C in the first instant ends it as quietly as later."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the shell says 130
    from rag.cli import main

    signal.signal(signal.SIGINT, signal.default_int_handler)
    return main()


if __name__ == "__main__":
    raise SystemExit(run())
