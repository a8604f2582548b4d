"""Help for a query that finds nothing or has a word that is in no article: spellings, and counts by part."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice, product

from search.engine import FacetValue, PartCount, Reader, SearchRequest
from search.fields import TEXT_FIELDS
from search.language import And, Node, Phrase, Word, all_of, sought_words, value_leaf

MAX_TRIES = 12
"""Other spellings that are tried for a query that finds nothing, at most; for one that finds something, 1."""

MAX_CHECKED, MAX_CORRECTED = 8, 4
"""Words of a query that are checked, unknown ones first, and words that are corrected, at most."""

MIN_FREQUENCY_RATIO = 10
"""A word may be a misspelling of one that is in at least this many times as many articles."""

MAX_PARTS, MAX_NEAR_VALUES = 32, 3
"""Parts of a query that are counted one by one, and values that are named in place of an unknown one."""


def correction(
    reader: Reader,
    query: str,
    tree: Node,
    *,
    total: int,
    finds: Callable[[str], int],
) -> str | None:
    """Find a spelling of the query that finds more than its `total`; None if there is no such spelling.

    Words that no article has are replaced, and, where the query finds nothing, rare ones too. `finds` says
    how many articles a text finds, 0 where it cannot be read: a spelling is tried as a whole.
    """
    frequencies = reader.document_frequencies(dict.fromkeys(sought_words(tree)))
    unknown = [word for word, df in frequencies.items() if not df]
    if total and not unknown:
        return None
    others = () if total else frequencies
    choices: dict[str, list[str]] = {}
    for word in islice(dict.fromkeys([*unknown, *others]), MAX_CHECKED):
        suggestions, own = reader.vocabulary(near=word, count=3), frequencies[word]
        spellings = [each.word for each in suggestions if each.articles >= MIN_FREQUENCY_RATIO * own]
        if spellings and len(choices) < MAX_CORRECTED:
            choices[word] = [word, *spellings] if own else spellings
    combined = product(*(enumerate(spellings) for spellings in choices.values()))
    likeliest = sorted(combined, key=lambda chosen: sum(rank for rank, _ in chosen))
    for tried in likeliest[: 1 if total else MAX_TRIES]:
        spelled = _respelled(query, dict(zip(choices, (word for _, word in tried), strict=True)))
        if spelled != query and finds(spelled) > total:
            return spelled
    return None


def _respelled(query: str, spellings: dict[str, str]) -> str:
    if not spellings:
        return query
    words = "|".join(re.escape(word) for word in sorted(spellings, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{words})(?!\w)", lambda found: spellings[found.group()], query)


def missing_parts(reader: Reader, tree: Node) -> tuple[PartCount, ...]:
    """Count the matches of each part of a query that finds nothing; last, of all parts with matches together.

    Empty for a query of one part, unless it asks for a value that has near ones.
    """
    parts = tree.parts[:MAX_PARTS] if isinstance(tree, And) else (tree,)
    counted = []
    for part in parts:
        articles = _count(reader, part)
        near = () if articles else _near(reader, part)
        counted.append(PartCount(str(part), articles, near))
    found = [part for part, count in zip(parts, counted, strict=True) if count.articles]
    if len(parts) == 1:
        return tuple(part for part in counted if part.near)
    if 1 < len(found) < len(parts) and (together := _count(reader, rest := all_of(found))):
        counted.append(PartCount(str(rest), together))
    return tuple(counted)


def _near(reader: Reader, part: Node) -> tuple[FacetValue, ...]:
    match part:
        case Word(text, field) | Phrase(text, field) if field not in (None, "id", "url", *TEXT_FIELDS):
            field = field or ""
            found = reader.vocabulary(field=field, near=text, count=MAX_NEAR_VALUES)
            return tuple(FacetValue(v.word, v.articles, str(value_leaf(field, v.word))) for v in found)
        case _:
            return ()


def _count(reader: Reader, tree: Node) -> int:
    return reader.search(SearchRequest(tree, limit=0)).total


def in_words(parts: Sequence[PartCount]) -> list[str]:
    """One or two sentences that say what the parts of a query find."""
    missing = [part for part in parts if not part.articles]
    others = ", ".join(f"{part.query} {part.articles:,}" for part in parts if part.articles)
    sentences = []
    if missing:
        without = f"; articles with the others: {others}" if others else ""
        sentences.append(f"no article has {' or '.join(part.query for part in missing)}{without}")
    elif others:
        sentences.append(f"no article has all of these: {others}")
    near = [f"{value.query} ({value.count:,})" for part in missing for value in part.near]
    if near:
        sentences.append(f"values like it: {', '.join(near)}")
    return sentences
