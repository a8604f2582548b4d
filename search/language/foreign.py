"""Names and forms that other services write for something that this language has.

    headline(a)  ti(a)  hd=a   title:a            atleast5(a)  repeat3:"a b"   atleast:5(a)
    hlead(a)     hlp=a         hlead:a            allcaps(us)  nocaps(aid)     caps:US, caps:aid
    lead(a)      lp=a          lead:a             length>500   wc>500          words:501..
    a/F50/       lead50(a)     first:50(a)        storm!       storm$          storm*
    yr(1987)     date>1987     date:1987 after:   length(>500)                 words:501..

Nexis writes names with parentheses, Factiva with =, GDELT and Google with a colon.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_OF_TEXT = {
    "title": "headline title ti hd hl intitle",
    "hlead": "hlead hlp tiab",
    "lead": "lead lp",
    "description": "ab abstract",
    "body": "body td text intext inbody",
}
_OF_VALUES = {
    "author": "byline author au by",
    "source": "publication pub source sn",
    "keyword": "subject su",
    "lang": "language la sourcelang",
    "site": "domain domainis",
    "date": "yr year",
}
NAMES = {
    other: own
    for table in (_OF_TEXT, _OF_VALUES)
    for own, others in table.items()
    for other in others.split()
}
"""Fields and zones by the names that other services give them."""

SPELLINGS: dict[str, tuple[Callable[[str], str], ...]] = {
    "allcaps": (str.upper,),
    "nocaps": (str.lower,),
    "caps": (str.title, str.upper),
    "exact": (),
}
"""How a word is spelled within these names with parentheses; `exact` asks for the form as it is."""

PLURAL = re.compile(r"\(e?s\)(?!\w)", re.IGNORECASE)
"""The end of a word in the singular or the plural: source(s)."""

CALL = re.compile(r"([A-Za-z]+)(\d*)(?=\()(?!\(e?s\)(?!\w))", re.IGNORECASE)
"""A name with parentheses, which follow at once and are not `PLURAL`."""

EQUALS = re.compile(r"([A-Za-z]{2,3})=(?=[-!]?[\w(\"“”])")
COUNTED = re.compile(r"(atleast|repeat)(\d{1,9})(?:\s*:\s*|\s+|(?=\())(?=[-!]?[\w(\"])", re.IGNORECASE)
"""`atleast5 a`, `repeat3:"a b"`."""

NEAR_LIST = re.compile(r"near(\d{1,9}):(?=\")", re.IGNORECASE)
"""GDELT's `near20:"a b"`: all the words in quotes, each near the next."""

COMPARED = re.compile(r"(?:length|wc|words)\s*(?=[<>]=?\s*\d|=\s*\d)", re.IGNORECASE)
"""The number of words, compared."""

LENGTH_CALL = re.compile(r"(?:length|wc|words)\(\s*(?=[<>]=?\s*\d|=?\s*\d|\.\.)", re.IGNORECASE)
"""The number of words in parentheses: `length(>500)`."""

COMPARED_DATE = re.compile(r"(?:date|yr|year)\s*(>=|<=|>|<|=)\s*(?=\d)", re.IGNORECASE)
DATE_WORDS = re.compile(r"date\s+(is|aft|after|bef|before|geq|leq)\s+(\d[^\s()\"|]*)", re.IGNORECASE)
DATE_SIGNS = {
    **dict.fromkeys(("=", "is"), "date"),
    **dict.fromkeys((">", "aft", "after"), "after"),
    **dict.fromkeys(("<", "bef", "before"), "before"),
    **dict.fromkeys((">=", "geq"), "since"),
    **dict.fromkeys(("<=", "leq"), "until"),
}
"""The date fields that a sign or a word after `date` stands for."""

TRUNCATED = re.compile(r"([^\W\d_]{3,}(?:!|(?<=[a-z])\$))(?=[\s)]|$)")
"""A stem with the sign of truncation: `storm!`, `storm$`, but not the currency `CAN$`."""

TRUNCATED_PAIR = re.compile(r"[^\W\d_]{3,}[!$] (?:and|or|not|and not) [^\W\d_]{3,}[!$]", re.IGNORECASE)
"""Two stems that small letters join: `ferr! or boat!`."""

TRUNCATED_IN_QUOTES = re.compile(r"([^\W\d_]{3,})[!$](?=\s)")
DISTANCE_OF_PHRASE = re.compile(r"/(\d{1,3})(?=[\s)]|$)")
FIRST_WORDS = re.compile(r"\s*/F(\d{1,9})/", re.IGNORECASE)
ALONE = re.compile(r"(?:(w|near|adj|pre)/?(\d{1,3})|(near)|(same))", re.IGNORECASE)
"""A word that is an operator elsewhere."""

_RANGE = re.compile(r"([^\W\d_]{2,})\.\.([^\W\d_]{2,})")
_EITHER = re.compile(r"([^\W\d_]{2,})/([^\W\d_]{2,})")
_REGULAR = re.compile(r"/(.*[^\W\d_].*)/")


def hint(word: str) -> str | None:
    """The query that a person may mean by a word that was read as a word; None for most words."""
    if either := _EITHER.fullmatch(word):
        return f"{either[1]} OR {either[2]}"
    if ranged := _RANGE.fullmatch(word):
        return f"{ranged[1]} AND {ranged[2]}"
    if regular := _REGULAR.fullmatch(word):
        return regular[1].replace(".*", "*").replace(".", "?")
    match = ALONE.fullmatch(word)
    if match is None:
        return None
    if match[4]:
        return "NEAR/P"
    return f"{'ADJ' if (match[1] or '').lower() in ('adj', 'pre') else 'NEAR'}/{match[2] or 10}"
