"""The draft of an article: every reader fills one, and here it becomes an article, by one set of rules.

Control characters are taken out, unreadable dates are kept as they are written, values that are too long
are left out: each with a note. An article under embargo is rejected. Strict reading also rejects an
article that lost something.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time

from search.article import MAX_VALUE_LENGTH, Article, has_controls, one_line, written_time
from search.dates import shortened
from search.errors import InvalidArticle
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Accepted, BadDocument, Note, Origin
from search.sources.reading.times import AS_WRITTEN, read_times

HARMLESS_NOTES = frozenset(
    (
        "approximate-date",
        "control-characters",
        "modified-before-published",
        "no-time-of-day",
        "found-date",
        "rounded-time",
        "no-title-column",
        "missing-documents",
    )
)
"""Codes of notes on articles that lost no word and no date, which strict reading accepts."""

_TEXTS = ("title", "description", "body", "source", "url", "language")
BYLINE = re.compile(r"\A\s*by\s+", re.IGNORECASE)
_PARAGRAPH_END = re.compile(r"\n[ \t\r]*\n")


def keep_short(field: str, values: Iterable[str], notes: list[Note]) -> tuple[str, ...]:
    """The values of at most `MAX_VALUE_LENGTH` characters; adds one note if any is longer."""
    found = tuple(values)
    kept = tuple([value for value in found if len(value) <= MAX_VALUE_LENGTH])
    if len(kept) < len(found):
        notes.append(Note("ignored-value", f"a value of {field} is too long to be one"))
    return kept


def body_without_title(body: str, title: str) -> str:
    """The body, stripped, without a first paragraph that repeats the title."""
    body, title = body.strip(), title.strip()
    if body[:1].casefold() != title[:1].casefold():
        return body
    end = _PARAGRAPH_END.search(body)
    repeats = end and one_line(body[: end.start()]).casefold() == one_line(title).casefold()
    return body[end.end() :] if end and repeats else body


def control_characters_note(fields: Iterable[str]) -> Note:
    """The note on an article with control characters in these fields."""
    return Note("control-characters", f"control characters were taken out of {', '.join(fields)}")


@dataclass(slots=True)
class ArticleDraft:
    """The parts of an article as a reader found them; `accepted` makes the article, once.

    Texts are given as they are found. The first readable of `dates` is when the article was published, the
    first of `changes` with a time of day when it was changed, the first of `crawls` when it was fetched.
    `embargo` is the time from which the article may be shown. `notes` has the notes of the reader.
    """

    options: ReadOptions
    id: str = ""
    title: str = ""
    description: str = ""
    highlights: Iterable[str] = ()
    body: str = ""
    dates: Iterable[str] = ()
    changes: Iterable[str] = ()
    crawls: Iterable[str] = ()
    keywords: Iterable[str] = ()
    authors: Iterable[str] = ()
    source: str = ""
    url: str = ""
    language: str = ""
    embargo: Iterable[str] = ()
    extra: dict[str, Iterable[str]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    has_fields: bool = False

    def accepted(self, origin: Origin) -> Accepted:
        """The article; raises `BadDocument`, with the code "embargoed" until the embargo has ended.

        Authors lose a leading "By", and a first paragraph that repeats the title is left out: unless the
        source `has_fields` of its own for them, as tables have, so that a dump is read as it was.
        """
        self.dates, self.changes = tuple(self.dates), tuple(self.changes)
        highlights, keywords, authors = tuple(self.highlights), tuple(self.keywords), tuple(self.authors)
        extra = {name: tuple(values) for name, values in self.extra.items()}
        self._note_controls({"highlights": highlights, "keywords": keywords, "authors": authors, **extra})
        if end := self._embargo_end():
            extra["embargoed"] = (end,)
        times = read_times(self.dates, self.options, self.notes, modified=self.changes, crawled=self.crawls)
        extra |= times.as_written
        try:
            article = Article(
                id=self.id,
                title=self.title,
                description=self.description,
                highlights=highlights,
                body=self.body if self.has_fields else body_without_title(self.body, self.title),
                published=times.published,
                precision=times.precision,
                modified=times.modified,
                crawled=times.crawled,
                keywords=self._short("keywords", keywords),
                authors=self._authors(authors),
                source="".join(self._short("source", (self.source,))),
                url=self.url,
                language=self.language,
                extra={name: self._short(name, values) for name, values in extra.items()},
            )
            if self.options.order is not None and not self.id and not article.url:
                article = replace(article, id=self._id_without_order(article))
        except InvalidArticle as error:
            raise BadDocument(error.code, str(error)) from error
        if self.options.strict:
            for note in self.notes:
                if note.code not in HARMLESS_NOTES:
                    raise BadDocument(note.code, note.detail)
        return Accepted(article, origin, tuple(self.notes))

    def _authors(self, authors: tuple[str, ...]) -> tuple[str, ...]:
        kept = self._short("authors", authors)
        return kept if self.has_fields else tuple([BYLINE.sub("", author) for author in kept])

    def _id_without_order(self, article: Article) -> str:
        """The id of the content as it is read without the order of day and month.

        A file that is read again with an order then updates its articles and makes no second ones.
        """
        plainly = replace(self.options, order=None)
        times = read_times(self.dates, plainly, [], modified=self.changes, crawled=self.crawls)
        extra = {name: values for name, values in article.extra.items() if name not in AS_WRITTEN}
        plain = replace(
            article,
            id="",
            published=times.published,
            precision=times.precision,
            extra=extra | dict(times.as_written),
        )
        return plain.id

    def _note_controls(self, lists: Mapping[str, tuple[str, ...]]) -> None:
        names = [name for name in _TEXTS if _has_controls(getattr(self, name))]
        names += [name for name, values in lists.items() if values and _has_controls("".join(values))]
        if names:
            self.notes.append(control_characters_note(names))

    def _embargo_end(self) -> str:
        """When the embargo ended, as it is written in an article; "" where there was no embargo.

        Of several ends the last counts. An embargo until a day ends when that day begins in the user's zone.
        An embargo whose end cannot be read does not end. Raises `BadDocument` before the end.
        """
        written = [text for text in self.embargo if text.strip()]
        if not written:
            return ""
        ends = []
        for until in (read_times([text], self.options, []) for text in written):
            if (moment := until.published) is not None:
                shown = written_time(moment, until.precision)
                is_instant = until.precision == "instant"
                ends.append((moment if is_instant else self._first_of_day(moment), shown))
        if not ends:
            raise BadDocument("embargoed", f"the end of the embargo cannot be read: {shortened(written[0])}")
        end, shown = max(ends)
        if end > (self.options.now or datetime.now(UTC)):
            raise BadDocument("embargoed", f"the article is under embargo until {shown}; index it again then")
        return shown

    def _first_of_day(self, day: datetime) -> datetime:
        return datetime.combine(day.date(), time(), self.options.zone)

    def _short(self, name: str, values: tuple[str, ...]) -> tuple[str, ...]:
        """The values that are short enough on one line."""
        if not values or max(map(len, values)) <= MAX_VALUE_LENGTH:
            return values
        return keep_short(name, map(one_line, values), self.notes)


def _has_controls(text: str) -> bool:
    return not text.isprintable() and has_controls(text.replace("\r", ""))
