"""The methods of an archive that study the language of its articles."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Literal

from search.archive.arguments import Timeout, checked_as, limit_of
from search.archive.opened import OpenedArchive
from search.archive.question import Question
from search.engine import AGAINST, MAX_HITS, Against, Distinctive, FacetRequest, Reader, SearchRequest
from search.errors import InvalidRequest
from search.language import Node, Query, Word, all_of
from search.snippets import Highlight

if TYPE_CHECKING:
    from search.archive.concordance import Collocate, Kwic, KwicSort


class StudiedArchive(OpenedArchive):
    """An archive whose language can be studied: words in context, and the words near them."""

    def kwic(
        self,
        question: Question | str,
        *,
        sort: KwicSort = "date",
        width: int = 40,
        limit: int | None = 50,
        timeout: Timeout = None,
    ) -> Kwic:
        """Every place where the words of the question stand in the articles that it finds, in context.

        The lines come by date, oldest first, or by the words to the `left` or `right` of the match. There are
        at most `limit` of them, None for all, with `width` characters on each side; their total is exact.
        Raises `InvalidRequest` for a question without a word to find in texts.
        """
        from search.archive.concordance import KWIC_SORTS, MAX_WIDTH, kwic

        if sort not in KWIC_SORTS:
            raise InvalidRequest(f"cannot sort lines by {sort!r}; sorts are {', '.join(KWIC_SORTS)}")
        most, width = _most(limit), _within("width", width, MAX_WIDTH)
        with self._reading(timeout) as (reader, check):
            read = self._read(reader, question)
            highlights = _highlights(reader, read)
            return kwic(reader.scan(read.tree), highlights, sort, width, most, check)

    def collocations(
        self,
        question: Question | str,
        *,
        window: int | Literal["sentence"] = 5,
        limit: int | None = 20,
        timeout: Timeout = None,
    ) -> tuple[Collocate, ...]:
        """The words that stand near the words of the question, most associated first, by logDice.

        Near is at most `window` words away, or in the same sentence. A word must be near in 5 articles.
        With the `limit` None all of them are given.
        Raises `InvalidRequest` for a question without a word to find in texts.
        """
        from search.archive.concordance import MAX_WINDOW, collocates

        most = _most(limit)
        words = None if window == "sentence" else _within("window", window, MAX_WINDOW)
        with self._reading(timeout) as (reader, check):
            read = self._read(reader, question)
            highlights = _highlights(reader, read)
            articles, analyzer = reader.scan(read.tree), self._analyzer_of(reader)
            return collocates(reader, articles, highlights, words, most, analyzer, check)

    def distinctive(
        self,
        question: Question | str,
        *,
        against: Against | Question | str = "same-dates",
        limit: int | None = 20,
        min_texts: int = 3,
        min_sources: int = 2,
        with_query: bool = False,
        timeout: Timeout = None,
    ) -> Distinctive:
        """The words that set the matches of a question apart from other articles, most distinctive first.

        The others are of the `archive`, of the `same-dates` or `same-sources` in the same proportions, or the
        matches of another question. Copies of a text count once. A word must stand in `min_texts` of the
        matches, and in `min_sources` of their sources, where they have as many. The words of the question are
        left out unless `with_query`. There are at most `limit` words, None for all.
        For the measure see `search.engine.keyness`. Raises `InvalidRequest` where nothing matches.
        """
        most = _most(limit)
        least = max(1, _within("min_texts", min_texts, MAX_HITS))
        min_sources = _within("min_sources", min_sources, MAX_HITS)
        with self._reading(timeout) as (reader, _):
            read = self._read(reader, question)
            others = against if against in AGAINST else self._read(reader, against).tree
            own = set() if with_query else {form for each in _sought(reader, read) for form in each}
            if _sources(reader, read.tree) < min_sources:
                min_sources = 0

            def is_kept(word: str) -> bool:
                if word in own:
                    return False
                return not min_sources or _sources(reader, read.tree, word) >= min_sources

            wanted = 2 * most + len(own)
            while True:
                found = reader.distinctive(read.tree, others, count=wanted, texts=least)
                if not found.outside:
                    raise InvalidRequest(
                        f"there is no other text to compare with in {against}; choose others by against"
                    )
                words = tuple(islice((each for each in found.words if is_kept(each.word)), most))
                if len(words) == most or len(found.words) < wanted:
                    return replace(found, words=words)
                wanted *= 4


def _sources(reader: Reader, tree: Node, word: str | None = None) -> int:
    """How many sources the matches have, or the matches with a word."""
    tree = tree if word is None else all_of([tree, Word(word)])
    request = SearchRequest(tree, limit=0, facets=(FacetRequest("source", 1),))
    return reader.search(request).facets["source"].distinct


def _highlights(reader: Reader, read: Query) -> tuple[Highlight, ...]:
    """The words of a query to find in texts; raises `InvalidRequest` if it has no such word."""
    found = reader.search(SearchRequest(read.tree, limit=1, highlight=True))
    if found.total and not found.highlights:
        raise InvalidRequest(f"{read} has no word that stands in a text; give at least one word")
    return found.highlights


def _sought(reader: Reader, read: Query) -> Iterator[frozenset[str]]:
    """The forms of each word of a query that finds something; raises `InvalidRequest` if nothing is found."""
    found = reader.search(SearchRequest(read.tree, limit=1, highlight=True))
    if not found.total:
        raise InvalidRequest(f"nothing matches {read}, so no word can be distinctive of it")
    for highlight in found.highlights:
        yield from highlight.words


def _most(limit: int | None) -> int:
    return sys.maxsize if limit is None else limit_of(limit)


def _within(name: str, value: object, most: int) -> int:
    number = checked_as(int, name, value)
    if not 0 <= number <= most:
        raise InvalidRequest(f"{name} must be from 0 to {most:,}, not {number:,}")
    return number
