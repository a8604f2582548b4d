"""The operands of a query: leaves in fields, in zones and in a spelling, and filters.

`Operands` reads one of them at the scanner's place. `Services`, which extends it, reads the forms of other
services, and the parser, which extends that, reads operators and gives the content of parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import datetime, tzinfo

from search.dates import shortened
from search.errors import LimitExceeded
from search.fields import DATE_FIELDS, EXACT_FIELDS, TEXT_FIELDS, field_name, near_fields, no_field
from search.language import foreign
from search.language.leaves import Leaves, Spelled
from search.language.limits import MAX_FIRST, MAX_NESTING, MAX_TIMES
from search.language.nodes import (
    MODIFIERS,
    AtLeast,
    Dates,
    Everything,
    Is,
    Length,
    Missing,
    Node,
    Not,
    Phrase,
    Word,
    Zone,
)
from search.language.proximity import read_proximity
from search.language.ranges import read_filter, read_length
from search.language.scanner import Scanner
from search.language.suffixes import read_wildcard
from search.language.trees import has_no_place, is_positional, leaves, within

_FIELD = re.compile(r"((?i:extra\.)?[A-Za-z][A-Za-z0-9_]*):")
_ADDRESS = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*://[^\s()"|]*')
_EVERYTHING = re.compile(r'\*:\*(?=[\s()"|^]|$)')
_EXACT = re.compile(r'=(?=[-!]?["\w])')
_NUMBER = re.compile(r"(\d{1,9})[ \t]*")
_NEXT_WORD = re.compile(r"\s+(\w+)")
_HASHTAG_END = re.compile(r"(\w(?:[^\s()\"|]*\w)?)[,.;:!?…]+(?=\s|$)")
"""A word and the punctuation of the sentence that it stands in."""

Read = Callable[[], Node | None]


class Operands(Leaves):
    """Reads what stands between operators; raises `QuerySyntaxError` or `LimitExceeded`."""

    def __init__(
        self, scan: Scanner, zone: tzinfo, now: datetime, any_word: bool, extra_fields: Collection[str]
    ) -> None:
        super().__init__(scan, any_word=any_word)
        self.zone, self.now, self.extra_fields = zone, now, extra_fields
        self.nesting = 0
        self.has_foreign = False
        """True if anything was written as another service writes it."""

    def inner(self) -> Node | None:
        """Read the content of parentheses."""
        raise NotImplementedError

    def borrowed(self, start: int) -> Read | None:
        """A function that reads what stands here as another service writes it; None if nothing does."""
        raise NotImplementedError

    def primary(self) -> Node | None:
        """Read one operand."""
        scan = self.scan
        scan.skip_space()
        start, head = scan.at, scan.peek()
        if head == "(":
            return self._parentheses()
        if head in ("", ")", "|") or scan.is_operator():
            operator = head if head in ("", ")", "|") else scan.raw_word()
            scan.fail(f"“{operator}” needs something before it", start, start + len(operator))
        self.count(1)
        if head == '"':
            return self.quoted()
        if head == "#" and scan.peek(1).strip():
            scan.at += 1
            return self._hashtag(start)
        if scan.match(_EVERYTHING):
            return Everything()
        if scan.match(_ADDRESS):
            return self._address(start)
        if (read := self.borrowed(start)) is not None:
            return read()
        if field := scan.match(_FIELD):
            return self._fielded(field)
        if head == ":" and not scan.peek(1).strip():
            return self.word()  # which says nothing
        if head == ":":
            scan.fail("a colon needs the name of a field before it", start, start + 1)
        return self._spelled_word()

    def _spelled_word(self) -> Node | None:
        """Read a word; after `=` a word or a phrase as it is written."""
        scan, start = self.scan, self.scan.at
        if not self.is_value and scan.match(_EXACT):
            self.refuse_sign("=")
            return self.in_spelling(Spelled("exact", "="), self._leaf, start)
        stem = None if self.is_value or self.any_word else foreign.TRUNCATED.match(scan.text, start)
        if stem is not None:
            scan.at = stem.end()
            if self._is_exclaimed(stem):
                return self.spell(
                    lambda spell, spelling: Word(spell(stem[1][:-1]), self.field, spelling), start
                )
            self.has_foreign = self.has_foreign or foreign.TRUNCATED_PAIR.search(scan.text) is not None
            self.notes.append(f"“{stem.group()}” was read as {stem[1][:-1]}*")
            self.refuse_spelling("a wildcard", start)
            found = read_wildcard(f"{stem[1][:-1]}*", self.field)
            return scan.fail(found, start, scan.at) if isinstance(found, str) else found
        return self.word()

    def _is_exclaimed(self, stem: re.Match[str]) -> bool:
        """True if the ! that ends a word, with words beside it, is an exclamation mark; notes it."""
        scan, end = self.scan, self.scan.at
        if not stem.group().endswith("!") or foreign.TRUNCATED_PAIR.search(scan.text):
            return False
        is_joined = read_proximity(scan) is not None
        scan.skip_space()
        is_before_word = scan.peek().isalnum() and not scan.is_operator()
        scan.at = end
        if is_joined or not (self.is_beside_word or is_before_word):
            return False
        written = stem.group()
        self.notes.append(
            f"the ! of “{written}” was read as an exclamation mark; as a wildcard write {written[:-1]}*"
        )
        return True

    def _leaf(self) -> Node | None:
        return self.quoted() if self.scan.peek() == '"' else self.word()

    def _hashtag(self, start: int) -> Node | None:
        """Read the keyword after a #, without the punctuation that follows it."""
        scan = self.scan
        ended = _HASHTAG_END.match(scan.text, scan.at)
        if ended is None:
            return self.in_field("keyword", start)
        self.notes.append(f"“{ended.group()}” was read as {ended[1]}; as a keyword that ends so quote it")
        scan.at = ended.end()
        return Word(ended[1], "keyword")

    def _parentheses(self) -> Node | None:
        scan = self.scan
        opened = scan.at
        scan.at += 1
        scan.skip_space()
        if scan.peek() == ")":
            scan.fail("there is nothing between these parentheses", opened, scan.at + 1)
        self._enter("parentheses")
        inner = None if scan.at_end() else self.inner()
        self.nesting -= 1
        if scan.peek() != ")":
            scan.fail("this parenthesis is never closed", opened, opened + 1)
        scan.at += 1
        return inner

    def _address(self, start: int) -> Node:
        """A URL, as the words that it is made of."""
        text = self.scan.text[start : self.scan.at]
        self.count(max(0, self.phrase_length(text) - 1))
        self.notes.append(
            f"{shortened(text)} was read as text; to find an article by its address, write url:"
        )
        return Phrase(text, self.field)

    # --- fields ---------------------------------------------------------------------------------

    def _fielded(self, match: re.Match[str]) -> Node | None:
        scan, written = self.scan, match[1]
        is_alone = scan.peek() in ("", ")", "|") or scan.peek().isspace()
        if written.lower() in MODIFIERS and not is_alone:
            return self.modified(written.lower(), match.start())
        name = self.name_of(written)
        near = near_fields(written, self.extra_fields) if name is None else []
        if name is None and is_alone:
            known = [] if written.lower() in MODIFIERS else near
            hint = f"; did you mean {' or '.join(f'{each}:' for each in known)}?" if known else ""
            self.notes.append(f"“{written}:” was read as text, as there is no such field{hint}")
            return Word(written, self.field)
        if name is None:
            scan.fail(no_field(written, self.extra_fields), match.start(), match.end() - 1, near)
        if self.field is not None:
            scan.fail(f"a field inside the set of “{self.field}”", match.start(), match.end())
        if is_alone:
            following = _NEXT_WORD.match(scan.text, scan.at)
            advice = f"; write {written}:{following[1]} without a space, or no colon" if following else ""
            scan.fail(f"nothing follows “{written}:”{advice}", match.start(), match.end())
        if name in DATE_FIELDS or name == "is":
            return read_filter(self.scan, name, zone=self.zone, now=self.now)
        return self.in_field(name, match.start())

    def name_of(self, written: str) -> str | None:
        """The field that `written` names, in this language or in another."""
        lower = written.lower()
        if lower in MODIFIERS:
            return None
        if lower.startswith("extra."):
            return lower[6:] if lower[6:] in self.extra_fields else None
        if (name := field_name(lower, self.extra_fields)) is not None:
            return name
        other = foreign.NAMES.get(lower)
        return other if other not in MODIFIERS else None

    def in_field(self, name: str, start: int) -> Node | None:
        scan = self.scan
        if scan.peek() == ":":
            scan.fail("a colon needs the name of a field before it", scan.at, scan.at + 1)
        if name not in EXACT_FIELDS and (name in TEXT_FIELDS or not scan.peek(1).isdecimal()):
            self.refuse_sign(f"{name}:")
        enclosing, self.field = self.field, name
        value_start = scan.at
        match scan.peek():
            case "(":
                found = self._parentheses()
            case '"':
                found = self.quoted()
            case _:
                found = self._in_text() if name in TEXT_FIELDS else self.word()
        self.field = enclosing
        if found is None:
            scan.fail(f"nothing to look for in “{name}”", start, scan.at)
        if name == "copies" and not _are_ids(found):
            scan.fail("“copies” takes the id of an article", start, scan.at)
        if scan.text[value_start : scan.at].lower() == "none":
            return Missing(name)
        return Not(Missing(name)) if isinstance(found, Everything) else found

    def refuse_sign(self, prefix: str) -> None:
        """Raise `QuerySyntaxError` for a sign of exclusion here, after a prefix."""
        scan = self.scan
        sign = scan.operator_word()
        if sign != "NOT":
            sign = scan.peek() if scan.peek() in ("-", "!") and scan.peek(1).strip() else ""
        if sign:
            scan.fail(f"to leave a word out write -{prefix}word", scan.at, scan.at + len(sign))

    def _in_text(self) -> Node | None:
        """Read a word in a field of text, or a part or a count in it."""
        scan = self.scan
        start = scan.at
        if (found := scan.match(_FIELD)) and found[1].lower() in MODIFIERS and scan.peek().strip(")|"):
            return self.modified(found[1].lower(), start)
        scan.at = start
        return self._spelled_word()

    # --- zones, counts, spellings ---------------------------------------------------------------

    def modified(self, name: str, start: int) -> Node | None:
        """Read the operand after `lead:`, `first:`, `atleast:`, `exact:`, `caps:` or `words:`."""
        match name:
            case "words":
                return read_length(self.scan, start)
            case "exact" | "caps":
                self.refuse_sign(f"{name}:")
                spelled = Spelled("exact" if name == "exact" else "caps", f"{name}:")
                return self.in_spelling(spelled, self.inner_primary, start)
            case "atleast":
                return self.at_least(self._number(name, 2, MAX_TIMES, start), start)
            case "first":
                return self.in_zone(self._number(name, 1, MAX_FIRST, start), start)
            case _:
                self.refuse_sign(f"{name}:")
                return self.in_zone("lead" if name == "lead" else "hlead", start)

    def _number(self, name: str, least: int, most: int, start: int) -> int:
        scan = self.scan
        found = scan.match(_NUMBER)
        if found is None or scan.peek() in ("", ")", "|"):
            own = (
                f"; to ask for the field of the archive write extra.{name}:"
                if name in self.extra_fields
                else ""
            )
            scan.fail(
                f"“{name}:” takes a number and then a word or a set: {name}:5(a OR b){own}", start, scan.at
            )
        self.refuse_sign(f"{name}:{found[1]} ")
        return self.within_limits(name, int(found[1]), least, most, start)

    def within_limits(self, name: str, number: int, least: int, most: int, start: int) -> int:
        """The number, unless it is too small or too large for `name`."""
        if number > most:
            raise LimitExceeded(f"“{name}:” takes a number up to {most:,}")
        if number < least:
            self.scan.fail(f"“{name}:” takes a number from {least} up", start, self.scan.at)
        return number

    def inner_primary(self) -> Node | None:
        """Read the operand of a part, a count or a spelling, which is counted with it as one."""
        self.clauses -= 1
        self._enter("parts and spellings")
        found = self.primary()
        self.nesting -= 1
        return found

    def _enter(self, noun: str) -> None:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise LimitExceeded(f"{noun} are nested more than {MAX_NESTING} deep; use fewer")

    def _operand(self, name: str, start: int) -> Node:
        found = self.inner_primary()
        if found is None:
            self.scan.fail(f"nothing to look for in “{name}”", start, self.scan.at)
        return found

    def at_least(self, times: int, start: int) -> Node:
        found = self._operand("atleast", start)
        if not is_positional(found):
            reason = "atleast counts the places of a word, a phrase, a pair or a set of these"
            self.scan.fail(reason, start, self.scan.at)
        return AtLeast(found, times)

    def in_zone(self, zone: Zone, start: int) -> Node:
        found = within(self._operand(f"first:{zone}" if isinstance(zone, int) else zone, start), zone)
        if found is None:
            self.scan.fail("a part of the text has words, not dates and not values", start, self.scan.at)
        if has_no_place(found):
            self.scan.fail("this field has no words in this part of the text", start, self.scan.at)
        return found

    def in_spelling(self, spelled: Spelled, read: Read, start: int) -> Node | None:
        enclosing, self.spelled = self.spelled, spelled
        found = read()
        self.spelled = enclosing
        if found is not None and any(
            isinstance(leaf, Dates | Missing | Length | Is | Everything) for leaf in leaves(found)
        ):
            self.scan.fail(f"“{spelled.name}” takes words and phrases", start, self.scan.at)
        return found


def _are_ids(found: Node) -> bool:
    """True if every leaf can be the id of an article."""
    return all(isinstance(leaf, Word | Phrase) and leaf.text.lower() != "none" for leaf in leaves(found))
