"""The lives of articles that are put in and taken out, in a dict and lists: the store must agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Literal

from search.article import Article
from search.engine import Added, Version
from search.text import Analyzer
from tests.reference.copies import Copies

Ending = Literal["updated", "deleted", "withdrawn"]
Past = list[tuple[Article, Ending | None]]


class ReferenceHistory:
    """The articles, each with all that it has been: what it was, and how that ended."""

    def __init__(self, analyzer: Analyzer) -> None:
        self.articles: dict[str, Article] = {}
        self.past: dict[str, Past] = {}
        self.withdrawn: dict[str, int | None] = {}
        self.states: list[dict[str, Article]] = [{}]
        self.groups = Copies(analyzer)
        self.seen: dict[str, datetime | None] = {}  # when each article was first crawled

    def _next(self) -> None:
        """Begin a revision if anything has changed."""
        if self.articles != self.states[-1]:
            self.states.append(dict(self.articles))

    def as_of(self, identities: Sequence[str], revision: int) -> dict[str, Article]:
        state = self.states[min(revision, len(self.states) - 1)]
        return {i: state[i] for i in identities if i in state and i not in self.withdrawn}

    def changed_since(self, revision: int) -> tuple[str, ...]:
        steps = pairwise(self.states[revision:])
        return tuple(sorted({i for a, b in steps for i in {*a, *b} if a.get(i) != b.get(i)}))

    def add(self, articles: Iterable[Article], *, more: bool = False) -> Added:  # noqa: ARG002  # nothing to put off
        total = Added()
        arrivals: dict[str, int] = {}  # the revision of each article that came, counted from the first
        revision, touched = 0, set[str]()
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
                ids = (article.id,)
                total += Added(added=1, added_ids=ids) if known is None else Added(updated=1, updated_ids=ids)
                self._end(article.id, "updated")
                self.articles[article.id] = article
                self.seen.setdefault(article.id, article.crawled)
                revision += article.id in touched
                touched = {article.id} if article.id in touched else touched | {article.id}
                arrivals[article.id] = revision
        self._next()
        self._arrive(arrivals)
        return total

    def _arrive(self, arrivals: Mapping[str, int]) -> None:
        """Put new articles into groups: by revision, then by date, then by id."""
        self.groups.leave(arrivals)
        late = datetime.max.replace(tzinfo=UTC)

        def arrival(identity: str) -> tuple[int, datetime, str]:
            return arrivals[identity], self.articles[identity].published or late, identity

        for identity in sorted(arrivals, key=arrival):
            self.groups.arrive(self.articles[identity])

    def delete(self, identities: Iterable[str], *, forget: bool = False) -> int:
        if forget:
            return self._forget(identities)
        gone = sum(self._end(identity, "deleted") for identity in set(identities))
        self._next()
        return gone

    def withdraw(self, cancelled: Mapping[str, int | None]) -> int:
        for identity, version in cancelled.items():
            last = self.withdrawn.setdefault(identity, version)
            if last is not None:
                self.withdrawn[identity] = None if version is None else max(last, version)
        gone = sum(self._end(identity, "withdrawn") for identity in cancelled)
        self._next()
        return gone

    def _forget(self, identities: Iterable[str]) -> int:
        gone = {i for i in identities if i in self.articles or i in self.past or i in self.withdrawn}
        for identity in gone:
            self.past.pop(identity, None)
            self.withdrawn.pop(identity, None)
            self.seen.pop(identity, None)
            for state in (self.articles, *self.states):
                state.pop(identity, None)
        return len(gone)

    def history(self, identity: str) -> tuple[Version, ...]:
        """Without the revisions and times, which a dict does not have."""
        past: Past = [*self.past.get(identity, ())]
        past += [(self.articles[identity], None)] if identity in self.articles else []
        return tuple(Version(0, None, None, ended, article) for article, ended in past)

    def updates(self, after: int, upto: int) -> Iterator[tuple[Version, Version]]:
        """Every update of articles that are not cancelled, article by article."""
        assert (after, upto) == (0, len(self.states) - 1), "the reference knows no other revisions"
        for identity in self.past:
            versions = self.history(identity) if identity not in self.withdrawn else ()
            yield from ((a, b) for a, b in pairwise(versions) if a.ended == "updated")

    def revision_at(self, moment: datetime) -> int | None:
        raise NotImplementedError(f"the reference does not know which revision was the last at {moment}")

    def prune(self, before: datetime) -> int:
        raise NotImplementedError(f"the reference does not know what was before {before}")

    def _end(self, identity: str, how: Ending) -> bool:
        article = self.articles.pop(identity, None)
        if article is not None:
            self.groups.leave([identity])
            self.past.setdefault(identity, []).append((article, how))
        return article is not None
