"""The leaves of a query: words, phrases, wildcards and misspellings, in a field and in a spelling.

`Leaves` reads one of them at the scanner's place. `Operands`, which extends it, reads fields and zones, and
the parser, which extends that, reads operators.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from search.dates import shortened
from search.errors import LimitExceeded
from search.fields import EXACT_FIELDS
from search.language import foreign
from search.language.limits import (
    MAX_CLAUSES,
    MAX_EDITS,
    MAX_PHRASE_WORDS,
)
from search.language.nodes import Fuzzy, Node, Phrase, PhrasePattern, Spelling, Wildcard, Word
from search.language.scanner import Characters, Scanner
from search.language.suffixes import has_wildcard, read_distance, read_slots, read_wildcard
from search.language.tongues import codes_of
from search.language.trees import any_of, is_of_text
from search.text import forms

_TILDE = re.compile(r"~(\d*)")
_ASKED = re.compile(r"[^*?]*\w[^*?]*\?")
"""A word with one wildcard, which is a question mark at its end."""

_ROW_END = re.compile(r"\s*(?:$|[)|]|OR\s)")
_SURE_WILDCARD = re.compile(r"\*|\?\w")


@dataclass(frozen=True, slots=True)
class Spelled:
    """A spelling that was asked for by `name`; each of `written` spells a word, as alternatives."""

    spelling: Spelling = "any"
    name: str = ""
    written: tuple[Callable[[str], str], ...] = (str,)


class Leaves:
    """Reads leaves; raises `QuerySyntaxError` or `LimitExceeded`."""

    def __init__(self, scan: Scanner, *, any_word: bool) -> None:
        self.scan, self.any_word = scan, any_word
        self.field: str | None = None
        self.spelled = Spelled()
        self.clauses = 0
        self.is_beside_word = False
        """True if a required word stands before the operand here, without an operator between them."""

        self.notes: list[str] = []

    @property
    def is_value(self) -> bool:
        """True if a whole value stands here, not words."""
        return not is_of_text(self.field)

    def count(self, clauses: int) -> None:
        """Count words of the query."""
        self.clauses += clauses
        if self.clauses > MAX_CLAUSES:
            raise LimitExceeded(f"the query has more than {MAX_CLAUSES} words; ask for fewer")

    def quoted(self) -> Node | None:
        """Read a phrase, or a value in quotes."""
        scan, start = self.scan, self.scan.at
        if self.field in EXACT_FIELDS:
            text = pattern = scan.quotation(exact=True)
        else:
            text, pattern = scan.quotations()
        tilde = scan.match(_TILDE)
        slop = read_distance(tilde[1] or "0") if tilde else 0
        if self.is_value:
            return Phrase(text, self.field, slop) if self.says_something(text) else None
        if not self.any_word:
            self._note_borrowed(text)
        slots = read_slots(pattern, self.field) if has_wildcard(pattern) else []
        if isinstance(slots, str):
            scan.fail(slots, start, scan.at)
        if any(map(has_wildcard, slots)):
            return self._pattern(slots, slop, start)
        if has_wildcard(pattern):
            text = " ".join(word for word in text.split() if word != "*")
        self.count(max(0, self.phrase_length(text) - 1))
        if not self.says_something(text):
            return None
        return self.spell(lambda spell, spelling: Phrase(spell(text), self.field, slop, spelling), start)

    def _pattern(self, slots: list[str], slop: int, start: int) -> Node:
        self.count(len(slots) - 1)
        if len(slots) > MAX_PHRASE_WORDS:
            raise LimitExceeded(f"a phrase has more than {MAX_PHRASE_WORDS} words; quote fewer")
        self.refuse_spelling("a wildcard", start)
        if len(slots) == 1:
            return Wildcard(slots[0], self.field)
        return PhrasePattern(tuple(slots), self.field, slop)

    @staticmethod
    def phrase_length(text: str) -> int:
        """The number of words in `text`."""
        count = len(forms(text))
        if count > MAX_PHRASE_WORDS:
            raise LimitExceeded(f"a phrase has more than {MAX_PHRASE_WORDS} words; quote fewer")
        return count

    def word(self) -> Node | None:
        """Read a word, with or without wildcards or a number of edits."""
        scan = self.scan
        start = scan.at
        if scan.peek() == "^":
            scan.fail("a boost follows what it weighs, without a space", start, start + 1)
        word = scan.characters(glued=not self.is_value)
        if not self.is_value and (plural := scan.match(foreign.PLURAL)):
            self.notes.append(f"“{plural.group()}” was left out: a word is found in its singular and plural")
        if self._ends_question(word):
            word = Characters(word.text[:-1], False, word.has_escaped_wildcard)
        if self.field is None and not self.any_word and (meant := foreign.hint(word.text)):
            self.notes.append(f"“{word.text}” was read as a word; did you mean {meant}?")
        if word.has_wildcard and (self.is_value or word.text.strip("?")):
            if word.has_escaped_wildcard:
                scan.fail("a word with a wildcard cannot also have an escaped one", start, scan.at)
            self.refuse_spelling("a wildcard", start)
            found = read_wildcard(word.text, self.field)
            if isinstance(found, str):
                scan.fail(found, start, scan.at)
            return found
        if tilde := scan.match(_TILDE):
            edits = int(tilde[1][:9] or "1")
            if not 1 <= edits <= MAX_EDITS:
                scan.fail(f"a fuzzy word takes 1 or {MAX_EDITS} edits", tilde.start(), tilde.end())
            if len(forms(word.text)) != 1 and not self.is_value:
                scan.fail("a fuzzy word is one word", start, scan.at)
            self.refuse_spelling("a fuzzy word", start)
            return Fuzzy(word.text, edits, self.field)
        if not self.says_something(word.text):
            return None
        found = self.spell(lambda spell, spelling: Word(spell(word.text), self.field, spelling), start)
        codes = codes_of(word.text) if self.field == "lang" else ()
        return any_of([found, *(Word(code, "lang") for code in codes)])

    def _note_borrowed(self, text: str) -> None:
        """Note the signs in and after quotes that other services read."""
        if foreign.TRUNCATED_IN_QUOTES.search(text):
            meant = foreign.TRUNCATED_IN_QUOTES.sub(r"\1*", text)
            self.notes.append(f'“{shortened(text)}” was read as it is; did you mean "{meant}"?')
        if after := foreign.DISTANCE_OF_PHRASE.match(self.scan.text, self.scan.at):
            self.notes.append(f'“{after.group()}” was read as a word; did you mean "{text}"~{after[1]}?')

    def _ends_question(self, word: Characters) -> bool:
        """True if the ? at the end of `word` ends a row of words, as in a question; notes it.

        A query with a wildcard that cannot be punctuation has no questions.
        """
        scan, text = self.scan, word.text
        if self.is_value or not word.has_wildcard or not _ASKED.fullmatch(text):
            return False
        if (
            not self.is_beside_word
            or not _ROW_END.match(scan.text, scan.at)
            or _SURE_WILDCARD.search(scan.text)
        ):
            return False
        self.notes.append(f"the ? of “{text}” was read as a question mark; as a wildcard write AND {text}")
        return True

    def spell(self, leaf: Callable[[Callable[[str], str], Spelling], Node], start: int) -> Node:
        """Make a leaf, or one for each spelling that was asked for, as alternatives."""
        spelled = self.spelled
        if self.is_value:
            self.refuse_spelling("a field of whole values", start)
        return any_of([leaf(spell, spelled.spelling) for spell in spelled.written])

    def refuse_spelling(self, noun: str, start: int) -> None:
        """Raise `QuerySyntaxError` if a spelling was asked for, which `noun` cannot have."""
        if self.spelled.spelling != "any":
            reason = f"“{self.spelled.name}” takes words and phrases of text; {noun} has no such spelling"
            self.scan.fail(reason, start, self.scan.at)

    def says_something(self, text: str) -> bool:
        """True if there is anything to look for in `text`; notes that it is left out if not."""
        if text.strip() if self.is_value else forms(text):
            return True
        self.notes.append(f"{shortened(text)} has no letter or digit and was left out")
        return False
