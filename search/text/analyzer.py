"""Words to forms and terms, each distinct one worked out once."""

from __future__ import annotations

import string
import threading
from collections.abc import Callable, Iterable
from functools import partial

from search.errors import InvalidRequest
from search.once import once
from search.text.folding import fold, lowered, without_accents
from search.text.stemming import (
    LANGUAGES,
    new_stemmer,
    stemmers_checksum,
    stems_fingerprint,
    without_elision,
)
from search.text.stopwords import STOP_WORDS
from search.text.words import MAX_WORD_LENGTH, words

ANALYSIS_VERSION = 3
"""Increased whenever the same text would give other terms; an index names the version that made it."""


def forms(text: str) -> list[str]:
    """The forms of the words of `text`, in order; a word too long to be one has the form ""."""
    return [fold(word) if len(word) <= MAX_WORD_LENGTH else "" for word in words(text)]


class Analyzer:
    """Words to forms and terms, each distinct word worked out once for each language it is met in.

    Much text is taken apart in two steps: the caller splits it into pieces, and `learn` splits each distinct
    piece into words, once. `language` is one of `LANGUAGES`, else `InvalidRequest` is raised; it is the
    default of every method. Without `stemming` the term of a word is its form, which is found much faster.
    Safe to share between threads.
    """

    def __init__(self, language: str = "english", *, stemming: bool = True) -> None:
        if language not in LANGUAGES:
            raise InvalidRequest(f"no stemmer for {language!r}; languages are {', '.join(LANGUAGES)}")
        self.language, self._stemming = language, stemming
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
        self._first: dict[str, int] = {}  # of each form the first of its numbers in `forms`
        self._others: dict[tuple[str, int], int] = {}  # further ones, by form and term
        self._terms: dict[str, int] = {}
        self._turn = threading.RLock()

    @once
    def version(self) -> str:
        """The version of the analysis: equal versions give equal terms, as far as the words tried tell."""
        return f"{self._rules}/{stems_fingerprint()}"

    @property
    def _rules(self) -> str:
        return f"{ANALYSIS_VERSION}/{self.language}"

    def gives_terms_of(self, version: str, checksum: str) -> bool:
        """True if an analyzer of this version, whose stemmers had this checksum, gives the same terms.

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
            for numbers in (self._words, self._first, self._others, self._terms):
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
                number = self._first.get(form, -1)
                if number >= 0 and self.term_of[number] != own:
                    number = self._others.get((form, own), -1)
                if number < 0:
                    number = len(self.forms)
                    self.term_of[number:] = [own]
                    self.forms.append(form)
                    if self._first.setdefault(form, number) != number:
                        self._others[form, own] = number
            self._words_in(language)[lower] = number
            return number

    def _stemmed(self, lower: str, language: str) -> str:
        form = without_accents(lower)
        if not self._stemming or (form[0].isdecimal() and form.replace(".", "").isdecimal()):
            return form
        if language not in self._stems:
            self._stems[language] = new_stemmer(language)
        return without_accents(self._stems[language](lower)) or form


class _Numbers(dict[str, int]):
    """Numbers of strings; for a string that is not there, `learn` makes and stores the number."""

    def __init__(self, learn: Callable[[str], int]) -> None:
        super().__init__()
        self._learn = learn

    def __missing__(self, text: str) -> int:
        return self._learn(text)
