"""What tests of reading share: a document written to a file, what is read of it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

from search.article import Article, written_time
from search.sources import Accepted, Item, ReadOptions, read_paths

DEFAULT = ReadOptions()


def read(path: Path, options: ReadOptions = DEFAULT) -> list[Item]:
    return list(read_paths([path], options))


def articles(path: Path, options: ReadOptions = DEFAULT) -> list[Article]:
    items = read(path, options)
    assert all(isinstance(item, Accepted) for item in items), items
    return [item.article for item in items if isinstance(item, Accepted)]


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def only_item(path: Path, content: str | bytes, **options: Any) -> Item:
    """The only item of a file with this content."""
    path.write_bytes(content if isinstance(content, bytes) else dedent(content).lstrip("\n").encode())
    (item,) = read_paths([path], ReadOptions(**options))
    return item


def only_article(item: Item) -> Article:
    """The article that was read."""
    assert isinstance(item, Accepted), item
    return item.article


def facts(article: Article) -> tuple[str, ...]:
    date = written_time(article.published, article.precision) if article.published else ""
    return (
        article.title,
        date,
        article.source,
        " & ".join(article.authors),
        article.body.replace("\n\n", " | "),
    )
