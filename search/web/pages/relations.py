"""The pages about one article: articles like it, its copies, its versions, its score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from search.archive.versioned import change_between
from search.article import Article
from search.deadline import Deadline
from search.errors import InvalidRequest
from search.present.diff import changed_values, heading_of
from search.present.versions import in_words
from search.query import Archive, Explanation, Version
from search.serving import Answer
from search.web.address import View, article_address, pairs_of
from search.web.pages.render import rendered
from search.web.tasks import Asked, answer_of, found_of

RELATED = 10


def _newest(archive: Archive, identity: str) -> Article | None:
    """The article as it is, or as it was last."""
    versions = archive.history(identity)
    return versions[-1].article if versions else None


@dataclass(frozen=True, slots=True)
class RelatedPage:
    """Articles that are similar to one, or the older ones among them."""

    id: str
    kind: Literal["similar", "background"]

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer | None:
        before, own = archive.version(), archive.get(self.id)
        if own is None:
            return None
        results = None
        if self.kind == "similar":
            results = archive.similar(self.id, limit=RELATED, timeout=deadline)
        elif own.published is not None:
            results = archive.background(self.id, limit=RELATED, timeout=deadline)
        words = results.read_as.split(" OR ")[:8] if results and results.read_as else []
        body = rendered(
            "related.html",
            own=own,
            kind=self.kind,
            results=results,
            words=[(word, View(Asked(word)).url()) for word in words],
            zone=archive.zone,
        )
        return answer_of(archive, before, body)


@dataclass(frozen=True, slots=True)
class CopiesPage:
    """The copies of an article, the first one first."""

    id: str

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer | None:
        before, own = archive.version(), archive.get(self.id)
        if own is None:
            return None
        copies = archive.copies(self.id, timeout=deadline)
        body = rendered("copies.html", own=own, copies=copies, zone=archive.zone)
        return answer_of(archive, before, body)


@dataclass(frozen=True, slots=True)
class _Row:
    version: Version
    told: str
    diff: str


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """The versions of an article, each with how it differs from the one before."""

    id: str

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer | None:
        before, versions = archive.version(), archive.history(self.id)
        deadline.check()
        if not versions:
            return None
        body = rendered(
            "history.html", own=versions[-1].article, rows=list(self._rows(versions)), zone=archive.zone
        )
        return answer_of(archive, before, body)

    def _rows(self, versions: tuple[Version, ...]) -> Iterator[_Row]:
        yield _Row(versions[0], "the first version that is kept", "")
        for one, other in pairwise(versions):
            pairs = [("earlier", f"r{one.revision}"), ("later", f"r{other.revision}")]
            told = in_words(change_between(one, other)) or "came again"
            yield _Row(other, told, article_address(self.id, "diff", pairs))


@dataclass(frozen=True, slots=True)
class DiffPage:
    """Two versions of an article in one text."""

    id: str
    earlier: str | None
    later: str | None
    by: Literal["words", "sentences"]

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer | None:
        before, own = archive.version(), _newest(archive, self.id)
        deadline.check()
        if own is None:
            return None
        other: Literal["words", "sentences"] = "sentences" if self.by == "words" else "words"
        named = (
            ("earlier", self.earlier),
            ("later", self.later),
            ("by", other if other != "words" else None),
        )
        try:
            diff = archive.diff(self.id, self.earlier, self.later, by=self.by)
        except InvalidRequest as error:
            return answer_of(archive, before, rendered("diff.html", own=own, diff=None, reason=str(error)))
        body = rendered(
            "diff.html",
            own=own,
            diff=diff,
            heading=heading_of(diff, archive.zone),
            fields=list(changed_values(diff)),
            by=self.by,
            other=other,
            other_url=article_address(self.id, "diff", [(name, value) for name, value in named if value]),
        )
        return answer_of(archive, before, body, lasts=not (self.earlier or self.later))


@dataclass(frozen=True, slots=True)
class ExplainPage:
    """The score of an article for a question, term by term."""

    id: str
    asked: Asked

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer | None:
        before, view = archive.version(), self.asked.view(archive)
        own = view.get(self.id)
        if own is None:
            return None
        told = view.explain(self.id, self.asked.question(), timeout=deadline)
        body = rendered(
            "explain.html",
            own=own,
            told=told,
            rows=list(_rows(told.parts)),
            asked=self.asked,
            back=View(self.asked).url(),
            question=pairs_of(self.asked),
        )
        lasts = not found_of(self.asked, view, deadline).depends_on_now
        return answer_of(archive, before, body, lasts=lasts)


def _rows(parts: tuple[Explanation, ...], depth: int = 0) -> Iterator[tuple[int, str, str, float]]:
    """A row for each number: its depth, its name, the words about it, and the number."""
    for part in parts:
        name, _, more = part.text.partition(":")
        yield min(depth, 5), name, more.strip(), part.value
        yield from _rows(part.parts, depth + 1)
