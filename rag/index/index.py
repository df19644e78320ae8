"""The index: the store and what is derived from it, kept in step across processes.

Chroma is the source of truth and the lexical index follows it. One process writes at a time
(a file lock, which a dead process does not hold); any number read meanwhile. A write is cut
into steps so that a stop between any two leaves the old state readable and the same command
finishes the work:

1. a marker file says that work is under way;
2. new versions of papers are added to the store, each paper whole (`rag.index.batches`), and the
   vectors of the new state written to a file of their own (`rag.index.vector_file`);
3. the lexical index commits all of it at once: from here on readers find the new state;
4. old versions are deleted from the store, and it gets a new stamp;
5. the marker goes.

A passage counts only while the lexical index names its paper's version, so what steps 2 and 4
leave behind is never found. A stop is mended by `_catch_up`, which needs nothing but the store.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from rag.durable import sync_files, sync_folder
from rag.errors import BusyError, LibraryError
from rag.index import checksums, last_ingest, passages
from rag.index.batches import Batch, Embedding, Version, embedded
from rag.index.chroma_files import database_fault
from rag.index.entries import Change, Entry, PassageId, parse_passage_id
from rag.index.lexical import Changes, Lexical, NoChanges
from rag.index.store import Spec, Store
from rag.index.vector_file import MOST, Vectors
from rag.index.writer_lock import WriterLock
from rag.settings import Settings, host
from rag.types import Floats, kind_of

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]

# Passages embedded and stored in one step. Static vectors are there in an instant, and Chroma takes
# 20,000 in 9.8 s by the greater steps, in 11.3 by the others.
_BATCH, _BATCHES = 512, {"static": 2_048}
_LOOK_AGAIN = 0.5  # seconds between looks for another process's changes
_WAIT = 600.0  # seconds that a second writer waits for the first


class Index:
    """Store and lexical index of one folder (or Chroma server), for readers and one writer."""

    def __init__(self, settings: Settings) -> None:
        """Open what is there; nothing is made before the first `write`."""
        self._settings = settings
        self._folder = settings.index
        self.work = WriterLock(settings.index)
        self._seen = time.monotonic()
        self._mutex = threading.RLock()
        self._vectors: tuple[Path | None, Vectors | None] = (None, None)  # with their file
        self._sound: set[tuple[str, checksums.Sum]] = set()  # files that were looked at
        self._making = False  # a first write is under way: there is nothing to read yet
        # During a rebuild, what this process reads: the state before it.
        self._before: tuple[Spec, Vectors | None] | None = None
        if settings.chroma_url is None and not (self._folder / "chroma").is_dir():
            self._store: Store | None = None
            self.lexical = Lexical(None)
            return
        self._open()

    def _open(self) -> None:
        self._store = Store(self._settings)
        self._check()
        self._follow()

    def _check(self) -> None:
        """Touch nothing of an index that a newer version of this program made."""
        if self.store.exists:
            self.store.spec  # noqa: B018  # raises

    @property
    def exists(self) -> bool:
        """Whether there is anything to read."""
        return self._store is not None and self._store.exists and not self._making

    @property
    def is_rebuilt(self) -> bool:
        """Whether this process makes the index anew just now, and reads the state of before."""
        return self._before is not None

    @property
    def spec(self) -> Spec:
        """What the state that is being read was made with."""
        before = self._before
        return before[0] if before else self.store.spec

    def require(self) -> None:
        """Check that there is something to read.

        Raises:
            LibraryError: nothing was ever ingested.
        """
        if not self.exists:
            url = self._settings.chroma_url
            where = f"on the Chroma server at {host(url)}" if url else f"in {self._folder}"
            raise LibraryError(f"there is no index {where}; make one with `rag ingest PATH`")

    @property
    def store(self) -> Store:
        """The store.

        Raises:
            LibraryError: nothing was ever ingested.
        """
        if self._store is None:
            self.require()
            raise RuntimeError("an index that is not open exists")
        return self._store

    @property
    def generation(self) -> str:
        """Name the state of the library that is being read."""
        return self.lexical.stamp

    def close(self) -> None:
        """Release files and connections."""
        if self._store is not None:
            self._store.close()

    # Reading.

    def refresh(self) -> None:
        """Notice what other processes have changed; cheap enough for every question."""
        if time.monotonic() - self._seen < _LOOK_AGAIN:
            return
        if not self._mutex.acquire(blocking=False):  # another thread looks, or writes
            return
        try:
            self._seen = time.monotonic()
            if self._store is None:
                if (self._folder / "chroma").is_dir():
                    self._open()
            elif self._store.stamp() != self.lexical.stamp:
                self._store.reopen()
                self._check()
                self._follow()
        finally:
            self._mutex.release()

    def nearest(
        self, vector: Floats, count: int, only: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """Return the nearest passages; see `rag.index.store.Store.nearest`.

        Raises:
            LibraryError: the vector has another length than the index's.
        """
        kept = self._kept()  # during a rebuild those of before, when the store is of the new spec
        dimension = (self.spec if kept else self.store.spec).dimension
        if len(vector) != dimension:
            raise LibraryError(
                f"the index has vectors of {dimension} dimensions, the embedder gives "
                f"{len(vector)}; open it with the embedder that it was made with"
            )
        return (kept or self.store).nearest(vector, count, only)

    def vectors(self, passage_ids: Sequence[str]) -> dict[str, Floats]:
        """Return the vectors of passages by id; those that are gone are left out."""
        return (self._kept() or self.store).vectors(passage_ids)

    @property
    def passages(self) -> int:
        """How many passages there are; to count 58,929 Chroma loads their graph, 0.2 s."""
        if not self.exists:
            return 0
        kept = self._kept()
        return kept.passages if kept else self.store.count()

    def _kept(self) -> Vectors | None:
        """Return the vectors of the lexical index's state; None where no file has them."""
        if self._settings.chroma_url is not None or self.lexical.in_memory:
            return None
        before = self._before
        if before:
            return before[1]
        file = self._vectors_file(self.lexical.stamp)
        known, vectors = self._vectors
        if known != file or vectors is None:
            vectors = None if self._is_damaged(file.name) else Vectors.load(file)
            self._vectors = (file, vectors)
        return vectors

    def _vectors_file(self, stamp: str) -> Path:
        """Name the file of a state; a rebuild with another embedder has another before its end."""
        return self._folder / f"vectors-{stamp}-{self.store.spec.digest}.npy"

    def _follow(self) -> None:
        """Bring the lexical index to the store's stamp, unless a writer is at work on both."""
        store = self.store
        if not store.exists:
            self.lexical = Lexical(None)
            return
        try:
            if self._is_damaged("lexical/"):
                raise ValueError("not as it was written")
            self.lexical = Lexical(self._folder / "lexical", mend=False)
        except (OSError, ValueError) as error:  # missing, damaged, or may not be read
            log.debug("the lexical index cannot be read (%s)", error)
            self.lexical = Lexical(None)
        if store.stamp() == self.lexical.stamp:
            return
        try:
            with self.work.alone("catch up", wait=0.0):
                self.lexical = self._open_lexical()
                if store.stamp() != self.lexical.stamp:
                    self._catch_up(store.stamp())
                    self._keep_all()
        except (BusyError, OSError, ValueError):  # or a folder that may only be read
            log.debug("a writer holds the index; reading its state of before")
            if self.lexical.stamp == "" and store.count():
                self.lexical = Lexical(None)
                self._catch_up(store.stamp())

    def _open_lexical(self) -> Lexical:
        """Open the lexical index to change it, an empty one in the place of a damaged one."""
        folder = self._folder / "lexical"
        if self._is_damaged("lexical/"):  # tantivy may end the process that reads it
            (folder / "meta.json").unlink(missing_ok=True)
        return Lexical(folder)

    def _is_damaged(self, beginning: str) -> bool:
        return bool(checksums.damaged(self._folder, beginning, self._sound))

    def _catch_up(self, stamp: str) -> list[str]:
        """Make the lexical index say what the store holds; return superseded passages' ids."""
        newest: dict[str, PassageId] = {}
        wholes: dict[tuple[str, str], int] = {}
        every = [(name, parse_passage_id(name)) for name in self.store.passage_ids()]
        for _, part in every:
            version = (part.paper_id, part.version)
            wholes[version] = wholes.get(version, 0) + 1
            if wholes[version] == part.total:
                best = newest.get(part.paper_id)
                if best is None or (part.seq, part.version) > (best.seq, best.version):
                    newest[part.paper_id] = part
        have = {entry.paper.id: entry.version for entry in self.lexical.matching(())}
        missing = [
            f"{part.paper_id}#{part.version}.0.{part.total}"
            for part in newest.values()
            if have.get(part.paper_id) != part.version
        ]
        log.info("bringing the lexical index up to date: %d papers", len(missing))
        gone = [paper_id for paper_id in have if paper_id not in newest]
        self.lexical.write(self.store.entries(missing), gone, stamp)
        return [
            name for name, part in every if newest.get(part.paper_id, part).version != part.version
        ]

    def faults(self, *, thorough: bool = False) -> list[str]:
        """Return the names of files that are not as they were written; looks at all of them.

        With ``thorough`` Chroma's database and vectors are looked through too.
        """
        if self._settings.chroma_url is not None:
            return []
        found = checksums.damaged(self._folder)
        if found and self.work.unfinished():  # they are being written
            return []
        if thorough and self.exists and (fault := database_fault(self._folder)):
            found.append(f"chroma/chroma.sqlite3 ({fault})")
        elif thorough and self.exists:
            _, rows = self.store.everything()
            lengths = np.linalg.norm(rows, axis=1) if len(rows) else np.ones(1)
            if not np.all((np.abs(lengths - 1) < 1e-3) | (lengths == 0)):
                found.append("chroma/ (vectors)")
        return found

    def mend(self) -> None:
        """Derive anew what is derived; call within `writing`."""
        self.lexical.wipe()
        for file in self._folder.glob("vectors-*"):
            file.unlink(missing_ok=True)
        self._vectors = (None, None)
        self._catch_up(self.store.stamp())
        self._keep_all()

    # Writing.

    @contextlib.contextmanager
    def writing(self, command: str) -> Iterator[None]:
        """Hold the index for writing; what an earlier writer left undone is mended first.

        Raises:
            BusyError: another process writes and does not end within ten minutes.
        """
        with self._mutex, self.work.alone(command, wait=_WAIT), self._written():
            if self._store is None:
                self._store = Store(self._settings)
            else:
                self._store.reopen()
            self._check()
            self.lexical = self._open_lexical()
            if not self.store.exists:
                if self.lexical.stamp:  # of a store that is gone
                    self.lexical.wipe()
            elif self.work.unfinished() or self.store.stamp() != self.lexical.stamp:
                self.store.delete(self._catch_up(self.store.stamp()))
                self._keep_all()
            elif self._kept() is None:  # of a version of this program that kept none
                self._keep_all()
            yield

    @contextlib.contextmanager
    def _written(self) -> Iterator[None]:
        """Have this process read what is there, however the writing ends."""
        try:
            yield
        finally:
            self._making, self._before = False, None

    def ensure(self, spec: Spec) -> None:
        """Make the index where there is none; else check that it was made with ``spec``.

        Raises:
            LibraryError: the index was made otherwise, saying how to rebuild it.
        """
        if not self.store.exists:
            self._making = True
            self.store.create(spec)
            return
        have = self.store.spec
        if have != spec:
            raise LibraryError(
                f"the index was made with {_described(have)}, not {_described(spec)}; use that "
                "embedder, or change the index with `rag ingest --embedder "
                f"{spec.embedder.split(':')[0]} --rebuild`"
            )

    def write(
        self, changes: Sequence[Change], embedding: Embedding, command: str, progress: Progress
    ) -> int:
        """Store changed papers; return how many passages were embedded.

        Call within `writing`, after `ensure`. ``progress`` is told how many passages are stored,
        of how many.
        """
        limit = passages.limit_of(self.store.spec.splitter)
        versions = [Version(_entry(change, limit), change.old) for change in changes]
        old = [entry for version in versions for entry in version.old]
        stay = {version.entry.paper.id for version in versions}
        total = sum(len(version.entry.spans) for version in versions)
        stamp, arrived, stored, made = _new_stamp(), _Arrived(), 0, 0
        # 1. The marker.
        self._begin(command)
        self.store.expect(total + sum(len(entry.spans) for entry in old))
        with self._words(stamp) as words:
            # 2. The new versions into the store, and their words beside them.
            for batch in self._embedded(versions, embedding, self.store.spec):
                self.store.add(batch.entries, batch.vectors)
                arrived.add(batch)
                words.add(batch.entries)
                stored, made = stored + len(batch.vectors), made + batch.embedded
                progress(stored, total)
            words.remove(entry.paper.id for entry in old if entry.paper.id not in stay)
            self._keep_changed(old, arrived, stamp)
            # 3. The end of the block commits the words: from here on readers find the new state.
        # 4. and 5. The old versions go, and the marker.
        self._leave(old, stamp)
        return made

    def remove(self, entries: Sequence[Entry], command: str) -> None:
        """Remove papers everywhere; call within `writing`."""
        stamp, begun = _new_stamp(), self.work.being_removed()
        self._begin(command, sorted(begun.union(entry.paper.id for entry in entries)))
        self.store.expect(sum(len(entry.spans) for entry in entries))
        with self._words(stamp) as words:
            words.remove(entry.paper.id for entry in entries)
            self._keep_changed(entries, _Arrived(), stamp)
        self._leave(entries, stamp)

    def rebuild(self, spec: Spec, embedding: Embedding, command: str, progress: Progress) -> int:
        """Make the index anew with another embedder or splitter; return passages embedded.

        Call within `writing`. The old index answers until the new one is whole.
        """
        limit = passages.limit_of(spec.splitter)
        entries = [
            replace(entry, spans=passages.split(entry.paper.abstract, limit))
            for entry in self.lexical.matching(())
        ]
        total = sum(len(entry.spans) for entry in entries)
        stamp, arrived, stored = _new_stamp(), _Arrived(), 0
        self._begin(command)
        self._before = (self.store.spec, self._kept())
        self.store.create(spec, rebuild=total)
        for batch in self._embedded([Version(entry) for entry in entries], embedding, spec):
            self.store.add(batch.entries, batch.vectors)
            arrived.add(batch)
            stored += len(batch.vectors)
            progress(stored, total)
        self.store.finish_rebuild()
        with self._words(stamp) as words:
            words.add(entries)
            self._keep_changed([], arrived, stamp, anew=True)
        self._leave([], stamp)
        time.sleep(4 * _LOOK_AGAIN)  # who asks meanwhile leaves the old vectors
        self.store.drop_old()
        return stored

    def _embedded(
        self, versions: Sequence[Version], embedding: Embedding, spec: Spec
    ) -> Iterator[Batch]:
        size = _BATCHES.get(kind_of(spec.embedder), _BATCH)
        return embedded(versions, embedding, size, self.vectors)

    def _begin(self, command: str, papers: Sequence[str] = ()) -> None:
        last_ingest.forget(self._folder)
        checksums.forget_sums(self._folder)
        self.work.begin(command, papers)

    def _words(self, stamp: str) -> contextlib.AbstractContextManager[Changes | NoChanges]:
        """Give what takes the words of the next state, for the lexical index to commit at once.

        To a server other machines write too: `_leave` asks it what it holds, once it has our stamp.
        """
        if self._settings.chroma_url is not None:
            return contextlib.nullcontext(NoChanges())
        return self.lexical.changing(stamp)

    def _keep_changed(
        self, old: Sequence[Entry], arrived: _Arrived, stamp: str, *, anew: bool = False
    ) -> None:
        """Write the vectors of the next state; with ``anew`` what arrived is all there is."""
        if self._settings.chroma_url is not None:
            return
        before = self._kept() if self.lexical.papers and not anew else Vectors.none()
        if before is not None and before.size + arrived.size <= MOST:
            self._keep(before.changed(_passage_ids(old), arrived.rows), stamp)

    def _leave(self, old: Sequence[Entry], stamp: str) -> None:
        """Delete what no state names any more, stamp the store, and say that all is done."""
        self._making, self._before = False, None
        self.store.delete(_passage_ids(old))
        self.store.set_stamp(stamp)
        if self._settings.chroma_url is not None:
            self._catch_up(stamp)
        else:
            self._keep_no_other(stamp)
            checksums.write_sums(self._folder)
        sync_files(self._folder)  # what will be reported as done is on the disk
        self.work.finish()
        sync_folder(self._folder)

    def _keep(self, vectors: Vectors, stamp: str) -> None:
        """Write the file of the vectors of a state; where there is none, Chroma's graph answers."""
        try:
            vectors.save(self._vectors_file(stamp))
        except OSError as error:
            log.warning("a search will be slower: the vectors' file was not written (%s)", error)

    def _keep_all(self) -> None:
        """Write the vectors of all that the store holds, as the lexical index's state."""
        if self._settings.chroma_url is not None:
            return
        most = MOST // (4 * self.store.spec.dimension)  # passages
        # A paper has at least one; Chroma would load its graph to count them.
        if self.lexical.papers <= most and self.store.count() <= most:
            self._vectors = (None, None)  # of that state as it was before it was mended
            self._keep(Vectors.of(*self.store.everything()), self.lexical.stamp)
        self._keep_no_other(self.lexical.stamp)
        checksums.write_sums(self._folder)

    def _keep_no_other(self, stamp: str) -> None:
        """Remove the vectors' files of other states; who has opened one may go on reading it."""
        for file in self._folder.glob("vectors-*"):
            if file != self._vectors_file(stamp):
                with contextlib.suppress(PermissionError):  # opened, where that forbids it
                    file.unlink(missing_ok=True)


def _entry(change: Change, limit: int) -> Entry:
    """Return the entry for a change: the next version of its paper."""
    old = [entry for entry in change.old if entry.paper.id == change.paper.id]
    seq = max((entry.seq for entry in old), default=0) + 1
    spans = passages.split(change.paper.abstract, limit)
    return Entry(change.paper, spans, change.records, seq, change.other_keys)


def _new_stamp() -> str:
    return os.urandom(16).hex()


def _passage_ids(entries: Sequence[Entry]) -> list[str]:
    return [name for entry in entries for name in entry.passage_ids]


class _Arrived:
    """New passages and their vectors, for the file beside Chroma: no more than it may hold."""

    def __init__(self) -> None:
        self.rows: list[tuple[list[str], Floats]] = []
        self.size = 0  # in bytes; over `MOST` some may be missing

    def add(self, batch: Batch) -> None:
        if self.size <= MOST:
            self.rows.append((batch.passage_ids, batch.vectors))
            self.size += batch.vectors.nbytes


def _described(spec: Spec) -> str:
    return f"{spec.embedder} ({spec.dimension} dimensions, {spec.splitter})"
