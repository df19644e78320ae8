"""How to read an answer, and the keys: on the welcome, and one click away everywhere. Pure."""

from __future__ import annotations

# How often the checker is wrong: of 240 hard claims (evals/datasets/attacks.jsonl), the share of
# the false ones that it calls supported, and of the true ones that it does not (README).
TICKED_FALSE, UNTICKED_TRUE = 6, 74

MEANING = '<button type="button" class="quiet means" data-do="help">What the signs mean</button>'

_SIGNS = (
    ('<span class="cite">1 ✓</span>', "Source 1 says so, word for word or in sense"),
    ('<span class="cite weak">1 ~</span> <span class="flag weak">check the source</span>',
     "The closest sentence; it does not clearly say so"),
    ('<span class="cite unsupported">1 !</span> '
     '<span class="flag unsupported">not supported</span>', "It does not say so"),
    ('<span class="flag">no source</span>', "The sentence cites nothing"),
    ('<span class="flag">source added</span>', "The model named no source; this one was found"),
)  # fmt: skip
_ERRORS = (
    "A small program checks each sentence and gives a ✓ only where it is sure: of false sentences "
    f"written to fool it {TICKED_FALSE} in 100 got one. It is often unsure: of the true ones "
    f"beside them {UNTICKED_TRUE} in 100 got none. Trust the quoted words more than the sign."
)


def legend(level: str = "h3") -> str:
    """Return what the signs of an answer mean, and how far to trust them."""
    rows = "".join(f"<dt>{sign}</dt><dd>{words}</dd>" for sign, words in _SIGNS)
    return (
        '<aside class="legend" aria-label="How to read an answer">'
        f"<{level}>How to read an answer</{level}><dl>{rows}</dl>"
        f"<p>Click a citation to see the words it rests on. {_ERRORS}</p></aside>"
    )


_KEYS = (
    ("Enter", "Ask"),
    ("Shift Enter", "A new line"),
    ("/ or Ctrl K", "To the question"),
    ("↑ in an empty box", "The question before"),
    ("Esc", "Close what is open; stop an answer; from a source back to its sentence"),
    ("?", "This list"),
)


def help_dialog() -> str:
    """Return the dialog with the legend and the keys."""
    rows = "".join(f"<dt><kbd>{key}</kbd></dt><dd>{what}</dd>" for key, what in _KEYS)
    return (
        '<dialog id="help" aria-label="Help"><div class="over"><h2>Help</h2>'
        '<button type="button" class="quiet" data-do="close-help">Close</button></div>'
        f'{legend()}<section class="keys"><h3>Keys</h3><dl>{rows}</dl></section></dialog>'
    )
