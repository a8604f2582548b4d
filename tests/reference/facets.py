"""How many articles have each value."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import tzinfo

from search.article import Article
from search.dates import Interval
from search.engine import Facet, FacetValue
from search.fields import DateField
from search.text import fold_value
from tests.reference.dates import timeline
from tests.reference.values import values


def date_facet(articles: Sequence[Article], interval: Interval, zone: tzinfo, field: DateField) -> Facet:
    """The articles by one of their dates, without the intervals that have no article."""
    line = timeline(articles, interval, zone, field)
    counted = tuple(FacetValue(part.name, part.count, "") for part in line.bins if part.count)
    return Facet(f"{field}:{interval}", counted, len(counted), line.undated, line.imprecise)


def value_facet(articles: Sequence[Article], field: str, limit: int) -> Facet:
    """The commonest values; of values that differ in case or accents the spelling that most articles have."""
    by_fold: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for article in articles:
        for value in {fold_value(v): v for v in reversed(values(article, field))}.values():
            by_fold[fold_value(value)][value] += 1
    rows = [(sum(c.values()), min(v for v in c if c[v] == max(c.values()))) for c in by_fold.values()]
    rows.sort(key=lambda row: (-row[0], row[1]))
    shown = tuple(FacetValue(value, count, "") for count, value in rows[:limit])
    return Facet(field, shown, len(rows), sum(not values(article, field) for article in articles))
