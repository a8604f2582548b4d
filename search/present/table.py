"""Results to CSV for spreadsheets; no text of an article is read as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from search.article import Article, written_time
from search.engine import Facet, Hit, Timeline
from search.present.safe import iso, printable

_FORMULA = tuple("=+-@\t\n＝＋－＠")


def hits_as_csv(hits: Iterable[Hit | Article]) -> Iterator[str]:
    """A table with a header: id, published, score, title, source, authors, keywords, url, snippet.

    Yields it line by line. For an `Article`, the score and the snippet are empty.
    """
    yield _table([["id", "published", "score", "title", "source", "authors", "keywords", "url", "snippet"]])
    for hit in hits:
        if isinstance(hit, Hit):
            article, score, text = hit.article, f"{hit.score:.4f}", hit.snippet.text if hit.snippet else ""
        else:
            article, score, text = hit, "", ""
        row = [
            article.id,
            "" if article.published is None else written_time(article.published, article.precision),
            score,
            article.title,
            article.source,
            "; ".join(article.authors),
            "; ".join(article.keywords),
            article.url,
            text,
        ]
        yield _table([row])


def facets_as_csv(facets: Iterable[Facet]) -> str:
    """A table with a header: field, value, count, query."""
    rows = [["field", "value", "count", "query"]]
    rows += [[facet.field, v.value, str(v.count), v.query] for facet in facets for v in facet.values]
    return _table(rows)


def timeline_as_csv(timeline: Timeline) -> str:
    """A table with a header: the interval, its start, count."""
    rows = [[timeline.interval, "start", "count"]]
    rows += [[part.name, iso(part.start), str(part.count)] for part in timeline.bins]
    return _table(rows)


def _table(rows: list[list[str]]) -> str:
    """Write the rows as CSV; a cell that a spreadsheet would run as a formula gets an apostrophe in front."""
    out = io.StringIO()
    shown = ([printable(cell) for cell in row] for row in rows)
    safe = ([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row] for row in shown)
    csv.writer(out, lineterminator="\n").writerows(safe)
    return out.getvalue()
