"""Matches by time among all articles of the time: shares, how far they can be relied on, and bursts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from search.deadline import Check, checked
from search.engine import BinState
from search.language import And, Dates, Everything, Node, all_of, is_filter, leaves

THIN = 20
"""An interval with fewer articles than this says little."""

BASELINE, MIN_BASELINE = 28, 5
"""Intervals with data before one that it is compared with, and how few of them are enough."""

MAX_CHANCE, FALSE_DISCOVERIES = 1e-4, 0.01
"""A burst is less likely by chance than the one, and of all bursts at most this part are chance."""

_Z = 1.959964  # of 95 %


def denominator(tree: Node) -> Node:
    """The articles among which the matches of a query are counted: all that pass its filters.

    They are the filters beside the words of the query. A query without words is counted among all articles of
    its dates.
    """
    parts = tree.parts if isinstance(tree, And) else (tree,)
    filters = [part for part in parts if is_filter(part)]
    if len(filters) == len(parts):
        filters = [part for part in parts if all(isinstance(leaf, Dates) for leaf in leaves(part))]
    return all_of(filters) if filters else Everything()


def bounds_of(tree: Node, date: str) -> tuple[datetime | None, datetime | None]:
    """The time from which, and the time before which the matches of a query are; None where it is open."""
    parts = tree.parts if isinstance(tree, And) else (tree,)
    periods = [part.period for part in parts if isinstance(part, Dates) and part.field == date]
    starts = [period.start for period in periods if period.start is not None]
    ends = [period.end for period in periods if period.end is not None]
    return max(starts, default=None), min(ends, default=None)


def wilson(count: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927, "Probable inference"); `total` is above 0."""
    share, squared = count / total, _Z * _Z
    middle = share + squared / (2 * total)
    reach = _Z * math.sqrt(share * (1 - share) / total + squared / (4 * total * total))
    low, high = ((middle + sign * reach) / (1 + squared / total) for sign in (-1, 1))
    return max(0.0, low), min(1.0, high)


def state_of(total: int, within: bool) -> BinState:
    """The state of an interval with `total` articles, all `within` the time of the archive or not."""
    if not total:
        return "no data"
    if not within:
        return "partial"
    return "thin" if total < THIN else "ok"


def bursts(texts: Sequence[int], totals: Sequence[int], check: Check) -> dict[int, float]:
    """The intervals, by place, that are bursts, and how many times the usual share each has.

    `texts` counts the matching texts of each interval, and `totals`, above 0, all texts. An interval is a
    burst where its texts are more than the intervals before let expect: the upper tail of a beta-binomial
    distribution, whose prior are their counts and a half on either side. Chance makes at most one in a
    hundred of them (Benjamini and Hochberg 1995).
    """
    chances: list[tuple[float, int, float]] = []
    for place in checked(range(MIN_BASELINE, len(totals)), check, 16):
        before = slice(max(0, place - BASELINE), place)
        count, total = sum(texts[before]), sum(totals[before])
        chance = _upper_tail(texts[place], totals[place], count + 0.5, total - count + 0.5)
        usual = (count + 0.5) / (total + 1)
        chances.append((chance, place, texts[place] / totals[place] / usual))
    chances.sort()
    kept = 0
    for rank, (chance, _, _) in enumerate(chances, start=1):
        if chance <= FALSE_DISCOVERIES * rank / len(chances):
            kept = rank
    return {place: ratio for chance, place, ratio in chances[:kept] if chance < MAX_CHANCE}


def _upper_tail(count: int, total: int, a: float, b: float) -> float:
    """The chance of `count` or more of `total` under a beta-binomial distribution with `a` and `b`."""
    if count <= total * a / (a + b):
        return 1.0  # not more than expected, so no burst

    def log_chance(number: int) -> float:
        return (
            math.lgamma(total + 1) - math.lgamma(number + 1) - math.lgamma(total - number + 1)
            + math.lgamma(number + a) + math.lgamma(total - number + b) - math.lgamma(total + a + b)
            + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
        )  # fmt: skip

    term = chance = math.exp(log_chance(count))
    for number in range(count, total):
        # the next term by the ratio of two neighbours
        term *= (total - number) * (number + a) / ((number + 1) * (total - number - 1 + b))
        chance += term
        if term <= chance * 1e-12:
            break
    return chance
