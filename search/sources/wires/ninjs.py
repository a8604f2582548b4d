"""ninjs 1, 2 and 3 to articles: the wires' news as JSON objects.

    article       ninjs 1                     ninjs 2 and 3 (any case of letters)
    id            uri, else guid              uri
    title         headline                    headlines: of role "main", else the first
    description   description_text, _…        descriptions: of role "summary", else the first
    body          body_xhtml, _html, _text    bodies: HTML, else plain text, else NITF
    published     versioncreated, else contentcreated, firstcreated
    keywords      subject: names              subjects: names; keywords
    authors       byline                      by; authors: names
    source        infosource: the first name  infosources; else source, copyrightholder
    language      language
    extra         version, urgency, slugline, embargoed, places (located, place or places)

`pubstatus` canceled or withheld retracts the item. Pictures and other media without a body are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from search.sources.reading.draft import ArticleDraft
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Accepted, BadDocument, Note, Origin, Retracted, Skipped
from search.sources.wires.conventions import RETRACTED, names_in, retracted
from search.text.markup import one_line_of, plain, text_of

_TYPES = frozenset("text audio video picture graphic composite component".split())
_SURE = frozenset("versioncreated pubstatus headlines bodies $standard".split())
_IDENTIFIERS = frozenset("uri URI Uri guid".split())
_LIKELY = frozenset("headline body_text body_html body_xhtml descriptions description_text".split())
_KNOWN = (
    _SURE
    | _LIKELY
    | frozenset(
        "uri type mimetype representationtype profile version firstcreated contentcreated embargoed "
        "expires urgency copyrightholder copyrightnotice usageterms ednote language person organisation "
        "place subject event object infosource title byline by slugline located charcount wordcount "
        "renditions associations altids trustindicator genre rightsinfo people organisations places "
        "subjects events objects infosources genres trustindicators keywords".split()
    )
)
_KNOWN_STEMS = ("headline_", "description_", "body_")
_PREFERRED = ("html", "plain", "nitf", "")
_NITF_BODY = re.compile(r"<body\.content\b.*</body\.content>", re.DOTALL)


def is_ninjs(record: Mapping[str, object]) -> bool:
    """True if a JSON object is ninjs and not an article that merely has a `uri`.

    It then has a field that only ninjs has, or a headline or body and no field that ninjs lacks.
    """
    if not _IDENTIFIERS & record.keys():
        return False
    names = {name.lower(): value for name, value in record.items()}
    if not isinstance(names.get("uri"), str):
        # Superdesk writes its own ninjs with a guid
        return isinstance(names.get("guid"), str) and {"versioncreated", "pubstatus"} <= names.keys()
    if any(names.get(name) for name in _SURE):
        return True
    if not (_LIKELY & names.keys() or str(names.get("type")) in _TYPES):
        return False
    return all(name in _KNOWN or name.startswith(_KNOWN_STEMS) for name in names) and not isinstance(
        names.get("headline"), Mapping
    )


def item_of_ninjs(
    record: Mapping[str, object], origin: Origin, options: ReadOptions
) -> Accepted | Retracted | Skipped:
    """The article of a ninjs object, its retraction, or a skipped item; raises `BadDocument`."""
    item = _Ninjs(record)
    article_id = item.text("uri") or item.text("guid")
    if item.text("pubstatus").removeprefix("stat:").lower() in RETRACTED:
        return retracted(article_id, origin, item.text("version"))
    body = item.body()
    if not body and (item.text("type") or "text") not in ("text", "story"):
        return Skipped(origin, "not-text")
    if not body and {"eventdetails", "plandetails", "planningdetails"} & item.fields.keys():
        return Skipped(origin, "not-text")
    language = item.text("language")
    source = next(item.names("infosources", "infosource"), "") or item.text("source")
    source = source or item.text("copyrightholder")
    byline = item.text("by") or item.text("byline")
    return ArticleDraft(
        options,
        id=article_id,
        title=one_line_of(item.value("headlines", "headline", ("main",)) or item.text("title")),
        description=plain(item.value("descriptions", "description", ("summary", "standfirst", "text"))),
        body=body,
        dates=[item.text(name) for name in ("versioncreated", "contentcreated", "firstcreated")],
        keywords=[*item.names("subjects", "subject"), *item.names("keywords")],
        authors=names_in(byline, language=language, source=source) or [*item.names("authors")],
        source=source,
        language=language,
        extra={
            **{name: (item.text(name),) for name in ("version", "urgency", "slugline")},
            "places": [item.text("located"), *item.names("places", "place")],
        },
        embargo=(item.text("embargoed"),),
        notes=item.notes,
    ).accepted(origin)


class _Ninjs:
    """An object of ninjs, its names in lower case; a value of the wrong type is noted."""

    def __init__(self, record: Mapping[str, object]) -> None:
        self.fields = {name.lower(): value for name, value in record.items()}
        self.notes: list[Note] = []

    def text(self, name: str) -> str:
        match self.fields.get(name):
            case None:
                return ""
            case str(text):
                return text.strip()
            case bool() | list() | dict() if name in ("uri", "guid"):
                raise BadDocument("bad-id", f"the {name} is not text")
            case int() | float() as number if not isinstance(number, bool):
                return f"{number:g}" if isinstance(number, float) else str(number)
            case _:
                self._note_type(name)
                return ""

    def names(self, *fields: str) -> Iterator[str]:
        """The names in these fields, which are lists of objects or of texts."""
        for field in fields:
            listed = self.fields.get(field) or []
            for entry in listed if isinstance(listed, list) else [listed]:
                name = entry.get("name") if isinstance(entry, Mapping) else entry
                if isinstance(name, str):
                    yield name
                elif not isinstance(entry, Mapping) or name is not None:
                    self._note_type(field)

    def value(self, plural: str, single: str, roles: tuple[str, ...]) -> str:
        """The text in the list `plural` with the first role, else its first text, else the field `single`."""
        texts = [(role, text) for role, _, text in self._listed(plural)]
        for wanted in roles:
            for role, text in texts:
                if role.rpartition(":")[2] == wanted:
                    return text
        return texts[0][1] if texts else self.text(single) or self._first_text(f"{single}_")

    def body(self) -> str:
        """The body as text; of several, HTML, for its paragraphs."""
        texts = {kind: text for _, kind, text in reversed([*self._listed("bodies")])}
        for name in ("xhtml", "html", "text"):
            if text := self.text(f"body_{name}"):
                texts.setdefault("text/plain" if name == "text" else f"text/{name}", text)
        for part in _PREFERRED:
            for kind in (kind for kind in texts if part in kind):
                found = _NITF_BODY.search(texts[kind])
                written = found[0] if found else texts[kind]
                if text := text_of(written) if "ml" in kind or "nitf" in kind else plain(written).strip():
                    return text
        return plain(self._first_text("body_"))

    def _listed(self, field: str) -> Iterator[tuple[str, str, str]]:
        """The role, content type and text of each entry of a list of texts."""
        listed = self.fields.get(field) or []
        for entry in listed if isinstance(listed, list) else [listed]:
            written = (
                {str(name).lower(): value for name, value in entry.items()} if isinstance(entry, dict) else {}
            )
            text = written.get("value")
            if isinstance(text, str) and text.strip():
                yield str(written.get("role", "")), str(written.get("contenttype", "")).lower(), text
            elif not isinstance(text, str):
                self._note_type(field)

    def _first_text(self, prefix: str) -> str:
        """The first text of the fields whose names begin with `prefix`."""
        named = (name for name in sorted(self.fields) if name.startswith(prefix))
        return next(filter(None, map(self.text, named)), "")

    def _note_type(self, name: str) -> None:
        self.notes.append(Note("ignored-value", f"{name} is not what ninjs says it is"))
