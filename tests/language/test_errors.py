"""Where an error of a query points, what it says, and what is too long or too many."""

from __future__ import annotations

import pytest

from search.errors import LimitExceeded, QuerySyntaxError
from search.language import (
    leaves,
)
from search.language.limits import (
    MAX_BOOST,
    MAX_CLAUSES,
    MAX_DISTANCE,
    MAX_EDITS,
    MAX_FIRST,
    MAX_NESTING,
    MAX_PHRASE_WORDS,
    MAX_QUERY_LENGTH,
    MAX_QUERY_WORD,
    MAX_TIMES,
    MIN_WILDCARD_LETTERS,
)
from tests.language.reading import read

# --- errors -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        # written with ⟦ ⟧ around what the error points at
        ("", "the query is empty"),
        ("⟦...⟧", "no word has a letter or a digit"),
        ("a ⟦(⟧b", "this parenthesis is never closed"),
        ("a⟦)⟧ b", "closes a parenthesis that was never opened"),
        ("a ⟦( )⟧", "nothing between these parentheses"),
        ('a ⟦"⟧b c', "this quote is never closed"),
        ("a ⟦OR⟧", "“OR” needs something after it"),
        ("⟦OR⟧ a", "“OR” needs something before it"),
        ("a ⟦|⟧", "“|” needs something after it"),
        ("a ⟦||⟧", "“||” needs something after it"),
        ("a ⟦||⟧| b", "“||” needs something after it"),
        ("a ⟦&&⟧", "“&&” needs something after it"),
        ("(a ⟦AND⟧)", "“AND” needs something after it"),
        ("a AND ⟦OR⟧ b", "“OR” needs something before it"),
        ("a ⟦NEAR/3⟧", "“NEAR/3” needs something after it"),
        ("⟦-a⟧ ADJ/3 b", "ADJ goes between words"),
        ("a NEAR/3 ⟦(b c)⟧", "NEAR goes between words"),
        ("a NEAR/3 ⟦source:b⟧", "NEAR goes between words"),
        ("a ⟦nofield⟧:x", "no field “nofield”; quote it if it is text. Fields are title, description"),
        ("⟦autor⟧:ruiz", "no field “autor”; did you mean author:? Else quote it if it is text."),
        ("a ⟦place⟧:japan", "did you mean places:?"),
        ("⟦titel⟧:(a b)", "did you mean title:?"),
        ("⟦title:⟧ a", "nothing follows “title:”"),
        ("a ⟦罢*工⟧", "text without spaces, whose signs are words of their own; write “罢 工”"),
        ("⟦罢工?⟧", "text without spaces"),
        ("⟦东京Olymp*⟧", "text without spaces"),
        ("a ⟦title:⟧", "nothing follows “title:”"),
        ("⟦:⟧:::", "a colon needs the name of a field before it"),
        ("title:⟦:⟧a", "a colon needs the name of a field before it"),
        ("⟦title:&⟧", "nothing to look for in “title”"),
        ('⟦source:""⟧', "nothing to look for in “source”"),
        ("a NEAR/5 b ⟦NEAR/S⟧ c", "(a NEAR/5 b) NEAR/S c or a NEAR/5 (b NEAR/S c)"),
        ("a NEAR/5 b ⟦NOTNEAR/5⟧ c", "(a NEAR/5 b) NOTNEAR/5 c or a NEAR/5 (b NOTNEAR/5 c)"),
        ("a w/5 b ⟦w/3⟧ c", "(a NEAR/5 b) NEAR/3 c or a NEAR/5 (b NEAR/3 c)"),
        ("a w/5 b ⟦/s⟧ (c OR a)", "(a NEAR/5 b) NEAR/S (c OR a) or a NEAR/5 (b NEAR/S (c OR a))"),
        ("a or b ⟦w/5⟧ c", "(a OR b) NEAR/5 c or a OR (b NEAR/5 c)"),
        ("a ⟦w/5⟧ b OR c", "a NEAR/5 (b OR c) or (a NEAR/5 b) OR c"),
        ("⟦source:b⟧ w/5 a", "w/5 goes between words"),
        ("a ⟦NOTNEAR/5⟧", "“NOTNEAR/5” needs something after it"),
        ("⟦atleast:3(a b)⟧", "atleast counts the places of a word"),
        ("⟦atleast:1⟧(a)", "takes a number from 2 up"),
        ("⟦first:⟧(a)", "“first:” takes a number"),
        ("⟦first:0⟧(a)", "takes a number from 1 up"),
        ("⟦lead:date:2025⟧ a", "a part of the text has words"),
        ("exact:⟦strik*⟧", "a wildcard has no such spelling"),
        ('caps:⟦"dock* strike"⟧', "a wildcard has no such spelling"),
        ("caps:⟦strik~1⟧", "a fuzzy word has no such spelling"),
        ("caps:source:⟦a⟧", "a field of whole values has no such spelling"),
        ("⟦exact:date:2025⟧", "“exact:” takes words and phrases"),
        ("⟦exact:is:silent⟧", "“exact:” takes words and phrases"),
        ("⟦words:⟧x", "a number of words is written words:>500"),
        ("⟦words:9..5⟧", "the range ends before it starts"),
        ("⟦words:<0⟧", "no article has fewer than 0 words"),
        ("⟦extra.nofield⟧:x", "no field “extra.nofield”"),
        ("title:(a ⟦body:⟧b)", "a field inside the set of “title”"),
        ("⟦a*b\\*⟧", "cannot also have an escaped one"),
        ("strik⟦~99⟧", "a fuzzy word takes 1 or 2 edits"),
        ("⟦a-b~⟧", "a fuzzy word is one word"),
        *((f"a⟦^{factor}⟧ b", "a boost is a number above 0") for factor in ["", *"x nan inf -1 0".split()]),
        ("date:⟦2024-13⟧ a", "no day or time 2024-13"),
        ("since:⟦2024-02-30⟧", "no day or time 2024-02-30"),
        ("a date:⟦03/04/2024⟧", "03/04/2024 can be 2024-03-04 or 2024-04-03"),
        ("date:⟦2025-03..2025-02⟧", "the range ends before it starts"),
        ("date:⟦[z TO a]⟧", "'z' is not a date"),
        ("date:⟦..⟧", "a date on at least one side"),
        ("date:⟦99999⟧", "'99999' is not a date"),
        ('date:⟦"last 99999999999 years"⟧', "too far in the past"),
        ("⟦date:⟧", "nothing follows “date:”"),
        # a sign after a prefix, which was read as a part of the word
        ("lead:⟦-⟧oil", "to leave a word out write -lead:word"),
        ("hlead:⟦!⟧oil", "write -hlead:word"),
        ("first:5 ⟦-⟧oil", "write -first:5 word"),
        ("atleast:2 ⟦-⟧oil", "write -atleast:2 word"),
        ("atleast2 ⟦-⟧oil", "write -atleast:2 word"),
        ("exact:⟦-⟧oil", "write -exact:word"),
        ("caps:⟦-⟧US", "write -caps:word"),
        ("=⟦-⟧oil", "write -=word"),
        ("hd=⟦-⟧oil", "write -title:word"),
        ("lp=⟦-⟧oil", "write -lead:word"),
        ("source:⟦-⟧bbc", "write -source:word"),
        ("title:⟦NOT⟧ oil", "write -title:word"),
        ("hd=⟦not⟧ oil", "write -title:word"),
        # queries that can never match
        ("opec ⟦w/0⟧ price", "write NEAR/1"),
        ("opec ⟦ADJ/0⟧ price", "write NEAR/1"),
        ('⟦near0:⟧"a b"', "write NEAR/1"),
        ("title:oil ⟦NEAR/5⟧ body:gas", "title:oil and body:gas are never in one field"),
        ("⟦lead:title:oil⟧", "this field has no words in this part of the text"),
        ("⟦first:5(title:oil)⟧", "this field has no words in this part"),
        ("⟦lead:(a OR title:b)⟧", "this field has no words in this part"),
        ("⟦lead:atleast:2(title:b)⟧", "this field has no words in this part"),
        ("date(⟦geq⟧ (1/1/2010))", "'geq' is not a date"),
    ],
)  # fmt: skip
def test_an_error_points_at_what_is_wrong(written: str, reason: str) -> None:
    start = max(written.find("⟦"), 0)
    end = written.find("⟧") - 1 if "⟧" in written else 1
    query = written.replace("⟦", "").replace("⟧", "")
    with pytest.raises(QuerySyntaxError) as caught:
        read(query)
    assert (caught.value.start, caught.value.end) == (start, end)
    assert reason in caught.value.reason
    assert caught.value.query == query


def test_the_message_is_the_reason_the_query_and_carets_under_what_is_wrong() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        read("storm date:2024-13\tvesk")
    assert str(caught.value) == (
        "there is no day or time 2024-13\n"
        "  storm date:2024-13 vesk\n"
        "             ^^^^^^^"
    )  # fmt: skip


@pytest.mark.parametrize("before", [0, 10, 58, 60, 62, 200, 800])
@pytest.mark.parametrize("after", [0, 10, 200])
def test_the_caret_is_under_the_error_however_long_the_query_is(before: int, after: int) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        read("w " * (before // 2) + "(x" + " w" * (after // 2))
    _, shown, carets = str(caught.value).split("\n")
    assert [shown[at] for at, char in enumerate(carets) if char == "^"] == ["("]
    assert len(shown) <= 80


# --- limits -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allowed", "refused", "reason"),
    [
        ("a".ljust(MAX_QUERY_LENGTH), "a".ljust(MAX_QUERY_LENGTH + 1), "8,193 characters, more than 8,192"),
        (" ".join(f"w{n}" for n in range(MAX_CLAUSES)), "w " * (MAX_CLAUSES + 1), "more than 512 words"),
        ("-" * MAX_NESTING + "a", "-" * (MAX_NESTING + 1) + "a", "more than 64 signs of exclusion"),
        ("(" * 64 + "a" + ")" * 64, "(" * 65 + "a" + ")" * 65, "nested more than 64 deep"),
        ("lead:" * 63 + "a", "exact:" * 65 + "a", "parts and spellings are nested more than 64 deep"),
        ("a" * MAX_QUERY_WORD, "a" * (MAX_QUERY_WORD + 1), "256 characters, more than 255"),
        (f'"{"w " * MAX_PHRASE_WORDS}"', f'"{"w " * (MAX_PHRASE_WORDS + 1)}"', "more than 128 words"),
        (f'"a b"~{MAX_DISTANCE}', f'"a b"~{MAX_DISTANCE + 1}', "at most 1,000 words"),
        (f"a NEAR/{MAX_DISTANCE} b", f"a NEAR/{MAX_DISTANCE + 1} b", "at most 1,000 words"),
        (f"a NEAR/{MAX_DISTANCE} b", "a NEAR/99999999999999999999 b", "at most 1,000 words"),
        (f"atleast:{MAX_TIMES}(a)", f"atleast:{MAX_TIMES + 1}(a)", "a number up to 255"),
        (f"atleast{MAX_TIMES} a", f"atleast{MAX_TIMES + 1} a", "a number up to 255"),
        (f"first:{MAX_FIRST}(a)", f"first:{MAX_FIRST + 1}(a)", "a number up to 10,000"),
        (f"a/F{MAX_FIRST}/", f"a/F{MAX_FIRST + 1}/", "a number up to 10,000"),
        (f"a w/{MAX_DISTANCE} b", f"a w/{MAX_DISTANCE + 1} b", "at most 1,000 words"),
        ("words:>999999999", "words:>9999999999", "at most 9 digits"),
        (f'"{"ab* " * MAX_PHRASE_WORDS}"', f'"{"ab* " * (MAX_PHRASE_WORDS + 1)}"', "more than 128 words"),
        ("w" * MIN_WILDCARD_LETTERS + "*", "w" * (MIN_WILDCARD_LETTERS - 1) + "*", "at least 2 letters"),
    ],
)  # fmt: skip
def test_a_limit_can_be_reached_but_not_passed(allowed: str, refused: str, reason: str) -> None:
    assert list(leaves(read(allowed).tree))
    with pytest.raises(LimitExceeded, match=reason):
        read(refused)


@pytest.mark.parametrize(
    ("allowed", "refused", "reason"),
    [
        (f"a~{MAX_EDITS}", f"a~{MAX_EDITS + 1}", "takes 1 or 2 edits"),
        (f"a^{MAX_BOOST:g}", f"a^{MAX_BOOST + 1:g}", "at most 1000"),
    ],
)
def test_a_number_past_its_limit_is_pointed_at(allowed: str, refused: str, reason: str) -> None:
    assert str(read(allowed)) == allowed
    with pytest.raises(QuerySyntaxError, match=reason) as caught:
        read(refused)
    assert caught.value.start == 1
