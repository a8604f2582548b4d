"""The seam between callers and engines: every value that crosses it is here."""

from __future__ import annotations

from search.engine.copies import Copies, Copy, CopyGroup, CopyKind
from search.engine.cursor import (
    SORTS,
    Cursor,
    Sort,
)
from search.engine.explanation import (
    Explanation,
)
from search.engine.keyness import AGAINST, MIN_SCORE, Against, Background, Distinctive, DistinctiveWord, Sums
from search.engine.protocol import (
    Engine,
    Historied,
    Maintained,
    Progress,
    Reader,
)
from search.engine.ranking import (
    DEFAULT_RANKING,
    Feedback,
    FieldWeight,
    Proximity,
    Ranking,
    Recency,
    neighbours,
)
from search.engine.request import (
    MAX_HITS,
    FacetRequest,
    SearchRequest,
)
from search.engine.results import (
    MAX_BINS,
    MAX_NAMED_FIELDS,
    Added,
    Bin,
    BinState,
    Facet,
    Facets,
    FacetValue,
    Hit,
    Level,
    PartCount,
    Report,
    Results,
    State,
    Stats,
    Suggestion,
    Timeline,
    Version,
)

__all__ = [
    "AGAINST",
    "DEFAULT_RANKING",
    "MAX_BINS",
    "MAX_HITS",
    "MAX_NAMED_FIELDS",
    "MIN_SCORE",
    "SORTS",
    "Added",
    "Against",
    "Background",
    "Bin",
    "BinState",
    "Copies",
    "Copy",
    "CopyGroup",
    "CopyKind",
    "Cursor",
    "Distinctive",
    "DistinctiveWord",
    "Engine",
    "Explanation",
    "Facet",
    "FacetRequest",
    "FacetValue",
    "Facets",
    "Feedback",
    "FieldWeight",
    "Historied",
    "Hit",
    "Level",
    "Maintained",
    "PartCount",
    "Progress",
    "Proximity",
    "Ranking",
    "Reader",
    "Recency",
    "Report",
    "Results",
    "SearchRequest",
    "Sort",
    "State",
    "Stats",
    "Suggestion",
    "Sums",
    "Timeline",
    "Version",
    "neighbours",
]
