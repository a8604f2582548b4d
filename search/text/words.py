"""Text to words, as spans of the text."""

from __future__ import annotations

import re
from functools import cache

MAX_WORD_LENGTH = 255
"""The length of an indexed word, at most: a longer one keeps its position but is not indexed."""

_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a"
    "\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u0a01-\u0a03"
    "\u0a3c-\u0a4d\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b57\u0b82\u0bbe-\u0bcd"
    "\u0c00-\u0c04\u0c3e-\u0c56\u0c81-\u0c83\u0cbc-\u0cd6\u0d00-\u0d03\u0d3b-\u0d4d\u0d57"
    "\u0d82\u0d83\u0dca-\u0ddf\u0f71-\u0f84\u102b-\u103e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\u3099\u309a\ufe20-\ufe2f\u00ad\u200c\u200d"
)
_UNSPACED = (
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u1780-\u17a2"
    "\u3041-\u3096\u30a1-\u30fa\u30fc\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_UNSPACED_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u17b4-\u17d3"


def _pattern(letter: str, alphanumeric: str, digit: str, joiner: str) -> str:
    return (
        rf"{letter}(?:\.{letter}(?!{alphanumeric}))+\.?"  # U.S. with all its full stops
        rf"|{letter}{alphanumeric}*(?:{joiner}{alphanumeric}+)*"  # word, O'Neill, AT&T
        rf"|{digit}+(?:,{digit}{{3}}(?!{digit}))*(?:\.{digit}+)*"  # 1,750.25 and, with the next, 3.5m
        rf"{alphanumeric}*(?:{joiner}{alphanumeric}+)*"
    )


WORD = (
    _pattern(
        rf"(?:(?![_\d{_UNSPACED}])\w[{_MARKS}]*)", rf"(?:(?![_{_UNSPACED}])[\w{_MARKS}])", r"\d", "['’ʼ&＆＇]"
    )
    + rf"|[{_UNSPACED}][{_UNSPACED_MARKS}{_MARKS}]*"
)
"""The pattern of a word, fit for `nltk.tokenize.RegexpTokenizer(WORD)`."""

# The same words, found faster in text that has none of the letters that need the long classes.
_WORD_IN_ASCII = re.compile(_pattern("[A-Za-z]", "[A-Za-z0-9]", "[0-9]", "['&]"))
_WORD_IN_PLAIN = _pattern(r"[^\W\d_]", r"[^\W_]", r"\d", "['’ʼ&＆＇]")
_NOT_PLAIN = re.compile(rf"[{_MARKS}{_UNSPACED}]")


def _word_pattern(text: str) -> re.Pattern[str]:
    if text.isascii():
        return _WORD_IN_ASCII
    return _compiled(WORD if _NOT_PLAIN.search(text) else _WORD_IN_PLAIN)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, compiled when it is needed: that takes as long as many a search."""
    return re.compile(pattern)


def word_spans(text: str) -> list[tuple[int, int]]:
    """Where the words of `text` are, in order."""
    return [match.span() for match in _word_pattern(text).finditer(text)]


def has_unspaced(text: str) -> bool:
    """True if any letter of `text` is of a script without spaces, so that it is a word of its own."""
    return not text.isascii() and _compiled(f"[{_UNSPACED}]").search(text) is not None


def spaced(text: str) -> str:
    """`text` with white space between all words, if it has a script without spaces."""
    return text if text.isascii() or not _NOT_PLAIN.search(text) else " ".join(words(text))


def words(text: str) -> list[str]:
    """The words of `text` as written, in order."""
    return _word_pattern(text).findall(text)
