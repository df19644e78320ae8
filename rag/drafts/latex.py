r"""A draft in LaTeX becomes blocks.

What is taken out leaves its line ends behind, so that a block's line is the draft's. ``\f`` parts
blocks, ``\x0e`` opens a heading, and a per cent sign alone keeps a line from reading as empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.drafts.blocks import Block, raise_numbers, without_marks
from rag.drafts.citing import CITE
from rag.drafts.shorthands import closing, lines, spelt_out
from rag.readers.clean import clean

_PART, _HEADING = "\f", "\x0e"
_NOT_PROSE = (
    "verbatim|Verbatim|lstlisting|minted|alltt|comment|filecontents|equation|align|alignat|gather|"
    "multline|eqnarray|displaymath|math|tikzpicture|algorithm|algorithmic|algorithm2e"
)
_NOISE = re.compile(
    rf"\\begin\{{({_NOT_PROSE})(\*?)\}}.*?(?:\\end\{{\1\2\}}|\Z)|\\(?:verb\*?|lstinline)([^\w\s*{{[])[^\n]*?\3"
    r"|(?<!\\)\\\[.*?(?:\\\]|\Z)|(?<!\\)\$\$.*?(?:\$\$|\Z)|\\iffalse\b.*?(?:\\fi\b|\Z)"
    r"|(?<!\\)(?:\\\\)*%[^\n]*",
    re.S,
)
_COMMENT = re.compile(r"(?:\\\\)*%")
_TIE = re.compile(r"(?<!\\)\\ ")
_MATH = re.compile(r"(?<!\\)\$[^$]{1,400}\$|(?<!\\)\\\(.{1,400}?\\\)", re.S)
_SUP = re.compile(
    r"(?:\$\s*\^|\\textsuperscript|\^)\s*\{\s*\[?(\d{1,3}(?:\s?[,–-]+\s?\d{1,3}){0,9})\]?\s*\}(?:\s*\$)?"
    r"|\$\s*\^\s*(\d)\s*\$"
)
_OUTER = re.compile(
    r"\\(footnote|footnotetext|caption|captionof\s*\{\w+\}|subcaption|(?:sub){0,2}section|chapter|"
    r"part|frametitle|begin\s*\{frame\}|(?:sub)?paragraph|title|author|date|affiliation|thanks|addbibresource|bibliography|bibliographystyle)"
    r"\*?\s*((?:\[[^\[\]]{0,500}\]\s*){0,2})\{"
)
_TABLE = re.compile(
    r"\\begin\{((?:xl)?tabular\w?|longtable|array|tabu|tblr|NiceTabular\w?)\*?\}(.*?)(?:\\end\{\1\*?\}|\Z)",
    re.S,
)
_BREAK = re.compile(
    r"\\begin\s*\{[^{}]{0,50}\}(?:\s*\[[^\[\]\\]{0,200}\])?|\\end\s*\{[^{}]{0,50}\}|"
    r"\\item\b(?:\s*<[^<>]{0,50}>)?(?:\s*\[[^\[\]\\]{0,200}\])?|\\par\b|\\newpage\b"
)
_CODE = re.compile(
    r"\\(?:texttt|code|path|lstinline|mintinline\s*(?:\[[^\[\]]{0,200}\])?\{\w{1,20}\})\s*"
    r"(?:\[[^\[\]]{0,200}\])?\{((?:[^{}]|\{[^{}]{0,100}\}){0,500})\}"
)
_SILENT = re.compile(
    r"\\(?:label|(?:page|auto|eq|c|C)?ref|vspace|hspace|includegraphics|input|include|centering|"
    r"maketitle|noindent|small|footnotesize|scriptsize|toprule|midrule|bottomrule|hline|"
    r"nocite|citestyle|setcitestyle|printbibliography|tableofcontents|footnotemark)\b\*?(?:\[[^\[\]]{0,300}\])?"
    r"(?:\{[^{}]{0,1000}\})?|\\defcitealias\{[^{}]{0,300}\}\{[^{}]{0,300}\}"
)
_BIBLIOGRAPHY = re.compile(r"\\begin\{thebibliography\}(?:\{[^{}]*\})?|\\end\{thebibliography\}")
_BIBITEM = re.compile(r"\\bibitem(?:\s*\[[^\[\]]{0,300}\])?\s*\{([^{}]{1,200})\}")
_PARAGRAPH = re.compile(r"[^\n\f](?:[^\n\f]|\n(?!\s*(?:\n|\Z)))*")


def read_latex(source: str) -> list[Block]:
    """Return the blocks of a draft, in order."""
    source = spelt_out(source)
    begin, end = source.find("\\begin{document}"), source.find("\\end{document}")
    text = source if end < 0 else source[:end]
    if begin >= 0:
        text = lines(text[:begin]) + text[begin + len("\\begin{document}") :]
    text = _NOISE.sub(_quiet, text).replace("~", " ")
    text = _TIE.sub("  ", text)
    text = _MATH.sub(lambda formula: without_marks(formula[0]), _SUP.sub(_raised, text))
    text = _CODE.sub(_coded, text)
    text, blocks = _take_bibliography(text)
    text, apart = _take_apart(text)
    text = _TABLE.sub(_rows, text)
    text = _BREAK.sub(lambda match: _PART + lines(match[0]), text)
    text = _SILENT.sub(lambda match: " " + lines(match[0]), text).replace("\\\\", "  ")
    blocks += [*apart, *_paragraphs(text)]
    return sorted(blocks, key=lambda block: (block.line, block.kind == "entry"))


def _paragraphs(text: str) -> Iterator[Block]:
    line, at = 1, 0
    for match in _PARAGRAPH.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        written = match[0]
        yield Block(written.strip(_HEADING), line, "heading" if _HEADING in written else "prose")


def _quiet(match: re.Match[str]) -> str:
    """Return what stays of a comment, code or a formula: lines that are not empty."""
    if _COMMENT.match(match[0]):
        before = match.string[match.string.rfind("\n", 0, match.start()) + 1 : match.start()]
        return "" if before.strip() else "%"
    return "".join("\n" if part == "\n" else "%" for part in re.findall(r"\n|[^\n]+", match[0]))


def _coded(match: re.Match[str]) -> str:
    """Return code without marks, save for citations that are set as code is."""
    code = match[1]
    return match[0] if CITE.search(code) else match[0].replace(code, without_marks(code))


def _raised(match: re.Match[str]) -> str:
    return raise_numbers((match[1] or match[2]).replace("--", "-"))


def _take_bibliography(text: str) -> tuple[str, list[Block]]:
    """Take the entries of a thebibliography out."""
    blocks: list[Block] = []
    pieces = _BIBLIOGRAPHY.split(text)
    starts = [0, *(match.end() for match in _BIBLIOGRAPHY.finditer(text))]
    for i in range(1, len(pieces), 2):
        _, *items = _BIBITEM.split(pieces[i])
        for key, entry in zip(items[::2], items[1::2], strict=True):
            place = text.find(key, starts[i])
            line = text.count("\n", 0, place) + 1
            written = clean(entry.replace("\\newblock", " "), latex=True)
            blocks.append(Block(" ".join(written.split()), line, "entry", key.strip()))
        pieces[i] = lines(pieces[i])
    gaps = [lines(match[0]) + _PART for match in _BIBLIOGRAPHY.finditer(text)]
    joined = "".join(piece + gap for piece, gap in zip(pieces, [*gaps, ""], strict=True))
    return joined, blocks


def _take_apart(text: str) -> tuple[str, list[Block]]:
    """Take footnotes, captions and headings out, the inner ones first."""
    blocks: list[Block] = []
    found = list(_OUTER.finditer(text))
    unclosed = len(text)  # where the first group begins that has no end: none around it has one
    for number, match in zip(range(len(found), 0, -1), reversed(found), strict=True):
        close = closing(text, match.end(), unclosed)
        if close is None:
            unclosed = match.start()
            continue
        inside = _SILENT.sub(lambda silent: " " + lines(silent[0]), text[match.end() : close])
        name, ends = match[1], lines(match[0]) + lines(inside)
        line = text.count("\n", 0, match.end()) + 1
        if name.startswith("footnote"):
            label = f"footnote {number}"
            blocks.append(Block(inside, line, "note", label))
            left = ends if name == "footnotetext" else f"[^{label}]{ends}"
        elif "caption" in name:
            blocks.append(Block(inside, line))
            left = _PART + ends
        elif name.endswith(("section", "chapter", "part", "frametitle", "{frame}")) or (
            name.endswith("paragraph") and CITE.search(inside)
        ):
            left = f"{_PART}{_HEADING}{inside}{lines(match[0])}{_PART}"
        else:
            left = _PART + ends
        text = text[: match.start()] + left + text[close + 1 :]
    return text, blocks


def _rows(match: re.Match[str]) -> str:
    """Return a table with each row a block of its own."""
    body = re.sub(r"\A(?:\s*\{(?:[^{}]|\{[^{}]*\})*\}|\s*\[[^\[\]]*\]){0,3}", "", match[2])
    lost = match[0].count("\n") - body.count("\n")
    rows = re.sub(r"\\\\(?:\[[^\[\]]{0,20}\])?", _PART, body)
    return _PART + "\n" * lost + re.sub(r"(?<!\\)&", " ", rows) + _PART


def is_latex(text: str) -> bool:
    r"""Say whether a draft of no known name is LaTeX.

    >>> is_latex(r"\section{Tea} It is warm \cite{lee}."), is_latex("# Tea")
    (True, False)
    """
    return bool(re.search(r"\\(?:documentclass|begin\s*\{|section\*?\{)", text)) or (
        bool(CITE.search(text)) and "[@" not in text
    )
