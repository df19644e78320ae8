"""Whether a process is over that is nobody's child here."""

from __future__ import annotations

import time
from pathlib import Path


def is_over(pid):
    """Wait for the end of a process; say whether it came within half a minute."""
    state = Path(f"/proc/{pid}/stat")
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            if state.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False
