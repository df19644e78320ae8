"""A few of the cases of `evals.maintain.fuzz`; what it found is a test beside its parser."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_no_parser_crashes_hangs_or_reaches_out():
    command = [sys.executable, "-m", "evals.maintain.fuzz", "--cases", "800", "--seed", "7"]
    root = Path(__file__).parents[1]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root)
    assert done.stdout.startswith("800 cases, 0 failed"), done.stdout + done.stderr
