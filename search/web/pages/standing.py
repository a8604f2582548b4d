"""The pages that are of the archive as a whole: the first one, help, numbers, export."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

from search.archive.export import columns_of
from search.deadline import Deadline
from search.errors import LimitExceeded, QuerySyntaxError
from search.language import value_leaf
from search.query import Archive, Results
from search.serving import Answer
from search.text import STOP_WORDS
from search.web.address import View, address, pairs_of
from search.web.asked import Asked
from search.web.forms import EXPORT_FORMS
from search.web.pages.narrowing import USUAL_FIELDS, counted_fields, label_of
from search.web.pages.render import rendered
from search.web.pages.results import forms_of
from search.web.pages.strip import strip_of
from search.web.tasks import answer_of, found_of

NEWEST, EXAMPLES = 5, 3


@dataclass(frozen=True, slots=True)
class HomePage:
    """The first page: what the archive holds, and ways into it."""

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        before, stats, view = archive.version(), archive.stats(), View()
        facets = ["date:month", "source:6", "keyword:12"]
        newest = archive.search(
            "*", sort="newest", limit=NEWEST, facets=facets, snippets=True, timeout=deadline
        )
        strip = strip_of(view, archive, newest.facets["date:month"], deadline) if stats.articles else None
        body = rendered(
            "home.html",
            has_copies=archive.state().has_copies,
            stats=stats,
            newest=newest,
            strip=strip,
            sources=newest.facets["source"],
            examples=_examples(archive, newest, deadline),
            keywords=[
                (each.value, View().narrowed(each.query).url()) for each in newest.facets["keyword"].values
            ],
            zone=archive.zone,
        )
        return answer_of(archive, before, body)


def _examples(archive: Archive, newest: Results, deadline: Deadline) -> list[str]:
    """Queries of two words each, which are characteristic of one of the newest articles."""
    found: dict[str, None] = {}
    for hit in newest.hits:
        words = archive.similar(hit.id, limit=0, timeout=deadline).read_as.split(" OR ")
        if len(words) > 1 and archive.count(query := " ".join(words[:2]), timeout=deadline):
            found[query] = None
    return list(found)[:EXAMPLES]


@dataclass(frozen=True, slots=True)
class Example:
    """A query with its meaning, and how many articles it finds here."""

    meaning: str
    query: str
    count: int


@dataclass(frozen=True, slots=True)
class HelpPage:
    """The query language by examples, which are made of this archive's own words."""

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        before = archive.version()
        examples = []
        for meaning, query in _queries(archive, deadline):
            with suppress(QuerySyntaxError, LimitExceeded):  # of a word that stands for too many here
                examples.append(Example(meaning, query, archive.count(query, timeout=deadline)))
        body = rendered("help.html", examples=examples)
        return answer_of(archive, before, body, lasts=False)  # one of them is of the last 30 days


def _queries(archive: Archive, deadline: Deadline) -> list[tuple[str, str]]:
    """A query for each thing that can be asked, of an article in the middle of the archive."""
    fields = counted_fields(archive)
    found = archive.search(
        "*",
        sort="newest",
        limit=NEWEST,
        facets=[f"{each}:2" for each in fields],
        snippets=False,
        timeout=deadline,
    )
    if not found.hits:
        return []
    own = max((hit.article for hit in found.hits), key=lambda each: len(each.title))
    words = archive.similar(own.id, limit=0, timeout=deadline).read_as.split(" OR ")
    one, two = (*words, "news", "archive")[:2]
    stop = STOP_WORDS.get(archive.state().language, frozenset())
    heading = [word for word in own.title.split() if word.isalpha()]
    phrase = next(
        (f"{a} {b}" for a, b in pairwise(heading) if a.lower() not in stop and b.lower() not in stop), one
    )
    queries = [
        ("both words", f"{one} {two}"),
        ("either word", f"{one} OR {two}"),
        ("one word, without the other", f"{one} -{two}"),
        ("the words side by side", f'"{phrase}"'),
        ("at most ten words apart", f"{one} NEAR/10 {two}"),
        ("all words with this beginning", f"{one[:4]}*"),
        ("also with one letter otherwise", f"{one}~"),
        ("in the title", f"title:{one}"),
    ]
    for facet in found.facets:
        if facet.values and facet.distinct <= max(EXAMPLES, found.total // 2):
            queries.append((f"with a value of {label_of(facet.field)}", facet.values[0].query))
        if len(facet.values) > 1 and facet.field == "keyword":
            both = (value_leaf("keyword", each.value) for each in facet.values)
            queries.append(("with either value", " OR ".join(map(str, both))))
    if own.published is not None:
        year, month = f"{own.published:%Y}", f"{own.published:%Y-%m}"
        queries += [("of a month", f"{one} date:{month}"), ("from a month on", f"{one} since:{month}")]
        queries.append(("of a span of time", f"date:{int(year) - 1}..{month}"))
    return [*queries, ("without a date", "date:none"), ("of the last 30 days", "when:30d")]


@dataclass(frozen=True, slots=True)
class AboutPage:
    """The archive in numbers: what it holds, of which source and of which time."""

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        before, stats = archive.version(), archive.stats()
        coverage = archive.coverage("month", per="source:30", timeout=deadline)
        rows = [
            (
                name,
                View().narrowed(str(value_leaf("source", name))).url(),
                line,
                sum(each.count for each in line.bins),
            )
            for name, line in coverage.per.items()
        ]
        every = [*USUAL_FIELDS, *stats.extra_fields]
        fields = [(label_of(name), address(f"/facets/{name}")) for name in every]
        body = rendered(
            "about.html",
            stats=stats,
            rows=rows,
            fields=fields,
            warnings=archive.state().warnings,
            zone=archive.zone,
        )
        return answer_of(archive, before, body, lasts=False)  # it has sizes, which a rebuild changes


@dataclass(frozen=True, slots=True)
class ExportPage:
    """The forms in which all matches of a question can be taken home."""

    asked: Asked

    def __call__(self, archive: Archive, deadline: Deadline) -> Answer:
        before, shown = archive.version(), self.asked.view(archive)
        found = found_of(self.asked, shown, deadline)
        pairs = pairs_of(self.asked)
        every = [(form, address(f"/export.{form}", pairs)) for form in EXPORT_FORMS]
        body = rendered(
            "export.html",
            view=View(self.asked),
            total=found.total,
            every=every,
            pages=forms_of(View(self.asked)),
            columns=columns_of(None, shown.state().extra_fields),
            carried=pairs,
            back=View(self.asked).url(),
        )
        return answer_of(archive, before, body, lasts=not found.depends_on_now)
