"""The forms of a page of hits, and of an export of all matches."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args
from urllib.parse import quote, urlencode

from search.archive.export import columns_of
from search.present.citation import CITED_COLUMNS, cite, record_to_cite
from search.present.feeds import FeedPage, feed
from search.present.schema import results_as_json_lines, to_json, to_json_lines
from search.present.table import hits_as_table, rows_as_table
from search.query import Archive, Entry, Question, Results, Snippet
from search.web.address import article_address

Form = Literal["json", "csv", "jsonl", "ris", "atom", "feed.json"]

FORMS: tuple[Form, ...] = get_args(Form)
EXPORT_FORMS: tuple[Form, ...] = ("csv", "jsonl", "ris")
MAX_NAMED_QUERY = 60
"""Characters of a query that the name of a file is made of."""

_WORDS = re.compile(r"[^\W_]+(?:-[^\W_]+)*")

FEEDS: tuple[Form, ...] = ("atom", "feed.json")
WITHOUT_FACETS: tuple[Form, ...] = ("csv", "ris", *FEEDS)
"""The forms that have no room for the counts of facets."""


@dataclass(frozen=True, slots=True)
class Medium:
    """The media type of a form; a browser stores a `file`, and shows the others."""

    type: str
    file: bool = False


MEDIA: dict[Form, Medium] = {
    "json": Medium("application/json"),
    "csv": Medium("text/csv; charset=utf-8", file=True),
    "jsonl": Medium("application/x-ndjson", file=True),
    "ris": Medium("application/x-research-info-systems", file=True),
    "atom": Medium("application/atom+xml"),
    "feed.json": Medium("application/feed+json"),
}


def disposition(form: Form, query: str) -> str:
    """The header by which a browser stores a file: a plain name, and a name with the words of the query."""
    words = " ".join(_WORDS.findall(query[:MAX_NAMED_QUERY]))
    own = f"; filename*=UTF-8''{quote(f'news {words}.{form}')}" if words else ""
    return f'attachment; filename="news.{form}"{own}'


def written_as(
    form: Form, results: Results, name: str, archive: Archive, pairs: Sequence[tuple[str, str]], base: str
) -> str:
    """A page of hits in this form; a feed has a `name`, and the address with the parameters `pairs`.

    Its addresses begin with `base`, as a reader that has stored the feed does not know where it was.
    """
    match form:
        case "json":
            return to_json(results)
        case "csv":
            return "".join(hits_as_table(results.hits))
        case "jsonl":
            return "".join(results_as_json_lines(results))
        case "ris":
            records = (record_to_cite(hit.article, hit.seen) for hit in results.hits)
            return "".join(cite(records, "ris", zone=archive.zone))
        case "atom" | "feed.json":
            kind: Literal["atom", "jsonfeed"] = "atom" if form == "atom" else "jsonfeed"
            made = datetime.now(UTC).replace(microsecond=0)
            uuid = archive.state().archive
            page = _page_of(base, f"search.{form}", results, pairs)
            return feed(kind, uuid, name, _entries(results, name, made), made, archive.zone, page)


def _page_of(base: str, path: str, results: Results, pairs: Sequence[tuple[str, str]]) -> FeedPage:
    same = [pair for pair in pairs if pair[0] != "after"]
    own = f"{base}/{path}"
    following = results.next and f"{own}?{urlencode([*same, ('after', results.next)])}"
    people = [pair for pair in same if pair[0] not in ("limit", "expand", "recency")]
    pages = {hit.id: base + article_address(hit.id) for hit in results.hits}
    search = f"{base}/search?{urlencode(people)}"
    return FeedPage(f"{own}?{urlencode(pairs)}", following, search, results.total, pages)


def _entries(results: Results, name: str, now: datetime) -> list[Entry]:
    """The hits as entries of a feed, whose ids stay as they are when an article changes."""
    return [
        Entry(name, "new", 0, hit.seen or hit.published or now, hit.article, hit.snippet or Snippet(""), 0)
        for hit in results.hits
    ]


def rows_as(form: Form, archive: Archive, question: Question, chosen: Sequence[str] | None) -> Iterator[str]:
    """Every match as a row in this form, oldest first; an error of the question is raised here."""
    if form == "ris":
        return cite(archive.export(question, CITED_COLUMNS), "ris", zone=archive.zone)
    columns = columns_of(chosen, archive.state().extra_fields)
    rows = archive.export(question, columns)
    return rows_as_table(rows, columns) if form == "csv" else to_json_lines(rows)
