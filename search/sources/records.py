"""A record (a JSON object, a row of a CSV) to an article, whatever its fields are called.

Each field of an article has the names that common data sets give it, in order of preference. What is
left over becomes an extra field if it is a short value or a list of them; else it is noted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from unicodedata import normalize

from search.article import EXTRA_NAME, OWN_FIELDS, Article, has_controls
from search.dates import shortened
from search.errors import InvalidArticle
from search.sources.reading import (
    Accepted,
    BadDocument,
    Note,
    Origin,
    ReadOptions,
    Rejected,
    fitting,
    strictly,
)
from search.sources.times import read_times

NAMES: dict[str, list[str]] = {
    field: names.split()
    for field, names in {
        "id": "id _id article_id articleid uuid guid doc_id docid",
        "title": "title headline head titel überschrift ueberschrift schlagzeile titre titular título titulo "
        "titolo name",
        "description": "description summary abstract standfirst subtitle subheadline dek lead lede teaser "
        "excerpt short_description trail_text untertitel vorspann zusammenfassung chapeau chapô chapo "
        "sous_titre résumé subtítulo subtitulo resumen entradilla bajada sottotitolo sommario occhiello",
        "highlights": "highlights bullets bullet_points key_points",
        "body": "body text content article maintext main_text full_text fulltext body_text article_text "
        "articlebody story paragraphs volltext artikeltext inhalt texte contenu corps texto contenido cuerpo "
        "testo contenuto corpo",
        "published": "published date published_at publishedat publication_date publish_date "
        "published_date date_published datepublished date_publish pub_date pubdate datetime timestamp time "
        "created_at created datum veröffentlicht veroeffentlicht veröffentlicht_am veröffentlichungsdatum "
        "erscheinungsdatum erschienen_am date_publication date_de_publication publié_le date_parution fecha "
        "fecha_publicación fecha_publicacion fecha_de_publicación fecha_de_publicacion data_pubblicazione "
        "data_di_pubblicazione pubblicato_il data_publicação data_de_publicação",
        "modified": "modified modified_at modified_date modification_date date_modified datemodified updated "
        "updated_at updatedat update_date last_modified lastmodified last_updated geändert geändert_am "
        "aktualisiert aktualisiert_am modifié modifié_le actualizado aggiornato",
        "keywords": "keywords keyword tags topics categories category subjects schlagworte schlagwörter "
        "schlagwoerter stichworte stichwörter mots_clés mots_cles etiquetas palabras_clave parole_chiave "
        "palavras_chave",
        "authors": "authors author byline by creator creators writer autor autoren autorin verfasser auteur "
        "auteurs autores autora autore autori",
        "source": "source publisher publication outlet newspaper site_name source_name provider quelle "
        "zeitung fuente periódico periodico fonte testata",
        "url": "url link uri web_url weburl source_url canonical_url permalink lien enlace",
        "language": "language lang locale sprache langue idioma lingua",
    }.items()
}
"""What an article's fields are called elsewhere, as `name_key` has it; the first one with a value is taken.

In English first, then in German, French, Spanish, Italian and Portuguese, but for names that are those of
other things in English data ("data", "media", "journal").
"""

_SPLIT = {
    "highlights": re.compile(r"\s*\n\s*(?:[-*•]\s+)?"),
    "keywords": re.compile(r"\s*[,;|]\s*"),
    "authors": re.compile(r"\s*[;|]\s*|\s+and\s+"),
}
_NAMED = ("name", "main", "original", "value", "text", "label", "title", "term")
_NOT_A_NAME = re.compile(r"[^a-z0-9_]+")


def article_of(record: Mapping[str, object], origin: Origin, options: ReadOptions) -> Accepted:
    """The article that `record` describes; raises `BadDocument`."""
    reader = _Record(record, options)
    try:
        article = Article(**reader.fields(), extra=reader.extra())
    except InvalidArticle as error:
        raise BadDocument(error.code, str(error)) from error
    return Accepted(article, origin, strictly(reader.notes, options))


def noting_a_lack(
    items: Iterable[Accepted | Rejected], columns: Iterable[str], options: ReadOptions
) -> Iterator[Accepted | Rejected]:
    """The articles of a table's rows; the first has a note where no column of the table is a title."""
    wanted = {name_key(options.names["title"])} if "title" in options.names else {*NAMES["title"]}
    lacking = not wanted & set(map(name_key, columns))
    for item in items:
        if lacking and isinstance(item, Accepted):
            note = Note("no-title-column", "no column is a title; say which it is with --map title=COLUMN")
            item, lacking = replace(item, notes=(*item.notes, note)), False
        yield item


class _Record:
    """A record being read, with what has been found odd so far."""

    def __init__(self, record: Mapping[str, object], options: ReadOptions) -> None:
        self.left = dict(record)
        self.names = _names_of(tuple(record), tuple(options.names.items()))
        if "extra" in record and isinstance(
            own := record["extra"], Mapping
        ):  # as `news show --format json` writes it
            del self.left["extra"]
            self.left.update(own)
        self.options = options
        self.notes: list[Note] = []
        self.kept: dict[str, tuple[str, ...]] = {}

    def fields(self) -> dict[str, Any]:
        """The article's own fields that there is a value for; those are then no longer left over.

        Raises `BadDocument` for a value that cannot be that of its field, and for a thing with but a name.
        """
        found: dict[str, Any] = {}
        named_only = False  # as people, products and rules are
        for field, names in self.names.items():
            for written in names:
                value = self.left.get(written)
                if value or (value is not None and value not in ("", [], {})):
                    del self.left[written]
                    found[field] = self._field(field, value)
                    named_only |= field == "title" and name_key(written) == "name"
                    break
        texts = found.keys() & {"description", "highlights", "body"}
        if named_only and not texts and "title" not in self.options.names:
            raise BadDocument("not-an-article", "the record has a name, but no headline and no text")
        times = read_times(
            found.get("published", ()), self.options, self.notes, modified=found.get("modified", ())
        )
        self.kept = dict(times.as_written)
        return found | {
            "published": times.published,
            "precision": times.precision,
            "modified": times.modified,
        }

    def _field(self, field: str, value: object) -> object:
        match field:
            case "id":
                return self._identity(value)
            case "highlights" | "keywords" | "authors":
                return self._values(field, value)
            case "published" | "modified":
                return self._written_time(value)
            case _:
                return self._text(field, value)

    def _identity(self, value: object) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, Mapping) and isinstance(value.get("$oid"), str):
            return str(value["$oid"])
        raise BadDocument("bad-id", f"the id is {_kind(value)}, not text")

    def _text(self, field: str, value: object) -> str:
        found = _named(value)
        if isinstance(value, list) and field in ("title", "description", "body"):
            found = "\n\n".join(item for item in value if isinstance(item, str)) or None
        elif isinstance(value, list) and value:
            found = _named(value[0])
        elif found is None and isinstance(value, int) and field in ("title", "source"):
            found = str(value)
        if found is None:
            raise BadDocument("bad-field", f"{field} is {_kind(value)}, not text")
        if has_controls(found.replace("\r", "")):
            self.notes.append(Note("control-characters", f"control characters were taken out of {field}"))
        return found

    def _values(self, field: str, value: object) -> tuple[str, ...]:
        if isinstance(value, str):
            value = _listed(value) or _SPLIT[field].split(value.strip().removeprefix("- "))
        found = value if isinstance(value, list) else [value]
        kept = [text for item in found if (text := _named(item)) is not None]
        if len(kept) < len(found):
            odd = next(item for item in found if _named(item) is None)
            raise BadDocument("bad-field", f"{field} has {_kind(odd)}, not text")
        if field != "highlights":
            kept = list(fitting(field, kept, self.notes))
        if field == "authors":
            kept = [re.sub(r"^by\s+", "", text, flags=re.IGNORECASE) for text in kept]
        return tuple(kept)

    def _written_time(self, value: object) -> tuple[str, ...]:
        """The text of a time; none, with a note, for a value that is neither a text nor a number."""
        if isinstance(value, Mapping):
            value = value.get("$date", value)
        match value:
            case str():
                return (value,)
            case int() | float() if not isinstance(value, bool):
                return (format(value, "f" if value % 1 else ".0f"),)
            case _:
                self.notes.append(Note("unreadable-date", f"the date is {_kind(value)}, not text"))
                return ()

    def extra(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for written, value in self.left.items():
            items = value if isinstance(value, list) else [] if value in (None, "") else [value]
            if not items or not written.strip():
                continue
            texts = [_plain(item) for item in items]
            name = _extra_name(written)
            if None in texts or not name:
                self.notes.append(Note("ignored-field", f"{shortened(written)} cannot be a field of its own"))
                continue
            kept = fitting(shortened(written), (text for text in texts if text is not None), self.notes)
            if kept:
                found[name] = found.get(name, ()) + kept
        return found | self.kept


@lru_cache(maxsize=4096)
def name_key(written: str) -> str:
    """The name of a field or column as it is looked up: "Publication Date " is publication_date."""
    return re.sub(r"[\s-]+", "_", normalize("NFC", written).strip().lower())


@lru_cache(maxsize=256)
def _names_of(written: tuple[str, ...], given: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    """Which of a record's names stand for each field that it has, in order of preference."""
    by_name = {name_key(name): name for name in reversed(written)}
    wanted = {**NAMES, **{field: [name_key(name)] for field, name in given}}
    found = ((field, [by_name[name] for name in names if name in by_name]) for field, names in wanted.items())
    return {field: names for field, names in found if names}


@lru_cache(maxsize=4096)
def _extra_name(written: str) -> str:
    """What the extra field of a record's name is called; "" where it cannot be one."""
    name = _NOT_A_NAME.sub("_", written.lower()).strip("_")
    if name in OWN_FIELDS or not EXTRA_NAME.fullmatch(name):
        name = f"x_{name}"[:64]
    return name if EXTRA_NAME.fullmatch(name) else ""


def _named(value: object) -> str | None:
    """Text, or the text that an object is named by, as in {"id": null, "name": "Herald"}."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return next((value[name] for name in _NAMED if isinstance(value.get(name), str)), None)
    return None


def _plain(value: object) -> str | None:
    """A value as a keyword: text, a number, a truth value; None for what has parts."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return _named(value)


def _listed(text: str) -> list[object] | None:
    """The list that a cell of a table holds as JSON, if it does."""
    if not text.startswith("["):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) else None


def _kind(value: object) -> str:
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
