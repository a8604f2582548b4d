"""The pages about one article: articles like it, its copies, its versions, its score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from search.archive.versioned import change_between
from search.deadline import Deadline
from search.present.diff import changed_values, heading_of
from search.present.versions import in_words
from search.query import Archive, Explanation, Version
from search.serving import Answer
from search.web.address import View, article_address, pairs_of
from search.web.asked import Asked
from search.web.pages.render import rendered
from search.web.tasks import answer_of

RELATED = 10


@dataclass(frozen=True, slots=True)
class RelatedPage:
    """Articles that are similar to one, or the older ones among them."""

    id: str
    kind: Literal["similar", "background"]
    then: Asked

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer | None:
        before, view = archive.version(), self.then.view(archive)
        own = view.get(self.id)
        if own is None:
            return None
        results = None
        if self.kind == "similar":
            results = view.similar(self.id, limit=RELATED, timeout=deadline)
        elif own.published is not None:
            results = view.background(self.id, limit=RELATED, timeout=deadline)
        words = results.read_as.split(" OR ")[:8] if results and results.read_as else []
        body = rendered(
            "related.html",
            own=own,
            has_copies=view.state().has_copies,
            kind=self.kind,
            results=results,
            words=[(word, View(self.then).asking(q=word).url()) for word in words],
            then=pairs_of(self.then),
            zone=view.zone,
        )
        return answer_of(archive, before, body, lasts=not view.depends_on_now("*"))


@dataclass(frozen=True, slots=True)
class CopiesPage:
    """The copies of an article, the first one first."""

    id: str
    then: Asked

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer | None:
        before, view = archive.version(), self.then.view(archive)
        own = view.get(self.id)
        if own is None:
            return None
        copies = view.copies(self.id, timeout=deadline)
        body = rendered("copies.html", own=own, copies=copies, then=pairs_of(self.then), zone=view.zone)
        return answer_of(archive, before, body, lasts=not view.depends_on_now("*"))


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
        before, versions = archive.version(), archive.history(self.id)
        deadline.check()
        if not versions:
            return None
        own = versions[-1].article
        if len(versions) == 1 and not self.earlier:
            return answer_of(archive, before, rendered("diff.html", own=own, diff=None))
        other: Literal["words", "sentences"] = "sentences" if self.by == "words" else "words"
        named = (
            ("earlier", self.earlier),
            ("later", self.later),
            ("by", other if other != "words" else None),
        )
        diff = archive.diff(self.id, self.earlier, self.later, by=self.by)
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
        question = self.asked.question()
        told = view.explain(self.id, question, timeout=deadline)
        body = rendered(
            "explain.html",
            own=own,
            told=told,
            rows=list(_rows(told.parts)),
            back=View(self.asked).url(),
            then=pairs_of(self.asked),
        )
        return answer_of(archive, before, body, lasts=not view.depends_on_now(question))


def _rows(parts: tuple[Explanation, ...], depth: int = 0) -> Iterator[tuple[int, str, str, float]]:
    """A row for each number: its depth, its name, the words about it, and the number."""
    for part in parts:
        name, _, more = part.text.partition(":")
        yield min(depth, 5), name, more.strip(), part.value
        yield from _rows(part.parts, depth + 1)
