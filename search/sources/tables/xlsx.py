"""Excel workbooks (xlsx): the first row of a sheet names the columns, each other row is an article.

A cell with the format of a date is that day; one with a time of day is that instant in the user's zone. Of
a formula the last value is taken. A sheet without a column of text is skipped if another sheet has one.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, BinaryIO

from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import (
    Accepted,
    BadDocument,
    Item,
    MissingExtra,
    Origin,
    Rejected,
    Skipped,
)
from search.sources.tables.csv import MAX_COLUMNS, check_columns
from search.sources.tables.records import article_of, note_missing_title

MAX_ROWS = 1 << 20
"""Maximum number of rows in a sheet, as Excel has it; a file may claim more."""

BATCH_ROWS = 500
"""Number of rows in memory at a time."""

Row = tuple[object, ...]


def articles_in_xlsx(stream: BinaryIO, path: str, options: ReadOptions) -> Iterator[Item]:
    """The article of each row; raises `BadDocument` if the workbook is damaged or has no column of text."""
    book = _Book(stream)
    faults: list[BadDocument] = []
    for sheet in book.sheets:
        origin = Origin(path, f"sheet {sheet.title}")
        rows = book.rows(sheet)
        _, heading = next(rows, (0, ()))
        columns = [str(value).strip() if value is not None else "" for value in heading]
        try:
            check_columns(columns, options)
        except BadDocument as fault:
            faults.append(fault)
            yield Skipped(origin, "no-table")
        else:
            yield from note_missing_title(_articles(rows, columns, origin, options), columns, options)
    if len(faults) == len(book.sheets) and faults:
        raise faults[0]


class _Book:
    """A workbook; opening it and reading its rows raise `BadDocument`."""

    def __init__(self, stream: BinaryIO) -> None:
        try:
            import openpyxl
        except ImportError as error:
            raise MissingExtra("Excel workbooks", "office") from error
        stream.seek(0)
        try:
            with warnings.catch_warnings(action="ignore"):  # of styles and extensions that it does not know
                self.sheets = openpyxl.load_workbook(stream, read_only=True, data_only=True).worksheets
        except Exception as error:  # the errors of openpyxl for damaged files are not documented
            raise _damaged(error) from error

    def rows(self, sheet: Any) -> Iterator[tuple[int, Row]]:
        """The number and the values of each row that has any."""
        sheet.reset_dimensions()  # the size that the file claims can be wrong, or huge
        rows = enumerate(sheet.iter_rows(), start=1)
        last = 0
        while True:
            try:
                with warnings.catch_warnings(action="ignore"):  # of dates that are out of range
                    batch = [(number, tuple(map(_value, row))) for number, row in islice(rows, BATCH_ROWS)]
            except Exception as error:  # see above
                raise _damaged(error, f"sheet {sheet.title}, after row {last}") from error
            if not batch:
                return
            for last, row in batch:
                if last > MAX_ROWS or len(row) > MAX_COLUMNS * 20:
                    raise BadDocument("too-large", "the sheet is larger than Excel's can be", f"row {last}")
                if any(value not in (None, "") for value in row):
                    yield last, row


def _damaged(error: Exception, place: str = "") -> BadDocument:
    reason = " ".join(f"{type(error).__name__}: {error}".split())
    return BadDocument("not-xlsx", f"not xlsx, or damaged: {reason}", place)


def _articles(
    rows: Iterator[tuple[int, Row]], columns: list[str], sheet: Origin, options: ReadOptions
) -> Iterator[Accepted | Rejected]:
    for number, row in rows:
        origin = Origin(sheet.path, f"{sheet.place}, row {number}")
        try:
            if any(value not in (None, "") for value in row[len(columns) :]):
                raise BadDocument("ragged-row", f"the row has {len(row)} cells, the first row {len(columns)}")
            named = zip(columns, row, strict=False)  # empty cells at the end of a row may be missing
            yield article_of({name: value for name, value in named if name}, origin, options)
        except BadDocument as error:
            yield Rejected(origin, error.code, error.reason)


def _value(cell: Any) -> object:
    """The value of a cell as in JSON: a date as text, None for an empty cell and for an error of Excel."""
    value = cell.value
    match value:
        case datetime():
            return value.date().isoformat() if _is_day(cell.number_format) else value.isoformat()
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case str() if cell.data_type == "e":
            return None
        case float() if value.is_integer() and abs(value) < 1e15:
            return int(value)
        case _:
            return value


def _is_day(number_format: str) -> bool:
    from openpyxl.styles.numbers import is_datetime

    return bool(is_datetime(number_format) == "date")
