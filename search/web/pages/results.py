"""The page of a search: its hits, with all that helps to go on from them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from search.deadline import Deadline
from search.engine import Sort, State
from search.query import Archive, Results
from search.serving import Answer
from search.web.address import Pairs, View, address, pairs_of
from search.web.pages.narrowing import (
    VALUES_SHOWN,
    Chip,
    chips,
    choices,
    counted_fields,
    filterable,
)
from search.web.pages.render import rendered
from search.web.pages.strip import Strip, strip_of, timeline_address, trail
from search.web.tasks import answer_of

HITS = 10
MAX_DROPPED = 8
"""Filters without which a search that finds nothing is tried, at most."""

SORTS: dict[Sort, str] = {"relevance": "best first", "newest": "newest", "oldest": "oldest"}


@dataclass(frozen=True, slots=True)
class Cited:
    """The server's own address and today's date, which a citation of a search has."""

    base: str
    today: str


NOWHERE = Cited("", "")


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of hits, with its filters, its timeline and its other forms."""

    view: View
    cited: Cited = NOWHERE

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        before, view = archive.version(), self.view
        asked = view.asked
        shown = asked.view(archive)
        state = shown.state()
        sort = sort_of(view)
        results = shown.search(
            asked.question(),
            sort=sort,
            limit=HITS,
            after=view.after,
            facets=[*(f"{name}:{VALUES_SHOWN}" for name in counted_fields(shown)), "date:month"],
            timeout=deadline,
            collapse=view.collapse,
        )
        months = results.facets["date:month"]
        strip: Strip | None = None
        if results.total:
            strip = strip_of(view, shown, months, deadline)
        body = rendered(
            "search.html",
            view=view,
            results=results,
            chips=chips(view),
            clear=View(
                replace(asked, f=(), since=None, until=None, any_word=False, tz=None, as_of=None)
            ).url(),
            choices=choices(filterable(view, results.read_as), results),
            strip=strip,
            trail=trail(view),
            undated=filterable(view, results.read_as).narrowed("date:none").url() if months.missing else "",
            missing=months.missing,
            zone=shown.zone,
            sorts=[
                (label, replace(view, sort=name, after=None).url(), name == sort)
                for name, label in SORTS.items()
            ],
            folded=replace(view, collapse=not view.collapse, after=None).url() if state.has_copies else "",
            following=replace(view, after=results.next).url() if results.next else "",
            beginning=replace(view, after=None).url() if view.after else "",
            carried=view.pairs(),
            forms=forms_of(view),
            dropped=_dropped(view, shown, deadline) if not results.total else [],
            any_word=view.asking(any_word=True).url() if _may_be_any(view, results) else "",
            spelled=_spelled(view, results.did_you_mean) if results.did_you_mean else None,
            read_as=View(
                replace(asked, q=results.read_as, f=(), since=None, until=None, any_word=False)
            ).url(),
            over_time=timeline_address(view),
            distinctive=address("/distinctive", pairs_of(asked)),
            export=address("/export", pairs_of(asked)),
            archive_empty=not results.total and not shown.count("*"),
            cite=self.cited.base + _cited(view, results, state).url(),
            cited=self.cited,
            has_copies=state.has_copies,
            revision=state.revision if state.has_history else None,
        )
        body = body.replace(b'href="/search?', b'href="?')  # of a hundred links, as short as they can be
        return answer_of(archive, before, body, lasts=not results.depends_on_now)


def sort_of(view: View) -> Sort:
    """The order of the hits: the best first, or the newest where all are as good."""
    return view.sort or ("newest" if view.asked.q == "*" else "relevance")


def forms_of(view: View) -> list[tuple[str, str]]:
    """The other forms of this page, each by its name and its address."""
    pairs: Pairs = pairs_of(view.asked)
    paged = [*pairs, *([("sort", view.sort)] if view.sort else [])]
    names = (("CSV", "csv"), ("JSON Lines", "jsonl"), ("RIS", "ris"), ("JSON", "json"))
    found = [(label, address(f"/search.{form}", paged)) for label, form in names]
    feeds = (("Atom feed", "atom"), ("JSON Feed", "feed.json"))
    return [*found, *((label, address(f"/search.{form}", pairs)) for label, form in feeds)]


def _cited(view: View, results: Results, state: State) -> View:
    """The search as it finds the same articles later: as of a revision, if there are, with dates in full."""
    fixed = view.asking(as_of=f"r{state.revision}") if state.has_history else view
    if not results.depends_on_now:
        return fixed
    return fixed.asking(q=results.read_as, f=(), since=None, until=None, any_word=False)


def _spelled(view: View, query: str) -> tuple[str, str]:
    """Another spelling of the query, and the address of the search for it.

    A spelling of a query with filters has the filters in it.
    """
    filters = " ".join(f"({each})" for each in view.asked.f)
    if not filters:
        return query, view.asking(q=query).url()
    if query.startswith("(") and query.endswith(f") {filters}"):
        own = query[1 : -len(filters) - 2]
        return own, view.asking(q=own).url()
    return query, view.asking(q=query, f=()).url()


def _dropped(view: View, archive: Archive, deadline: Deadline) -> list[tuple[Chip, int]]:
    """Each filter without which the search finds articles, and how many."""
    found = []
    for chip, changed in list(zip(chips(view), _without_each(view), strict=False))[:MAX_DROPPED]:
        count = archive.count(changed.asked.question(), timeout=deadline)
        if count:
            found.append((chip, count))
    return found


def _without_each(view: View) -> list[View]:
    asked = view.asked
    found = [view.without(term) for term in asked.f]
    if asked.since and asked.since == asked.until:
        return [*found, view.asking(since=None, until=None)]
    return found + [view.asking(**{name: None}) for name in ("since", "until") if getattr(asked, name)]


def _may_be_any(view: View, results: Results) -> bool:
    """True if more may match with any of the words, rather than all."""
    return not results.total and not view.asked.f and not view.asked.any_word and len(results.parts) > 1
