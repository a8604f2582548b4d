"""RTF: the paragraphs of the text.

    {\\rtf1\\ansi\\ansicpg1252 {\\fonttbl …} The caf\\'e9 \\u8212? it is open\\par}

    group      "{" … "}"; the settings made in it end with it; "{\\*" and the groups in `_SILENT` have no text
    word       "\\" letters [number] [" "]: a setting, or a character such as \\par
    character  \\'e9 is a byte in the code page of the font, else of \\ansicpg; \\u8212? is a code point of
               Unicode, followed by \\uc characters for older programs, of which a word counts as one

A cell of a table is a paragraph. Specification: Rich Text Format 1.9.1, Microsoft 2008.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from search.sources.reading.outcome import BadDocument

MAX_GROUPS = 10_000
"""Maximum depth of nested groups."""

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_SILENT = frozenset(
    b"fonttbl colortbl stylesheet info pict object fldinst header headerl headerr headerf footer footerl "
    b"footerr footerf listtable listoverridetable revtbl rsidtbl generator themedata colorschememapping "
    b"datastore latentstyles xmlnstbl bkmkstart bkmkend annotation atnid atnauthor deleted nonshppict".split()
)
_CHARACTERS = {
    **dict.fromkeys((b"par", b"sect", b"page", b"cell", b"nestcell", b"row", b"nestrow"), "\f"),
    b"line": "\n", b"tab": "\t", b"emdash": "—", b"endash": "–", b"bullet": "•", b"lquote": "‘",
    b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"emspace": " ", b"enspace": " ",
}  # fmt: skip
_SIGNS = {b"~": "\xa0", b"_": "-", b"{": "{", b"}": "}", b"\\": "\\", b"\n": "\f", b"\r": "\f"}
_CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "cp936", 136: "cp950", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250",
}  # fmt: skip
"""The code pages of the character sets that fonts name."""


class _State(NamedTuple):
    """The settings of a group."""

    silent: bool = False
    font: int = -1
    skipped: int = 1
    """Number of characters for older programs after each code point."""
    in_fonts: bool = False


def paragraphs_of_rtf(content: bytes) -> list[str]:
    """The paragraphs of an RTF document; raises `BadDocument`."""
    if not content.lstrip().startswith(b"{\\rtf"):
        raise BadDocument("not-rtf", "the file is not RTF")
    text = "".join(_pieces(content.lstrip()))
    text = text.encode("utf-16", "surrogatepass").decode(
        "utf-16", "replace"
    )  # \u writes halves of characters
    return text.split("\f")


def _pieces(content: bytes) -> list[str]:
    pieces: list[str] = []
    pending = bytearray()
    groups: list[_State] = []
    state = _State()
    fonts: dict[int, str] = {}
    page, default, naming, skip, at = "cp1252", -1, -1, 0, 0

    def flush() -> None:
        if pending:
            encoding = fonts.get(state.font if state.font >= 0 else default, page)
            pieces.append(pending.decode(encoding, "replace"))
            pending.clear()

    while token := _TOKEN.match(content, at):
        at = token.end()
        word, number, byte, sign, brace, plain = token.groups()
        if byte or plain:
            found = bytes.fromhex(byte.decode()) if byte else plain
            found, skip = found[skip:], max(0, skip - len(found))
            if not state.silent:
                pending += found
            continue
        if brace == b"{":
            flush()
            skip = 0
            groups.append(state)
            if len(groups) > MAX_GROUPS:
                raise BadDocument("too-deep", f"the RTF is nested deeper than {MAX_GROUPS:,} groups")
        elif brace == b"}":
            flush()
            if not groups:
                break
            state, skip = groups.pop(), 0
            if not groups:
                break  # anything after the document is not part of it
        elif sign:
            if sign == b"*":
                state = state._replace(silent=True)
            elif skip:
                skip -= 1
            elif not state.silent and sign in _SIGNS:
                flush()
                pieces.append(_SIGNS[sign])
        elif word:
            value = int(number) if number else 0
            if word == b"bin":
                at += max(0, value)
            if skip and word != b"u":  # a code point is never there for an older program
                skip -= 1
            elif word in _SILENT:
                flush()
                state = state._replace(silent=True, in_fonts=word == b"fonttbl")
            elif word == b"ansicpg":
                page = _known(f"cp{value}", page)
            elif word == b"uc":
                state = state._replace(skipped=min(max(value, 0), 100))
            elif word == b"deff":
                default = value
            elif word == b"fcharset" and state.in_fonts:
                fonts[naming] = _CHARSETS.get(value, page)
            elif word == b"f":
                flush()
                naming, state = value, state._replace(font=value)
            elif word == b"plain":
                flush()
                state = state._replace(font=-1)
            elif not state.silent and word == b"u":
                flush()
                pieces.append(chr(value & 0xFFFF))
                skip = state.skipped
            elif not state.silent and word in _CHARACTERS:
                flush()
                pieces.append(_CHARACTERS[word])
    if groups:
        raise BadDocument("truncated", "the RTF is cut short: its last group does not end")
    flush()
    return pieces


def _known(encoding: str, default: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return default
