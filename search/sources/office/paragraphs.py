"""Documents as paragraphs: an export of a research archive, else one article as in plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from search.sources.documents.plaintext import article_in
from search.sources.exports import vendors
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Item, Origin


def articles_in_paragraphs(paragraphs: Sequence[str], path: str, options: ReadOptions) -> Iterator[Item]:
    """The articles of a document; raises `BadDocument` if it has no text."""
    texts = [text for paragraph in paragraphs if (text := paragraph.replace("\xa0", " ").strip())]
    if (found := vendors.articles_in_paragraphs(texts, path, options)) is not None:
        yield from found
    else:
        yield article_in("\n".join(texts), Origin(path), options)
