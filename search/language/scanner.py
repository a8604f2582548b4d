"""The characters of a query: words, quotations and operators, each at its place.

A word ends at white space, a parenthesis, a quote or a bar, or where its `~` or `^` suffix begins.
A backslash takes the next character as it is. Curly and angled quotes are quotes, unless it precedes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Never

from search.errors import QuerySyntaxError
from search.language.nodes import GLUED_OPERATOR, QUOTES, RESERVED

_READ_AS = str.maketrans(dict.fromkeys(QUOTES, '"'))
_HALVES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
"""Halves of characters, which no stored text has."""
_SPACE = re.compile(r"\s*")
_RAW_WORD = re.compile(r'[^\s()"|]*')
_FUZZY_SUFFIX = re.compile(r'~\d*(?:[\s()"|^]|$)')


@dataclass(frozen=True, slots=True)
class Characters:
    """A word taken character by character, with its escapes resolved, and its wildcards noted."""

    text: str
    has_wildcard: bool
    has_escaped_wildcard: bool


class Scanner:
    """A place `at` in a query's `text`, which moves on as things are taken.

    Operators are words in capitals, or with `any_case` in any letters.
    """

    def __init__(self, query: str, *, any_case: bool = False) -> None:
        self._query, self._any_case = query, any_case
        self._given = query.translate(_HALVES)
        self.text = self._given.translate(_READ_AS)
        self.at = 0

    def skip_space(self) -> None:
        if match := _SPACE.match(self.text, self.at):
            self.at = match.end()

    def peek(self, ahead: int = 0) -> str:
        """The character `ahead` of here, "" past the end."""
        return self.text[self.at + ahead : self.at + ahead + 1]

    def at_end(self) -> bool:
        return self.at >= len(self.text)

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Match `pattern` right here and move past the match; None if it does not match."""
        if match := pattern.match(self.text, self.at):
            self.at = match.end()
        return match

    def raw_word(self) -> str:
        """The characters up to white space, a parenthesis, a quote or a bar; does not move."""
        match = _RAW_WORD.match(self.text, self.at)
        return match.group() if match else ""

    def is_operator(self) -> bool:
        """True if an operator's name stands here as a word."""
        return RESERVED.fullmatch(self.operator_word()) is not None

    def operator_word(self) -> str:
        """`raw_word`, in capitals if it is the name of an operator."""
        word = self.raw_word()
        return word.upper() if self._any_case and word.lower() in ("and", "or", "not") else word

    def take_operator(self, *operators: str) -> str:
        """Take the next word if it is one of `operators`, and move past it; "" if it is not."""
        self.skip_space()
        found = "|" * (1 + (self.peek(1) == "|")) if self.peek() == "|" else self.operator_word()
        if found not in operators:
            return ""
        self.at += len(found)
        return found

    def _escaped(self) -> str:
        """The character after the backslash here, as it was given; moves onto it. "" at the end."""
        if self.at + 1 >= len(self.text):
            return ""
        self.at += 1
        return self._given[self.at]

    def quotation(self, *, exact: bool = False) -> str:
        """The text in the quotes that open here; moves past them.

        Runs of white space become one space. With `exact` they stay, and “ does not close what " opens.
        """
        return "".join(char for char, _ in self._quoted(exact)) if exact else self.quotations()[0]

    def quotations(self) -> tuple[str, str]:
        """`quotation`, and the same text with a space for each escaped character that has no letter."""
        taken = self._quoted(exact=False)
        plain = (" " if escaped and not char.isalnum() else char for char, escaped in taken)
        return " ".join("".join(char for char, _ in taken).split()), " ".join("".join(plain).split())

    def _quoted(self, exact: bool) -> list[tuple[str, bool]]:
        """The characters in the quotes that open here, and whether each is escaped; moves past them."""
        opened = self.at
        self.at += 1
        taken: list[tuple[str, bool]] = []
        while not self.at_end():
            char = self.peek()
            if char == '"' and not (exact and self._given[opened] == '"' != self._given[self.at]):
                self.at += 1
                return taken
            if char == "\\" and (given := self._escaped()):
                taken.append((given, True))
            else:
                taken.append((self._given[self.at] if exact else char, False))
            self.at += 1
        self.fail("this quote is never closed", opened, opened + 1)

    def characters(self, *, glued: bool = True) -> Characters:
        """A word's characters up to its end, its suffix or a `glued` operator; moves past them."""
        taken: list[str] = []
        wild = escaped = False
        while not self.at_end():
            char = self.peek()
            if char.isspace() or char in '()"|^':
                break
            if char == "~" and _FUZZY_SUFFIX.match(self.text, self.at):
                break
            if glued and char == "/" and GLUED_OPERATOR.match(self.text, self.at):
                break
            if char == "\\" and (given := self._escaped()):
                char = given
                escaped = escaped or char in "*?"
            elif char in "*?":
                wild = True
            taken.append(char)
            self.at += 1
        return Characters("".join(taken), wild, escaped)

    def fail(self, reason: str, start: int, end: int, near: Sequence[str] = ()) -> Never:
        """Raise the `QuerySyntaxError` that points at `query[start:end]`, for which these are `near`."""
        raise QuerySyntaxError(reason, self._query, start, end, did_you_mean=near[0] if near else None)
