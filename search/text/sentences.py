"""Text to sentences."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

WIDE_LINE, NARROW_LINE = 100, 50
"""Bytes of a line that is longer than wrapped ones, and of one that is shorter; see `paragraph_spans`."""


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Where the sentences of `text` are, in order, without the white space between them.

    A paragraph begins a sentence. A full stop ends one when white space and then something that can begin a
    sentence follow, and no known abbreviation or initial precedes.
    """
    return [
        sentence for paragraph in paragraph_spans(text) for sentence in sentences_within(text, *paragraph)
    ]


def paragraph_spans(text: str) -> list[tuple[int, int]]:
    """Where the paragraphs of `text` are, in order, without the white space between them.

    A blank line or an indented one begins a paragraph. Another line break is white space in a text that is
    wrapped, as wires send it, and else begins a paragraph: a line of more than `WIDE_LINE` bytes before or
    after it is not wrapped, and a line before it of less than `NARROW_LINE` that ends a sentence is the last
    of a paragraph.
    """
    spans = []
    for start, end in pairwise([0, *_paragraph_breaks(text, text.translate(_plain_signs())), len(text)]):
        own = text[start:end]
        if bare := own.strip():
            first = start + len(own) - len(own.lstrip())
            spans.append((first, first + len(bare)))
    return spans


def _paragraph_breaks(text: str, plain: str) -> list[int]:
    """The places of the line breaks that begin a paragraph, ascending; `plain` has plain signs."""
    found = {line.start() for line in _NEW_PARAGRAPH.finditer(text)}
    lines = text.split("\n")
    sizes = [len(line.encode("utf-8", "surrogatepass")) for line in lines]
    at = -1
    for number, (before, after) in enumerate(pairwise(sizes)):
        at += len(lines[number]) + 1
        ends = 0 < before < NARROW_LINE and plain[at - 1] in _ENDS
        if ends or before > WIDE_LINE or after > WIDE_LINE:
            found.add(at)
    return sorted(found)


def sentences_within(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where the sentences of the paragraph from `start` to `end` are."""
    spans = []
    for stop in _STOP.finditer(text, start, end):
        before = _LAST_WORD.search(text, max(start, stop.start() - 24), stop.start())
        word = before.group() if before else ""
        if text[stop.start()] == "." and (word.lower() in ABBREVIATIONS or _INITIAL.fullmatch(word)):
            continue
        spans.append((start, stop.end("mark") if stop["mark"] else stop.end()))
        start = stop.end()
    if start < end:
        spans.append((start, end))
    return spans


def parts_of_words(text: str, spans: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """The number of the sentence, and of the paragraph, that each word of `text` begins in.

    `spans` has the places of the words. The rule is the rule of `sentence_spans`, made simple enough for
    arrays of bytes (`search.index.kernels.boundaries`): they differ in a few rare signs.
    """
    plain = text.translate(_plain_signs())
    sentences = [stop.end() for stop in _PLAIN_STOP.finditer(plain) if not _is_abbreviated(plain, stop)]
    paragraphs = _paragraph_breaks(text, plain)
    sentences = sorted({*sentences, *paragraphs})
    starts = [start for start, _ in spans]
    return (_numbered(starts, sentences), _numbered(starts, paragraphs))


def _numbered(starts: Sequence[int], bounds: Sequence[int]) -> list[int]:
    """For each start the number of bounds up to it, without bounds that no word follows."""
    counts = [bisect_right(bounds, start) for start in starts]
    ranks = {count: rank for rank, count in enumerate(dict.fromkeys(counts))}
    return [ranks[count] for count in counts]


def _is_abbreviated(plain: str, stop: re.Match[str]) -> bool:
    before = _PLAIN_WORD.search(plain, max(0, stop.start() - 10), stop.start())
    word = before.group().lower() if before else ""
    return plain[stop.start()] in ".\x80" and (
        word in ABBREVIATIONS or _PLAIN_INITIAL.fullmatch(word) is not None
    )


@cache
def _plain_signs() -> dict[int, str]:
    """A sign of ASCII for each quote, dash, space and symbol that is not of ASCII; U+0080 for three dots."""
    signs = dict.fromkeys((*range(128, 192), *range(8192, 12288)), "*")
    signs |= {ord(sign): " " for sign in "\x85\xa0\u2028\u2029\u202f"}
    signs |= dict.fromkeys(range(8192, 8203), " ")
    signs |= dict.fromkeys(range(8208, 8214), "-")
    signs |= {ord(sign): "(" for sign in "¡«¿‘‚“„"}
    signs |= {ord(sign): '"' for sign in "»’‛”‟"}
    return signs | {ord("…"): "\x80", ord("؟"): "?", ord("۔"): ".", ord("।"): ".", ord("॥"): "."}


_PLAIN_STOP = re.compile(
    r"(?<![.!?\x80])[.!?\x80]++[\"')\]]*+[\1- ]++(?=[\"'(\[$#@*-]*[0-9A-Z\u00c0-\U0010ffff])|[。！？](?=\S)"
)
_PLAIN_WORD = re.compile(r"[^\0- (\"'\[]+\Z")
_PLAIN_INITIAL = re.compile(r"[a-z](?:\.[a-z]){0,4}")
_ENDS = ".!?\x80\"')]"
_NEW_PARAGRAPH = re.compile(r"\n(?=\n|\t| [ \t\n])")
_STOP = re.compile(
    r"(?<![.!?…؟۔।॥])(?P<mark>[.!?…؟۔।॥]++[\"'”’»)\]]*+)\s++(?=[\"'“‘«(\[¿¡$#@*£€•—–-]*[^\W_a-z])|(?P<cjk>[。！？])(?=\S)"
)
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘«]+\Z")
_INITIAL = re.compile(r"[^\W\d_](?:\.[^\W\d_])*")
ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof rev hon gen col maj capt lt sgt sen rep gov pres st sr jr vs etc inc corp co "
    "ltd plc bros nos vol dept est approx jan feb mar apr jun jul aug sep sept oct nov dec "
    "tue wed thu fri ca cf sra srta ud uds mme mlle hr fr nr bzw usw dres".split()
)
