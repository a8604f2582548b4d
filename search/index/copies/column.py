"""The group of copies of each document of a commit, as a column; and counts of texts and sources.

The number of a group is its founder's, or is past all documents if the founder is gone. A text is counted
once, however many copies of it there are.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from search.index.format.layout import MISSING
from search.index.format.names import COPY_OF, PART_OF
from search.index.format.sketches import IDENTITY, LATEST, PUBLISHED
from search.index.kernels import Array, Docs, Flags, Ints, first_of_runs
from search.index.postings.postings import NO_DOCS
from search.index.read.snapshot import Snapshot


def copy_column(view: Snapshot) -> Ints:
    """int64[size]: the number of the group of each document; it is made once for each commit."""
    return view.keep("copies", make=lambda: _column(view))


def originals(view: Snapshot) -> Flags:
    """bool[size]: True for one document of each group, as in `one_of_all`; made once for each commit."""

    def make() -> Flags:
        flags = np.zeros(view.size, np.bool_)
        flags[one_of_all(view)] = True
        return flags

    return view.keep("originals", make=make)


def _column(view: Snapshot) -> Ints:
    numbers = np.arange(view.size, dtype=np.int64)
    known: dict[str, int] = {}
    unnamed = view.size
    founders: list[tuple[str, Ints]] = []
    for segment in view.segments:
        own = segment.values(COPY_OF)
        if own is None:
            continue
        for value, name in enumerate(own.values.strings()):
            founders.append((name, own.docs_of(value).astype(np.int64) + segment.base))
    joined = np.zeros(view.size, np.bool_)
    for _, docs in founders:
        joined[docs] = True
    for name, docs in founders:
        if name not in known:
            found = docs_with(view, IDENTITY, name)
            if not len(found) or joined[found[0]]:
                found = docs_with(view, IDENTITY, name.rpartition("#")[0])  # see `groups.free_name`
                found = found[:1].compress(np.isin(found[:1], docs))
            known[name] = int(found[0]) if len(found) else unnamed
            unnamed += not len(found)
        numbers[docs] = known[name]
    return numbers


def docs_with(view: Snapshot, field: str, value: str) -> Docs:
    """The documents with exactly this value."""
    sought = value.encode()
    return view.values(field).docs(lambda known: [n] if (n := known.number(sought)) >= 0 else [])


def group_names(view: Snapshot, docs: Docs) -> list[str]:
    """The names of the groups of documents."""
    names, ids = (view.values(field).texts(docs) for field in (COPY_OF, IDENTITY))
    return [name or identity for name, identity in zip(names, ids, strict=True)]


def group_called(view: Snapshot, name: str) -> str:
    """The group of the article with this id; without such an article the group of this name."""
    found = docs_with(view, IDENTITY, name)
    return group_names(view, found[:1])[0] if len(found) else name


def names_of(view: Snapshot, field: str, doc: int) -> list[str]:
    """All values of a document in a field."""
    segment = next(segment for segment in reversed(view.segments) if segment.base <= doc)
    own = segment.values(field)
    if own is None:
        return []
    start, end = own.doc_starts[doc - segment.base : doc - segment.base + 2].tolist()
    return [own.values[number].decode() for number in own.ordinals[start:end].tolist()]


def groups_of(view: Snapshot, docs: Sequence[int], identities: Sequence[str]) -> list[str]:
    """The name of the group of each document, which has this id, if it may have copies; else "".

    It is asked of the hits of every search, so it looks at as little as it can.
    """
    joined = view.values(COPY_OF)
    if not joined.lexicons:
        return [""] * len(docs)
    return [
        name or (identity if any(known.number(identity.encode()) >= 0 for known in joined.lexicons) else "")
        for name, identity in zip(joined.texts(np.array(docs, np.int64)), identities, strict=True)
    ]


def group_docs(view: Snapshot, name: str) -> Docs:
    """The documents of a group, the founder among them if it is there, ascending."""
    members, found = docs_with(view, COPY_OF, name), docs_with(view, IDENTITY, name)
    if len(found) and view.values(COPY_OF).texts(found)[0]:
        found = NO_DOCS  # the article has changed, and is in another group now
    return np.sort(np.concatenate([members, found]))


def members_named(view: Snapshot, identities: Collection[str]) -> set[str]:
    """The ids of documents that are in groups named by these ids, or hold parts of such a group."""
    found: list[str] = []
    for field in (COPY_OF, PART_OF):
        names = {name for lexicon in view.values(field).lexicons for name in lexicon.strings()}
        for name in names:
            if name in identities or name.rpartition("#")[0] in identities:
                found += view.values(IDENTITY).texts(docs_with(view, field, name))
    return {*found} - {*identities}


def digests_of(view: Snapshot, name: str) -> Docs:
    """The digests that hold a member of a group."""
    return docs_with(view, PART_OF, name)


def one_of_each(view: Snapshot, docs: Docs) -> Docs:
    """Of the `docs`, one for each group: the founder, or else the earliest one, and then the lowest id."""
    groups = copy_column(view).take(docs)
    order = np.argsort(groups, kind="stable")
    first = first_of_runs(groups[order])
    alone = first & np.append(first[1:], True)
    several = order[~alone]
    chosen = docs[order[alone]]
    if len(several):
        own, numbers = docs[several], groups[several]
        times = view.numbers(PUBLISHED).take(own)
        times = np.where(times == MISSING, LATEST, times)
        ids = np.array(view.values(IDENTITY).texts(own, view.check))
        ranks = np.lexsort((ids, times, own != numbers, numbers))
        chosen = np.concatenate([chosen, own[ranks[first_of_runs(numbers[ranks])]]])
    return np.sort(chosen)


def one_of_all(view: Snapshot) -> Docs:
    """One document for each group of the whole index; they are found once for each commit."""

    def make() -> Docs:
        every = np.arange(view.size, dtype=np.int32)
        return one_of_each(view, every if view.live is None else every.compress(view.live))

    return view.keep("one of all", make=make)


def sources_of(view: Snapshot, field: str, separator: str) -> Ints:
    """int64[size]: the number of each document's value of `field`, folded; -1 for a document without one."""

    def make() -> Ints:
        return view.values(field).grouped(lambda value: value.partition(separator)[0]) - 1

    return view.keep("numbered", field, make=make)


def count_distinct(numbers: Array, groups: Array, count: int) -> list[int]:
    """Count the distinct numbers in each of `count` groups, given the group of each number.

    A number or a group below 0 is not counted.
    """
    keys = groups.astype(np.int64) << 32 | numbers
    keys = keys[(numbers >= 0) & (groups >= 0)]
    keys.sort()
    found = np.bincount((keys >> 32)[first_of_runs(keys)], minlength=count)
    return [int(number) for number in found]
