"""The pages of counts: several queries over time, all values of a field, and distinctive words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from search.dates import Interval
from search.deadline import Deadline
from search.engine import AGAINST, Facet, FacetRequest, Timeline
from search.errors import InvalidRequest
from search.fields import FACET_FIELDS, field_name
from search.present.chart import chart_as_svg, chart_of, written
from search.present.study import DISTINCTIVE_COLUMNS, distinctive_rows
from search.present.table import facets_as_table, rows_as_table
from search.present.times import timeline_columns, timeline_rows
from search.query import Archive, Distinctive, Question, Results
from search.serving import Answer
from search.text import fold
from search.web.address import Pairs, View, address, pairs_of
from search.web.asked import Asked
from search.web.pages.narrowing import USUAL_FIELDS, Choice, choice_of, filterable, label_of
from search.web.pages.render import rendered
from search.web.pages.strip import days_of, interval_within
from search.web.tasks import answer_of, found_of

MAX_QUERIES = 5
MAX_VALUES = 1_000
MAX_POINTS = 3_000
DISTINCTIVE_WORDS = 40
ALL_VALUES = 1 << 31
BY: tuple[Interval, ...] = ("year", "quarter", "month", "week", "day", "weekday")


@dataclass(frozen=True, slots=True)
class Counted:
    """Several queries, which have all but their text in common, to be counted over time."""

    queries: tuple[str, ...]
    asked: Asked
    by: Interval | None = None
    share: bool = False

    def pairs(self) -> Pairs:
        """The parameters of the address."""
        named = (("by", self.by), ("share", "1" if self.share else None))
        own = [*(("q", each) for each in self.queries), *pairs_of(self.asked)]
        return own + [(name, value) for name, value in named if value]

    def each(self) -> dict[str, Asked]:
        """The questions by their queries."""
        return {query: replace(self.asked, q=query) for query in self.queries}

    def questions(self) -> dict[str, Question]:
        """The questions as the library takes them."""
        return {query: asked.question() for query, asked in self.each().items()}


def _fits(interval: Interval, days: float) -> bool:
    return interval not in ("day", "hour") or days * (24 if interval == "hour" else 1) <= MAX_POINTS


def _lines(counted: Counted, archive: Archive, deadline: Deadline) -> tuple[dict[str, Timeline], float, bool]:
    """The timeline of each query, the days of all, and if they depend on now.

    Raises `InvalidRequest` for too many points.
    """
    days, by_now = 0.0, False
    for question in counted.questions().values():
        found = archive.search(
            question,
            limit=0,
            facets="date:month",
            snippets=False,
            timeout=deadline,
        )
        days, by_now = max(days, days_of(found.facets["date:month"])), by_now or found.depends_on_now
    by = counted.by or interval_within(days)
    if not _fits(by, days):
        raise InvalidRequest(f"by {by} there are more than {MAX_POINTS:,} points; choose a longer interval")
    questions = counted.questions()
    return archive.timelines(questions, by, share=True, timeout=deadline), days, by_now


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Several queries over time, as a chart and as a table."""

    counted: Counted

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        before, counted = archive.version(), self.counted
        shown = counted.asked.view(archive)
        lines, days, by_now = _lines(counted, shown, deadline) if counted.queries else ({}, 0.0, False)
        chart = chart_of(lines, share=counted.share)
        first = next(iter(lines.values()), None)
        notes = [
            f"{query}: " + " and ".join(told)
            for query, line in lines.items()
            if (
                told := [
                    f"{n:,} {name}"
                    for n, name in ((line.undated, "undated"), (line.imprecise, "with a less exact date"))
                    if n
                ]
            )
        ]
        body = rendered(
            "timeline.html",
            counted=counted,
            svg=chart_as_svg(chart, "Articles over time" if not counted.share else "Share of all articles")
            if chart.names
            else "",
            rows=list(_rows(counted, lines)),
            interval=first.interval if first else None,
            totals=[
                (query, sum(each.count for each in line.bins), View(counted.each()[query]).url())
                for query, line in lines.items()
            ],
            partial=[each.name for each in first.bins if each.state == "partial"] if first else [],
            notes=notes,
            by=[
                (
                    name,
                    address("/timeline", replace(counted, by=name).pairs()),
                    first and name == first.interval,
                )
                for name in BY
                if _fits(name, days)
            ],
            other=address("/timeline", replace(counted, share=not counted.share).pairs()),
            table=address("/timeline.csv", counted.pairs()),
            blank=max(1, min(3, MAX_QUERIES) - len(counted.queries))
            if len(counted.queries) < MAX_QUERIES
            else 0,
            carried=[pair for pair in counted.pairs() if pair[0] not in ("q", "share", "by")],
        )
        return answer_of(archive, before, body, lasts=not by_now)


def _rows(counted: Counted, lines: dict[str, Timeline]) -> Iterator[_Row]:
    """A row for each interval, the newest first: for each query its number, and the address of its articles.

    Intervals in a row without data are one.
    """
    asked, empty = counted.each(), list[str]()

    def without_data() -> Iterator[_Row]:
        if empty:
            name = empty[-1] if len(empty) == 1 else f"{empty[-1]} to {empty[0]}"
            yield _Row(name, tuple(("no data", "") for _ in lines))
            empty.clear()

    for bins in reversed(list(zip(*(line.bins for line in lines.values()), strict=True))):
        if all(own.state == "no data" for own in bins):
            empty.append(bins[0].name)
            continue
        yield from without_data()
        cells = []
        for query, own in zip(lines, bins, strict=True):
            value = own.share if counted.share else None if own.state == "no data" else float(own.count)
            linked = own.count and own.start is not None
            url = View(replace(asked[query], since=own.name, until=own.name)).url() if linked else ""
            cells.append((written(value, share=counted.share), url))
        yield _Row(bins[0].name, tuple(cells))
    yield from without_data()


@dataclass(frozen=True, slots=True)
class TimelineTable:
    """Several queries over time as CSV: count, total and share of each interval, for each query."""

    counted: Counted

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        before, shown = archive.version(), self.counted.asked.view(archive)
        if not self.counted.queries:
            raise InvalidRequest("q: there must be a query")
        lines, _, by_now = _lines(self.counted, shown, deadline)
        interval = next(iter(lines.values())).interval
        columns = timeline_columns(interval, label="query", share=True)
        return _csv(archive, before, rows_as_table(timeline_rows(lines, "query"), columns), lasts=not by_now)


def _csv(archive: Archive, before: str, lines: Iterable[str], *, lasts: bool) -> Answer:
    return answer_of(archive, before, "".join(lines), lasts=lasts)


@dataclass(frozen=True, slots=True)
class FacetPage:
    """All values of a field, of which several can be chosen."""

    field: str
    view: View
    find: str | None

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        before, shown = archive.version(), self.view.asked.view(archive)
        facet, found = _facet(self, shown, deadline, ALL_VALUES if self.find else MAX_VALUES)
        view, having = filterable(self.view, found.read_as), len(facet.values)
        listed = facet.values[:MAX_VALUES]
        values: list[Choice] = [choice_of(view, each.value, each.count, each.query) for each in listed]
        body = rendered(
            "facet.html",
            view=self.view,
            label=label_of(facet.field),
            field=facet.field,
            find=self.find or "",
            rows=list(zip(values, (each.query for each in listed), strict=True)),
            most=max((each.count for each in values), default=1),
            facet=facet,
            total=found.total,
            back=self.view.url(),
            carried=view.pairs(),
            left_out=(having if self.find else facet.distinct) - len(listed),
            table=address(
                f"/facets/{facet.field}.csv",
                [*self.view.pairs(), *([("find", self.find)] if self.find else [])],
            ),
        )
        return answer_of(archive, before, body, lasts=not found.depends_on_now)


@dataclass(frozen=True, slots=True)
class FacetTable:
    """All values of a field as CSV."""

    field: str
    view: View
    find: str | None

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        before, shown = archive.version(), self.view.asked.view(archive)
        facet, found = _facet(self, shown, deadline)
        return _csv(archive, before, facets_as_table([facet]), lasts=not found.depends_on_now)


def _facet(
    page: FacetPage | FacetTable, archive: Archive, deadline: Deadline, limit: int = ALL_VALUES
) -> tuple[Facet, Results]:
    """The commonest values of the field, or all with the letters that are looked for; and the matches."""
    fields = archive.state().extra_fields
    name = field_name(page.field, fields) or page.field
    if name not in (*FACET_FIELDS, *fields):
        known = ", ".join((*USUAL_FIELDS, *fields[:40]))
        raise InvalidRequest(f"the values of {page.field!r:.60} are not counted; fields are {known}")
    asked = page.view.asked
    found = archive.search(
        asked.question(),
        limit=0,
        facets=[FacetRequest(name, limit)],
        snippets=False,
        timeout=deadline,
    )
    (facet,) = found.facets
    if page.find:
        sought = fold(page.find)
        facet = replace(facet, values=tuple(each for each in facet.values if sought in fold(each.value)))
    return facet, found


@dataclass(frozen=True, slots=True)
class DistinctivePage:
    """The words that set the matches of a question apart."""

    asked: Asked
    against: str

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        before, shown = archive.version(), self.asked.view(archive)
        found, reason = None, ""
        matches = found_of(self.asked, shown, deadline)
        by_now = self.against not in AGAINST or matches.depends_on_now
        if self.asked.q != "*" or self.asked.f:
            try:
                found = _distinctive(self, shown, deadline)
            except InvalidRequest as error:
                reason = str(error)
        view = View(self.asked)
        narrower = filterable(view, matches.read_as)
        choices = [
            (
                name.replace("-", " "),
                address(
                    "/distinctive",
                    [*pairs_of(self.asked), *([("against", name)] if name != "same-dates" else [])],
                ),
                name == self.against,
            )
            for name in AGAINST
        ]
        body = rendered(
            "distinctive.html",
            view=view,
            found=found,
            reason=reason,
            words=[(each, narrower.narrowed(each.word).url()) for each in found.words] if found else [],
            choices=choices,
            against=self.against.replace("-", " "),
            carried=pairs_of(self.asked),
            table=address("/distinctive.csv", [*pairs_of(self.asked), ("against", self.against)]),
            back=view.url(),
        )
        return answer_of(archive, before, body, lasts=not by_now)


@dataclass(frozen=True, slots=True)
class DistinctiveTable:
    """The distinctive words as CSV."""

    asked: Asked
    against: str

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        before, shown = archive.version(), self.asked.view(archive)
        rows = distinctive_rows(_distinctive(self, shown, deadline))
        by_now = self.against not in AGAINST or found_of(self.asked, shown, deadline).depends_on_now
        return _csv(archive, before, rows_as_table(rows, DISTINCTIVE_COLUMNS), lasts=not by_now)


def _distinctive(
    page: DistinctivePage | DistinctiveTable, archive: Archive, deadline: Deadline
) -> Distinctive:
    question = page.asked.question()
    return archive.distinctive(question, against=page.against, limit=DISTINCTIVE_WORDS, timeout=deadline)
