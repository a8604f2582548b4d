"""The ground of an opened archive: its engine, and the zone and moment from which it is looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo

from search.archive.arguments import Timeout, checked_as, deadline_of
from search.archive.question import LATER, Question, depends_on_now, question_of, read_question
from search.dates import Period
from search.dates.bounds import Moment, period_of
from search.deadline import Check, no_deadline
from search.engine import Engine, Historied, Reader
from search.errors import InvalidRequest
from search.language import Query
from search.text import Analyzer

Past = int | Moment
"""A revision of an archive, as a number or text ("r41"), or a moment; a text or a day means its end."""

REVISION = re.compile(r"r(\d{1,18})")


class OpenedArchive:
    """An engine, with a zone and a moment: `now`, or the time of each call; and a revision that is shown.

    With `moving` the revision is of a moment that is relative to now, such as "yesterday".
    """

    def __init__(
        self,
        engine: Engine,
        zone: tzinfo = UTC,
        now: datetime | None = None,
        as_of: int | None = None,
        *,
        moving: bool = False,
    ) -> None:
        self.engine = engine
        self.zone = zone
        self._now = now
        self._as_of, self._moving = as_of, moving
        self._analyzer: Analyzer | None = None

    def version(self) -> str:
        """A name of the archive's state, which changes whenever an answer may change; made in microseconds.

        An answer that depends on now (`Results.depends_on_now`) also changes with time.
        """
        return self.engine.version()

    def depends_on_now(self, question: Question | str) -> bool:
        """True if the answer may be another one later, although the archive stays the same.

        It may be if a date is relative to now: in the question, or in the `as_of` of `at`.
        """
        with self._reading() as (reader, _):
            asked, now = question_of(question), self._moment()
            read = read_question(reader, asked, self.zone, now)
            return self._moving or depends_on_now(reader, asked, read, self.zone, now)

    def _moment(self) -> datetime:
        return self._now or datetime.now(UTC)

    @contextmanager
    def _reading(
        self, timeout: Timeout = None, as_of: Past | None = None, now: datetime | None = None
    ) -> Iterator[tuple[Reader, Check]]:
        deadline = deadline_of(timeout)
        revision = self._as_of if as_of is None else self._revision(as_of, now or self._moment())
        reading = (
            self.engine.reader(deadline)
            if revision is None
            else self._historied().reader_as_of(revision, deadline)
        )
        with reading as reader:
            yield reader, no_deadline if deadline is None else deadline.check

    def _historied(self) -> Historied:
        if not isinstance(self.engine, Historied):
            raise InvalidRequest("this kind of archive keeps no earlier versions")
        return self.engine

    def _moves(self, then: Past | None, now: datetime) -> bool:
        """True if a moment is relative to now."""
        if not isinstance(then, str) or REVISION.fullmatch(then.strip()):
            return False
        today, later = (self._period(then, "as_of", at) for at in (now, now + LATER))
        return today != later

    def _revision(self, then: Past, now: datetime, name: str = "as_of") -> int:
        """The revision that is meant; raises `InvalidRequest`, which names the parameter."""
        if isinstance(then, int):
            return checked_as(int, name, then)
        if isinstance(then, str) and (written := REVISION.fullmatch(then.strip())):
            return int(written[1])
        end = self._period(then, name, now).end
        assert end is not None
        revision = self._historied().revision_at(end - timedelta(microseconds=1))
        if revision is None:
            raise InvalidRequest(f"the history of the archive begins later than {then}")
        return revision

    def _period(self, then: Moment, name: str, now: datetime) -> Period:
        try:
            return period_of(then, name, self.zone, now)
        except InvalidRequest as error:
            raise InvalidRequest(f"{error}; or give a revision, such as r41") from error

    def _read(self, reader: Reader, asked: Question | str) -> Query:
        return read_question(reader, question_of(asked), self.zone, self._moment())

    def _analyzer_of(self, reader: Reader) -> Analyzer:
        if self._analyzer is None:
            self._analyzer = Analyzer(reader.state().language)
        return self._analyzer
