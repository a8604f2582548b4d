"""Articles that belong to one: articles like it, and the older ones among them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import islice

from search.archive.arguments import text_of
from search.archive.copies import without_copies
from search.archive.excerpts import with_snippets
from search.archive.feedback import CHARACTERISTIC_WORDS, characteristic_words, weighted
from search.article import Article
from search.dates import Period
from search.deadline import Check
from search.engine import MAX_HITS, Reader, Results, SearchRequest
from search.errors import InvalidRequest
from search.language import Dates, Not, Word, all_of
from search.text import Analyzer


def similar_to(
    reader: Reader, article: Article, analyzer: Analyzer, period: Period | None, limit: int, check: Check
) -> Results:
    """Find other articles with the words that set this one apart, of the period if there is one."""
    words = characteristic_words(reader, [(article, 1.0)], CHARACTERISTIC_WORDS, analyzer, check)
    if not words:
        return Results(0, ())
    other = Not(Word(article.id, "id"))
    tree = all_of([weighted(words), other, *([] if period is None else [Dates(period)])])
    found = reader.search(SearchRequest(tree, limit=limit, highlight=True))
    read_as = " OR ".join(word.word for word in words)
    return with_snippets(replace(found, read_as=read_as, next=None), check)


def background_of(
    reader: Reader, article: Article, analyzer: Analyzer, before: datetime, limit: int, check: Check
) -> Results:
    """Find similar articles from before this time, without copies of the article or of each other.

    Raises `InvalidRequest` in an archive that does not know the copies.
    """
    if not reader.state().has_copies:
        raise InvalidRequest("this kind of archive keeps no groups of copies yet, so it has no background")
    found = similar_to(reader, article, analyzer, Period(None, before), min(MAX_HITS, 4 * limit), check)
    return replace(found, hits=tuple(islice(without_copies(found.hits, article, check), limit)))


def article_of(reader: Reader, article: str | Article) -> Article:
    """The article, or the one with this id; raises `InvalidRequest` for an id that is not there."""
    if isinstance(article, Article):
        return article
    found = reader.get([text_of("an id", article)]).get(article)
    if found is None:
        raise InvalidRequest(f"no article has the id {article!r}")
    return found
