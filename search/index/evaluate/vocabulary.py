"""Frequent forms that begin with a prefix, or are a few edits from a word.

Candidates are chosen by counts that include deleted documents.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from search.index.kernels import highest
from search.index.postings.patterns import Unchanged, chunks, near_letters
from search.index.read.snapshot import Snapshot

CANDIDATES_PER_WORD = 4
"""From each segment this many candidates are taken for every term that is wanted."""

MAX_SAMPLED_WORDS = 4_000
"""The commonest form of a term is chosen from this many of its words in each field of a segment."""

MAX_RARITY = 100_000
"""`near_forms` leaves out a form whose term is in at most `count // MAX_RARITY` of a segment's documents."""


def frequent_forms(view: Snapshot, prefix: str, count: int) -> list[tuple[str, int]]:
    """Find the most frequent terms with a form that begins with `prefix`, most frequent first.

    Each comes back as its commonest such form and the number of documents with the term. A form of several
    terms comes back once, with the number of the most frequent one.
    """
    if not count:
        return []
    totals: Counter[str] = Counter()
    for part in view.segments:
        view.check()
        numbers = part.forms.starting(prefix.encode())
        flags = np.zeros(len(part.terms), np.bool_)
        flags[part.form_terms[numbers.start : numbers.stop]] = True
        terms = np.flatnonzero(flags)
        counts = part.document_counts(terms)
        best = highest(counts, CANDIDATES_PER_WORD * count)
        terms, counts = terms[best], counts[best]
        for term, df in zip(part.terms.pick(terms.tolist()), counts.tolist(), strict=True):
            totals[term] += df
    if view.live is not None:
        totals = Counter({term: document_count(view, term) for term, _ in totals.most_common(2 * count)})
    found: dict[str, int] = {}
    for term, df in sorted(totals.items(), key=lambda pair: (-pair[1], pair[0])):
        if len(found) == count or not df:
            break
        found.setdefault(commonest_form(view, term, prefix), df)
    return list(found.items())


def near_forms(view: Snapshot, form: str, distance: int, *, same_start: bool) -> dict[str, int]:
    """Find the forms at most `distance` edits (of bytes) from `form`, and the document counts of their terms.

    With `same_start` only forms that begin with the same byte are compared: a fraction of the time.
    """
    target = form.encode()
    letters = target.decode("latin-1")
    found: Counter[str] = Counter()
    for part in view.segments:
        unchanged = Unchanged(part.forms, letters, distance, "latin-1")
        candidates = [np.empty(0, np.int64)]
        numbers = part.forms.starting(target[:1]) if same_start else range(len(part.forms))
        for some in chunks(numbers, view.check):
            counts = part.document_counts(part.form_terms[some.start : some.stop])
            lengths = part.forms.lengths(some)
            close = (lengths > 0) & (np.abs(lengths - len(target)) <= distance)
            close &= counts > part.count // MAX_RARITY
            candidates.append(unchanged.among(some, np.flatnonzero(close), plain=True))
        near = near_letters(part.forms, np.concatenate(candidates), letters, distance, view.check)
        counts = part.document_counts(part.form_terms.take(near))
        for text, df in zip(part.forms.pick(near), counts.tolist(), strict=True):
            found[text] += df
    return dict(found)


def document_count(view: Snapshot, term: str) -> int:
    """Count the documents with a term."""
    count = 0
    for part in view.segments:
        if (number := part.terms.number(term.encode())) >= 0:
            docs = part.docs_of(number)
            count += len(docs) if part.live is None else int(np.count_nonzero(part.live.take(docs)))
    return count


def commonest_form(view: Snapshot, term: str, prefix: str = "") -> str:
    """The most frequent form of the term that begins with `prefix`."""
    counted: Counter[str] = Counter()
    for part in view.segments:
        number = part.terms.number(term.encode())
        if number < 0:
            continue
        forms = part.forms.pick(part.variants_of(number).tolist())
        for field in part.text.values():
            sample = field.variants[field.words(number)][:MAX_SAMPLED_WORDS]
            for form, frequency in zip(
                forms, np.bincount(sample, minlength=len(forms)).tolist(), strict=True
            ):
                if form.startswith(prefix):
                    counted[form] += frequency
    return min(counted, key=lambda form: (-counted[form], form))
