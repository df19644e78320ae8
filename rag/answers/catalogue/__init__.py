"""Questions that the library itself answers, computed from its catalogue."""
