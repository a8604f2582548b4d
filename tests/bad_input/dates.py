"""D. Dates, of articles and in queries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.bad_input.desk import Desk
from tests.bad_input.table import OK, REJECTED, USAGE, Ask, Index, Line, ending, line, query

BY_62 = "line 62 is the later rule for all of them: kept undated, noted, and rejected where reading is strict"


@dataclass(frozen=True, slots=True)
class Dated:
    """An article with this for its date: `published` is when it then is, and None that it is undated."""

    written: object
    published: str | None = None
    options: tuple[str, ...] = ()
    says: str = "noted: unreadable-date 1, first in a.jsonl, line 1"

    @property
    def codes(self) -> frozenset[int]:
        return frozenset((OK,))

    def __call__(self, desk: Desk) -> None:
        desk.write({"a.jsonl": json.dumps({"id": "h", "title": "Tide", "date": self.written})})
        ended = desk.news("index", "a.jsonl", *self.options).check(OK, "added 1")
        article = desk.article("h")
        if self.published is None:
            assert self.says in ended.err
            assert article.published is None
            assert "h" in desk.ids("date:none")
            if isinstance(self.written, str | int) and not isinstance(self.written, bool):
                assert dict(article.extra)["date_as_written"] == (str(self.written),)
        else:
            assert ended.err == ""
            assert article.published == datetime.fromisoformat(self.published).replace(tzinfo=UTC)
        desk.news("verify", "--deep").check(OK)


def strict(written: object) -> Index:
    record = json.dumps({"id": "h", "title": "Tide", "date": written})
    return Index({"a.jsonl": record}, REJECTED, ("rejected a.jsonl, line 1",), options=("--strict",))


def dated(*times: tuple[str, str]) -> dict[str, str]:
    """A file of articles, as (id, date)."""
    records = (json.dumps({"id": name, "title": "Tide", "date": date}) for name, date in times)
    return {"a.jsonl": "\n".join(records)}


@ending(OK)
def one_instant(desk: Desk) -> None:
    """Times that are naive, in the zone that is given, are those that say the same with an offset."""
    desk.write(dated(("aware", "2024-02-01T11:00:00Z"), ("naive", "2024-02-01T12:00:00")))
    desk.news("index", "a.jsonl", "--tz", "Europe/Berlin").check(OK, "added 2")
    assert desk.article("aware").published == desk.article("naive").published
    desk.news("count", "date:2024-02-01T11", "--tz", "UTC").check(OK, "2")


@ending(OK)
def still_to_come(desk: Desk) -> None:
    desk.write(
        {
            "a.jsonl": '{"id":"ahead","title":"Zeppelin","date":"2099-01-01T00:00:00Z"}\n'
            '{"id":"past","title":"Zeppelin","body":"zeppelin zeppelin","date":"2025-01-01T00:00:00Z"}'
        }
    )
    desk.news("index", "a.jsonl").check(
        OK, "added 2", "noted: future-date 1", "dated in the future: 2099-01-01"
    )
    ended = desk.news("search", "zeppelin", "--recency", "7d", "--format", "json").check(OK)
    scores = {hit["id"]: hit["score"] for hit in json.loads(ended.out)["hits"]}
    plain = desk.news("search", "zeppelin", "--format", "json").check(OK)
    before = {hit["id"]: hit["score"] for hit in json.loads(plain.out)["hits"]}
    assert scores["ahead"] <= before["ahead"], "an article gains nothing by being of the future"


@ending(OK)
def short_day(desk: Desk) -> None:
    """A day of 23 hours in Berlin: 23:00 UTC of the day before to 22:00 UTC; both ends are in it."""
    instants = [
        "2024-03-30T22:59:59Z",
        "2024-03-30T23:00:00Z",
        "2024-03-31T21:59:59Z",
        "2024-03-31T22:00:00Z",
    ]
    desk.write(dated(*((f"t{n}", instant) for n, instant in enumerate(instants))))
    desk.news("index", "a.jsonl").check(OK)
    for arguments in (("date:2024-03-31",), ("tide", "--since", "2024-03-31", "--until", "2024-03-31")):
        ended = desk.news("search", "--format", "ids", "--tz", "Europe/Berlin", *arguments).check(OK)
        assert sorted(ended.out.split()) == ["t1", "t2"]
    long_day = [
        "2024-10-26T21:59:59Z",
        "2024-10-26T22:00:00Z",
        "2024-10-27T22:59:59Z",
        "2024-10-27T23:00:00Z",
    ]
    desk.write(dated(*((f"u{n}", instant) for n, instant in enumerate(long_day))))
    desk.news("index", "a.jsonl").check(OK)
    desk.news("count", "date:2024-10-27", "--tz", "Europe/Berlin").check(OK, "2")


def pointed(text: str, *says: str) -> Ask:
    """A query whose date is refused, with carets under it."""
    return query(text, USAGE, "^^", *says)


LINES: dict[int, Line] = {
    62: line(
        "dates that are none",
        (OK, REJECTED),
        *(
            trial(written)
            for written in ("not a date", "2024-13-45", "2023-02-29")
            for trial in (Dated, strict)
        ),
    ),
    63: line("times with and without a zone", OK, one_instant),
    64: line(
        "offsets that there are not, zones that are two",
        (OK, REJECTED),
        Dated("2025-02-03T12:00:00+25:00"),
        strict("2025-02-03T12:00:00+25:00"),
        Dated("Mon, 03 Feb 2025 10:00:00 IST"),
        strict("Mon, 03 Feb 2025 10:00:00 IST"),
        Dated("Mon, 03 Feb 2025 10:00:00 EST", "2025-02-03T15:00"),
        Dated("Mon, 03 Feb 2025 10:00:00 PDT", "2025-02-03T17:00"),
        but=BY_62,
    ),
    65: line(
        "times that there are not, or twice",
        OK,
        Dated("2024-03-31T02:30:00", "2024-03-31T01:30", ("--tz", "Europe/Berlin")),
        Dated("2024-10-27T02:30:00", "2024-10-27T00:30", ("--tz", "Europe/Berlin")),
    ),
    66: line("a leap second", OK, Dated("2025-06-30T23:59:60Z", "2025-06-30T23:59:59")),
    67: line(
        "years that are not of news",
        (OK, REJECTED),
        *(
            trial(f"{year}-01-01T00:00:00Z")
            for year in ("0001", "9999", "10000")
            for trial in (Dated, strict)
        ),
        Dated("1899-12-31T12:00:00Z", "1899-12-31T12:00"),
        but=f"{BY_62}; 1899 is read, as old papers are of such years",
    ),
    68: line(
        "Unix times",
        (OK, REJECTED),
        Dated(1_738_576_800, "2025-02-03T10:00"),
        Dated("1738576800", "2025-02-03T10:00"),
        Dated(1_738_576_800_000, "2025-02-03T10:00"),
        Dated(1_738_576_800_000_000, "2025-02-03T10:00"),
        Dated(1_738_576_800.5, "2025-02-03T10:00:00.500000"),
        Dated(-1_000_000_000, "1938-04-24T22:13:20"),
        Dated(-5),
        Dated("1e400"),
        strict("1e400"),
        but=f"{BY_62}; of less than nine digits a number is as likely something else, so it is undated",
    ),
    69: line(
        "forms that are rare",
        OK,
        Dated("03 Feb 25 10:00 GMT", "2025-02-03T10:00"),
        Dated("2025-W06-1T10:00Z", "2025-02-03T10:00"),
        Dated("2025-034T10:00Z", "2025-02-03T10:00"),
        Dated("2025-02-03T24:00Z", "2025-02-04T00:00"),
    ),
    70: line(
        "01/02/2024",
        (OK, REJECTED),
        Dated("01/02/2024 10:00", says="can be 2024-01-02 or 2024-02-01"),
        strict("01/02/2024"),
        Dated("01/02/2024 10:00", "2024-02-01T10:00", ("--dayfirst",)),
        Dated("01/02/2024 10:00", "2024-01-02T10:00", ("--monthfirst",)),
        Dated("13/02/2024 10:00", "2024-02-13T10:00"),
        but=BY_62,
    ),
    71: line("a date that is still to come", OK, still_to_come),
    72: line(
        "dates that are numbers and objects",
        OK,
        Dated(1_738_576_800, "2025-02-03T10:00"),
        Dated(5),
        Dated({"year": 2025}),
        Dated([2025]),
        Dated(True, says="unreadable-date 1"),
    ),
    73: line(
        "queries with dates that are none",
        USAGE,
        pointed("date:[z TO a]", "'z' is not a date"),
        pointed("date:[2025-03 TO 2025-01]", "ends before it starts"),
        pointed("date:2025-03..2025-01", "ends before it starts"),
        pointed("date:..", "at least one side"),
        pointed("date:99999", "is not a date"),
        pointed("date:0000", "the year 0"),
        pointed('date:"last 99999999999 years"', "too far in the past"),
        pointed('date:"last 99999999999999 years"', "is not a date"),
        pointed("since:99999999999y", "too far in the past"),
        pointed("date:03/04/2024", "2024-03-04 or 2024-04-03"),
        query("date:[* TO 2025-02]", OK, finds=("a1",)),
        query("date:2025-03..", OK, finds=("a2", "a3")),
        but="a range that is open on one side is one of the query language (DESIGN.md): it is answered",
    ),
    74: line(
        "bounds that are none",
        USAGE,
        Ask(("search", "--since", "2024-02-30"), USAGE, ("since", "2024-02-30")),
        Ask(("count", "--until", "soonish"), USAGE, ("until", "soonish")),
        Ask(("search", "--since", "2025-02", "--until", "2025-01"), USAGE, ("ends before it starts",)),
        Ask(("timeline", "--since", "2025-02", "--until", "2025-01"), USAGE, ("ends before it starts",)),
    ),
    75: line("days of 23 and 25 hours", OK, short_day),
}
