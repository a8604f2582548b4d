r"""A query string to its tree.

    query    = or
    or       = and { ("OR" | "|") and }
    and      = near { ["AND"] near }
    near     = unary { ("NEAR/" n | "ADJ/" n) unary }
    unary    = ("NOT" | "-" | "!") unary | primary ["^" factor]
    primary  = "(" or ")" | "#" word | [field ":"] ( "(" or ")" | quoted ["~" n] | word ["~" [n]] )
             | date-field ":" dates
    dates    = date | [date] ".." [date] | "[" date "TO" date "]" | (">" | ">=" | "<" | "<=") date
             | quoted | "none" | "*"

Nothing is guessed: text that cannot be read raises `QuerySyntaxError` at its place. A word without a
letter or a digit stands for nothing; it is left out, with a note.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime, tzinfo

from search.dates import shortened
from search.errors import InvalidRequest, LimitExceeded
from search.fields import (
    DATE_FIELDS,
    EXACT_FIELDS,
    TEXT_FIELDS,
    field_name,
    near_fields,
    no_field,
)
from search.language.limits import (
    MAX_BOOST,
    MAX_CLAUSES,
    MAX_DEPTH,
    MAX_EDITS,
    MAX_NESTING,
    MAX_PHRASE_WORDS,
    MAX_QUERY_LENGTH,
    MAX_QUERY_VALUE,
    MAX_QUERY_WORD,
)
from search.language.nodes import (
    Boost,
    Everything,
    Fuzzy,
    Missing,
    Near,
    Node,
    Not,
    Phrase,
    Query,
    Word,
    all_of,
    any_of,
    depth,
    is_filter,
    is_positional,
)
from search.language.ranges import read_filter
from search.language.scanner import Scanner
from search.language.suffixes import read_distance, read_factor, read_wildcard
from search.text import forms

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9_]*):")
_ADDRESS = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*://[^\s()"|]*')
_FOREIGN = re.compile(r"(w|near|adj|pre)/?(\d{1,3})", re.IGNORECASE)
"""How other services write NEAR and ADJ."""
_EVERYTHING = re.compile(r'\*:\*(?=[\s()"|^]|$)')
_PROXIMITY = re.compile(r"\s*(NEAR|ADJ)/(\d*)(?=[\s(\"]|$)")
_BOOST = re.compile(r"\^([^\s()\"|]*)")
_TILDE = re.compile(r"~(\d*)")


def parse_query(
    text: str,
    *,
    zone: tzinfo = UTC,
    now: datetime | None = None,
    any_word: bool = False,
    stop_words: Collection[str] = frozenset(),
    extra_fields: Collection[str] = (),
) -> Query:
    """Read a query; `str` of the result is its canonical form, which reads back as the same tree.

    Dates are understood in `zone`, relative ones from `now` (default: the time of the call). With
    `any_word`, words side by side are alternatives; filters and exclusions stay required. Words in
    `stop_words` are left out where other words stand beside them. `extra_fields` are the names of
    further value fields.

    Raises `QuerySyntaxError` (with the place) or `LimitExceeded`.
    """
    if not isinstance(text, str):
        raise InvalidRequest(f"a query is text, not {type(text).__name__}")
    if len(text) > MAX_QUERY_LENGTH:
        raise LimitExceeded(
            f"the query has {len(text):,} characters, more than {MAX_QUERY_LENGTH:,}; ask for fewer words"
        )
    parser = _Parser(text, zone, now or datetime.now(UTC), any_word, stop_words, extra_fields)
    return Query(parser.read(), tuple(dict.fromkeys(parser.notes)))


class _Parser:
    def __init__(
        self,
        query: str,
        zone: tzinfo,
        now: datetime,
        any_word: bool,
        stop_words: Collection[str],
        extra_fields: Collection[str],
    ) -> None:
        self.scan = Scanner(query)
        self.zone, self.now = zone, now
        self.any_word, self.stop_words, self.extra_fields = any_word, stop_words, extra_fields
        self.field: str | None = None
        self.nesting = 0
        self.clauses = 0
        self.notes: list[str] = []

    def read(self) -> Node:
        scan = self.scan
        scan.skip_space()
        if scan.at_end():
            scan.fail("the query is empty; write * for every article", 0, 1)
        tree = self._or()
        if not scan.at_end():
            scan.fail("this closes a parenthesis that was never opened", scan.at, scan.at + 1)
        if tree is None:
            scan.fail("there is nothing to search for: no word has a letter or a digit", 0, scan.at)
        return tree

    @staticmethod
    def _joined(node: Node) -> Node:
        """`node`, unless its operators are too deep within each other."""
        if depth(node) > MAX_DEPTH:
            raise LimitExceeded(
                f"more than {MAX_DEPTH} operators stand one within the other; ask for less at once"
            )
        return node

    # --- operators ------------------------------------------------------------------------------

    def _or(self) -> Node | None:
        parts = [self._and()]
        while operator := self.scan.take_operator("OR", "|"):
            self._require_operand(operator)
            parts.append(self._and())
        kept = [part for part in parts if part is not None]
        return self._joined(any_of(kept)) if kept else None

    def _and(self) -> Node | None:
        parts: list[tuple[Node, bool]] = []  # and whether it is loose: joined by no written AND
        after_and = False
        while True:
            part = self._near()
            before_and = bool(self.scan.take_operator("AND"))
            if part is not None:
                parts.append((part, not (after_and or before_and)))
            if before_and:
                self._require_operand("AND")
            elif self._ends_and():
                return self._conjunction(parts)
            after_and = before_and

    def _ends_and(self) -> bool:
        self.scan.skip_space()
        return self.scan.at_end() or self.scan.peek() in ")|" or self.scan.raw_word() == "OR"

    def _conjunction(self, parts: list[tuple[Node, bool]]) -> Node | None:
        others = [(part, loose) for part, loose in parts if not (loose and self._is_stop_word(part))]
        if len(others) < len(parts) and not all(is_filter(part) for part, _ in others):
            for word in sorted({str(part) for part, loose in parts if (part, loose) not in others}):
                self.notes.append(f"“{word}” is a very common word and was left out; quote it to require it")
            parts = others
        if self.any_word and (choice := [p for p, loose in parts if loose and not is_filter(p)]):
            required = [part for part, loose in parts if not loose or is_filter(part)]
            return self._joined(all_of([any_of(choice), *required]))
        return self._joined(all_of([part for part, _ in parts])) if parts else None

    def _is_stop_word(self, part: Node) -> bool:
        if not isinstance(part, Word) or part.field is not None:
            return False
        found = forms(part.text)
        return bool(found) and all(form in self.stop_words for form in found)

    def _near(self) -> Node | None:
        scan = self.scan
        start = scan.at
        left = self._unary()
        while operator := scan.match(_PROXIMITY):
            self._require_operand(operator.group().strip())
            distance = read_distance(operator[2] or "10")
            right_start = scan.at
            right = self._unary()
            for part, part_start in ((left, start), (right, right_start)):
                if part is None or not is_positional(part):
                    reason = f"{operator[1]} goes between words, phrases, wildcards and sets of these"
                    scan.fail(reason, part_start, operator.start() if part is left else scan.at)
            if left is not None and right is not None:
                left = self._joined(Near(left, right, distance, ordered=operator[1] == "ADJ"))
        return left

    def _unary(self) -> Node | None:
        scan = self.scan
        scan.skip_space()
        start = scan.at
        signs = 0
        while self._take_sign():
            signs += 1
            if signs > MAX_NESTING:
                raise LimitExceeded(f"more than {MAX_NESTING} signs of exclusion in a row; use fewer")
        part = self._primary()
        if boost := scan.match(_BOOST):
            factor = read_factor(boost[1])
            if factor is None:
                reason = f"a boost is a number above 0 and at most {MAX_BOOST:g}"
                scan.fail(reason, boost.start(), boost.end())
            part = part and Boost(part, factor)
        if part is None and signs:
            scan.fail("there is no word here to leave out", start, scan.at)
        for _ in range(signs if part else 0):
            part = part.part if isinstance(part, Not) else part and Not(part)
        return part

    def _take_sign(self) -> bool:
        scan = self.scan
        if scan.take_operator("NOT"):
            self._require_operand("NOT")
            return True
        if scan.peek() not in ("-", "!") or not scan.peek(1).strip():
            return False
        scan.at += 1
        return True

    def _require_operand(self, operator: str) -> None:
        scan = self.scan
        end = scan.at
        scan.skip_space()
        if scan.at_end() or scan.peek() in ")|":
            scan.fail(f"“{operator}” needs something after it", end - len(operator), end)

    # --- what operators join --------------------------------------------------------------------

    def _primary(self) -> Node | None:
        scan = self.scan
        scan.skip_space()
        start, head = scan.at, scan.peek()
        if head == "(":
            return self._parentheses()
        if head in ("", ")", "|") or scan.is_operator():
            operator = head if head in ("", ")", "|") else scan.raw_word()
            scan.fail(f"“{operator}” needs something before it", start, start + len(operator))
        self._count(1)
        if head == '"':
            return self._quoted()
        if head == "#" and scan.peek(1).strip():
            scan.at += 1
            return self._in_field("keyword", start)
        if scan.match(_EVERYTHING):
            return Everything()
        if scan.match(_ADDRESS):
            return self._address(start)
        if field := scan.match(_FIELD):
            return self._fielded(field)
        if head == ":":
            scan.fail("a colon needs the name of a field before it", start, start + 1)
        return self._word()

    def _parentheses(self) -> Node | None:
        scan = self.scan
        opened = scan.at
        scan.at += 1
        scan.skip_space()
        if scan.peek() == ")":
            scan.fail("there is nothing between these parentheses", opened, scan.at + 1)
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise LimitExceeded(f"parentheses are nested more than {MAX_NESTING} deep; use fewer")
        inner = None if scan.at_end() else self._or()
        self.nesting -= 1
        if scan.peek() != ")":
            scan.fail("this parenthesis is never closed", opened, opened + 1)
        scan.at += 1
        return inner

    def _fielded(self, match: re.Match[str]) -> Node | None:
        scan, written = self.scan, match[1]
        name = field_name(written, self.extra_fields)
        is_alone = scan.peek() in ("", ")", "|") or scan.peek().isspace()
        near = near_fields(written, self.extra_fields) if name is None else []
        if name is None and is_alone:
            hint = f"; did you mean {' or '.join(f'{each}:' for each in near)}?" if near else ""
            self.notes.append(f"“{written}:” was read as text, as there is no such field{hint}")
            return Word(written, self.field)
        if name is None:
            scan.fail(no_field(written, self.extra_fields), match.start(), match.end() - 1, near)
        if self.field is not None:
            scan.fail(f"a field inside the set of “{self.field}”", match.start(), match.end())
        if is_alone:
            scan.fail(f"nothing follows “{written}:”", match.start(), match.end())
        if name in DATE_FIELDS or name == "is":
            return read_filter(self.scan, name, zone=self.zone, now=self.now)
        return self._in_field(name, match.start())

    def _address(self, start: int) -> Node:
        """A URL, as the words that it is made of."""
        text = self.scan.text[start : self.scan.at]
        self._count(max(0, self._phrase_length(text) - 1))
        self.notes.append(
            f"{shortened(text)} was read as text; to find an article by its address, write url:"
        )
        return Phrase(text, self.field)

    def _in_field(self, name: str, start: int) -> Node | None:
        scan = self.scan
        if scan.peek() == ":":
            scan.fail("a colon needs the name of a field before it", scan.at, scan.at + 1)
        if name in TEXT_FIELDS and scan.peek() in ("-", "!") and scan.peek(1).strip():
            scan.fail(f"to leave a word out write -{name}:word", scan.at, scan.at + 1)
        enclosing, self.field = self.field, name
        value_start = scan.at
        match scan.peek():
            case "(":
                found = self._parentheses()
            case '"':
                found = self._quoted()
            case _:
                found = self._word()
        self.field = enclosing
        if found is None:
            scan.fail(f"nothing to look for in “{name}”", start, scan.at)
        if scan.text[value_start : scan.at].lower() == "none":
            return Missing(name)
        return Not(Missing(name)) if isinstance(found, Everything) else found

    # --- words ----------------------------------------------------------------------------------

    def _quoted(self) -> Node | None:
        scan = self.scan
        text = scan.quotation(exact=self.field in EXACT_FIELDS)
        tilde = scan.match(_TILDE)
        slop = read_distance(tilde[1] or "0") if tilde else 0
        if not self._is_value:
            self._count(max(0, self._phrase_length(text) - 1))
        return Phrase(text, self.field, slop) if self._says_something(text) else None

    @property
    def _is_value(self) -> bool:
        """True if a whole value stands here, not words."""
        return self.field is not None and self.field not in TEXT_FIELDS

    @staticmethod
    def _phrase_length(text: str) -> int:
        count = len(forms(text))
        if count > MAX_PHRASE_WORDS:
            raise LimitExceeded(f"a phrase has more than {MAX_PHRASE_WORDS} words; quote fewer")
        return count

    def _word(self) -> Node | None:
        scan = self.scan
        start = scan.at
        if scan.peek() == "^":
            scan.fail("a boost follows what it weighs, without a space", start, start + 1)
        word = scan.characters()
        most = MAX_QUERY_VALUE if self._is_value else MAX_QUERY_WORD
        if len(word.text) > most:
            raise LimitExceeded(f"a word has {len(word.text):,} characters, more than {most}; shorten it")
        if word.has_wildcard:
            if word.has_escaped_wildcard:
                scan.fail("a word with a wildcard cannot also have an escaped one", start, scan.at)
            found = read_wildcard(word.text, self.field)
            if isinstance(found, str):
                scan.fail(found, start, scan.at)
            return found
        if tilde := scan.match(_TILDE):
            edits = int(tilde[1][:9] or "1")
            if not 1 <= edits <= MAX_EDITS:
                scan.fail(f"a fuzzy word takes 1 or {MAX_EDITS} edits", tilde.start(), tilde.end())
            if len(forms(word.text)) != 1 and not self._is_value:
                scan.fail("a fuzzy word is one word", start, scan.at)
            return Fuzzy(word.text, edits, self.field)
        if self.field is None and (foreign := _FOREIGN.fullmatch(word.text)):
            nearest = f"{'ADJ' if foreign[1].lower() in ('adj', 'pre') else 'NEAR'}/{foreign[2]}"
            self.notes.append(f"“{word.text}” was read as a word; did you mean {nearest}?")
        return Word(word.text, self.field) if self._says_something(word.text) else None

    def _says_something(self, text: str) -> bool:
        if text.strip() if self._is_value else forms(text):
            return True
        self.notes.append(f"{shortened(text)} has no letter or digit and was left out")
        return False

    # --- numbers --------------------------------------------------------------------------------

    def _count(self, clauses: int) -> None:
        self.clauses += clauses
        if self.clauses > MAX_CLAUSES:
            raise LimitExceeded(f"the query has more than {MAX_CLAUSES} words; ask for fewer")
