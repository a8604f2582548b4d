"""Text to words, forms, index terms and sentences: one analysis for index, query and highlight.

    text      "The U.S. naval-base strikes’ cost: 1,750"
    words      the  U.S.  naval base  strikes’  cost  1,750      spans of the text
    forms      the  us    naval base  strikes   cost  1750       folded: how people type them
    terms      the  us    naval base  strike    cost  1750       stemmed and folded: what is indexed

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

from __future__ import annotations

import re
import string
import threading
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache, cached_property, partial

from search.errors import InvalidRequest
from search.stemming import LANGUAGES as LANGUAGES
from search.stemming import language_named as language_named
from search.stemming import new_stemmer, stemmers_checksum, stems_fingerprint, without_elision
from search.stopwords import STOP_WORDS as STOP_WORDS

ANALYSIS_VERSION = 3
"""Raised whenever the same text would give other terms; an index says which it was made with."""

MAX_WORD_LENGTH = 255
"""A longer word is no word: it keeps its position but is not indexed."""

_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a"
    "\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u0a01-\u0a03"
    "\u0a3c-\u0a4d\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b57\u0b82\u0bbe-\u0bcd"
    "\u0c00-\u0c04\u0c3e-\u0c56\u0c81-\u0c83\u0cbc-\u0cd6\u0d00-\u0d03\u0d3b-\u0d4d\u0d57"
    "\u0d82\u0d83\u0dca-\u0ddf\u0f71-\u0f84\u102b-\u103e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\u3099\u309a\ufe20-\ufe2f\u00ad\u200c\u200d"
)
_UNSPACED = (
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u1780-\u17a2"
    "\u3041-\u3096\u30a1-\u30fa\u30fc\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_UNSPACED_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u17b4-\u17d3"


def _pattern(letter: str, alphanumeric: str, digit: str, joiner: str) -> str:
    return (
        rf"{letter}(?:\.{letter}(?!{alphanumeric}))+\.?"  # U.S. with all its full stops
        rf"|{letter}{alphanumeric}*(?:{joiner}{alphanumeric}+)*"  # word, O'Neill, AT&T
        rf"|{digit}+(?:,{digit}{{3}}(?!{digit}))*(?:\.{digit}+)*"  # 1,750.25 and, with the next, 3.5m
        rf"{alphanumeric}*(?:{joiner}{alphanumeric}+)*"
    )


WORD = (
    _pattern(
        rf"(?:(?![_\d{_UNSPACED}])\w[{_MARKS}]*)", rf"(?:(?![_{_UNSPACED}])[\w{_MARKS}])", r"\d", "['’ʼ&＆＇]"
    )
    + rf"|[{_UNSPACED}][{_UNSPACED_MARKS}{_MARKS}]*"
)
"""What a word is, as a pattern that is fit for `nltk.tokenize.RegexpTokenizer(WORD)`."""

# The same words, found faster in text that has none of the letters that need the long classes.
_WORD_IN_ASCII = re.compile(_pattern("[A-Za-z]", "[A-Za-z0-9]", "[0-9]", "['&]"))
_WORD_IN_PLAIN = _pattern(r"[^\W\d_]", r"[^\W_]", r"\d", "['’ʼ&＆＇]")
_NOT_PLAIN = re.compile(rf"[{_MARKS}{_UNSPACED}]")

_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "＇": "'", "\u00ad": "", "\u200c": "", "\u200d": ""})
_LETTERS_WITHOUT_ACCENT = str.maketrans(
    {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "æ": "ae", "œ": "oe", "þ": "th"}
)
_ACCENT = re.compile("[\u0300-\u036f]+")


def _word_pattern(text: str) -> re.Pattern[str]:
    if text.isascii():
        return _WORD_IN_ASCII
    return _compiled(WORD if _NOT_PLAIN.search(text) else _WORD_IN_PLAIN)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, compiled when it is needed: that takes as long as many a search."""
    return re.compile(pattern)


def word_spans(text: str) -> list[tuple[int, int]]:
    """Where the words of `text` are, in order."""
    return [match.span() for match in _word_pattern(text).finditer(text)]


def has_unspaced(text: str) -> bool:
    """Whether any letter of `text` is of a script without spaces, so that it is a word of its own."""
    return not text.isascii() and _compiled(f"[{_UNSPACED}]").search(text) is not None


def spaced(text: str) -> str:
    """`text` with white space about every word, where a script in it has none."""
    return text if text.isascii() or not _NOT_PLAIN.search(text) else " ".join(words(text))


def words(text: str) -> list[str]:
    """The words of `text` as written, in order."""
    return _word_pattern(text).findall(text)


def lowered(word: str) -> str:
    """`word` as a stemmer reads it: normalised and in lower case, accents kept."""
    if word.isascii():
        word = word.lower()
    else:
        word = unicodedata.normalize("NFKC", word).translate(_APOSTROPHES).casefold()
    if "." in word and not word[0].isdecimal():
        word = word.replace(".", "")
    elif "," in word:
        word = word.replace(",", "")
    return word


def without_accents(text: str) -> str:
    """`text` in NFC with the accents off its letters, and ø, ł, æ … as people without them type."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text)
    # й is a letter of its own, not an accented и; every other mark in this block is an accent.
    bare = _ACCENT.sub(lambda marks: "\u0306" if apart[marks.start() - 1] in "иИ" else "", apart)
    return unicodedata.normalize("NFC", bare).translate(_LETTERS_WITHOUT_ACCENT)


def fold(word: str) -> str:
    """The form of `word`: words that differ only in case, accents or encoding have the same one."""
    return without_accents(lowered(word))


def fold_value(value: str) -> str:
    """A keyword, source or author as compared: case, accents and runs of white space set aside."""
    if not value.isascii():
        value = without_accents(unicodedata.normalize("NFKC", value).translate(_APOSTROPHES).casefold())
    return " ".join(value.lower().split())


def forms(text: str) -> list[str]:
    """The forms of the words of `text`, in order; a word too long to be one has the form ""."""
    return [fold(word) if len(word) <= MAX_WORD_LENGTH else "" for word in words(text)]


class Analyzer:
    """Words to forms and terms, each distinct word worked out once for each language it is met in.

    Much text is taken apart in two steps: into pieces, by whoever has it, and each distinct piece into
    words, once, by `learn`. `language` is one of `LANGUAGES`, else `InvalidRequest`, and that of all
    that is asked without one. Safe to share between threads.
    """

    def __init__(self, language: str = "english") -> None:
        if language not in LANGUAGES:
            raise InvalidRequest(f"no stemmer for {language!r}; languages are {', '.join(LANGUAGES)}")
        self.language = language
        self.stop_words = STOP_WORDS.get(language, frozenset())
        self.forms: list[str] = []
        """The form of each distinct (form, term) of all that was analysed."""
        self.terms: list[str] = []
        """The distinct terms."""
        self.term_of: list[int] = []
        """For each of `forms` its term's number in `terms`."""
        self.words_of: list[tuple[int, ...]] = []
        """The words of each piece that was learned, by their numbers in `forms`; -1 for one too long."""
        self._stems: dict[str, Callable[[str], str]] = {}
        self._words: dict[str, _Numbers] = {}  # by language
        self._pairs: dict[tuple[str, int], int] = {}
        self._terms: dict[str, int] = {}
        self._turn = threading.RLock()

    @cached_property
    def version(self) -> str:
        """What the terms depend on: equal versions give equal terms, as far as the words tried can tell."""
        return f"{self._rules}/{stems_fingerprint()}"

    @property
    def _rules(self) -> str:
        return f"{ANALYSIS_VERSION}/{self.language}"

    def gives_terms_of(self, version: str, checksum: str) -> bool:
        """Whether the terms are those of an analyzer of this version, whose stemmers had this checksum.

        The stems are tried only where the code of the stemmers is not the same, as loading it takes a while.
        """
        if checksum and checksum == stemmers_checksum():
            return version.rpartition("/")[0] == self._rules
        return version == self.version

    def learn(self, pieces: Iterable[str], language: str = "") -> list[int]:
        """New numbers in `words_of` for pieces of text that no word goes beyond."""
        with self._turn:
            first = len(self.words_of)
            known = self._words_in(language)
            for piece in pieces:
                bare = piece.strip(string.punctuation)
                if bare.isalnum() and bare.isascii() and len(bare) <= MAX_WORD_LENGTH:
                    self.words_of.append((known[bare.lower()],))
                else:
                    own = [known[lowered(w)] if len(w) <= MAX_WORD_LENGTH else -1 for w in words(piece)]
                    self.words_of.append(tuple(own))
            return list(range(first, len(self.words_of)))

    def analyze(self, text: str, language: str = "") -> list[tuple[str, str]]:
        """(form, term) of each word of `text`, in order; ("", "") for a word too long to be one."""
        return [self._form_and_term(word, language) for word in words(text)]

    def term(self, word: str, language: str = "") -> str:
        """The index term of one word (a span that `word_spans` would give)."""
        return self._form_and_term(word, language)[1]

    def _form_and_term(self, word: str, language: str) -> tuple[str, str]:
        if len(word) > MAX_WORD_LENGTH:
            return "", ""
        number = self._words_in(language)[lowered(word)]
        return (self.forms[number], self.terms[self.term_of[number]]) if number >= 0 else ("", "")

    def forget(self) -> None:
        """Forget all that was learned; earlier numbers are void then."""
        with self._turn:
            for numbered in (self.forms, self.terms, self.term_of, self.words_of):
                numbered.clear()
            for numbers in (self._words, self._pairs, self._terms):
                numbers.clear()

    def _words_in(self, language: str) -> _Numbers:
        language = language or self.language
        if language not in self._words:
            self._words[language] = _Numbers(partial(self._learn_word, language))
        return self._words[language]

    def _learn_word(self, language: str, lower: str) -> int:
        with self._turn:  # also because some of NLTK's stemmers keep state while they work
            bare = without_elision(lower, language)
            form = bare if bare.isascii() else without_accents(bare)
            number = -1
            if form:
                term = self._stemmed(bare, language)
                # Lists first, so that an interrupt leaves nothing that a number does not stand for.
                if (own := self._terms.get(term, -1)) < 0:
                    own = len(self.terms)
                    self.terms.append(term)
                    self._terms[term] = own
                if (number := self._pairs.get((form, own), -1)) < 0:
                    number = len(self.forms)
                    self.term_of[number:] = [own]
                    self.forms.append(form)
                    self._pairs[form, own] = number
            self._words_in(language)[lower] = number
            return number

    def _stemmed(self, lower: str, language: str) -> str:
        form = without_accents(lower)
        if form[0].isdecimal() and form.replace(".", "").isdecimal():
            return form
        if language not in self._stems:
            self._stems[language] = new_stemmer(language)
        return without_accents(self._stems[language](lower)) or form


class _Numbers(dict[str, int]):
    """Numbers of strings; `learn` gives, and puts in, that of one that is not there."""

    def __init__(self, learn: Callable[[str], int]) -> None:
        super().__init__()
        self._learn = learn

    def __missing__(self, text: str) -> int:
        return self._learn(text)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Where the sentences of `text` are, in order, without the white space between them.

    A blank line or an indented one begins a paragraph, and a paragraph begins a sentence; a single
    line break is white space, as in text wrapped for a wire. A full stop ends a sentence when white
    space and then something that can begin one follow, and no known abbreviation or initial precedes.
    """
    spans = []
    for paragraph in _PARAGRAPH.finditer(text):
        start, end = paragraph.span()
        for stop in _STOP.finditer(text, start, end):
            before = _LAST_WORD.search(text, max(start, stop.start() - 24), stop.start())
            word = before.group() if before else ""
            if text[stop.start()] == "." and (word.lower() in _ABBREVIATIONS or _INITIAL.fullmatch(word)):
                continue
            spans.append((start, stop.end("mark") if stop["mark"] else stop.end()))
            start = stop.end()
        if start < end:
            spans.append((start, end))
    return spans


_PARAGRAPH = re.compile(r"\S(?:[^\n]|\n(?![ \t]*\n|[ \t]{2,}|\t))*(?<!\s)")
_STOP = re.compile(r"(?P<mark>[.!?…]+[\"'”’»)\]]*)\s+(?=[\"'“‘«(\[¿¡—–-]*[^\W_a-z])|(?P<cjk>[。！？])(?=\S)")
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘«]+\Z")
_INITIAL = re.compile(r"[^\W\d_](?:\.[^\W\d_])*")
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof rev hon gen col maj capt lt sgt sen rep gov pres st sr jr vs etc inc corp co "
    "ltd plc bros nos vol dept est approx jan feb mar apr jun jul aug sep sept oct nov dec "
    "tue wed thu fri ca cf sra srta ud uds mme mlle hr fr nr bzw usw dres".split()
)
