"""How files are to be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import BinaryIO, Literal, get_args

from search.dates import DayOrder

Format = Literal[
    "text", "jsonl", "json", "csv", "xml", "html", "mhtml", "warc", "markdown", "email", "parquet",
    "docx", "xlsx", "zip", "rtf", "pdf", "ris",
]  # fmt: skip
FORMATS: tuple[Format, ...] = get_args(Format)


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """The options of one run of reading.

    format      read every file as this; by default its name and content decide
    encoding    of text without a byte-order mark
    names       the source's name of a field of an article, by that field: {"title": "HEADLINE"}
    zone        the time zone of times that name none
    order       whether 01/02/2024 begins with the day or the month
    strict      reject a document that lost something, such as a date that cannot be read
    keep_going  read on in a file whose first hundred documents were all rejected
    now         the time that embargoes are compared with; by default the time of reading
    exclude     folders that are not entered
    on_open     called with each file that is opened, and the stream it is read from
    """

    format: Format | None = None
    encoding: str = "utf-8"
    names: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo = UTC
    order: DayOrder | None = None
    strict: bool = False
    keep_going: bool = False
    now: datetime | None = None
    exclude: tuple[Path, ...] = ()
    on_open: Callable[[Path, BinaryIO], None] | None = None
