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
from search.language.nodes import QUOTES, RESERVED

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
    """A place `at` in a query's `text`, which moves on as things are taken."""

    def __init__(self, query: str) -> None:
        self._query = query
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
        return RESERVED.fullmatch(self.raw_word()) is not None

    def take_operator(self, *operators: str) -> str:
        """Take the next word if it is one of `operators`, and move past it; "" if it is not."""
        self.skip_space()
        found = "|" if self.peek() == "|" else self.raw_word()
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
        opened = self.at
        self.at += 1
        taken: list[str] = []
        while not self.at_end():
            char = self.peek()
            if char == '"' and not (exact and self._given[opened] == '"' != self._given[self.at]):
                self.at += 1
                return "".join(taken) if exact else " ".join("".join(taken).split())
            taken.append((char == "\\" and self._escaped()) or (self._given[self.at] if exact else char))
            self.at += 1
        self.fail("this quote is never closed", opened, opened + 1)

    def characters(self) -> Characters:
        """A word's characters up to its end or its suffix; moves past them."""
        taken: list[str] = []
        wild = escaped = False
        while not self.at_end():
            char = self.peek()
            if char.isspace() or char in '()"|^':
                break
            if char == "~" and _FUZZY_SUFFIX.match(self.text, self.at):
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
