"""The filters of a search: each one in force with a way out, and the values that would narrow it further."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from search.engine import Facet, FacetRequest, Results
from search.fields import FACET_FIELDS
from search.query import Archive
from search.web.address import View, address

MAX_FACETS, VALUES_SHOWN = 8, 5

_LABELS = {"lang": "language"}
USUAL_FIELDS = tuple(name for name in FACET_FIELDS if name != "precision")
_TERM = re.compile(r"(?P<field>\w+):(?P<value>\"[^\"]*\"|[^\s():\"]+)")


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force: its words, and the address of the search without it."""

    label: str
    value: str
    url: str
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a field: its count, and the addresses of the search with only it, and without it."""

    value: str
    count: int
    url: str
    without_url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """The commonest values of a field, and the address of all `distinct` of them."""

    label: str
    values: tuple[Choice, ...]
    distinct: int
    url: str


def counted_fields(archive: Archive) -> list[str]:
    """The fields whose values a page counts: the usual ones, then the most useful of the others.

    These are found once for all states of the archive with the same fields.
    """
    extra = archive.state().extra_fields
    room = MAX_FACETS - len(USUAL_FIELDS)
    if len(extra) > room and extra not in _chosen:
        _chosen.clear()
        _chosen[extra] = _most_useful(archive, extra)
    return [*USUAL_FIELDS, *_chosen.get(extra, extra)[:room]]


_chosen: dict[tuple[str, ...], tuple[str, ...]] = {}


def _most_useful(archive: Archive, fields: Sequence[str]) -> tuple[str, ...]:
    """The fields with values to choose from first, and of these the fields that most articles have."""
    found = archive.search("*", limit=0, facets=[FacetRequest(name, 1) for name in fields], snippets=False)
    ranked = sorted(found.facets, key=lambda facet: (not _has_choice(facet, found.total), facet.missing))
    return tuple(facet.field for facet in ranked)


def _has_choice(facet: Facet, total: int) -> bool:
    """False if all matches have the same value, or nearly each its own."""
    return 1 < facet.distinct <= max(20, total // 2)


def label_of(field: str) -> str:
    """A field in words."""
    return _LABELS.get(field, field.replace("_", " "))


def filterable(view: View, read_as: str) -> View:
    """The same search, to which filters can be added: with any of the words it is written with OR."""
    if not view.asked.any_word:
        return view
    asked = replace(view.asked, q=read_as, any_word=False, since=None, until=None)
    return View(asked, view.sort, view.by, view.collapse)


def choices(view: View, results: Results) -> list[Choices]:
    """The values to choose from, field by field.

    A field is left out if all matches have the same value, or nearly each its own.
    """
    found = []
    for facet in results.facets:
        if ":" in facet.field or not facet.values:
            continue
        chosen = any(value.query in view.asked.f for value in facet.values)
        if chosen or _has_choice(facet, results.total):
            found.append(_choices(view, facet))
    return found


def _choices(view: View, facet: Facet) -> Choices:
    values = tuple(choice_of(view, value.value, value.count, value.query) for value in facet.values)
    plain = View(view.asked, view.sort, view.by, view.collapse)
    return Choices(label_of(facet.field), values, facet.distinct, facet_address(plain, facet.field))


def facet_address(view: View, field: str) -> str:
    """The address of all values of a field."""
    return address(f"/facets/{field}", view.pairs())


def choice_of(view: View, value: str, count: int, query: str) -> Choice:
    """A value as a choice within this search."""
    chosen = query in view.asked.f
    url = view.without(query).url() if chosen else view.narrowed(query).url()
    return Choice(value, count, url, view.narrowed(f"-{query}").url(), chosen)


def chips(view: View) -> list[Chip]:
    """The filters in force."""
    asked, found = view.asked, []
    for term in asked.f:
        label, value, excluded = _described(term)
        found.append(Chip(label, value, view.without(term).url(), excluded))
    if asked.since and asked.since == asked.until:
        found.append(Chip("date", asked.since, view.asking(since=None, until=None).url()))
    else:
        for label, bound, name in (("from", asked.since, "since"), ("to", asked.until, "until")):
            if bound:
                found.append(Chip(label, bound, view.asking(**{name: None}).url()))
    for label, given, name in (("zone", asked.tz, "tz"), ("as of", asked.as_of, "as_of")):
        if given:
            found.append(Chip(label, given, view.asking(**{name: None}).url()))
    if asked.any_word:
        found.append(Chip("", "any of the words", view.asking(any_word=False).url()))
    if view.collapse:
        found.append(Chip("", "copies folded", View(asked, view.sort, view.by).url()))
    return found


def _described(term: str) -> tuple[str, str, bool]:
    """A filter as the label of its field, its value, and if it excludes."""
    excluded = term.startswith("-")
    own = term[excluded:]
    terms = [match.groupdict() for match in _TERM.finditer(own)]
    written = " OR ".join(match.group() for match in _TERM.finditer(own))
    fields = {each["field"] for each in terms}
    if len(fields) == 1 and own in (written, f"({written})"):
        return label_of(fields.pop()), " or ".join(each["value"].strip('"') for each in terms), excluded
    return "", own, excluded
