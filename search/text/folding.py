"""Words and values as people type them: without case, accents and marks that only look different."""

from __future__ import annotations

import re
import unicodedata

_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "＇": "'", "\u00ad": "", "\u200c": "", "\u200d": ""})
_LETTERS_WITHOUT_ACCENT = str.maketrans(
    {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "æ": "ae", "œ": "oe", "þ": "th"}
)
_ACCENT = re.compile("[\u0300-\u036f]+")


def lowered(word: str) -> str:
    """`word` as a stemmer reads it: normalised and in lower case, accents kept."""
    if word.isascii():
        word = word.lower()
    else:
        word = unicodedata.normalize("NFKC", word).translate(_APOSTROPHES).casefold()
    if "." in word and not word[0].isdecimal():
        word = word.replace(".", "")
    elif "," in word:
        word = word.replace(",", "")
    return word


def without_accents(text: str) -> str:
    """`text` in NFC with the accents off its letters, and ø, ł, æ … as people without them type."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text)
    # й is a letter of its own, not an accented и; every other mark in this block is an accent.
    bare = _ACCENT.sub(lambda marks: "\u0306" if apart[marks.start() - 1] in "иИ" else "", apart)
    return unicodedata.normalize("NFC", bare).translate(_LETTERS_WITHOUT_ACCENT)


def fold(word: str) -> str:
    """The form of `word`: words that differ only in case, accents or encoding have the same one."""
    return without_accents(lowered(word))


def fold_value(value: str) -> str:
    """A keyword, source or author as compared: case, accents and runs of white space set aside."""
    if not value.isascii():
        value = without_accents(unicodedata.normalize("NFKC", value).translate(_APOSTROPHES).casefold())
    return " ".join(value.lower().split())
