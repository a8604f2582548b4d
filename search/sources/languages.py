"""The language of articles that do not say theirs, told from their text when that is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from search.article import Article
from search.errors import InvalidRequest
from search.sources.reading import Accepted, Item

LOOKED_AT = 2_000
"""Characters of an article that its language is told from."""

ENOUGH = 40
"""An article with fewer characters is left without a language."""


def with_languages(items: Iterable[Item], languages: Sequence[str]) -> Iterator[Item]:
    """The items; accepted articles without a language get the likeliest of `languages` (codes: en, es).

    Raises `InvalidRequest` for a code that is not known, and where the package is not installed.
    """
    try:
        import py3langid
    except ImportError as error:
        needed = "telling languages needs another package: pip install 'news-search[language]'"
        raise InvalidRequest(needed) from error
    try:
        py3langid.set_languages(list(languages))
    except ValueError as error:
        raise InvalidRequest(
            f"not all of {', '.join(languages)} are codes of languages that can be told"
        ) from error

    def told(article: Article) -> Article:
        text = "\n".join((article.title, article.description, *article.highlights, article.body))[:LOOKED_AT]
        if article.language or len(text.strip()) < ENOUGH:
            return article
        language, _ = py3langid.classify(text)
        return replace(article, language=str(language))

    return (replace(i, article=told(i.article)) if isinstance(i, Accepted) else i for i in items)
