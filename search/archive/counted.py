"""The methods of an archive that count over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from search.archive.arguments import Timeout, counting_by, facets_of
from search.archive.attention import bounds_of, denominator
from search.archive.opened import OpenedArchive, Past
from search.archive.question import Question, questions_of
from search.archive.timeline import Denominator, timeline
from search.dates import interval_start
from search.deadline import Check
from search.engine import Facet, FacetRequest, Reader, SearchRequest, Sort, Timeline
from search.errors import InvalidRequest
from search.language import Everything, Missing, Node, Not, all_of, value_leaf
from search.once import once

_ENDS: tuple[Sort, Sort] = ("oldest", "newest")


@dataclass(frozen=True, slots=True)
class Coverage:
    """The articles of an archive by time: all of them, and by the values of a field."""

    all: Timeline
    per: dict[str, Timeline]


class CountedArchive(OpenedArchive):
    """An archive in which matches are counted over time."""

    def timeline(
        self,
        question: Question | str,
        by: str = "month",
        *,
        share: bool = False,
        bursts: bool = False,
        texts: bool = False,
        timeout: Timeout = None,
        as_of: Past | None = None,
    ) -> Timeline:
        """The counts of all matches by year, quarter, month, week, day or hour, with the empty ones between.

        Or by weekday, from Monday on. The name of a date other than the publication stands before:
        "seen:week" counts by when the archive first had the articles, "modified:month" by when they were
        changed.

        With `share` each count has a denominator: the articles that pass the filters of the question, such as
        its sources and dates, but need not have its words. `bursts` marks the intervals with more texts than
        the 28 before let expect, with less than one chance in 10,000; copies of a text count once. With
        `texts` the texts, each once however many copies it has, and the sources are counted too.
        """
        found = self.timelines(
            {"": question}, by, share=share, bursts=bursts, texts=texts, timeout=timeout, as_of=as_of
        )
        return found[""]

    def timelines(
        self,
        questions: Mapping[str, Question | str] | Iterable[str],
        by: str = "month",
        *,
        per: str | None = None,
        share: bool = False,
        bursts: bool = False,
        texts: bool = False,
        timeout: Timeout = None,
        as_of: Past | None = None,
    ) -> dict[str, Timeline]:
        """Timelines of several questions side by side, by their labels: all of one moment and one length.

        With `per`, a facet such as "source:5", each question has a timeline for each of its commonest values.
        With `share`, a question with bounds in time has every interval within them that has articles.
        """
        counted = counting_by(by)
        if bursts and counted.interval == "weekday":
            raise InvalidRequest("bursts are of intervals that follow each other, not of weekdays")
        labelled = questions_of(questions)
        with self._reading(timeout, as_of) as (reader, check):
            trees = {label: self._read(reader, asked).tree for label, asked in labelled.items()}
            if per is not None:
                trees = _per(reader, trees, per)
            counting = _Counting(reader, replace(counted, texts=texts or bursts), self.zone, check)
            facets = {label: counting.by_date(tree) for label, tree in trees.items()}
            among = {
                label: counting.among(denominator(tree)) if share or bursts else None
                for label, tree in trees.items()
            }
            shown = [*facets.values(), *(each.facet for each in among.values() if each and any(each.bounds))]
            names = [value.value for facet in shown for value in facet.values]
            ends = (min(names), max(names)) if names else None
            found = {}
            for label in trees:
                found[label] = timeline(
                    facets[label],
                    counting.interval,
                    self.zone,
                    check,
                    among[label],
                    ends,
                    texts=texts,
                    with_bursts=bursts,
                )
            return found

    def coverage(self, by: str = "month", *, per: str = "source:20", timeout: Timeout = None) -> Coverage:
        """The articles of the archive by time, and of each of the commonest values of a field.

        Each timeline reaches from its first article to its last; an interval without articles is a hole.
        """
        counted = counting_by(by)
        with self._reading(timeout) as (reader, check):
            counting = _Counting(reader, counted, self.zone, check)

            def line(tree: Node) -> Timeline:
                facet, among = counting.by_date(tree), counting.among(tree)
                return timeline(facet, counting.interval, self.zone, check, among)

            trees = _per(reader, {"": Everything()}, per)
            return Coverage(line(Everything()), {label: line(tree) for label, tree in trees.items()})


class _Counting:
    """Counts by date in one moment of an archive; each query once."""

    def __init__(self, reader: Reader, asked: FacetRequest, zone: tzinfo, check: Check) -> None:
        self._reader, self._asked, self._zone, self.check = reader, asked, zone, check
        self.interval = asked.interval or "month"
        self._known: dict[Node, Facet] = {}

    def by_date(self, tree: Node) -> Facet:
        """The counts of the matches of a query by date."""
        if tree not in self._known:
            request = SearchRequest(tree, limit=0, facets=(self._asked,), zone=self._zone)
            (self._known[tree],) = self._reader.search(request).facets
        return self._known[tree]

    def among(self, tree: Node) -> Denominator:
        """The matches of a query as the articles that others are counted among."""
        bounds = bounds_of(tree, self._asked.field)
        return Denominator(str(tree), self.by_date(tree), *self._span, bounds)

    @once
    def _span(self) -> tuple[datetime | None, datetime | None]:
        """The times of the first and the last article that has one.

        By another date than the publication they are times within the first and the last interval.
        """
        if self._asked.field != "date":
            values = self.by_date(Everything()).values if self.interval != "weekday" else ()
            if not values:
                return None, None
            ends = (interval_start(values[place].value).replace(tzinfo=self._zone) for place in (0, -1))
            begun, ended = (start.astimezone(UTC) + timedelta(microseconds=1) for start in ends)
            return begun, ended
        dated = Not(Missing("date"))
        requests = (SearchRequest(dated, sort=sort, limit=1) for sort in _ENDS)
        first, last = (self._reader.search(request).hits for request in requests)
        return (first[0].published, last[0].published) if first and last else (None, None)


def _per(reader: Reader, trees: Mapping[str, Node], per: str) -> dict[str, Node]:
    """The trees, each with each of its commonest values of a field, by label and value."""
    asked = facets_of(per)
    if len(asked) != 1 or asked[0].interval is not None:
        raise InvalidRequest(f"per takes one field of values, such as source:5, not {per!r:.60}")
    found = {}
    for label, tree in trees.items():
        (facet,) = reader.search(SearchRequest(tree, limit=0, facets=asked)).facets
        for value in facet.values:
            name = f"{label}: {value.value}" if label else value.value
            found[name] = all_of([tree, value_leaf(facet.field, value.value)])
    return found
