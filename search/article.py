"""`Article`: the one record of this package.

An `Article` that exists is valid: it has an id, some text, clean strings, and a time in UTC or none.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any, Literal, get_args

from search.errors import InvalidArticle

Precision = Literal["instant", "day", "month", "year"]
"""How exactly a time is known. A day, month or year is the same calendar period in every zone."""

PRECISIONS: tuple[Precision, ...] = get_args(Precision)

MAX_ID_LENGTH = 512
"""Longest id in characters."""

MAX_VALUE_LENGTH = 512
"""Longest keyword, author, source or value of an extra field in characters."""

MAX_FIELDS = MAX_VALUES = 10_000
"""Extra fields of an article, and values of one field."""

EARLIEST_YEAR, LATEST_YEAR = 1500, 2199
"""A year outside of these is taken for a mistake of a clock or a parser."""

EXTRA_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
"""The pattern of the name of an extra field, which a query can contain."""

OWN_FIELDS = frozenset(
    "id title description highlights body published precision modified crawled seen date keyword keywords "
    "author authors source url site language lang".split()
)
"""Names that an extra field cannot have."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
_LINE_BREAKS = str.maketrans(dict.fromkeys("\r\x0b\x0c\x85", "\n"))
_ASCII_LINE_BREAKS = bytes.maketrans(b"\r\x0b\x0c", b"\n\n\n")
_TEXTS = ("title", "description", "body", "source", "url", "language")
_LISTS = ("highlights", "keywords", "authors")
TIMES_BESIDE = ("modified", "crawled")
"""Fields whose change alone makes no other version of an article."""

_C0 = bytes({*range(32), 127} - {*b"\t\n"})
_REMOVED_C0 = _C0.translate(None, b"\r\x0b\x0c")
_DIRECTION_MARKS = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks of direction. Text may contain them, but not an id: two ids could look the same."""
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def clean(text: str) -> str:
    """Remove control characters and byte-order marks, and write U+FFFD for lone surrogates.

    Carriage returns and form feeds become line feeds. Tabs and line feeds stay. Both ends are stripped.
    """
    return cleaned(text)[0]


def cleaned(text: str) -> tuple[str, bool]:
    """The text as `clean` leaves it, and whether it had a control character other than a tab or a line end.

    Line ends are line feeds and carriage returns; C1 control characters are not looked for.
    """
    if text.isascii():
        raw = text.encode()
        if b"\r" in raw:
            raw = raw.replace(b"\r\n", b"\n")
        kept = raw.translate(_ASCII_LINE_BREAKS, _REMOVED_C0)  # one pass, which most texts leave as they are
        had_controls = len(kept) < len(raw) or (kept != raw and (b"\x0b" in raw or b"\x0c" in raw))
        return kept.decode().strip(), had_controls
    had_controls = has_controls(text.replace("\r", ""))
    text = _SURROGATE.sub("\ufffd", text.replace("\r\n", "\n").translate(_LINE_BREAKS))
    return _CONTROL.sub("", text).strip(), had_controls


def has_controls(text: str) -> bool:
    """True if `text` has a DEL or a C0 control character other than a tab or a line feed."""
    raw = text.encode("utf-8", "surrogatepass")
    return len(raw.translate(None, _C0)) < len(raw)


def one_line(text: str) -> str:
    """Clean the text and put it on one line with single spaces."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(clean(text).split())


def clean_values(values: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct non-empty values in their order, each on one line with single spaces."""
    return tuple(dict.fromkeys(line for value in values if (line := one_line(value))))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Article:
    """One news article.

    Strings are cleaned (see `clean`), but `id` is kept exactly as given. Without an id, the id is a stable
    hash of source and URL, or of the whole content if there is no URL.

    `published` must be aware and is kept in UTC. With a `precision` of day, month or year it stands for that
    period of the calendar in its own zone, and is kept as the first instant of the period in UTC. `modified`
    is the last change that the source names, an instant; it is None if it equals `published`. `crawled` is
    the time at which it was fetched, if that is known.

    `extra` holds the source's other fields by name, each a tuple of strings; treat it as read-only.

    Raises `InvalidArticle` if title, description, highlights and body are all empty, if the id is too long
    or has control characters, if a time has no zone, if a field has a value of the wrong type or too many
    values, or if the name of an extra field cannot be written in a query.
    """

    id: str = ""
    title: str = ""
    description: str = ""
    highlights: tuple[str, ...] = ()
    body: str = ""
    published: datetime | None = None
    precision: Precision = "instant"
    modified: datetime | None = None
    crawled: datetime | None = None
    keywords: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    source: str = ""
    url: str = ""
    language: str = ""
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        def put(name: str, value: object) -> None:
            object.__setattr__(self, name, value)

        for name in _TEXTS:
            if (text := getattr(self, name)) != "":
                if not isinstance(text, str):
                    raise InvalidArticle("bad-field", f"{name} must be text, not {type(text).__name__}")
                put(name, clean(text) if name in ("description", "body") else one_line(text))
        for name in _LISTS:
            if (values := getattr(self, name)) != ():
                put(name, _checked_values(name, values))
        if not (self.title or self.description or self.highlights or self.body):
            raise InvalidArticle("no-text", "the article has no text at all")
        _check_lengths("keywords", self.keywords)
        _check_lengths("authors", self.authors)
        _check_lengths("source", (self.source,))
        published, precision = _checked_published(self.published, self.precision)
        put("published", published)
        put("precision", precision)
        modified = _checked_time("modified", self.modified)
        put("modified", None if precision == "instant" and modified == published else modified)
        put("crawled", _checked_time("crawled", self.crawled))
        put("extra", _checked_extra(self.extra) if self.extra else {})
        put("id", _checked_id(self.id) if self.id != "" else self._derived_id())

    def _derived_id(self) -> str:
        if self.url:
            return "u" + hashlib.sha256(f"{self.source}\n{self.url}".encode()).hexdigest()[:20]
        return "c" + self.digest().hex()[:20]

    def digest(self) -> bytes:
        """Return the SHA-256 of all fields but `id`, `modified` and `crawled`: of the content."""
        record = self.as_record()
        for name in ("id", *TIMES_BESIDE):
            record.pop(name, None)
        text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).digest()

    @property
    def version(self) -> int | None:
        """The version number that the wire gave the article, from `extra["version"]`, or None."""
        return version_of(self.extra)

    def as_record(self) -> dict[str, object]:
        """Return the article as JSON-ready values without empty fields; `restored` reads it back.

        A time is written to its precision: 2025-02-11T18:30:00Z, 2025-02-11, 2025-02 or 2025.
        """
        record: dict[str, object] = {"id": self.id}
        for name in _TEXTS:
            if text := getattr(self, name):
                record[name] = text
        for name in _LISTS:
            if values := getattr(self, name):
                record[name] = list(values)
        if self.published is not None:
            record["published"] = written_time(self.published, self.precision)
        for name in TIMES_BESIDE:
            if (moment := getattr(self, name)) is not None:
                record[name] = written_time(moment)
        if self.extra:
            record["extra"] = {name: list(values) for name, values in self.extra.items()}
        return record

    @classmethod
    def from_dict(
        cls, record: Mapping[str, object], *, zone: tzinfo = UTC, names: Mapping[str, str] | None = None
    ) -> Article:
        """Read a record by the field names that `news index` knows ("headline", "pub_date", "tags").

        Times may be text, or values of datetime, which are in `zone` if they name none. `names` has the
        record's names of fields: {"title": "HEADLINE"}. Other names become extra fields. Raises
        `InvalidArticle` for a record without text, and for a value that the article would lose.
        """
        from search.sources import article_from_record

        return article_from_record(record, zone, names or {})

    @classmethod
    def unchecked(cls, *values: object) -> Article:
        """Build an Article from values in the order of the fields, which the checks would leave as they are.

        An empty id becomes the stable hash.
        """
        article = _restored(*values)
        if not article.id:
            object.__setattr__(article, "id", article._derived_id())
        return article

    @classmethod
    def restored(cls, record: Mapping[str, Any]) -> Article:
        """Read what `as_record` wrote; nothing is checked."""
        get = record.get
        published = get("published")
        modified, crawled = map(get, TIMES_BESIDE)
        instant, precision = (None, "instant") if published is None else read_time(published)
        return _restored(
            record["id"],
            get("title", ""),
            get("description", ""),
            tuple(get("highlights", ())),
            get("body", ""),
            instant,
            precision,
            None if modified is None else datetime.fromisoformat(modified),
            None if crawled is None else datetime.fromisoformat(crawled),
            tuple(get("keywords", ())),
            tuple(get("authors", ())),
            get("source", ""),
            get("url", ""),
            get("language", ""),
            {name: tuple(values) for name, values in extra.items()} if (extra := get("extra")) else {},
        )

    def crawled_at(self, moment: datetime) -> Article:
        """The same article with another time of its crawl, in UTC; nothing is checked."""
        return _restored(*(moment if name == "crawled" else getattr(self, name) for name in _FIELDS))

    def __repr__(self) -> str:
        """The fields that are not empty; long texts are cut."""
        shown = []
        for name in _FIELDS:
            value = getattr(self, name)
            if value and (name, value) != ("precision", "instant"):
                text = repr(value)
                shown.append(f"{name}={text if len(text) <= _MAX_SHOWN else f'{text[:_MAX_SHOWN]}…'}")
        return f"Article({', '.join(shown)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, tuple([getattr(self, name) for name in _FIELDS])


_MAX_SHOWN = 80
"""Characters of a value that `repr` shows."""

_FIELDS = tuple(each.name for each in fields(Article))
_SETTERS = tuple(getattr(Article, name).__set__ for name in _FIELDS)


def _restored(*values: object) -> Article:
    """Build an Article from values that are already valid, in the order of the fields."""
    article = object.__new__(Article)
    for put, value in zip(_SETTERS, values):  # noqa: B905 - a check of the lengths would take a third more
        put(article, value)
    return article


def version_of(extra: Mapping[str, Sequence[str]]) -> int | None:
    """Return the version number in extra fields, or None."""
    (version,) = extra.get("version", ("",))[:1] or ("",)
    return int(version) if version.isdecimal() and len(version) < 19 else None


def written_time(moment: datetime, precision: Precision = "instant") -> str:
    """Write a time in UTC as ISO 8601, to its precision; `read_time` reads it back."""
    if precision == "instant":
        return moment.isoformat()[:-6] + "Z"
    return moment.isoformat()[: _WRITTEN_LENGTHS[precision]]


def read_time(written: str) -> tuple[datetime, Precision]:
    """Read a time that `written_time` wrote, and its precision; raises `ValueError` for other text."""
    precision = _PRECISIONS_BY_LENGTH.get(len(written), "instant")
    if precision == "instant":
        return datetime.fromisoformat(written), precision
    return datetime.fromisoformat(
        f"{written}-01-01"[:10] if precision == "year" else f"{written}-01"[:10]
    ).replace(tzinfo=UTC), precision


_WRITTEN_LENGTHS: dict[Precision, int] = {"day": 10, "month": 7, "year": 4}
_PRECISIONS_BY_LENGTH = {length: precision for precision, length in _WRITTEN_LENGTHS.items()}


def _checked_values(name: str, values: Iterable[str]) -> tuple[str, ...]:
    if isinstance(values, str):
        raise InvalidArticle("bad-field", f"{name} must be a tuple of strings, not one string")
    given = tuple(values) if isinstance(values, Iterable) else (values,)
    if not all(isinstance(value, str) for value in given):
        raise InvalidArticle("bad-field", f"{name} must be a tuple of strings")
    if len(given) > MAX_VALUES:
        raise InvalidArticle("too-many-values", f"{name} has {len(given):,} values, more than {MAX_VALUES:,}")
    return clean_values(given)


def _checked_id(identity: str) -> str:
    if not isinstance(identity, str):
        raise InvalidArticle("bad-id", f"the id must be text, not {type(identity).__name__}")
    if len(identity) > MAX_ID_LENGTH:
        raise InvalidArticle("bad-id", f"the id has {len(identity)} characters, more than {MAX_ID_LENGTH}")
    unfit = (_CONTROL, _DIRECTION_MARKS, _SURROGATE)
    if (
        not identity.strip()
        or set("\n\t\u2028\u2029") & set(identity)
        or any(pattern.search(identity) for pattern in unfit)
    ):
        raise InvalidArticle("bad-id", "the id is blank or has control characters or lone surrogates")
    return identity


def _checked_published(published: object, precision: Precision) -> tuple[datetime | None, Precision]:
    """Return `published` as it is kept, with its precision, which is "instant" if there is no time."""
    if precision not in PRECISIONS:
        raise InvalidArticle("bad-date", f"the precision must be one of {', '.join(PRECISIONS)}")
    if precision == "instant" or not isinstance(published, datetime):
        return _checked_time("published", published), "instant"
    first = {"month": {"day": 1}, "year": {"month": 1, "day": 1}}.get(precision, {})
    day = published.date().replace(**first)
    return _checked_time("published", datetime.combine(day, time(), UTC)), precision


def _checked_time(name: str, moment: object) -> datetime | None:
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        reason = f"{name} must be a datetime, not {type(moment).__name__}"
        hint = '; for a day without a time give a datetime and precision="day"'
        raise InvalidArticle("bad-date", reason + (hint if isinstance(moment, date) else ""))
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise InvalidArticle("bad-date", f"{name} must be an aware datetime (it has no time zone)")
    try:
        instant = moment.astimezone(UTC)
    except OverflowError:
        instant = moment
    if not EARLIEST_YEAR < instant.year <= LATEST_YEAR:
        raise InvalidArticle(
            "bad-date", f"the year {instant.year} is not between {EARLIEST_YEAR + 1} and {LATEST_YEAR}"
        )
    return instant


def _checked_extra(extra: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    if not isinstance(extra, Mapping):
        raise InvalidArticle("bad-field", f"extra must be a mapping, not {type(extra).__name__}")
    if len(extra) > MAX_FIELDS:
        raise InvalidArticle(
            "too-many-fields", f"the article has {len(extra):,} extra fields, more than {MAX_FIELDS:,}"
        )
    checked = {}
    for name, values in extra.items():
        if not EXTRA_NAME.fullmatch(name) or name in OWN_FIELDS:
            raise InvalidArticle("bad-field", f"an extra field cannot be called {name!r}")
        if kept := _checked_values(name, values):
            _check_lengths(name, kept)
            checked[name] = kept
    return dict(sorted(checked.items()))


def _check_lengths(name: str, values: Iterable[str]) -> None:
    for value in values:
        if len(value) > MAX_VALUE_LENGTH:
            raise InvalidArticle(
                "bad-field",
                f"a value of {name} has {len(value)} characters, more than {MAX_VALUE_LENGTH}",
            )
