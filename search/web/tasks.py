"""The questions of the API as they are evaluated, in a process that knows no HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Literal

from search.archive.arguments import facets_of
from search.deadline import Deadline
from search.present.schema import to_json
from search.query import Archive, Results
from search.serving import Answer
from search.web.asked import Asked
from search.web.forms import Form, rows_as, written_as

if TYPE_CHECKING:
    from search.engine import Sort

PART_BYTES = 1 << 16
BOM = "\ufeff"


def answer_of(archive: Archive, before: str, body: str | bytes, *, lasts: bool = True) -> Answer:
    """The answer; with the version of the archive if that is still `before`, and the answer `lasts`."""
    version = before if lasts and archive.version() == before else None
    return Answer(body.encode() if isinstance(body, str) else body, None, version)


def found_of(asked: Asked, view: Archive, deadline: Deadline) -> Results:
    """The facts about all matches, without a hit."""
    return view.search(asked.question(), limit=0, snippets=False, timeout=deadline)


@dataclass(frozen=True, slots=True)
class Search:
    """A page of hits in some form."""

    asked: Asked
    form: Form = "json"
    sort: Sort = "relevance"
    limit: int = 10
    after: str | None = None
    facets: tuple[str, ...] = ()
    collapse: bool = False
    expand: bool = False
    recency: str | None = None
    bom: bool = False
    base: str = ""  # of the addresses in a feed

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        before, view = archive.version(), self.asked.view(archive)
        results = view.search(
            self.asked.question(),
            sort=self.sort,
            limit=self.limit,
            after=self.after,
            facets=self.facets,
            snippets=self.form != "ris",
            timeout=deadline,
            expand=self.expand,
            recency=self.recency,
            collapse=self.collapse,
        )
        body = BOM * self.bom + written_as(
            self.form, results, str(self.asked), view, self._pairs(), self.base
        )
        return replace(answer_of(archive, before, body, lasts=not results.depends_on_now), next=results.next)

    def _pairs(self) -> list[tuple[str, str]]:
        named = {"limit": str(self.limit) if self.limit != 10 else None, "after": self.after}
        named |= {"collapse": "1" if self.collapse else None, "expand": "1" if self.expand else None}
        named["recency"] = self.recency
        return self.asked.pairs() + [(name, value) for name, value in named.items() if value is not None]


@dataclass(frozen=True, slots=True)
class Count:
    """How many articles match."""

    asked: Asked

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        before, view = archive.version(), self.asked.view(archive)
        found = found_of(self.asked, view, deadline)
        told = {"total": found.total, "read_as": found.read_as, "warnings": found.warnings}
        return answer_of(archive, before, to_json(told), lasts=not found.depends_on_now)


@dataclass(frozen=True, slots=True)
class CountFacets:
    """The matches by the values of fields."""

    asked: Asked
    by: tuple[str, ...]
    texts: bool = False

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        before, view = archive.version(), self.asked.view(archive)
        found = view.search(
            self.asked.question(),
            limit=0,
            facets=[replace(each, texts=self.texts) for each in facets_of(self.by)],
            snippets=False,
            timeout=deadline,
        )
        return answer_of(archive, before, to_json(found.facets), lasts=not found.depends_on_now)


@dataclass(frozen=True, slots=True)
class CountOverTime:
    """The matches over time."""

    asked: Asked
    by: str
    share: bool = False
    bursts: bool = False
    texts: bool = False

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        before, view = archive.version(), self.asked.view(archive)
        timeline = view.timeline(
            self.asked.question(),
            self.by,
            share=self.share,
            bursts=self.bursts,
            texts=self.texts,
            timeout=deadline,
        )
        lasts = not view.depends_on_now(self.asked.question())
        return answer_of(archive, before, to_json(timeline), lasts=lasts)


@dataclass(frozen=True, slots=True)
class CompareOverTime:
    """The matches of several questions over time, by the queries."""

    asked: tuple[Asked, ...]
    by: str
    share: bool = False
    bursts: bool = False
    texts: bool = False

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        before, view = archive.version(), self.asked[0].view(archive)
        questions = {each.q: each.question() for each in self.asked}
        lines = view.timelines(
            questions,
            self.by,
            share=self.share,
            bursts=self.bursts,
            texts=self.texts,
            timeout=deadline,
        )
        lasts = not any(map(view.depends_on_now, questions.values()))
        return answer_of(archive, before, to_json(lines), lasts=lasts)


@dataclass(frozen=True, slots=True)
class ShowArticle:
    """An article, its copies or its versions."""

    id: str
    part: Literal["article", "copies", "history"] = "article"

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer | None:
        before = archive.version()
        told: object = None
        match self.part:
            case "article":
                told = archive.get(self.id)
            case "copies" if self.id in archive:
                told = archive.copies(self.id, timeout=deadline)
            case "history":
                told = archive.history(self.id) or None
        return None if told is None else answer_of(archive, before, to_json(told))


@dataclass(frozen=True, slots=True)
class Relate:
    """Articles that are similar to one, or the older ones among them."""

    id: str
    kind: Literal["similar", "background"]
    limit: int = 10
    since: str | None = None
    until: str | None = None

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer | None:
        before = archive.version()
        if self.id not in archive:
            return None
        if self.kind == "background":
            found = archive.background(self.id, limit=self.limit, timeout=deadline)
        else:
            found = archive.similar(
                self.id, since=self.since, until=self.until, limit=self.limit, timeout=deadline
            )
        return answer_of(archive, before, to_json(found), lasts=not (self.since or self.until))


@dataclass(frozen=True, slots=True)
class Compare:
    """Two versions of an article."""

    id: str
    earlier: str | None = None
    later: str | None = None
    by: Literal["words", "sentences"] = "words"

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer | None:
        before = archive.version()
        deadline.check()
        if not archive.history(self.id):
            return None
        diff = archive.diff(self.id, self.earlier, self.later, by=self.by)
        return answer_of(archive, before, to_json(diff), lasts=not (self.earlier or self.later))


@dataclass(frozen=True, slots=True)
class Explain:
    """The score of an article for a question."""

    id: str
    asked: Asked

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer | None:
        before, view = archive.version(), self.asked.view(archive)
        if self.id not in view:
            return None
        question = self.asked.question()
        told = view.explain(self.id, question, timeout=deadline)
        return answer_of(archive, before, to_json(told), lasts=not view.depends_on_now(question))


@dataclass(frozen=True, slots=True)
class Suggest:
    """The words of the archive that begin in some way."""

    prefix: str
    limit: int = 10

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        before = archive.version()
        found = archive.suggest(self.prefix, limit=self.limit, timeout=deadline)
        return answer_of(archive, before, to_json(found))


@dataclass(frozen=True, slots=True)
class Describe:
    """The archive in numbers, without the name of its folder."""

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        before = archive.version()
        deadline.check()
        return answer_of(archive, before, to_json(replace(archive.stats(), location="")), lasts=False)


@dataclass(frozen=True, slots=True)
class CheckIndex:
    """An empty answer if every stored article can be searched, else None."""

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer | None:
        deadline.check()
        stats = archive.stats()
        return Answer(b"") if stats.revision == stats.indexed_revision else None


@dataclass(frozen=True, slots=True)
class ExportAll:
    """Every match, oldest first, in some form."""

    asked: Asked
    form: Form
    columns: tuple[str, ...] = ()
    bom: bool = False

    def __call__(self, archive: Archive) -> Iterator[bytes]:
        view, question = self.asked.view(archive), self.asked.question()
        part, size = [], 0
        for line in chain([BOM] * self.bom, rows_as(self.form, view, question, self.columns or None)):
            part.append(line.encode())
            size += len(part[-1])
            if size >= PART_BYTES:
                yield b"".join(part)
                part, size = [], 0
        yield b"".join(part)
