"""Newsletters as mails (.eml): the subject is the title, the sender the source, the text the body.

Of a mail with the same text twice the plain one is taken, unless there is next to nothing in it, as in
"view this in your browser"; attachments and pictures are not. The time is that of the Date header.
"""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr

from search.article import Article
from search.errors import InvalidArticle
from search.sources.markup import one_line_of, text_of
from search.sources.reading import Accepted, BadDocument, Note, Origin, ReadOptions, strictly
from search.sources.times import read_times

NEXT_TO_NOTHING = 400
"""Fewer characters of plain text than this, where there is HTML as well, are not the text."""

_LIST_ID = re.compile(r"<([^<>\s]+)>")


def article_in_message(content: bytes, origin: Origin, options: ReadOptions) -> Accepted:
    """The article that a mail is; raises `BadDocument`."""
    try:
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        headers = {name: _header(message, name) for name in ("subject", "from", "message-id", "list-id")}
        # As it is written: some dates raise an error when the header is parsed.
        date = next((str(value) for name, value in message.raw_items() if name.lower() == "date"), "")
        body = _body(message)
    except (MessageError, LookupError, ValueError, AttributeError, TypeError, RecursionError) as error:
        raise BadDocument("not-mail", f"the mail cannot be read: {error}") from error
    if not headers["from"] and not headers["subject"]:
        raise BadDocument("not-mail", "the mail has neither sender nor subject")
    notes: list[Note] = []
    times = read_times([date], options, notes)
    name, address = parseaddr(headers["from"])
    listed = _LIST_ID.search(headers["list-id"])
    try:
        article = Article(
            id=headers["message-id"].strip("<> ")[:512],
            title=one_line_of(headers["subject"]),
            body=body,
            published=times.published,
            precision=times.precision,
            source=(name or address)[:512],
            extra={**times.as_written, **({"list": (listed[1][:512],)} if listed else {})},
        )
    except InvalidArticle as error:
        raise BadDocument(error.code, str(error)) from error
    return Accepted(article, origin, strictly(notes, options))


def _header(message: EmailMessage, name: str) -> str:
    return " ".join(str(message.get(name, "")).split())


def _body(message: EmailMessage) -> str:
    parts = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
    texts = {kind: "" if part is None else _text(part) for kind, part in parts.items()}
    if texts["html"] and len(texts["plain"].strip()) < NEXT_TO_NOTHING:
        return text_of(texts["html"])
    return texts["plain"]


def _text(part: MIMEPart) -> str:
    """The text of a part; bytes that are not of its charset, or of one that does not exist, are replaced."""
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return content.decode("utf-8", "replace")
