"""The ranges of a query: the date fields, each as one `Period`, and the number of words.

date:2025-02            all of it                   since:X    from the first instant of X on
date:2025-02..2025-03   first to last               until:X    up to the last instant of X
date:[2025-01 TO *]     the same, in brackets       after:X    from where X ends on
date:>=2025  date:<2025 the same, compared          before:X   up to where X begins
modified:X  seen:X      changed, or first seen, in it       when:7d    since:7d until:today
changed:X               updated in it, not published
date:7d                 the same as when:7d                 date:"7 days ago"    that day only
words:>500  words:100..500  words:500..  words:500
"""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from typing import Literal

from search.dates import Period, UnreadableDate, checked_bound, read_period
from search.errors import LimitExceeded
from search.fields import COUNTED_DATES, DateField
from search.language.nodes import MARKS, Dates, Is, Length, Missing, Node, Not
from search.language.scanner import Scanner

_COMPARISON = re.compile(r">=|<=|>|<")
_BRACKETED = re.compile(r"\[[^\]]*\]")
_GLUED = re.compile(r"[^\s()|^]")
_UNBROKEN = re.compile(r'[^\s()"|^]*')
_BRACKETS = re.compile(r"\[\s*(\S.*?)\s+TO\s+(\S.*?)\s*\]")
_LENGTH = re.compile(r"(>=|<=|>|<|=|)\s*(\d+)(?![\w.])|(\d*)\.\.(\d*)(?![\w.])")
_MAX_DIGITS = 9
_AGE = re.compile(r"\d{1,11}\s*(?:[hdwmy]|(?:hour|day|week|month|year)s?)", re.IGNORECASE)
_RANGED: dict[str, DateField | Literal["changed"]] = {
    **{field: field for field in COUNTED_DATES},
    "changed": "changed",
}
_AS_FIELD = {">=": "since", "<=": "until", ">": "after", "<": "before"}


def read_filter(scan: Scanner, name: str, *, zone: tzinfo, now: datetime) -> Node:
    """Read the text of a date field, or of `is`, at `scan` and move past it; raises `QuerySyntaxError`."""
    start = scan.at
    if name == "is":
        taken = scan.match(_UNBROKEN)
        mark = next((mark for mark in MARKS if taken is not None and taken.group().lower() == mark), None)
        if mark is None:
            scan.fail(f"is: takes {', '.join(MARKS[:-1])} or {MARKS[-1]}", start, max(scan.at, start + 1))
        return Is(mark)
    taken = scan.match(_BRACKETED) or scan.match(_UNBROKEN)
    written = taken.group() if taken else ""
    if scan.peek() == '"' and written in ("", ">=", "<=", ">", "<"):
        written += scan.quotation()
    if scan.peek() == '"' or (scan.text[scan.at - 1] == '"' and scan.match(_GLUED)):
        scan.fail("a date in quotes stands alone; a range is written 2025-01..2025-02", start, scan.at + 1)
    if not written:
        scan.fail(f"“{name}:” takes one date or range", start, start + 1)
    field = _RANGED.get(name, "date")
    if field == name and written.lower() in ("none", "*"):
        return Missing(name) if written != "*" else Not(Missing(name))
    try:
        period = field_period(name, written, zone=zone, now=now)
        return Dates(period, field)
    except UnreadableDate as error:
        scan.fail(str(error), start, scan.at)


def field_period(name: str, written: str, *, zone: tzinfo, now: datetime) -> Period:
    """The period that the date field `name` with the text `written` asks for.

    Raises `UnreadableDate`.
    """

    def read(text: str) -> Period:
        return read_period(text, zone=zone, now=now)

    match name:
        case "since":
            return Period(read(written).start, None)
        case "until":
            return Period(None, read(written).end)
        case "after":
            return Period(checked_bound(read(written).end), None)
        case "before":
            return Period(None, checked_bound(read(written).start))
        case "when":
            return Period(read(written).start, read("today").end)
    if comparison := _COMPARISON.match(written):
        bound = written[comparison.end() :]
        return field_period(_AS_FIELD[comparison.group()], bound, zone=zone, now=now)
    if brackets := _BRACKETS.fullmatch(written):
        first, last = ("" if bound == "*" else bound for bound in brackets.groups())
    elif ".." in written:
        first, _, last = written.partition("..")
    elif _AGE.fullmatch(written):
        return field_period("when", written, zone=zone, now=now)
    else:
        return read(written)
    if not first and not last:
        raise UnreadableDate("a range needs a date on at least one side")
    return Period(read(first).start if first else None, read(last).end if last else None)


def read_length(scan: Scanner, start: int) -> Length:
    """Read the numbers of words at `scan` and move past them; raises `QuerySyntaxError`."""
    found = scan.match(_LENGTH)
    if found is None or found.group() == "..":
        scan.fail("a number of words is written words:>500, words:500 or words:100..500", start, scan.at)
    if any(len(number or "") > _MAX_DIGITS for number in found.groups()):
        raise LimitExceeded(f"a number of words has at most {_MAX_DIGITS} digits")
    sign, number, first, last = found.groups()
    if number is None:
        least, most = (int(bound) if bound else None for bound in (first, last))
        if least is not None and most is not None and least > most:
            scan.fail("the range ends before it starts", start, scan.at)
        return Length(least, most)
    count = int(number)
    match sign:
        case ">" | ">=":
            return Length(count + (sign == ">"), None)
        case "<" | "<=":
            if sign == "<" and not count:
                scan.fail("no article has fewer than 0 words", start, scan.at)
            return Length(None, count - (sign == "<"))
        case _:
            return Length(count, count)
