"""Forms that are in many documents: those that begin with a prefix, or are a few edits from a word."""

from __future__ import annotations

from collections import Counter

import numpy as np

from search.codec.layout import Array
from search.codec.view import IndexView, SegmentView

LOOKED_AT = 8
"""Of so many times as many terms as are wanted the forms are counted one by one."""


def frequent_forms(view: IndexView, prefix: str, count: int) -> list[tuple[str, int]]:
    """Of the terms with a form that begins with `prefix`, those in most documents: their commonest such
    form, and in how many documents the term is; deleted documents count here.
    """
    totals: Counter[str] = Counter()
    for part in view.parts:
        numbers = part.forms.starting(prefix.encode())
        terms = np.unique(part.arrays["forms.terms"][numbers.start : numbers.stop])
        counts = _document_counts(part, terms)
        wanted = LOOKED_AT * count
        best = np.argsort(-counts, kind="stable")[:wanted] if wanted < len(counts) else np.arange(len(counts))
        for term, df in zip(part.terms.pick(terms[best].tolist()), counts[best].tolist(), strict=True):
            totals[term] += df
    ranked = sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))[:count]
    return [(_commonest_form(view, term, prefix), df) for term, df in ranked]


def document_count(view: IndexView, term: str) -> int:
    """In how many documents a term is, deleted ones too."""
    numbers = [(part, part.terms.number(term.encode())) for part in view.parts]
    return sum(int(_document_counts(part, np.array([number]))[0]) for part, number in numbers if number >= 0)


def _document_counts(part: SegmentView, terms: Array) -> Array:
    starts = part.arrays["starts"]
    found: Array = starts.take(terms + 1) - starts.take(terms)
    return found


def _commonest_form(view: IndexView, term: str, prefix: str) -> str:
    """The form of the term that begins with `prefix` and stands for most of its words."""
    counted: Counter[str] = Counter()
    for part in view.parts:
        number = part.terms.number(term.encode())
        if number < 0:
            continue
        first, after = part.arrays["variant_starts"][number : number + 2].tolist()
        forms = part.forms.pick(part.arrays["variant_forms"][first:after].tolist())
        for field in part.text_fields:
            begin, end = part.arrays[f"{field}.place_starts"][number : number + 2].tolist()
            found = np.bincount(part.arrays[f"{field}.variants"][begin:end], minlength=len(forms))
            for form, frequency in zip(forms, found.tolist(), strict=True):
                if form.startswith(prefix):
                    counted[form] += frequency
    return min(counted, key=lambda form: (-counted[form], form))
