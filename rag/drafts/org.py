"""What Org alone writes becomes Markdown, line for line."""

from __future__ import annotations

import re

_IS_ORG = re.compile(r"^#\+[A-Za-z]|^[ \t]*:PROPERTIES:\s*$", re.M)
_WRITTEN = (  # what stands in a line of Org, and what in one of Markdown
    (re.compile(r"^# .*$|^[ \t]*:(?: .*)?$", re.M), ""),
    (re.compile(r"^[ \t]*:[\w-]{1,40}:(?:[ \t].*)?$", re.M), ""),
    (re.compile(r"^\s*#\+(?:BEGIN|END)_(?:SRC|EXAMPLE|COMMENT|EXPORT)\b.*$", re.M | re.I), "```"),
    (re.compile(r"^#\+CAPTION(?:\[[^\[\]\n]{0,200}\])?:", re.M | re.I), "-"),
    (re.compile(r"^[ \t]*#\+\w.*$", re.M), ""),
    (re.compile(r"^[ \t]*\|", re.M), "> |"),  # no part of a paragraph above
    (re.compile(r"^[ \t]+(?=[^\s*+-])", re.M), ""),  # text set in below a heading is no code
    (re.compile(r"^\*{1,9} ", re.M), "# "),
    (re.compile(r"\[\[(https?://[^\s\[\]]{1,500})\]\[([^\[\]]{1,300})\]\]"), r"[\2](\1)"),
    (re.compile(r"\[\[(https?://[^\s\[\]]{1,500})\]\]"), r"<\1>"),
    (re.compile(r"\[fn:[\w-]{0,40}:((?:[^\[\]]|\[[^\[\]]{0,300}\]){1,2000})\]"), r"^[\1]"),
    (re.compile(r"(?<![\w=~/])([=~])(?=\S)([^=~`\n]{1,200})(?<=\S)\1(?![\w=~/])"), r"`\2`"),
)


def is_org(source: str) -> bool:
    """Tell Org by what is in it."""
    return _IS_ORG.search(source) is not None


def from_org(source: str) -> str:
    r"""Return Org's text as Markdown.

    >>> from_org("* Tea\n# So?\n  It is ~warm~. [[https://example.org][Here]]")
    '# Tea\n\nIt is `warm`. [Here](https://example.org)'
    """
    for pattern, markdown in _WRITTEN:
        source = pattern.sub(markdown, source)
    return source
