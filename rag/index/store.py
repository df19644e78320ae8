"""The vector store: the only file that imports chromadb.

One Chroma collection is the source of truth. A passage's id names its paper, the paper's
version, its number and how many there are, so passages are only ever added and deleted,
never changed, and a version counts only where it is whole. The first passage of a version
carries the whole `Entry` as metadata. Chroma's ``documents`` column stays empty: it would pay
for a trigram index that nothing here asks (731 against 1,854 passages a second).

The collection's metadata says what it was made with and carries a ``stamp``, new after every
change, by which readers in other processes notice that they must look again.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import itertools
import threading
import uuid
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryError
from rag.importing import unchecked
from rag.index.chroma_files import Graph, threshold
from rag.index.entries import Entry
from rag.settings import Settings, host
from rag.types import kind_of

with unchecked():
    import chromadb
    import chromadb.api.rust  # which making an embedded client would import
    import chromadb.errors
    from chromadb.config import Settings as ChromaSettings

SCHEMA = 1
_COLLECTION = "papers"
_REBUILD = "papers-rebuild"
_OLD = "papers-old"
_PAGE = 2_000
_EF_SEARCH = 400  # of the exact nearest 300 of 15,988 MiniLM passages, 98.5% are found
# Static vectors come quicker than their graph grows. Of the exact nearest 100 of 20,015 this finds
# 98.3% in 40% of the time; Chroma's default of 100 finds 99.2%.
_EF_CONSTRUCTION = {"static": 40}


@dataclass(frozen=True, slots=True)
class Spec:
    """What an index was made with; all of it must agree before anything is added."""

    embedder: str
    dimension: int
    splitter: str

    @property
    def digest(self) -> str:
        """Eight letters that stand for all of it."""
        return hashlib.sha256(repr(astuple(self)).encode()).hexdigest()[:8]

    def metadata(self) -> dict[str, str | int]:
        """Return the collection's metadata, with a new stamp."""
        return {
            "schema": SCHEMA,
            "embedder": self.embedder,
            "dimension": self.dimension,
            "splitter": self.splitter,
            "stamp": uuid.uuid4().hex,
        }


class Store:
    """Passages' vectors and papers' entries in Chroma, embedded or on a server.

    Safe for use by several threads. `reopen` is what makes a reader see what another process
    wrote: an open embedded client keeps the vector index that it first loaded.
    """

    def __init__(self, settings: Settings) -> None:
        """Connect; raises LibraryError where the folder or server cannot be used."""
        self._settings = settings
        self._folder = settings.index / "chroma"
        self._graph = Graph(settings.index) if settings.chroma_url is None else None
        self._lock = threading.RLock()
        self._clients: list[_Client] = []
        self._collection: Any = None  # the one in force
        self._rebuilt: Any = None  # the one that is being made to take its place
        self._loaded = False
        self.reopen()

    # Opening and making.

    def reopen(self) -> None:
        """Look at the store afresh."""
        with self._alone(), self._lock:
            turn = _take_turn()
            try:
                client = self._connect(turn)
            except BaseException:
                _TAKEN.discard(turn)
                raise
            self._clients.append(_Client(client, turn))
            with self._mapped():
                self._collection, self._rebuilt = _find(client), None
            self._loaded = False
            self._close_old()

    def _close_old(self) -> None:
        """Close clients that no query uses: one may use any that was opened since it began."""
        while len(self._clients) > 1 and not self._clients[0].queries:
            self._clients.pop(0).close()

    def close(self) -> None:
        """Release the store's files or connections."""
        with self._lock:
            while self._clients:
                self._clients.pop().close()

    def _connect(self, turn: int) -> Any:
        url = self._settings.chroma_url
        options = ChromaSettings(anonymized_telemetry=False)
        try:
            if url is None:
                # Chroma shares one client a path; each spelling of it is one of its own.
                path = f"{self._folder}{'/.' * turn}"
                return chromadb.PersistentClient(path, settings=options)
            parts = urlsplit(url)
            secure = parts.scheme == "https"
            name = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
            port = parts.port or (443 if secure else 8000)
            return chromadb.HttpClient(
                host=f"{parts.scheme}://{name}:{port}{unquote(parts.path).rstrip('/')}",
                port=port,
                ssl=secure,
                headers=_credentials(parts, self._settings),
                settings=options,
            )
        except Exception as error:  # Chroma raises bare ValueErrors and Rust panics
            raise self._unusable(error) from error

    def _unusable(self, error: BaseException) -> LibraryError:
        reason = " ".join(str(error).split())[:200]
        if self._settings.chroma_url is not None:
            where = host(self._settings.chroma_url)
            return LibraryError(f"the Chroma server at {where} cannot be used ({reason}); start it")
        if "readonly database" in reason:
            return LibraryError(
                f"the index in {self._settings.index} may only be read, and opening it writes; "
                "copy the folder, or get the right to write to it"
            )
        return LibraryError(
            f"the index in {self._settings.index} cannot be opened ({reason}); "
            "check the folder, or move it away and ingest again"
        )

    @property
    def exists(self) -> bool:
        """Whether there is an index at all."""
        return self._collection is not None

    @property
    def spec(self) -> Spec:
        """What the index was made with.

        Raises:
            LibraryError: there is no index, or a newer version of this program made it.
        """
        metadata = self._require().metadata or {}
        if metadata.get("schema") != SCHEMA:
            raise LibraryError(
                f"the index has schema {metadata.get('schema')}, this program reads {SCHEMA}; "
                "use the program's version that made it, or ingest into another --index"
            )
        return Spec(metadata["embedder"], metadata["dimension"], metadata["splitter"])

    def create(self, spec: Spec, *, rebuild: int | None = None) -> None:
        """Make an empty index.

        With ``rebuild``, the number of passages to come, beside the one in force, until
        `finish_rebuild`.
        """
        client = self._clients[-1].client
        name = _COLLECTION if rebuild is None else _REBUILD
        hnsw: dict[str, Any] = {"space": "ip", "ef_search": _EF_SEARCH}
        kind = kind_of(spec.embedder)
        if kind in _EF_CONSTRUCTION:
            hnsw["ef_construction"] = _EF_CONSTRUCTION[kind]
        if self._graph is not None:
            hnsw["sync_threshold"] = threshold(rebuild or 0)
        with self._mapped(), self._alone():
            if rebuild is not None:
                for left in _names(client) & {_REBUILD, _OLD}:
                    client.delete_collection(left)
            made = client.get_or_create_collection(
                name,
                embedding_function=None,
                metadata=spec.metadata(),
                configuration={"hnsw": hnsw},
            )
            if rebuild is None:
                self._collection, self._loaded = made, False
            else:
                self._rebuilt = made

    def finish_rebuild(self) -> None:
        """Put the rebuilt index in the place of the old one, which stays until `drop_old`."""
        client = self._clients[-1].client
        with self._mapped(), self._alone():
            self._rebuilt.modify(metadata={**self._rebuilt.metadata, "whole": True})
            client.get_collection(_COLLECTION, embedding_function=None).modify(name=_OLD)
        # A stop before the next step is mended by `_find`: a whole rebuild takes the name.
        self.reopen()

    def drop_old(self) -> None:
        """Delete the index that a rebuild has replaced; readers have had time to leave it."""
        client = self._clients[-1].client
        with self._mapped(), self._alone():
            if _OLD in _names(client):
                client.delete_collection(_OLD)

    # Reading.

    def stamp(self) -> str:
        """Return the stamp of the last change, read afresh; empty where there is no index."""
        with self._mapped():
            collection = _find(self._clients[-1].client)
        return str((collection.metadata or {}).get("stamp", "")) if collection else ""

    def nearest(
        self, vector: NDArray[np.float32], count: int, only: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """Return the ids of the nearest passages with their cosine similarity, nearest first.

        Args:
            vector: shape (dimension,), of length 1.
            count: how many at the most.
            only: passage ids to choose among; None for all.
        """
        with self._mapped():
            found = self._load().query(
                query_embeddings=[vector], n_results=count, ids=only, include=["distances"]
            )
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [(name, 1.0 - distance) for name, distance in pairs]

    def passage_ids(self) -> list[str]:
        """Return the ids of all passages."""
        with self._mapped():
            return list(self._load().get(include=[])["ids"])

    def count(self) -> int:
        """Return how many passages there are."""
        with self._mapped():
            return int(self._load().count())

    def entries(self, first_passages: Sequence[str]) -> Iterator[Entry]:
        """Yield the entries that the given first passages carry; damaged ones are left out."""
        for page in _pages(first_passages):
            with self._mapped():
                found = self._load().get(ids=page, include=["metadatas"])
            for metadata in found["metadatas"]:
                yield Entry.from_payload(metadata["entry"])

    def vectors(self, passage_ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors of passages by id; those that are gone are left out."""
        vectors: dict[str, NDArray[np.float32]] = {}
        for page in _pages(passage_ids):
            with self._mapped():
                found = self._load().get(ids=page, include=["embeddings"])
            rows = np.asarray(found["embeddings"], dtype=np.float32)
            vectors.update(zip(found["ids"], rows, strict=True))
        return vectors

    def everything(self) -> tuple[list[str], NDArray[np.float32]]:
        """Return the ids of all passages and their vectors; call where nobody writes."""
        self.reopen()  # a graph that was loaded before may lack some
        with self._mapped():
            found = self._load().get(include=["embeddings"])
        return found["ids"], np.asarray(found["embeddings"], dtype=np.float32)

    # Writing: one process at a time for the embedded store (see `rag.assistant`).

    def expect(self, records: int) -> None:
        """Say how many passages will be added and deleted next; call before the first."""
        if self._graph is None:
            return
        with self._mapped(), self._alone():
            collection = self._require()
            hnsw = {
                "sync_threshold": self._graph.threshold(str(collection.id), records),
                "ef_search": _EF_SEARCH,
            }
            if hnsw.items() <= collection.configuration_json["hnsw"].items():
                return
            with warnings.catch_warnings():  # Chroma warns of what it wrote itself
                warnings.simplefilter("ignore", DeprecationWarning)
                collection.modify(configuration={"hnsw": hnsw})
        self.reopen()

    def add(self, entries: Sequence[Entry], vectors: NDArray[np.float32]) -> None:
        """Add entries whole: ``vectors`` has a row for each passage, in order.

        What is there already stays; a paper's passages come in one transaction.
        """
        stored = 0
        for run in self._runs([len(entry.spans) for entry in entries]):
            ids: list[str] = []
            metadatas: list[dict[str, str] | None] = []
            for entry in entries[run]:
                ids += entry.passage_ids
                metadatas += [{"entry": entry.payload}, *[None] * (len(entry.spans) - 1)]
            rows = vectors[stored : stored + len(ids)]
            with self._changing(len(ids)) as collection:
                collection.add(ids=ids, embeddings=rows, metadatas=metadatas)
            stored += len(ids)

    def delete(self, passage_ids: Sequence[str]) -> None:
        """Delete passages; unknown ids do not matter."""
        for page in _pages(passage_ids):
            for run in self._runs([1] * len(page)):
                with self._changing(len(page[run])) as collection:
                    collection.delete(ids=page[run])

    def _runs(self, sizes: Sequence[int]) -> Iterator[slice]:
        """Cut papers with so many passages each where the graph is rewritten.

        So the last rewrite comes with the last of them: what it would leave out, every process
        would have to read from the log when it starts (5 s for 19,000 records).
        """
        start = 0
        while start < len(sizes):
            left = self._graph.left if self._graph else None
            totals = enumerate(itertools.accumulate(sizes[start:]), start + 1)
            stop = next((i for i, total in totals if left and total >= left), len(sizes))
            yield slice(start, stop)
            start = stop

    def set_stamp(self, stamp: str) -> None:
        """Tell readers that the store has changed."""
        collection = self._require()
        with self._mapped(), self._alone():
            collection.modify(metadata={**collection.metadata, "stamp": stamp})

    def _require(self) -> Any:
        if self._collection is None:
            raise LibraryError(
                f"there is no index in {self._settings.index}; make one with `rag ingest PATH`"
            )
        return self._collection

    def _load(self) -> Any:
        """Return the collection, with its graph loaded."""
        collection = self._require()
        if not self._loaded and self._graph is not None:
            with self._graph.held():
                collection.count()
        self._loaded = True
        return collection

    @contextlib.contextmanager
    def _changing(self, records: int) -> Iterator[Any]:
        """Give the collection for a change of so many records."""
        with self._mapped(), self._alone():
            collection = self._rebuilt or self._load()
            if self._graph is None:
                yield collection
                return
            reached = collection.configuration_json["hnsw"]["sync_threshold"]
            try:
                with self._graph.rewriting(str(collection.id), reached, records):
                    yield collection
            except BaseException:
                self.reopen()  # what is loaded may no longer be what is on disk
                raise

    @contextlib.contextmanager
    def _mapped(self) -> Iterator[None]:
        """Turn Chroma's errors into ours, in this one place, and keep clients open meanwhile."""
        with self._lock:
            client = self._clients[-1]
            client.queries += 1
        try:
            yield
        except LibraryError:
            raise
        except BaseException as error:
            # A panic of Chroma's Rust is no Exception, and has no class that can be imported.
            if isinstance(error, Exception) or type(error).__name__ == "PanicException":
                raise self._unusable(error) from error
            raise
        finally:
            with self._lock:
                client.queries -= 1
                self._close_old()

    def _alone(self) -> contextlib.AbstractContextManager[bool]:
        return self._graph.alone() if self._graph else contextlib.nullcontext(True)


class _Client:
    """A client of Chroma's, and how many queries began while it was the newest one."""

    def __init__(self, client: Any, turn: int) -> None:
        self.client = client
        self.queries = 0
        self._turn = turn

    def close(self) -> None:
        """Close it, with the connections that Chroma's HTTP client leaves open."""
        parts = (self.client, self.client._admin_client)
        sessions = [getattr(part._server, "_session", None) for part in parts]
        self.client.close()
        for session in sessions:
            if session is not None:
                session.close()
        _TAKEN.discard(self._turn)


def _credentials(address: SplitResult, settings: Settings) -> dict[str, str]:
    """Return the headers that let this program in: a token, and the address's own name."""
    headers = {}
    if settings.chroma_token:
        headers["x-chroma-token"] = settings.chroma_token.get_secret_value()
    if address.username is not None:
        pair = f"{unquote(address.username)}:{unquote(address.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return headers


_TAKEN: set[int] = set()
_TAKING = threading.Lock()


def _take_turn() -> int:
    """Return the smallest number that no open client has."""
    with _TAKING:
        turn = next(number for number in itertools.count() if number not in _TAKEN)
        _TAKEN.add(turn)
    return turn


def _names(client: Any) -> set[str]:
    return {collection.name for collection in client.list_collections()}


def _find(client: Any) -> Any:
    """Return the collection in force or None, finishing a rebuild's swap that was cut off."""
    try:
        return client.get_collection(_COLLECTION, embedding_function=None)
    except chromadb.errors.NotFoundError:
        pass
    if _REBUILD not in _names(client):
        return None
    rebuilt = client.get_collection(_REBUILD, embedding_function=None)
    if not (rebuilt.metadata or {}).get("whole"):
        return None
    rebuilt.modify(name=_COLLECTION)
    return rebuilt


def _pages(items: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(items), _PAGE):
        yield list(items[start : start + _PAGE])
