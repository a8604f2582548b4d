"""A judged collection: documents, queries, and which documents are right for each.

FOLDER/docs*.jsonl[.gz]   one document a line: id, title, body (or text), and what else articles have
FOLDER/quer*.tsv          query id, a tab, the query
FOLDER/qrels*.txt         query id, an unused number, document id, grade, as TREC has them
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from search.article import Article
from search.sources import Accepted, ReadOptions, read_paths

Judgments = dict[str, dict[str, int]]
"""Grades by query and document."""


@dataclass(frozen=True)
class Collection:
    """The collection in a folder; raises `FileNotFoundError` if a part of it is missing."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    def _file(self, pattern: str) -> Path:
        found = sorted(self.folder.glob(pattern))
        if not found:
            raise FileNotFoundError(f"{self.folder} has no {pattern}")
        return found[0]

    @cached_property
    def files(self) -> tuple[Path, Path, Path]:
        """The files of documents, queries and judgments."""
        return self._file("docs*.jsonl*"), self._file("quer*.tsv"), self._file("qrels*.txt")

    @cached_property
    def digest(self) -> str:
        """A checksum of the three files, 16 characters."""
        digest = sha256()
        for path in self.files:
            digest.update(path.read_bytes())
        return digest.hexdigest()[:16]

    def articles(self) -> Iterator[Article]:
        """The documents as `news index` reads them."""
        for item in read_paths([self.files[0]], ReadOptions()):
            if isinstance(item, Accepted):
                yield item.article

    @cached_property
    def queries(self) -> dict[str, str]:
        """The queries that have at least one right document, by id."""
        lines = (line.split("\t", 1) for line in self.files[1].read_text("utf-8").splitlines() if line)
        return {
            identity: text.strip()
            for identity, text in lines
            if any(self.judgments.get(identity, {}).values())
        }

    @cached_property
    def judgments(self) -> Judgments:
        found: Judgments = {}
        for line in self.files[2].read_text("utf-8").splitlines():
            if line.strip():
                query, _, document, grade = line.split()
                found.setdefault(query, {})[document] = int(grade)
        return found


def text_of(article: Article) -> str:
    """All the text of an article, for engines with one field."""
    return "\n".join(filter(None, (article.title, article.description, *article.highlights, article.body)))
