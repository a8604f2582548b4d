"""Web pages as browsers save them in one file (.mhtml, .mht): a mail whose HTML is the page.

The sender of the mail is the browser, and is left out. Its Date is the time of saving, at which the page was
seen.
"""

from __future__ import annotations

from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage

from search.sources.pages.html import article_in_page
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Accepted, BadDocument, Origin


def article_in_saved_page(content: bytes, origin: Origin, options: ReadOptions) -> Accepted:
    """The article of the page, in the charset of its part; raises `BadDocument`.

    Its URL is `Snapshot-Content-Location`, or else the location of the part with the page.
    """
    try:
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        part = message.get_body(("html",))
        payload = b"" if part is None else part.get_payload(decode=True)
        charset = None if part is None else part.get_content_charset()
        places = (message.get("snapshot-content-location"), part and part.get("content-location"))
        saved = str(message.get("date") or "")
        url = next(("".join(str(place).split()) for place in places if place), "")
    except (MessageError, LookupError, ValueError, AttributeError, TypeError, RecursionError) as error:
        raise BadDocument("not-mhtml", f"the saved page cannot be read: {error}") from error
    if not isinstance(payload, bytes) or not payload:
        raise BadDocument("no-text", "the file has no web page in it")
    return article_in_page(payload, origin, options, url=url, charset=charset, crawled=saved)
