"""How much more often words stand in some articles than in others.

The measure is the log-odds ratio with an informative Dirichlet prior of Monroe, Colaresi and Quinn (2008,
"Fightin' Words"), over the texts that have a word, not over its occurrences; articles that are copies of each
other are one text:

    odds of a word in a set = (texts with it + prior) / (all words of the set + sum of priors - the same)
    score = log(odds inside / odds outside) / sqrt(1 / (inside + prior) + 1 / (outside + prior))

where a set has as many words as its texts have different ones, in sum. The prior of a word is its share of
all words of the archive, times the size of the vocabulary; so a word that is everywhere is distinctive of
nothing by chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from search.language import Node

Against = Literal["archive", "same-dates", "same-sources"]
AGAINST: tuple[Against, ...] = get_args(Against)

MIN_SCORE = 3.29
"""Words with a lower score may well be there by chance: of 2,000 words one reaches it."""

Background = Against | Node


@dataclass(frozen=True, slots=True)
class DistinctiveWord:
    """A word in its commonest form, the texts inside and outside that have it, and its score.

    `outside` is a number of texts as if all counted the same (see `Distinctive`).
    """

    word: str
    score: float
    inside: int
    outside: float


@dataclass(frozen=True, slots=True)
class Distinctive:
    """Words that set articles apart, the highest score first: `inside` texts from `outside` ones.

    Against the same dates or sources the texts outside have weights, so that each date or source has the
    share that it has inside; `outside` is then their effective number, which is smaller.
    """

    inside: int
    outside: float
    words: tuple[DistinctiveWord, ...] = ()


@dataclass(frozen=True, slots=True)
class Sums:
    """The texts with a word, summed over all words: inside, outside and in the whole archive."""

    inside: float
    outside: float
    everywhere: float
    vocabulary: int

    def score(self, inside: float, outside: float, everywhere: float) -> float:
        """The score of a word, from the number of texts with it inside, outside and in the archive.

        It is 0 for the only word of the archive.
        """
        if self.vocabulary == 1:
            return 0.0
        prior = self.vocabulary * everywhere / self.everywhere
        odds = [
            (own + prior) / (words + self.vocabulary - own - prior)
            for own, words in ((inside, self.inside), (outside, self.outside))
        ]
        return math.log(odds[0] / odds[1]) / math.sqrt(1 / (inside + prior) + 1 / (outside + prior))
