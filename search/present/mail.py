"""A delivery as a mail (RFC 5322), in text and HTML; the same delivery gives the same bytes, all ASCII."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from html import escape
from io import StringIO
from itertools import groupby
from urllib.parse import quote

from search.errors import InvalidRequest
from search.present.deliveries import print_delivery
from search.present.entries import counted, earlier_in_words, entry_as_html, link_of, title_of
from search.present.terminal import open_console
from search.query import Delivery

SENDER = "news@localhost"
MAX_SUBJECT_TITLE = 80
MAX_LABEL = 20
"""Letters of a label in a List-Id; the whole of a longer one would be written in another form (RFC 2919)."""


def mail(delivery: Delivery, zone: tzinfo, *, to: str | None = None, sender: str | None = None) -> str:
    """Write a delivery that has entries as a mail; `to` may be several addresses, with commas between.

    Raises `InvalidRequest` for an address that is not one.
    """
    assert delivery.made is not None
    message = EmailMessage(policy.default)
    name = delivery.name
    message["From"] = Address("news", addr_spec=SENDER) if sender is None else _address(sender)
    message["To"] = "undisclosed-recipients:;" if to is None else _addresses(to)
    message["Subject"] = _subject(delivery, name)
    message["Date"] = format_datetime(delivery.made.astimezone(UTC))
    message["Message-ID"] = _message_id(delivery.number, delivery.made, delivery.archive)
    message["List-Id"] = f"<{_label(name)}.{delivery.archive}.localhost>"
    message["Auto-Submitted"] = "auto-generated"
    text = StringIO()
    print_delivery(open_console(text, "never"), delivery, zone)
    message.set_content(text.getvalue(), cte="quoted-printable")
    message.add_alternative(_html(delivery, zone), subtype="html", cte="quoted-printable")
    message.set_boundary(f"=_{delivery.archive}")  # which quoted-printable text never has
    return message.as_string()


def _label(name: str) -> str:
    """The first label of the id of a list: the name, or a digest of one that would not fit on a line."""
    label = quote(name, safe="") or "all"
    return label if len(label) <= MAX_LABEL else sha256(name.encode()).hexdigest()[:MAX_LABEL]


def _message_id(number: int, made: datetime, archive: str) -> str:
    """The id of a delivery, also where a restored backup makes a delivery with the same number."""
    return f"<delivery-{number}.{made.astimezone(UTC):%Y%m%d%H%M%S%f}.{archive}@news.invalid>"


def _address(written: str) -> Address:
    first, *others = _addresses(written)
    if others:
        raise InvalidRequest(f"a mail is from one address, not several: {written!r}")
    return first


def _addresses(written: str) -> tuple[Address, ...]:
    """Read addresses with commas between them, each perhaps with a name; raises `InvalidRequest`."""
    wrong = InvalidRequest(f"{written!r} is not a mail address, or several with commas between")
    if not written.isprintable():
        raise wrong
    try:
        header = policy.default.header_factory("to", written.rstrip(", "))
        found = [
            Address(each.display_name, each.username, each.domain.encode("idna").decode())
            for each in header.addresses
        ]
    except (ValueError, IndexError) as error:
        raise wrong from error
    whole = all(each.username.isascii() and each.username and each.domain for each in found)
    if header.defects or not found or not whole:
        raise wrong
    return tuple(found)


def _subject(delivery: Delivery, name: str) -> str:
    first, *others = delivery.entries
    title = title_of(first)
    title = title if len(title) <= MAX_SUBJECT_TITLE else f"{title[: MAX_SUBJECT_TITLE - 1]}…"
    return f"{name or 'news'}: {title}" + (f" and {len(others):,} more" if others else "")


def _html(delivery: Delivery, zone: tzinfo) -> str:
    parts = ['<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n']
    for search, entries in groupby(delivery.entries, key=lambda entry: entry.search):
        several = list(entries)
        parts.append(f"<h2>{escape(search)}: {counted(several)}</h2>\n")
        for entry in several:
            title, url = escape(title_of(entry)), escape(link_of(entry))
            shown = f'<a href="{url}">{title}</a>' if url else title
            parts.append(f"<h3>{shown}</h3>\n{entry_as_html(entry, zone)}\n")
    if delivery.earlier:
        parts.append(f"<p>{escape(earlier_in_words(delivery))}</p>\n")
    return "".join([*parts, "</body></html>\n"])
