"""The one object behind the chat page, batches and evaluations. Read this first.

assistant = Assistant.open(load_settings())
assistant.ingest(["papers.bib"])
answer = assistant.ask("What speed-up does LCNN offer over AlexNet?")
"""

from __future__ import annotations

import contextlib
import copy
import itertools
import logging
import platform
import threading
import time
import zlib
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import LLM

from rag import readers
from rag.answers import abstention, chain, retrieval
from rag.answers.chain import Choose, Part
from rag.errors import InputError, LibraryError
from rag.event_loop import in_one_thread
from rag.index import intake, last_ingest, passages
from rag.index.batches import Embedding
from rag.index.entries import Change, id_from_title, with_key
from rag.index.filters import Where, parse_where
from rag.index.index import Index
from rag.index.scope import Scope
from rag.index.store import Spec
from rag.index.threshold import forget_threshold, keep_threshold, kept_threshold
from rag.models import embedders, replies
from rag.models.embedding_process import EmbeddingProcess, is_worth_it
from rag.models.local_embedders import Static
from rag.receipts import checker
from rag.settings import Settings
from rag.types import Answer, Hit, IngestReport, Length, Paper, Rejection, Turn, kind_of

if TYPE_CHECKING:
    from rag.llama_index import PaperChatEngine, PaperQueryEngine, PaperRetriever

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
T = TypeVar("T")


class Assistant:
    """A library of papers and what answers questions from it.

    One assistant serves any number of threads. It sees within a second what other processes
    add to the same index. Parts are opened when first needed, so listing papers loads no model.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        llm: LLM | None = None,
        embedder: BaseEmbedding | None = None,
    ) -> None:
        """Open the library that the settings name.

        Args:
            settings: what is in force.
            llm: any LlamaIndex LLM, in place of the one that the settings name.
            embedder: any LlamaIndex embedding, in place of the one that the settings name.
        """
        self.settings = settings
        self.index = Index(settings)
        checker.use(settings)
        self._opening = threading.RLock()
        self._llm = llm
        self._llm_opened = llm is not None
        self._embedder = embedder
        self._embedder_given = embedder is not None

    @classmethod
    def open(
        cls,
        settings: Settings,
        *,
        llm: LLM | None = None,
        embedder: BaseEmbedding | None = None,
    ) -> Assistant:
        """Open the library that the settings name; see `__init__`."""
        return cls(settings, llm=llm, embedder=embedder)

    def with_model_of(self, settings: Settings) -> Assistant:
        """Return an assistant over the same open library, answering as other settings say.

        It is not to be closed: the library is this one's.
        """
        made = copy.copy(self)
        made.settings, made._llm, made._llm_opened = settings, None, False
        return made

    def close(self) -> None:
        """Release files, connections and a local model."""
        self.index.close()
        self._llm, self._llm_opened, self._embedder = None, False, None  # their clients close

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # The parts.

    @property
    def llm(self) -> LLM | None:
        """The language model in force; None where answers are quotations."""
        with self._opening:
            if not self._llm_opened:
                self._llm = replies.open_llm(self.settings)
                self._llm_opened = True
            return self._llm

    @property
    def embedder(self) -> BaseEmbedding:
        """The embedder of the index; for a new index the one that the settings name.

        Raises:
            LibraryError: the settings insist on another embedder than the index has.
        """
        with self._opening:
            if self._embedder is None:
                self._embedder = self._open_embedder()
            return self._embedder

    def _refresh(self) -> None:
        """Notice what other processes have changed, be it the whole index's embedder."""
        self.index.refresh()
        opened = self._embedder
        if opened is None or self._embedder_given or not self.index.exists:
            return
        if embedders.identity(opened) != self.index.spec.embedder:
            with self._opening:
                if self._embedder is opened:
                    self._embedder = None

    @property
    def exists(self) -> bool:
        """Whether anything was ever ingested."""
        return self.index.exists

    def require(self) -> None:
        """See that there is a library.

        Raises:
            LibraryError: nothing was ever ingested.
        """
        self._refresh()
        self.index.require()

    def _ready(self) -> BaseEmbedding:
        """Return the embedder for a search of what there is now.

        Raises:
            LibraryError: there is no index, or it was made with another embedder.
        """
        self.require()
        embedder = self.embedder
        embedders.check(embedder, self.index.spec.embedder)
        return embedder

    def _check_embedder(self) -> None:
        """Raise LibraryError where the settings ask for another embedder than the index has."""
        asked = self.settings.embedder
        if self._embedder_given or asked == "auto" or not self.index.exists:
            return
        kind = kind_of(self.index.spec.embedder)
        if asked != kind and not self.index.is_rebuilt:
            raise LibraryError(
                f"the index was made with {kind}, not {asked}; use --embedder {kind}, or change "
                f"the index with `rag ingest --embedder {asked} --rebuild`"
            )

    def _open_embedder(self) -> BaseEmbedding:
        if not self.index.exists:
            name, note = embedders.resolve_embedder(self.settings)
            if note:
                log.warning("%s", note)
            return embedders.open_embedder(name, self.settings)
        self._check_embedder()
        built = self.index.spec.embedder
        kind: Any = kind_of(built)
        opened = embedders.open_embedder(kind, self.settings, built)
        if embedders.identity(opened) != built:
            raise LibraryError(
                f"the index was made with {built}, not {embedders.identity(opened)}; set "
                "RAG_EMBEDDING_MODEL, or change the index with `rag ingest --rebuild`"
            )
        return opened

    def _embedding(
        self, embedder: BaseEmbedding, papers: int
    ) -> contextlib.AbstractContextManager[Embedding]:
        """Give what embeds the passages of so many papers."""
        if type(embedder) is Static and is_worth_it(papers):
            return EmbeddingProcess(embedders.identity(embedder))
        return contextlib.nullcontext(embedders.EmbeddingHere(embedder))

    # The library.

    def ingest(
        self,
        paths: Sequence[str],
        *,
        strict: bool = False,
        shard: tuple[int, int] | None = None,
        rebuild: bool = False,
        sync: bool = False,
        stdin: BinaryIO | None = None,
        progress: Progress = lambda done, total: None,
    ) -> IngestReport:
        """Read files into the library.

        Args:
            paths: files, folders, globs, or ``-``.
            strict: take nothing in where anything is rejected.
            shard: (I, N) takes the I-th of N parts of the papers, I from 1.
            rebuild: first make the whole index anew with the embedder in the settings.
            sync: remove the papers that came only from ``paths`` and are gone from them.
            stdin: what ``-`` stands for.
            progress: told how many passages are stored, of how many.

        Returns:
            What was done; with ``strict`` and a rejection, nothing was.

        Raises:
            BusyError: another process keeps writing. LibraryError: see `embedder`.
        """
        started = time.perf_counter()
        command = "rebuild" if rebuild else "ingest"
        with self.index.writing(command):
            if not rebuild:
                self._check_embedder()  # also where nothing turns out to need it
            embedded = self._rebuild(progress) if rebuild and self.index.exists else 0
            files, missing = readers.expand(paths)
            before = None if rebuild or shard or missing else last_ingest.digest(files, paths)
            known = last_ingest.recall(self.settings.index, before, self.index.generation)
            if known and not (strict and known.rejected) and not (sync and known.gone):
                self.index.work.finish()
                return replace(known, seconds=round(time.perf_counter() - started, 3))
            read = itertools.chain(missing, *(readers.read(file, stdin) for file in files))
            find = self.index.lexical.sharing
            items = list(read) if shard else read
            plan = intake.plan(items, find)
            still = plan.still | {change.paper.id for change in plan.changes}
            changes = [change for change in plan.changes if _in_shard(change.paper.id, shard)]
            if shard:
                plan = intake.plan(_of_shard(list(items), plan.changes, shard), find)
            refused = strict and bool(plan.rejected)
            if refused:
                plan.added = plan.updated = 0
                changes = []
            if changes:
                self.index.ensure(_spec(self.embedder))
                with self._embedding(self.embedder, len(changes)) as embedding:
                    embedded += self.index.write(changes, embedding, command, progress)
            else:
                self.index.work.finish()
            scope = Scope(paths, files, plan.rejected)
            gone = [
                entry
                for entry in self.index.lexical.from_places(*scope.places)
                if entry.paper.id not in still
                and scope.holds(entry.records)
                and _in_shard(entry.paper.id, shard)
            ]
            if sync and gone and not refused:
                self.index.remove(gone, command)
            report = IngestReport(
                files=len(files),
                records=plan.records,
                added=plan.added,
                updated=plan.updated,
                unchanged=plan.unchanged,
                duplicates=plan.duplicates,
                rejected=tuple(plan.rejected),
                papers=self.index.lexical.papers,
                passages=self.index.passages,
                embedded=embedded,
                seconds=round(time.perf_counter() - started, 3),
                gone=len(gone),
                removed=len(gone) if sync and not refused else 0,
                kept=() if refused else tuple(plan.kept),
            )
            if before and not refused and before == last_ingest.digest(files, paths):
                folder, generation = self.settings.index, self.index.generation
                last_ingest.remember(folder, before, generation, plan, report)
            return report

    def _rebuild(self, progress: Progress) -> int:
        """Make the index anew with the settings' embedder, or the one that was passed in.

        Returns how many passages were embedded. Searches meanwhile keep the one of before.
        """
        embedder = self._embedder
        if embedder is None or not self._embedder_given:
            name, note = embedders.resolve_embedder(self.settings)
            if note:
                log.warning("%s", note)
            embedder = embedders.open_embedder(name, self.settings)
        with self._embedding(embedder, self.index.lexical.papers) as embedding:
            count = self.index.rebuild(_spec(embedder), embedding, "rebuild", progress)
        with self._opening:
            self._embedder = embedder
        return count

    def remove(self, paper_ids: Sequence[str]) -> int:
        """Remove papers from the library everywhere; return how many.

        Raises:
            InputError: there is no such paper (then none is removed).
        """
        with self.index.writing("remove"):
            found = self.index.lexical.by_id(paper_ids)
            gone = self.index.work.being_removed()  # by the same command, before it was cut off
            known = found.keys() | gone
            unknown = next((paper_id for paper_id in paper_ids if paper_id not in known), None)
            if unknown is not None:
                raise InputError(f"no paper {unknown!r}; see `rag papers list` for the ids")
            self.index.remove(list(found.values()), "remove")
            return len(set(paper_ids))

    def papers(self, where: Where = ()) -> list[Paper]:
        """Return the papers for which all ``--where`` expressions hold, in the order of ids."""
        self._refresh()
        entries = self.index.lexical.matching(parse_where(where))
        return [with_key(entry.paper) for entry in entries]

    def count(self, where: Where = ()) -> int:
        """Return for how many papers all ``--where`` expressions hold."""
        self._refresh()
        lexical = self.index.lexical
        return lexical.count(parse_where(where)) if where else lexical.papers

    def with_ids(self, paper_ids: Sequence[str]) -> dict[str, Paper]:
        """Return the papers with these ids, by id; unknown ones are left out."""
        self._refresh()
        found = self.index.lexical.by_id(paper_ids)
        return {paper_id: with_key(entry.paper) for paper_id, entry in found.items()}

    @property
    def generation(self) -> str:
        """The name of the state that the library is in."""
        self._refresh()
        return self.index.generation

    def paper(self, name: str) -> Paper:
        """Return the paper with this id, citation key, DOI or arXiv id.

        Raises:
            InputError: there is none.
        """
        found = self.named(name)
        if len(found) > 1 and found[0].id != name:
            ids = ", ".join(repr(paper.id) for paper in found[:5])
            raise InputError(f"{name!r} names {len(found)} papers; give one of the ids {ids}")
        if not found:
            raise InputError(f"no paper {name!r}; see `rag papers list` for the ids")
        return found[0]

    def named(self, name: str) -> list[Paper]:
        """Return the papers with this id, citation key, DOI or arXiv id: several share a key."""
        self._refresh()
        return [with_key(paper) for paper in self.index.lexical.named(name)]

    def lookup(self) -> Lookup:
        """Return what finds the papers that a draft cites."""
        self._refresh()
        return Lookup(self)

    # Questions.

    def search(self, query: str, *, k: int = 10, where: Where = ()) -> list[Hit]:
        """Return the ``k`` best papers for a query, best first.

        Raises:
            InputError: a filter has no meaning. LibraryError: there is no index.
        """
        conditions = parse_where(where)
        return self._steadily(
            lambda: retrieval.search(self.index, self._ready(), query, k, conditions)
        )

    def _steadily(self, read: Callable[[], T]) -> T:
        """Read the index; once more where it was rebuilt with another embedder meanwhile."""
        self._refresh()
        self.index.require()
        spec = self.index.spec
        try:
            return read()
        except (ValueError, LibraryError):
            if self.index.spec == spec:
                raise
        self._refresh()
        return read()

    def by_words(self, terms: Sequence[str], *, k: int = 10) -> list[Hit]:
        """Return the papers that share an index term (see `rag.text.terms`), best BM25 first."""
        self._refresh()
        return retrieval.by_words(self.index, terms, k)

    def frequency(self, term: str) -> int:
        """Return in how many papers an index term occurs."""
        return self.index.lexical.document_frequency(term)

    def ask(
        self,
        question: str,
        *,
        k: int | None = None,
        where: Where = (),
        history: Sequence[Turn] = (),
        judge: bool = False,
    ) -> Answer:
        """Answer a question from the library; see `stream`."""
        *_, answer = self.stream(question, k=k, where=where, history=history, judge=judge)
        if not isinstance(answer, Answer):
            raise RuntimeError("the stream ended without an answer")
        return answer

    def stream(
        self,
        question: str,
        *,
        k: int | None = None,
        where: Where = (),
        history: Sequence[Turn] = (),
        judge: bool = False,
        choose: Choose | None = None,
        length: Length = "usual",
    ) -> Generator[Part, None, None]:
        """Answer a question: yield the hits that are read, then text as it comes, then the Answer.

        Args:
            question: in plain words.
            k: how many papers to read; the settings' where None.
            where: filters, as in `rag.index.filters`.
            history: the conversation so far, oldest first.
            judge: have the model add its own verdict to each sentence.
            choose: given the question and the papers found, returns those to read, in order.
            length: ``short`` or ``detailed`` for fewer or more sentences than usual.

        Raises:
            InputError: the question is empty or a filter has no meaning.
            ModelError: the model failed; ``partial`` holds the text that had arrived.
        """
        conditions = parse_where(where)
        checker.ready()

        def begin() -> tuple[Part, Iterator[Part]]:
            parts = chain.stream(
                question,
                index=self.index,
                embedder=self._ready(),
                llm=self.llm,
                settings=self.settings,
                k=k or self.settings.k,
                least=self.threshold[0],
                where=conditions,
                history=history,
                judge=judge,
                choose=choose,
                length=length,
            )
            return next(parts), parts

        first, rest = self._steadily(begin)
        yield first
        yield from rest

    def would_answer(self, question: str, *, where: Where = ()) -> bool:
        """Say whether the rule that declines lets a question pass; no model is asked.

        Raises:
            InputError: the question is empty or a filter has no meaning.
        """
        parts = chain.stream(
            question,
            index=self.index,
            embedder=self._ready(),
            llm=None,
            settings=self.settings,
            k=self.settings.k,
            least=self.threshold[0],
            where=parse_where(where),
        )
        return any(isinstance(part, Answer) and part.answered for part in parts)

    async def astream(self, question: str, **options: Any) -> AsyncGenerator[Part, None]:
        """Answer as `stream` does; the event loop goes on meanwhile."""
        async with contextlib.aclosing(in_one_thread(self.stream(question, **options))) as parts:
            async for part in parts:
                yield part

    # To LlamaIndex: what these take stands in `rag.llama_index`.

    def as_retriever(self, **options: Any) -> PaperRetriever:
        """Return the search as a LlamaIndex retriever, which also finds what comes later."""
        from rag.llama_index import PaperRetriever

        return PaperRetriever(self, **options)

    retriever = as_retriever  # its earlier name

    def as_query_engine(self, **options: Any) -> PaperQueryEngine:
        """Return the answers as a LlamaIndex query engine."""
        from rag.llama_index import PaperQueryEngine

        return PaperQueryEngine(self, **options)

    def as_chat_engine(self, **options: Any) -> PaperChatEngine:
        """Return a conversation as a LlamaIndex chat engine."""
        from rag.llama_index import PaperChatEngine

        return PaperChatEngine(self, **options)

    # From which confidence papers are quoted where no model decides.

    @property
    def threshold(self) -> tuple[float, str]:
        """The threshold in force, and where from: `settings`, `calibrated` or `default`."""
        if self.settings.threshold is not None:
            return self.settings.threshold, "settings"
        if self.index.exists:
            built, formula = self.index.spec.embedder, abstention.formula()
            kept = kept_threshold(self.settings.index, built, formula)
            if kept is not None:
                return kept, "calibrated"
        return abstention.LEAST, "default"

    def keep_threshold(self, value: float) -> None:
        """Keep a threshold with the index: every later assistant reads it.

        Raises:
            LibraryError: there is no index.
        """
        self.require()
        built, formula = self.index.spec.embedder, abstention.formula()
        keep_threshold(self.settings.index, value, built, formula)

    def forget_threshold(self) -> bool:
        """Take the kept threshold back; return whether there was any."""
        return forget_threshold(self.settings.index)

    def mend(self) -> list[str]:
        """Derive damaged files anew from the store; return the names of those that were.

        Raises:
            LibraryError: the store itself is damaged.
        """
        self._refresh()
        found = self.index.faults(thorough=True)
        lost = [name for name in found if name.startswith("chroma/")]
        if lost:
            raise LibraryError(
                f"the store is damaged: {lost[0]}; bring a backup back with `rag restore FILE`, "
                "or move the folder away and ingest again"
            )
        if found:
            with self.index.writing("mend"):
                self.index.mend()
        return found

    def info(self) -> dict[str, Any]:
        """Return what is in force and in what health; never a secret."""
        self._refresh()
        exists = self.index.exists
        spec = self.index.spec if exists else None
        unfinished = self.index.work.unfinished()
        embedder = spec.embedder if spec else embedders.resolve_embedder(self.settings)[0]
        return {
            "versions": _versions(),
            "index": str(self.settings.index),
            "chroma": "server" if self.settings.chroma_url else "embedded",
            "papers": self.index.lexical.papers,
            "passages": self.index.passages,
            "embedder": embedders.shown(embedder),
            "dimension": spec.dimension if spec else None,
            "splitter": spec.splitter if spec else passages.splitter(embedder),
            "generation": self.index.generation,
            "threshold": dict(zip(("value", "from"), self.threshold, strict=True)),
            "llm": self.settings.llm_in_force,
            "llm_model": replies.model_name(self.settings, self._llm),
            "checker": checker.in_force(self.settings),
            "unfinished": None
            if unfinished is None
            else {"command": unfinished.command, "running": unfinished.running},
            "health": _health(
                exists, unfinished is not None and not unfinished.running, self.index.faults()
            ),
        }


class Lookup:
    """The library as a draft's citations are looked up in it: all papers that one may mean."""

    def __init__(self, assistant: Assistant) -> None:
        """Take the library to look in."""
        self._assistant = assistant

    def named(self, name: str) -> list[Paper]:
        """Return the papers with this citation key, id, DOI or arXiv id."""
        return self._assistant.index.lexical.named(name)

    def near(self, text: str) -> list[Paper]:
        """Return the papers whose title may stand in a text."""
        return [hit.paper for hit in self._assistant.search(text[:500], k=20)]

    def by_author(self, name: str, year: int) -> list[Paper]:
        """Return papers by an author of this name, of this year or up to three years later."""
        return self._assistant.papers([f"author~{name}", f"year>={year}", f"year<={year + 3}"])


def _spec(embedder: BaseEmbedding) -> Spec:
    """Return what an index made with an embedder remembers."""
    name = embedders.identity(embedder)
    return Spec(name, embedders.dimension(embedder), passages.splitter(name))


def _versions() -> dict[str, str]:
    """Return the versions of this program, of Python, and of what an index depends on."""
    packages = ("rag-papers", "llama-index-core", "chromadb", "tantivy")
    return {"python": platform.python_version()} | {name: version(name) for name in packages}


def _health(exists: bool, cut_off: bool, faults: Sequence[str]) -> str:
    if faults:
        return f"damaged: {', '.join(faults[:3])}; run `rag info --check` to mend what can be"
    if cut_off:
        return "work was cut off; run the same command again to finish it"
    return "ok" if exists else "no papers yet; run `rag ingest PATH`"


def _in_shard(paper_id: str, shard: tuple[int, int] | None) -> bool:
    """Say whether a paper falls into part I of N, the same on every machine."""
    if shard is None:
        return True
    part, parts = shard
    return zlib.crc32(paper_id.encode()) % parts == part - 1


def _of_shard(
    read: Sequence[Paper | Rejection], changes: Sequence[Change], shard: tuple[int, int]
) -> Iterator[Paper | Rejection]:
    """Yield the records of the papers of one part, to be counted; each is in one part alone."""
    owner = {source: change.paper.id for change in changes for source in change.records}
    for item in read:
        if isinstance(item, Paper):
            name = item.id or id_from_title(item.title)
            if not _in_shard(owner.get(item.sources[0], name), shard):
                continue
        yield item
