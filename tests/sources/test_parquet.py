"""Rows of Parquet tables, read as articles."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from search.sources import Accepted, ReadOptions, Rejected, read_paths
from tests.sources.documents import only_article as article
from tests.sources.documents import only_item as read


def test_parquet_row_by_row(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = {
        "headline": ["Tides rise", "", "Harbour reopens"],
        "text": ["Sluices closed.", "", "Ships came."],
        "published_at": [datetime(2025, 3, 2, 9, tzinfo=UTC), None, None],
        "tags": [["weather", "ports"], [], None],
    }
    parquet.write_table(arrow.table(rows), tmp_path / "news.parquet")
    first, second, third = read_paths([tmp_path / "news.parquet"], ReadOptions())
    assert article(first).title == "Tides rise"
    assert article(first).published == datetime(2025, 3, 2, 9, tzinfo=UTC)
    assert article(first).keywords == ("weather", "ports")
    assert isinstance(second, Rejected)
    assert (second.code, second.origin.place) == ("no-text", "row 2")
    assert article(third).body == "Ships came."


def test_a_value_that_python_cannot_hold_costs_its_row_and_no_other(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    count, second = 1_000, 1_700_000_000_000_000_000
    times = [second + (1 if row == 500 else 1_000 if row == 501 else 0) for row in range(count)]
    days = [10**8 if row == 700 else row for row in range(count)]
    names = [b"\xff" if row == 800 else b"Ana" for row in range(count)]
    table = arrow.table(
        {
            "title": [f"Tide {row}" for row in range(count)],
            "published": arrow.array(times, arrow.timestamp("ns", "UTC")),
            "checked": arrow.array(days, arrow.date32()),
            "author": arrow.array(names, arrow.binary()).view(arrow.string()),
        }
    )
    parquet.write_table(table, tmp_path / "news.parquet")
    items = list(read_paths([tmp_path / "news.parquet"], ReadOptions()))
    assert len(items) == count
    rejected = [item for item in items if isinstance(item, Rejected)]
    assert [(item.code, item.origin.place) for item in rejected] == [
        ("bad-value", "row 701"),
        ("bad-value", "row 801"),
    ]
    assert "checked" in rejected[0].reason
    noted = [item for item in items if isinstance(item, Accepted) and item.notes]
    assert [note.code for item in noted for note in item.notes] == ["rounded-time"]
    assert (noted[0].origin.place, noted[0].article.published) == (
        "row 501",
        datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
    )
    assert article(items[501]).published == datetime(2023, 11, 14, 22, 13, 20, 1, tzinfo=UTC)


def test_a_day_of_a_parquet_table_is_a_day_and_what_is_missing_is_not_there(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    table = arrow.table(
        {"title": ["Tide"], "date": [date(2025, 3, 2)], "depth": [float("nan")], "price": [Decimal("1.50")]}
    )
    parquet.write_table(table, tmp_path / "news.parquet")
    (item,) = read_paths([tmp_path / "news.parquet"], ReadOptions())
    found = article(item)
    assert (found.published, found.precision) == (datetime(2025, 3, 2, tzinfo=UTC), "day")
    assert found.extra == {"price": ("1.50",)}


def test_damaged_parquet_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    item = read(tmp_path / "x.parquet", b"PAR1" + bytes(100))
    assert isinstance(item, Rejected)
    assert item.code == "not-parquet"
