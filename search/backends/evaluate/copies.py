"""Copies in answers: the groups of hits, counts of texts and sources, and the parts of queries about them."""

from __future__ import annotations

from collections.abc import Sequence

from search.backends.evaluate.columns import SEPARATOR
from search.engine import Copies
from search.errors import InvalidRequest
from search.index.copies import column
from search.index.copies.column import (
    copy_column,
    count_distinct,
    group_called,
    group_docs,
    groups_of,
    one_of_each,
    sources_of,
)
from search.index.evaluate.counts import no_groups
from search.index.evaluate.matches import Bitmap, DocList, Intersection, Matches
from search.index.evaluate.order import Place
from search.index.kernels import Array, Docs
from search.index.read.snapshot import Snapshot
from search.language import Fuzzy, Phrase, Wildcard, Word

SOURCE = "source"


def copies_of_hits(view: Snapshot, hits: Sequence[Place]) -> dict[str, Copies]:
    """The copies of each of these articles that has any, by id."""
    found: dict[str, Copies] = {}
    names = groups_of(view, [hit.doc for hit in hits], [hit.text for hit in hits])
    for hit, name in zip(hits, names, strict=True):
        if name and len(docs := group_docs(view, name)) > 1:
            others = sources_of(view, SOURCE, SEPARATOR).take(docs.compress(docs != hit.doc))
            found[hit.text] = Copies(name, len(docs) - 1, len({*others.tolist()} - {-1}))
    return found


def collapsed(view: Snapshot, matches: Matches) -> Matches:
    """Keep one match of each group of copies."""
    return Intersection([matches, DocList(view, one_of_each(view, matches.docs))])


def tally(view: Snapshot, docs: Docs) -> tuple[int, int]:
    """Count the texts and the sources of the documents."""
    ((texts,), (sources,)) = tallies(view, docs, no_groups(docs), 1)
    return texts, sources


def tallies(view: Snapshot, docs: Docs, groups: Array, count: int) -> tuple[list[int], list[int]]:
    """Count the texts and the sources of the documents in each of `count` groups."""
    texts = count_distinct(copy_column(view).take(docs), groups, count)
    return texts, count_distinct(sources_of(view, SOURCE, SEPARATOR).take(docs), groups, count)


def copies_of(view: Snapshot, leaf: Word | Phrase | Wildcard | Fuzzy) -> Matches:
    """The matches of `copies:ID`; raises `InvalidRequest` for a part of an id."""
    if not isinstance(leaf, Word | Phrase):
        raise InvalidRequest(f"{leaf} cannot be found; copies: takes the whole id of an article")
    return DocList(view, group_docs(view, group_called(view, leaf.text)))


def originals(view: Snapshot, *, of_copies: bool) -> Matches:
    """One article of each text, the first or else the earliest that is there; or the others, its copies."""
    flags = column.originals(view)
    return Bitmap(view, ~flags if of_copies else flags)
