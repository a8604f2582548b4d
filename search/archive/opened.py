"""The ground of an opened archive: its engine, and the zone and moment from which it is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo

from search.archive.arguments import Timeout, deadline_of
from search.archive.question import Question, question_of, read_question
from search.deadline import Deadline
from search.engine import Engine, Reader
from search.language import Query
from search.text import Analyzer


class OpenedArchive:
    """An engine, with a zone and a moment: `now`, or the time of each call."""

    def __init__(self, engine: Engine, zone: tzinfo = UTC, now: datetime | None = None) -> None:
        self.engine = engine
        self.zone = zone
        self._now = now
        self._analyzer: Analyzer | None = None

    def _moment(self) -> datetime:
        return self._now or datetime.now(UTC)

    @contextmanager
    def _reading(self, timeout: Timeout) -> Iterator[tuple[Reader, Deadline | None]]:
        deadline = deadline_of(timeout)
        with self.engine.reader(deadline) as reader:
            yield reader, deadline

    def _read(self, reader: Reader, asked: Question | str) -> Query:
        return read_question(reader, question_of(asked), self.zone, self._moment())

    def _analyzer_of(self, reader: Reader) -> Analyzer:
        if self._analyzer is None:
            self._analyzer = Analyzer(reader.state().language)
        return self._analyzer
