"""The forms of other services that `foreign` lists, where an operand may stand.

`Services` reads them; the parser extends it.
"""

from __future__ import annotations

import re

from search.fields import DATE_FIELDS, EXACT_FIELDS, near_fields
from search.language import foreign
from search.language.leaves import Spelled
from search.language.limits import MAX_FIRST, MAX_TIMES
from search.language.nodes import MODIFIERS, Near, Node, Word
from search.language.operands import Operands, Read
from search.language.proximity import NEVER_NEAR
from search.language.ranges import read_filter, read_length
from search.language.suffixes import read_distance
from search.text import words

_OPENING = re.compile(r"\(\s*")
_CLOSING = re.compile(r"\s*\)")


class Services(Operands):
    """Reads the forms of other services; raises `QuerySyntaxError` or `LimitExceeded`."""

    def borrowed(self, start: int) -> Read | None:
        if self.any_word or self.is_value:
            return None
        read = self._borrowed(start)
        self.has_foreign = self.has_foreign or read is not None
        return read

    def _borrowed(self, start: int) -> Read | None:
        scan = self.scan
        if counted := scan.match(foreign.COUNTED):
            self.refuse_sign(f"atleast:{counted[2]} ")
            self.notes.append(f"“{counted.group().strip()}” was read as atleast:{counted[2]}")
            times = self.within_limits("atleast", int(counted[2]), 1, MAX_TIMES, start)
            return (lambda: self.at_least(times, start)) if times > 1 else self.inner_primary
        if near := scan.match(foreign.NEAR_LIST):
            return lambda: self._near_list(read_distance(near[1]), start)
        if compared := scan.match(foreign.COMPARED):
            self.notes.append(f"“{compared.group().strip()}{scan.peek()}” was read as words:{scan.peek()}")
            return lambda: read_length(scan, start)
        if scan.match(foreign.LENGTH_CALL):
            return lambda: self._closed(read_length(scan, start))
        if dated := scan.match(foreign.COMPARED_DATE):
            own = foreign.DATE_SIGNS[dated[1]]
            self.notes.append(f"“{dated.group().strip()}” was read as {own}:")
            return lambda: self._named(own, start)
        if equals := self._match_known(foreign.EQUALS):
            own = foreign.NAMES[equals[1].lower()]
            self.notes.append(f"“{equals.group()}” was read as {own}:")
            return lambda: self._named(own, start)
        if call := self._match_known(foreign.CALL):
            return lambda: self._called(call[1].lower(), call[2], start)
        self._note_words()
        return None

    def _note_words(self) -> None:
        """Note the words here that another service reads as a field or a date."""
        scan = self.scan
        if (call := foreign.CALL.match(scan.text, scan.at)) and call[1].lower() not in ("and", "or", "not"):
            near = near_fields(call[1], self.extra_fields)
            meant = f"; did you mean {' or '.join(f'{each}:' for each in near)}?" if near else ""
            self.notes.append(f"“{call.group()}(” was read as a word, as there is no such field{meant}")
        if dated := foreign.DATE_WORDS.match(scan.text, scan.at):
            meant = f"{foreign.DATE_SIGNS[dated[1].lower()]}:{dated[2]}"
            self.notes.append(f"“{dated.group()}” was read as words; did you mean {meant}?")

    def _match_known(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.scan.text, self.scan.at)
        if found is None:
            return None
        name = found[1].lower()
        if pattern is foreign.CALL and found[2] and name != "lead":
            return None
        is_called = pattern is foreign.CALL and self._own_name(name) not in (None, "is", *EXACT_FIELDS)
        if not is_called and name not in foreign.NAMES and name not in foreign.SPELLINGS:
            return None
        return self.scan.match(pattern)

    def _called(self, name: str, number: str, start: int) -> Node | None:
        """Read the parentheses after a name."""
        if name == "lead" and number:
            return self.in_zone(self.within_limits("first", int(number[:9]), 1, MAX_FIRST, start), start)
        if name in foreign.SPELLINGS:
            written = foreign.SPELLINGS[name]
            spelled = Spelled("caps", name, written) if written else Spelled("exact", name)
            return self.in_spelling(spelled, self.inner_primary, start)
        own = self._own_name(name) or name
        if own in DATE_FIELDS and self.scan.match(_OPENING):
            return self._closed(self._named(own, start))
        return self._named(own, start)

    def _own_name(self, name: str) -> str | None:
        return foreign.NAMES.get(name) or self.name_of(name)

    def _closed(self, found: Node | None) -> Node | None:
        """The node, after which the parenthesis must close."""
        if not self.scan.match(_CLOSING):
            reason = "this is one range or date; write words:100..500 or date:2024-01..2024-02"
            self.scan.fail(reason, self.scan.at - 1, self.scan.at)
        return found

    def _named(self, own: str, start: int) -> Node | None:
        """Read the operand of a field or a zone by its name in this language."""
        if own in MODIFIERS:
            return self.modified(own, start)
        if self.field is not None:
            self.scan.fail(f"a field inside the set of “{self.field}”", start, self.scan.at)
        if own in DATE_FIELDS:
            return read_filter(self.scan, own, zone=self.zone, now=self.now)
        return self.in_field(own, start)

    def _near_list(self, distance: int, start: int) -> Node:
        """Read the words in quotes here as a row, each near the next."""
        scan = self.scan
        if not distance:
            scan.fail(NEVER_NEAR, start, scan.at)
        text = scan.quotations()[0]
        self.count(max(0, self.phrase_length(text) - 1))
        found: Node | None = None
        for word in words(text):
            found = Word(word, self.field) if found is None else Near(found, Word(word, self.field), distance)
        if found is None:
            scan.fail("there is nothing to search for: no word has a letter or a digit", start, scan.at)
        return found
