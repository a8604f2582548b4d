"""Saved searches, deliveries and entries, and the text that is stored of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import get_args

from search.archive.question import Question
from search.article import Article
from search.dates.bounds import Moment
from search.engine import Arrivals, Reason, StoredEntry, StoredSearch
from search.errors import SearchError
from search.snippets import Snippet


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A question with a name, for the articles that come, and how to look for them; see `save`.

    It has looked at everything up to `revision`, and has delivered `articles` in a number of `deliveries`.
    `made` is when it was saved.
    """

    name: str
    question: Question
    revision: int
    made: datetime
    articles: int = 0
    deliveries: int = 0
    changes: bool = False
    every_copy: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """An article that a saved search has found, without its text.

    It is the version that matched: the archive took it in with a revision, at that time (`at`). `copies` are
    other articles of the same delivery with the same text.
    """

    search: str
    reason: Reason
    revision: int
    at: datetime
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
    `all` is True if all were, and `made` is the time of the look, None if nothing is new.

    `failures` has the searches that could not be asked, each with its error. `warnings` says what was odd.
    Both are of the look, and empty where a delivery is given again.
    """

    number: int
    archive: str
    searches: tuple[str, ...]
    all: bool = False
    made: datetime | None = None
    entries: tuple[Entry, ...] = ()
    earlier: tuple[Entry, ...] = ()
    failures: Mapping[str, SearchError] = field(default_factory=lambda: MappingProxyType({}))
    warnings: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The names of the searches that were asked, with + between; "" if all were asked."""
        return "" if self.all else "+".join(sorted(self.searches))


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """A question and the options of a search, which are stored as one text."""

    question: Question
    changes: bool
    every_copy: bool


def written_question(saved: StoredQuestion) -> str:
    """The text that is stored of a question and its options."""
    question = saved.question
    bounds = {"since": question.since, "until": question.until}
    known = {name: _written_moment(at) for name, at in bounds.items() if at}
    facts = {"text": question.text, **known, "any": question.any_word, "filters": question.filters}
    return json.dumps({**facts, "changes": saved.changes, "every_copy": saved.every_copy})


def _written_moment(moment: Moment) -> str:
    if isinstance(moment, str):
        return moment
    # To the microsecond, as a text without them is a whole second.
    return moment.isoformat(timespec="microseconds") if isinstance(moment, datetime) else moment.isoformat()


def read_stored(written: str) -> StoredQuestion:
    """The question and the options of such a text."""
    facts = json.loads(written)
    filters = tuple(facts.get("filters", ()))
    question = Question(facts["text"], facts.get("since"), facts.get("until"), facts["any"], filters)
    return StoredQuestion(question, facts["changes"], facts["every_copy"])


def saved_search(stored: StoredSearch) -> SavedSearch:
    """The saved search that is stored."""
    saved = read_stored(stored.question)
    counts = stored.articles, stored.deliveries
    mark, options = stored.mark, (saved.changes, saved.every_copy)
    return SavedSearch(stored.name, saved.question, mark.revision, stored.made, *counts, *options)


def entries_to_store(name: str, arrivals: Arrivals, *, every_copy: bool) -> Iterator[StoredEntry]:
    """Write an entry for each article that arrived.

    As from look to look, articles are copies of one text by their group or by their fingerprint, and a new
    one is a copy also of an article that has changed, but not the other way round.
    """
    texts: dict[tuple[str | bytes, Reason], int] = {}
    for place, each in enumerate(arrivals.found):
        facts = {
            "at": each.at.isoformat(),
            "article": each.article.as_record(),
            "snippet": each.snippet.text,
            "marks": each.snippet.marks,
        }
        text = place
        if not every_copy:
            names = [known for known in (each.group, each.fingerprint) if known]
            reasons = get_args(Reason) if each.reason == "new" else (each.reason,)
            keys = ((known, reason) for known in names for reason in reasons)
            text = next((texts[key] for key in keys if key in texts), place)
            texts |= {(known, each.reason): text for known in names}
        earlier = each.earlier and not every_copy
        written = json.dumps(facts)
        identity, print_ = each.article.id, each.fingerprint
        yield StoredEntry(name, identity, each.revision, each.reason, text, earlier, written, print_)


def folded(rows: Sequence[StoredEntry]) -> Iterator[Entry]:
    """Read entries, the copies of one text in one delivery as one."""
    texts: dict[tuple[int, str, int], list[StoredEntry]] = {}
    for row in rows:
        if not row.earlier:
            texts.setdefault((row.delivery, row.search, row.text), []).append(row)
    for first, *others in texts.values():
        yield replace(entry_of(first), copies=tuple(map(entry_of, others)))


def entry_of(row: StoredEntry) -> Entry:
    """Read an entry, without its copies."""
    facts = json.loads(row.entry)
    return Entry(
        search=row.search,
        reason=row.reason,
        revision=row.revision,
        at=datetime.fromisoformat(facts["at"]),
        article=Article.restored(facts["article"]),
        snippet=Snippet(facts["snippet"], tuple((start, end) for start, end in facts["marks"])),
        delivery=row.delivery,
    )
