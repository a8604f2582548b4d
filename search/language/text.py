"""Text that may not be a query, such as a headline or a sentence: it is read as any of its words."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, tzinfo

from search.errors import LimitExceeded, QuerySyntaxError
from search.language.limits import MAX_CLAUSES, MAX_QUERY_WORD
from search.language.nodes import Or, Query, Word
from search.language.parser import parse_query
from search.language.trees import any_of, leaves
from search.text import fold, words

SENTENCE, QUESTION = 6, 2
"""The least number of words in a sentence, and in a question, which ends in a question mark."""

_OPERATOR = re.compile(r"\b(?:AND|OR|NOT|NEAR|ADJ)\b|#|(?:^|\s)[-!][^\w\s\"(]")
_SYNTAX = re.compile(r"""["“”„«»()~^*?\\|]|(?:^|\s)[-!]\w|\w:\w""")


def _reads_as_sentence(text: str) -> bool:
    """True if the only syntax in a long `text` is an upper-case word, a hashtag, a -@name or a final "?".

    In a headline NOT is a word, and ? is not a wildcard; to exclude a word, users can write the sign.
    """
    plain = text.rstrip().rstrip("?")
    count = len(text.split())
    asks = plain != text.rstrip() and count >= QUESTION
    if not asks and (count < SENTENCE or not _OPERATOR.search(text)):
        return False
    return text.isupper() or not _SYNTAX.search(plain)


def parse_loosely(
    text: str,
    *,
    zone: tzinfo,
    now: datetime,
    stop_words: Collection[str] = frozenset(),
    extra_fields: Collection[str] = (),
) -> Query:
    """`parse_query` with `any_word`; text that it cannot read is read word by word, and a note says so.

    Raises `QuerySyntaxError` or `LimitExceeded` only where there is no word at all.
    """
    try:
        read = parse_query(
            text, zone=zone, now=now, any_word=True, stop_words=stop_words, extra_fields=extra_fields
        )
        if all(isinstance(leaf, Word) and leaf.field is None for leaf in leaves(read.tree)):
            plain = text_query(text, stop_words)
            if plain is not None and isinstance(read.tree, Word | Or):
                return replace(read, tree=plain.tree)  # each word once, and each part of one with a hyphen
        if not _reads_as_sentence(text):
            return read
        reason = "it is a sentence"
    except (QuerySyntaxError, LimitExceeded) as error:
        reason = error.reason if isinstance(error, QuerySyntaxError) else str(error)
        if text_query(text) is None:
            raise
    found = word_by_word(text, reason, stop_words)
    assert found is not None
    return found


def word_by_word(text: str, reason: str, stop_words: Collection[str] = frozenset()) -> Query | None:
    """`text_query`, with a note that says why the text was not read as a query."""
    found = text_query(text, stop_words)
    note = f"read word by word, not as a query: {reason}"
    return found and replace(found, notes=(note, *found.notes))


def text_query(text: str, stop_words: Collection[str] = frozenset()) -> Query | None:
    """Make a query for any of the words of `text`, each once; None if it has no words.

    Words in `stop_words` are left out where there are others. Of a long text the first words count.
    """
    found: dict[str, str] = {}
    for word in words(text):
        if len(word) <= MAX_QUERY_WORD:
            found.setdefault(fold(word), word)
    kept = [word for form, word in found.items() if form not in stop_words] or list(found.values())
    if not kept:
        return None
    notes = (f"only the first {MAX_CLAUSES} words count",) if len(kept) > MAX_CLAUSES else ()
    return Query(any_of([Word(word) for word in kept[:MAX_CLAUSES]]), notes)
