"""Text to sentences."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Where the sentences of `text` are, in order, without the white space between them.

    A blank line or an indented one begins a paragraph, and a paragraph begins a sentence; a single
    line break is white space, as in text wrapped for a wire. A full stop ends a sentence when white
    space and then something that can begin one follow, and no known abbreviation or initial precedes.
    """
    return [
        sentence for paragraph in paragraph_spans(text) for sentence in sentences_within(text, *paragraph)
    ]


def paragraph_spans(text: str) -> list[tuple[int, int]]:
    """Where the paragraphs of `text` are, as `sentence_spans` tells them."""
    return [paragraph.span() for paragraph in _PARAGRAPH.finditer(text)]


def sentences_within(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where the sentences of the paragraph from `start` to `end` are."""
    spans = []
    for stop in _STOP.finditer(text, start, end):
        before = _LAST_WORD.search(text, max(start, stop.start() - 24), stop.start())
        word = before.group() if before else ""
        if text[stop.start()] == "." and (word.lower() in _ABBREVIATIONS or _INITIAL.fullmatch(word)):
            continue
        spans.append((start, stop.end("mark") if stop["mark"] else stop.end()))
        start = stop.end()
    if start < end:
        spans.append((start, end))
    return spans


def parts_of_words(text: str, spans: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """The number of the sentence, and of the paragraph, that each word of `text` begins in.

    `spans` has the places of the words.
    """
    starts = [start for start, _ in spans]
    sentences = [start for start, _ in sentence_spans(text)]
    paragraphs = [start for start, _ in paragraph_spans(text)]
    return (
        [max(0, bisect_right(sentences, start) - 1) for start in starts],
        [max(0, bisect_right(paragraphs, start) - 1) for start in starts],
    )


_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n(?![ \t]*\n|[ \t]{2,}|\t)[^\n]*)*(?<!\s)")
_STOP = re.compile(
    r"(?<![.!?…])(?P<mark>[.!?…]++[\"'”’»)\]]*+)\s++(?=[\"'“‘«(\[¿¡—–-]*[^\W_a-z])|(?P<cjk>[。！？])(?=\S)"
)
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘«]+\Z")
_INITIAL = re.compile(r"[^\W\d_](?:\.[^\W\d_])*")
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof rev hon gen col maj capt lt sgt sen rep gov pres st sr jr vs etc inc corp co "
    "ltd plc bros nos vol dept est approx jan feb mar apr jun jul aug sep sept oct nov dec "
    "tue wed thu fri ca cf sra srta ud uds mme mlle hr fr nr bzw usw dres".split()
)
