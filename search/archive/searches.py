"""The methods of an archive for saved searches, and for the articles that are new to them.

Each look of some searches makes one delivery, which is kept before it is given out. It is given out again
until it is confirmed, and whenever its number is asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from search.archive.arguments import Timeout, checked_as, text_of
from search.archive.opened import REVISION, OpenedArchive, Past
from search.archive.question import Question, question_of, read_question
from search.article import Article
from search.dates.bounds import Moment, period_of
from search.deadline import Check
from search.engine import Arrivals, Reader, Reason, StoredEntry, StoredSearch, Watch, Watching
from search.errors import InvalidRequest, LimitExceeded, QuerySyntaxError, SearchError
from search.snippets import Markers, Snippet, snippet

MAX_FEED_ENTRIES = 50
"""The entries of a feed, at most."""

_TEXTS = frozenset(("description", "highlights", "body"))
_NAME = re.compile(r"\w[\w.-]{0,63}")


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A question with a name, for the articles that come.

    It has looked at all revisions up to `revision`, and has delivered `articles` in a number of `deliveries`.
    `made` is when it was saved.
    """

    name: str
    question: Question
    revision: int
    made: datetime
    articles: int = 0
    deliveries: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """An article that a saved search has found, as it was when it was delivered, without its text.

    The archive took it in, or its change, with a revision, at the time `seen`. `copies` are other articles of
    the same delivery with the same text.
    """

    search: str
    reason: Reason
    revision: int
    seen: datetime
    article: Article
    snippet: Snippet
    delivery: int
    copies: tuple[Entry, ...] = ()

    @property
    def id(self) -> str:
        """The id of the article."""
        return self.article.id


@dataclass(frozen=True, slots=True)
class Delivery:
    """The articles that are new to some saved searches, search by search, in the order in which they came.

    `number` is 0 if nothing is new. `earlier` has the new copies of articles that an earlier delivery has:
    these are not entries. `archive` is the UUID of the archive, `searches` are the searches that were asked,
    and `made` is the time of the look, None if nothing is new. `failures` has the searches that could not be
    asked in this call, each with its error.
    """

    number: int
    archive: str
    searches: tuple[str, ...]
    made: datetime | None = None
    entries: tuple[Entry, ...] = ()
    earlier: tuple[Entry, ...] = ()
    failures: Mapping[str, SearchError] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def name(self) -> str:
        """The name of the search, if it was one; else ""."""
        return self.searches[0] if len(self.searches) == 1 else ""


class WatchingArchive(OpenedArchive):
    """An archive that keeps searches and tells of the articles that are new to them."""

    def save(
        self, name: str, question: Question | str, *, start: Past | None = None, replace: bool = False
    ) -> SavedSearch:
        """Save a question under a name, for articles that come from now on.

        With `start`, which is a revision or a moment, also for articles that came with it or later. With
        `replace` the question takes the place of the one that has this name, and goes on from where that was.
        Raises `InvalidRequest` if there is one already.
        """
        if replace and start is not None:
            raise InvalidRequest("a search that is replaced goes on from where it was, so it has no start")
        name, asked, now = text_of("a name", name), question_of(question), self._moment()
        if not _NAME.fullmatch(name):
            raise InvalidRequest(
                f"{name!r} cannot be a name; names are up to 64 letters, digits and any of _ - ."
            )
        with self._reading() as (reader, _):
            read_question(reader, asked, self.zone, now)  # so that an error comes now
            revision = reader.state().revision
        if start is not None:
            revision = min(revision, self._revision_before(start, now))
        self._watching().save_search(StoredSearch(name, _written(asked), revision, now), replace=replace)
        return self._search_named(name)

    def saved(self) -> tuple[SavedSearch, ...]:
        """The saved searches, by name."""
        counts = self._watching().count_delivered()
        return tuple(
            SavedSearch(each.name, _read(each.question), each.revision, each.made, *counts.get(each.name, ()))
            for each in self._watching().saved_searches()
        )

    def remove_saved(self, name: str) -> bool:
        """Erase a saved search with all that it has delivered; False if there is no such search."""
        return self._watching().remove_search(text_of("a name", name))

    def new(
        self,
        names: str | Iterable[str] | None = None,
        *,
        changes: bool = False,
        every_copy: bool = False,
        timeout: Timeout = None,
    ) -> Delivery:
        """Look for the articles that have come since the last look of these saved searches, or of all.

        An article counts when the archive first has it, whenever it was published, if it matches as it came.
        With `changes` also articles whose headline or text has changed, and articles that match only since a
        change. Copies of one text are one entry, and a copy of an article that was delivered earlier is not
        an entry; with `every_copy` each is an entry of its own.

        The look and its articles are kept together or not at all. The same delivery is returned until it is
        given to `confirm`. A search that fails is in `failures`; if `names` is one name, its error is raised.
        """
        watching, now = self._watching(), self._moment()
        wanted = self._names(names)
        failures: dict[str, SearchError] = {}
        while True:
            number = watching.unconfirmed(wanted)
            if number is not None:
                waiting = self.delivery(number)
                if waiting.entries or waiting.earlier:
                    return replace(waiting, failures=MappingProxyType(failures))
                watching.confirm(number)  # as its articles have been forgotten or cancelled
                continue
            known = {each.name: each for each in watching.saved_searches() if each.name in wanted}
            with self._reading(timeout) as (reader, check):
                archive, upto = reader.state().archive, reader.state().revision
                watches, failures = self._watches(reader, known.values(), now)
                found = dict(zip(watches, reader.arrivals([*watches.values()], changes=changes), strict=True))
                entries: list[StoredEntry] = []
                for name, arrivals in found.items():
                    if arrivals.failure is not None:
                        failures[name] = arrivals.failure
                    entries += _entries(name, arrivals, check, every_copy=every_copy)
            if isinstance(names, str) and names in failures:
                raise failures[names]
            seen = {name: watch.after for name, watch in watches.items() if name not in failures}
            number = watching.deliver(wanted, seen, upto, now, entries) if seen else 0
            if number is not None:
                made = self.delivery(number) if number else Delivery(0, archive, tuple(wanted))
                return replace(made, failures=MappingProxyType(failures))

    def confirm(self, delivery: Delivery | int) -> None:
        """Keep that a delivery was received, so that `new` goes on to the next."""
        number = (
            delivery.number if isinstance(delivery, Delivery) else checked_as(int, "a delivery", delivery)
        )
        self._watching().confirm(number)

    def delivery(self, number: int) -> Delivery:
        """The delivery with this number, as it was made; raises `InvalidRequest` if there is no such number.

        Only articles that have been forgotten or cancelled since are left out.
        """
        stored = self._watching().delivery(checked_as(int, "a delivery", number))
        if stored is None:
            last = self._watching().last_delivery()
            raise InvalidRequest(
                f"there is no delivery {number:,}; the last is {last:,}" if last else "there is no delivery"
            )
        entries = tuple(_folded(stored.entries))
        earlier = tuple(_entry(each) for each in stored.entries if each.earlier)
        archive = self._archive()
        return Delivery(stored.number, archive, stored.searches, stored.made, entries, earlier)

    def delivered(
        self, names: str | Iterable[str] | None = None, *, upto: Delivery | int | None = None
    ) -> tuple[Entry, ...]:
        """The last 50 entries for these saved searches, or for all, the newest first: the content of a feed.

        With `upto` only of deliveries up to this one, and without names for the searches of this one.
        """
        watching = self._watching()
        if isinstance(upto, Delivery):
            wanted = [*upto.searches] if names is None else self._names(names)
            last = upto.number or watching.last_delivery()
        else:
            wanted = self._names(names)
            last = watching.last_delivery() if upto is None else upto
        rows = watching.delivered(wanted, last, MAX_FEED_ENTRIES)
        return tuple(reversed(tuple(_folded(rows))))[:MAX_FEED_ENTRIES]

    def _watching(self) -> Watching:
        if not isinstance(self.engine, Watching):
            raise InvalidRequest("this kind of archive keeps no saved searches")
        return self.engine

    def _archive(self) -> str:
        with self._reading() as (reader, _):
            return reader.state().archive

    def _search_named(self, name: str) -> SavedSearch:
        return next(each for each in self.saved() if each.name == name)

    def _names(self, names: str | Iterable[str] | None) -> list[str]:
        """The names of saved searches that are meant; raises `InvalidRequest` for others."""
        known = [each.name for each in self._watching().saved_searches()]
        if names is None:
            return known
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
        self, reader: Reader, searches: Iterable[StoredSearch], now: datetime
    ) -> tuple[dict[str, Watch], dict[str, SearchError]]:
        """The watches of the searches that have not looked at everything, and the errors of the others."""
        watches: dict[str, Watch] = {}
        failures: dict[str, SearchError] = {}
        revision = reader.state().revision
        for each in searches:
            try:
                tree = read_question(reader, _read(each.question), self.zone, now).tree
            except (QuerySyntaxError, LimitExceeded, InvalidRequest) as error:
                failures[each.name] = error
            else:
                if each.revision < revision:
                    watches[each.name] = Watch(tree, each.revision)
        return watches, failures


def _written(question: Question) -> str:
    """A question as the text that is stored of it."""
    bounds = {"since": question.since, "until": question.until}
    known = {name: at if isinstance(at, str) else at.isoformat() for name, at in bounds.items() if at}
    return json.dumps({"text": question.text, **known, "any": question.any_word})


def _read(written: str) -> Question:
    facts = json.loads(written)
    return Question(facts["text"], facts.get("since"), facts.get("until"), facts["any"])


def _entries(name: str, arrivals: Arrivals, check: Check, *, every_copy: bool) -> Iterator[StoredEntry]:
    """Write an entry for each article that arrived."""
    markers = Markers(arrivals.highlights, check)
    for each in arrivals.found:
        check()
        article, record = each.article, each.article.as_record()
        shown = snippet(article, markers)
        facts = {
            "seen": each.at.isoformat(),
            "article": {name: value for name, value in record.items() if name not in _TEXTS},
            "snippet": shown.text,
            "marks": shown.marks,
        }
        group = f"{article.id} r{each.revision}" if every_copy else each.group
        yield StoredEntry(name, article.id, each.revision, each.reason, group, json.dumps(facts))


def _folded(rows: Sequence[StoredEntry]) -> Iterator[Entry]:
    """Read entries, the copies of one text in one delivery as one."""
    groups: dict[tuple[int, str, str], list[StoredEntry]] = {}
    for row in rows:
        if not row.earlier:
            groups.setdefault((row.delivery, row.search, row.group), []).append(row)
    for first, *others in groups.values():
        yield replace(_entry(first), copies=tuple(map(_entry, others)))


def _entry(row: StoredEntry) -> Entry:
    facts = json.loads(row.entry)
    return Entry(
        search=row.search,
        reason=row.reason,
        revision=row.revision,
        seen=datetime.fromisoformat(facts["seen"]),
        article=Article.restored(facts["article"]),
        snippet=Snippet(facts["snippet"], tuple((start, end) for start, end in facts["marks"])),
        delivery=row.delivery,
    )
