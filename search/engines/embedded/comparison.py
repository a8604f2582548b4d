"""Compares what two indexes say of the same articles, whatever the order of their documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np

from search.codec.layout import Array
from search.codec.view import IndexView
from search.engines.embedded.schema import FACET_FIELDS
from search.language import TEXT_FIELDS


def differences(one: IndexView, other: IndexView, extra_fields: Iterable[str]) -> Iterator[str]:
    """In which words, values and numbers the indexes differ, a sentence each."""
    if _ids(one) != _ids(other):
        yield "the index is of other articles than articles.db"
        return
    here, there = (one, _ranks(one)), (other, _ranks(other))

    def differ(seen: Callable[[IndexView, Array], Array]) -> bool:
        return not np.array_equal(seen(*here), seen(*there))

    if differ(lambda view, ranks: _ordered(view.numbers("published"), ranks)):
        yield "the index has other times of publication"
    for field in TEXT_FIELDS:
        if differ(partial(_lengths, field)):
            yield f"the index has other lengths of {field}"
    forms = sorted({*one.forms, *other.forms})
    for form, term in forms:
        for field in TEXT_FIELDS:
            if differ(partial(_places, field, term, form)):
                yield f"the index has {form!r} ({term}) at other places of {field}"
    for term in sorted({term for _, term in forms}):
        if differ(partial(_posted, term)):
            yield f"the index has the term {term!r} in other articles"
    for field in ("id", "url", *FACET_FIELDS, *extra_fields):
        for value in sorted(one.values(field).known() | other.values(field).known()):
            if differ(partial(_valued, field, value.encode())):
                yield f"the index has the value {value!r} of {field} for other articles"


def _live(view: IndexView) -> Array:
    every = np.arange(view.size, dtype=np.int32)
    return every if view.live is None else every[view.live]


def _ids(view: IndexView) -> list[str]:
    return sorted(view.values("id").texts(_live(view)))


def _ranks(view: IndexView) -> Array:
    """int64[size]: for each document its rank by id, -1 for a deleted one."""
    live = _live(view)
    ids = view.values("id").texts(live)
    order = sorted(range(len(ids)), key=ids.__getitem__)
    ranks = np.full(view.size, -1, np.int64)
    ranks[live[order]] = np.arange(len(ids))
    return ranks


def _ordered(column: Array, ranks: Array) -> Array:
    """The column's values by rank."""
    live = np.flatnonzero(ranks >= 0)
    found = np.empty(len(live), np.int64)
    found[ranks[live]] = column[live]
    return found


def _sorted(docs: Array, ranks: Array) -> Array:
    found = ranks[docs.astype(np.intp)]
    return np.sort(found[found >= 0])


def _lengths(field: str, view: IndexView, ranks: Array) -> Array:
    return _ordered(view.lengths(field), ranks)


def _posted(term: str, view: IndexView, ranks: Array) -> Array:
    return _sorted(view.postings(term).docs, ranks)


def _places(field: str, term: str, form: str, view: IndexView, ranks: Array) -> Array:
    places = view.places(field, term, frozenset((form,)))
    by_rank = ranks[places >> 32]
    return np.sort((by_rank[by_rank >= 0] << 32) | (places[by_rank >= 0] & 0xFFFFFFFF))


def _valued(field: str, value: bytes, view: IndexView, ranks: Array) -> Array:
    numbered = view.values(field).docs(lambda known: [n for n in (known.number(value),) if n >= 0])
    return _sorted(numbered, ranks)
