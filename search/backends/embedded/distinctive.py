"""The words that set some documents apart from others."""

from __future__ import annotations

from heapq import nsmallest

from search.backends.evaluate.columns import SEPARATOR
from search.engine import Against, Distinctive, DistinctiveWord, Sums
from search.index.copies.column import one_of_all, one_of_each
from search.index.evaluate.matches import everything
from search.index.evaluate.term_sums import compared
from search.index.evaluate.vocabulary import commonest_form
from search.index.kernels import Array, Docs, find_members
from search.index.read.snapshot import Snapshot

_DAY = 86_400_000_000


def distinctive(
    view: Snapshot, inside: Docs, against: Against | Docs, count: int, texts: int, score: float
) -> Distinctive:
    """The words of the documents `inside` that set them apart from others, or from these documents.

    Each is in at least `texts` of them, of which copies count once, and has at least `score`.
    """
    every = everything(view).docs
    among = every if isinstance(against, str) else against
    others = among.compress(~find_members(among, inside)[1])
    texts_inside, texts_outside = one_of_each(view, inside), one_of_each(view, others)
    outside, sums = compared(
        view, texts_inside, texts_outside, one_of_all(view), _classes(view, against), texts
    )
    words_inside, words_outside, words_everywhere = sums.all
    total = Sums(words_inside, words_outside, words_everywhere, sums.vocabulary)
    scored = ((total.score(*own), term) for term, own in sums.terms.items())
    best = nsmallest(count, ((-own, term) for own, term in scored if own >= score))
    words = []
    for negated, term in best:
        view.check()
        there, elsewhere, _ = sums.terms[term]
        words.append(DistinctiveWord(commonest_form(view, term), -negated, round(there), elsewhere))
    return Distinctive(len(texts_inside), outside, tuple(words))


def _classes(view: Snapshot, against: Against | Docs) -> Array | None:
    """int64[size]: the day or the source of each document; None where neither counts."""
    if not isinstance(against, str) or against == "archive":
        return None
    if against == "same-dates":
        return view.numbers("published") // _DAY
    return view.values("source").grouped(lambda value: value.partition(SEPARATOR)[0])
