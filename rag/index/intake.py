"""What a library must change to hold the records that were read. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from rag.index.entries import (
    Change,
    Entry,
    Plan,
    citation_key,
    digest,
    file_of,
    fit_for_bibtex,
    id_from_title,
)
from rag.index.identity import Group, one_paper_each
from rag.types import Kept, Paper, Rejection

_LINE = re.compile(r":\d+\Z")
# Fields that a changed record may lack; the paper keeps them, as another reading may have had them.
_TOLD = ("authors", "year", "venue", "doi", "arxiv_id", "url")
Find = Callable[[Sequence[Paper]], Sequence[Entry]]


def plan(read: Iterable[Paper | Rejection], find: Find) -> Plan:
    """Work out what the library must change to hold what was read.

    Args:
        read: records and rejections in the order of reading.
        find: the library's entries that share an id, key, DOI, arXiv id, title or file with any
            of the papers.

    Returns:
        The plan; each record counts once as added, updated, unchanged, duplicate or rejected.
    """
    result = Plan()
    records: list[Paper] = []
    for item in read:
        result.records += isinstance(item, Paper) or _LINE.search(item.where) is not None
        if isinstance(item, Paper):
            records.append(item)
        else:
            result.rejected.append(item)
    entries = find(records)
    groups = one_paper_each(entries, records)
    names = _Names(entries, groups, find)
    for group in groups:
        _plan_paper(group, names, result)
    return result


def _plan_paper(group: Group, names: _Names, result: Plan) -> None:
    """Add to ``result`` what one paper's records ask for."""
    old, read = group.entries, group.records
    result.papers += 1
    result.still.update(entry.paper.id for entry in old)
    marked = zip(read, group.marks, strict=True)
    records = {source: mark for record, mark in marked for source in record.sources}
    result.duplicates += len(read) - 1
    if not old:
        paper = names.give(_merge(read))
        change = Change(replace(paper, sources=tuple(records)), records, ())
        result.changes.append(_with_other_keys(change, read))
        result.added += 1
        return
    files = {file_of(source) for source in records}
    before = {digest for entry in old for digest in entry.records.values()}
    paper = _merge([entry.paper for entry in old])
    for record in read:
        if records[record.sources[0]] in before:
            continue
        if any(file_of(source) == file_of(record.sources[0]) for e in old for source in e.records):
            paper = _merge([replace(record, key=paper.key or record.key), paper], longest=False)
        else:  # above, the file now says otherwise
            paper = _merge([paper, record])
    others = {
        source: digest
        for entry in old
        for source, digest in entry.records.items()
        if file_of(source) not in files
    }
    merged = others | records
    lost = tuple(name for name in _TOLD if getattr(paper, name) and not _gives(read, name))
    if lost and not others and not before.issuperset(records.values()):
        result.kept.append(Kept(next(iter(records)), lost))
    paper = replace(paper, id=old[0].paper.id, sources=tuple(merged))
    change = _with_other_keys(Change(paper, merged, tuple(old)), read)
    same_content = (
        len(old) == 1
        and set(change.other_keys) == set(old[0].other_keys)
        and (replace(paper, sources=()) == replace(old[0].paper, sources=()))
    )
    if same_content and merged == dict(old[0].records):
        result.unchanged += 1
        return
    result.changes.append(replace(change, paper=paper if paper.key else names.give(paper)))
    if not same_content:
        result.updated += 1
    elif files & {file_of(source) for entry in old for source in entry.records}:
        result.unchanged += 1  # only lines moved within its file
    else:
        result.duplicates += 1


def _gives(records: Sequence[Paper], name: str) -> bool:
    return any(getattr(record, name) for record in records)


def _with_other_keys(change: Change, read: Sequence[Paper]) -> Change:
    """Return the change with the keys that its records bring beside the paper's own."""
    brought = [key for entry in change.old for key in (entry.paper.key, *entry.other_keys)]
    keys = dict.fromkeys(key for key in (*brought, *(record.key for record in read)) if key)
    return replace(change, other_keys=tuple(key for key in keys if key != change.paper.key))


class _Names:
    """Gives new papers an id and a citation key that no other paper has."""

    def __init__(
        self,
        entries: Sequence[Entry],
        groups: Sequence[Group],
        find: Find,
    ) -> None:
        self._find = find
        self._ids = {entry.paper.id for entry in entries}
        self._keys = _keys_of(entries)
        brought = Counter(
            key for group in groups if not group.entries
            for key in {record.key.casefold() for record in group.records if record.key}
        )  # fmt: skip
        self._shared = self._keys | {key for key, count in brought.items() if count > 1}
        self._next: dict[str, int] = {}
        keyless = (_merge([e.paper for e in group.entries] or group.records) for group in groups
                   if not (group.entries and group.entries[0].paper.key))  # fmt: skip
        self._look_up(Counter(_base(paper).casefold() for paper in keyless))

    def _look_up(self, wanted: Counter[str]) -> None:
        """Learn of the library's keys that are like those of which so many are wanted."""
        upto = {b: n + 1 for b, n in wanted.items() if n > 1 or b in self._keys}
        while upto:
            like = {b: [b + _letters(i) for i in range(1, n + 1)] for b, n in upto.items()}
            asked = [Paper("", "", "", key=key) for keys in like.values() for key in keys]
            self._keys |= _keys_of(self._find(asked))
            upto = {
                b: 2 * len(keys)
                for b, keys in like.items()
                if sum(key not in self._keys for key in keys) < wanted[b]
            }

    def give(self, paper: Paper) -> Paper:
        """Return the paper with both, kept where it has them and they are free."""
        key = paper.key or ""
        lone = key if key.casefold() not in self._shared else ""
        made = id_from_title(paper.title)
        wanted = (paper.id, lone, paper.doi, paper.arxiv_id, made)
        free = (name for name in wanted if name and name not in self._ids)
        name = next(free, None) or self._unlike(f"{made}-{digest(paper)}")
        self._ids.add(name)
        return replace(paper, id=name, key=self._key(replace(paper, id=name)))

    def _unlike(self, name: str) -> str:
        """Return a name that no paper has, in the library or read."""
        while name in self._ids or any(
            e.paper.id == name for e in self._find([Paper(name, "", "")])
        ):
            name += "-"
        return name

    def _key(self, paper: Paper) -> str:
        base = key = _base(paper)
        number = self._next.get(base.casefold(), 0)
        while key.casefold() in self._keys:
            number += 1
            key = base + _letters(number)
        self._next[base.casefold()] = number
        self._keys.add(key.casefold())
        return key


def _base(paper: Paper) -> str:
    return fit_for_bibtex(citation_key(paper))


def _keys_of(entries: Iterable[Entry]) -> set[str]:
    held = (key for e in entries for key in (citation_key(e.paper), *e.other_keys))
    return {key.casefold() for key in held}


def _letters(number: int) -> str:
    """Return a, b, ... z, aa, ab, ... for 1, 2, ..."""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("a") + rest) + text
    return text


def _merge(papers: Sequence[Paper], *, longest: bool = True) -> Paper:
    """Fill the gaps of the first paper from the others; the longest abstract wins.

    With ``longest=False`` the first paper's abstract stands.
    """
    first = papers[0]
    for other in papers[1:]:
        longer = longest and len(other.abstract) > len(first.abstract)
        first = replace(
            first,
            title=first.title or other.title,
            abstract=other.abstract if longer else first.abstract,
            authors=first.authors or other.authors,
            year=first.year or other.year,
            venue=first.venue or other.venue,
            doi=first.doi or other.doi,
            arxiv_id=first.arxiv_id or other.arxiv_id,
            url=first.url or other.url,
            key=first.key or other.key,
        )
    return first
