"""The methods of an archive for saved searches, and for the articles that are new to them.

Each look of some searches makes one delivery, which is kept before it is given out. It is given out again
until it is confirmed, and whenever its number is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace as dataclass_replace
from datetime import datetime, timedelta
from types import MappingProxyType

from search.archive.arguments import Timeout, checked_as, text_of
from search.archive.deliveries import (
    Delivery,
    Entry,
    SavedSearch,
    StoredQuestion,
    entries_to_store,
    entry_of,
    folded,
    read_stored,
    saved_search,
    written_question,
)
from search.archive.opened import REVISION, OpenedArchive, Past
from search.archive.question import Question, question_of, read_question
from search.dates.bounds import Moment, period_of
from search.engine import (
    LAST_NUMBER,
    Look,
    Mark,
    Reader,
    StoredDelivery,
    StoredEntry,
    StoredSearch,
    Watch,
    Watching,
)
from search.errors import InvalidRequest, LimitExceeded, QuerySyntaxError, SearchError

MAX_FEED_ENTRIES = 50
"""The entries of a feed, at most."""

MAX_ENTRIES = 1_000
"""The articles of a search in one delivery, at most; a search for changes has no limit."""

_NAME = re.compile(r"\w[\w.-]{0,63}")


class WatchingArchive(OpenedArchive):
    """An archive that keeps searches and tells of the articles that are new to them."""

    def save(
        self,
        name: str,
        question: Question | str,
        *,
        start: Past | None = None,
        replace: bool = False,
        changes: bool = False,
        every_copy: bool = False,
    ) -> SavedSearch:
        """Save a question under a name, for articles that come from now on.

        With `start`, which is a revision or a moment, also for articles that came with it or later, as far as
        the archive knows when they came. With `replace` the search that has this name gets the question and
        the options, and goes on from where it was.

        With `changes` it also tells of articles whose headline or text has changed, and of articles that
        match only since a change. Copies of one text are one entry, and a copy of an article that was
        delivered earlier is not an entry; with `every_copy` each is an entry of its own. Raises
        `InvalidRequest` if there is a search with this name already.
        """
        if replace and start is not None:
            raise InvalidRequest("a search that is replaced goes on from where it was, so it has no start")
        name, asked, now = text_of("a name", name), question_of(question), self._moment()
        if not _NAME.fullmatch(name):
            raise InvalidRequest(
                f"{name!r} cannot be a name; names are up to 64 letters, digits and any of _ - ."
            )
        watching = self._watching()
        with self._reading() as (reader, _):
            read_question(reader, asked, self.zone, now)  # so that an error comes now
            revision = reader.state().revision
        if start is not None:
            revision = min(revision, self._revision_before(start, now))
        written = written_question(
            StoredQuestion(
                asked, checked_as(bool, "changes", changes), checked_as(bool, "every_copy", every_copy)
            )
        )
        watching.save_search(StoredSearch(name, written, now, revision, Mark.at(revision)), replace=replace)
        made = next((each for each in self.saved() if each.name == name), None)
        if made is None:
            raise InvalidRequest(f"the saved search {name!r} was removed meanwhile")
        return made

    def saved(self) -> tuple[SavedSearch, ...]:
        """The saved searches, by name."""
        return tuple(map(saved_search, self._watching().saved_searches()))

    def remove_saved(self, name: str) -> bool:
        """Erase a saved search with all that it has delivered; False if there is no such search."""
        return self._watching().remove_search(text_of("a name", name))

    def new(self, names: str | Iterable[str] | None = None, *, timeout: Timeout = None) -> Delivery:
        """Look for the articles that have come since the last look of these saved searches, or of all.

        An article counts when the archive first has it, whenever it was published, if it matches as it came.
        Each search tells of it once. A delivery has up to 1,000 articles of a search without `changes`; the
        next one goes on after them.

        The look and its articles are kept together or not at all. Another call for the same searches returns
        the same delivery until it is given to `confirm`. Raises `OtherAnalyzer` if the archive must be
        rebuilt first. If `names` is one name, the error of this search is raised.
        """
        watching, now = self._watching(), self._moment()
        wanted = self._names(names)
        while True:
            waiting = watching.unconfirmed()
            for each in waiting:
                if each.all == (names is None) and (each.all or {*each.searches} == {*wanted}):
                    again = self.delivery(each.number)
                    if again.entries or again.earlier:
                        return again
                    watching.confirm(each.number)  # as its articles have been forgotten or cancelled
            delivery = self._look(watching, wanted, names, now, timeout)
            if delivery is not None:
                others = [each for each in waiting if not {*each.searches}.isdisjoint(wanted)]
                told = tuple(map(_in_words, (each for each in others if self.delivery(each.number).entries)))
                return dataclass_replace(delivery, warnings=delivery.warnings + told)

    def _look(
        self,
        watching: Watching,
        wanted: Sequence[str],
        names: str | Iterable[str] | None,
        now: datetime,
        timeout: Timeout,
    ) -> Delivery | None:
        """Look once, and keep the outcome; None if a search has looked or was replaced meanwhile."""
        known = {each.name: each for each in watching.saved_searches() if each.name in wanted}
        saved = {name: read_stored(each.question) for name, each in known.items()}
        with self._reading(timeout) as (reader, check):
            state = reader.state()
            watches, failures = self._watches(reader, known, saved, now)
            found = dict(zip(watches, reader.arrivals([*watches.values()], limit=MAX_ENTRIES), strict=True))
            warnings = state.warnings
        failures |= {name: each.failure for name, each in found.items() if each.failure is not None}
        if isinstance(names, str) and names in failures:
            raise failures[names]
        looked = {name: each for name, each in found.items() if name not in failures}
        entries: list[StoredEntry] = []
        for name, each in looked.items():
            check()
            entries += entries_to_store(name, each, every_copy=saved[name].every_copy)
            if each.mark.revision < state.revision:
                warnings += (f"there are more new articles for {name!r}; ask again",)
        marks = {name: (known[name], each.mark) for name, each in looked.items()}
        asked, every = tuple(wanted), names is None
        number = watching.deliver(Look(asked, every, now, marks, entries)) if looked else 0
        if number is None:
            return None
        made = self.delivery(number) if number else Delivery(0, state.archive, asked, every)
        return dataclass_replace(made, failures=MappingProxyType(failures), warnings=warnings)

    def confirm(self, delivery: Delivery | int) -> None:
        """Keep that a delivery was received, so that `new` goes on to the next.

        The delivery 0, which has nothing, needs none. Raises `InvalidRequest` if none ever had this number.
        """
        number = _number_of(delivery)
        if number:
            self._watching().confirm(number)

    def delivery(self, number: int) -> Delivery:
        """The delivery with this number, as it was made; raises `InvalidRequest` if there is no such number.

        Only articles that have been forgotten or cancelled since are left out.
        """
        stored = self._watching().delivery(_number_of(number))
        if stored is None:
            last = self._watching().last_delivery()
            raise InvalidRequest(
                f"there is no delivery {number:,}; the last is {last:,}" if last else "there is no delivery"
            )
        return Delivery(
            stored.number,
            self._archive(),
            stored.searches,
            stored.all,
            stored.made,
            tuple(folded(stored.entries)),
            tuple(entry_of(each) for each in stored.entries if each.earlier),
        )

    def delivered(
        self, names: str | Iterable[str] | None = None, *, upto: Delivery | int | None = None
    ) -> tuple[Entry, ...]:
        """The last entries for these saved searches, or for all, the newest first: the content of a feed.

        They are all entries of the last delivery, and of earlier ones as many as make 50.
        With `upto` only of deliveries up to this one, and without names for the searches of this one.
        """
        watching = self._watching()
        of_delivery = names is None and isinstance(upto, Delivery) and not upto.all
        wanted = [*upto.searches] if of_delivery and isinstance(upto, Delivery) else self._names(names)
        last = watching.last_delivery() if upto is None else _number_of(upto)
        if isinstance(upto, Delivery):
            last = last or watching.last_delivery()
        rows = watching.delivered(wanted, last, MAX_FEED_ENTRIES)
        entries = tuple(reversed(tuple(folded(rows))))
        newest = sum(each.delivery == entries[0].delivery for each in entries)
        return entries[: max(MAX_FEED_ENTRIES, newest)]

    def _watching(self) -> Watching:
        if not isinstance(self.engine, Watching):
            raise InvalidRequest("this kind of archive keeps no saved searches")
        if self._as_of is not None:
            raise InvalidRequest("saved searches are of the archive as it is, not as of an earlier revision")
        return self.engine

    def _archive(self) -> str:
        with self._reading() as (reader, _):
            return reader.state().archive

    def _names(self, names: str | Iterable[str] | None) -> list[str]:
        """The names of saved searches that are meant; raises `InvalidRequest` for others."""
        known = [each.name for each in self._watching().saved_searches()]
        if names is None:
            return known
        if not isinstance(names, Iterable):
            raise InvalidRequest(f"names must be text or several texts, not {type(names).__name__}")
        wanted = [text_of("a name", each) for each in ([names] if isinstance(names, str) else names)]
        for name in wanted:
            if name not in known:
                raise InvalidRequest(
                    f"there is no saved search {name!r}; to list the saved searches: news saved"
                )
        return list(dict.fromkeys(wanted))

    def _revision_before(self, start: Past, now: datetime) -> int:
        """The revision before the first that is meant by a start."""
        if isinstance(start, int) or (isinstance(start, str) and REVISION.fullmatch(start.strip())):
            return max(0, self._revision(start, now) - 1)
        first: Moment = start
        begin = period_of(first, "start", self.zone, now).start
        assert begin is not None
        return self._historied().revision_at(begin - timedelta(microseconds=1)) or 0

    def _watches(
        self,
        reader: Reader,
        known: Mapping[str, StoredSearch],
        saved: Mapping[str, StoredQuestion],
        now: datetime,
    ) -> tuple[dict[str, Watch], dict[str, SearchError]]:
        """The watches of the searches that have not looked at everything, and the errors of the others."""
        watches: dict[str, Watch] = {}
        failures: dict[str, SearchError] = {}
        revision = reader.state().revision
        for name, each in known.items():
            try:
                tree = read_question(reader, saved[name].question, self.zone, now).tree
            except (QuerySyntaxError, LimitExceeded, InvalidRequest) as error:
                failures[name] = error
            else:
                if each.mark.revision < revision:
                    watches[name] = Watch(tree, each.mark, saved[name].changes, name, each.start)
        return watches, failures


def _number_of(delivery: Delivery | int) -> int:
    """The number of a delivery; raises `InvalidRequest` for one that no archive can keep."""
    if isinstance(delivery, Delivery):
        return delivery.number
    if abs(number := checked_as(int, "a delivery", delivery)) > LAST_NUMBER:
        raise InvalidRequest("there is no delivery with a number of this size")
    return number


def _in_words(waiting: StoredDelivery) -> str:
    asked = "all saved searches" if waiting.all else ", ".join(waiting.searches)
    return f"delivery {waiting.number:,} waits to be confirmed; it is given again if you ask {asked}"
