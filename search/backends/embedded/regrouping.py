"""Gives the documents of a segment their groups of copies, before a commit names the segment.

In a new index all documents of its one segment are placed, as they came to the archive: with the former
states of articles, as far as the store has them. Otherwise the documents of the last segment are placed, or,
where the articles are the same as before, left in their groups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

from search.article import Article
from search.backends.embedded.grouping import Grouping, Values
from search.backends.embedded.store.versions import Former
from search.backends.evaluate.documents import DocumentCollector, batch_of
from search.index.copies.candidates import Part, candidates
from search.index.copies.column import docs_with, names_of
from search.index.copies.replay import NEVER, replayed
from search.index.copies.rules import Text
from search.index.format.fields import SegmentFields
from search.index.format.layout import append_arrays
from search.index.format.names import COPY_OF, PART_OF
from search.index.format.segment import Segment
from search.index.format.sketches import IDENTITY, REVISION
from search.index.kernels import Array
from search.index.read.snapshot import Snapshot
from search.index.write.invert import segment_arrays, value_field_arrays

Reading = Callable[[Sequence[str]], dict[str, Article]]
"""Returns stored articles by id."""


@dataclass(frozen=True, slots=True)
class Articles:
    """Where the texts of articles come from: `read` returns stored ones by id, `former` all former states."""

    read: Reading
    former: Callable[[], Iterable[Former]]


def place_last(
    folder: Path, segments: Sequence[Segment], articles: Articles, collector: DocumentCollector
) -> None:
    """Put the documents of the last segment into groups; the others are in groups already."""
    parts, base = [], 0
    for segment in segments:
        live = segment.live() if segment.deleted else None
        parts.append(Part(SegmentFields(segment.open(folder)), live, base))
        base += segment.count

    def texts(docs: Mapping[int, str]) -> list[Text]:
        found = articles.read([*docs.values()])
        return collector.texts([found[identity] for identity in docs.values()])

    *older, new = parts
    before = max((int(part.column(REVISION).max(initial=0)) for part in older), default=0)
    if new.column(REVISION).min(initial=NEVER) > before:
        found = candidates(parts)
    else:  # some came before others that have been placed already
        found = replayed(older, new, [NEVER] * segments[-1].count, only_former=True)
    _write(folder, segments[-1], Grouping(parts, new.base, texts).values(found, segments[-1].count))


def keep_last(folder: Path, segment: Segment, view: Snapshot, numbers: Mapping[str, int]) -> None:
    """Leave the documents of the last segment in the groups that their articles have in a `view`.

    `numbers` has the document of each article by id.
    """
    values: Values = {}
    for identity, number in sorted(numbers.items(), key=itemgetter(1)):
        (doc,) = docs_with(view, IDENTITY, identity).tolist()
        for field in (COPY_OF, PART_OF):
            for name in names_of(view, field, doc):
                docs, names = values.setdefault(field, ([], []))
                docs.append(number)
                names.append(name)
    _write(folder, segment, values)


def place_all(folder: Path, segment: Segment, articles: Articles, collector: DocumentCollector) -> None:
    """Put all documents of an index with one segment into groups."""
    former = list(articles.former())
    if not former:
        return place_last(folder, [segment], articles, collector)
    present = [Part(SegmentFields(segment.open(folder)), None, 0)]
    _write(folder, segment, _replay(present, former, articles.read, collector))


def values_then(
    view: Snapshot, former: Sequence[Former], read: Reading, collector: DocumentCollector
) -> Values:
    """The groups of the former states of articles: the values of each, numbered as they are given.

    `former` has all states that any article had before the `view`, up to a revision.
    """
    present = [Part(segment, segment.live, segment.base) for segment in view.segments]
    return _replay(present, former, read, collector, only_former=True)


def _replay(
    present: Sequence[Part],
    former: Sequence[Former],
    read: Reading,
    collector: DocumentCollector,
    *,
    only_former: bool = False,
) -> Values:
    """The values of the documents of one present part, all placed again, or of the former states."""
    collector.add(
        batch_of([(each.article, None, None) for each in former], [each.revision for each in former], 0, ())
    )
    fields = SegmentFields(segment_arrays(collector.documents()))
    first = present[-1].base + len(present[-1].column(REVISION)) if present else 0
    past = Part(fields, None, first)
    ends = {number: each.until for number, each in enumerate(former, start=first)}

    def texts(docs: Mapping[int, str]) -> list[Text]:
        found = read([identity for doc, identity in docs.items() if doc not in ends])
        then = (former[doc - first].article if doc in ends else found[i] for doc, i in docs.items())
        return collector.texts([*then])

    placed, count = (first, len(former)) if only_former else (0, first)
    pairs = replayed(present, past, [*ends.values()], only_former=only_former)
    return Grouping([*present, past], placed, texts, ends).values(pairs, count)


def _write(folder: Path, segment: Segment, values: Values) -> None:
    arrays: dict[str, Array] = {}
    for name, (docs, texts) in values.items():
        arrays |= value_field_arrays(name, docs, texts, segment.count)
    append_arrays(folder / segment.file, arrays)
