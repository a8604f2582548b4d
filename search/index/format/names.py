"""The arrays of a segment and their names; code outside `format/` never builds a name itself.

The text fields share one lexicon. A term's postings are the documents that have it in any of them:

    terms.*                         the terms, a `lexicon`                           T terms
    starts            int[T+1]      where each term's postings begin                 P postings
    docs              int32[P]      the documents, ascending within a term; see `packed` for its parts
    F.frequencies                   how often the term is in text field F: an entry for every posting in the
                                    field with the most postings, in other fields for the postings in F.at
    F.excess_at  F.excess           what some frequencies have above 255; see `packed`
    F.leads           uint8         how near the beginning of F the term first is (`earliness_of`), likewise
    F.at              int32         the places of these postings, counted from the term's first posting
    F.at_starts       int[T+1]      where the entries of each term begin in F.at
    F.place_starts    int[T+1]      where each term's words in field F begin
    F.positions                     the position of each word, by document
    F.variants                      which of the term's forms each word has
    F.lengths         int32[N]      words in field F of each of the N documents
    F.extents         int32[N]      one more than the position of the last of them
    F.sentences                     the position of the first word of each sentence, by document, without the
                                    first sentence of each
    F.sentence_starts int[N+1]      where the sentences of each document begin there
    F.paragraphs  F.paragraph_starts            the same for paragraphs

    forms.*                         the forms, a `lexicon`; a form of several terms occurs once for each
    forms.terms       int32         the term of each
    forms.variants                  which of its term's forms each is
    variant_starts    int32[T+1]    where each term's forms begin in variant_forms
    variant_forms     int32         the forms of each term

    V.terms.*                       the values of value field V, a `lexicon`
    V.starts  V.docs                the documents of each value
    V.doc_starts  V.ordinals        the values of each document
    C.numbers         int64[N]      a column of numbers

    copy-sketches.*                 the sketches of the documents, see `sketches`

Arrays without a type here have the smallest type that holds their values; `int` is int32, or int64 where the
numbers are 2**31 or more. `whole` says which arrays may be left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

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
    "excess_at",
    "excess",
    "sentences",
    "sentence_starts",
    "paragraphs",
    "paragraph_starts",
]
TextUnit = Literal["sentences", "paragraphs"]
TEXT_UNITS: Final[tuple[TextUnit, ...]] = ("sentences", "paragraphs")
EARLINESS: Final = "leads"
"""The part of a text field with the earliness; the format kept its first name."""

ValuePart = Literal["terms", "starts", "docs", "doc_starts", "ordinals"]


COPY_OF, PART_OF = "copy-of", "part-of"
"""Value fields: the group of copies that a document has joined, and the groups that a digest holds."""

SKETCH_HASHES: Final = "copy-sketches.hashes"
SKETCH_DOCS: Final = "copy-sketches.docs"


def text_array(field: str, part: TextPart) -> str:
    """The name of an array of a text field."""
    return f"{field}.{part}"


def starts_of(unit: TextUnit) -> TextPart:
    """The part of a text field with the starts of the runs in another part."""
    return "sentence_starts" if unit == "sentences" else "paragraph_starts"


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
    return _stems(names, ".ordinals")


def columns(names: Iterable[str]) -> list[str]:
    """The columns among these names."""
    return _stems(names, ".numbers")


def is_of_field(name: str, field: str) -> bool:
    """True if the array belongs to the field."""
    return name.startswith(f"{field}.")


def is_of_unit(name: str) -> bool:
    """True if the array says where sentences or paragraphs begin."""
    return name.endswith(tuple(f".{part}" for unit in TEXT_UNITS for part in (unit, starts_of(unit))))


def is_packed(name: str) -> bool:
    """True if the array holds a part of the numbers of another one."""
    return name.startswith("docs.high") or name.endswith((".excess_at", ".excess"))


def _stems(names: Iterable[str], ending: str) -> list[str]:
    return [name.removesuffix(ending) for name in names if name.endswith(ending)]
