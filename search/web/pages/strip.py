"""The timeline of a search as a strip of bars, each of which is a link to its own interval."""

from __future__ import annotations

import re
from dataclasses import dataclass

from search.dates import Interval, interval_start
from search.deadline import Deadline
from search.engine import Bin, Facet
from search.present.chart import strip_as_svg
from search.query import Archive
from search.web.address import View, address

MAX_BARS = 400
BARS = 62
"""The number of bars that are wanted, at most."""

_DAYS: dict[Interval, float] = {"day": 1, "week": 7, "month": 30.4, "quarter": 91.3, "year": 365.25}
INTERVALS: tuple[Interval, ...] = ("year", "month", "week", "day")


@dataclass(frozen=True, slots=True)
class Strip:
    """Bars, and the words beside them."""

    svg: str
    interval: Interval
    first: str
    last: str
    highest: str
    most: int
    intervals: tuple[tuple[Interval, str, bool], ...]
    notes: tuple[str, ...]
    table: str


def interval_within(days: float, *, bars: int = BARS) -> Interval:
    """The shortest interval of which these days have at most that many."""
    return next((name for name, length in _DAYS.items() if days / length <= bars), "year")


def days_of(months: Facet) -> float:
    """The days from the first month with a match to the last one."""
    names = [value.value for value in months.values]
    if not names:
        return 0
    return (interval_start(max(names)) - interval_start(min(names))).days + 31


def strip_of(view: View, archive: Archive, months: Facet, deadline: Deadline) -> Strip | None:
    """The strip for a search whose matches have these `months`; None if it would have one bar or none."""
    days = days_of(months)
    if not days:
        return None
    fitting = [name for name in INTERVALS if days / _DAYS[name] <= MAX_BARS]
    asked = next((name for name in fitting if name == view.by), None)
    question = view.asked.question()
    interval = asked or interval_within(_days_asked(view) or days)
    line = archive.timeline(question, interval, share=True, timeout=deadline)
    if len(line.bins) < 2:
        return None
    highest = max(line.bins, key=lambda each: each.count)
    links = [bin_address(view, each) for each in line.bins]
    notes = []
    if view.by and asked is None:
        notes.append(f"by {view.by} there would be more than {MAX_BARS} bars")
    partial = [each.name for each in line.bins if each.state == "partial" and each.count]
    if partial:
        notes.append(f"the archive has a part only of {' and '.join(partial[:2])}")
    if line.imprecise:
        notes.append(f"{line.imprecise:,} with a less exact date are in no bar")
    return Strip(
        strip_as_svg(line, links),
        interval,
        _shown(line.bins[0], archive),
        _shown(line.bins[-1], archive),
        ("the week of " if interval == "week" else "") + _shown(highest, archive),
        highest.count,
        tuple((name, _by(view, name).url(), name == interval) for name in fitting),
        tuple(notes),
        timeline_address(view, interval),
    )


def _shown(own: Bin, archive: Archive) -> str:
    """The name of an interval, or for a week its first day, as the number of a week says little."""
    return f"{own.start.astimezone(archive.zone):%Y-%m-%d}" if "W" in own.name and own.start else own.name


def bin_address(view: View, own: Bin) -> str:
    """The address of the search within an interval, in shorter ones."""
    return _by(view.asking(since=own.name, until=own.name), None).url()


def timeline_address(view: View, by: str | None = None) -> str:
    """The address of the counts over time."""
    pairs = View(view.asked, by=by).pairs()
    return address("/timeline", pairs if view.asked.q != "*" else [("q", "*"), *pairs])


def _by(view: View, interval: str | None) -> View:
    return View(view.asked, view.sort, interval, view.collapse)


def _days_asked(view: View) -> float | None:
    """The days of an interval that the question is about, if it names one."""
    asked = view.asked
    return next((_DAYS[name] for name, own in _trail(asked.since) if own == asked.until), None)


def trail(view: View) -> list[tuple[str, str]]:
    """The ways back to longer intervals: each by its name and its address, the present one last."""
    asked = view.asked
    if not asked.since or asked.since != asked.until or not (steps := _trail(asked.since)):
        return []
    found = [("all dates", view.asking(since=None, until=None).url())]
    return found + [(name, view.asking(since=name, until=name).url()) for _, name in reversed(steps)]


def _trail(name: str | None) -> list[tuple[Interval, str]]:
    """The interval of this name, and the longer ones around it."""
    if name is None or not (match := re.fullmatch(r"(\d{4})(?:-(W\d\d|Q\d|\d\d))?(?:-(\d\d))?", name)):
        return []
    year, part, day = match.groups()
    found: list[tuple[Interval, str]] = [("year", year)]
    if part:
        kinds: dict[str, Interval] = {"W": "week", "Q": "quarter"}
        found.insert(0, (kinds.get(part[0], "month"), f"{year}-{part}"))
    if day:
        found.insert(0, ("day", name))
    return found
