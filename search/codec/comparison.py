"""Compares what two indexes say of the same articles, whatever the order of their documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import numpy as np

from search.codec.layout import Array
from search.codec.view import IndexView


def differences(
    one: IndexView,
    other: IndexView,
    *,
    key: str,
    numbers: Iterable[str],
    texts: Sequence[str],
    values: Iterable[str],
) -> Iterator[str]:
    """In which numbers, words and values the indexes differ, a sentence each; the fields are given by kind.

    Documents are told apart by their value of `key`.
    """
    if _keys(one, key) != _keys(other, key):
        yield f"other documents are there, by their {key}"
        return
    here, there = (one, _ranks(one, key)), (other, _ranks(other, key))

    def differ(seen: Callable[[IndexView, Array], Array]) -> bool:
        return not np.array_equal(seen(*here), seen(*there))

    for column in numbers:
        if differ(partial(_numbers, column)):
            yield f"{column} has other values"
    for field in texts:
        if differ(partial(_lengths, field)):
            yield f"{field} has other lengths"
    forms = sorted({*one.forms, *other.forms})
    for form, term in forms:
        for field in texts:
            if differ(partial(_places, field, term, form)):
                yield f"{form!r} ({term}) stands at other places of {field}"
    for term in sorted({term for _, term in forms}):
        if differ(partial(_posted, term)):
            yield f"the term {term!r} is in other documents"
    for field in (key, *values):
        for value in sorted(one.values(field).known() | other.values(field).known()):
            if differ(partial(_valued, field, value.encode())):
                yield f"other documents have the value {value!r} of {field}"


def _live(view: IndexView) -> Array:
    every = np.arange(view.size, dtype=np.int32)
    return every if view.live is None else every[view.live]


def _keys(view: IndexView, key: str) -> list[str]:
    return sorted(view.values(key).texts(_live(view)))


def _ranks(view: IndexView, key: str) -> Array:
    """int64[size]: for each document its rank by key, -1 for a deleted one."""
    live = _live(view)
    keys = view.values(key).texts(live)
    order = sorted(range(len(keys)), key=keys.__getitem__)
    ranks = np.full(view.size, -1, np.int64)
    ranks[live[order]] = np.arange(len(keys))
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


def _numbers(column: str, view: IndexView, ranks: Array) -> Array:
    return _ordered(view.numbers(column), ranks)


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
