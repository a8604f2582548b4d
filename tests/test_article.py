"""An article that exists is valid, and keeps its identity."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.article import (
    MAX_ID_LENGTH,
    MAX_VALUE_LENGTH,
    OWN_FIELDS,
    Article,
    clean,
    clean_values,
    cleaned,
)
from search.errors import InvalidArticle, SearchError

NOON = datetime(2025, 2, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("plain", "plain"),
        ("  ends  \n", "ends"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("tab\tand\nline stay", "tab\tand\nline stay"),
        ("nul\x00 bell\x07 escape\x1b[1m delete\x7f", "nul bell escape[1m delete"),
        ("\ufeffmark", "mark"),
        ("not\ufffe a\uffff character", "not a character"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("café 東京 😀", "café 東京 😀"),
        ("\x00\n\x00", ""),
        ("", ""),
    ],
)
def test_cleaning_takes_out_what_is_no_text(written: str, expected: str) -> None:
    assert clean(written) == expected


@given(st.text(alphabet=st.sampled_from("ab \r\n\t\x00\x1b\ufeff\ud800\u00e9") | st.characters()))
def test_clean_text_is_left_as_it_is_and_can_be_encoded(text: str) -> None:
    found = clean(text)
    assert clean(found) == found
    assert found.encode().decode() == found
    assert "\r" not in found
    assert "\x00" not in found


_KEPT = "\t\n"
_LINE_ENDS = "\r\x0b\x0c\x85"


def clean_by_character(text: str) -> tuple[str, bool]:
    """The contract of `cleaned`, a character at a time."""
    found, had_controls = "", False
    for character in text.replace("\r\n", "\n"):
        is_control = unicodedata.category(character) == "Cc" and character not in _KEPT
        had_controls |= is_control and character.isascii() and character != "\r"
        if character in _LINE_ENDS:
            found += "\n"
        elif unicodedata.category(character) == "Cs":
            found += "\ufffd"
        elif not is_control and character not in "\ufeff\ufffe\uffff":
            found += character
    return found.strip(), had_controls


@given(
    st.text(st.sampled_from("ab \r\n\t\0\x03\x0b\x0c\x1c\x7f"))
    | st.text(st.sampled_from("ab \r\n\t\0\x0b\x7f\x85\x9f\xa0\u2028\ufeff\uffff\ud800é") | st.characters())
)
def test_one_pass_cleans_and_tells_of_control_characters(text: str) -> None:
    assert cleaned(text) == clean_by_character(text)


def test_values_are_put_on_one_line_and_kept_once_in_their_order() -> None:
    assert clean_values(["crude\n oil", "", "Earn", "crude oil", " \x00 ", "earn"]) == (
        "crude oil",
        "Earn",
        "earn",
    )


def test_an_article_is_cleaned_when_it_is_made() -> None:
    article = Article(
        id="  a1 ",
        title="Harbour\n strike\x00",
        description=" Dawn\r\nwalk-out ",
        highlights=("one ", "", "one"),
        body="First.\r\n\r\nSecond.",
        keywords=("port", "port"),
        authors=(" Ana  Ruiz ",),
        source=" The\tHerald ",
        url=" https://news.example/1 ",
        language=" en ",
        extra={"section": ("City ", "City"), "desk": ("",)},
    )
    assert (article.id, article.title, article.description) == ("  a1 ", "Harbour strike", "Dawn\nwalk-out")
    assert (article.highlights, article.body) == (("one",), "First.\n\nSecond.")
    assert (article.keywords, article.authors) == (("port",), ("Ana Ruiz",))
    assert (article.source, article.url) == ("The Herald", "https://news.example/1")
    assert article.language == "en"
    assert article.extra == {"section": ("City",)}


def test_an_article_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Article(title="Storm").title = "Calm"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("hour", "offset", "stored"),
    [
        (12, 0, NOON),
        (14, 2, NOON),
        (7, -5, NOON),
        (0, 5, datetime(2025, 2, 10, 19, tzinfo=UTC)),
    ],
)
def test_a_time_is_kept_in_utc(hour: int, offset: int, stored: datetime) -> None:
    zone = timezone(timedelta(hours=offset))
    published = Article(title="Storm", published=datetime(2025, 2, 11, hour, tzinfo=zone)).published
    assert published == stored
    assert published.tzinfo is UTC


@pytest.mark.parametrize("year", [1501, 1899, 2025, 2199])
def test_years_of_news_are_taken(year: int) -> None:
    assert Article(title="Storm", published=NOON.replace(year=year)).published == NOON.replace(year=year)


@pytest.mark.parametrize("year", [1, 1500, 2200, 9999])
def test_years_that_cannot_be_of_news_are_refused(year: int) -> None:
    with pytest.raises(InvalidArticle, match=f"the year {year} is not between 1501 and 2199") as caught:
        Article(title="Storm", published=NOON.replace(year=year))
    assert caught.value.code == "bad-date"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidArticle, match="no time zone") as caught:
        Article(title="Storm", published=NOON.replace(tzinfo=None))
    assert caught.value.code == "bad-date"


@pytest.mark.parametrize(
    "article",
    [{"title": "Storm"}, {"description": "Storm"}, {"body": "Storm"}],
)
def test_any_one_text_is_enough(article: Mapping[str, str]) -> None:
    assert Article(**article).id  # type: ignore[arg-type]


def test_highlights_alone_are_enough() -> None:
    assert Article(highlights=("Storm",)).highlights == ("Storm",)


def test_an_article_without_any_text_is_refused() -> None:
    with pytest.raises(InvalidArticle, match="no text at all") as caught:
        Article(id="a1", title=" \x00 ", body="\n", keywords=("storm",), source="Herald")
    assert caught.value.code == "no-text"
    assert isinstance(caught.value, SearchError)


@pytest.mark.parametrize("bad", ["a\x00b", "a\nb", "a\ud800", " ", "a\x1bb", "\ufeffa", "a\u202eb"])
def test_an_id_with_control_characters_or_nothing_in_it_is_refused(bad: str) -> None:
    with pytest.raises(InvalidArticle, match="the id is blank or has control characters") as caught:
        Article(id=bad, title="Storm")
    assert caught.value.code == "bad-id"


def test_an_id_can_be_as_long_as_the_limit_and_no_longer() -> None:
    assert Article(id="i" * MAX_ID_LENGTH, title="Storm").id == "i" * MAX_ID_LENGTH
    with pytest.raises(InvalidArticle, match=f"has {MAX_ID_LENGTH + 1} characters") as caught:
        Article(id="i" * (MAX_ID_LENGTH + 1), title="Storm")
    assert caught.value.code == "bad-id"


def _with_value(name: str, value: str) -> Article:
    match name:
        case "keywords":
            return Article(title="Storm", keywords=(value,))
        case "authors":
            return Article(title="Storm", authors=(value,))
        case "source":
            return Article(title="Storm", source=value)
        case _:
            return Article(title="Storm", extra={name: (value,)})


@pytest.mark.parametrize("name", ["keywords", "authors", "source", "section"])
def test_a_value_can_be_as_long_as_the_limit_and_no_longer(name: str) -> None:
    assert "v" * MAX_VALUE_LENGTH in json.dumps(_with_value(name, "v" * MAX_VALUE_LENGTH).as_record())
    with pytest.raises(InvalidArticle, match=f"a value of {name} has {MAX_VALUE_LENGTH + 1}") as caught:
        _with_value(name, "v" * (MAX_VALUE_LENGTH + 1))
    assert caught.value.code == "bad-field"


@pytest.mark.parametrize("name", ["places", "a", "x1_y", "n" * 64])
def test_an_extra_field_keeps_its_name(name: str) -> None:
    assert Article(title="Storm", extra={name: ("v",)}).extra == {name: ("v",)}


@pytest.mark.parametrize(
    "name", ["", "Places", "1st", "_x", "two words", "a-b", "a:b", "ünder", "n" * 65, *sorted(OWN_FIELDS)]
)
def test_an_extra_field_that_no_query_could_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidArticle, match="an extra field cannot be called") as caught:
        Article(title="Storm", extra={name: ("v",)})
    assert caught.value.code == "bad-field"


def test_extra_fields_are_in_the_order_of_their_names() -> None:
    assert list(Article(title="Storm", extra={"z": ("1",), "a": ("2",)}).extra) == ["a", "z"]


def test_one_string_in_place_of_several_is_refused() -> None:
    with pytest.raises(InvalidArticle, match="keywords must be a tuple of strings"):
        Article(title="Storm", keywords="storm")  # type: ignore[arg-type]
    with pytest.raises(InvalidArticle, match="places must be a tuple of strings"):
        Article(title="Storm", extra={"places": "vesk"})  # type: ignore[dict-item]


# --- identity -----------------------------------------------------------------------------------


def test_an_id_is_derived_from_source_and_url_whatever_the_text() -> None:
    first = Article(title="Storm", source="Herald", url="https://news.example/1")
    revised = Article(title="Storm grows", body="More.", source="Herald", url="https://news.example/1")
    assert first.id == revised.id
    assert first.id != Article(title="Storm", source="Post", url="https://news.example/1").id
    assert first.id != Article(title="Storm", source="Herald", url="https://news.example/2").id


def test_without_a_url_an_id_is_derived_from_the_content() -> None:
    first = Article(title="Storm", body="Water.")
    assert first.id == Article(title=" Storm\x00", body="Water. ").id
    assert first.id != Article(title="Storm", body="Wind.").id
    assert first.id != Article(title="Storm", body="Water.", published=NOON).id


def test_derived_ids_stay_the_same_from_release_to_release() -> None:
    by_url = Article(title="Storm", source="Herald", url="https://news.example/1")
    assert by_url.id == "ude7ea37bba20033d429a"
    assert Article(title="Storm").id == "c0eca0729f757bdd75b49"


def test_the_digest_tells_content_apart_and_leaves_the_id_aside() -> None:
    assert Article(id="a", title="Storm").digest() == Article(id="b", title="Storm").digest()
    assert Article(title="Storm").digest() != Article(title="Storm", keywords=("storm",)).digest()
    assert Article(title="Storm").digest() != Article(description="Storm").digest()
    assert len(Article(title="Storm").digest()) == 32


def test_an_article_with_too_many_fields_or_values_is_refused_by_name() -> None:
    with pytest.raises(InvalidArticle, match="10,001 extra fields") as caught:
        Article(title="a", extra={f"f{n}": ("v",) for n in range(10_001)})
    assert caught.value.code == "too-many-fields"
    with pytest.raises(InvalidArticle, match="places has 10,001 values") as caught:
        Article(title="a", extra={"places": tuple(map(str, range(10_001)))})
    assert caught.value.code == "too-many-values"


@pytest.mark.parametrize(
    "values",
    [
        {"title": 5},
        {"body": None, "title": "a"},
        {"published": "2025-01-01"},
        {"published": date(2025, 1, 1)},
        {"modified": 5},
        {"precision": "minute", "published": datetime(2025, 1, 1, tzinfo=UTC)},
        {"keywords": 5},
        {"keywords": (5,)},
        {"authors": "one"},
        {"extra": ["a"]},
        {"extra": {"a": 5}},
        {"id": 5},
    ],
)
def test_a_value_of_the_wrong_type_is_no_type_error(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidArticle):
        Article(**({"title": "a"} | values))


def test_a_change_at_the_time_of_publication_is_none() -> None:
    noon = datetime(2025, 2, 11, 12, tzinfo=UTC)
    assert Article(title="Tide", published=noon, modified=noon).modified is None
    midnight = datetime(2025, 2, 11, tzinfo=UTC)
    assert Article(title="Tide", published=midnight, precision="day", modified=midnight).modified == midnight
