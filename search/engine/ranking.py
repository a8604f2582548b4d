"""How matches are ranked, as a value that goes with a request.

    score of a term = idf * tf * (k1 + 1) / (k1 + tf)
    tf = sum over fields f of  weight_f * early_f * frequency_f / (1 - b_f + b_f * length_f / average_f)
    early_f = 1 + earliness * 50 / (50 + position of its first word in f, from 0)

BM25F (Robertson, Zaragoza and Taylor 2004); the score of an article is the sum over the terms of the query.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class FieldWeight:
    """How much a field of text counts; `b` from 0 (its length is ignored) to 1 (fully normalised)."""

    field: str
    weight: float
    b: float


@dataclass(frozen=True, slots=True)
class Recency:
    """Newer matches score more: a `share` of each score fades, halved by every `half_life` before `now`.

    An article without a time, or with a time in the future, keeps only the share that does not fade.
    """

    half_life: timedelta
    now: datetime
    share: float = 0.5


@dataclass(frozen=True, slots=True)
class Feedback:
    """Of RM3: the first `articles` found give `words`, and the query's own words keep this share."""

    articles: int = 10
    words: int = 10
    own_share: float = 0.8


@dataclass(frozen=True, slots=True)
class Ranking:
    """The parameters of the ranking. `k1` limits what repetition adds; for the rest see the module.

    `k1`, the `b` of the body, `earliness` and the share of feedback are chosen on judged collections, the
    other numbers by taste; `docs/ranking.md` has the measurements.
    """

    fields: tuple[FieldWeight, ...] = (
        FieldWeight("title", 2.0, 0.75),
        FieldWeight("description", 1.5, 0.75),
        FieldWeight("highlights", 1.5, 0.75),
        FieldWeight("body", 1.0, 0.9),
    )
    k1: float = 1.8
    earliness: float = 1.0
    recency: Recency | None = None
    feedback: Feedback = Feedback()


DEFAULT_RANKING = Ranking()
