"""The rules that every format shares, by documents of several: one draft makes the article."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from search.article import Article
from search.sources import Accepted, ReadOptions, Rejected
from tests.sources.documents import articles, read, written

BEFORE, AFTER = datetime(2025, 2, 28, tzinfo=UTC), datetime(2025, 3, 2, tzinfo=UTC)
MAIL = "From: {sender}\nMessage-ID: <{id}>\nSubject: Tide\n\n{text}\n"
FEED = "<rss version='2.0'><channel><title>H</title><item><title>Tide</title>{}</item></channel></rss>"


def codes(path: Path) -> list[str]:
    (item,) = read(path)
    assert isinstance(item, Accepted), item
    return [note.code for note in item.notes]


@pytest.mark.parametrize("name", ["embargo", "embargoed", "Embargo until", "embargo_date"])
@pytest.mark.parametrize("suffix", ["json", "csv", "md"])
def test_an_embargo_of_a_record_holds_it_back_until_then(tmp_path: Path, suffix: str, name: str) -> None:
    content = {
        "json": json.dumps({"title": "Tide", name: "2025-03-01"}),
        "csv": f"title,{name}\nTide,2025-03-01\n",
        "md": f"---\ntitle: Tide\n{name}: 2025-03-01\n---\n",
    }[suffix]
    path = written(tmp_path, f"a.{suffix}", content)
    (early,) = read(path, ReadOptions(now=BEFORE))
    assert isinstance(early, Rejected)
    assert early.code == "embargoed"
    (article,) = articles(path, ReadOptions(now=AFTER))
    assert article.extra["embargoed"] == ("2025-03-01",)


@pytest.mark.parametrize("value", [True, "when the court has ruled", {"day": 1}])
def test_an_embargo_whose_end_cannot_be_read_does_not_end(tmp_path: Path, value: object) -> None:
    (item,) = read(written(tmp_path, "a.json", json.dumps({"title": "Tide", "embargo": value})))
    assert isinstance(item, Rejected)
    assert item.code == "embargoed"


@pytest.mark.parametrize("value", [False, "", "none", None, "No"])
def test_a_record_can_say_that_it_is_under_no_embargo(tmp_path: Path, value: object) -> None:
    path = written(tmp_path, "a.json", json.dumps({"title": "Tide", "embargo": value}))
    assert articles(path) == [Article(title="Tide")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.eml", MAIL.format(sender="a@b.c", id="m", text="Tide\n\nHigh water.")),
        (
            "a.xml",
            FEED.format("<description>&lt;p&gt;Tide&lt;/p&gt;&lt;p&gt;High water.&lt;/p&gt;</description>"),
        ),
    ],
)
def test_a_first_paragraph_that_repeats_the_title_is_left_out(
    tmp_path: Path, name: str, content: str
) -> None:
    (article,) = articles(written(tmp_path, name, content))
    assert article.body == "High water."


def test_a_value_that_is_too_long_costs_the_value_and_is_noted(tmp_path: Path) -> None:
    record = written(tmp_path, "a.json", json.dumps({"title": "Tide", "source": "x" * 600}))
    mail = written(
        tmp_path, "a.eml", MAIL.format(sender=f"{'x' * 600} <a@b.c>", id="m" * 600, text="High water.")
    )
    assert (codes(record), codes(mail)) == (["ignored-value"], ["ignored-value"] * 2)
    assert [article.source for path in (record, mail) for article in articles(path)] == ["", ""]


def test_one_note_names_every_field_with_control_characters(tmp_path: Path) -> None:
    record = {"title": "Ti\x07de", "tags": ["s\x00ea"], "section": "A\x01"}
    (item,) = read(written(tmp_path, "a.json", json.dumps(record)))
    assert isinstance(item, Accepted)
    (note,) = item.notes
    assert note.detail == "control characters were taken out of title, keywords, section"


def test_a_dump_is_read_as_it_was(tmp_path: Path) -> None:
    kept = Article(
        id="b1",
        title="Storm",
        body="Storm\n\nIt rained.",
        authors=("By By Ltd", "By Jane Roe"),
        extra={"embargo": ("2130-01-01",), "embargoed": ("yes",)},
    )
    path = written(tmp_path, "a.jsonl", json.dumps(kept.as_record()))
    assert articles(path) == [kept]


@pytest.mark.parametrize(
    "embargo",
    [
        {"embargoUntil": "2130-01-01"},
        {"embargo": ["2020-01-01", "2130-01-01"]},
        {"embargoed": [{}, "2130-01-01"]},
    ],
)
def test_an_embargo_with_several_ends_ends_with_the_last(tmp_path: Path, embargo: dict[str, object]) -> None:
    (item,) = read(written(tmp_path, "a.json", json.dumps({"title": "Tide"} | embargo)))
    assert isinstance(item, Rejected)
    assert item.code == "embargoed"
