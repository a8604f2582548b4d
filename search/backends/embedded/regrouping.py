"""Gives the documents of a segment their groups of copies, before a commit names the segment.

In a new index all documents of its one segment are placed, as they came to the archive: with the former
states of articles, as far as the store has them. Otherwise the documents of the last segment are placed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from search.article import Article
from search.backends.embedded.documents import DocumentCollector, batch_of
from search.backends.embedded.grouping import Grouping, Values
from search.backends.embedded.store.versions import Former
from search.index.copies.candidates import Part, candidates
from search.index.copies.replay import replayed
from search.index.copies.rules import Text
from search.index.format.fields import SegmentFields
from search.index.format.layout import append_arrays
from search.index.format.segment import Segment
from search.index.kernels import Array
from search.index.write.invert import segment_arrays, value_field_arrays


@dataclass(frozen=True, slots=True)
class Articles:
    """Where the texts of articles come from: `read` returns stored ones by id, `former` all former states."""

    read: Callable[[Sequence[str]], dict[str, Article]]
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

    grouping = Grouping(parts, parts[-1].base, texts)
    _write(folder, segments[-1], grouping.values(candidates(parts), segments[-1].count))


def place_all(folder: Path, segment: Segment, articles: Articles, collector: DocumentCollector) -> None:
    """Put all documents of an index with one segment into groups."""
    former = list(articles.former())
    if not former:
        return place_last(folder, [segment], articles, collector)
    articles_then = [(each.article, None) for each in former]
    collector.add(batch_of(articles_then, [each.revision for each in former], 0, ()))
    fields = SegmentFields(segment_arrays(collector.documents()))
    parts = [Part(SegmentFields(segment.open(folder)), None, 0), Part(fields, None, segment.count)]
    ends = {number: each.until for number, each in enumerate(former, start=segment.count)}

    def texts(docs: Mapping[int, str]) -> list[Text]:
        found = articles.read([identity for doc, identity in docs.items() if doc not in ends])
        past = (former[doc - segment.count].article if doc in ends else found[i] for doc, i in docs.items())
        return collector.texts([*past])

    pairs = replayed(parts[0], parts[1], [*ends.values()])
    _write(folder, segment, Grouping(parts, 0, texts, ends).values(pairs, segment.count))


def _write(folder: Path, segment: Segment, values: Values) -> None:
    arrays: dict[str, Array] = {}
    for name, (docs, texts) in values.items():
        arrays |= value_field_arrays(name, docs, texts, segment.count)
    append_arrays(folder / segment.file, arrays)
