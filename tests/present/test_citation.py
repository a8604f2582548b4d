"""References: each value where the format has it, dates to their precision, and bytes that stay the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from search.article import Article, Precision
from search.present.citation import CITATION_FORMATS, cite, record_to_cite

STORY = Article(
    id="wire-1204",
    title="Harbour {reopens} & 5 % more",
    description="Ships\ncome in.",
    body="A text that is not cited.",
    published=datetime(2025, 4, 8, 23, 30, tzinfo=UTC),
    authors=("Ruiz, Ana", "Bo Li", "Smith, Jr., Al"),
    source="The Vesk_Herald",
    url="https://herald.example/a_{1}?q=50%25",
    language="en-GB",
    keywords=("ports", "strike"),
)
SEEN = datetime(2025, 4, 9, 1, tzinfo=UTC)


def test_ris_has_a_tag_a_line_and_ends_lines_as_it_must() -> None:
    assert "".join(cite([record_to_cite(STORY, SEEN)], "ris")) == (
        "TY  - NEWS\r\n"
        "TI  - Harbour {reopens} & 5 % more\r\n"
        "T2  - The Vesk_Herald\r\n"
        "AB  - Ships come in.\r\n"
        "AU  - Ruiz, Ana\r\n"
        "AU  - Bo Li\r\n"
        "AU  - Smith, Jr., Al\r\n"
        "PY  - 2025\r\n"
        "DA  - 2025/04/08/\r\n"
        "UR  - https://herald.example/a_{1}?q=50%25\r\n"
        "Y2  - 2025/04/09/\r\n"
        "LA  - en-GB\r\n"
        "AN  - wire-1204\r\n"
        "KW  - ports\r\n"
        "KW  - strike\r\n"
        "ER  - \r\n\r\n"
    )


def test_bibtex_escapes_its_marks_and_keeps_whole_names_whole() -> None:
    assert "".join(cite([record_to_cite(STORY, SEEN)], "bibtex")) == (
        "@article{vesk2025harbour-ce2267a0,\n"
        "  title = {{Harbour \\{reopens\\} \\& 5 \\% more}},\n"
        "  author = {Ruiz, Ana and {Bo Li} and {Smith, Jr., Al}},\n"
        "  journal = {The Vesk\\_Herald},\n"
        "  date = {2025-04-08},\n"
        "  year = {2025},\n"
        "  url = {https://herald.example/a_%7B1%7D?q=50%25},\n"
        "  urldate = {2025-04-09},\n"
        "  language = {en-GB},\n"
        "  abstract = {Ships come in.},\n"
        "  keywords = {ports, strike},\n"
        "  note = {id wire-1204},\n"
        "}\n\n"
    )


def test_csl_json_splits_only_names_with_one_comma() -> None:
    (item,) = json.loads("".join(cite([record_to_cite(STORY, SEEN)], "csl-json")))
    assert item == {
        "id": "wire-1204",
        "type": "article-newspaper",
        "title": "Harbour {reopens} & 5 % more",
        "container-title": "The Vesk_Herald",
        "abstract": "Ships come in.",
        "URL": "https://herald.example/a_{1}?q=50%25",
        "language": "en-GB",
        "keyword": "ports, strike",
        "author": [
            {"family": "Ruiz", "given": "Ana"},
            {"literal": "Bo Li"},
            {"literal": "Smith, Jr., Al"},
        ],
        "issued": {"date-parts": [[2025, 4, 8]]},
        "accessed": {"date-parts": [[2025, 4, 9]]},
    }


@pytest.mark.parametrize(
    ("precision", "ris", "bibtex", "csl"),
    [
        ("year", "2025///", "2025", [2025]),
        ("month", "2025/04//", "2025-04", [2025, 4]),
        ("day", "2025/04/08/", "2025-04-08", [2025, 4, 8]),
        ("instant", "2025/04/09/", "2025-04-09", [2025, 4, 9]),
    ],
)
def test_a_date_has_the_precision_of_the_article(
    precision: Precision, ris: str, bibtex: str, csl: list[int]
) -> None:
    article = Article(id="a", title="T", published=STORY.published, precision=precision)
    tokyo = ZoneInfo("Asia/Tokyo")  # where the instant is on the next day, and a day is the same
    written = {kind: "".join(cite([record_to_cite(article)], kind, zone=tokyo)) for kind in CITATION_FORMATS}
    assert f"DA  - {ris}\r\n" in written["ris"]
    assert f"  date = {{{bibtex}}},\n" in written["bibtex"]
    assert json.loads(written["csl-json"])[0]["issued"] == {"date-parts": [csl]}


def test_a_value_that_is_missing_is_left_out() -> None:
    record = record_to_cite(Article(id="a", body="Only a body."))
    assert "".join(cite([record], "ris")) == "TY  - NEWS\r\nAN  - a\r\nER  - \r\n\r\n"
    assert "".join(cite([record], "bibtex")).splitlines()[1:-2] == ["  note = {id a},"]
    assert json.loads("".join(cite([record], "csl-json"))) == [{"id": "a", "type": "article-newspaper"}]
    assert ["".join(cite([], kind)) for kind in CITATION_FORMATS] == ["", "", "[]\n"]


def test_articles_of_one_headline_have_keys_of_their_own() -> None:
    records = [record_to_cite(Article(id=f"a{n}", title="Ferry", source="AP")) for n in range(200)]
    keys = [line for line in "".join(cite(records, "bibtex")).splitlines() if line.startswith("@")]
    assert len(set(keys)) == 200
    assert all(key.startswith("@article{apferry-") for key in keys)


def test_no_text_of_an_article_ends_a_reference_early() -> None:
    hostile = Article(id="a", title="X\nER  - \nTY  - NEWS }, @article{b,", keywords=("a\nb",), body="b")
    assert "".join(cite([record_to_cite(hostile)], "ris")).count("\r\nER  - \r\n") == 1
    assert "".join(cite([record_to_cite(hostile)], "bibtex")).count("\n@") == 0
