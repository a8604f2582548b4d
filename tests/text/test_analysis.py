"""Text to words, forms, terms and sentences, and the properties that search relies on."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.tokenize import RegexpTokenizer

from search.errors import InvalidRequest
from search.text import (
    LANGUAGES,
    MAX_WORD_LENGTH,
    STOP_WORDS,
    WORD,
    Analyzer,
    fold,
    fold_value,
    forms,
    sentence_spans,
    word_spans,
    words,
)
from search.text.stemming import stemmers_checksum, stems_fingerprint

NLTK_TOKENIZER = RegexpTokenizer(WORD)

# NLTK runs the pattern with the `regex` package, to which superscripts (No) are no `\w` and loose marks are.
_characters = st.sampled_from("aBéÅßøŁıİςфй한’'ʼ&.,-/ \n0123456789٣") | st.characters(
    categories=("Lu", "Ll", "Lt", "Nd", "Zs", "Po", "Pd", "Ps", "Pe", "Pi", "Pf", "Sc"),
    exclude_characters="ŉǢǣǼǽǾǿ_",
)
plain_texts = st.text(_characters, max_size=40)
texts_with_marks = st.lists(
    st.sampled_from(["e\u0301", "U\u0308", "co\u00adop", "na\u200dme", "नमस्ते", "שָ"])
    | _characters.filter(lambda character: character != "."),
    max_size=40,
).map("".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The U.S. naval-base strikes’ cost: 1,750", "the us naval base strikes cost 1750"),
        ("don't O’Neill rock'n'roll", "don't o'neill rock'n'roll"),
        ("‘quoted’ 'quoted' '90s", "quoted quoted 90s"),
        ("AT&T R&D & co", "at&t r&d co"),
        ("U.S.A. U.S.A e.g. p.m.", "usa usa eg pm"),
        ("A. B. Ph.D. U.S.-based U.S.'s", "a b ph d us based us s"),
        ("5.93 1,750.25 1,000,000 3.5m 1,750,000th", "5.93 1750.25 1000000 3.5m 1750000th"),
        ("1,75 1,7500 1,750, 10:30 5%", "1 75 1 7500 1750 10 30 5"),
        ("£5m €3.2bn 3rd 2020s G20 COVID-19", "5m 3.2bn 3rd 2020s g20 covid 19"),
        ("a_b/c www.example.org _under_", "a b c www example org under"),
        ("café cafe\u0301 CAFÉ", "cafe cafe cafe"),
        ("Straße STRASSE ﬁnance", "strasse strasse finance"),
        ("İstanbul ISTANBUL ıstanbul", "istanbul istanbul istanbul"),
        ("Łódź Ærø Þór Đà", "lodz aero thor da"),
        ("ＦＵＬＬ １２３ 𝐁𝐨𝐥𝐝 Ⅷ", "full 123 bold viii"),
        ("soft\u00adhyphen zero\u200dwidth", "softhyphen zerowidth"),
        ("русский край", "русский край"),
        ("東京 タワー", "東 京 タ ワ ー"),
        ("한국어 단어", "한국어 단어"),
        ("नमस्ते", "नमस्ते"),
        ("ΣΊΣΥΦΟΣ Σίσυφος", "σισυφοσ σισυφοσ"),
        ("… — 😀 !?", ""),
        ("", ""),
    ],
)
def test_a_text_has_these_forms(text: str, expected: str) -> None:
    assert forms(text) == expected.split()


def test_words_are_as_written_and_spans_say_where() -> None:
    text = "Mr. O’Neill’s U.S. naval-base"
    assert words(text) == ["Mr", "O’Neill’s", "U.S.", "naval", "base"]
    assert word_spans(text) == [(0, 2), (4, 13), (14, 18), (19, 24), (25, 29)]


def test_a_word_that_is_too_long_keeps_its_place_but_has_no_form() -> None:
    longest = "a" * MAX_WORD_LENGTH
    assert forms(f"one {longest} two") == ["one", longest, "two"]
    assert forms(f"one {longest}a two") == ["one", "", "two"]
    assert Analyzer().analyze(f"{longest}a two") == [("", ""), ("two", "two")]


@given(plain_texts | texts_with_marks)
def test_word_spans_ascend_inside_the_text_and_cut_out_its_words(text: str) -> None:
    at = 0
    for start, end in word_spans(text):
        assert at <= start < end <= len(text)
        at = end
    assert [text[start:end] for start, end in word_spans(text)] == words(text)


@given(st.text(st.characters(exclude_characters="_") | st.sampled_from("abZ019.,'’& é\u0301\n")))
def test_the_faster_patterns_find_the_same_words_as_the_full_one(text: str) -> None:
    assert words(text) == re.findall(WORD, text)


@given(plain_texts | texts_with_marks)
def test_the_tokenizer_of_nltk_finds_the_same_words(text: str) -> None:
    assert words(text) == NLTK_TOKENIZER.tokenize(text)


# --- folding ------------------------------------------------------------------------------------


@given(plain_texts | texts_with_marks)
def test_folding_a_form_again_changes_nothing(text: str) -> None:
    for form in forms(text):
        assert fold(form) == form
    assert fold_value(fold_value(text)) == fold_value(text)


@given(texts_with_marks)
def test_composed_decomposed_and_upper_case_text_has_the_same_forms(text: str) -> None:
    expected = forms(text)
    assert forms(unicodedata.normalize("NFC", text)) == expected
    assert forms(unicodedata.normalize("NFD", text)) == expected
    assert forms(text.upper()) == expected


@given(plain_texts | texts_with_marks)
def test_composed_decomposed_and_upper_case_values_compare_equal(text: str) -> None:
    for variant in (unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text), text.upper()):
        assert fold_value(variant) == fold_value(text)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("  Crude   OIL ", "crude oil"),
        ("ZÜRICH", "zurich"),
        ("José\u00a0Díaz", "jose diaz"),
        ("O’Neill", "O'NEILL"),
        ("Straße", "STRASSE"),
    ],
)
def test_values_compare_equal_but_for_case_accents_and_space(left: str, right: str) -> None:
    assert fold_value(left) == fold_value(right)


@pytest.mark.parametrize(("left", "right"), [("U.S.", "US"), ("crude-oil", "crude oil"), ("1,750", "1750")])
def test_values_keep_their_punctuation(left: str, right: str) -> None:
    assert fold_value(left) != fold_value(right)


def test_a_russian_short_i_is_a_letter_and_not_an_accented_one() -> None:
    assert fold("Й") == "й"
    assert fold("й") == "й"
    assert fold("й") != fold("и")


# --- stems --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "form", "term"),
    [
        ("Strikes", "strikes", "strike"),
        ("striking", "striking", "strike"),
        ("U.S.", "us", "us"),
        ("1,750", "1750", "1750"),
        ("cafés", "cafes", "cafe"),
        ("The", "the", "the"),
    ],
)
def test_an_english_word_has_this_form_and_term(word: str, form: str, term: str) -> None:
    assert Analyzer().analyze(word) == [(form, term)]
    assert Analyzer().term(word) == term


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [
        ("german", "Haus", "Häuser"),
        ("spanish", "canción", "canciones"),
        ("french", "cheval", "chevaux"),
        ("russian", "дом", "дома"),
        ("portuguese", "cidade", "cidades"),
        ("italian", "gatto", "gatti"),
        ("swedish", "flicka", "flickor"),
    ],
)
def test_words_of_a_language_meet_in_its_stem(language: str, one: str, many: str) -> None:
    analyzer = Analyzer(language)
    assert analyzer.term(one) == analyzer.term(many)
    assert analyzer.term(one) != ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_stems_and_has_stop_words_that_are_forms(language: str) -> None:
    analyzer = Analyzer(language)
    assert analyzer.term("storm") != ""
    assert analyzer.stop_words == STOP_WORDS[language]
    assert {form for word in analyzer.stop_words for form in forms(word)} == analyzer.stop_words


def test_analysis_goes_word_by_word_and_is_the_same_each_time() -> None:
    analyzer = Analyzer()
    text = "Naval-base strikes strike naval strikes"
    first = analyzer.analyze(text)
    assert [term for _, term in first] == ["naval", "base", "strike", "strike", "naval", "strike"]
    assert analyzer.analyze(text) == first
    assert [form for form, _ in first] == forms(text)


@given(plain_texts | texts_with_marks)
def test_every_word_that_has_a_form_has_a_term(text: str) -> None:
    analyzed = SHARED.analyze(text)
    assert [form for form, _ in analyzed] == forms(text)
    assert all(bool(form) == bool(term) for form, term in analyzed)


SHARED = Analyzer()


def test_the_version_names_the_language_and_the_stemmer() -> None:
    assert "english" in Analyzer().version
    assert Analyzer("german").version != Analyzer().version
    assert Analyzer().version == Analyzer().version


def test_a_version_is_that_of_the_stems_whatever_the_code_of_the_stemmers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = Analyzer().version
    assert Analyzer().gives_terms_of(before, stemmers_checksum())
    assert Analyzer().gives_terms_of(before, "of other code")
    assert not Analyzer("german").gives_terms_of(before, stemmers_checksum())
    stems_fingerprint.cache_clear()
    monkeypatch.setattr("search.text.stemming.new_stemmer", lambda _: lambda word: word[:5])
    assert Analyzer().version != before
    assert not Analyzer().gives_terms_of(before, "of other code")
    stems_fingerprint.cache_clear()


@pytest.mark.parametrize("language", ["klingon", "English", "en", ""])
def test_a_language_without_a_stemmer_is_refused_with_those_that_have_one(language: str) -> None:
    with pytest.raises(InvalidRequest, match=r"languages are arabic, danish, .*swedish"):
        Analyzer(language)


# --- sentences ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained. It stopped! Did it? Yes.", ["It rained.", "It stopped!", "Did it?", "Yes."]),
        ("Mr. Achterhof left. Dr. Ruiz came.", ["Mr. Achterhof left.", "Dr. Ruiz came."]),
        ("The U.S. economy grew. It fell.", ["The U.S. economy grew.", "It fell."]),
        ("J. K. Lund wrote it. Then she left.", ["J. K. Lund wrote it.", "Then she left."]),
        ("Rose 3.5 percent. Then fell.", ["Rose 3.5 percent.", "Then fell."]),
        ("Fine. 5 dockers came.", ["Fine.", "5 dockers came."]),
        ("Ends. (Bracket) begins.", ["Ends.", "(Bracket) begins."]),
        ("She said “Go.” Then left.", ["She said “Go.”", "Then left."]),
        ("Wait... what? ok. next", ["Wait... what? ok. next"]),
        ("Hi.Ho", ["Hi.Ho"]),
        ("One line\nwrapped on. Two.", ["One line\nwrapped on.", "Two."]),
        ("A heading\n\nA paragraph", ["A heading", "A paragraph"]),
        ("A heading\n \t\nA paragraph", ["A heading", "A paragraph"]),
        ("One\n  Indented two\n\tTabbed three", ["One", "Indented two", "Tabbed three"]),
        ("  ends.  Trail \n", ["ends.", "Trail"]),
        ("¿Qué pasó? ¡Nada! Él volvió.", ["¿Qué pasó?", "¡Nada!", "Él volvió."]),
        ("\n \n", []),
        ("", []),
    ],
)
def test_a_text_has_these_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == expected


_prose = st.text(
    st.sampled_from("abAB. .!?…\"'”’»)]([“\n\n\t 1é東") | st.characters(exclude_characters="。！？"),
    max_size=60,
)


@given(_prose)
def test_sentences_cover_all_that_is_not_space_in_order(text: str) -> None:
    at = 0
    for start, end in sentence_spans(text):
        assert at <= start < end <= len(text)
        assert text[at:start].strip() == ""
        assert text[start:end] == text[start:end].strip()
        at = end
    assert text[at:].strip() == ""


def test_an_analyzer_that_forgets_gives_the_same_terms_again() -> None:
    analyzer = Analyzer()
    before = analyzer.analyze("Striking dockers, striking words")
    analyzer.forget()
    assert analyzer.terms == []
    assert analyzer.analyze("Striking dockers, striking words") == before
