"""A record (a JSON object, a row of a table) to an article, by the usual names of the fields.

Each field of an article has the names that common data sets give it, in order of preference. Any other
field of the record becomes an extra field if it is a value or a list of values; otherwise a note names it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, time, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from numbers import Integral
from typing import Any
from unicodedata import normalize

from search.article import EXTRA_NAME, OWN_FIELDS, PRECISIONS, Article
from search.dates import shortened
from search.errors import InvalidArticle, InvalidRequest
from search.sources.reading.bylines import split_names
from search.sources.reading.draft import BYLINE, ArticleDraft
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Accepted, BadDocument, Note, Origin, Rejected
from search.text.markup import without_entities

NAMES: dict[str, list[str]] = {
    field: names.split()
    for field, names in {
        "id": "id _id article_id articleid uuid guid doc_id docid",
        "title": "title headline head titel überschrift ueberschrift schlagzeile titre titular título titulo "
        "titolo dc_title name",
        "description": "description summary abstract standfirst subtitle subheadline dek lead lede teaser "
        "excerpt short_description trail_text untertitel vorspann zusammenfassung chapeau chapô chapo "
        "sous_titre résumé subtítulo subtitulo resumen entradilla bajada sottotitolo sommario occhiello "
        "dc_description",
        "highlights": "highlights bullets bullet_points key_points",
        "body": "body text content article maintext main_text full_text fulltext body_text article_text "
        "articlebody story paragraphs volltext artikeltext inhalt texte contenu corps texto contenido cuerpo "
        "testo contenuto corpo",
        "published": "published date published_at publishedat publication_date publish_date "
        "published_date date_published datepublished date_publish pub_date pubdate datetime timestamp time "
        "created_at created datum veröffentlicht veroeffentlicht veröffentlicht_am veröffentlichungsdatum "
        "erscheinungsdatum erschienen_am date_publication date_de_publication publié_le date_parution fecha "
        "fecha_publicación fecha_publicacion fecha_de_publicación fecha_de_publicacion data_pubblicazione "
        "data_di_pubblicazione pubblicato_il data_publicação data_de_publicação dc_date",
        "modified": "modified modified_at modified_date modification_date date_modified datemodified updated "
        "updated_at updatedat update_date last_modified lastmodified last_updated geändert geändert_am "
        "aktualisiert aktualisiert_am modifié modifié_le actualizado aggiornato",
        "crawled": "crawled crawled_at crawl_date date_crawled fetched fetched_at date_download "
        "download_date downloaded_at retrieved_at seen",
        "keywords": "keywords keyword tags topics categories category subjects schlagworte schlagwörter "
        "schlagwoerter stichworte stichwörter mots_clés mots_cles etiquetas palabras_clave parole_chiave "
        "palavras_chave dc_subject",
        "authors": "authors author byline by creator creators writer autor autoren autorin verfasser auteur "
        "auteurs autores autora autore autori dc_creator",
        "source": "source publisher publication outlet newspaper site_name source_name provider quelle "
        "zeitung fuente periódico periodico fonte testata dc_publisher",
        "url": "url link uri web_url weburl source_url canonical_url permalink lien enlace",
        "language": "language lang locale sprache langue idioma lingua dc_language",
    }.items()
}
"""The names that records give to each field, as `name_key` writes them; the first with a value is taken.

In English first, then in German, French, Spanish, Italian and Portuguese, without the names that mean
something else in English data ("data", "media", "journal"). Names of Dublin Core (`dc:creator`) come last.
"""

EMBARGO_NAMES = frozenset(
    "embargo embargoed embargo_until embargoed_until embargountil embargoeduntil "
    "embargo_date embargodate".split()
)
_NO_EMBARGO = frozenset(("", "0", "false", "no", "none", "null"))

_SPLIT = {
    "highlights": re.compile(r"\s*\n\s*(?:[-*•]\s+)?"),
    "keywords": re.compile(r"\s*[,;|]\s*"),
}


def split_values(field: str, text: str) -> list[str]:
    """The values in a text; an entity such as &quot; is a character, and its semicolon ends no value."""
    plain = text if field == "highlights" else without_entities(text)
    if field == "authors":
        return split_names(plain)
    return _SPLIT[field].split(plain.strip().removeprefix("- "))


_IN_DRAFT = {"published": "dates", "modified": "changes", "crawled": "crawls"}
_NAMED = ("name", "main", "original", "value", "text", "label", "title", "term")
_DUBLIN_CORE = re.compile(r"\A(?:dc|dcterms)[:.]")
_NOT_A_NAME = re.compile(r"[^a-z0-9_]+")


def article_of(
    record: Mapping[str, object], origin: Origin, options: ReadOptions, *, notes: Iterable[Note] = ()
) -> Accepted:
    """The article that `record` describes, with `notes` and notes of its own; raises `BadDocument`."""
    reader = _Record(_to_precision(record), options, notes)
    draft = ArticleDraft(options, **reader.own_fields(), extra=reader.extra_fields())
    draft.embargo, draft.notes, draft.has_fields = reader.embargo, reader.notes, True
    return draft.accepted(origin)


def article_from_record(record: Mapping[str, object], zone: tzinfo, names: Mapping[str, str]) -> Article:
    """The article of a record that is a mapping of a program; raises `InvalidArticle`.

    Raises it, too, for a value that the article would lose, such as a date that cannot be read.
    """
    if not isinstance(record, Mapping) or not all(isinstance(name, str) for name in record):
        raise InvalidArticle("not-an-article", "a record must be a mapping with names that are text")
    if unknown := names.keys() - NAMES.keys():
        raise InvalidRequest(f"{min(unknown)!r} is not a field of an article; fields are {', '.join(NAMES)}")
    plain = {name: json_value(value) for name, value in record.items()}
    options = ReadOptions(zone=zone, names=names, strict=True)
    try:
        return article_of(plain, Origin("record"), options).article
    except BadDocument as error:
        raise InvalidArticle(error.code, error.reason) from error


def _to_precision(record: Mapping[str, object]) -> Mapping[str, object]:
    """A record of `news export` with `published` to its `precision`; another record as it is."""
    precision = record.get("precision")
    if precision not in PRECISIONS:
        return record
    length = {"day": 10, "month": 7, "year": 4}.get(str(precision))
    rest = {name: value for name, value in record.items() if name != "precision"}
    published = rest.get("published")
    return rest | {"published": published[:length]} if isinstance(published, str) else rest


def json_value(value: Any) -> Any:
    """A value of a program as a value of JSON; a missing one of pandas (NaN, NaT) is None."""
    match value:
        case str() | bool() | int() | None:
            return value
        case float() | date() if value != value:
            return None
        case date():
            return value.isoformat()
        case time() | timedelta() | Decimal():
            return str(value)
        case bytes():
            return value.decode("utf-8", "replace")
        case Integral():
            return int(value)
        case Mapping():
            return {str(name): json_value(own) for name, own in value.items()}
        case list() | tuple() | set() | frozenset():
            return [json_value(own) for own in value]
        case _:
            return value


def note_missing_title(
    items: Iterable[Accepted | Rejected], columns: Iterable[str], options: ReadOptions
) -> Iterator[Accepted | Rejected]:
    """The articles of a table's rows; if no column is a title, the first article gets a note."""
    titles = {name_key(options.names["title"])} if "title" in options.names else {*NAMES["title"]}
    missing = not titles & set(map(name_key, columns))
    for item in items:
        if missing and isinstance(item, Accepted):
            note = Note("no-title-column", "no column is a title; say which it is with --map title=COLUMN")
            item, missing = replace(item, notes=(*item.notes, note)), False
        yield item


class _Record:
    """A record being read; `notes` are on what was odd so far, `embargo` the values of an embargo."""

    def __init__(self, record: Mapping[str, object], options: ReadOptions, notes: Iterable[Note]) -> None:
        self.unread = dict(record)
        self.names = names_of(tuple(record), tuple(options.names.items()))
        own = record.get("extra")
        self.stored: Mapping[str, object] = {}
        """Extra fields as `news dump` and `news show -f json` write them; no name is of another field."""
        if isinstance(own, Mapping):
            del self.unread["extra"]
            self.stored = own
        self.options = options
        self.notes = list(notes)
        self.embargo: list[str] = []

    def own_fields(self) -> dict[str, Any]:
        """The values of the fields that every article can have; they are then no longer unread.

        Raises `BadDocument` for a value of the wrong type, and for a record with a name but no text.
        """
        found: dict[str, Any] = {}
        named_only = False  # as people, products and rules are
        for field, names in self.names.items():
            for written in names:
                value = self.unread.get(written)
                if value or (value is not None and value not in ("", [], {})):
                    del self.unread[written]
                    found[_IN_DRAFT.get(field, field)] = self._field(field, value)
                    named_only |= field == "title" and name_key(written) == "name"
                    break
        texts = found.keys() & {"description", "highlights", "body"}
        if named_only and not texts and "title" not in self.options.names:
            raise BadDocument("not-an-article", "the record has a name, but no headline and no text")
        return found

    def _field(self, field: str, value: object) -> object:
        match field:
            case "id":
                return self._id(value)
            case "highlights" | "keywords" | "authors":
                return self._values(field, value)
            case "published" | "modified" | "crawled":
                return self._written_time(value)
            case _:
                return self._text(field, value)

    def _id(self, value: object) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, Mapping) and isinstance(value.get("$oid"), str):
            return str(value["$oid"])
        raise BadDocument("bad-id", f"the id is {_type_of(value)}, not text")

    def _text(self, field: str, value: object) -> str:
        text = _text_or_name(value)
        if isinstance(value, list) and field in ("title", "description", "body"):
            text = "\n\n".join(item for item in value if isinstance(item, str)) or None
        elif isinstance(value, list) and value:
            text = _text_or_name(value[0])
        elif text is None and isinstance(value, int) and field in ("title", "source"):
            text = str(value)
        if text is None:
            raise BadDocument("bad-field", f"{field} is {_type_of(value)}, not text")
        return text

    def _values(self, field: str, value: object) -> list[str]:
        if isinstance(value, str):
            written = BYLINE.sub("", value) if field == "authors" else value
            value = _listed(written) or split_values(field, written)
        values = value if isinstance(value, list) else [value]
        texts = [text for item in values if (text := _text_or_name(item)) is not None]
        if len(texts) < len(values):
            odd = next(item for item in values if _text_or_name(item) is None)
            raise BadDocument("bad-field", f"{field} has {_type_of(odd)}, not text")
        return texts

    def _written_time(self, value: object) -> tuple[str, ...]:
        """The text of a date; nothing, with a note, for a value that cannot be one."""
        if (text := _date_text(value)) is not None:
            return (text,)
        self.notes.append(Note("unreadable-date", f"the date is {_type_of(value)}, not text"))
        return ()

    def extra_fields(self) -> dict[str, Iterable[str]]:
        """The unread fields by the names that they have in an archive; an embargo goes to `embargo`."""
        found: dict[str, Iterable[str]] = {}
        unread = [(written, value, False) for written, value in self.unread.items()]
        for written, value, is_stored in (*unread, *((*item, True) for item in self.stored.items())):
            items = value if isinstance(value, list) else [] if value in (None, "") else [value]
            if not items or not written.strip():
                continue
            name = extra_name(written)
            if name in EMBARGO_NAMES and not is_stored:
                ends = [_date_text(item) or _plain(item) or str(item) for item in items if item != {}]
                self.embargo += [end for end in ends if end.strip().lower() not in _NO_EMBARGO]
                continue
            texts = [text for item in items if (text := _plain(item)) is not None]
            if len(texts) < len(items) or not name:
                self.notes.append(Note("ignored-field", f"{shortened(written)} cannot be a field of its own"))
            else:
                found[name] = (*found.get(name, ()), *texts)
        return found


@lru_cache(maxsize=4096)
def name_key(written: str) -> str:
    """The name of a field or column as it is looked up: "Publication Date " is publication_date."""
    name = re.sub(r"[\s-]+", "_", normalize("NFC", written).strip().lower())
    return _DUBLIN_CORE.sub("dc_", name)


@lru_cache(maxsize=256)
def names_of(written: tuple[str, ...], chosen: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    """The names in a record that stand for each field, in order of preference."""
    by_name = {name_key(name): name for name in reversed(written)}
    wanted = {**NAMES, **{field: [name_key(name)] for field, name in chosen}}
    found = ((field, [by_name[name] for name in names if name in by_name]) for field, names in wanted.items())
    return {field: names for field, names in found if names}


@lru_cache(maxsize=4096)
def extra_name(written: str) -> str:
    """The name of the extra field for a record's name; "" where it has no letter or digit."""
    name = _NOT_A_NAME.sub("_", written.lower()).strip("_")
    if name in OWN_FIELDS or not EXTRA_NAME.fullmatch(name):
        name = f"x_{name}"[:64]
    return name if EXTRA_NAME.fullmatch(name) else ""


def _text_or_name(value: object) -> str | None:
    """Text, or the text that names an object, as in {"id": null, "name": "Herald"}."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return next((value[name] for name in _NAMED if isinstance(value.get(name), str)), None)
    return None


def _date_text(value: object) -> str | None:
    """A date as text: text, a number of seconds, or either of them as MongoDB writes it; else None."""
    if isinstance(value, Mapping):
        value = value.get("$date", value)
    match value:
        case str():
            return value
        case int() | float() if not isinstance(value, bool):
            return format(value, "f" if value % 1 else ".0f")
        case _:
            return None


def _plain(value: object) -> str | None:
    """A value as a keyword: text, a number, yes or no, the name of an object; None for any other value."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return _text_or_name(value)


def _listed(text: str) -> list[object] | None:
    """The list that a cell of a table holds as JSON; None where it holds no such list."""
    if not text.startswith("["):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) else None


def _type_of(value: object) -> str:
    """The type of a value in plain English, for a message."""
    match value:
        case bool():
            return "a truth value"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case Mapping():
            return "an object"
        case None:
            return "null"
        case _:
            return f"a {type(value).__name__}"
