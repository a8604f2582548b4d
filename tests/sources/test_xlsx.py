"""Excel workbooks: each row of a sheet is an article."""

from __future__ import annotations

import io
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from search.dates import read_zone
from search.sources import Accepted, ReadOptions, Rejected, Skipped
from tests.sources.documents import articles, only_item, read, written
from tests.sources.office_files import zipped

openpyxl = pytest.importorskip("openpyxl", reason="the extra office is not installed")

HEADING = ("Headline", "Date", "Source", "Text", "Desk")


def xlsx(*sheets: tuple[str, list[tuple[object, ...]]]) -> bytes:
    """A workbook with these sheets: their names and rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def one_sheet(*rows: tuple[object, ...]) -> bytes:
    return xlsx(("News", [HEADING, *rows]))


def sheet_of(xml: str) -> bytes:
    """A workbook whose only sheet has this XML in its `sheetData`."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packages = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return zipped(
        (
            "[Content_Types].xml",
            f'<Types xmlns="{packages}/content-types"><Override PartName="/xl/workbook.xml" '
            f'ContentType="{kind}.sheet.main+xml"/></Types>'.encode(),
        ),
        (
            "xl/workbook.xml",
            f'<workbook {main} xmlns:r="{relations}"><sheets>'
            '<sheet name="News" sheetId="1" r:id="r1"/></sheets></workbook>'.encode(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{packages}/relationships"><Relationship Id="r1" '
            f'Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'.encode(),
        ),
        ("xl/worksheets/sheet1.xml", f"<worksheet {main}><sheetData>{xml}</sheetData></worksheet>".encode()),
    )


def cells(number: int, *texts: str) -> str:
    inner = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
    return f'<row r="{number}">{inner}</row>'


def test_the_rows_of_a_sheet_are_articles_with_typed_dates(tmp_path: Path) -> None:
    content = one_sheet(
        ("Crane falls", date(2025, 2, 3), "The Herald", "Nobody was hurt.", "port"),
        ("Ferry late", datetime(2025, 2, 3, 12, 30), "The Herald", "It was late.", 7),
        ("Tide high", "4 March 2025", "The Herald", "It was high.", True),
        ("Undated", None, "The Herald", "It was so.", None),
    )
    found = articles(written(tmp_path, "a.xlsx", content), ReadOptions(zone=read_zone("Europe/Berlin")))
    assert [article.title for article in found] == ["Crane falls", "Ferry late", "Tide high", "Undated"]
    assert [(article.published and str(article.published), article.precision) for article in found] == [
        ("2025-02-03 00:00:00+00:00", "day"),
        ("2025-02-03 11:30:00+00:00", "instant"),
        ("2025-03-04 00:00:00+00:00", "day"),
        (None, "instant"),
    ]
    assert {article.source for article in found} == {"The Herald"}
    assert found[0].body == "Nobody was hurt."
    assert [article.extra.get("desk") for article in found] == [("port",), ("7",), ("yes",), None]


def test_a_column_is_named_with_map(tmp_path: Path) -> None:
    content = xlsx(("Лист1", [("Заголовок", "Дата"), ("Crane falls", "2025-02-03")]))
    options = ReadOptions(names={"title": "Заголовок", "published": "Дата"})
    (article,) = articles(written(tmp_path, "a.xlsx", content), options)
    assert (article.title, article.precision) == ("Crane falls", "day")


def test_every_sheet_with_a_table_is_read_and_others_are_named(tmp_path: Path) -> None:
    content = xlsx(
        ("Cover", [("Export of 3 March", None)]),
        ("2024", [("Title", "Text"), ("Crane falls", "It fell.")]),
        ("2025", [(None,), ("Title", "Text"), ("Ferry late", "It was late.")]),
        ("Empty", []),
    )
    items = read(written(tmp_path, "a.xlsx", content))
    assert [str(item.origin).removeprefix(f"{tmp_path}/") for item in items] == [
        "a.xlsx, sheet Cover",
        "a.xlsx, sheet 2024, row 2",
        "a.xlsx, sheet 2025, row 3",
        "a.xlsx, sheet Empty",
    ]
    assert [type(item) for item in items] == [Skipped, Accepted, Accepted, Skipped]


def test_a_million_empty_rows_hold_no_article(tmp_path: Path) -> None:
    rows = cells(1, "Title", "Text") + '<row r="500000"/>' + cells(1_000_000, "Crane falls", "It fell.")
    (item,) = read(written(tmp_path, "a.xlsx", sheet_of(rows)))
    assert isinstance(item, Accepted)
    assert item.origin.place == "sheet News, row 1000000"


def test_an_error_and_a_formula_are_their_last_value(tmp_path: Path) -> None:
    row = (
        '<row r="2"><c t="str"><f>A1</f><v>Crane falls</v></c><c t="e"><v>#N/A</v></c>'
        '<c t="inlineStr"><is><t>It fell.</t></is></c></row>'
    )
    (article,) = articles(written(tmp_path, "a.xlsx", sheet_of(cells(1, "Title", "Date", "Text") + row)))
    assert (article.title, article.published, article.body, article.extra) == (
        "Crane falls",
        None,
        "It fell.",
        {},
    )


@pytest.mark.parametrize(
    ("rows", "code", "place"),
    [
        ([("Title", "Text"), ("Crane falls", "It fell.", "more")], "ragged-row", "sheet News, row 2"),
        ([("Title", "Text"), (None, None), ("", "")], "", ""),
        ([("Code", "Price"), ("a", 1)], "no-text-column", ""),
        ([("Title", "title"), ("Crane falls", "b")], "duplicate-name", ""),
        ([tuple(f"c{n}" for n in range(1_001))], "not-csv", ""),
        ([("Name", "Price"), ("Crane", 1)], "not-an-article", "sheet News, row 2"),
    ],
)
def test_a_bad_row_or_sheet_is_rejected_by_name(
    tmp_path: Path, rows: list[tuple[object, ...]], code: str, place: str
) -> None:
    items = read(written(tmp_path, "a.xlsx", xlsx(("News", rows))))
    rejected = [(item.code, item.origin.place) for item in items if isinstance(item, Rejected)]
    assert rejected == ([(code, place)] if code else [])
    assert not any(isinstance(item, Accepted) for item in items)


@pytest.mark.parametrize(
    "content",
    [
        zipped(("xl/workbook.xml", b"<workbook/>")),
        zipped(("xl/workbook.xml", b"nonsense")),
        sheet_of("<row><c><v>"),
        sheet_of(cells(1, "Title") + '<row r="2"><c t="s"><v>99</v></c></row>'),
        sheet_of(cells(1, "Title") + '<row r="2"><c r="ZZZZZZ9"><v>1</v></c></row>'),
    ],
)
def test_a_damaged_workbook_is_rejected_by_name(tmp_path: Path, content: bytes) -> None:
    rejected = [item for item in read(written(tmp_path, "a.xlsx", content)) if isinstance(item, Rejected)]
    assert [item.code for item in rejected] == ["not-xlsx"]


def test_a_row_beyond_the_last_of_excel_is_rejected(tmp_path: Path) -> None:
    content = sheet_of(cells(1, "Title", "Text") + cells(2_000_000, "Crane falls", "It fell."))
    (item,) = read(written(tmp_path, "a.xlsx", content))
    assert isinstance(item, Rejected)
    assert item.code == "too-large"


def test_entities_in_a_sheet_are_not_expanded(tmp_path: Path) -> None:
    content = sheet_of(cells(1, "Title", "Text") + cells(2, "&a;", "It fell."))
    hostile = _with(
        content, "xl/worksheets/sheet1.xml", lambda xml: b'<!DOCTYPE x [<!ENTITY a "aha">]>' + xml
    )
    (item,) = read(written(tmp_path, "a.xlsx", hostile))
    assert isinstance(item, Rejected)
    assert item.code == "not-xlsx"


def _with(content: bytes, name: str, change: Any) -> bytes:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as file:
        entries = [(each, file.read(each)) for each in file.namelist()]
    return zipped(*((each, change(inner) if each == name else inner) for each, inner in entries))


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = one_sheet(("Crane falls", None, None, "It fell.", None))
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    item = only_item(tmp_path / "a.xlsx", content)
    assert isinstance(item, Rejected)
    assert item.reason == "reading Excel workbooks needs more packages: pip install 'news-search[office]'"
