"""The text of fragments of HTML, however odd."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.text.markup import one_line_of, plain, text_of


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("<p>One &amp; two</p><p>three</p>", "One & two\n\nthree"),
        ("a <b>bold</b>\n  word<br>next line", "a bold word\nnext line"),
        ("<ul><li>first<li>second</ul>after", "first\n\nsecond\n\nafter"),
        ("before<script>var x = '<p>no</p>';</script> after<style>p{}</style>", "before after"),
        ("<p>never <i>closed <div>at <td>all", "never closed\n\nat\n\nall"),
        ("<!-- a comment --><![CDATA[odd]]>kept", "kept"),
        ("plain text", "plain text"),
        ("", ""),
    ],
)
def test_the_text_of_a_fragment(fragment: str, expected: str) -> None:
    assert text_of(fragment) == expected


def test_what_is_no_html_stays_as_it_is() -> None:
    assert plain("2 < 3 and\n\n 5 > 4") == "2 < 3 and\n\n 5 > 4"
    assert plain("R&amp;D at AT&T") == "R&D at AT&T"
    assert one_line_of("<b>Tides</b>\n rise&nbsp;again") == "Tides rise again"


@pytest.mark.parametrize(
    "opened", ["<div>", "<a ", "<!--", "<![x[ ", "<?", "</a ", '<a b="', "&#", "<script>"]
)
def test_a_fragment_of_very_many_openings_ends(opened: str) -> None:
    assert text_of("kept<p>" + opened * 100_000).split("\n\n")[0] == "kept"


@given(st.text("<>!-[]/?&#;='\" abx", max_size=60))
def test_no_fragment_is_too_odd_to_have_a_text(fragment: str) -> None:
    assert isinstance(text_of(fragment), str)


def test_an_odd_declaration_is_left_out() -> None:
    assert text_of("a <![foo[ b> c") == "a c"
    assert text_of("2 < 3 <b>and</b> 5 > 4") == "2 < 3 and 5 > 4"
    assert text_of("one<!-- <b>two</b> -->three") == "onethree"
