"""Hostile input to every parser and to the page: ``python -m evals.maintain.fuzz --cases 200000``.

Each case takes a sample of what a parser reads, cuts, repeats and splices it, and puts in what
breaks parsers: unbalanced marks, long runs, control characters, lone surrogates, deep nesting.
A case fails where something else than our own error is raised, where it takes more than two
seconds of processor time, or where it reaches for the network or for a file of its own accord.
What fails is printed with the number by which ``--only`` runs it again.

Run from a checkout: samples and checks are those of the tests.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import io
import json
import logging
import random
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evals.maintain.fuzz_page import PageFuzz
from evals.maintain.soak import say_line
from rag.answers.history import parse_history
from rag.batches.question_files import read_questions
from rag.drafts.checking import check_draft
from rag.drafts.pairs import verify_pairs
from rag.drafts.reports import report_lines
from rag.errors import InputError
from rag.index.entries import Entry
from rag.index.filters import parse_where
from rag.index.lexical import Lexical
from rag.receipts.citations import CitationStream, parse, split_cited
from rag.types import Paper

SECONDS = 2.0  # of processor time for one case
MARKS = [
    *"[](){}<>\"'`$\\&%#@~^_*=|,;:.!?-+/ \n\r\t\0",
    *("\u202e", "\u2066", "\u200b", "\u2028", "\ufeff", "\ud800", "\udfff", "\x1b[31m", "\x85"),
    *(
        "[1]",
        "【2】",
        "［3］",
        "[9?]",
        "[1-3]",
        "[@key]",
        "\\cite{key}",
        "\\cite[",
        "\\begin{document}",
    ),
    *("```", "~~~", "<!--", "-->", "&lt;", "&#x0;", "&bomb;", "<!DOCTYPE a [", "]]>", "<![CDATA["),
    *("null", "NaN", "1e999", "-0", "true", '{"', '":', "\\u0000", "\\ud800", "@string{", "TY  - "),
    *("ER  - ", "PMID- ", "sep=;", "=1+1", "../../x", "$$", "\\(", "\\frac{", "e.g. ", "et al. "),
]
LONG = [
    "[",
    "{",
    "(",
    '"',
    " ",
    "a",
    "9",
    "1.0",
    "9 a ",
    "\\",
    "<",
    "a ",
    "a. ",
    "[1]",
    "a,",
    "{a",
    '{"a":',
    "\n",
    "&",
]
CLAIM = (
    "A graph has nodes [1]. It has edges, too [2, 3]; see [1-3]. In 37% of cases [4] \\cite{key}."
)
DRAFTS = [
    f"---\ntitle: x\n---\n# A\n{CLAIM} As shown [@key; @other].\n\n## References\n\n1. On graphs\n",
    f"\\begin{{document}} {CLAIM}\n\\begin{{equation}} x \\end{{equation}} % no\n\\end{{document}}",
]
PAIR = json.dumps({"claim": CLAIM, "title": "On graphs", "abstract": "A graph has nodes. 37% do."})
TURN = {"question": "q", "answer": "a [1]", "citations": [{"number": 1, "paper": {"id": "g"}}]}
TURNS = [json.dumps([TURN]), json.dumps([{"role": "user", "content": "q"}, {"role": "assistant"}])]
QUESTIONS = [
    "What?\nWhy?\n",
    'id,question,history\n1,What?,\n2,"Why, ""so""?","[]"\n',
    '{"question": "What?", "id": 1, "history": [{"question": "q", "answer": ""}]}\n{"question": 2}',
]
WHERE = ["year>=2021", "author~Radford", "venue!=ACL", "source=a.bib:3", "title!~.*", "id=X"]
PAPER = Paper("key", "On graphs", "A graph has nodes. It has edges.", key="key", sources=("a:1",))


class OnePaper:
    """A library of one paper."""

    def named(self, name: str) -> list[Paper]:
        """Return it where it is named so."""
        return [PAPER] if name == "key" else []

    def near(self, _text: str) -> list[Paper]:
        """Return it."""
        return [PAPER]

    def by_author(self, _name: str, _year: int) -> list[Paper]:
        """Return it."""
        return [PAPER]


def mutated(sample: str, chance: random.Random) -> str:
    """Return a sample with some damage done."""
    text = sample
    for _ in range(chance.choice((0, 1, 1, 2, 3, 5, 9))):
        at, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        kind = chance.randrange(7)
        if kind == 0:
            text = text[:at] + text[min(end, at + 20) :]
        elif kind == 1:
            text = text[:end] + text[at : at + 300] * chance.randrange(1, 4) + text[end:]
        elif kind == 2:
            text = text[:at] + chance.choice(LONG) * chance.choice((30, 300, 3000)) + text[at:]
        elif kind == 3:
            text = text[:at]
        else:
            text = text[:at] + chance.choice(MARKS) * chance.choice((1, 1, 1, 2, 40)) + text[at:]
        text = text[:60_000]
    return text


class Fuzz:
    """The parsers under test, in a folder for files of questions."""

    def __init__(self, folder: Path) -> None:
        """Make what the parsers need."""
        from tests.readers.made import PAPER as PAGE
        from tests.readers.made import SHEET, pdf, workbook
        from tests.readers.test_fuzz import SAMPLES, check

        self.samples, self.folder = SAMPLES, folder
        self.check: Callable[[bytes], None] = check
        self.made = [pdf(PAGE), workbook(Papers=SHEET), workbook(A=SHEET, B=SHEET)]
        self.lexical = Lexical(None)
        self.lexical.write([Entry(PAPER, ((0, 18), (19, 32)), {"a:1": "0"}, 1)], [], "s")
        self.page = PageFuzz(folder, mutated)
        self.targets: list[Callable[[random.Random], object]] = [
            self.readers, self.readers, self.readers, self.readers, self.binaries,
            self.citations, self.citations, self.drafts,
            self.pairs, self.histories, self.questions, self.filters, *self.page.targets,
        ]  # fmt: skip

    def run(self, number: int, seed: int) -> None:
        """Run one case."""
        chance = random.Random(f"{seed} {number}")  # noqa: S311  # no secret
        chance.choice(self.targets)(chance)

    def readers(self, chance: random.Random) -> None:
        """Files of papers, bare and packed."""
        text = mutated(chance.choice(self.samples), chance)
        codec = chance.choice(("utf-8", "utf-8", "utf-8", "utf-16", "cp1252"))
        data = text.encode(codec, "surrogatepass" if codec != "cp1252" else "replace")
        if (kind := chance.randrange(6)) == 1:
            data = gzip.compress(data, 1)
        elif kind == 2:
            archive = io.BytesIO()
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
                file.writestr(chance.choice(("x.bib", "../../x.csv", "a/b.json", "x")), data)
            data = archive.getvalue()
        if kind in (1, 2) and chance.random() < 0.5:
            at = chance.randrange(len(data))
            data = data[:at] + chance.randbytes(3) + data[at + chance.randrange(4) :]
        self.check(data)

    def binaries(self, chance: random.Random) -> None:
        """PDF files and workbooks, with some bytes changed, inside of what is packed too."""
        data = chance.choice(self.made)
        if data[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(data)) as book:
                parts = {name: book.read(name) for name in book.namelist()}
            name = chance.choice(list(parts))
            parts[name] = mutated(parts[name].decode(), chance).encode("utf-8", "surrogatepass")
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
                for name, part in parts.items():
                    book.writestr(name, part)
            data = packed.getvalue()
        else:
            data = mutated(data.decode("latin-1"), chance).encode("latin-1", "replace")
        self.check(data)

    def citations(self, chance: random.Random) -> None:
        """Models' texts: whatever the chunks, the result is the same."""
        text = mutated(chance.choice((CLAIM, *DRAFTS)), chance)
        stream, shown, at = CitationStream(4), "", 0
        while at < len(text):
            step = chance.choice((1, 2, 3, 7, 50, 5000))
            shown += stream.feed(text[at : at + step])
            at += step
        shown += stream.finish()
        whole = parse(text, 4)
        if shown != whole.text:
            raise AssertionError("chunks change the text")
        for sentence in split_cited(shown):
            if sentence.text and not set(sentence.citations) <= set(range(1, 5)):
                raise AssertionError("a citation of nothing")

    def drafts(self, chance: random.Random) -> None:
        """Drafts of people."""
        form = chance.randrange(2)
        text = mutated(DRAFTS[form], chance)[:20_000]
        report = check_draft(text, "latex" if form else "markdown", OnePaper())
        for name in ("text", "json", "sarif", "github"):
            list(report_lines(report, name, "draft"))

    def pairs(self, chance: random.Random) -> None:
        """Lines of claims and abstracts; some abstracts say nearly what the claim does."""
        lines = mutated(PAIR, chance)[:20_000].split("\n")
        claim = mutated(CLAIM, chance)[:5_000]
        abstract = f"{mutated(claim, chance)[:10_000]} {claim}"
        lines.append(json.dumps({"claim": claim, "title": "On graphs", "abstract": abstract}))
        for verdict in verify_pairs(lines):
            json.dumps(verdict).encode()

    def histories(self, chance: random.Random) -> None:
        """Conversations."""
        try:
            value = json.loads(mutated(chance.choice(TURNS), chance))
        except (ValueError, RecursionError):
            return
        with contextlib.suppress(InputError):
            parse_history(value, "here")

    def questions(self, chance: random.Random) -> None:
        """Files of questions."""
        number = chance.randrange(3)
        path = self.folder / f"q{('.txt', '.csv', '.jsonl')[number]}"
        text = mutated(QUESTIONS[number], chance)
        path.write_bytes(text.encode("utf-8", chance.choice(("surrogatepass", "replace"))))
        try:
            items = read_questions(str(path))
        except InputError:
            return
        if len({str(item.id) for item in items}) != len(items):
            raise AssertionError("two questions have one id")

    def filters(self, chance: random.Random) -> None:
        """Filters, asked of an index."""
        try:
            conditions = parse_where([mutated(chance.choice(WHERE), chance)])
        except InputError:
            return
        self.lexical.matching(conditions)


def guard(allowed: Path) -> Callable[[bool], None]:
    """Watch what the process reaches for; return what switches this on and off."""
    watching = False
    writing = ("os.remove", "os.rename", "os.mkdir", "os.symlink", "subprocess.Popen", "os.system")

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if not watching:
            return
        inside = bool(arguments) and str(arguments[0]).startswith(str(allowed))
        if event in ("socket.connect", "socket.getaddrinfo") or (event in writing and not inside):
            raise AssertionError(f"reaches for {event} {arguments}")
        if event == "open" and isinstance(arguments[0], str) and arguments[1] not in (None, "r"):
            name = arguments[0]
            if (
                not name.startswith((str(allowed), sys.prefix, "/proc", "/sys"))
                and "/lib" not in name
            ):
                raise AssertionError(f"opens {name}")

    def switch(on: bool) -> None:
        nonlocal watching
        watching = on

    sys.addaudithook(hook)
    return switch


class Hang(BaseException):
    """A case takes too long; nothing that a parser may catch."""


def hang(*_: object) -> None:
    """Be called when a case takes too long."""
    raise Hang(f"more than {SECONDS:.0f} s")


def main() -> int:
    """Run what the command line names; return 1 where any case fails."""
    parser = argparse.ArgumentParser(prog="python -m evals.maintain.fuzz")
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, metavar="NUMBER")
    given = parser.parse_args()
    numbers = range(given.cases) if given.only is None else [given.only]
    failed, slowest, began = 0, (0.0, -1), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        logging.disable()
        fuzz = Fuzz(Path(folder))
        for number in range(40):  # imports and caches, before anything is watched
            fuzz.run(number, 0)
        switch = guard(Path(folder))
        signal.signal(signal.SIGPROF, hang)
        for number in numbers:
            started = time.process_time()
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            switch(True)
            try:
                fuzz.run(number, given.seed)
            except BaseException:  # noqa: BLE001  # whatever it is, it is a failure
                switch(False)
                signal.setitimer(signal.ITIMER_PROF, 0)
                failed += 1
                say_line(f"case {number} of seed {given.seed}:\n{traceback.format_exc()[-1500:]}")
            switch(False)
            signal.setitimer(signal.ITIMER_PROF, 0)
            slowest = max(slowest, (time.process_time() - started, number))
    say_line(
        f"{len(numbers)} cases, {failed} failed; {time.perf_counter() - began:.0f} s; the slowest, "
        f"number {slowest[1]}, took {slowest[0]:.2f} s of processor time"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
