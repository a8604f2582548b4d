r"""A query string to its tree.

    query    = or
    or       = and { ("OR" | "|" | "||") and }
    and      = near { ["AND" | "&&"] near }
    near     = unary { operator unary }
    operator = ("NEAR/" | "ADJ/" | "NOTNEAR/") (n | "S" | "P")
    unary    = ("NOT" | "-" | "!") unary | primary ["^" factor]
    primary  = "(" or ")" | "#" word | [field ":"] ( "(" or ")" | leaf ) | date-field ":" dates
             | ("lead:" | "hlead:" | "first:" n | "atleast:" n | "exact:" | "caps:") primary
             | "words:" numbers
    leaf     = ["="] ( quoted ["~" n] | word ["~" [n]] )
    dates    = date | [date] ".." [date] | "[" date "TO" date "]" | (">" | ">=" | "<" | "<=") date
             | quoted | "none" | "*"
    numbers  = n | [n] ".." [n] | (">" | ">=" | "<" | "<=") n

`operands` and `leaves` read primaries, `proximity` and `services` the spellings of other services. Nothing is
guessed: text that cannot be read, or that can be read in two ways, raises `QuerySyntaxError` at its place. A
word without a letter or a digit stands for nothing; it is left out, with a note. So is a ? that ends a row of
words side by side, as in a question.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import pairwise

from search.errors import InvalidRequest, LimitExceeded, QuerySyntaxError
from search.language import foreign
from search.language.limits import (
    MAX_BOOST,
    MAX_CANONICAL_LENGTH,
    MAX_DEPTH,
    MAX_FIRST,
    MAX_NESTING,
    MAX_QUERY_LENGTH,
    MAX_QUERY_VALUE,
    MAX_QUERY_WORD,
)
from search.language.nodes import (
    And,
    Boost,
    Fuzzy,
    Node,
    Not,
    Phrase,
    PhrasePattern,
    Query,
    Wildcard,
    Word,
    as_operand,
)
from search.language.proximity import NEVER_NEAR, Proximity, both_readings, read_proximity
from search.language.scanner import Scanner
from search.language.services import Services
from search.language.suffixes import read_factor
from search.language.trees import (
    all_of,
    any_of,
    depth,
    has_no_place,
    is_filter,
    is_of_text,
    is_positional,
    leaves,
    text_fields,
    within,
)
from search.text import forms

_BOOST = re.compile(r"\^([^\s()\"|]*)")
_SIGN = re.compile(r"[-!](?=[-!]*[^\s!-])")
_CONNECTIVE = re.compile(r"\b(?:and|or|not)\b", re.IGNORECASE)


def parse_query(
    text: str,
    *,
    zone: tzinfo = UTC,
    now: datetime | None = None,
    any_word: bool = False,
    stop_words: Collection[str] = frozenset(),
    extra_fields: Collection[str] = (),
    max_length: int = MAX_QUERY_LENGTH,
) -> Query:
    """Read a query; `str` of the result is its canonical form, which reads back as the same tree.

    Dates are understood in `zone`, relative ones from `now` (default: the time of the call). With
    `any_word`, words side by side are alternatives; filters and exclusions stay required. Words in
    `stop_words` are left out where other words stand beside them. `extra_fields` are the names of
    further value fields. A canonical form can be longer than the text as written, up to
    `MAX_CANONICAL_LENGTH`; the other limits hold for both.

    Raises `QuerySyntaxError` (with the place) or `LimitExceeded`.
    """
    if not isinstance(text, str):
        raise InvalidRequest(f"a query is text, not {type(text).__name__}")
    if len(text) > max_length:
        raise LimitExceeded(
            f"the query has {len(text):,} characters, more than {max_length:,}; ask for fewer words"
        )
    at = now or datetime.now(UTC)
    parser = _Parser(Scanner(text), zone, at, any_word, stop_words, extra_fields)
    try:
        tree = parser.read()
    except QuerySyntaxError:
        if not parser.has_foreign or not _has_small_connective(text):
            raise
    else:
        if not parser.has_foreign or not _has_small_connective(text):
            return parser.query(tree)
    # Services with such operators read and, or, not in small letters as well.
    parser = _Parser(Scanner(text, any_case=True), zone, at, any_word, stop_words, extra_fields)
    return parser.query(parser.read())


def _has_small_connective(text: str) -> bool:
    return any(not found.isupper() for found in _CONNECTIVE.findall(text))


@dataclass(frozen=True, slots=True)
class _ForeignRow:
    """The two sides of another service's operator that stands outside of parentheses."""

    left: Node
    operator: Proximity
    right: Node
    joined: Node


class _Parser(Services):
    def __init__(
        self,
        scan: Scanner,
        zone: tzinfo,
        now: datetime,
        any_word: bool,
        stop_words: Collection[str],
        extra_fields: Collection[str],
    ) -> None:
        super().__init__(scan, zone, now, any_word, extra_fields)
        self.stop_words = stop_words
        self.rows: list[_ForeignRow] = []

    def query(self, tree: Node) -> Query:
        """The tree with the notes of its reading, each once."""
        self._check_canonical(tree)
        return Query(tree, tuple(dict.fromkeys(self.notes)))

    def _check_canonical(self, tree: Node) -> None:
        """Raise `LimitExceeded` if the canonical form has too many words or characters to be read.

        Spellings and languages stand for several words, and a zone is written at each word of a set.
        """
        self.clauses = 0
        for leaf in leaves(tree):
            match leaf:
                case Word(text, field) | Fuzzy(text, _, field) | Wildcard(text, field):
                    self.count(1)
                    most = MAX_QUERY_WORD if is_of_text(field) else MAX_QUERY_VALUE
                    if len(text) > most:
                        raise LimitExceeded(
                            f"a word has {len(text):,} characters, more than {most}; shorten it"
                        )
                case Phrase(text, field) if is_of_text(field):
                    self.count(self.phrase_length(text))
                case PhrasePattern(slots):
                    self.count(len(slots))
                case _:
                    self.count(1)
        if (length := len(str(tree))) > MAX_CANONICAL_LENGTH:
            raise LimitExceeded(
                f"the query has {length:,} characters with all its parts written out, "
                f"more than {MAX_CANONICAL_LENGTH:,}; ask for fewer words, or for fewer parts"
            )

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
        if isinstance(tree, Wildcard) and tree.pattern.find("?") == len(tree.pattern) - 1:
            self.notes.append(
                f"the ? of “{tree.pattern}” stands for one letter; for the word itself leave it out"
            )
        return tree

    def inner(self) -> Node | None:
        enclosing, self.rows = self.rows, []
        found = self._or()
        self.rows = enclosing
        return found

    @staticmethod
    def _joined(node: Node) -> Node:
        """`node`, unless its operators are too deep within each other."""
        if depth(node) > MAX_DEPTH:
            raise LimitExceeded(
                f"more than {MAX_DEPTH} operators stand one within the other; ask for less at once"
            )
        return node

    def _or(self) -> Node | None:
        parts = [self._and()]
        while self._take("OR", "|", "||"):
            parts.append(self._and())
        kept = [part for part in parts if part is not None]
        if len(kept) > 1:
            self._refuse_ambiguous_or(kept)
        return self._joined(any_of(kept)) if kept else None

    def _refuse_ambiguous_or(self, parts: list[Node]) -> None:
        """Raise where OR stands beside an operator of another service, which may bind less tightly there."""
        for before, after in pairwise(parts):
            last, first = (_parts_of_and(before)[-1], _parts_of_and(after)[0])
            for row in self.rows:
                a, b = as_operand(row.left), as_operand(row.right)
                sign = row.operator.canonical
                if row.joined is first:
                    readings = f"({last} OR {a}) {sign} {b} or {last} OR ({a} {sign} {b})"
                elif row.joined is last:
                    readings = f"{a} {sign} ({b} OR {first}) or ({a} {sign} {b}) OR {first}"
                else:
                    continue
                reason = f"OR beside “{row.operator.written}” has two readings; write {readings}"
                self.scan.fail(reason, row.operator.start, row.operator.end)

    def _and(self) -> Node | None:
        parts: list[tuple[Node, bool]] = []  # and whether it is loose: joined by no written AND
        after_and = False
        while True:
            self.is_beside_word = bool(parts) and not after_and and not self.any_word
            part = self._near()
            before_and = bool(self._take("AND", "&&"))
            if part is not None:
                parts.append((part, not (after_and or before_and)))
            if not before_and and self._ends_and():
                return self._conjunction(parts)
            after_and = before_and

    def _ends_and(self) -> bool:
        self.scan.skip_space()
        return self.scan.at_end() or self.scan.peek() in ")|" or self.scan.operator_word() == "OR"

    def _conjunction(self, parts: list[tuple[Node, bool]]) -> Node | None:
        others = [(part, loose) for part, loose in parts if not (loose and self._is_stop_word(part))]
        if len(others) < len(parts) and not all(is_filter(part) for part, _ in others):
            for word in sorted({str(part) for part, loose in parts if (part, loose) not in others}):
                advice = f"; as an operator write {word.upper()}" if word.lower() in ("or", "not") else ""
                reason = f"“{word}” is a very common word and was left out; quote it to require it"
                self.notes.append(f"{reason}{advice}")
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
        before: tuple[Node, Proximity, Node] | None = None
        left_end = scan.at
        while operator := read_proximity(scan):
            self.has_foreign = self.has_foreign or operator.is_foreign
            self._require_operand(operator.written)
            if operator.distance == 0 and not operator.negated:
                scan.fail(NEVER_NEAR, operator.start, operator.end)
            right_start, self.is_beside_word = scan.at, False
            right = self._unary()
            for part, part_start, part_end in ((left, start, left_end), (right, right_start, scan.at)):
                if part is None or not is_positional(part):
                    name = operator.written if operator.is_foreign else operator.canonical.partition("/")[0]
                    reason = f"{name} goes between words, phrases, wildcards and sets of these"
                    scan.fail(reason, part_start, part_end)
            assert left is not None
            assert right is not None
            if not operator.negated and not text_fields(left) & text_fields(right):
                reason = f"{as_operand(left)} and {as_operand(right)} are never in one field, so never near"
                scan.fail(reason, operator.start, operator.end)
            if before is not None and not operator.is_read_in_line_with(before[1]):
                scan.fail(both_readings(*before, operator, right), operator.start, operator.end)
            before = left if before is None else before[0], operator, right
            row = left, operator, right
            left = self._joined(operator.join(left, right))
            if operator.is_foreign:
                if not operator.written[0].isalpha() or operator.written == "SAME":
                    self.notes.append(f"“{operator.written}” was read as {operator.canonical}")
                self.rows.append(_ForeignRow(*row, left))
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
        part = self.primary()
        while part is not None and not self.any_word and (first := scan.match(foreign.FIRST_WORDS)):
            part = self._first_words(part, int(first[1]), start)
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

    def _first_words(self, part: Node, number: int, start: int) -> Node:
        """The part, where another service asks for it among the first words."""
        self.notes.append(f"“/F{number}/” was read as first:{number}")
        self.has_foreign = True
        found = within(part, self.within_limits("first", number, 1, MAX_FIRST, start))
        if found is None or has_no_place(found):
            self.scan.fail("only words of the text have a place in it", start, self.scan.at)
        return found

    def _take_sign(self) -> bool:
        scan = self.scan
        if scan.take_operator("NOT"):
            self._require_operand("NOT")
            return True
        if not _SIGN.match(scan.text, scan.at):
            return False
        scan.at += 1
        return True

    def _take(self, *operators: str) -> str:
        """Take an operator, which must have something after it; "" if there is none here."""
        if taken := self.scan.take_operator(*operators):
            if taken in ("||", "&&"):
                self.notes.append(f"“{taken}” was read as {operators[0]}")
            self._require_operand(taken)
        return taken

    def _require_operand(self, operator: str) -> None:
        scan = self.scan
        end = scan.at
        scan.skip_space()
        if scan.at_end() or scan.peek() in ")|":
            scan.fail(f"“{operator}” needs something after it", end - len(operator), end)


def _parts_of_and(node: Node) -> tuple[Node, ...]:
    return node.parts if isinstance(node, And) else (node,)
