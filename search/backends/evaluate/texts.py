"""The texts of documents, for what the index does not have: the capitals of words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from search.article import Article
from search.backends.evaluate.columns import VALUE_GAP
from search.errors import LimitExceeded
from search.fields import TEXT_FIELDS
from search.index.kernels import Docs, Ints
from search.index.postings.parts import as_places
from search.index.read.snapshot import Snapshot
from search.text import cased, words

MAX_TEXTS = 50_000
"""Articles whose text is read for one query, at most."""

_AT_A_TIME = 200


class ArticleTexts:
    """The texts of the documents of `view`; `get` reads articles by their ids. For one thread at a time."""

    def __init__(self, view: Snapshot, get: Callable[[Sequence[str]], dict[str, Article]]) -> None:
        self._view, self._get = view, get

    def _articles(self, docs: Docs) -> Iterator[tuple[int, Article]]:
        """The documents with their articles, without articles that have been erased meanwhile."""
        if len(docs) > MAX_TEXTS:
            raise LimitExceeded(
                f"capitals are looked up in the text of at most {MAX_TEXTS:,} articles, and {len(docs):,} "
                "have the words; ask for more words or for fewer dates"
            )
        for start in range(0, len(docs), _AT_A_TIME):
            self._view.check()
            some = docs[start : start + _AT_A_TIME]
            ids = self._view.values("id").texts(some)
            articles = self._get(ids)
            yield from (
                (doc, articles[identity])
                for doc, identity in zip(some.tolist(), ids, strict=True)
                if identity in articles
            )

    def places(self, docs: Docs, sought: Collection[str]) -> dict[tuple[str, str], Ints]:
        """Where the words with these capitals (see `cased`) stand, by field and word, in the documents."""
        found: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for doc, article in self._articles(docs):
            for field in TEXT_FIELDS:
                for first, text in _texts(article, field):
                    if not _may_have(text, sought):
                        continue
                    for position, word in enumerate(words(text), start=first):
                        if (own := cased(word)) in sought:
                            found.setdefault((field, own), []).append((doc, position))
        return {key: as_places(places) for key, places in found.items()}


def _texts(article: Article, field: str) -> Iterator[tuple[int, str]]:
    """Each text of a field, with the position of its first word."""
    value = getattr(article, field)
    if isinstance(value, str):
        yield 0, value
        return
    first = 0
    for text in value:
        yield first, text
        first += len(words(text)) + VALUE_GAP


def _may_have(text: str, sought: Collection[str]) -> bool:
    """False if the text surely has no such word; looking for letters is faster than taking words apart."""
    if not text.isascii():
        return True
    return any(not word.isalpha() or word in text or f"{word[0]}." in text for word in sought)
