"""Two texts as spans: what was kept, removed and added."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.changes import By, Span, TextDiff, compare_texts

_sentences = st.lists(
    st.sampled_from(
        [
            "The harbour is open. ",
            "It was closed.\n\n",
            "Ana said so! ",
            "One",
            " two, three",
            "  ",
            "東京。",
        ]
    ),
    max_size=7,
).map("".join)


def short(diff: TextDiff) -> str:
    marks = {"kept": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return "".join(marks[span.kind].format(span.text) for span in diff.spans)


@pytest.mark.parametrize(
    ("earlier", "later", "by", "shown"),
    [
        ("Harbour reopens after deal", "Harbour reopens after strike", "words",
         "Harbour reopens after [-deal-]{+strike+}"),
        ("Harbour reopens after deal", "Harbour reopens after strike", "sentences",
         "[-Harbour reopens after deal-]{+Harbour reopens after strike+}"),
        ("One came. Two left. All was quiet here.", "One came. All was quiet here.", "words",
         "One came. [-Two left. -]All was quiet here."),
        ("It has 1,750 berths, or so.", "It has 1,751 berths, or so!", "words",
         "It has [-1,750 -]{+1,751 +}berths, or so[-.-]{+!+}"),
        ("The mayor spoke. Rain fell.", "Nothing here is as it was then.", "words",
         "[-The mayor spoke. Rain fell.-]{+Nothing here is as it was then.+}"),
        ("", "All is new.", "words", "{+All is new.+}"),
        ("All goes.", "", "sentences", "[-All goes.-]"),
        ("Same.", "Same.", "words", "Same."),
        ("One  two.", "One two.", "words", "One two."),
    ],
)  # fmt: skip
def test_shows_the_words_that_changed(earlier: str, later: str, by: By, shown: str) -> None:
    assert short(compare_texts(earlier, later, by)) == shown


def test_counts_the_share_of_words_kept() -> None:
    assert compare_texts("a b c d e f g h i j", "a b c d e f g h i k").kept == pytest.approx(0.9)
    assert compare_texts("a b. C d.", "a b. C d. E f g h.").kept == pytest.approx(8 / 12)
    assert compare_texts("", "").kept == 1.0
    assert compare_texts("a", "b").kept == 0.0


@given(_sentences, _sentences, st.sampled_from(["words", "sentences"]))
def test_the_spans_are_both_texts(earlier: str, later: str, by: By) -> None:
    diff = compare_texts(earlier, later, by)
    assert "".join(span.text for span in diff.spans if span.kind != "removed") == later
    before = "".join(span.text for span in diff.spans if span.kind != "added")
    assert "".join(before.split()) == "".join(earlier.split())
    assert all(one.kind != other.kind for one, other in pairwise(diff.spans))
    assert 0 <= diff.kept <= 1
    assert (diff.kept == 1) == (not any(span.kind != "kept" and span.text.split() for span in diff.spans))


def test_a_text_without_a_word_in_common_is_two_blocks() -> None:
    diff = compare_texts("Rain fell. " * 200, "Snow lay. " * 100)
    assert [span.kind for span in diff.spans] == ["removed", "added"]
    assert diff.spans[0] == Span("removed", "Rain fell. " * 200)


def test_long_texts_of_few_words_are_two_blocks() -> None:
    one, other = " ".join(["ab"[n * n % 7 % 2] for n in range(60_000)]), "b a b b a " * 12_000
    assert [span.kind for span in compare_texts(one, other).spans] == ["removed", "added"]
