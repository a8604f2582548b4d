"""The query layer as a library.

    from search.query import Question, open_archive

    with open_archive("index_data", zone="Europe/Berlin") as archive:
        strike = Question("harbour strike", since="2025-02")
        results = archive.search(strike, facets=["keyword", "date:month"])
        for hit in results.hits:
            print(hit.score, hit.article.title, hit.snippet.text)

It reads no configuration: a call depends on its arguments only, and on the clock where a date is relative to
now ("7d"), unless the archive is looked at from another moment (`Archive.at`). Every type that a caller may
have to name in an annotation is here, too.
"""

from search.archive.archive import Archive, open_archive
from search.archive.concordance import Collocate, Kwic, KwicLine
from search.archive.counted import Coverage
from search.archive.deliveries import Delivery, Entry, SavedSearch
from search.archive.manifest import Drift, Manifest, Replay
from search.archive.question import Question
from search.archive.versioned import Change, Diff
from search.changes import Span, TextDiff
from search.deadline import Deadline
from search.engine import (
    Added,
    Bin,
    Copies,
    Copy,
    Distinctive,
    DistinctiveWord,
    Explanation,
    Facet,
    FacetRequest,
    Facets,
    FacetValue,
    Feedback,
    FieldWeight,
    Hit,
    PartCount,
    Proximity,
    Ranking,
    Recency,
    Results,
    State,
    Stats,
    Suggestion,
    Timeline,
    Version,
)
from search.snippets import Snippet

__all__ = [
    "Added",
    "Archive",
    "Bin",
    "Change",
    "Collocate",
    "Copies",
    "Copy",
    "Coverage",
    "Deadline",
    "Delivery",
    "Diff",
    "Distinctive",
    "DistinctiveWord",
    "Drift",
    "Entry",
    "Explanation",
    "Facet",
    "FacetRequest",
    "FacetValue",
    "Facets",
    "Feedback",
    "FieldWeight",
    "Hit",
    "Kwic",
    "KwicLine",
    "Manifest",
    "PartCount",
    "Proximity",
    "Question",
    "Ranking",
    "Recency",
    "Replay",
    "Results",
    "SavedSearch",
    "Snippet",
    "Span",
    "State",
    "Stats",
    "Suggestion",
    "TextDiff",
    "Timeline",
    "Version",
    "open_archive",
]
