"""The addresses of pages: the state of a search is in its address, and nowhere else.

An address is canonical: its parameters come in one order, and defaults are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from search.web.asked import Asked

if TYPE_CHECKING:
    from search.engine import Sort

_PLAIN_ID = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*")

Pairs = list[tuple[str, str]]

PART_NAMES = ("similar", "background", "copies", "history", "diff", "explain")
"""The last words of the addresses of the parts of an article."""

EVERYTHING = Asked()


@dataclass(frozen=True, slots=True)
class View:
    """A search as a page shows it: the question, the order, the interval of the timeline, the place."""

    asked: Asked = EVERYTHING
    sort: Sort | None = None
    by: str | None = None
    collapse: bool = False
    after: str | None = None

    def pairs(self) -> Pairs:
        """The parameters of the address."""
        found = pairs_of(self.asked)
        named = (("sort", self.sort), ("by", self.by), ("collapse", "1" if self.collapse else None))
        return [*found, *((name, value) for name, value in (*named, ("after", self.after)) if value)]

    def narrowed(self, *terms: str) -> View:
        """The search, on its first page, for articles that match these terms too."""
        return self.asking(f=tuple(dict.fromkeys((*self.asked.f, *terms))))

    def without(self, *terms: str) -> View:
        """The search, on its first page, without these filters."""
        return self.asking(f=tuple(each for each in self.asked.f if each not in terms))

    def asking(self, **changes: object) -> View:
        """The search, on its first page, with a question that differs in this."""
        return replace(self, asked=replace(self.asked, **changes), after=None)  # type: ignore[arg-type]  # a field each

    def url(self) -> str:
        """The address of the search."""
        return address("/search", self.pairs())


def pairs_of(asked: Asked) -> Pairs:
    """The parameters of a question."""
    found = [("q", asked.q)] if asked.q != "*" else []
    found += [("f", each) for each in dict.fromkeys(asked.f)]
    named = (("since", asked.since), ("until", asked.until), ("any", "1" if asked.any_word else None))
    found += [(name, value) for name, value in named if value]
    return found + [(name, value) for name, value in (("tz", asked.tz), ("as_of", asked.as_of)) if value]


def address(path: str, pairs: Iterable[tuple[str, str]] = ()) -> str:
    """A path with parameters."""
    written = urlencode(list(pairs), safe=":*,()/@")
    return f"{path}?{written}" if written else path


def article_address(identity: str, part: str = "", pairs: Iterable[tuple[str, str]] = ()) -> str:
    """The address of an article, or of a part such as `similar`.

    An id that would be read as a part is a parameter; and so is one with another sign than these of plain
    addresses: a server decodes a slash in a path, and a browser takes out "..".
    """
    end = f"/{part}" if part else ""
    if _PLAIN_ID.fullmatch(identity) and identity not in PART_NAMES:
        return address(f"/article/{quote(identity, safe='~')}{end}", pairs)
    return address(f"/article{end}", [("id", identity), *pairs])
