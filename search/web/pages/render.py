"""Templates to bytes: every value is escaped, and loses the characters that hide or reverse text."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from search.article import Article, Precision, written_time
from search.present.markup import changed_as_html, marked_as_html
from search.present.safe import printable, when
from search.web.address import View, article_address, pairs_of
from search.web.asked import Asked
from search.web.pages.assets import ADDRESSES

_TONGUE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def rendered(template: str, **values: object) -> bytes:
    """The page that a template makes of these values."""
    return _TEMPLATES.get_template(template).render(values).encode()


def web_link(url: str) -> str:
    """The address of an article if it is one of the web without a user in it; else ""."""
    try:
        parts = urlsplit(url)
        plain = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    except ValueError:
        return ""
    return url if plain and url.isprintable() and not re.search(r"[\s\\]", url) else ""


def host_of(url: str) -> str:
    """The host of an address of the web."""
    return urlsplit(url).hostname or ""


def tongue(article: Article) -> str:
    """The language of an article as the attribute `lang` has it; "" if it names none that a browser knows."""
    return article.language if _TONGUE.fullmatch(article.language) else ""


def dated(moment: datetime | None, zone: tzinfo, precision: Precision = "instant") -> Markup:
    """A time for people, and for programs."""
    if moment is None:
        return Markup("undated")
    machine = Markup.escape(written_time(moment, precision))
    return Markup('<time datetime="{}">{}</time>').format(machine, when(moment, zone, precision))


def _printed(value: object) -> object:
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        auto_reload=False,
        finalize=_printed,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    made.globals.update(
        assets=ADDRESSES,
        article=article_address,
        changed=lambda spans: Markup(changed_as_html(spans)),
        dated=dated,
        host=host_of,
        query_url=lambda query: View(Asked(query)).url(),
        pairs_of=pairs_of,
        marked=lambda *given: Markup(marked_as_html(*given)),
        tongue=tongue,
        web_link=web_link,
    )
    made.filters["number"] = lambda value: f"{value:,}"
    return made


_TEMPLATES = _environment()
