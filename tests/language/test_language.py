"""The query language: what is written, and the tree it is read into."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, tzinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.dates import Period, read_zone
from search.errors import LimitExceeded, QuerySyntaxError
from search.language import (
    And,
    AtLeast,
    Boost,
    Dates,
    Everything,
    Fuzzy,
    Length,
    Missing,
    Near,
    Node,
    Not,
    NotNear,
    Or,
    Phrase,
    PhrasePattern,
    Wildcard,
    Within,
    Word,
    parse_loosely,
    parse_query,
    value_leaf,
)
from search.language.tongues import codes_of
from search.text import LANGUAGES, language_tags
from tests.language.reading import EXTRA, NOW, read

BERLIN = read_zone("Europe/Berlin")
STOP_WORDS = frozenset(["the", "of", "to", "be", "a"])


A, B, C = Word("a"), Word("b"), Word("c")


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("a", A),
        ("a b", And((A, B))),
        ("a OR b", Or((A, B))),
        ("-a", Not(A)),
        ('"a b"', Phrase("a b")),
        ('"a b"~3', Phrase("a b", slop=3)),
        ("a NEAR/5 b", Near(A, B, 5)),
        ("a ADJ/5 b", Near(A, B, 5, ordered=True)),
        ("a NEAR/3 b ADJ/2 c", Near(Near(A, B, 3), C, 2, ordered=True)),
        ("a NEAR/S b ADJ/S c", Near(Near(A, B, "sentence"), C, "sentence", ordered=True)),
        ("a NEAR/P b", Near(A, B, "paragraph")),
        ("(a NEAR/5 b) NEAR/S c", Near(Near(A, B, 5), C, "sentence")),
        ("a NEAR/5 (b NEAR/S c)", Near(A, Near(B, C, "sentence"), 5)),
        ("a NOTNEAR/5 b", NotNear(A, B, 5)),
        ("a NOTNEAR/P b NOTNEAR/P c", NotNear(NotNear(A, B, "paragraph"), C, "paragraph")),
        ("(a NEAR/3 b) NOTNEAR/S c", NotNear(Near(A, B, 3), C, "sentence")),
        ("atleast:3(a OR b)", AtLeast(Or((A, B)), 3)),
        ("atleast:3(a) b", And((AtLeast(A, 3), B))),
        ("first:50(a NEAR/2 b)", Within(Near(A, B, 2), 50)),
        ("first:50(a b)", And((Within(A, 50), Within(B, 50)))),
        ("lead:a", Within(A, "lead")),
        ("hlead:(a -b)", And((Within(A, "hlead"), Not(Within(B, "hlead"))))),
        ("lead:(a OR b)", Or((Within(A, "lead"), Within(B, "lead")))),
        ("lead:atleast:2(a)", AtLeast(Within(A, "lead"), 2)),
        ("words:>500", Length(501, None)),
        ("words:<500", Length(None, 499)),
        ("words:100..500 a", And((Length(100, 500), A))),
        ("words:500", Length(500, 500)),
        ("exact:a", Word("a", spelling="exact")),
        ('="a b"', Phrase("a b", spelling="exact")),
        ("title:=a", Word("a", "title", "exact")),
        ("title:exact:a", Word("a", "title", "exact")),
        ("body:atleast:2(a)", AtLeast(Word("a", "body"), 2)),
        (r"title:exact\:a", Word("exact:a", "title")),
        ("title:(=a OR b)", Or((Word("a", "title", "exact"), Word("b", "title")))),
        ("caps:(US OR title:UN)", Or((Word("US", spelling="caps"), Word("UN", "title", "caps")))),
        ('"dock* strike"', PhrasePattern(("dock*", "strike"))),
        ('title:"bank * of england"~2', PhrasePattern(("bank", "*", "of", "england"), "title", 2)),
        ('"wom?n march"', PhrasePattern(("wom?n", "march"))),
        ('"naval-base* strike"', PhrasePattern(("naval", "base*", "strike"))),
        ('"who won?"', Phrase("who won?")),
        ('"strik*"', Wildcard("strik*")),
        ('keyword:"crude*"', Phrase("crude*", "keyword")),
        (r'"a \* b"', Phrase("a * b")),
        ('"* england *"', Phrase("england")),
        ("a NEAR/3 (b OR c)", Near(A, Or((B, C)), 3)),
        ("strik*", Wildcard("strik*")),
        ("strik~2", Fuzzy("strik", 2)),
        ("title:a", Word("a", "title")),
        ('author:"Ana Ruiz"', Phrase("Ana Ruiz", "author")),
        ("title:(str* OR str~)", Or((Wildcard("str*", "title"), Fuzzy("str", 1, "title")))),
        ("author:none", Missing("author")),
        ("author:*", Not(Missing("author"))),
        ("a^2.5", Boost(A, 2.5)),
        ("date:2025", Dates(Period(datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)))),
        ("*", Everything()),
        # precedence: parentheses, NOT, proximity, AND, OR
        ("a OR b c", Or((A, And((B, C))))),
        ("(a OR b) c", And((Or((A, B)), C))),
        ("NOT a b", And((Not(A), B))),
        ("NOT a OR b", Or((Not(A), B))),
        ("NOT (a OR b)", Not(Or((A, B)))),
        ("a b NEAR/2 c", And((A, Near(B, C, 2)))),
        ("a NEAR/2 b OR c", Or((Near(A, B, 2), C))),
        ("-a^2", Not(Boost(A, 2))),
        ("(a b)^2", Boost(And((A, B)), 2)),
        # nothing is kept twice or nested for nothing
        ("a (b c)", And((A, B, C))),
        ("a OR (b OR (c))", Or((A, B, C))),
        ("a b a", And((A, B))),
        ("NOT NOT a", A),
    ],
)  # fmt: skip
def test_a_query_is_read_into_this_tree(written: str, tree: Node) -> None:
    assert read(written).tree == tree
    assert read(str(tree)).tree == tree


CANONICAL = (
    r'a AND b ; NOT a ; *strik ; str?ke ; 10:30 ; a\:b ; \-a ; \AND ; a\*b ; a\ b ; "a \"b\" c" ; '
    r'url:https://www.example.org/x ; author:"none" ; author:\none ; none ; "a b"^0.5 ; title:a^3 ; '
    r"title:a ; description:a ; highlights:a ; body:a ; keyword:a ; author:a ; source:a ; url:a ; "
    r"site:a ; lang:a ; id:a ; a AND b NEAR/2 c ; (a OR b) AND c ; a NEAR/2 (b OR c) ; a NEAR/2 b OR c ; "
    r'exact:a ; exact:title:a ; caps:"a b" ; \=a ; a\/F5/ ; extra.lead:a ; lead:"a b" ; first:5(exact:a) ; '
    r"hlead:(a NEAR/5 b) ; atleast:2(a OR b) ; words:..5 ; words:5.. ; a NOTNEAR/S b ; "
    r'(a NEAR/5 b) NEAR/S c ; a NEAR/5 b ADJ/3 c ; "ab* c"~2 ; \NOTNEAR/S'
)


@pytest.mark.parametrize("written", CANONICAL.split(" ; "))
def test_a_canonical_query_stays_as_it_is(written: str) -> None:
    assert str(read(written)) == written


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("a | b", "a OR b"),
        ("!a", "NOT a"),
        ("a NOT b", "a AND NOT b"),
        ('-"a b"', 'NOT "a b"'),
        ("-(a b)", "NOT (a AND b)"),
        ("a b OR c", "a AND b OR c"),
        ('a"b c"', 'a AND "b c"'),
        ("“a b” «c d» „e f“", '"a b" AND "c d" AND "e f"'),
        ('" a\n  b "', '"a b"'),
        ("a NEAR/ b", "a NEAR/10 b"),
        ("a NEAR b", "a AND NEAR AND b"),
        ("and or not", "and AND or AND not"),
        ("strik~", "strik~1"),
        ("strik~^2", "strik~1^2"),
        ("*:*", "*"),
        ("naval-base don’t AT&T 1,750 U.S.", "naval-base AND don’t AND AT&T AND 1,750 AND U.S."),
        ("a~b", r"a\~b"),
        # fields, their other names, sets and none
        *((f"{name}:a", "title:a") for name in "TITLE intitle headline".split()),
        *((f"{name}:a", "keyword:a") for name in "keywords tag tags".split()),
        *((f"{name}:a", "author:a") for name in "authors byline".split()),
        ("highlight:a", "highlights:a"),
        ("language:en", "lang:en"),
        ("published:none", "date:none"),
        ("#tag", "keyword:tag"),
        ('#"crude oil"', 'keyword:"crude oil"'),
        ("#(a OR b)", "keyword:a OR keyword:b"),
        ("-#a", "NOT keyword:a"),
        ("places:japan Section:none", "places:japan AND section:none"),
        ("source:(bbc OR ap)", "source:bbc OR source:ap"),
        ("author:NONE", "author:none"),
    ],
)
def test_a_query_is_written_out_like_this(written: str, canonical: str) -> None:
    found = read(written)
    assert str(found) == canonical
    assert read(canonical) == found


@pytest.mark.parametrize(
    ("written", "period"),
    [
        ("date:2025-02", "2025-02-01Z..2025-02-28Z"),
        ("date:2025-02-11", "2025-02-11Z"),
        ("date:2025-W07", "2025-02-10Z..2025-02-16Z"),
        ("date:2025-02-11T18", "2025-02-11T18:00:00Z..2025-02-11T18:59:59Z"),
        ("date:2025-02..2025-03-15", "2025-02-01Z..2025-03-15Z"),
        ("date:2025-02..", "2025-02-01Z.."),
        ("date:..2025", "..2025-12-31Z"),
        ("date:[2025-01 TO 2025-02]", "2025-01-01Z..2025-02-28Z"),
        ("date:[2025-01 TO *]", "2025-01-01Z.."),
        ("date:[* TO 2025-01]", "..2025-01-31Z"),
        ("date:>=2025", "2025-01-01Z.."),
        ("date:>2025", "2026-01-01Z.."),
        ("date:<=2025", "..2025-12-31Z"),
        ("date:<2025", "..2024-12-31Z"),
        ("since:2025-02", "2025-02-01Z.."),
        ("until:2025-02", "..2025-02-28Z"),
        ("after:2025-02", "2025-03-01Z.."),
        ("before:2025-02", "..2025-01-31Z"),
        ("date:yesterday", "2025-02-11Z"),
        ("date:7d", "2025-02-05Z..2025-02-12Z"),
        ("date:1d", "2025-02-11Z..2025-02-12Z"),
        ('date:"3 days"', "2025-02-09Z..2025-02-12Z"),
        ('date:"3 days ago"', "2025-02-09Z"),
        ("date:12h", "2025-02-12T03:00:00Z..2025-02-12T23:59:59Z"),
        ("date:2w..1w", "2025-01-27Z..2025-02-09Z"),
        ("when:7d", "2025-02-05Z..2025-02-12Z"),
        ("when:2025-02", "2025-02-01Z..2025-02-12Z"),
        ('date:"last week"', "2025-02-03Z..2025-02-09Z"),
        ('since:"3 days ago"', "2025-02-09Z.."),
        ('DATE:"11 February 2025"', "2025-02-11Z"),
    ],
)
def test_a_date_field_asks_for_this_period(written: str, period: str) -> None:
    assert str(read(written)) == f"date:{period}"
    assert read(f"date:{period}") == read(written)


@pytest.mark.parametrize("age", ["1d", "7d", "2w", '"3 days"'])
def test_a_time_up_to_today_is_the_same_in_each_date_field(age: str) -> None:
    assert str(read(f"changed:{age}")) == str(read(f"when:{age}")).replace("date:", "changed:")
    assert read(f"date:{age}") == read(f"when:{age}")


@pytest.mark.parametrize(
    ("written", "period"),
    [
        ("date:2025-02-11", "2025-02-11+01:00"),
        ("date:2025-03-30", "2025-03-30+01:00..2025-03-30+02:00"),  # 23 hours
        ("date:2025-10-26", "2025-10-26+02:00..2025-10-26+01:00"),  # 25 hours
        ("after:2025-03-30", "2025-03-31+02:00.."),
        ("date:today", "2025-02-12+01:00"),
        ("date:2025-02-11Z", "2025-02-11Z"),
    ],
)
def test_dates_are_read_in_the_zone_of_the_user(written: str, period: str) -> None:
    assert str(parse_query(written, zone=BERLIN, now=NOW)) == f"date:{period}"
    assert parse_query(f"date:{period}", zone=BERLIN) == parse_query(written, zone=BERLIN, now=NOW)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("sourcelang:spanish", "lang:spanish OR lang:es"),
        ("-lang:English", "NOT (lang:English OR lang:en)"),
        ('language:("Thai" OR norwegian)', 'lang:"Thai" OR lang:norwegian OR lang:no OR lang:nb OR lang:nn'),
        ("lang:en", "lang:en"),
        ("title:english", "title:english"),
    ],
)  # fmt: skip
def test_a_language_has_a_name_and_a_code(written: str, canonical: str) -> None:
    assert str(read(written)) == canonical
    assert read(canonical).tree == read(written).tree


def test_the_leaf_of_a_language_finds_this_value_only() -> None:
    leaf = value_leaf("lang", "spanish")
    assert read(str(leaf)).tree == leaf


def test_every_language_with_a_stemmer_has_a_code() -> None:
    for language in LANGUAGES:
        assert codes_of(language)[0] in language_tags(language)


def test_a_message_names_some_of_very_many_fields() -> None:
    names = [f"field{n}" for n in range(1_000)]
    with pytest.raises(QuerySyntaxError) as caught:
        parse_query("xyzzy:a", extra_fields=names)
    assert len(caught.value.reason) < 1_000
    assert "and 960 more" in caught.value.reason


def test_an_empty_query_has_no_caret() -> None:
    for written in ("", "  \t"):
        with pytest.raises(QuerySyntaxError) as caught:
            read(written)
        assert str(caught.value) == "the query is empty; write * for every article"


# --- any word, stop words -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("a b", "a OR b"),
        ("a AND b", "a AND b"),
        ("a b -c", "(a OR b) AND NOT c"),
        ("a b source:herald since:2025", "(a OR b) AND source:herald AND date:2025-01-01Z.."),
        ('a "b c" title:d', 'a OR "b c" OR title:d'),
        ("(a b) c", "a OR b OR c"),
    ],
)
def test_words_side_by_side_are_alternatives_where_any_will_do(written: str, canonical: str) -> None:
    assert str(read(written, any_word=True)) == canonical


@pytest.mark.parametrize(
    ("written", "canonical", "left_out"),
    [
        ("the storm of vesk", "storm AND vesk", ["of", "the"]),
        ("The storm", "storm", ["The"]),
        ("to be", "to AND be", []),
        ("the", "the", []),
        ("the -storm", "the AND NOT storm", []),
        ("the since:2025", "the AND date:2025-01-01Z..", []),
        ('"the storm"', '"the storm"', []),
        ("the AND storm", "the AND storm", []),
        ("the OR storm", "the OR storm", []),
        ("title:the storm", "title:the AND storm", []),
        ("-the storm", "NOT the AND storm", []),
    ],
)
def test_a_stop_word_beside_other_words_is_left_out_with_a_note(
    written: str, canonical: str, left_out: list[str]
) -> None:
    found = read(written, stop_words=STOP_WORDS)
    assert str(found) == canonical
    assert [note.split("”")[0] for note in found.notes] == [f"“{word}" for word in left_out]


@pytest.mark.parametrize(("written", "mark"), [("a & b", "'&'"), ("a — b", "'—'"), ("a 😀 b", "'😀'")])
def test_what_has_no_letter_or_digit_is_left_out_with_a_note(written: str, mark: str) -> None:
    found = read(written)
    assert found.tree == And((A, B))
    assert found.notes == (f"{mark} has no letter or digit and was left out",)


# --- properties ---------------------------------------------------------------------------------

PIECES = (
    'a b strike 東京 café 1,750 & … "two words" " ( ) [ ] AND OR NOT NEAR/3 ADJ/ - ! # ~ ~2 ^2 ^x * ? \\ : '
    "title: author: none source: nofield: places: *:* | “ ” date: since: until: before: after: when: 2025 "
    '2025-02 .. > >= < 7d 2w yesterday TO [2025 2026] 03/04/2024 \\" \\* \ud800 \x00'
).split(" ")
_pieces = st.sampled_from(PIECES)
_queries = (
    st.lists(_pieces, max_size=12).map(" ".join)
    | st.lists(_pieces | st.just(" ") | st.text(max_size=4), max_size=14).map("".join)
    | st.text(max_size=30)
)


@given(_queries, st.booleans(), st.sampled_from([UTC, BERLIN]))
def test_any_text_is_a_query_that_reads_back_or_an_error_with_its_place(
    text: str, any_word: bool, zone: tzinfo
) -> None:
    with suppress(LimitExceeded):
        try:
            found = parse_query(
                text, zone=zone, now=NOW, any_word=any_word, stop_words=STOP_WORDS, extra_fields=EXTRA
            )
        except QuerySyntaxError as error:
            assert 0 <= error.start <= len(text)  # noqa: PT017
            assert error.start < error.end  # noqa: PT017
        else:
            assert parse_query(str(found), zone=zone, now=NOW, extra_fields=EXTRA).tree == found.tree


def test_a_dash_before_an_address_in_a_sentence_excludes_nothing() -> None:
    read = parse_loosely("BREAKING: ferry aground off Port Alder, all safe -@harbourwatch", zone=UTC, now=NOW)
    assert str(read) == (
        "BREAKING OR ferry OR aground OR off OR Port OR Alder OR all OR safe OR harbourwatch"
    )
