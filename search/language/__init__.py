"""The query language: query string to tree and back.

`parser` reads a string into a tree of `nodes`, which write themselves back.
"""

from search.language.nodes import (
    And,
    Boost,
    Dates,
    Everything,
    Fuzzy,
    Is,
    Missing,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Query,
    Wildcard,
    Word,
    all_of,
    any_of,
    is_filter,
    leaves,
    sought_words,
    value_leaf,
)
from search.language.parser import parse_query
from search.language.text import parse_loosely, text_query, word_by_word

__all__ = [
    "And",
    "Boost",
    "Dates",
    "Everything",
    "Fuzzy",
    "Is",
    "Missing",
    "Near",
    "Node",
    "Not",
    "Or",
    "Phrase",
    "Query",
    "Wildcard",
    "Word",
    "all_of",
    "any_of",
    "is_filter",
    "leaves",
    "parse_loosely",
    "parse_query",
    "sought_words",
    "text_query",
    "value_leaf",
    "word_by_word",
]
