"""The arrays of a segment and their names; nothing outside `format/` puts a name together.

The text fields share one lexicon. A term's postings are the documents that have it in any of them:

    terms.*                         the terms, a `lexicon`                           T terms
    starts            int64[T+1]    where each term's postings begin                 P postings
    docs              int32[P]      the documents, ascending within a term
    F.frequencies                   how often in text field F: of every posting for the field that has
                                    most of them; for the others of those at
    F.leads           uint8         … and how near the beginning it first is there (`leads_of`)
    F.at              int32         … (from the term's first posting on), with
    F.at_starts       int64[T+1]    … where each term's begin
    F.place_starts    int64[T+1]    where each term's words in field F begin
    F.positions                     the position of each word, by document
    F.variants                      which of the term's forms it has
    F.lengths         int32[N]      words in field F of each of the N documents
    F.extents         int32[N]      one more than the position of the last of them

    forms.*                         the forms, a `lexicon`; one of several terms stands there several times
    forms.terms       int32         the term of each
    forms.variants                  which of its term's forms each is
    variant_starts    int32[T+1]    where each term's variants begin in
    variant_forms     int32         … the forms they are

    V.terms.*                       the values of value field V, a `lexicon`
    V.starts  V.docs                the documents of each value
    V.doc_starts  V.ordinals        the values of each document
    C.numbers         int64[N]      a column of numbers

Arrays without a type here are in the smallest that holds them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

TextPart = Literal[
    "frequencies",
    "leads",
    "at",
    "at_starts",
    "place_starts",
    "positions",
    "variants",
    "lengths",
    "extents",
]
ValuePart = Literal["terms", "starts", "docs", "doc_starts", "ordinals"]


def text_array(field: str, part: TextPart) -> str:
    """The name of an array of a text field."""
    return f"{field}.{part}"


def value_array(field: str, part: ValuePart) -> str:
    """The name of an array of a value field, or of its lexicon."""
    return f"{field}.{part}"


def column_array(column: str) -> str:
    """The name of the array of a column."""
    return f"{column}.numbers"


def text_fields(names: Iterable[str]) -> list[str]:
    """The text fields that have arrays among these names."""
    return _stems(names, ".positions")


def value_fields(names: Iterable[str]) -> list[str]:
    """The value fields that have arrays among these names."""
    return _stems(names, ".doc_starts")


def columns(names: Iterable[str]) -> list[str]:
    """The columns among these names."""
    return _stems(names, ".numbers")


def is_of_field(name: str, field: str) -> bool:
    """True if the array belongs to the field."""
    return name.startswith(f"{field}.")


def _stems(names: Iterable[str], ending: str) -> list[str]:
    return [name.removesuffix(ending) for name in names if name.endswith(ending)]
