"""The deepest check of an index: compares it with a new one, made from the stored articles."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from search.backends.embedded.builder import SegmentBuilder
from search.backends.embedded.index import ArchiveIndex, commit_info
from search.backends.embedded.store import Store
from search.backends.embedded.store.layout import StoreState
from search.backends.embedded.update import Update
from search.backends.embedded.writing import BATCH_ARTICLES, MAX_SEGMENT_ARTICLES
from search.engine import Progress
from search.index.compare import differing_arrays, values_in_order
from search.index.format.layout import MappedArrays
from search.text import Analyzer


def differences(
    index: ArchiveIndex, store: Store, scratch: Path, progress: Progress | None = None
) -> Iterator[str]:
    """Yield the differences between index and articles, a sentence each; works in the folder `scratch`.

    It reads a copy, so that it does not block writers; the caller must find out whether anything was written
    meanwhile. Raises `IndexUnusable` where the index cannot be read.
    """
    index.copy_to(scratch / "index")
    copy = ArchiveIndex(scratch / "index")
    seen: Counter[str] = Counter()
    done, total = 0, sum(segment.live_count for segment in copy.segments())

    def move(articles: int) -> None:
        nonlocal done
        done += articles
        if progress is not None:
            progress(done, total)

    for segment in copy.segments():
        name = segment.file
        with copy.translated():
            identities = values_in_order(copy.path, segment, "id")
        seen.update(identities)
        unknown = set(identities) - store.get(identities).keys()
        if unknown:
            yield f"{name} has {len(unknown):,} articles that are not stored, as {min(unknown)!r}"
            continue
        fresh = scratch / "fresh"
        arrays = _indexed(store, identities, fresh, copy.covered().extra_fields, move)
        with copy.translated():
            wrong = list(differing_arrays(copy.path, segment, arrays, scratch))
        if wrong:
            yield f"{name} is not as the articles give it, in {', '.join(wrong)}"
        shutil.rmtree(fresh)
    twice = [identity for identity, count in seen.items() if count > 1]
    if twice:
        yield f"{len(twice):,} articles are there more than once, as {twice[0]!r}"


def _indexed(
    store: Store,
    identities: Sequence[str],
    folder: Path,
    extra_fields: Sequence[str],
    move: Callable[[int], None],
) -> MappedArrays:
    """The arrays of an index of these articles, in this order, which is made in a new folder."""
    analyzer = Analyzer(store.language)
    nothing = StoreState("", 0, "")
    index = ArchiveIndex.create(folder, commit_info(analyzer, nothing))
    with closing(SegmentBuilder(store.language, folder)) as builder:
        for start in range(0, len(identities), MAX_SEGMENT_ARTICLES):
            update = Update(index, builder, extra_fields)
            for first in range(start, min(start + MAX_SEGMENT_ARTICLES, len(identities)), BATCH_ARTICLES):
                wanted = identities[first : first + BATCH_ARTICLES]
                articles = store.get(wanted)
                revisions = store.revisions(wanted, store.revision)
                given = [revisions[i] for i in wanted]
                update.put(
                    [articles[i] for i in wanted], given, store.edits(wanted), store.first_seen(wanted)
                )
                move(len(wanted))
            update.prepare()
            last = start + MAX_SEGMENT_ARTICLES >= len(identities)
            update.commit(nothing, analyzer, "all" if last else "none")
    (segment,) = index.segments()
    arrays: MappedArrays = segment.open(folder)
    return arrays
