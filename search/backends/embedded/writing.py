"""Writing to an archive: to the store first, then to the index, under the archive's lock.

Were a change to end between the two, the index would lag behind the store; the next one catches up first.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from search.article import Article
from search.backends.embedded.creation import NEW_ARCHIVE, discard
from search.backends.embedded.index import INDEX_FORMAT, ArchiveIndex, CommitInfo, commit_info
from search.backends.embedded.lock import writing
from search.backends.embedded.store import Changes, Store
from search.backends.embedded.store.connection import ERRORS
from search.backends.embedded.store.layout import FORMAT, StoreState
from search.backends.embedded.tie import check_tie, damage
from search.engine import Added, Progress
from search.errors import ArchiveError, ArchiveFull, IndexUnusable, OtherAnalyzer
from search.once import once
from search.text import Analyzer

if TYPE_CHECKING:  # what writing needs is imported when something is written
    from search.backends.embedded.builder import SegmentBuilder
    from search.backends.embedded.update import Update
    from search.index.write.writer import Merging

Answer = TypeVar("Answer")

BATCH_ARTICLES = 250
"""Articles that are stored, and handed on to be indexed, at a time."""

MAX_SEGMENT_ARTICLES = 25_000
"""Articles of one commit when the index catches up with the store; a multiple of `BATCH_ARTICLES`."""

NEW_INDEX = "index.new"
"""The folder in which an index is rebuilt."""

UNFINISHED = (NEW_INDEX, NEW_ARCHIVE)
"""Folders that an interrupt can leave; the next write removes them."""


class Writer:
    """Changes an archive. For one thread at a time; each method waits up to `wait` seconds for the lock."""

    def __init__(self, location: Path, analyzer: Analyzer, wait: float) -> None:
        self._location, self._index = location, ArchiveIndex(location / "index")
        self._analyzer, self._wait = analyzer, wait
        self._builder: SegmentBuilder | None = None

    @once
    def _store(self) -> Store:
        return Store(self._location)

    def close(self) -> None:
        """End the process that analyses articles, if there is one, and let go of files."""
        if self._builder is not None:
            self._builder.close()
        if "_store" in self.__dict__:
            self._store.close()

    @contextmanager
    def _writing(self, wait: float = 0.0) -> Iterator[None]:
        with writing(self._location, max(self._wait, wait)):
            for name in UNFINISHED:
                discard(self._location / name)
            self._store.upgrade()
            with _space_named(self._location):
                yield

    @contextmanager
    def _updating(self, index: ArchiveIndex) -> Iterator[Update]:
        """A change to the index; the builder that made one is used again unless it was left half-way."""
        from search.backends.embedded.builder import SegmentBuilder
        from search.backends.embedded.regrouping import Articles
        from search.backends.embedded.update import Update

        builder = self._builder or SegmentBuilder(self._analyzer.language, self._location)
        self._builder = None
        try:
            yield Update(index, builder, articles=Articles(self._store.get, self._store.former))
        except BaseException:
            builder.close()
            raise
        self._builder = builder

    def add(self, articles: Iterable[Article], *, more: bool) -> Added:
        try:
            return self._add(articles, "none" if more else "due")
        except _ForeignError as error:
            raise error.cause from None

    def _add(self, articles: Iterable[Article], merging: Merging) -> Added:
        counts, stream = Added(), iter(articles)
        with self._writing():
            self._catch_up()
            with self._updating(self._index) as update:
                with self._store.changing() as changes:
                    while some := _taken(stream):
                        change = changes.put(some)
                        counts += change.counts
                        update.remove(change.counts.updated_ids)
                        ids = [article.id for article in change.articles]
                        edits, seen = changes.edits(ids), changes.first_seen(ids)
                        update.put(change.articles, change.revisions, edits, seen)
                    update.prepare()
                if changes.revision is not None:
                    update.commit(self._store.state(), self._analyzer, merging)
                counts += Added(unindexed=tuple(update.unindexed))
        return counts

    def forget(self, identities: Iterable[str]) -> int:
        """Erase articles and all their versions, from the files too; return how many there were."""
        gone = self.remove(lambda changes: changes.forget(identities))
        if not self._store.truncate_log():
            raise ArchiveError(
                "the articles are forgotten, but articles.db-wal still has their text, as somebody reads the "
                "archive; give the same command again later",
                self._location,
            )
        return gone

    def remove(self, remove: Callable[[Changes], tuple[str, ...]]) -> int:
        with self._writing():
            self._catch_up()
            with self._store.changing() as changes:
                gone = remove(changes)
            if changes.revision is not None:
                self._fill(self._index, self._index.covered())
                self._forget_tombstones()
            return len(gone)

    def change_searches(self, change: Callable[[sqlite3.Cursor], Answer], wait: float = 0.0) -> Answer:
        """Change saved searches or deliveries in one transaction, after waiting at least `wait` seconds."""
        with self._writing(wait), self._store.transaction() as cursor:
            return change(cursor)

    def prune(self, before: datetime) -> int:
        with self._writing():
            self._catch_up()  # as what it has replaced is to be seen no more
            last, losing = self._store.prunable(before)
            # The index first: an interruption leaves versions that it does not tell of, and the next call
            # drops them.
            with self._updating(self._index) as update:
                for start in range(0, len(losing), BATCH_ARTICLES):
                    some = losing[start : start + BATCH_ARTICLES]
                    articles = self._store.get(some)
                    update.remove(some)
                    revisions = self._store.revisions(some, self._store.revision)
                    update.put(
                        [articles[i] for i in some],
                        [revisions[i] for i in some],
                        self._store.edits(some, after=last),
                        self._store.first_seen(some),
                    )
                update.prepare()
                update.commit(self._store.state(), self._analyzer, group="kept")
            dropped = self._store.prune(last, before)
            self._index.touch()  # for those who keep answers about versions
            return dropped

    def optimize(self, *, whole: bool) -> None:
        with self._writing():
            self._catch_up()
            with self._updating(self._index) as update:
                update.commit(self._store.state(), self._analyzer, "all" if whole else "due")

    def catch_up(self, *, only_behind: bool) -> None:
        """Bring the index up to date with the articles, if it is not.

        With `only_behind` an index that lacks nothing stays as it is, if it can be read.
        """
        covered = self._check_before_writing() if only_behind else None
        if covered is None or covered.revision < self._store.state().revision:
            with self._writing():
                self._catch_up(reanalyse=True)

    def upgrade(self, progress: Progress | None = None) -> bool:
        with writing(self._location, self._wait):
            if self._store.format < FORMAT:
                self._check_before_writing()
            upgraded = self._store.upgrade(progress)
        with self._writing():
            return self._catch_up(progress, reanalyse=True) or upgraded

    def _check_before_writing(self) -> CommitInfo | None:
        """The state that the index covers, None if unusable; raises `ArchiveDamaged` if it goes too far."""
        try:
            covered = self._index.covered()
            self._index.check()
        except IndexUnusable:
            return None
        check_tie(self._store, covered)
        return covered

    def _catch_up(self, progress: Progress | None = None, *, reanalyse: bool = False) -> bool:
        """Bring an index that lags behind the store up to date; rebuild an unusable one.

        True if there was anything to do. Raises `OtherAnalyzer` where the words would have to be analysed
        again, which may take long, unless `reanalyse` allows it.
        """
        covered = self._check_before_writing()
        if covered is None or covered.format != INDEX_FORMAT or not covered.archive:
            self._make_anew(covered, progress)
        elif not self._analyzer.gives_terms_of(covered.analyzer, covered.stemmers):
            if not reanalyse:
                raise OtherAnalyzer(
                    "the words of the archive were analysed by other rules or stemmers than those here, so "
                    "nothing can be put beside them; first run: news rebuild",
                    self._location,
                )
            self._make_anew(covered, progress)
        elif covered.revision < self._store.revision:
            if self._store.count_since(covered.revision) > MAX_SEGMENT_ARTICLES:
                self._make_anew(
                    covered, progress
                )  # in several commits, of which none but the last is to be seen
            else:
                self._fill(self._index, covered, progress)
                self._forget_tombstones()
        else:
            return False
        return True

    def rebuild(self, progress: Progress | None = None) -> None:
        with self._writing():
            self._make_anew(self._check_before_writing(), progress)

    def _check_count(self, covered: CommitInfo | None) -> None:
        """Raise `ArchiveDamaged` if the index has more articles than the store: a new one would hide that."""
        if covered is None or covered.revision != self._store.revision:
            return
        with suppress(IndexUnusable):
            indexed, stored = self._index.view()[0].count, self._store.count()
            if indexed > stored:
                raise damage(
                    self._location,
                    f"articles.db has lost articles: the index has {indexed:,}, it has {stored:,}",
                )

    def _make_anew(self, covered: CommitInfo | None, progress: Progress | None = None) -> None:
        """Put an index of all the articles in the place of the last one, which covers `covered`."""
        self._check_count(covered)
        path = self._location / NEW_INDEX
        made = ArchiveIndex.create(
            path, commit_info(self._analyzer, StoreState(self._store.state().archive, 0, ""))
        )
        self._fill(made, made.covered(), progress, fresh=True)
        self._index.adopt(made)
        self._forget_tombstones()

    def _fill(
        self,
        index: ArchiveIndex,
        covered: CommitInfo,
        progress: Progress | None = None,
        *,
        fresh: bool = False,
    ) -> None:
        """Apply to `index`, which covers `covered`, all that has changed in the store since.

        In one commit; a new index (`fresh`), which has no readers yet, is filled in several.
        """
        newest, total, done = self._store.state(), self._store.count(), 0
        before = StoreState(covered.archive, covered.revision, covered.digest)
        gone = self._store.deleted_since(covered.revision)
        changed = self._store.since(covered.revision, BATCH_ARTICLES)
        expunge = bool(covered.revision) and self._store.erased_since(covered.revision)
        finished = False
        while not finished:
            already = done
            with self._updating(index) as update:
                update.remove(gone)
                if expunge:
                    self._place_again(index, update, gone)
                for some in islice(changed, MAX_SEGMENT_ARTICLES // BATCH_ARTICLES if fresh else None):
                    if not fresh:
                        update.remove(article.id for article, _ in some)
                    articles, revisions = [article for article, _ in some], [revision for _, revision in some]
                    ids = [article.id for article in articles]
                    update.put(articles, revisions, self._store.edits(ids), self._store.first_seen(ids))
                    done += len(some)
                    if progress is not None:
                        progress(done, total)
                update.prepare()
                finished = not fresh or done - already < MAX_SEGMENT_ARTICLES
                merging: Merging = "due" if not fresh else "all" if finished else "none"
                update.commit(
                    newest if finished else before,
                    self._analyzer,
                    merging,
                    expunge=expunge,
                    group="new" if not fresh else "all" if finished else "none",
                )

    def _place_again(self, index: ArchiveIndex, update: Update, forgotten: Sequence[str]) -> None:
        """Put articles in again whose group of copies has the id of a forgotten article for its name."""
        from search.index.copies.column import members_named

        articles = self._store.get([*members_named(index.view()[0], {*forgotten})])
        revisions = self._store.revisions([*articles], self._store.revision)
        update.remove(articles)
        ids = [*articles]
        edits, seen = self._store.edits(ids), self._store.first_seen(ids)
        update.put([*articles.values()], [revisions[i] for i in ids], edits, seen)

    def _forget_tombstones(self) -> None:
        """Forget the deletions that the index covers; an index that still lags needs them to catch up."""
        self._store.forget_tombstones(self._index.covered().revision)


class _ForeignError(Exception):
    """Carries the error `cause` that the caller's articles raised; it is not an error of the archive."""

    def __init__(self, cause: Exception) -> None:
        self.cause = cause


def _taken(stream: Iterator[Article]) -> list[Article]:
    """The next articles."""
    try:
        return list(islice(stream, BATCH_ARTICLES))
    except (OSError, ValueError, *ERRORS) as error:
        raise _ForeignError(error) from error


@contextmanager
def _space_named(location: Path) -> Iterator[None]:
    """Raise `ArchiveFull` where there is no room for the index; articles stored before that stay."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise ArchiveFull(
            f"no space is left for the index in {location}; stored articles are not lost, and can be "
            "found after the next write, or: news rebuild",
            location,
        ) from error
