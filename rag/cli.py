"""The command ``rag``: flags, dispatch, and the one place where errors become a line."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TextIO

from rag.importing import heavy_imports, import_own
from rag.text.seen import CONTROLS

_interrupted = threading.Event()


def interrupt(*_: object) -> None:
    """Handle Ctrl-C: KeyboardInterrupt, remembered, as some libraries make an own error of it."""
    _interrupted.set()
    raise KeyboardInterrupt


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code (0 well, 1 error, 2 wrong usage, 130 Ctrl-C)."""
    try:
        if sys.stderr is None:  # closed: nobody is to hear
            sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115
        if sys.stdin is None:  # closed: there is nothing to read
            sys.stdin = open(os.devnull)  # noqa: PTH123, SIM115
        if sys.stdout is None:
            sys.stderr.write("error: standard output is closed; open it, or send it to a file\n")
            return 1
        with _plain(sys.stdout, "\n\t"), _plain(sys.stderr, "\n\t\r"):
            return _run(argv)
    except KeyboardInterrupt:
        return 130


def _run(argv: Sequence[str] | None) -> int:
    parser = _parser()
    if "_ARGCOMPLETE" in os.environ:  # the shell asks what could come next
        import argcomplete

        argcomplete.autocomplete(parser)
    arguments = parser.parse_args(argv)
    # The package alone: libraries' own warnings are not for the person at the terminal.
    logging.basicConfig(format="%(message)s", stream=sys.stderr, level=logging.ERROR)
    logging.getLogger("rag").setLevel(logging.WARNING)
    try:
        code = _load(arguments.run)(arguments)
        sys.stdout.flush()  # what cannot be written is told while it can be
        return code
    except BrokenPipeError:  # `rag ... | head` has read enough
        _drop_output()
        return 0
    except Exception as error:  # told, with RAG_DEBUG=1 at full length
        if _interrupted.is_set():
            raise KeyboardInterrupt from error
        from rag.errors import UsageError
        from rag.settings import without_secrets

        trace = os.environ.get("RAG_DEBUG") == "1"
        told = traceback.format_exc() if trace else f"error: {_one_line(error)}\n"
        sys.stderr.write(without_secrets(told))
        if isinstance(error, OSError):
            _drop_output()  # else Python tries once more as it ends, and tells of it
        return 2 if isinstance(error, UsageError) else 1


def _drop_output() -> None:
    """Send what is still to be written to nowhere."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def _plain(stream: TextIO, kept: str) -> Iterator[None]:
    """Let any character be printed, escaped where the encoding lacks it or a terminal obeys it."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
    if not stream.isatty():
        yield
        return
    controls = {code: shown for code, shown in CONTROLS.items() if chr(code) not in kept}
    write = stream.write

    def write_plain(text: str) -> int:
        write(text.translate(controls))
        return len(text)

    stream.write = write_plain  # type: ignore[method-assign]
    try:
        yield
    finally:
        stream.write = write  # type: ignore[method-assign]


def _load(target: str) -> Callable[[argparse.Namespace], int]:
    """Import ``module:function``: only the command that runs pays for its imports."""
    module, _, function = target.partition(":")
    with heavy_imports():
        imported = import_own(module)
    loaded: Callable[[argparse.Namespace], int] = getattr(imported, function)
    return loaded


def _one_line(error: Exception) -> str:
    from rag.errors import RagError

    text = " ".join(str(error).split())
    if isinstance(error, RagError):
        return text
    if isinstance(error, OSError) and error.strerror:
        name = f": {error.filename}" if error.filename else ""
        return f"{error.strerror.lower()}{name}; check the path, its permissions and the disk"
    return f"{type(error).__name__}: {text}; set RAG_DEBUG=1 to see where"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rag", description="Ask a pile of paper abstracts; every sentence has a receipt."
    )
    parser.add_argument("--version", action=_Version, help="print the version")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--index", metavar="DIR", help="the index (RAG_INDEX, else .rag)")
    common.add_argument("--json", action="store_true", help="print one JSON document")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(
        name: str, run: str, text: str, to: argparse._SubParsersAction[argparse.ArgumentParser]
    ) -> argparse.ArgumentParser:
        made = to.add_parser(name, help=text, description=text, parents=[common])
        made.set_defaults(run=run)
        return made

    ingest = command("ingest", "rag.commands:ingest", "read papers into the library", commands)
    ingest.add_argument("paths", nargs="*", metavar="PATH", help="files, folders, globs, or -")
    _embedder(ingest)
    ingest.add_argument("--rebuild", action="store_true", help="make the whole index anew")
    ingest.add_argument("--strict", action="store_true", help="any rejection: take nothing in")
    ingest.add_argument("--sync", action="store_true", help="remove what is gone from the paths")
    ingest.add_argument("--shard", type=_shard, metavar="I/N", help="take the I-th of N parts")

    search = command("search", "rag.commands:search", "rank papers for a query", commands)
    search.add_argument("query", nargs="?", metavar="QUERY")
    search.add_argument("--queries", metavar="Q.jsonl", help="many queries; needs --run")
    search.add_argument("--run", dest="run_file", metavar="OUT.trec", help="write a TREC run")
    search.add_argument("--k", type=_positive, default=10, help="papers a query (10)")
    _where(search)

    ask = command("ask", "rag.commands:ask", "answer a question, with citations", commands)
    ask.add_argument("question", metavar="QUESTION")
    ask.add_argument("--k", type=_positive, help="papers to read (8)")
    ask.add_argument("--history", metavar="FILE.json", help="the conversation so far")
    _llm(ask)
    ask.add_argument("--judge", action="store_true", help="add the model's own verdicts")
    _where(ask)

    batch = command("batch", "rag.batches.command:main", "answer a file of questions", commands)
    batch.add_argument("questions", metavar="QUESTIONS", help=".txt, .csv or .jsonl, or -")
    batch.add_argument("-o", "--output", required=True, metavar="OUT.jsonl", help="the answers")
    batch.add_argument("--concurrency", type=_positive, default=8, metavar="N", help="at once (8)")
    batch.add_argument("--retry-failed", action="store_true", help="ask what failed again")
    batch.add_argument("--max-cost", type=_dollars, metavar="USD", help="stop before it is passed")
    batch.add_argument("--dry-run", action="store_true", help="say what it would cost")

    evaluation = commands.add_parser("eval", help="measure retrieval and answers, compare runs")
    actions = evaluation.add_subparsers(metavar="ACTION", required=True)
    ranking = command("retrieval", "evals.commands:retrieval", "score a BEIR folder", actions)
    ranking.add_argument("--beir", required=True, metavar="DIR", help="the BEIR folder")
    ranking.add_argument("--split", default="test", help="which judgements (test)")
    ranking.add_argument("--bm25-only", action="store_true", help="rank by words alone")
    ranking.add_argument("--run", dest="run_file", metavar="OUT.trec", help="write a TREC run")
    ranking.add_argument("-o", "--output", metavar="DIR", help="write rows and a report")
    _embedder(ranking)
    scoring = command("run", "evals.commands:run", "answer and score questions", actions)
    scoring.add_argument("questions", metavar="QUESTIONS", help="with what is expected")
    scoring.add_argument("-o", "--output", required=True, metavar="DIR", help="the run's folder")
    scoring.add_argument(
        "--concurrency", type=_positive, default=8, metavar="N", help="at once (8)"
    )
    scoring.add_argument("--judge", action="store_true", help="have the model judge answers too")
    _embedder(scoring)
    _llm(scoring)
    comparing = command("compare", "evals.commands:compare_runs", "compare two runs", actions)
    comparing.add_argument("a", metavar="A", help="the folder of a run")
    comparing.add_argument("b", metavar="B", help="the folder of another")
    comparing.add_argument(
        "--fail-if", action="append", default=[], metavar="EXPR", help='like "ndcg@10 < -0.01"'
    )
    comparing.add_argument("-o", "--output", metavar="FILE.html", help="write a page")
    page = command("report", "evals.commands:report", "write a run's page anew", actions)
    page.add_argument("folder", metavar="DIR", help="the folder of a run")
    making = command("make", "evals.commands:make_questions", "make questions to evaluate", actions)
    making.add_argument("-o", "--output", required=True, metavar="FILE", help="JSON Lines")
    making.add_argument("--count", type=_positive, default=100, help="questions to make (100)")
    making.add_argument("--feedback", metavar="FILE", help="opinions from the chat page")
    _llm(making)

    calibrating = command(
        "calibrate",
        "evals.commands:calibrate_threshold",
        "set from which confidence papers are quoted, on questions of your own",
        actions,
    )
    calibrating.add_argument("questions", nargs="?", metavar="QUESTIONS", help="as for eval run")
    calibrating.add_argument(
        "--most-declined",
        type=_share,
        default=0.05,
        metavar="SHARE",
        help="of what can be answered, decline so much at the most (0.05)",
    )
    calibrating.add_argument("--reset", action="store_true", help="take the threshold back")

    verify = command("verify", "rag.commands:verify", "check claims or a draft", commands)
    verify.add_argument("file", metavar="PAIRS.jsonl|DRAFT.md|DRAFT.tex|-")
    verify.add_argument(
        "--fail-on",
        choices=["unresolved", "weak", "unsupported"],
        help="exit 1 on such a sentence or a worse one, from weak to unsupported to unresolved "
        "(unsupported; of pairs none)",
    )
    verify.add_argument(
        "--format", choices=["text", "json", "sarif", "github"], help="of a draft's report (text)"
    )

    papers = commands.add_parser("papers", help="list, show, remove and export papers")
    library = papers.add_subparsers(metavar="ACTION", required=True)
    listing = command("list", "rag.commands:papers_list", "list the papers", library)
    _where(listing)
    show = command("show", "rag.commands:papers_show", "show one paper", library)
    show.add_argument("id", metavar="ID")
    remove = command("remove", "rag.commands:papers_remove", "remove papers", library)
    remove.add_argument("ids", nargs="+", metavar="ID")
    export = command("export", "rag.commands:papers_export", "print all papers", library)
    export.add_argument("--format", choices=["bibtex", "ris", "jsonl", "csv"], default="jsonl")
    _where(export)

    models = commands.add_parser("models", help="list and fetch local models")
    kinds = models.add_subparsers(metavar="ACTION", required=True)
    command("list", "rag.commands:models_list", "list the local models", kinds)
    get = command("get", "rag.commands:models_get", "fetch a local model once", kinds)
    get.add_argument("name", choices=["minilm", "e5"])

    ui = command("ui", "ui.app:main", "serve the chat page", commands)
    ui.add_argument("--host", default="127.0.0.1", help="address to serve on (127.0.0.1)")
    ui.add_argument("--port", type=_port, default=7860, help="port to serve on (7860)")
    ui.add_argument("--auth", metavar="USER:PASS", help="ask for these (RAG_UI_AUTH)")
    ui.add_argument("--no-auth", action="store_true", help="let anyone in who reaches the host")
    ui.add_argument("--mcp", action="store_true", help="offer search and answers over MCP")
    _llm(ui)

    info = command("info", "rag.commands:info", "say what is in force, in what health", commands)
    info.add_argument("--check", action="store_true", help="look through all, mend what can be")

    backup = command("backup", "rag.commands:backup", "the whole library in one file", commands)
    backup.add_argument("file", metavar="FILE", help="to write; - for standard output")
    restore = command("restore", "rag.commands:restore", "bring a backup back", commands)
    restore.add_argument("file", metavar="FILE", help="what `rag backup` wrote")
    return parser


class _Version(argparse.Action):
    """``--version``: look up the version only where it is asked for."""

    def __init__(self, option_strings: Sequence[str], dest: str, **named: Any) -> None:
        super().__init__(option_strings, dest, **{**named, "nargs": 0})

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Print the version and stop."""
        from importlib.metadata import version

        print(f"rag {version('rag-papers')}")  # noqa: T201
        parser.exit()


def _where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--where", action="append", default=[], metavar="EXPR", help="like year>=2021 (repeatable)"
    )


def _embedder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--embedder", choices=["auto", "minilm", "e5", "static", "openai"])


def _llm(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--llm", choices=["auto", "openai", "local", "none"])


def _positive(text: str) -> int:
    value = _whole(text)
    if value < 1:
        raise argparse.ArgumentTypeError("give a whole number from 1 up")
    return value


def _port(text: str) -> int:
    value = _whole(text)
    if not 1 <= value <= 65_535:
        raise argparse.ArgumentTypeError("a port is 1 to 65535")
    return value


def _whole(text: str) -> int:
    """Return a whole number of up to nine digits, -1 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _dollars(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("give an amount in dollars, above 0")
    return value


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError("a share is 0 or more and less than 1")
    return value


def _shard(text: str) -> tuple[int, int]:
    part, _, parts = text.partition("/")
    if not (part.isascii() and part.isdigit() and parts.isascii() and parts.isdigit()):
        raise argparse.ArgumentTypeError("write it like 1/4")
    if not 1 <= int(part) <= int(parts):
        raise argparse.ArgumentTypeError("I goes from 1 to N")
    return int(part), int(parts)


if __name__ == "__main__":
    sys.exit(main())
