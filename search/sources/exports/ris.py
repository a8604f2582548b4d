"""RIS: records of a bibliography, as ProQuest and other databases give them.

    TY  - NEWS            begins a record
    TI  - The title       a tag of two characters, two spaces, a hyphen
    ER  -                 ends it

A line without a tag continues the value before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from search.sources.exports.fields import Fields, add
from search.sources.reading.outcome import BadDocument

TAGS = {
    tag: field
    for field, tags in {
        "title": "TI T1",
        "authors": "AU A1",
        "source": "T2 JF JO SO JA",
        "date": "DA Y1",
        "year": "PY",
        "description": "AB N2",
        "url": "UR",
        "keywords": "KW",
        "language": "LA",
        "id": "AN",
        "page": "SP",
        "edition": "ET",
        "section": "SE",
        "publisher": "PB",
        "issn": "SN",
        "database": "DB DP",
        "body": "FT",
    }.items()
    for tag in tags.split()
}
"""The fields of the tags; of two tags for one field, the first with a value counts, except for lists."""

_LINE = re.compile(r"([A-Z][A-Z0-9])  ?-(?: |\Z)(.*)")
_LISTS = frozenset("authors keywords".split())


def documents(text: str) -> Iterator[Fields]:
    """The fields of each record; raises `BadDocument` if the text does not begin with a record."""
    record: dict[str, list[str]] | None = None
    tag = ""
    for line in text.splitlines():
        found = _LINE.match(line.strip())
        if found is None:
            if record and tag and line.strip():
                record[tag][-1] += f"\n{line.strip()}"
            continue
        tag = found[1]
        if tag == "TY":
            if record:
                yield _fields(record)  # its end is missing
            record = {}
        if record is None:
            raise BadDocument("not-ris", "the file is not RIS: it does not begin with TY  -")
        if tag == "ER":
            yield _fields(record)
            record, tag = {}, ""
        else:
            record.setdefault(tag, []).append(found[2].strip())
    if record is None:
        raise BadDocument("not-ris", "the file is not RIS: it has no line TY  -")
    if record:
        yield _fields(record)


def _fields(record: dict[str, list[str]]) -> Fields:
    fields: Fields = {}
    for tag, field in TAGS.items():
        for value in record.get(tag, ()):
            if field in _LISTS or field not in fields:
                add(fields, field, value)
    if "date" in fields:  # 2010/05/08/ or 2010/05//
        fields["date"] = ["-".join(filter(None, fields["date"][0].split("/")[:3]))]
    return fields
