r"""Drafts in reStructuredText, MyST and Org become Markdown, line for line.

====================================================  =====================
``:cite:p:`a,b```  ``{cite}`a,b```  ``citep:a,b``        ``[@a; @b]``
``[Lee20]_``  ``.. [Lee20] Lee, A. Tea.``               ``[Lee20]``
``[#tea]_``  ``[fn:tea]``  ``.. [#tea] On tea.``          ``[^tea]``
``[#]_``  ``[*]_``  ``.. [#] On tea.``                  ``[^#1]``, ``[^*1]``
``.. note::``  ``#+BEGIN_SRC``                          its text, its code
====================================================  =====================
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rag.drafts.citing import ADDRESS
from rag.drafts.org import from_org, is_org
from rag.drafts.wikitext import from_wikitext

_ROLE = re.compile(
    r"(?::(?:foot|full|footfull)?cite(?::[a-z]{1,9})?:|\{(?:foot|full)?cite(?::[a-z]{1,9})?\})"
    r"`([^`]{1,1000})`"
)
_OTHER = re.compile(
    r"\b(?:foot)?cite(?:np)?:\[([^\[\]@]{1,300})\]|#cite\(<([\w:.-]{1,100})>[^()]{0,100}\)"
)
_LINK = re.compile(
    r"\[\[(?!no)[a-z]{0,6}cite[a-z]{0,6}:([^\[\]]{1,1000})\](?:\[[^\[\]]{0,200}\])?\]"
)
_ORG_REF = re.compile(
    r"(?<![\w\[/:`@])(?:foot|auto|text|paren|super)?cite[a-z]{0,6}:(&?[A-Za-z][\w:.-]{0,80}\w"
    r"(?:[,;]&?[A-Za-z][\w:.-]{0,80}\w){0,20})"
)
_BULLET = re.compile(r"^([ \t]{0,20})[•◦▪‣●○■\uf0b7](?=\s)", re.M)
_KEY = re.compile(r"[^\s,;&]{1,100}")
_LISTED = re.compile(r"^\.\. (?=\[[^\[\]#\n]{1,40}\] )", re.M)
_NOTED = re.compile(r"^(?:\.\. \[#([\w-]{1,40})\]|\[fn:([\w-]{1,40})\])(?= )", re.M)
# An entry of the list right behind a note would go on with it.
_BEHIND_NOTE = re.compile(
    r"^(\[\^[^\[\]\n]{1,60}\]:[^\n]*(?:\n[ \t]+\S[^\n]*)*\n)\.\. (?=\[[^\[\]#\n]{1,40}\] )", re.M
)
_COUNTED = re.compile(r"^\.\. \[([#*])\](?= )|\[([#*])\]_(?!\w)", re.M)
_CITED = re.compile(r"(\[[A-Za-z\d][\w.:-]{0,40}\])_(?!\w)")
_CITED_NOTE = re.compile(r"\[#([\w-]{1,40})\]_|\[fn:([\w-]{1,40})\]")
_ASIDE = re.compile(r"(?<!\S)%%(?=\s).{0,5000}?%%", re.S)  # Obsidian's comments
# What a line that is set in goes on with rather than begins: a list, a note, code.
_HOLDS = re.compile(r"[ \t]|[-*+]\s|\(?\w{1,3}[.)]\s|\[\^|```|~~~")
_PROSE = re.compile(r"(?:\t| {4,12})(?=[A-Z“\"'‘])[^={}<>;|]{0,3000}\Z")
_FEW_WORDS = 5
_DEFINED = re.compile(r"^ {0,3}\[([^\[\]^]{1,100})\]:[ \t]*<?(https?://[^\s<>]{1,500})", re.M)
_LABELLED = re.compile(r"(?<![\]\w!])\[([^\[\]\n^]{1,200})\](?:\[([^\[\]\n^]{0,100})\])?(?![\[(:])")
_BLOCK = re.compile(r"^\.\.(?: +([a-z-]{1,30})::(.*)| +[^|\s].*)?$|^.*[^:]::$")
_NOT_PROSE = frozenset(
    "code code-block sourcecode literalinclude math raw highlight parsed".split()
)


def as_markdown(source: str, *, org: bool = False) -> str:
    """Return a draft with what only those dialects write as Markdown and Pandoc write it.

    >>> as_markdown("It is :cite:p:`lee,kim`. So says [Lee20]_.")
    'It is [@lee; @kim]. So says [Lee20].'
    """
    source = _ASIDE.sub(lambda aside: "\n" * aside[0].count("\n"), _BULLET.sub(r"\1-", source))
    if "<ref" in source or "{{sfn" in source or "{{harv" in source or "{{r|" in source:
        source = from_wikitext(source)
    source = "\n".join(_set_out(_by_label(source).split("\n")))
    for pattern in (_ROLE, _OTHER, _LINK, _ORG_REF):
        source = pattern.sub(_keys, source) if "cite" in source else source
    if org or is_org(source):
        source = from_org(source)
    if "]_" in source or "[fn:" in source:
        source = _counted(source)
        source = _NOTED.sub(lambda match: f"[^{match[1] or match[2]}]:", source)
        source = _CITED_NOTE.sub(lambda match: f"[^{match[1] or match[2]}]", source)
        source = _BEHIND_NOTE.sub(r"\1- ", _CITED.sub(r"\1", source))
        source = _LISTED.sub("", source)
    return "\n".join(_outdented(source.split("\n"))) if ".. " in source else source


def _counted(source: str) -> str:
    r"""Return reStructuredText with a name for each note that has but a place in their order.

    >>> _counted("So [#]_. Or [*]_.\n\n.. [#] On tea.\n.. [*] On ice.\n")
    'So [^#1]. Or [^*1].\n\n[^#1]: On tea.\n[^*1]: On ice.\n'
    """
    counts: Counter[str] = Counter()

    def named(match: re.Match[str]) -> str:
        sign = match[1] or match[2]
        counts[match[0]] += 1
        return f"[^{sign}{counts[match[0]]}]" + ":" * bool(match[1])

    return _COUNTED.sub(named, source)


def _by_label(source: str) -> str:
    r"""Return a draft with the address of a paper behind the words that a label links to it.

    >>> _by_label("It is [warm][a].\n\n[a]: https://arxiv.org/abs/1706.03762").split("\n")[0]
    'It is [warm](https://arxiv.org/abs/1706.03762).'
    """
    places = {label.casefold(): address for label, address in _DEFINED.findall(source)}

    def linked(match: re.Match[str]) -> str:
        words, label = match[1], match[2] or match[1]
        address = places.get(label.casefold(), "")
        known = ADDRESS.fullmatch(address) and not words.isdigit()
        return f"[{words}]({address})" if known else match[0]

    return _LABELLED.sub(linked, source) if places else source


def _set_out(lines: Sequence[str]) -> Iterator[str]:
    """Yield lines; a paragraph's first one that is set in, as on paper, is no code."""
    before, blank = "", True
    for line in lines:
        opens = blank and not _HOLDS.match(before) and _PROSE.match(line)
        if opens and len(re.findall(r"[a-z]{2,}", line)) > _FEW_WORDS:
            line = line.lstrip()
        yield line
        blank = not line.strip()
        before = before if blank else line


def _keys(match: re.Match[str]) -> str:
    keys = _KEY.findall(next(filter(None, match.groups())))
    return f"[{'; '.join(f'@{key}' for key in keys)}]" + "\n" * match[0].count("\n")


def _outdented(lines: list[str]) -> list[str]:
    """Return lines with the text of notes and figures at the margin, without code and comments."""
    found: list[str] = []
    block: re.Match[str] | None = None
    told = False
    for line in lines:
        if line.strip() and not line[0].isspace():
            block = _BLOCK.match(line)
            told = bool(block and block[1] and block[1] not in _NOT_PROSE)
            comment = block and line.startswith("..")
            found.append(block[2].strip() if block and told else "" if comment else line)
        elif told:
            found.append(line.strip())
        else:
            found.append("" if block else line)
    return found
