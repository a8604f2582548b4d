"""Deliveries as feeds, mails and JSON: other programs read them, and they are the same every time."""

from __future__ import annotations

import io
import json
from calendar import timegm
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from xml.etree import ElementTree as ET

import feedparser
import pytest

from search.article import Article
from search.errors import InvalidRequest
from search.present.deliveries import print_delivery
from search.present.entries import counted, link_of
from search.present.feeds import FEED_FORMATS, FeedFormat, feed
from search.present.mail import mail
from search.present.schema import to_json
from search.present.terminal import open_console
from search.query import Archive, Delivery, open_archive

MADE = datetime(2025, 4, 8, 12, tzinfo=UTC)
HOSTILE = (
    "</title><script>alert(1)</script> & \"quoted\" 'x' ]]> \x00\x1b[31m\x85\u202e\ufffe"
    "\r\nBcc: all@x.example"
)
TEXT = "The ferry of Port Alder runs again from Monday, said the line after a week of talks. " * 2


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    made = open_archive(tmp_path / "watched", create=True)
    made.save("ferry", "ferry")
    made.add(
        [
            Article(id="a b/1", title="Ferry <b>runs</b> & sails", body=TEXT, source="Post",
                    url="https://news.example/a?b=1&c=2", published=MADE, authors=("Ann Ox", "Bo")),
            Article(id="copy", title="Ferry is back", body=TEXT, source="Herald"),
            Article(id="bad", title=f"Ferry {HOSTILE}", body=f"The ferry. {HOSTILE}", source=HOSTILE,
                    url="javascript:alert(1)", authors=(HOSTILE,), language="en"),
            Article(id="year", title="Fähre, a ferry", published=datetime(1963, 1, 1, tzinfo=UTC),
                    precision="year"),
        ]
    )  # fmt: skip
    return made


def written(archive: Archive, kind: FeedFormat, delivery: Delivery) -> str:
    entries = archive.delivered(upto=delivery)
    return feed(kind, delivery.archive, delivery.name, entries, MADE, UTC)


def test_a_mail_from_two_addresses_is_refused(archive: Archive) -> None:
    with pytest.raises(InvalidRequest, match="from one address"):
        mail(archive.new("ferry"), UTC, sender="a@x.example, b@y.example")


def test_an_entry_that_matches_since_a_change_is_not_counted_as_changed(archive: Archive) -> None:
    entries = archive.new("ferry").entries
    assert counted([replace(entries[0], reason="now matches"), entries[1]]) == (
        "1 new article, 1 now matching"
    )
    assert counted([replace(entries[0], reason="changed")]) == "1 changed"


@pytest.mark.parametrize(
    ("url", "link"),
    [("HTTPS://news.example/a", "HTTPS://news.example/a"), ("https://a b", ""), ("ftp://a", "")],
)
def test_addresses_of_the_web_are_links(archive: Archive, url: str, link: str) -> None:
    entry = archive.new("ferry").entries[0]
    assert link_of(replace(entry, article=replace(entry.article, url=url))) == link


def parsed_mail(text: str) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(text.encode("ascii"))


@pytest.mark.parametrize("kind", ["atom", "rss"])
def test_a_feed_is_read_by_feedparser(archive: Archive, kind: FeedFormat) -> None:
    delivery = archive.new("ferry")
    text = written(archive, kind, delivery)
    ET.fromstring(text)  # well-formed
    found = feedparser.parse(text.encode("ascii"))
    assert not found.bozo
    assert found.version == {"atom": "atom10", "rss": "rss20"}[kind]
    assert found.feed.title == "news: ferry"
    year, bad, first = found.entries
    uuid = archive.state().archive
    assert first.id == f"tag:{uuid},2026:search/ferry/a%20b%2F1/r1"
    assert first.link == "https://news.example/a?b=1&c=2"
    assert "also in 1: Herald" in first.summary
    assert "<b>ferry</b>" in first.summary
    assert [tag.term for tag in first.tags] == ["ferry"]
    seen = first.updated_parsed if kind == "atom" else first.published_parsed
    assert delivery.made is not None
    assert abs(timegm(seen) - delivery.made.timestamp()) < 60
    assert "1963" in year.summary
    assert "1963-01" not in year.summary
    assert year.title == "Fähre, a ferry"
    assert "script" not in bad.get("link", "")
    assert "javascript:" not in text
    assert "<script" not in text.replace("&lt;script", "")


def test_a_json_feed_has_the_parts_that_its_rules_name(archive: Archive) -> None:
    found = json.loads(written(archive, "jsonfeed", archive.new()))
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["id"].rpartition("/r")[2] for item in found["items"]] == ["1", "1", "1"]
    first = found["items"][-1]
    assert (first["url"], first["authors"]) == (
        "https://news.example/a?b=1&c=2",
        [{"name": "Ann Ox"}, {"name": "Bo"}],
    )
    assert "url" not in found["items"][1]
    assert "<script" not in found["items"][1]["content_html"]


@pytest.mark.parametrize("kind", FEED_FORMATS)
def test_a_feed_of_nothing_is_a_feed(archive: Archive, kind: FeedFormat) -> None:
    archive.save("nothing", "mill")
    text = feed(kind, archive.state().archive, "nothing", archive.delivered("nothing"), MADE, UTC)
    assert "2025" in text or kind == "jsonfeed"
    assert json.loads(text)["items"] == [] if kind == "jsonfeed" else not feedparser.parse(text).bozo


@pytest.mark.parametrize(
    "name", ["harbour-strike-in-the-north-of-the-country-daily", "Ünïcode東京", "x" * 64]
)
def test_the_id_of_a_list_is_on_one_line_in_no_other_form(archive: Archive, name: str) -> None:
    archive.save(name, "ferry", start=0)
    (line,) = [line for line in mail(archive.new(name), UTC).splitlines() if line.startswith("List-Id:")]
    assert line.startswith("List-Id: <")
    assert line.endswith(".localhost>")


def test_a_mail_is_read_by_email(archive: Archive) -> None:
    delivery = archive.new("ferry")
    message = parsed_mail(mail(delivery, UTC, to="desk@herald.example, ann@herald.example"))
    assert not message.defects
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    uuid = archive.state().archive
    assert message["Message-ID"] == f"<delivery-1.{delivery.made:%Y%m%d%H%M%S%f}.{uuid}@news.invalid>"
    assert message["List-Id"] == f"<ferry.{uuid}.localhost>"
    assert message["To"] == "desk@herald.example, ann@herald.example"
    assert delivery.made is not None
    assert message["Date"].datetime == delivery.made.replace(microsecond=0)
    assert message["Subject"] == "ferry: Ferry <b>runs</b> & sails and 2 more"
    assert "Bcc" not in message
    plain, html = (message.get_body([kind]) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    text, marked = plain.get_content(), html.get_content()
    assert "also in 1 (1 source)" in text
    assert "*ferry*" in text
    assert "\x1b" not in text
    assert "<b>ferry</b>" in marked
    assert "<script" not in marked
    assert 'href="https://news.example/a?b=1&amp;c=2"' in marked
    assert "javascript:" not in marked


def test_a_hostile_headline_stays_in_the_subject(archive: Archive) -> None:
    archive.confirm(archive.new())
    archive.add([Article(id="x", title=f"Ferry {HOSTILE}", body="Ferry x.")])
    message = parsed_mail(mail(archive.new("ferry"), UTC))
    assert "Bcc" not in message
    assert message["Subject"].startswith("ferry: Ferry </title><script>")
    assert message["To"] == "undisclosed-recipients:;"


def test_an_address_that_is_not_one_is_refused(archive: Archive) -> None:
    delivery = archive.new()
    wrong = (
        "desk",
        "a b@x",
        "a@x.example\nBcc: b@x.example",
        "",
        ",",
        "a@",
        "@x",
        "a@x b@x",
        "ü@x.example",
        "A <>",
    )
    for address in wrong:
        with pytest.raises(InvalidRequest, match="not a mail address"):
            mail(delivery, UTC, to=address)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("a@x.example, b@x.example,", "a@x.example, b@x.example"),
        ("Ann Ox <a@x.example>", "Ann Ox <a@x.example>"),
        ('"Ox, Ann" <a@x.example>, b@x.example', '"Ox, Ann" <a@x.example>, b@x.example'),
    ],
)
def test_addresses_with_names_and_foreign_domains_are_read(
    archive: Archive, given: str, expected: str
) -> None:
    written = mail(archive.new(), UTC, to=given)
    assert f"\nTo: {expected}\n" in written
    assert parsed_mail(written)["To"] == expected


def test_changes_are_told_in_the_headline(archive: Archive) -> None:
    archive.confirm(archive.new())
    archive.save("ferry", "ferry", replace=True, changes=True)
    archive.add([Article(id="year", title="A ferry at last")])
    delivery = archive.new()
    out = io.StringIO()
    print_delivery(open_console(out, "never"), delivery, UTC)
    shown = "1. [changed] A ferry at last\n   undated · year\n   A *ferry* at last\n"
    assert out.getvalue() == f"ferry  1 changed\n\n{shown}"
    assert "[changed] A ferry at last" in written(archive, "atom", delivery)


def test_each_format_is_the_same_when_it_is_made_again(archive: Archive, tmp_path: Path) -> None:
    def formats(one: Archive, delivery: Delivery) -> list[str]:
        feeds = [written(one, kind, delivery) for kind in FEED_FORMATS]
        return [*feeds, mail(delivery, UTC), to_json(delivery)]

    before = formats(archive, archive.new())
    assert all(text.isascii() for text in before[:4])
    archive.add([Article(id="more", title="Ferry, more"), Article(id="year", title="Mill")])
    archive.delete(["bad"])
    archive.at(now=datetime.now(UTC) + timedelta(days=9)).prune("1d")
    archive.confirm(1)
    archive.confirm(archive.new())
    archive.rebuild()
    archive.close()
    with open_archive(tmp_path / "watched") as again:
        assert formats(again, again.delivery(1)) == before
