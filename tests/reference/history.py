"""The lives of articles that are put in and taken out, in a dict and lists: the store must agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from search.article import Article
from search.engine import Added, Version

Ending = Literal["updated", "deleted", "withdrawn"]
Past = list[tuple[Article, Ending | None]]


class ReferenceHistory:
    """The articles, each with all that it has been: what it was, and how that ended."""

    def __init__(self) -> None:
        self.articles: dict[str, Article] = {}
        self.past: dict[str, Past] = {}
        self.withdrawn: dict[str, int | None] = {}

    def add(self, articles: Iterable[Article], *, more: bool = False) -> Added:  # noqa: ARG002  # nothing to put off
        total = Added()
        for article in articles:
            known, version = self.articles.get(article.id), article.version
            if article.id in self.withdrawn:
                last = self.withdrawn[article.id]
                if version is None or last is None or version <= last:
                    total += Added(withdrawn=1)
                    continue
                del self.withdrawn[article.id]
            own = None if known is None else known.version
            if own is not None and version is not None and version < own:
                total += Added(older=1)
            elif known is not None and known.digest() == article.digest():
                total += Added(unchanged=1)
            else:
                total += Added(known is None, known is not None)
                self._end(article.id, "updated")
                self.articles[article.id] = article
        return total

    def delete(self, identities: Iterable[str], *, forget: bool = False) -> int:
        if forget:
            return self._forget(identities)
        return sum(self._end(identity, "deleted") for identity in set(identities))

    def withdraw(self, cancelled: Mapping[str, int | None]) -> int:
        for identity, version in cancelled.items():
            last = self.withdrawn.setdefault(identity, version)
            if last is not None:
                self.withdrawn[identity] = None if version is None else max(last, version)
        return sum(self._end(identity, "withdrawn") for identity in cancelled)

    def _forget(self, identities: Iterable[str]) -> int:
        gone = {i for i in identities if i in self.articles or i in self.past or i in self.withdrawn}
        for identity in gone:
            for known in (self.articles, self.past, self.withdrawn):
                known.pop(identity, None)
        return len(gone)

    def history(self, identity: str) -> tuple[Version, ...]:
        """Without the revisions and times, which a dict does not have."""
        past: Past = [*self.past.get(identity, ())]
        past += [(self.articles[identity], None)] if identity in self.articles else []
        return tuple(Version(0, None, None, ended, article) for article, ended in past)

    def prune(self, before: datetime) -> int:
        raise NotImplementedError(f"the reference does not know what was before {before}")

    def kept(self) -> tuple[dict[str, Article], dict[str, Past], dict[str, int | None]]:
        """A copy of all there is."""
        return dict(self.articles), {i: [*past] for i, past in self.past.items()}, dict(self.withdrawn)

    def _end(self, identity: str, how: Ending) -> bool:
        article = self.articles.pop(identity, None)
        if article is not None:
            self.past.setdefault(identity, []).append((article, how))
        return article is not None
