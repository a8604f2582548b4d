"""A question, which belongs to no archive and no moment, and its reading for one archive at one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from itertools import chain
from typing import Any

from search.archive.arguments import check_moments, checked_as
from search.dates.bounds import Moment, between
from search.engine import Reader, SearchRequest
from search.errors import DeadlineExceeded, InvalidRequest, LimitExceeded
from search.language import (
    Dates,
    Fuzzy,
    Query,
    Wildcard,
    all_of,
    leaves,
    parse_loosely,
    parse_query,
    word_by_word,
)
from search.language.limits import MAX_CANONICAL_LENGTH
from search.text import STOP_WORDS

LATER = timedelta(days=1000)
"""A distance in time at which every relative date means something else than it does now."""


@dataclass(frozen=True, slots=True)
class Question:
    """The articles that `text`, in the query language, finds from `since` to `until`, both included.

    All words are required, or with `any_word` at least one; a headline or a sentence, which is not a query,
    is then taken word by word. A `date` for a bound is that day in the zone of the archive it is asked of, a
    `datetime` an instant, a text what a query could have ("2025-02", "last week"). The `filters` are further
    queries that each article matches too. Each is read alone, and `any_word` is not about them.
    """

    text: str
    since: Moment | None = None
    until: Moment | None = None
    any_word: bool = False
    filters: tuple[str, ...] = ()


def question_of(asked: Question | str) -> Question:
    """The question, or one with just this text; raises `InvalidRequest`."""
    question = asked if isinstance(asked, Question) else Question(asked)
    checked_as(str, "query", question.text)
    for each in checked_as(tuple, "filters", question.filters):
        checked_as(str, "a filter", each)
    check_moments(question.since, question.until)
    return question


def questions_of(asked: object) -> dict[str, Question]:
    """Questions by their labels; a text in a list is its own label. Raises `InvalidRequest`."""
    if isinstance(asked, str) or not isinstance(asked, Iterable):
        raise InvalidRequest(f"questions must be several, by their labels, not {type(asked).__name__}")
    pairs = asked.items() if isinstance(asked, Mapping) else ((each, each) for each in asked)
    return {checked_as(str, "a label", label): question_of(each) for label, each in pairs}


def read_question(reader: Reader, question: Question, zone: tzinfo, now: datetime) -> Query:
    """Read the question for the archive of `reader` at the moment `now`.

    With `any_word` a text is taken word by word if it cannot be read, or if a wildcard or fuzzy word in it
    stands for too many words. Raises `QuerySyntaxError`, `LimitExceeded` and `InvalidRequest`.
    """
    state = reader.state()
    stop_words = STOP_WORDS.get(state.language, frozenset())
    parse: Callable[..., Query] = parse_loosely if question.any_word else parse_query
    reading: dict[str, Any] = {
        "zone": zone,
        "now": now,
        "stop_words": stop_words,
        "extra_fields": state.extra_fields,
    }
    read = parse(question.text, **reading)
    if question.any_word and any(isinstance(leaf, Wildcard | Fuzzy) for leaf in leaves(read.tree)):
        try:
            reader.search(SearchRequest(read.tree, limit=0))
        except DeadlineExceeded:
            raise
        except LimitExceeded as error:
            read = word_by_word(question.text, str(error), stop_words) or read
    if question.filters:
        parse = parse_query
        parts = [read, *(parse(each, **reading) for each in question.filters)]
        notes = chain.from_iterable(part.notes for part in parts)
        read = Query(all_of(part.tree for part in parts), tuple(dict.fromkeys(notes)))
        parse(str(read), **reading, max_length=MAX_CANONICAL_LENGTH)  # for the limits of all of it
    period = between(question.since, question.until, zone, now)
    return read if period is None else replace(read, tree=all_of([read.tree, Dates(period)]))


def depends_on_now(reader: Reader, question: Question, read: Query, zone: tzinfo, now: datetime) -> bool:
    """True if the question, whose reading is `read`, has a date relative to now."""
    dated = any(isinstance(leaf, Dates) for leaf in leaves(read.tree))
    return dated and read_question(reader, question, zone, now + LATER).tree != read.tree
