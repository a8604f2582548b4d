"""Newsletters as mails (.eml): the subject is the title, the sender the source, the text the body.

Where a mail has its text as plain text and as HTML, the plain text is taken, unless it is very short, such as
"view this in your browser". Attachments and pictures are left out. The Date header gives the time.
"""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr

from search.sources.reading.draft import ArticleDraft, keep_short
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Accepted, BadDocument, Note, Origin
from search.text.markup import one_line_of, text_of

MIN_PLAIN_TEXT = 400
"""Minimum length of a plain text that is preferred to HTML, in characters."""

_LIST_ID = re.compile(r"<([^<>\s]+)>")


def article_in_message(content: bytes, origin: Origin, options: ReadOptions) -> Accepted:
    """The article in a mail; raises `BadDocument`."""
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
    name, address = parseaddr(headers["from"])
    return ArticleDraft(
        options,
        id="".join(keep_short("id", (headers["message-id"].strip("<> "),), notes)),
        title=one_line_of(headers["subject"]),
        body=body,
        dates=[date],
        source=name or address,
        extra={"list": _LIST_ID.findall(headers["list-id"])[:1]},
        notes=notes,
    ).accepted(origin)


def _header(message: EmailMessage, name: str) -> str:
    return " ".join(str(message.get(name, "")).split())


def _body(message: EmailMessage) -> str:
    parts = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
    texts = {kind: "" if part is None else _text(part) for kind, part in parts.items()}
    if texts["html"] and len(texts["plain"].strip()) < MIN_PLAIN_TEXT:
        return text_of(texts["html"])
    return texts["plain"]


def _text(part: MIMEPart) -> str:
    """The text of a part, in UTF-8 if its charset is unknown; bytes outside the charset become U+FFFD."""
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return content.decode("utf-8", "replace")
