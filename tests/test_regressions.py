"""Each once went wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from search.article import Article
from search.dates import UnreadableDate, read_period, read_stamp, read_zone
from search.errors import QuerySyntaxError
from search.language import parse_query
from search.query import open_archive
from search.sources import Accepted, ReadOptions, Rejected, read_paths
from search.text import fold, sentence_spans, words
from tests.conftest import day


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("Tue, 11 Feb 2025 18:30:15", "2025-02-11T17:30:15"),
        ("Tue, 11 Feb 2025 18:30:15 +0100 (CET)", "2025-02-11T17:30:15"),
        ("20250211183015", "2025-02-11T17:30:15"),
    ],
)
def test_a_time_without_a_zone_is_in_the_zone_whatever_its_format(written: str, instant: str) -> None:
    assert read_stamp(written, read_zone("Europe/Berlin")).instant == day(instant)


@pytest.mark.parametrize(
    "written",
    [
        "9999-12-31T23:00-05:00",
        "0001-01-01T00:00+05:00",
        "2025-366",
        "Tue, 11 Feb 2025 18:30 +2500",
        "11 Maybe 2025",
    ],
)
def test_what_overflows_or_only_looks_like_a_date_is_refused(written: str) -> None:
    with pytest.raises(UnreadableDate):
        read_stamp(written)


@pytest.mark.parametrize(
    "written", ["2025-02-11T25", "2025-02-11T24:30", "2025-02-11T18:30+25:00", "2025+05:99"]
)
def test_a_period_with_an_impossible_time_or_offset_is_refused(written: str) -> None:
    with pytest.raises(UnreadableDate):
        read_period(written, zone=read_zone("UTC"), now=day("2025-02-19"))


def test_an_hour_ago_is_an_hour_even_where_the_clock_is_put_forward() -> None:
    period = read_period("1h", zone=read_zone("Europe/Berlin"), now=day("2025-03-30T01:30"))
    assert (period.start, period.end) == (day("2025-03-30T00:00"), day("2025-03-30T01:00"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a東 ab東", "a 東 ab 東"),
        ("a_b é\u0301", "a b é\u0301"),
        ("É.U. E\u0301.U.", "É.U. E\u0301.U."),
    ],
)
def test_a_word_ends_where_another_script_or_an_underscore_begins(text: str, found: str) -> None:
    assert words(text) == found.split()


def test_sentences_of_text_without_spaces_do_not_overlap() -> None:
    assert sentence_spans("東京。大阪。") == [(0, 3), (3, 6)]


def test_letters_that_are_no_accented_ones_fold_with_their_accents() -> None:
    assert [fold(word) for word in ("ǿ", "ø", "ǽ", "æ")] == ["o", "o", "ae", "ae"]


def test_a_word_that_an_and_requires_is_required_though_it_also_stands_loose() -> None:
    assert str(parse_query("a c b AND a", any_word=True)) == "(a OR c) AND b AND a"
    assert str(parse_query("storm the AND vesk the", stop_words={"the"})) == "storm AND the AND vesk"


def test_an_exclusion_inside_a_field_is_not_taken_for_a_word() -> None:
    with pytest.raises(QuerySyntaxError, match="-title:word"):
        parse_query("title:-storm")


@pytest.mark.parametrize(
    "written",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "Tue, 11 Feb 99999999999 10:00",
        "Tue, 9999999999 Feb 2025 10:00:00 GMT",
        "Tue, 11 Feb 2025 18:30:15 EST+0100",
        "Tue, 11 Feb 2025 18:30:15 foo bar1",
        "9999999999",
    ],
)
def test_no_date_ends_the_run_and_none_is_read_wrong_in_silence(written: str) -> None:
    with pytest.raises(UnreadableDate):
        read_stamp(written)


def accepted(path: Path, options: ReadOptions | None = None) -> list[Article]:
    items = read_paths([path], options or ReadOptions())
    return [item.article for item in items if isinstance(item, Accepted)]


def test_a_list_of_articles_inside_an_object_on_one_line_is_read(tmp_path: Path) -> None:
    (tmp_path / "api.json").write_text(
        '{"status":"ok","title":"Feed","articles":[{"title":"A"},{"title":"B"}]}'
    )
    assert [article.title for article in accepted(tmp_path / "api.json")] == ["A", "B"]


def test_json_lines_are_told_however_long_the_first_line_is(tmp_path: Path) -> None:
    lines = [json.dumps({"title": title, "body": "word " * 2000}) for title in "AB"]
    (tmp_path / "long.json").write_text("\n".join(lines))
    assert [article.title for article in accepted(tmp_path / "long.json")] == ["A", "B"]


def test_an_article_shown_as_json_reads_back_whole(tmp_path: Path) -> None:
    article = Article(id="a", title="A", extra={"places": ("alder", "vesk")})
    (tmp_path / "a.jsonl").write_text(json.dumps(article.as_record()))
    assert accepted(tmp_path / "a.jsonl") == [article]


def test_a_clock_time_in_a_line_does_not_make_it_the_time(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Cup final\nKick-off at 20:45\n2025-02-11\n- Doors 10:30\nText.")
    (article,) = accepted(tmp_path / "a.txt")
    assert article.description == "Kick-off at 20:45"
    assert article.highlights == ("Doors 10:30",)
    assert article.published == day("2025-02-11")


def test_an_archive_inside_a_folder_is_passed_over_but_not_what_lies_beside_it(tmp_path: Path) -> None:
    with open_archive(tmp_path / "news" / "archive", create=True) as archive:
        archive.add([Article(title="Kept")])
        (tmp_path / "news" / "archive" / "new.txt").write_text("New\nText.")
        items = list(read_paths([tmp_path / "news"], ReadOptions()))
    assert [item.article.title for item in items if isinstance(item, Accepted)] == ["New"]
    assert not [item for item in items if isinstance(item, Rejected)]


def test_a_broken_row_of_a_table_does_not_stop_the_rest(tmp_path: Path) -> None:
    rows = b'title,body\nA,one\nB,"y" z\nC,caf\xe9\nD,"two\nlines"\nE,last\n'
    (tmp_path / "a.csv").write_bytes(rows)
    items = list(read_paths([tmp_path / "a.csv"], ReadOptions()))
    assert [item.article.title for item in items if isinstance(item, Accepted)] == ["A", "D", "E"]
    rejected = [item.origin.place for item in items if isinstance(item, Rejected)]
    assert rejected == ["line 3", "line 4"]


def test_a_column_s_name_may_have_a_line_end_in_quotes(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('id,"title","long\nname",body\n1,T,x,text\n')
    (article,) = accepted(tmp_path / "a.csv")
    assert (article.id, article.title, article.body) == ("1", "T", "text")


@pytest.mark.parametrize(
    "query",
    ["storm ^2", '"a b" ^2', "^2", 'date:"last week".."yesterday"', "date:2025-W07T18", "date:2025-Q1T18:30"],
)
def test_nothing_of_a_query_is_dropped_in_silence(query: str) -> None:
    with pytest.raises(QuerySyntaxError):
        parse_query(query, now=day("2025-02-19"))


def test_a_quoted_date_can_be_compared() -> None:
    query = parse_query('date:>="last week"', now=day("2025-02-19"))
    assert str(query) == "date:2025-02-10Z.."


@pytest.mark.parametrize(
    ("written", "start", "minutes"),
    [("yesterday 18:30", "2025-02-18T18:30", 1), ("an hour ago", "2025-02-19T14:00", 60)],
)
def test_a_spoken_time_is_not_widened_to_its_day(written: str, start: str, minutes: int) -> None:
    period = read_period(written, zone=read_zone("UTC"), now=day("2025-02-19T15:20"))
    assert period.start == day(start)
    assert period.end is not None
    assert (period.end - period.start).total_seconds() == 60 * minutes


def test_this_hour_holds_now_in_the_hour_that_comes_twice() -> None:
    period = read_period("this hour", zone=read_zone("Europe/Berlin"), now=day("2025-10-26T01:30"))
    assert period.start == day("2025-10-26T01:00")


def test_a_phrase_with_a_word_that_one_language_has_in_no_such_field_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "search.index.postings.phrases.MIN_RARITY", 0
    )  # as if the other word were in many more articles
    with open_archive(tmp_path / "archive", create=True) as archive:
        archive.add(
            [
                Article(id="en", title="Harbour strikes", language="en"),
                Article(id="de", title="Hafen", body="strikes", language="de"),
            ]
        )
        assert archive.ids('title:"harbour strikes"') == ["en"]
