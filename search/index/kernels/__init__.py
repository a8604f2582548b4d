"""The hot loops of searching and writing: pure functions over arrays, which know nothing of an index.

arrays      the types of arrays that functions of the index take and return
sets        ascending lists of numbers: membership, union, runs, sums
spans       phrases, and words near each other
scores      BM25F of a block of documents, the highest of many keys, edit distances
strings     given bytes in many strings at once: in a string, at its end, or at a place in it
boundaries  where sentences and paragraphs of a text begin
shingles    runs of words, sketches of texts by the lowest hashes of their runs, texts that share some
inversion   text to pieces, pieces to numbers, words into the order of terms

Every other module imports the functions from here. A faster implementation of one replaces it here, with the
same signature; `tests/index/test_kernels.py` holds both to the same naive twin. A function changes no array
that it is given, unless its docstring says so.
"""

from search.index.kernels.arrays import Array, Docs, Flags, Floats, Ints
from search.index.kernels.boundaries import PARAGRAPH, SENTENCE, abbreviation_keys, mark_boundaries
from search.index.kernels.inversion import (
    MAX_SHORT_BYTES,
    cut_pieces,
    find_keys,
    group_keys,
    insert_keys,
    interleave_runs,
    order_by_term,
    pack_pieces,
)
from search.index.kernels.scores import (
    MAX_EARLINESS,
    add_field,
    earliness_of,
    edit_distances,
    highest,
    saturate,
)
from search.index.kernels.sets import (
    MIN_SPARSITY,
    add_postings,
    expand_runs,
    find_common,
    find_members,
    first_of_runs,
    flag_members,
    run_starts,
    scatter,
    sum_by_sorting,
    unite_by_sorting,
    unite_by_table,
)
from search.index.kernels.shingles import (
    MIN_WORDS,
    NEAR_PARTNERS,
    SHINGLE_WORDS,
    SKETCH_SIZE,
    choose_partners,
    compare_sketches,
    count_common,
    count_pairs,
    distinct_shingles,
    group_by_document,
    hash_shingles,
    hash_texts,
    mix_hashes,
    pad_sketches,
    sketch_texts,
)
from search.index.kernels.spans import (
    count_flagged,
    count_spans,
    count_starts,
    distinct_spans,
    drop_distant,
    find_every_near,
    find_exact_phrase,
    find_loose_phrase,
    find_near,
    nearest_followers,
    number_words,
    phrase_starts,
)
from search.index.kernels.strings import find_at, find_containing, find_ending

__all__ = [
    "MAX_EARLINESS",
    "MAX_SHORT_BYTES",
    "MIN_SPARSITY",
    "MIN_WORDS",
    "NEAR_PARTNERS",
    "PARAGRAPH",
    "SENTENCE",
    "SHINGLE_WORDS",
    "SKETCH_SIZE",
    "Array",
    "Docs",
    "Flags",
    "Floats",
    "Ints",
    "abbreviation_keys",
    "add_field",
    "add_postings",
    "choose_partners",
    "compare_sketches",
    "count_common",
    "count_flagged",
    "count_pairs",
    "count_spans",
    "count_starts",
    "cut_pieces",
    "distinct_shingles",
    "distinct_spans",
    "drop_distant",
    "earliness_of",
    "edit_distances",
    "expand_runs",
    "find_at",
    "find_common",
    "find_containing",
    "find_ending",
    "find_every_near",
    "find_exact_phrase",
    "find_keys",
    "find_loose_phrase",
    "find_members",
    "find_near",
    "first_of_runs",
    "flag_members",
    "group_by_document",
    "group_keys",
    "hash_shingles",
    "hash_texts",
    "highest",
    "insert_keys",
    "interleave_runs",
    "mark_boundaries",
    "mix_hashes",
    "nearest_followers",
    "number_words",
    "order_by_term",
    "pack_pieces",
    "pad_sketches",
    "phrase_starts",
    "run_starts",
    "saturate",
    "scatter",
    "sketch_texts",
    "sum_by_sorting",
    "unite_by_sorting",
    "unite_by_table",
]
