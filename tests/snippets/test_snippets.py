"""A snippet shows why an article was found, and its marks are where the matches are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.article import Article
from search.snippets import GAP, SNIPPET_LENGTH, Highlight, Snippet, mark, snippet
from search.text import forms
from search.text.stemming import without_any_elision
from tests.strategies import WORDS

EVERYWHERE = ("title", "description", "highlights", "body")


def sought(*words: str, fields: tuple[str, ...] = EVERYWHERE, slop: int = 0) -> Highlight:
    """A highlight of words in turn; the forms that will do for a word are written `one|other`."""
    return Highlight(tuple(frozenset(word.split("|")) for word in words), fields, slop)


def marked(text: str, *highlights: Highlight) -> list[str]:
    return [text[start:end] for start, end in mark(text, highlights, "body")]


def shown(found: Snippet) -> tuple[str, list[str]]:
    return found.text, [found.text[start:end] for start, end in found.marks]


BANK = "Dockers say the strike is about pay at the bank of Marenne."
BACK = "The ferry turned back."
HARBOUR = Article(
    id="a1",
    title="Quiet morning at the harbour",
    description="Dockers walked out at dawn. Ships waited outside.",
    highlights=("Talks on Thursday", "The ferry sails"),
    body=f"The strike began at six. Rain fell all day.\n\n{BANK} Nobody was hurt. {BACK}",
)


# --- marks --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "highlights", "expected"),
    [
        ("The strike, the Strike", [sought("strike")], ["strike", "Strike"]),
        ("Strikes and striking", [sought("strikes|striking")], ["Strikes", "striking"]),
        ("CAFÉ, cafe\u0301, café", [sought("cafe")], ["CAFÉ", "cafe\u0301", "café"]),
        ("the first  lady and the lady", [sought("first"), sought("lady")], ["first  lady", "lady"]),
        ("first, lady", [sought("first"), sought("lady")], ["first", "lady"]),
        ("the U.S. consul", [sought("us")], ["U.S."]),
        ("restriking a striker", [sought("strik")], []),
        (
            "Bank of Marenne; bank  of\nMarenne",
            [sought("bank", "of", "marenne")],
            ["Bank of Marenne", "bank  of\nMarenne"],
        ),
        ("a naval-base and base naval", [sought("naval", "base")], ["naval-base"]),
        ("bank of Marenne", [sought("bank", "marenne")], []),
        ("bank of Marenne", [sought("bank", "marenne", slop=1)], ["bank of Marenne"]),
        ("bank of old Marenne", [sought("bank", "marenne", slop=1)], []),
        ("bank x of y Marenne", [sought("bank", "of", "marenne", slop=2)], ["bank x of y Marenne"]),
        ("bank x of y Marenne", [sought("bank", "of", "marenne", slop=1)], []),
        ("Bank of Marenne", [sought("bank", "of", "marenne"), sought("bank")], ["Bank of Marenne"]),
        (
            "bank and Bank of Marenne",
            [sought("bank", "of", "marenne"), sought("bank")],
            ["bank", "Bank of Marenne"],
        ),
        ("b a b a b", [sought("b", "a", "b")], ["b a b"]),
        ("storm and strike", [sought("strike"), sought("storm")], ["storm", "strike"]),
        ("東京の銀行", [sought("東", "京")], ["東京"]),
        ("上海港", [sought("上"), sought("海"), sought("港")], ["上海港"]),
        ("上海港与上涨", [sought("上", "海", "港"), sought("上")], ["上海港"]),
        ("上涨", [sought("上")], ["上"]),
        ("หยุดงาน และ ห", [sought("ห", "ยุ", "ด"), sought("ห")], ["หยุด"]),
        ("上海 strike", [sought("上", "海"), sought("strike")], ["上海 strike"]),
        ("nothing here", [sought("strike")], []),
        ("strike", [], []),
        ("", [sought("strike")], []),
    ],
)
def test_a_text_is_marked_where_it_matches(
    text: str, highlights: list[Highlight], expected: list[str]
) -> None:
    assert marked(text, *highlights) == expected


def test_only_the_fields_that_were_asked_for_are_marked() -> None:
    in_title = sought("strike", fields=("title", "description"))
    assert mark("A strike", [in_title], "title") == ((2, 8),)
    assert mark("A strike", [in_title], "body") == ()


def test_the_words_of_a_phrase_can_be_sought_singly() -> None:
    phrase = sought("bank", "of|off", fields=("body",), slop=2)
    assert phrase.singly() == (sought("bank", fields=("body",)), sought("of|off", fields=("body",)))


# --- which sentences ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("highlights", "length", "text", "marks"),
    [
        # the sentence that matches most, whole; a phrase is one mark
        ([sought("strike"), sought("pay")], 70, BANK, ["strike", "pay"]),
        ([sought("bank", "of", "marenne")], 60, BANK, ["bank of Marenne"]),
        # two that are not neighbours, with a gap; two that are, without
        ([sought("rain"), sought("hurt")], 37, "Rain fell all day. … Nobody was hurt.", ["Rain", "hurt"]),
        ([sought("rain"), sought("hurt")], 36, "Rain fell all day.", ["Rain"]),
        ([sought("nobody"), sought("back")], 50, f"Nobody was hurt. {BACK}", ["Nobody", "back"]),
        # what follows, where there is room
        ([sought("rain")], 9_999, f"Rain fell all day. {BANK} Nobody was hurt. {BACK}", ["Rain"]),
        # the other fields, before the body; the first of those that are as good
        ([sought("dawn")], 30, "Dockers walked out at dawn.", ["dawn"]),
        ([sought("thursday")], 20, "Talks on Thursday", ["Thursday"]),
        ([sought("ferry")], 20, "The ferry sails", ["ferry"]),
        # the words of a phrase that is nowhere whole
        ([sought("rain", "hurt")], 50, "Rain fell all day. … Nobody was hurt.", ["Rain", "hurt"]),
        # the lead, where only the title or a filter matched
        ([sought("quiet")], 30, "Dockers walked out at dawn.", []),
        ([], 30, "Dockers walked out at dawn.", []),
        ([sought("strike", fields=("title",))], 30, "Dockers walked out at dawn.", []),
    ],
)
def test_a_snippet_shows_these_sentences(
    highlights: list[Highlight], length: int, text: str, marks: list[str]
) -> None:
    assert shown(snippet(HARBOUR, highlights, length)) == (text, marks)


def test_a_point_of_the_highlights_stands_alone_or_is_set_apart() -> None:
    assert snippet(HARBOUR, [sought("talks")], 999).text == "Talks on Thursday"
    both = snippet(HARBOUR, [sought("talks"), sought("sails")], 999)
    assert both.text == "Talks on Thursday … The ferry sails"


def test_an_article_that_is_only_a_title_shows_it_with_its_marks() -> None:
    assert shown(snippet(Article(title="A strike begins"), [sought("strike")])) == (
        "A strike begins",
        ["strike"],
    )


def test_line_breaks_in_the_text_are_one_space_in_the_snippet() -> None:
    wrapped = Article(title="T", body="The strike\n began   at six.")
    assert shown(snippet(wrapped, [sought("strike", "began")])) == (
        "The strike began at six.",
        ["strike began"],
    )


def test_words_far_apart_were_shown_before_the_same_words_side_by_side() -> None:
    body = "The first of May was a fine day for a lady. The weather held. The first lady came."
    assert shown(snippet(Article(title="T", body=body), [sought("first"), sought("lady")], 30)) == (
        "The first lady came.",
        ["first lady"],
    )


def test_half_of_the_query_was_shown_where_the_other_half_stood_in_another_long_sentence() -> None:
    body = f"Of the first {'word ' * 60}it spoke. Rain fell. At last a lady {'word ' * 60}came."
    text, marks = shown(snippet(Article(title="T", body=body), [sought("first"), sought("lady")]))
    assert marks == ["first", "lady"]
    assert len(text) <= SNIPPET_LENGTH
    assert text.startswith("Of the first word")
    assert "word … At last a lady word" in text
    assert text.endswith("word …")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        # items that end with a bracket
        ("Sound (for the deaf)\n\nKeys (for the blind)\n\nSpeech", "Sound (for the deaf)"),
        # a heading after the text
        ("The sound was good.\n\nKeys and Speech\n\nThe keys were not.", "The sound was good."),
        ("The sound was good.\n\n“The keys were not.”\n\nSpeech", "The sound was good. “The keys were not.”"),
        # items of one paragraph
        ("Three things:\n- Sound\n- Keys\n- Speech", "Sound"),
        ("Three things:\n 1. Keys\n 2. Sound\n 3. Speech", "Sound"),
        ("Keys, a\n- minus - sound", "minus - sound"),
        ("Keys 3\n4 sound", "Keys 3 4 sound"),
    ],
)
def test_a_heading_or_an_item_of_a_list_was_glued_to_what_stands_beside_it(body: str, text: str) -> None:
    assert snippet(Article(title="T", body=body), [sought("sound")]).text.removeprefix("- ") == text


# --- text without spaces ------------------------------------------------------------------------

SHANGHAI = Article(title="上海港", body="港口繁忙。上海港罢工。物价上涨。")


def test_signs_side_by_side_are_one_mark_and_single_ones_are_not_shown_beside_it() -> None:
    signs = [sought(sign) for sign in "上海港"]
    assert shown(snippet(SHANGHAI, signs)) == ("上海港罢工。物价上涨。", ["上海港"])


def test_signs_of_a_phrase_that_is_in_the_title_are_not_marked_singly_in_the_text() -> None:
    away = Article(title="上海港", body="物价上涨。港口。")
    assert shown(snippet(away, [sought(*"上海港")])) == ("物价上涨。港口。", [])
    nowhere = Article(title="x", body="物价上涨。港口。")
    assert shown(snippet(nowhere, [sought(*"上海港")]))[1] == ["上", "港"]


# --- long sentences -----------------------------------------------------------------------------

FILLER = "word " * 100


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (f"strike {FILLER}", "strike word word word word word word …"),
        (f"{FILLER} strike", "… word word strike"),
        (f"{FILLER} strike {FILLER}", "… word word strike word word word word …"),
        (FILLER, "word word word word word word word word …"),
    ],
)
def test_a_long_sentence_is_cut_between_words_around_its_match(body: str, text: str) -> None:
    found = snippet(Article(title="T", body=body), [sought("strike")], 40)
    assert found.text == text
    assert [found.text[start:end] for start, end in found.marks] == ["strike"] * text.count("strike")


def test_a_long_sentence_is_cut_where_most_of_its_matches_are() -> None:
    body = f"strike {FILLER} strike storm strike {FILLER}"
    found = snippet(Article(title="T", body=body), [sought("strike"), sought("storm")], 40)
    assert shown(found)[1] == ["strike storm strike"]


def test_a_cut_is_never_inside_a_match() -> None:
    body = f"{FILLER} bank of the old town of Marenne {FILLER}"
    phrase = sought("bank", "of", "the", "old", "town", "of", "marenne")
    found = snippet(Article(title="T", body=body), [phrase], 12)
    assert "bank of the old town of Marenne" in found.text
    assert shown(found)[1] == ["bank of the old town of Marenne"]


def test_a_run_without_spaces_is_cut_at_the_length() -> None:
    found = snippet(Article(title="T", body="w" * 900), [], 40)
    assert found.text == "w" * 40 + " …"


def test_a_snippet_is_about_as_long_as_was_asked() -> None:
    long = Article(title="T", body="The strike went on and on. " * 200)
    assert SNIPPET_LENGTH // 2 < len(snippet(long, [sought("strike")]).text) <= SNIPPET_LENGTH


# --- properties ---------------------------------------------------------------------------------

_texts = st.lists(st.sampled_from([*WORDS, ".", "!\n\n", "x"]), max_size=12).map(" ".join)
_articles = st.builds(
    lambda title, description, points, body: Article(
        title=f"T {title}", description=description, highlights=points, body=body
    ),
    _texts,
    _texts,
    st.lists(_texts, max_size=2).map(tuple),
    _texts,
)
_forms = st.sampled_from([form for word in WORDS for form in forms(word)])
_highlights = st.lists(
    st.builds(
        Highlight,
        st.lists(st.frozensets(_forms, min_size=1, max_size=2), min_size=1, max_size=3).map(tuple),
        st.sampled_from([("title",), ("body",), EVERYWHERE]),
        st.integers(0, 2),
    ),
    max_size=4,
)


@given(_articles, _highlights, st.integers(1, 120))
def test_a_snippet_is_never_empty_and_its_marks_are_matches_inside_it(
    article: Article, highlights: list[Highlight], length: int
) -> None:
    found = snippet(article, highlights, length)
    assert found.text.strip() != ""
    assert "\n" not in found.text
    wanted = {form for highlight in highlights for word in highlight.words for form in word}
    at = 0
    for start, end in found.marks:
        assert at <= start < end <= len(found.text)
        at = end
        inside = forms(found.text[start:end])
        for form in (inside[0], inside[-1]):
            assert form in wanted or without_any_elision(form) & wanted


@given(_articles, st.integers(1, 120))
def test_a_snippet_is_made_of_the_articles_own_words(article: Article, length: int) -> None:
    text = " ".join([article.title, article.description, *article.highlights, article.body])
    for piece in snippet(article, [], length).text.split(GAP):
        assert piece.removesuffix(" …") in " ".join(text.split())


@given(_articles, _highlights)
def test_what_matches_in_the_body_is_shown(article: Article, highlights: list[Highlight]) -> None:
    if any(mark(" ".join(article.body.split()), [h], "body") for h in highlights if len(h.words) == 1):
        assert snippet(article, highlights).marks


@pytest.mark.parametrize(
    ("text", "forms", "expected"),
    [
        ("5G网络覆盖全国", ("网", "络"), "5G*网络*覆盖全国"),
        ("NHK受信料の値上げ", ("受", "信", "料"), "NHK*受信料*の値上げ"),
        ("2025年经济展望", ("年",), "2025*年*经济展望"),
        ("日本vs韓国", ("韓", "国"), "日本vs*韓国*"),
        ("ㄱㅏ", ("가",), "*ㄱㅏ*"),
        ("Data.a.a", ("aa",), "Data.*a.a*"),
    ],
)
def test_a_match_is_marked_whatever_stands_beside_it(
    text: str, forms: tuple[str, ...], expected: str
) -> None:
    highlight = Highlight(tuple(frozenset({form}) for form in forms), ("title",))
    marks = mark(text, [highlight], "title")
    shown, at = "", 0
    for start, end in marks:
        shown += f"{text[at:start]}*{text[start:end]}*"
        at = end
    assert shown + text[at:] == expected


@pytest.mark.parametrize(
    "body",
    ["Walkout " + "." * 300_000 + "12", "Walkout " + "!" * 300_000, "walkout and picket, " * 20_000],
    ids=["full stops", "exclamation marks", "one sentence with many marks"],
)
def test_a_snippet_of_an_odd_body_takes_time_in_proportion_to_it(body: str) -> None:
    found = snippet(Article(title="x", body=body), [sought("walkout")])
    assert "walkout" in found.text.lower()
    assert found.marks
