"""The fields that exports label, by the label's name in several languages, and their draft of an article.

A vendor's reader finds the fields of each document; here they become an article. `FIELDS` maps a label as
`label_key` writes it to a field: a field of the draft, an extra field, or "" for a value that is not kept,
such as the number of words.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from unicodedata import combining, normalize

from search.dates import UnreadableDate, read_stamp
from search.dates.instants import MAX_DATE_LENGTH
from search.dates.names import find_month, is_weekday
from search.sources.reading.draft import ArticleDraft
from search.sources.reading.options import ReadOptions
from search.sources.reading.outcome import Accepted, BadDocument, Note, Origin, Rejected
from search.sources.wires.conventions import names_in

Fields = dict[str, list[str]]
"""The values of a document's fields, by the names that `FIELDS` gives them."""

EXTRA = (
    "section page edition dateline kicker places people orgs companies industries tickers series "
    "publisher publication_type document_type database issn"
).split()
"""The extra fields that exports fill."""

FIELDS: dict[str, str] = {
    label: field
    for field, labels in {
        "authors": "byline|author|authors|auteur|auteurs|autor|autoren|autore|autori|autores",
        "section": "section|rubrique|rubrik|ressort|seccion|sezione|rubriek|sectie|secao",
        "dateline": "dateline",
        "description": "highlight|encart|abstract",
        "language": "language|langue|sprache|idioma|lingua|taal|language of publication",
        "keywords": "subject|sujet|soggetto|onderwerp|identifier / keyword",
        "places": "geographic|localisation geo|geographie|country|state|city|location",
        "people": "person|people|personne|persona|personen",
        "orgs": "organization|organisation|organizacion|organizzazione|company / organization",
        "companies": "company|societe|unternehmen|empresa|bedrijf",
        "industries": "industry|secteur activite|branche|business indexing term",
        "tickers": "ticker|symbole boursier",
        "series": "series",
        "edition": "edition|ausgabe",
        "publication_type": "publication type|type publication|source type",
        "document_type": "document type",
        "title": "title|headline",
        "source": "publication title",
        "date": "publication date",
        "year": "publication year|year",
        "page": "first page|pages",
        "id": "proquest document id",
        "url": "document url|url",
        "publisher": "publisher",
        "database": "database",
        "issn": "issn",
        "body": "full text|correction|berichtigung",
        "publication": "publication info",
        "loaded": "load date|date chargement|update|fecha carga|correction date|last updated",
        "": "length|longueur|lange|longitud|lunghezza|lengte|journal code|zeitungs code|code publication|"
        "distribution|graphic|grafik|copyright|links|place of publication|country of publication|"
        "publication subject|document feature|number of pages|volume|issue|word count|acc no",
    }.items()
    for label in labels.split("|")
}


def label_key(label: str) -> str:
    """A label as `FIELDS` has it: in lower case, without accents, with spaces for hyphens."""
    letters = normalize("NFD", label.replace("-", " ").replace("\xa0", " ").lower())
    return " ".join("".join(c for c in letters if not combining(c)).split())


_LABEL = re.compile(r"([^\W\d_][\w /-]{1,30}?)[ \xa0]?:(?:\s+|(?=[A-Z]|\Z))")
_LANGUAGES = {
    label_key(name): code
    for code, names in {
        "ar": "arabic arabisch arabe",
        "da": "danish danisch danois dansk",
        "de": "german deutsch allemand aleman tedesco duits alemao 德文 ドイツ語",
        "en": "english englisch anglais ingles inglese engels 英文 英語",
        "es": "spanish spanisch espagnol espanol spagnolo spaans espanhol 西班牙文 スペイン語",
        "fi": "finnish finnisch finnois suomi",
        "fr": "french franzosisch francais frances francese frans 法文 フランス語",
        "hu": "hungarian ungarisch hongrois magyar",
        "it": "italian italienisch italien italiano italiaans 意大利文",
        "ja": "japanese japanisch japonais 日文 日本語",
        "ko": "korean koreanisch coreen 韓文 韩文",
        "nl": "dutch niederlandisch neerlandais nederlands",
        "no": "norwegian norwegisch norvegien norsk",
        "pl": "polish polnisch polonais polski",
        "pt": "portuguese portugiesisch portugais portugues 葡萄牙文",
        "ro": "romanian rumanisch roumain romana",
        "ru": "russian russisch russe ruso русский 俄文",
        "sv": "swedish schwedisch suedois svenska",
        "tr": "turkish turkisch turc turkce",
        "zh": "chinese chinesisch chinois chino 中文",
    }.items()
    for name in names.split()
}
_CJK_DATE = re.compile(r"(\d{4})\s?[年년]\s?(\d\d?)\s?[月월]\s?(\d\d?)\s?[日일]")
_CODE = re.compile(r"[a-z]{2}")
_MAX_DATE_WORDS, _MAX_LINE_WITH_DATE, _MAX_HEADING_LENGTH = 9, 400, 40


def is_heading(paragraph: str, headings: Container[str]) -> bool:
    """True if the paragraph is one of the headings, which are written as `label_key` writes labels."""
    return len(paragraph) <= _MAX_HEADING_LENGTH and label_key(paragraph) in headings


def labelled(paragraph: str) -> tuple[str, str] | None:
    """The field and the value of a paragraph that begins with a known label; None for another one."""
    label = _LABEL.match(paragraph)
    if label is None or (field := FIELDS.get(label_key(label[1]))) is None:
        return None
    value = paragraph[label.end() :].strip()
    if field == "loaded" and (len(value) > MAX_DATE_LENGTH or not re.search(r"\d", value)):
        return None  # a sentence that begins with "Update:"
    return field, value


def language_code(written: str) -> str:
    """The code of a language that is named in English or in another large language; "" if unknown."""
    first = label_key(re.split(r"[;,(]", written)[0])
    return _LANGUAGES.get(first) or (written if _CODE.fullmatch(written) else "")


def date_within(line: str, options: ReadOptions) -> tuple[str, str, str] | None:
    """The date in a line, and the texts before and after it; None if there is no date with a month.

    The longest run of words that can be read as a date is taken. The name of a weekday is left out of it, as
    it stands at any place: "May 30, 2014 Friday 9:50 PM GMT".
    """
    if len(line) > _MAX_LINE_WITH_DATE:
        return None
    words = _CJK_DATE.sub(r"\1-\2-\3", line.replace("\xa0", " ")).split()
    kept = [word for word in words if not (len(word) > 3 and _is_weekday(word))]
    if not any(character.isdigit() for word in kept for character in word):
        return None
    for length in range(min(len(kept), _MAX_DATE_WORDS), 0, -1):
        for start in range(len(kept) - length + 1):
            text = " ".join(kept[start : start + length]).strip(",;:.()[]•- ")
            if _is_dated(text, options):
                after = " ".join(kept[start + length :]).strip(",;:.•- ")
                return " ".join(kept[:start]).strip(",;:.•- "), text, after
    return None


def _is_weekday(word: str) -> bool:
    bare = word.strip(",.;")
    return is_weekday(bare) and find_month(bare) is None


def _is_dated(text: str, options: ReadOptions) -> bool:
    if len(text) < 6 or text.isdecimal():
        return False
    try:
        return read_stamp(text, options.zone, options.order).precision != "year"
    except UnreadableDate:
        return False


def add(fields: Fields, field: str, value: str) -> None:
    """Add a value to a field, unless the value is empty or the field is not kept."""
    if field and value.strip():
        fields.setdefault(field, []).append(value.strip())


def items(
    documents: Iterable[Fields | BadDocument], path: str, options: ReadOptions
) -> Iterator[Accepted | Rejected]:
    """The article of each document, or its rejection."""
    for number, fields in enumerate(documents, start=1):
        origin = Origin(path, f"document {number}")
        try:
            if isinstance(fields, BadDocument):
                raise fields
            yield _draft(fields, options).accepted(origin)
        except BadDocument as error:
            yield Rejected(origin, error.code, error.reason)


def _draft(fields: Mapping[str, list[str]], options: ReadOptions) -> ArticleDraft:
    def line(name: str) -> str:
        return " ".join(" ".join(fields.get(name, ())).split())

    language = language_code(line("language"))
    return ArticleDraft(
        options,
        id=line("id"),
        title=line("title"),
        description=line("description"),
        body="\n\n".join(fields.get("body", ())),
        dates=fields.get("date", ()) or fields.get("year", ()),
        keywords=fields.get("keywords", ()),
        authors=[
            name
            for byline in fields.get("authors", ())
            for name in names_in(byline, language=language, source=line("source"))
        ],
        source=line("source"),
        url=line("url"),
        language=language,
        extra={name: fields[name] for name in EXTRA if name in fields},
        notes=[Note("missing-documents", text) for text in fields.get("note", ())],
    )
