"""Where sentences and paragraphs begin in a text of bytes.

The rule is the rule of `search.text.sentences.parts_of_words`, which has it for strings: a sentence ends with
a full stop, a question mark or an exclamation mark (and closing quotes and brackets) before white space, if
the next word does not begin with a small letter of ASCII and no known abbreviation or initial precedes.
Paragraphs begin as `search.text.paragraph_spans` tells, and a paragraph begins a sentence.
"""

from __future__ import annotations

import numpy as np

from search.index.kernels.arrays import Array, Flags, Ints

SENTENCE, PARAGRAPH = 1, 2
"""The bits of a mark."""

WIDE_LINE, NARROW_LINE = 100, 50
"""Bytes of a line that is not wrapped, and of one that is shorter than wrapped ones are."""

_MAX_STEPS = 64
"""Signs in a row that are looked at: quotes, brackets or spaces."""

_MAX_ABBREVIATION = 8


def _table(signs: bytes) -> Flags:
    flags = np.zeros(256, np.bool_)
    flags[[*signs]] = True
    return flags


_SPACES = _table(bytes(range(1, 33)))
_STOPS = _table(b".!?")
_CLOSERS = _table(b"\"')]")
_ENDS = _STOPS | _CLOSERS
_OPENERS = _table(b"\"'([-$#@*")
_BEGINS = _table(bytes([*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x80, 0x100)]))
_BREAKS = _SPACES | _table(b"\0(\"'[")
_LOWER = np.array([*range(0x41), *range(0x61, 0x7B), *range(0x5B, 256)], np.uint8)
_LETTERS = _table(bytes(range(0x61, 0x7B)))


def _of_general_punctuation() -> Array:
    """For the last byte of U+2000 to U+203F a sign of ASCII that stands for it."""
    signs = np.full(256, ord("*"), np.uint8)
    signs[0x80:0x8B] = signs[0xA8] = signs[0xA9] = signs[0xAF] = ord(" ")
    signs[0x90:0x96] = ord("-")
    signs[[0x98, 0x9A, 0x9C, 0x9E]] = ord("(")
    signs[[0x99, 0x9B, 0x9D, 0x9F]] = ord('"')
    signs[0xA6] = ord(".")
    return signs


def _of_latin_signs() -> Array:
    """For the last byte of U+0080 to U+00BF a sign of ASCII that stands for it."""
    signs = np.full(256, ord("*"), np.uint8)
    signs[[0x85, 0xA0]] = ord(" ")
    signs[[0xA1, 0xAB, 0xBF]] = ord("(")
    signs[0xBB] = ord('"')
    return signs


_OTHER_STOPS = {"؟".encode(): ord("?"), **{stop.encode(): ord(".") for stop in "۔।॥"}}
"""The question mark of Arabic, and the full stops of Urdu and Hindi, with signs of ASCII for them."""

GENERAL_PUNCTUATION, LATIN_SIGNS = _of_general_punctuation(), _of_latin_signs()


def in_plain_signs(text: Array) -> Array:
    """The text, uint8 in UTF-8, with signs of ASCII in the bytes of quotes, dashes, spaces and symbols."""
    if not len(text) or text.max() < 0x80:
        return text
    leads = np.flatnonzero(text[:-2] == 0xE2)
    pairs = np.flatnonzero(text[:-1] == 0xC2)
    plain = text.copy()
    signs = np.where(text[leads + 1] == 0x80, GENERAL_PUNCTUATION[text[leads + 2]], np.uint8(ord("*")))
    for step in range(3):
        plain[leads + step] = signs
    signs = LATIN_SIGNS[text[pairs + 1]]
    for step in range(2):
        plain[pairs + step] = signs
    for stop, sign in _OTHER_STOPS.items():
        at = np.flatnonzero(text[: 1 - len(stop)] == stop[0])
        for step in range(1, len(stop)):
            at = at.compress(text[at + step] == stop[step])
        for step in range(len(stop)):
            plain[at + step] = sign
    return plain


def white_space(text: Array) -> list[Ints]:
    """The places of the bytes of white space outside ASCII in `text`, uint8 in UTF-8."""
    leads = np.flatnonzero(text[:-2] == 0xE2)
    leads = leads.compress((text[leads + 1] == 0x80) & (GENERAL_PUNCTUATION[text[leads + 2]] == ord(" ")))
    pairs = np.flatnonzero(text[:-1] == 0xC2)
    pairs = pairs.compress(LATIN_SIGNS[text[pairs + 1]] == ord(" "))
    return [leads, leads + 1, leads + 2, pairs, pairs + 1]


def mark_boundaries(text: Array, starts: Ints, abbreviations: Array) -> Array:
    """uint8: the mark of each piece of `text`: `SENTENCE` and `PARAGRAPH` where these begin with it.

    `starts` int64 has where the pieces are. `text` uint8 is UTF-8, begins with white space, and ends with 16
    null bytes or more. `abbreviations` is of `abbreviation_keys`.
    """
    plain = in_plain_signs(text)
    marks = np.zeros(len(starts), np.uint8)
    if not len(starts):
        return marks
    begins = _sentence_begins(plain, abbreviations)
    marks[np.searchsorted(starts, begins, side="right") - 1] |= SENTENCE
    lines = np.flatnonzero(text[:-2] == 10)
    after, next_one = text[lines + 1], text[lines + 2]
    begun = (after == 10) | (after == 9)
    begun |= (after == 32) & ((next_one == 32) | (next_one == 9) | (next_one == 10))
    sizes = np.diff(lines, append=len(text)) - 1
    begun |= sizes > WIDE_LINE
    before = sizes[:-1]
    begun[1:] |= (before > WIDE_LINE) | ((before < NARROW_LINE) & _ENDS.take(plain.take(lines[1:] - 1)))
    lines = lines.compress(begun)
    at = np.searchsorted(starts, lines)
    marks[at.compress(at < len(starts))] |= SENTENCE | PARAGRAPH
    return marks


def abbreviation_keys(words: list[bytes]) -> Array:
    """uint64, sorted: a key of each word of at most 8 bytes."""
    keys = [int.from_bytes(word, "little") for word in words]
    return np.array(sorted(keys), np.uint64)


def _sentence_begins(plain: Array, abbreviations: Array) -> Ints:
    """Where the first word of each sentence begins that follows another."""
    at = np.flatnonzero(plain <= 32)
    at = at.compress(_ENDS.take(plain.take(at - 1)) & (plain.take(at) > 0))
    stops = _passed(plain, at - 1, _CLOSERS, -1)
    kept = _STOPS[plain[stops]]
    at, stops = at.compress(kept), stops.compress(kept)
    begins = _passed(plain, _passed(plain, at, _SPACES, 1), _OPENERS, 1)
    kept = _BEGINS[plain[begins]]
    begins, stops = begins.compress(kept), stops.compress(kept)
    last = _passed(plain, stops, _STOPS, -1)
    kept = (plain[last + 1] != ord(".")) | ~_is_abbreviated(plain, last, abbreviations)
    return begins.compress(kept)


def _passed(plain: Array, at: Ints, signs: Flags, step: int) -> Ints:
    """The first place from each of `at` on, in steps of `step`, without one of the signs."""
    at = at.copy()
    moving = np.arange(len(at))
    for _ in range(_MAX_STEPS):
        moving = moving.compress(signs[plain[at[moving]]])
        if not len(moving):
            break
        at[moving] += step
    return at


def _is_abbreviated(plain: Array, last: Ints, abbreviations: Array) -> Flags:
    """True for each word, which ends at the place `last`, that is an initial or a known abbreviation."""
    found = np.zeros(len(last), np.bool_)
    longer = np.arange(len(last))  # words that have more letters than were looked at so far
    keys, initial = np.zeros(len(last), np.uint64), np.ones(len(last), np.bool_)
    for size in range(_MAX_ABBREVIATION + 2):
        letters = plain[last[longer] - size]
        ended = _BREAKS[letters]
        whole = longer.compress(ended)
        if size % 2 == 1:
            found[whole] = initial[whole]
        if 0 < size <= _MAX_ABBREVIATION:
            found[whole] |= _has(abbreviations, keys[whole])
        going_on = ~ended
        longer, letters = longer.compress(going_on), _LOWER[letters.compress(going_on)]
        keys[longer] = keys[longer] << np.uint64(8) | letters
        initial[longer] &= _LETTERS[letters] if size % 2 == 0 else letters == ord(".")
    return found


def _has(keys: Array, sought: Array) -> Flags:
    if not len(keys):
        return np.zeros(len(sought), np.bool_)
    at = np.searchsorted(keys, sought)
    at[at == len(keys)] = 0
    found: Flags = keys[at] == sought
    return found
