"""The methods of an archive that change it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from search.archive.arguments import age_given, articles_of, ids_of, paths_of, progress_of
from search.archive.opened import OpenedArchive
from search.article import Article
from search.engine import Added, Progress

if TYPE_CHECKING:  # what reads files is imported when something is written
    from search.ingest import IndexReport
    from search.sources import ReadOptions, Rejected


class ChangingArchive(OpenedArchive):
    """An archive that can be changed: the half of `Archive` that writes."""

    def add(self, articles: Iterable[Article | Mapping[str, object]]) -> Added:
        """Add the articles, each in place of the one that has its id; returns when they can be found.

        A mapping is read by `Article.from_dict`, with times in the zone of the archive.
        """
        from search.ingest import add_all  # which imports every reader of files

        counts: list[Added] = []
        add_all(self.engine, articles_of(articles, self.zone), counts.append)
        return sum(counts, Added())

    def index(
        self,
        paths: str | Path | Iterable[str | Path],
        options: ReadOptions | None = None,
        *,
        on_reject: Callable[[Rejected], None] | None = None,
        on_progress: Callable[[IndexReport], None] | None = None,
    ) -> IndexReport:
        """Add the articles of files and folders, as `news index` does; returns when they can be found.

        `options` say how the files are read; by default times are in the zone of the archive. The report
        counts every document, and has the ids of the articles that were added and updated. `on_reject` is
        called for each document that is not an article, `on_progress` now and then with the report so far.
        Raises `InvalidRequest` for a path that is not there.
        """
        from search.ingest import IndexReport, index_documents
        from search.sources import ReadOptions, read_paths

        report = IndexReport()
        index_documents(
            self.engine,
            read_paths(paths_of(paths), options or ReadOptions(zone=self.zone)),
            report,
            on_reject=on_reject,
            on_progress=on_progress,
            keep_ids=True,
        )
        return report

    def delete(self, ids: Iterable[str], *, forget: bool = False) -> int:
        """Delete the articles with these ids; return how many there were.

        Their versions are kept (see `history`), unless they are to be forgotten: then nothing is kept.
        """
        return self.engine.delete(ids_of(ids), forget=forget)

    def prune(self, older_than: str | timedelta) -> int:
        """Drop the versions replaced or deleted longer ago than this ("30d", "1y"); return how many.

        Confirmed deliveries of saved searches that are older are dropped, too.
        """
        return self._historied().prune(self._moment() - age_given(older_than))

    def upgrade(self, progress: Progress | None = None) -> bool:
        """Bring an archive of an older format up to date, as each write does; True if it was needed."""
        return self.engine.upgrade(progress_of(progress))

    def rebuild(self, progress: Progress | None = None) -> None:
        """Build a new index from the stored articles, calling `progress(done, total)` on the way."""
        self.engine.rebuild(progress_of(progress))
