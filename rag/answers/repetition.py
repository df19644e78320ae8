"""A model that says the same again and again is cut where it begins to."""

from __future__ import annotations

import re
from collections import defaultdict, deque

# Markers and the numbers of a list tell one round of a loop from the next: they are no words.
# What has no blanks, like Chinese or a string of digits, is read in pieces.
_LONGEST_WORD = 20
_WORD = re.compile(
    r"\[[^\]\n]{0,40}\]|^[ \t>]*\d{1,3}[.)](?=\s)|([\u3040-\u9fff\uac00-\ud7af]|"
    rf"\w{{1,{_LONGEST_WORD}}})",
    re.MULTILINE,
)
# How a line begins, with the break before it: it goes with the words that follow.
_HEAD = r"(?:\A|\n)[ \t>*+#-]*(?:\d{1,3}[.)]?[ \t]*)?[*\"“]{0,3}"
_LINE_HEAD = re.compile(rf"{_HEAD}\Z")
_OPEN = re.compile(rf"\[[^\]\n]{{0,40}}\Z|{_HEAD}(\w*)\Z|(\w+)\Z")
# A copy of so many words is a loop. Templated sentences of a list differ by then.
_LOOP = 40
_LONG_LOOP = 400  # characters, of words without blanks
# At the end of a text so many are, where they are whole sentences said before.
_AT_THE_END = 5
_SENTENCE_BEFORE = re.compile(r"(?:\A|\n|[.!?:][\"'”’)\]*]*)[\s\[\]\d,*>)-]*\Z")
_REMEMBERED = 32  # places where a word stood


class Repetition:
    """Passes on a text that arrives in chunks until it copies itself.

    What repeats earlier words is held back until it goes on otherwise, so that no loop is shown
    and taken back. ``found`` says that the text is cut.

    >>> loop = Repetition()
    >>> loop.feed("It is so. " * 20) + loop.finish(), loop.found
    ('It is so. ', True)
    """

    def __init__(self) -> None:
        """Nothing has arrived."""
        self.found = False
        self._text = ""
        self._read = 0  # so much of the text is cut into words
        self._given = 0
        self._words: list[str] = []
        self._places: dict[str, deque[int]] = defaultdict(lambda: deque(maxlen=_REMEMBERED))
        self._copies: set[int] = set()  # the words that may come next, if this is a copy of them
        self._run = 0  # words of the copy
        self._start = 0  # where the copy begins

    def feed(self, chunk: str) -> str:
        """Return what may be shown now."""
        if self.found:
            return ""
        self._text += chunk
        return self._show(self._end())

    def finish(self) -> str:
        """Return what was held back, unless it is sentences said before; the text is complete."""
        if self.found:
            return ""
        rest = self._show(len(self._text))
        if self.found or not self._run:
            return rest
        near = max(0, self._start - 80)
        if self._run >= _AT_THE_END and _SENTENCE_BEFORE.search(self._text, near, self._start):
            self.found = True
            return rest
        return rest + self._text[self._given :]

    def _end(self) -> int:
        """Return up to where the text can be cut into words, whatever follows."""
        opened = _OPEN.search(self._text, self._read)
        if opened is None:
            return len(self._text)
        word = opened[1] or opened[2] or ""
        whole = len(word) // _LONGEST_WORD * _LONGEST_WORD
        return len(self._text) - len(word) + whole if whole else opened.start()

    def _show(self, end: int) -> str:
        for match in _WORD.finditer(self._text, self._read, end):
            if match[1]:
                self._note(match[1].lower(), match.start())
            if self._run >= _LOOP or (self._run and match.end() - self._start >= _LONG_LOOP):
                self.found = True
                break
        self._read = end
        limit = self._start if self._run else end
        shown = self._text[self._given : limit]
        self._given = max(self._given, limit)
        return shown

    def _note(self, word: str, start: int) -> None:
        going_on = {place + 1 for place in self._copies if self._words[place] == word}
        if going_on:
            self._run += 1
        else:
            going_on = {place + 1 for place in self._places[word]}
            self._run = 1 if going_on else 0
            head = _LINE_HEAD.search(self._text, max(0, start - 40), start)
            self._start = head.start() if head else start
        self._copies = going_on
        self._places[word].append(len(self._words))
        self._words.append(word)
