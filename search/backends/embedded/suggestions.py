"""Words that a person may have meant: for a word that no article has, and for one not yet typed out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from search.backends.evaluate.columns import SEPARATOR
from search.backends.evaluate.near import MAX_SHORT_LENGTH, MAX_VALUES, MIN_LENGTH, alike, bare, edits_of
from search.deadline import checked
from search.engine import Suggestion
from search.index.evaluate.counts import by_value
from search.index.evaluate.matches import everything
from search.index.evaluate.vocabulary import document_count, frequent_forms, near_forms
from search.index.format.lexicon import Lexicon
from search.index.postings.patterns import Unchanged, chunks, containing
from search.index.read.snapshot import Snapshot
from search.text import fold_value, forms


def corrections(view: Snapshot, form: str, count: int) -> tuple[Suggestion, ...]:
    """The forms of the archive nearest to `form`: with the fewest edits, then those in most articles.

    Only forms with the same first letter count, if there are any: the first letter is seldom mistyped.
    """
    if len(form) < MIN_LENGTH:
        return ()
    for same_start in (True, False):
        for distance in (1,) if len(form) <= MAX_SHORT_LENGTH else (1, 2):
            found = near_forms(view, form, distance, same_start=same_start)
            found.pop(form, None)
            if found:
                ranked = _counted(view, sorted(found.items(), key=lambda pair: (-pair[1], pair[0])), count)
                if ranked:
                    return ranked
    return ()


def _counted(view: Snapshot, ranked: Sequence[tuple[str, int]], count: int) -> tuple[Suggestion, ...]:
    """The first forms that any article has, with the number of articles; theirs include deleted ones."""
    if view.live is None:
        return tuple(Suggestion(word, df) for word, df in ranked[:count])
    found = []
    for word, _ in ranked:
        if articles := sum(document_count(view, term) for term in view.terms_of(word)):
            found.append(Suggestion(word, articles))
        if len(found) == count:
            break
    return tuple(sorted(found, key=lambda each: (-each.articles, each.word)))


def completions(view: Snapshot, prefix: str, count: int) -> tuple[Suggestion, ...]:
    """The words that begin with `prefix`, those in most articles first."""
    return tuple(Suggestion(form, df) for form, df in frequent_forms(view, prefix, count))


def near_values(view: Snapshot, field: str, value: str, count: int) -> tuple[Suggestion, ...]:
    """The values of a value field nearest to `value`, which is left out, with their numbers of articles.

    First values with the same letters and digits (open-data for "open data"), then values a few edits away,
    then values that contain it as a word (The Guardian for guardian); in each the most frequent first.
    A field with more than `MAX_VALUES` in any part of the index is not looked through.
    """
    sought = fold_value(value)
    kinds: dict[str, int] = {}
    for lexicon in view.values(field).lexicons:
        if len(lexicon) > MAX_VALUES:
            return ()
        for some in chunks(range(len(lexicon)), view.check):
            terms = lexicon.pick(_candidates(lexicon, some, sought))
            kinds |= alike([term.partition(SEPARATOR)[0] for term in terms], sought)
    if not kinds:
        return ()
    counts, _ = by_value(view, field, everything(view).docs)
    like = []
    for term, articles in checked(counts.items(), view.check):
        folded, _, written = term.partition(SEPARATOR)
        if folded in kinds:
            like.append((-articles, written or folded, folded))
    found: dict[str, Suggestion] = {}
    for fewer, written, folded in sorted(like):
        known = found.get(folded) or Suggestion(written, 0)
        found[folded] = replace(known, articles=known.articles - fewer)
    ranked = sorted(found.items(), key=lambda item: (kinds[item[0]], -item[1].articles, item[0]))
    return tuple(each for _, each in ranked[:count])


def _candidates(lexicon: Lexicon, numbers: range, sought: str) -> list[int]:
    """Those of `numbers` whose values may be like the one that is sought: at least all that `alike` takes."""
    found = {*containing(lexicon, numbers, bare(sought))}
    if len(sought) >= MIN_LENGTH:
        found.update(Unchanged(lexicon, sought, edits_of(sought)).within(numbers))
    if own := forms(sought):
        found.update(containing(lexicon, numbers, own))
    return sorted(found)
