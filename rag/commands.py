"""What each command prints: results on stdout, all else on stderr."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from rag import export
from rag.answers.history import read_history
from rag.assistant import Assistant
from rag.drafts.checking import Level, check_draft, fails, form_of
from rag.drafts.decoding import decoded, require_text
from rag.drafts.pairs import verify_pairs
from rag.drafts.reports import report_lines
from rag.durable import check_output, is_stdout, is_stream, write_output
from rag.errors import InputError, ModelError, UsageError
from rag.index.backup import restore_backup, write_backup
from rag.models import weights
from rag.settings import Settings, load_settings
from rag.text.seen import is_blank
from rag.types import Answer, Hit, Paper, to_json


def ingest(arguments: argparse.Namespace) -> int:
    """``rag ingest``: exit 1 where nothing could be read, or with --strict on any rejection."""
    if not arguments.paths and not arguments.rebuild:
        raise UsageError("nothing to ingest; name files or folders, or - for standard input")
    assistant = _open(arguments)
    with tqdm(unit=" passages", disable=not sys.stderr.isatty(), leave=False) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        report = assistant.ingest(
            arguments.paths,
            strict=arguments.strict,
            shard=arguments.shard,
            rebuild=arguments.rebuild,
            sync=arguments.sync,
            stdin=sys.stdin.buffer,
            progress=progress,
        )
    if arguments.json:
        _print_json(report)
    else:
        for rejection in report.rejected:
            _say(f"rejected {rejection.where}: {rejection.reason}")
        for kept in report.kept:
            lost = ", ".join(kept.fields)
            _say(f"{kept.where} no longer gives {lost}; the paper keeps what it had")
        _print(
            f"{report.records} records: {report.added} added, {report.updated} updated, "
            f"{report.unchanged} unchanged, {report.duplicates} duplicates, "
            f"{len(report.rejected)} rejected; {report.papers} papers in the index "
            f"({report.embedded} passages embedded, {report.seconds:.1f} s)"
        )
        if report.removed:
            _print(f"{_papers(report.removed)} removed: gone from the files that they came from")
        elif report.gone:
            _say(f"{_papers(report.gone)} no longer in these files; remove them with --sync")
    if arguments.strict and report.rejected:
        raise InputError(
            f"{len(report.rejected)} rejected, so nothing was taken in; correct them, first "
            f"{report.rejected[0].where}, or leave --strict out"
        )
    nothing = report.added + report.updated + report.unchanged + report.duplicates == 0
    return 1 if nothing and report.rejected else 0


def _papers(count: int) -> str:
    return "1 paper" if count == 1 else f"{count} papers"


def search(arguments: argparse.Namespace) -> int:
    """``rag search``: one query, or many into a TREC run."""
    if bool(arguments.queries) != bool(arguments.run_file):
        raise UsageError("--queries and --run go together; give both, or a QUERY")
    if is_blank(arguments.query or "") != bool(arguments.queries):
        raise UsageError("give a QUERY, or --queries with --run")
    assistant = _open(arguments)
    if not arguments.queries:
        hits = assistant.search(arguments.query, k=arguments.k, where=arguments.where)
        found = {"query": arguments.query, "hits": [_hit_json(hit) for hit in hits]}
        lines = (f"{hit.rank:3}  {hit.score:.3f}  {_reference(hit.paper)}" for hit in hits)
        return _show(arguments, found, lines)
    queries = list(_read_queries(Path(arguments.queries)))
    check_output(arguments.run_file)
    run: list[str] = []
    for qid, query in tqdm(queries, unit=" queries", disable=not sys.stderr.isatty()):
        hits = assistant.search(query, k=arguments.k, where=arguments.where)
        run += run_lines(qid, hits)
    write_output(arguments.run_file, "".join(run).encode())
    if arguments.json and not is_stdout(arguments.run_file):
        _print_json({"queries": len(queries), "run": arguments.run_file})
    return 0


def run_lines(qid: str, hits: Sequence[Hit]) -> Iterator[str]:
    """Yield the lines of a TREC run for one query: scores fall strictly, ids hold no space."""
    last = float("inf")
    for hit in hits:
        last = min(hit.score, last - 1e-6)
        yield f"{_one_word(qid)} Q0 {_one_word(hit.paper.id)} {hit.rank} {last:.6f} rag\n"


def _one_word(name: str) -> str:
    return "%20".join(name.split()) or "%20"


def _read_queries(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (id, query) of a JSON Lines file: ``_id`` or ``id``; ``text``, ``query`` or so."""
    for number, line in enumerate(_lines(path.read_text(encoding="utf-8-sig")), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            qid = row.get("_id", row.get("id", row.get("qid", number)))
            text = row.get("text") or row.get("query") or row["question"]
        except (ValueError, KeyError, AttributeError, RecursionError):
            raise InputError(
                f"{path}:{number} is no query; write JSON with `id` and `text` on each line"
            ) from None
        yield str(qid), str(text)


def ask(arguments: argparse.Namespace) -> int:
    """``rag ask``: a cited answer; it streams on a terminal."""
    history = read_history(Path(arguments.history)) if arguments.history else []
    assistant = _open(arguments)
    live = sys.stdout.isatty() and not arguments.json
    answer: Answer | None = None
    fault: ModelError | None = None
    try:
        for part in assistant.stream(
            arguments.question,
            k=arguments.k,
            where=arguments.where,
            history=history,
            judge=arguments.judge,
        ):
            if isinstance(part, Answer):
                answer = part
            elif live and isinstance(part, str):
                print(part, end="", flush=True)  # noqa: T201
    except ModelError as error:
        if not isinstance(error.answer, Answer):
            raise
        answer, fault = error.answer, error
    if answer is None:
        raise RuntimeError("the stream ended without an answer")
    if arguments.json:
        _print_json({**to_json(answer), **({"error": str(fault)} if fault else {})})
    else:
        if fault:
            _print(f"{chr(10) if live else ''}The model failed. Without it:\n")
        _print("" if live and not fault else answer.answer)
        for line in _receipt_lines(answer):
            _print(line)
    if fault:
        raise fault
    return 0


def _receipt_lines(answer: Answer) -> Iterator[str]:
    """Yield the references below an answer, and a warning for each doubtful sentence."""
    if answer.citations:
        yield ""
    for citation in answer.citations:
        yield f"[{citation.number}] {_reference(citation.paper)}"
    doubtful = [s for s in answer.sentences if s.support in ("weak", "unsupported", "uncited")]
    if doubtful:
        yield ""
    for sentence in doubtful:
        yield f"! {sentence.support}: {sentence.text}"
    attributed = [sentence for sentence in answer.sentences if sentence.attributed]
    if attributed:
        yield ""
    for sentence in attributed:
        yield f"* source found for the model's sentence: {sentence.text}"
    if answer.stopped == "repetition":
        yield "\n! cut where the model began to repeat itself"


def verify(arguments: argparse.Namespace) -> int:
    """``rag verify``: exit 1 where a sentence is as bad as --fail-on says, or a line no pair."""
    name, shown = arguments.file, arguments.format
    if arguments.json and shown not in (None, "json"):
        raise UsageError(f"--json and --format {shown} ask for two things; give one of them")
    written = sys.stdin.buffer.read() if name == "-" else _read(Path(name))
    written_in = "standard input" if name == "-" else name
    text = decoded(written, written_in)
    form = form_of(name, text)
    if form == "pairs" and shown not in (None, "json"):
        raise UsageError(f"pairs are told in JSON Lines; leave out --format {shown}")
    assistant = _open(arguments)
    if form == "pairs":
        return _verify_pairs(text, arguments.fail_on)
    require_text(text, written_in)
    if name.lower().endswith((".csv", ".tsv")):
        raise InputError(f"{name} is a table; write pairs as JSON with claim, title and abstract")
    listed = {} if name == "-" else _listed_beside(Path(name))
    report = check_draft(text, form, assistant.lookup(), listed)
    shown = shown or ("json" if arguments.json else "text")
    for line in report_lines(report, shown, "stdin" if name == "-" else name):
        _print(line)
    return 1 if report.failed(arguments.fail_on or "unsupported") else 0


def _listed_beside(draft: Path) -> dict[str, str]:
    """Return what the BibTeX files in a draft's folder say of their keys."""
    from rag.readers.bibtex import entries

    listed: dict[str, str] = {}
    for file in sorted(draft.parent.glob("*.bib")):
        listed |= entries(_read(file).decode("utf-8-sig", errors="replace"))
    return listed


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {file} ({error.strerror}); name a file") from error


def _verify_pairs(text: str, fail_on: Level | None) -> int:
    wrong: list[str] = []
    failed = False
    for verdict in verify_pairs(_lines(text)):
        _print(json.dumps(verdict, ensure_ascii=False))
        if "error" in verdict:
            wrong.append(verdict["error"].partition(":")[0])
        elif fail_on:
            failed = failed or fails(verdict["support"], fail_on)
    if wrong:
        lines = "1 line" if len(wrong) == 1 else f"{len(wrong)} lines"
        raise InputError(f"{lines} could not be checked; correct it, first {wrong[0]}")
    return 1 if failed else 0


def _lines(text: str) -> list[str]:
    r"""Return the lines of JSON Lines: U+2028 may stand inside a string and ends none.

    >>> _lines("1\r\n2\n")
    ['1', '2']
    """
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines if lines[-1] else lines[:-1]


def papers_list(arguments: argparse.Namespace) -> int:
    """``rag papers list``."""
    papers = _open(arguments).papers(arguments.where)
    return _show(arguments, papers, (f"{paper.id}  {_reference(paper)}" for paper in papers))


def papers_show(arguments: argparse.Namespace) -> int:
    """``rag papers show``."""
    paper = _open(arguments).paper(arguments.id)
    fields = [
        f"{name}: {', '.join(value) if isinstance(value, list) else value}"
        for name, value in to_json(paper).items()
        if value and name != "abstract"
    ]
    return _show(arguments, paper, [*fields, f"\n{paper.abstract}"])


def papers_remove(arguments: argparse.Namespace) -> int:
    """``rag papers remove``."""
    removed = _open(arguments).remove(arguments.ids)
    return _show(arguments, {"removed": removed}, [f"{removed} removed"])


def papers_export(arguments: argparse.Namespace) -> int:
    """``rag papers export``."""
    papers = _open(arguments).papers(arguments.where)
    for line in export.lines(papers, "jsonl" if arguments.json else arguments.format):
        sys.stdout.write(line)
    return 0


def models_list(arguments: argparse.Namespace) -> int:
    """``rag models list``."""
    listed = weights.list_models(load_settings(index=arguments.index).models)
    lines = ("  ".join(f"{name}: {value}" for name, value in model.items()) for model in listed)
    return _show(arguments, listed, lines)


def models_get(arguments: argparse.Namespace) -> int:
    """``rag models get``."""
    folder = weights.get_model(arguments.name, load_settings(index=arguments.index).models)
    made = {"name": arguments.name, "folder": str(folder)}
    return _show(arguments, made, [f"{arguments.name} is ready in {folder}"])


def info(arguments: argparse.Namespace) -> int:
    """``rag info``."""
    assistant = _open(arguments)
    mended = {"mended": assistant.mend()} if arguments.check else {}
    facts = assistant.info() | mended
    shown = {n: json.dumps(fact) if isinstance(fact, dict) else fact for n, fact in facts.items()}
    lines = (f"{name}: {'-' if value is None else value}" for name, value in shown.items())
    return _show(arguments, facts, lines)


def backup(arguments: argparse.Namespace) -> int:
    """``rag backup``."""
    settings = _embedded(arguments)
    if not is_stream(arguments.file):
        check_output(arguments.file)
    size = write_backup(settings.index, arguments.file)
    if is_stdout(arguments.file):
        return 0
    kept = f"{settings.index} is kept in {arguments.file} ({size:,} bytes)"
    return _show(arguments, {"file": arguments.file, "bytes": size}, [kept])


def restore(arguments: argparse.Namespace) -> int:
    """``rag restore``."""
    settings = _embedded(arguments)
    before = restore_backup(Path(arguments.file), settings.index)
    facts = Assistant.open(settings).info()
    if arguments.json:
        there = str(before) if before else None
        _print_json({"index": str(settings.index), "papers": facts["papers"], "before": there})
        return 0
    _print(f"{_papers(facts['papers'])} in {settings.index}, health: {facts['health']}")
    if before:
        _say(f"what was there is in {before}; delete it when you like")
    return 0


def _embedded(arguments: argparse.Namespace) -> Settings:
    settings = load_settings(index=arguments.index)
    if settings.chroma_url:
        raise InputError(
            "a library on a Chroma server is kept with `rag papers export --format jsonl`; "
            "or unset RAG_CHROMA_URL"
        )
    return settings


def _open(arguments: argparse.Namespace) -> Assistant:
    """Return the assistant for the flags: they win over environment and rag.toml."""
    flags = {name: getattr(arguments, name, None) for name in ("index", "embedder", "llm")}
    return Assistant.open(load_settings(**flags))


def _reference(paper: Paper) -> str:
    """Return one line that names a paper."""
    authors = (
        paper.authors[0] + (" et al." if len(paper.authors) > 1 else "") if paper.authors else ""
    )
    rest = ". ".join(str(part).rstrip(".") for part in (authors, paper.venue, paper.year) if part)
    place = paper.doi or paper.arxiv_id or paper.url or (paper.sources[0] if paper.sources else "")
    return f"{paper.name}{'. ' + rest if rest else ''} ({place or paper.id})"


def _hit_json(hit: Hit) -> dict[str, Any]:
    passage = hit.paper.abstract[hit.passage.start : hit.passage.end]
    return {
        "rank": hit.rank,
        "score": hit.score,
        "paper": to_json(hit.paper),
        "passage": passage,
    }


def _show(arguments: argparse.Namespace, value: Any, lines: Iterable[str]) -> int:
    """Print a value as JSON where that is asked for, else its lines."""
    if arguments.json:
        _print_json(value)
    else:
        for line in lines:
            _print(line)
    return 0


def _print_json(value: Any) -> None:
    _print(json.dumps(to_json(value), ensure_ascii=False, indent=2))


def _print(line: str) -> None:
    print(line)  # noqa: T201


def _say(*lines: str) -> None:
    for line in lines:
        print(line, file=sys.stderr)  # noqa: T201
