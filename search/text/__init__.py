"""Text to words, forms, index terms and sentences: one analysis for index, query and highlight.

    text      "The U.S. naval-base strikes’ cost: 1,750"
    words      the  U.S.  naval base  strikes’  cost  1,750      spans of the text
    forms      the  us    naval base  strikes   cost  1750       folded: how people type them
    terms      the  us    naval base  strike    cost  1750       stemmed and folded: the words of the index

A word is a run of letters, marks and digits. Kept whole: apostrophes inside a word (don't, O'Neill),
`&` inside (AT&T), acronyms with full stops (U.S., which is the form `us`), numbers with a decimal
point or thousands separators (5.93; 1,750 is the form `1750`). Split, so that either spelling finds
the other as a phrase: hyphens, slashes, underscores. A Han, kana, Thai, Lao or Khmer letter is a word
of its own, since such text has no spaces. The pattern is what `nltk.tokenize.RegexpTokenizer` would
be given; it is run by `re` directly because importing nltk costs most of a second and a search should
not pay it. For the same reason the stemmer (NLTK's Snowball) is made on first use.

Each article is stemmed in its own language, and one that names none in the archive's; one whose language
has no stemmer is indexed by its forms. Before that an elided article or preposition is taken off (the
form `l'economie` has the term `econom`). A word in a query stands for the terms of all words of its form
in the archive; where that has several languages, or no such form, also for its stems in each of them.

Folding is NFKC, casefold, then the accents off the letters; it comes after stemming, because the
stemmers of many languages read the accents.
"""

from search.text.analyzer import ANALYSIS_VERSION, Analyzer, forms
from search.text.folding import (
    cased,
    fold,
    fold_value,
    folded_in_place,
    folded_text,
    lowered,
    without_accents,
)
from search.text.sentences import (
    ABBREVIATIONS,
    paragraph_spans,
    parts_of_words,
    sentence_spans,
    sentences_within,
)
from search.text.stemming import LANGUAGES, OTHER, language_named, language_tags
from search.text.stopwords import STOP_WORDS
from search.text.words import MAX_WORD_LENGTH, WORD, has_unspaced, spaced, word_spans, words

__all__ = [
    "ABBREVIATIONS",
    "ANALYSIS_VERSION",
    "LANGUAGES",
    "MAX_WORD_LENGTH",
    "OTHER",
    "STOP_WORDS",
    "WORD",
    "Analyzer",
    "cased",
    "fold",
    "fold_value",
    "folded_in_place",
    "folded_text",
    "forms",
    "has_unspaced",
    "language_named",
    "language_tags",
    "lowered",
    "paragraph_spans",
    "parts_of_words",
    "sentence_spans",
    "sentences_within",
    "spaced",
    "without_accents",
    "word_spans",
    "words",
]
