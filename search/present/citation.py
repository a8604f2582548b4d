"""Articles as references for a bibliography: RIS, BibTeX and CSL-JSON, each a stream of text.

A reference never says more than the article. A date has its precision: a month has no day. A name is split
into family and given name only where the source writes a comma, and else kept as one. The day of access is
the day on which the archive first had the article. The same articles give the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from hashlib import sha256
from typing import Literal, get_args
from unicodedata import normalize

from search.article import Article, read_time, written_time
from search.present.safe import printable

CitationFormat = Literal["ris", "bibtex", "csl-json"]

CITATION_FORMATS: tuple[CitationFormat, ...] = get_args(CitationFormat)

CITED_COLUMNS = (
    "id", "title", "description", "published", "authors", "source", "url", "language", "keywords", "seen",
)  # fmt: skip
"""The values that a reference is made of, by the names of the columns of an export."""

_LENGTHS = {"year": 1, "month": 2, "day": 3, "instant": 3}
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{mark: f"\\{mark}" for mark in "&%$#_"},
}
_VERBATIM = {"{": "%7B", "}": "%7D", "\\": "%5C", " ": "%20"}


def record_to_cite(article: Article, seen: datetime | None = None) -> dict[str, object]:
    """The values of an article that a reference is made of; `seen` is when the archive first had it."""
    record = article.as_record()
    return record if seen is None else {**record, "seen": written_time(seen)}


def cite(
    records: Iterable[Mapping[str, object]], kind: CitationFormat, *, zone: tzinfo = UTC
) -> Iterator[str]:
    """Write a reference for each record, which has values of `CITED_COLUMNS`; times become days in `zone`.

    The pieces joined are a file of this format, also where there is no record.
    """
    references = (_Reference(record, zone) for record in records)
    match kind:
        case "ris":
            for each in references:
                yield "".join(f"{tag}  - {value}\r\n" for tag, value in each.ris()) + "\r\n"
        case "bibtex":
            for each in references:
                fields = "".join(f"  {name} = {{{value}}},\n" for name, value in each.bibtex())
                yield f"@article{{{each.key()},\n{fields}}}\n\n"
        case "csl-json":
            before = "["
            for each in references:
                yield f"{before}\n{json.dumps(each.csl())}"
                before = ","
            yield "\n]\n" if before == "," else "[]\n"


class _Reference:
    """The values of one reference, in plain text."""

    def __init__(self, record: Mapping[str, object], zone: tzinfo) -> None:
        def text(name: str) -> str:
            return " ".join(printable(str(record.get(name) or "")).split())

        def texts(name: str) -> list[str]:
            values = record.get(name)
            listed = values if isinstance(values, list | tuple) else ()
            return [" ".join(printable(str(value)).split()) for value in listed]

        self.id, self.title, self.abstract = text("id"), text("title"), text("description")
        self.source, self.url, self.language = text("source"), text("url"), text("language")
        self.authors, self.keywords = texts("authors"), texts("keywords")
        self.issued, self.accessed = (_date(text(name), zone) for name in ("published", "seen"))

    def ris(self) -> Iterator[tuple[str, str]]:
        """The lines of RIS: tag and value."""
        yield "TY", "NEWS"
        yield from _filled(("TI", self.title), ("T2", self.source), ("AB", self.abstract))
        yield from (("AU", name) for name in self.authors)
        if self.issued:
            yield "PY", f"{self.issued[0]:04}"
            yield "DA", _slashed(self.issued)
        yield from _filled(("UR", self.url), ("Y2", _slashed(self.accessed)), ("LA", self.language))
        yield "AN", self.id
        yield from (("KW", keyword) for keyword in self.keywords)
        yield "ER", ""

    def bibtex(self) -> Iterator[tuple[str, str]]:
        """The fields of BibTeX: name and value."""
        names = [_latex(name) if _split(name) else f"{{{_latex(name)}}}" for name in self.authors]
        yield from _filled(
            ("title", f"{{{_latex(self.title)}}}" if self.title else ""),
            ("author", " and ".join(names)),
            ("journal", _latex(self.source)),
            ("date", _dashed(self.issued)),
            ("year", _dashed(self.issued[:1])),
            ("url", _verbatim(self.url)),
            ("urldate", _dashed(self.accessed)),
            ("language", _latex(self.language)),
            ("abstract", _latex(self.abstract)),
            ("keywords", _latex(", ".join(self.keywords))),
            ("note", f"id {_latex(self.id)}"),
        )

    def key(self) -> str:
        """A key that stays the same: source, year, a word of the title, and a digest of the id."""
        words = [_ascii_word(self.source), *map(str, self.issued[:1]), _ascii_word(self.title)]
        return "".join(words) + "-" + sha256(self.id.encode()).hexdigest()[:8]

    def csl(self) -> dict[str, object]:
        """The item of CSL-JSON."""
        item: dict[str, object] = {"id": self.id, "type": "article-newspaper"}
        item.update(
            _filled(
                ("title", self.title), ("container-title", self.source), ("abstract", self.abstract),
                ("URL", self.url), ("language", self.language), ("keyword", ", ".join(self.keywords)),
            )
        )  # fmt: skip
        if self.authors:
            item["author"] = [_csl_name(name) for name in self.authors]
        for name, date in (("issued", self.issued), ("accessed", self.accessed)):
            if date:
                item[name] = {"date-parts": [list(date)]}
        return item


def _date(written: str, zone: tzinfo) -> tuple[int, ...]:
    """Year, month and day, as far as they are known; empty without a date."""
    if not written:
        return ()
    at, precision = read_time(written)
    day = at.astimezone(zone) if precision == "instant" else at
    return (day.year, day.month, day.day)[: _LENGTHS[precision]]


def _filled(*pairs: tuple[str, str]) -> Iterator[tuple[str, str]]:
    return (pair for pair in pairs if pair[1])


def _slashed(date: tuple[int, ...]) -> str:
    """A date in RIS: "2025/04/08/", with nothing where a part is not known."""
    return "/".join([_dashed(date).replace("-", "/")] + [""] * (4 - len(date))) if date else ""


def _dashed(date: tuple[int, ...]) -> str:
    return "-".join(f"{part:0{4 if not place else 2}}" for place, part in enumerate(date))


def _split(name: str) -> tuple[str, str] | None:
    """Family and given name, where one comma stands between them."""
    family, comma, given = (part.strip() for part in name.partition(","))
    return (family, given) if comma and family and given and "," not in given else None


def _csl_name(name: str) -> dict[str, str]:
    parts = _split(name)
    return {"literal": name} if parts is None else {"family": parts[0], "given": parts[1]}


def _latex(text: str) -> str:
    return "".join(_LATEX.get(mark, mark) for mark in text)


def _verbatim(url: str) -> str:
    return "".join(_VERBATIM.get(mark, mark) for mark in url)


def _ascii_word(text: str) -> str:
    plain = normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    found = re.search(r"[a-z]+", plain.removeprefix("the "))
    return found.group() if found else ""
