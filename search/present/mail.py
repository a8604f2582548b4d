"""A delivery as a mail (RFC 5322), in text and HTML; the same delivery gives the same bytes, all ASCII."""

from __future__ import annotations

from datetime import UTC, tzinfo
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from io import StringIO
from itertools import groupby
from urllib.parse import quote

from search.errors import InvalidRequest
from search.present.deliveries import (
    counted,
    earlier_in_words,
    entry_as_html,
    link_of,
    print_delivery,
    title_of,
)
from search.present.terminal import open_console
from search.query import Delivery

SENDER = "news@localhost"
MAX_SUBJECT_TITLE = 80


def mail(delivery: Delivery, zone: tzinfo, *, to: str | None = None, sender: str | None = None) -> str:
    """Write a delivery that has entries as a mail; `to` may be several addresses, with commas between.

    Raises `InvalidRequest` for an address that is not one.
    """
    assert delivery.made is not None
    message = EmailMessage(policy.default)
    name = delivery.name
    message["From"] = _address(sender or SENDER, "news" if sender is None else "")
    if to is None:
        message["To"] = "undisclosed-recipients:;"
    else:
        message["To"] = tuple(_address(each.strip()) for each in to.split(","))
    message["Subject"] = _subject(delivery, name)
    message["Date"] = format_datetime(delivery.made.astimezone(UTC))
    message["Message-ID"] = f"<delivery-{delivery.number}.{delivery.archive}@news.invalid>"
    message["List-Id"] = f"<{quote(name, safe='') or 'all'}.{delivery.archive}.localhost>"
    message["Auto-Submitted"] = "auto-generated"
    text = StringIO()
    print_delivery(open_console(text, "never"), delivery, zone)
    message.set_content(text.getvalue(), cte="quoted-printable")
    message.add_alternative(_html(delivery, zone), subtype="html", cte="quoted-printable")
    message.set_boundary(f"=_{delivery.archive}")  # which quoted-printable text never has
    return message.as_string()


def _address(written: str, name: str = "") -> Address:
    try:
        return Address(name, addr_spec=written)
    except (ValueError, IndexError) as error:
        raise InvalidRequest(f"{written!r} is not a mail address") from error


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
