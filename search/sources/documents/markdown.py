"""Markdown with front matter, as newsrooms that publish static sites keep it.

    ---                              YAML, or TOML between lines of +++
    title: Tides rise in Marenne     fields may have any of the names that they have in JSON (see `records`)
    date: 2025-03-02
    topics: [weather]
    ---

    The text, in **Markdown**.

Without an id in the front matter, the id is the day, the slug (else the name of the file) and eight digits
of a hash of the file's place: its name and its folder's, with the folder above for a file called index. So
two files are two articles, and a file stays the same article wherever it is read from and after an edit.
An article without a slug and with a URL gets its id from the URL.

Markup is taken out of the text, and so are the shortcodes of site generators ({{< … >}}, {{% … %}}). The text
between two shortcodes and the text that they quote stay. Indented text is not code. A summary that is only
the beginning of the text, cut within a sentence, is dropped. Drafts are skipped.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Accepted, BadDocument, Origin, Skipped
from search.sources.tables.records import NAMES, article_of
from search.text.markup import is_beginning, text_of

MAX_FRONT_MATTER = 64 << 10
"""Maximum length of the front matter, in characters."""

_FRONT = re.compile(
    r"\A\s*(?P<mark>---|\+\+\+)[ \t]*\r?\n(?P<fields>.*?)^(?P=mark)[ \t]*(?:\r?\n|\Z)", re.M | re.S
)
_SHORTCODE = re.compile(r"\{\{[<%].*?[>%]\}\}", re.DOTALL)
_QUOTED = re.compile(r"\{\{[<%]\s*[\w-]*quote[\w-]*\s[^{}]*?\btext=\"([^\"{}]*)\"[^{}]*?[>%]\}\}")
_LINKED = re.compile(  # a shortcode that gives the address of a link, perhaps with the end of an older one
    r"\(\{\{[<%].*?[>%]\}\}(?:\)[\w./#?=&%-]+(?=\)))?", re.DOTALL
)
_ATTRIBUTES = re.compile(r"[ \t]?\{:?[ \t]*[.#][\w.#:=\"' \t-]*\}")
_ENDED = re.compile(r"[.!?][\"'”’)]?\s*\Z")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_HEADING = re.compile(r"\A\s*#[ \t]+(?P<title>[^\n]+?)[ \t]*#*[ \t]*(?:\n|\Z)")


def article_in_markdown(text: str, origin: Origin, options: ReadOptions) -> Accepted | Skipped:
    """The article; raises `BadDocument`, also if there is no front matter.

    With the format given (`options.format`) a text without front matter is an article as well; its
    first heading is the title.
    """
    front = _FRONT.match(text)
    if front is None and options.format != "markdown":
        raise BadDocument(
            "no-front-matter", "Markdown without front matter; to take it, give --format markdown"
        )
    fields = {} if front is None else _fields(front)
    if str(fields.get("draft", "")).lower() in ("true", "yes"):
        return Skipped(origin, "draft")
    body = text[front.end() :] if front else text
    if heading := _HEADING.match(body):
        if not fields.get("title"):
            fields["title"] = text_of(_html(heading["title"]))
        if " ".join(str(fields["title"]).split()) == text_of(_html(heading["title"])):
            body = body[heading.end() :]
    for name in ("title", "summary", "description", "deck"):
        if isinstance(value := fields.get(name), str):
            fields[name] = text_of(_html(value))
    if "source_url" in fields:  # the page that the text is about, perhaps with others
        fields["links_to"] = fields.pop("source_url")
    if "id" not in options.names and not fields.get("id"):
        fields["id"] = _derived_id(fields, origin)
    body = _SHORTCODE.sub("", _QUOTED.sub(r"\n\n\1\n\n", _LINKED.sub("(#", body)))
    fields["body"] = text_of(_html(_ATTRIBUTES.sub("", body)))
    for name in ("summary", "description"):
        written = str(fields.get(name) or "")
        if not _ENDED.search(written) and is_beginning(written, fields["body"]):
            fields.pop(name, None)
    return article_of(fields, origin, options)


def _derived_id(fields: Mapping[str, Any], origin: Origin) -> str:
    """The id of the article in that file; "" if it has neither slug nor file name, or a URL and no slug."""
    slug, day = str(fields.get("slug") or ""), _DAY.match(str(fields.get("date") or ""))
    if not slug and (origin.path == "-" or any(fields.get(name) for name in NAMES["url"])):
        return ""
    path = Path(origin.path).resolve()
    parts = [day[0] if day else "", slug or (path.parent.name if _is_index(path) else path.stem)]
    if origin.path != "-":
        place = "/".join(path.parts[-3 if _is_index(path) else -2 :])
        parts.append(hashlib.sha256(place.encode("utf-8", "surrogateescape")).hexdigest()[:8])
    return "-".join(filter(None, parts))


def _is_index(path: Path) -> bool:
    return path.name.lower().lstrip("_").startswith("index.")


def _html(markdown: str) -> str:
    from markdown_it import MarkdownIt

    return str(MarkdownIt("commonmark", {"html": True}).enable("table").disable("code").render(markdown))


def _fields(front: re.Match[str]) -> dict[str, Any]:
    written = front["fields"]
    if len(written) > MAX_FRONT_MATTER:
        raise BadDocument("too-large", f"the front matter is longer than {MAX_FRONT_MATTER >> 10} KiB")
    found = _toml(written) if front["mark"] == "+++" else _yaml(written)
    if not isinstance(found, Mapping):
        raise BadDocument("bad-front-matter", "the front matter has no fields")
    return {str(name): _plain(value) for name, value in found.items()}


def _toml(written: str) -> Any:
    try:
        return tomllib.loads(written)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadDocument("bad-front-matter", f"the front matter is not TOML: {error}") from error


def _yaml(written: str) -> Any:
    """The fields, each scalar as text: the reader of records tells dates and numbers."""
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(written, Loader=loader)):
            raise BadDocument("bad-front-matter", "the front matter has aliases, which are not followed")
        return yaml.load(written, Loader=loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise BadDocument("bad-front-matter", f"the front matter is not YAML: {reason}") from error


def _plain(value: Any) -> Any:
    """A value with dates as text and null as None."""
    match value:
        case datetime() | date():
            return value.isoformat()
        case "null" | "~":
            return None
        case list():
            return [_plain(item) for item in value]
        case _:
            return value
