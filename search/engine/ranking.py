"""How matches are ranked, as a value that goes with a request.

    score of a term = idf * tf * (k1 + 1) / (k1 + tf)
    tf = sum over fields f of  weight_f * early_f * frequency_f / (1 - b_f + b_f * length_f / average_f)
    early_f = 1 + earliness * 50 / (50 + position of its first word in f, from 0)

BM25F (Robertson, Zaragoza and Taylor 2004); the score of an article is the sum over the terms of the query.
Then the first articles are ranked once more, by how near the words of the query stand to each other:

    score * (1 + share * sum over the pairs of words of  nearness)
    share = weight of proximity / (number of pairs) ** 2.5
    nearness = the most, over fields f with the pair, of  weight_f / distance of the two words
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from search.fields import TEXT_FIELDS
from search.language import And, Node, Or, Word
from search.text import words


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
class Proximity:
    """Of the first `window` matches, those with the words of the query near each other score more.

    Two words of the query are near each other where the second follows the first by at most `distance` words.
    A query of more than `words` words is left as it is. The window is chosen by score, then time, then id, so
    that it depends on the query and the commit, and not on the page. Its matches stay ahead of all others, as
    no score becomes less. An engine without positions at hand can ask for each pair at each distance instead.
    """

    weight: float = 2.0
    distance: int = 3
    window: int = 200
    words: int = 8

    def share(self, pairs: int) -> float:
        """The share of one pair in the new score: the more pairs a query has, the less does each tell."""
        return float(self.weight / pairs**2.5)


@dataclass(frozen=True, slots=True)
class Feedback:
    """Of RM3: the first `articles` give `words`, and the query's own words keep this share of a score."""

    articles: int = 5
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
    proximity: Proximity | None = Proximity()


DEFAULT_RANKING = Ranking()


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Two words that follow each other in a query."""

    left: Word
    right: Word

    def __str__(self) -> str:
        return f"{self.left} {self.right}"


def neighbours(query: Node, proximity: Proximity) -> tuple[Neighbours, ...]:
    """The pairs of words that follow each other in a query, each once.

    The words stand side by side in one AND or OR, in the same field; a word of several words, such as
    naval-base, counts as these. There is no pair if the query has more words than `proximity` allows.
    """
    runs = list(_runs(query))
    if sum(map(len, runs)) > proximity.words:
        return ()
    return tuple(dict.fromkeys(Neighbours(*pair) for run in runs for pair in pairwise(run)))


def _runs(node: Node) -> Iterator[list[Word]]:
    """The words side by side in each AND and OR of a query, two or more that ask for the same field."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _runs(part)
            for field, group in groupby(parts, _text_field):
                run = list(group)
                if field is not None and len(run) > 1:
                    own = (part for part in run if isinstance(part, Word))
                    yield [Word(each, part.field) for part in own for each in words(part.text)]


def _text_field(node: Node) -> str | None:
    """The field that a word asks for, "" for any; None for any other node."""
    match node:
        case Word(field=field) if field is None or field in TEXT_FIELDS:
            return field or ""
    return None
