"""Text that is safe to print: nothing in it is hidden from people, and each script stays legible."""

from __future__ import annotations

import pytest

from search.present.safe import printable, replace_invisible


@pytest.mark.parametrize(
    "hidden",
    [
        "\x1b", "\r", "\u00ad", "\u034f", "\u061c", "\u115f", "\u180e", "\u200b", "\u200c", "\u200d",
        "\u200f", "\u202e", "\u2060", "\u2064", "\u2066", "\u3164", "\ufe00", "\ufe0f", "\ufeff",
        "\ufffb", "\ud800", "\U0001d173", "\U000e0041", "\U000e0100", "\U000e01ef",
    ],
)  # fmt: skip
def test_a_character_that_hides_text_is_removed(hidden: str) -> None:
    assert printable(f"fog{hidden}horn{hidden}") == "foghorn"
    assert printable(f"Nebel über{hidden * 3}all") == "Nebel überall"


def test_a_separator_of_lines_is_a_space() -> None:
    assert printable("one\u2028two\u2029three") == "one two three"


def test_text_hidden_in_variation_selectors_does_not_stay() -> None:
    for start in (0xE0000, 0xE0100, 0xFE00):
        hidden = "".join(chr(start + number) for number in range(16))
        assert printable(f"☀{hidden}霧{hidden}") in ("☀霧", "☀\ufe0f霧")


@pytest.mark.parametrize(
    "text",
    [
        "نمی\u200cخواهم", "क्\u200dष", "ন্\u200dয", "ക്\u200d", "ශ්\u200dරී", "ᠠ\u180bᠨ",
        "👩\u200d🚀", "🏳\ufe0f\u200d🌈", "👩🏽\u200d🚒", "☀\ufe0f", "1\ufe0f⃣", "♥\ufe0e",
        "line\n\tnext", "naïve 霧",
    ],
)  # fmt: skip
def test_the_joiners_that_a_script_or_an_emoji_needs_stay(text: str) -> None:
    assert printable(text) == text


def test_only_one_of_several_joiners_stays() -> None:
    assert printable("می\u200c\u200d\u200c\u200dخ ☀\ufe0f\ufe0f") == "می\u200cخ ☀\ufe0f"


def test_a_character_that_cannot_be_seen_is_replaced_as_asked_for() -> None:
    assert replace_invisible("a\u200bb\x1bé", lambda character: f"<{ord(character):x}>") == "a<200b>b<1b>é"
