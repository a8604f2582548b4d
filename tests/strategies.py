"""Random articles and random queries that have a fair chance to match each other."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo

from hypothesis import strategies as st

from search.article import PRECISIONS, Article
from search.dates import Period, read_zone
from search.fields import COUNTED_DATES, TEXT_FIELDS, DateField
from search.language import (
    AtLeast,
    Boost,
    Dates,
    Distance,
    Everything,
    Fuzzy,
    Length,
    Missing,
    Near,
    Node,
    Not,
    NotNear,
    Phrase,
    PhrasePattern,
    Spelling,
    Wildcard,
    Word,
    Zone,
    all_of,
    any_of,
    within,
)
from search.language.trees import has_no_place, text_fields

WORDS = (
    "strike strikes striking the of bank Bank café cafe résumé resumes U.S. US 1,750 1750 naval-base naval "
    "base O’Neill o'neill straße STRASSE 東京 storm storms l'état d’État état"
).split()
KEYWORDS = ["Earn", "earn", "crude oil", "Zürich", "zurich", "weather"]
AUTHORS = ["Ana Ruiz", "ana ruiz", "José Díaz", "Ruiz"]
PLACES = ["japan", "Japan", "vesk", "port-alder"]
START = datetime(2025, 3, 29, 22, tzinfo=UTC)
"""A few hours before the clocks of Europe change, and two days before the month does."""

ZONES = tuple(
    read_zone(name)
    for name in (
        "UTC Europe/Berlin America/New_York America/St_Johns America/Sao_Paulo Asia/Kathmandu "
        "Australia/Lord_Howe Pacific/Kiritimati"
    ).split()
)

_some_words = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
_texts = st.tuples(_some_words, st.sampled_from(["", ". ", ",\n", "\n\n"]), _some_words).map("".join)
_times = st.none() | st.integers(0, 12).map(lambda n: START + timedelta(hours=7 * n))


def _some(choices: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(choices), max_size=3).map(tuple)


articles = st.builds(
    lambda title, extra, **fields: Article(
        title=title if title.strip() else "Untitled", extra={"places": extra} if extra else {}, **fields
    ),
    title=_texts,
    extra=_some(PLACES),
    id=st.sampled_from([f"id{n}" for n in range(12)]),
    description=_texts,
    highlights=st.lists(_some_words, max_size=2).map(tuple),
    body=_texts,
    published=_times,
    precision=st.sampled_from(PRECISIONS),
    modified=_times,
    crawled=st.integers(0, 30).map(lambda n: START + timedelta(hours=5 * n)),
    keywords=_some(KEYWORDS),
    authors=_some(AUTHORS),
    source=st.sampled_from(["", "Herald", "herald", "Côte"]),
    url=st.sampled_from(["", "https://www.a.example.org/x", "http://b.example.org/", "http://[bad"]),
    language=st.sampled_from(["", "en", "en-GB", "es", "de-AT", "xx", "fr_CA", "French", "eng", "ca"]),
)

_text_field = st.sampled_from([None, None, *TEXT_FIELDS])
_values = st.sampled_from(
    [("keyword", value) for value in KEYWORDS]
    + [("author", value) for value in [*AUTHORS, "díaz"]]
    + [("places", value) for value in PLACES]
    + [("source", "HERALD"), ("lang", "en"), ("site", "example.org"), ("site", "a.example.org")]
    + [("lang", "fr"), ("lang", "en-gb"), ("lang", "fr_CA")]
    + [("precision", "day"), ("precision", "Instant")]
    + [("id", "id3"), ("url", "http://b.example.org/")]
)
_spellings: st.SearchStrategy[Spelling] = st.sampled_from(["any", "any", "exact", "caps"])
_distances: st.SearchStrategy[Distance] = st.sampled_from([1, 2, 3, 5, "sentence", "paragraph"])
_zones: st.SearchStrategy[Zone] = st.sampled_from([1, 3, 7, "lead", "hlead"])
_text_leaves: st.SearchStrategy[Node] = st.one_of(
    st.builds(Word, st.sampled_from(WORDS), _text_field, _spellings),
    st.builds(
        Phrase,
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join),
        _text_field,
        st.integers(0, 3),
        _spellings,
    ),
    st.builds(
        PhrasePattern,
        st.tuples(
            st.sampled_from(["str*", "the", "naval"]),
            st.sampled_from(["*", "b?nk"]),
            st.sampled_from(["bank", "*ase", "st?rm*"]),
        )
        | st.sampled_from([("the", "str*"), ("caf*", "*", "*", "bank")]),
        _text_field,
        st.integers(0, 2),
    ),
    st.builds(
        Wildcard, st.sampled_from(["str*", "st?rm*", "*ase", "s*k*", "CAF*", "17*0", "caf?"]), _text_field
    ),
    st.builds(Fuzzy, st.sampled_from(["strke", "bnak", "storms", "café"]), st.integers(1, 2), _text_field),
)


def _within(node: Node, zone: Zone) -> Node:
    found = within(node, zone)
    assert found is not None
    return found


def _has_place(node: Node) -> bool:
    """True if there may be a match; a query that can have none is refused."""
    return bool(text_fields(node)) and not has_no_place(node)


_positional = st.recursive(
    _text_leaves,
    lambda inner: st.one_of(
        st.builds(Near, inner, inner, _distances, st.booleans()).filter(_has_place),
        st.builds(NotNear, inner, inner, _distances),
        st.builds(_within, inner, _zones).filter(_has_place),
        st.lists(inner, min_size=2, max_size=2).map(any_of),
    ),
    max_leaves=4,
)


_dates = st.sampled_from(COUNTED_DATES)


def _period(
    zone: tzinfo, first: int, length: int, open_start: bool, open_end: bool, field: DateField
) -> Dates:
    start = (START + timedelta(hours=first)).astimezone(zone)
    end = (START + timedelta(hours=first + length)).astimezone(zone)
    return Dates(Period(None if open_start else start, None if open_end and not open_start else end), field)


def _days(zone: tzinfo, first: int, length: int, field: DateField) -> Dates:
    days = (START.date() + timedelta(days=number) for number in (first, first + length))
    return Dates(Period(*(datetime.combine(day, time(), zone) for day in days)), field)


_filters: st.SearchStrategy[Node] = st.one_of(
    _values.map(lambda pair: Word(pair[1], pair[0]) if " " not in pair[1] else Phrase(pair[1], pair[0])),
    _values.map(lambda pair: Phrase(pair[1], pair[0])),
    st.sampled_from(
        [
            Wildcard("*ru?z", "author"),
            Wildcard("Z*h", "keyword"),
            Wildcard("*D1?", "id"),
            Fuzzy("jpan", 1, "places"),
            Everything(),
            Length(3, 9),
            Length(None, 4),
            Length(6, None),
        ]
    ),
    st.sampled_from(
        [*COUNTED_DATES, "precision", "author", "source", "places", "id", "title", "highlights"]
    ).map(Missing),
    st.builds(
        _period,
        st.sampled_from(ZONES),
        st.integers(0, 80),
        st.integers(1, 60),
        st.booleans(),
        st.booleans(),
        _dates,
    ),
    st.builds(_days, st.sampled_from(ZONES), st.integers(-1, 4), st.integers(1, 40), _dates),
)

queries: st.SearchStrategy[Node] = st.recursive(
    _text_leaves | _positional | _filters,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(all_of),
        st.lists(inner, min_size=2, max_size=3).map(any_of),
        inner.filter(lambda node: not isinstance(node, Not)).map(Not),
        st.builds(Boost, inner, st.sampled_from([0.5, 2.0, 1.25])),
        st.builds(AtLeast, _positional, st.integers(2, 3)),
    ),
    max_leaves=6,
)
"""Trees of every kind of node."""
