"""Files and folders become articles: the formats, the names of fields, and what is passed over."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal
from unicodedata import normalize
from zoneinfo import ZoneInfo

import pytest

from search.article import Article
from search.dates import DayOrder
from search.sources import Accepted, ReadOptions, Rejected
from tests.conftest import day
from tests.sources.documents import DEFAULT, articles, read, written


def record(tmp_path: Path, fields: Mapping[str, object], options: ReadOptions = DEFAULT) -> Article:
    (article,) = articles(written(tmp_path, "one.jsonl", json.dumps(fields)), options)
    return article


# --- plain text -------------------------------------------------------------------------------------

TIME = "2025-02-11T18:01:34+00:00"
POINTS = ("Nobody was hurt", "The quay is shut")
WHOLE = Article(
    title="Crane falls at Lowmere",
    description="It came down at noon.",
    published=day("2025-02-11T18:01:34"),
    highlights=POINTS,
    body="The crane was old.\n\nWhat next\n\nNobody knows.",
)
WHOLE_TEXT = (
    f"Crane falls at Lowmere\nIt came down at noon.\n{TIME}\n- Nobody was hurt\n- The quay is shut\n"
    "The crane was old.\nWhat next\nNobody knows.\n"
)

ON_THAT_DAY = partial(Article, title="Crane", published=day("2025-02-11"), precision="day")

PLAIN_TEXTS = {
    "all parts": (WHOLE_TEXT, WHOLE),
    "blank lines between": (WHOLE_TEXT.replace("\n", "\n\n"), WHOLE),
    "line ends of Windows": (WHOLE_TEXT.replace("\n", "\r\n"), WHOLE),
    "a byte-order mark": ("\ufeff" + WHOLE_TEXT, WHOLE),
    "no end of the last line": (WHOLE_TEXT.rstrip(), WHOLE),
    "no description": (
        f"Crane\n{TIME}\n- Nobody was hurt\nOld.",
        Article(title="Crane", published=day("2025-02-11T18:01:34"), highlights=POINTS[:1], body="Old."),
    ),
    "no time": (
        "Crane\nIt fell.\n- Nobody was hurt\n- The quay is shut\nOld.",
        Article(title="Crane", description="It fell.", highlights=POINTS, body="Old."),
    ),
    "no highlights": (
        "Crane\nIt fell.\n2025-02-11\nOld.\nNew.",
        ON_THAT_DAY(description="It fell.", body="Old.\n\nNew."),
    ),
    "neither time nor highlights": ("Crane\nIt fell.\nOld.", Article(title="Crane", body="It fell.\n\nOld.")),
    "neither description nor time": (
        "Crane\n- Nobody was hurt\nOld.",
        Article(title="Crane", highlights=POINTS[:1], body="Old."),
    ),
    "a title only": ("Crane\n", Article(title="Crane")),
    "a day for a time": (
        "Crane\n2025-02-11\nOld.",
        ON_THAT_DAY(body="Old."),
    ),
    "bullets of another kind": (
        "Crane\nIt fell.\n• Nobody was hurt\n* The quay is shut\nOld.",
        Article(title="Crane", description="It fell.", highlights=POINTS, body="Old."),
    ),
    "cross-links in the body": (
        "Crane\n2025-02-11\nOld.\nYou may also like: Ferry late\nRelated story: A ferry\nRead more: B\nNew.",
        ON_THAT_DAY(body="Old.\n\nNew."),
    ),
    "a dash later on": (
        "Crane\n- Nobody was hurt\nOld.\n- said a docker",
        Article(title="Crane", highlights=POINTS[:1], body="Old.\n\n- said a docker"),
    ),
}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize(("text", "expected"), PLAIN_TEXTS.values(), ids=PLAIN_TEXTS)
def test_plain_text_is_read_with(tmp_path: Path, text: str, expected: Article, packed: bool) -> None:
    content = gzip.compress(text.encode()) if packed else text.encode()
    assert articles(written(tmp_path, "a.txt.gz" if packed else "a.txt", content)) == [expected]


def test_a_file_without_a_suffix_is_plain_text(tmp_path: Path) -> None:
    assert articles(written(tmp_path, "crane", "Crane\nOld.\nNew."))[0].title == "Crane"


def test_latin_1_is_rejected_with_a_hint_and_read_with_the_encoding(tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", "Café shut\nOwner away\nFor good".encode("latin-1"))
    (rejected,) = read(path)
    assert isinstance(rejected, Rejected)
    assert rejected.code == "encoding"
    assert "byte 3" in rejected.reason
    assert "--encoding latin-1" in rejected.reason
    assert articles(path, ReadOptions(encoding="latin-1"))[0].title == "Café shut"


# --- records ----------------------------------------------------------------------------------------

LINES = '{"id":"r1","title":"Crane","body":"Old."}\n{"id":"r2","title":"Ferry","body":"Late."}\n'
TABLE = "id,title,body\nr1,Crane,Old.\nr2,Ferry,Late.\n"
LIST = json.dumps([json.loads(line) for line in LINES.splitlines()])
BOTH = [Article(id="r1", title="Crane", body="Old."), Article(id="r2", title="Ferry", body="Late.")]

RECORDS = {
    "JSON lines": ("a.jsonl", LINES, BOTH),
    "JSON lines called ndjson": ("a.ndjson", LINES, BOTH),
    "JSON lines called json": ("a.json", LINES, BOTH),
    "one JSON object": ("a.json", LINES.splitlines()[0].replace(",", ",\n"), BOTH[:1]),
    "a JSON list": ("a.json", LIST, BOTH),
    "a JSON list called jsonl": ("a.jsonl", LIST, BOTH),
    "a JSON object with articles": ("a.json", f'{{"status": "ok",\n"articles": {LIST}\n}}', BOTH),
    "a JSON object with docs": ("a.json", f'{{"found": 2,\n"docs": {LIST}\n}}', BOTH),
    "a table with commas": ("a.csv", TABLE, BOTH),
    "a table with semicolons": ("a.csv", TABLE.replace(",", ";"), BOTH),
    "a table with tabs": ("a.tsv", TABLE.replace(",", "\t"), BOTH),
    "a table with tabs called csv": ("a.csv", TABLE.replace(",", "\t"), BOTH),
    "a table with line ends of Windows": ("a.csv", TABLE.replace("\n", "\r\n"), BOTH),
    "a table in another order": ("a.csv", "body,id,title\nOld.,r1,Crane\nLate.,r2,Ferry\n", BOTH),
    "a table with empty rows": ("a.csv", TABLE.replace("\nr2", "\n\n,,\nr2"), BOTH),
    "a table with quoted line ends": (
        "a.csv",
        'id,title,body\nr1,Crane,"Old,\n""very"" old"\nr2,Ferry,Late.\n',
        [Article(id="r1", title="Crane", body='Old,\n"very" old'), BOTH[1]],
    ),
    "a table with empty cells": ("a.csv", "id,title,body,url\nr1,Crane,Old.,\n", BOTH[:1]),
}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize(("name", "content", "expected"), RECORDS.values(), ids=RECORDS)
def test_records_are_read_from(
    tmp_path: Path, name: str, content: str, expected: list[Article], packed: bool
) -> None:
    if packed:
        path = written(tmp_path, f"{name}.gz", gzip.compress(content.encode()))
    else:
        path = written(tmp_path, name, content)
    assert articles(path) == expected


@pytest.mark.parametrize(
    ("name", "content", "places"),
    [
        ("a.jsonl", "\n" + LINES, ["line 2", "line 3"]),
        ("a.json", LIST, ["item 1", "item 2"]),
        ("a.csv", TABLE, ["line 2", "line 3"]),
        ("a.txt", WHOLE_TEXT, [""]),
    ],
)
def test_the_origin_says_where_a_document_was(
    tmp_path: Path, name: str, content: str, places: list[str]
) -> None:
    path = written(tmp_path, name, content)
    assert [item.origin.place for item in read(path)] == places
    assert {item.origin.path for item in read(path)} == {str(path)}


ALIASES = {
    "id": ("guid", "x7", "x7"),
    "title": ("headline", "Crane", "Crane"),
    "description": ("abstract", "It fell.", "It fell."),
    "highlights": ("bullets", ["One", "Two"], ("One", "Two")),
    "body": ("content", "Old.", "Old."),
    "published": ("publishedAt", "2025-02-11T18:01:34Z", day("2025-02-11T18:01:34")),
    "modified": ("updated_at", "2025-02-11T18:01:34Z", day("2025-02-11T18:01:34")),
    "keywords": ("tags", ["crane", "quay"], ("crane", "quay")),
    "authors": ("byline", "By Ida Holm and Per Vik", ("Ida Holm", "Per Vik")),
    "source": ("publisher", "Gazette", "Gazette"),
    "url": ("link", "https://gazette.example/1", "https://gazette.example/1"),
    "language": ("locale", "en", "en"),
}


@pytest.mark.parametrize("field", ALIASES)
def test_a_field_is_known_by_its_other_names(tmp_path: Path, field: str) -> None:
    name, value, expected = ALIASES[field]
    article = record(tmp_path, {"title" if field != "title" else "text": "Some title", name: value})
    assert getattr(article, field) == expected


TABLES = {
    "German": "Titel;Vorspann;Text;Datum;Autor;Schlagwörter;Quelle;Sprache;Rubrik",
    "French": "titre;chapô;texte;Date de publication;auteur;Mots-clés;source;langue;Rubrik",
    "Spanish": "Título;Entradilla;Texto;Fecha de publicación;Autor;Etiquetas;Fuente;Idioma;Rubrik",
    "Italian": "titolo;sommario;testo;data_pubblicazione;autore;parole chiave;fonte;lingua;Rubrik",
    "Portuguese": "Título;resumen;texto;Data de publicação;Autor;Palavras-chave;Fonte;Idioma;Rubrik",
}


@pytest.mark.parametrize("header", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_columns_of_a_table_are_known_in_other_languages(
    tmp_path: Path, header: str, form: Literal["NFC", "NFD"]
) -> None:
    row = "Crane;It fell.;Old.;2025-02-11;Ida Holm;crane, quay;Gazette;xx;Docks"
    (article,) = articles(written(tmp_path, "a.csv", f"{normalize(form, header)}\n{row}\n"))
    assert article == ON_THAT_DAY(
        description="It fell.",
        body="Old.",
        authors=("Ida Holm",),
        keywords=("crane", "quay"),
        source="Gazette",
        language="xx",
        extra={"rubrik": ("Docks",)},
    )


def test_spaces_and_dashes_in_a_name_are_as_good_as_underscores(tmp_path: Path) -> None:
    (article,) = articles(written(tmp_path, "a.csv", "Article ID,title,Publish-Date\n7,Crane,2025-02-11\n"))
    assert article == ON_THAT_DAY(id="7")


@pytest.mark.parametrize("names", [{}, {"title": "Hed line"}])
def test_a_table_without_titles_is_noted_once_unless_it_is_said_which_they_are(
    tmp_path: Path, names: dict[str, str]
) -> None:
    path = written(tmp_path, "a.csv", "text,hed-line\nOld.,Crane\nNew.,Quay\n")
    codes = [
        [note.code for note in item.notes]
        for item in read(path, ReadOptions(names=names, strict=True))
        if isinstance(item, Accepted)
    ]
    assert codes == ([[], []] if names else [["no-title-column"], []])


def test_the_first_name_that_has_a_value_is_taken(tmp_path: Path) -> None:
    article = record(tmp_path, {"title": "", "headline": "Crane", "summary": "It fell.", "description": None})
    assert (article.title, article.description) == ("Crane", "It fell.")


@pytest.mark.parametrize(
    ("name", "content"), [("a.jsonl", '{"Hed":"Crane","title":"No"}'), ("a.csv", "Hed\nCrane")]
)
def test_names_say_what_the_source_calls_a_field(tmp_path: Path, name: str, content: str) -> None:
    (article,) = articles(written(tmp_path, name, content), ReadOptions(names={"title": "hed"}))
    assert article.title == "Crane"


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("source", {"id": None, "name": "Gazette"}, "Gazette"),
        ("title", {"main": "Crane", "kicker": "Docks"}, "Crane"),
        ("authors", [{"name": "Ida Holm"}, {"name": "Per Vik"}], ("Ida Holm", "Per Vik")),
        ("author", {"name": "Ida Holm"}, ("Ida Holm",)),
        ("body", ["Old.", "New."], "Old.\n\nNew."),
        ("id", {"$oid": "5f"}, "5f"),
        ("published", {"$date": "2025-02-11"}, day("2025-02-11")),
    ],
)
def test_an_object_stands_for_the_text_in_it(
    tmp_path: Path, field: str, value: object, expected: object
) -> None:
    article = record(tmp_path, {"headline": "Some title", field: value})
    assert getattr(article, "authors" if field == "author" else field) == expected


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("keywords", "crane, quay;docks|sea", ("crane", "quay", "docks", "sea")),
        ("keywords", "the &quot;big&quot; crane; R&amp;D; AT&T", ('the "big" crane', "R&D", "AT&T")),
        ("keywords", '["crane, old", "quay"]', ("crane, old", "quay")),
        ("authors", "Ida Holm; Per Vik and Bo Aas", ("Ida Holm", "Per Vik", "Bo Aas")),
        ("highlights", "- One, still one\n- Two", ("One, still one", "Two")),
    ],
)
def test_a_cell_can_hold_several_values(
    tmp_path: Path, column: str, cell: str, expected: tuple[str, ...]
) -> None:
    quoted = cell.replace('"', '""')
    (article,) = articles(written(tmp_path, "a.csv", f'title,{column}\nCrane,"{quoted}"\n'))
    assert getattr(article, column) == expected


def test_a_name_is_a_headline_where_there_is_a_text_or_it_is_said_to_be(tmp_path: Path) -> None:
    assert record(tmp_path, {"name": "Crane", "text": "It fell."}).title == "Crane"
    assert record(tmp_path, {"name": "Crane"}, ReadOptions(names={"title": "name"})).title == "Crane"


def test_what_is_left_over_becomes_extra_fields(tmp_path: Path) -> None:
    left = {"places": ["lowmere", "vesk"], "Section Name": "Docks", "pages": 3, "front": True, "none": None}
    assert record(tmp_path, {"title": "Crane", **left, "desk": {"name": "Home"}}).extra == {
        "places": ("lowmere", "vesk"),
        "section_name": ("Docks",),
        "pages": ("3",),
        "front": ("yes",),
        "desk": ("Home",),
    }


def test_a_name_in_extra_never_replaces_a_field_of_the_record(tmp_path: Path) -> None:
    inner: dict[str, object] = {
        "title": "inner",
        "headline": "inner",
        "byline": "inner",
        "places": ["vesk"],
        "embargo": "2199",
    }
    outer: dict[str, object] = {
        "headline": "Crane",
        "byline": "Ida Holm",
        "x_title": "outer",
        "places": "lowmere",
    }
    for found in (
        record(tmp_path, outer | {"extra": inner}),
        Article.from_dict({"extra": inner} | outer),
    ):
        assert (found.title, found.authors) == ("Crane", ("Ida Holm",))
        assert found.extra == {
            "x_title": ("outer", "inner"),
            "headline": ("inner",),
            "byline": ("inner",),
            "places": ("lowmere", "vesk"),
            "embargo": ("2199",),
        }


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("By Ida Holm, Per Vik and Ada Rook", ["Ida Holm", "Per Vik", "Ada Rook"]),
        ("BY IDA HOLM, PER VIK, AND ADA ROOK", ["IDA HOLM", "PER VIK", "ADA ROOK"]),
        ("Ida Holm and Per Vik, Reuters", ["Ida Holm", "Per Vik", "Reuters"]),
        ("Holm, Ida", ["Holm, Ida"]),
        ("Holm, Ida and Vik, Per", ["Holm, Ida", "Vik, Per"]),
        ("Holm, Ida; Vik, Per", ["Holm, Ida", "Vik, Per"]),
        ("Ida Holm, Jr., Per Vik, M.D. and Ada Rook", ["Ida Holm, Jr.", "Per Vik, M.D.", "Ada Rook"]),
        ("Ida Holm, Political Editor", ["Ida Holm, Political Editor"]),
        ("Ida Holm, political editor, and Per Vik", ["Ida Holm, political editor", "Per Vik"]),
    ],
)
def test_names_in_a_byline_are_not_glued_at_commas(tmp_path: Path, byline: str, authors: list[str]) -> None:
    assert list(record(tmp_path, {"title": "Crane", "byline": byline}).authors) == authors


def test_the_names_of_dublin_core_are_names_of_fields() -> None:
    record = {
        "dc:title": "Crane",
        "dc:creator": "Ida Holm",
        "dcterms:date": "2025-02-11",
        "dc:subject": "quay",
    }
    article = Article.from_dict(record)
    assert (article.title, article.authors, article.keywords) == ("Crane", ("Ida Holm",), ("quay",))
    assert (article.published, article.extra) == (day("2025-02-11"), {})


def test_a_column_of_a_table_becomes_an_extra_field(tmp_path: Path) -> None:
    (article,) = articles(written(tmp_path, "a.csv", "title,section\nCrane,Docks\n"))
    assert article.extra == {"section": ("Docks",)}


@pytest.mark.parametrize(
    ("date", "options", "expected"),
    [
        ("2025-07-01T10:00", ReadOptions(zone=ZoneInfo("Europe/Berlin")), day("2025-07-01T08:00")),
        ("2025-07-01T10:00+02:00", DEFAULT, day("2025-07-01T08:00")),
        ("Tue, 11 Feb 2025 18:01:34 EST", DEFAULT, day("2025-02-11T23:01:34")),
        ("February 11, 2025", DEFAULT, day("2025-02-11")),
        (1_739_296_894, DEFAULT, day("2025-02-11T18:01:34")),
        (1_739_296_894_500, DEFAULT, day("2025-02-11T18:01:34") + timedelta(milliseconds=500)),
    ],
)
def test_a_date_is_read_as(tmp_path: Path, date: str | int, options: ReadOptions, expected: datetime) -> None:
    assert record(tmp_path, {"title": "Crane", "date": date}, options).published == expected


@pytest.mark.parametrize(
    ("order", "expected"), [("day-first", day("2024-02-01")), ("month-first", day("2024-01-02"))]
)
def test_the_order_settles_an_ambiguous_date(tmp_path: Path, order: DayOrder, expected: datetime) -> None:
    fields = {"title": "Crane", "date": "01/02/2024"}
    assert record(tmp_path, fields, ReadOptions(order=order)).published == expected


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", '{"title":"Crane","date":"soonish"}'),
        ("a.csv", "title,date\nCrane,soonish\n"),
        ("a.txt", "Crane\nIt fell.\n2025-02-30T10:00\n- One\n"),
    ],
)
def test_an_unreadable_date_is_noted_and_rejected_only_where_reading_is_strict(
    tmp_path: Path, name: str, content: str
) -> None:
    path = written(tmp_path, name, content)
    (taken,) = read(path)
    assert isinstance(taken, Accepted)
    assert taken.article.published is None
    assert [note.code for note in taken.notes] == ["unreadable-date"]
    (refused,) = read(path, ReadOptions(strict=True))
    assert isinstance(refused, Rejected)
    assert refused.code == "unreadable-date"
