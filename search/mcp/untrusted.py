"""Answers as text: JSON of a bounded size, in which the words of articles are apart and can be seen.

An answer is made of facts and of lists. Facts are short. Of a list as many whole items are written as there
is room for, one a line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from search.dates import INTERVALS
from search.errors import ArchiveError, QuerySyntaxError, SearchError
from search.fields import FACET_FIELDS, field_names
from search.present.safe import printable, replace_invisible

MAX_CHARACTERS = 40_000
"""The length of an answer, at most."""

ITEMS_ROOM = 24_000
"""The length of the main list of an answer, at most."""

_LISTED = re.compile(r"(Fields are|fields that can are) .*", re.DOTALL)
_NAMED = re.compile(r"[^\W_][\w.-]*(?=:)")

_UNUSABLE = {
    "archive-not-found": "the archive is no longer there",
    "archive-damaged": "the archive is damaged; its keeper can find out more with: news verify",
    "index-unusable": "the index of the archive cannot be used; its keeper can mend it with: news rebuild",
}


def visible(text: str, most: int | None = None) -> str:
    """The text without invisible characters; one longer than `most` is cut, and ends with an ellipsis."""
    seen = printable(text)
    return seen if most is None or len(seen) <= most else seen[: most - 1] + "…"


def encoded(value: object) -> str:
    """The value as JSON on one line; an invisible character in it is written as its number."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return replace_invisible(written, lambda character: json.dumps(character)[1:-1])


def fitting(items: Iterable[object], room: int) -> list[str]:
    """The first of the items as JSON, as many as fit into this number of characters, one a line."""
    kept: list[str] = []
    for item in items:
        written = encoded(item)
        room -= len(written) + 2
        if room < 0:
            break
        kept.append(written)
    return kept


def answer(facts: Mapping[str, object], lists: Mapping[str, Sequence[str]]) -> str:
    """One JSON object: the facts that are not None, then the lists of values that are JSON already."""
    parts = [f"{encoded(name)}:{encoded(value)}" for name, value in facts.items() if value is not None]
    parts += [f"{encoded(name)}:[\n" + ",\n".join(items) + "]" for name, items in lists.items()]
    return "{" + ",\n".join(parts) + "}"


def told(message: str, names: Collection[str], given: str) -> str:
    """A message of the library without the `names` of fields that articles brought.

    A name that the caller has `given` stays.
    """

    def replaced(found: re.Match[str]) -> str:
        name = found.group()
        return "…" if name.lower() in names and name not in given else name

    def listed(found: re.Match[str]) -> str:
        countable = [*FACET_FIELDS, *(f"date:{interval}" for interval in INTERVALS)]
        known = field_names() if found[1] == "Fields are" else countable
        return f"{found[1]} {', '.join(known)}, and the further ones that news_describe lists"

    return visible(_NAMED.sub(replaced, _LISTED.sub(listed, message)), 1_000)


def explained(error: SearchError, names: Collection[str], given: str) -> str:
    """The error for the caller: the reason and the part that is wrong; no file, and no word of an article."""
    match error:
        case ArchiveError():
            reason = "the archive cannot be used now; its keeper can find out more with: news doctor"
            return f"{error.code}: {_UNUSABLE.get(error.code, reason)}"
        case QuerySyntaxError():
            wrong = visible(error.query[error.start : error.end], 80)
            where = f" (at “{wrong}”, character {error.start})" if wrong else ""
            return f"{error.code}: {told(error.reason, names, given)}{where}"
        case _:
            return f"{error.code}: {told(str(error), names, given)}"
