"""The levels of a change, and the edits that an article does not tell of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from search.article import Article
from search.changes import ChangeLevel, is_silent, levels_between
from search.changes.levels import fingerprint

STORY = Article(
    id="a",
    title="Harbour reopens after deal",
    description="Ships come in.",
    highlights=("Two years",),
    body="The harbour of Vesk has 1,750 berths. It was closed.",
    published=datetime(2025, 4, 8, 12, tzinfo=UTC),
    keywords=("ports",),
    source="Herald",
    url="https://herald.example.org/1?a=b",
)


@pytest.mark.parametrize(
    ("changed", "levels"),
    [
        ({}, ()),
        ({"modified": datetime(2025, 4, 9, tzinfo=UTC)}, ()),
        ({"keywords": ("ports", "work")}, ("metadata",)),
        ({"url": "https://herald.example.org/1?a=c"}, ("metadata",)),
        ({"extra": {"desk": ("north",)}}, ("metadata",)),
        ({"title": "HARBOUR reopens, after deal"}, ("minor",)),
        ({"body": "The harbour of Vesk has 1750 berths!\n\nIt was closed."}, ("minor",)),
        ({"highlights": ("Two", "years")}, ("minor",)),
        ({"title": "Harbour reopens after strike"}, ("headline",)),
        ({"body": "The harbour of Vesk has 1,751 berths. It was closed."}, ("text",)),
        ({"body": "The harbour of Vesk has 1.750 berths. It was closed."}, ("text",)),
        ({"description": "No ships come in."}, ("text",)),
        ({"published": datetime(2025, 4, 9, tzinfo=UTC)}, ("date",)),
        ({"precision": "day"}, ("date",)),
        (
            {"title": "Harbour shut", "body": "", "source": "AP", "published": None},
            ("headline", "text", "date", "metadata"),
        ),
    ],
)
def test_a_change_has_these_levels(changed: dict[str, Any], levels: tuple[ChangeLevel, ...]) -> None:
    assert levels_between(STORY, replace(STORY, **changed)) == levels


@pytest.mark.parametrize(
    ("one", "other", "are_equal"),
    [
        ("A “deal”, at last", "a deal at LAST.", True),
        ("straße", "STRASSE", True),
        ("up 5%", "up 5", False),
        ("$5m", "€5m", False),
        ("rose 1.5 points", "rose 15 points", False),
        ("rose 1,5 Punkte", "rose 15 Punkte", False),
        ("at 12:30", "at 1230", False),
        ("हिन्दी", "हिन्द", False),
        ("東京 。", "東京", True),
        ("résumé", "resume", False),
    ],
)
def test_a_fingerprint_ignores_case_punctuation_and_white_space(
    one: str, other: str, are_equal: bool
) -> None:
    assert (fingerprint(one) == fingerprint(other)) is are_equal


@pytest.mark.parametrize(
    ("changed", "silent"),
    [
        ({"title": "Harbour reopens after strike"}, True),
        ({"body": "Nothing of it was true."}, True),
        ({"title": "Harbour: reopens after deal"}, False),
        ({"keywords": ()}, False),
        (
            {"body": "Other words.", "modified": datetime(2025, 4, 8, 13, tzinfo=UTC)},
            False,
        ),
        ({"body": "Other words.", "published": datetime(2025, 4, 9, tzinfo=UTC)}, False),
        ({"body": "Other words.", "extra": {"modified_as_written": ("2025-04-09",)}}, False),
        ({"title": "CORRECTED-Harbour reopens after strike"}, False),
        ({"title": "(Update 2) Harbour reopens", "body": "Other words."}, False),
        ({"title": "Clarification: harbour"}, False),
        ({"title": "Berichtigung: Hafen offen", "language": "de"}, False),
        ({"title": "Berichtigung: Hafen offen", "language": "en"}, True),
        ({"title": "Mise à jour : le port", "language": "fr-CA"}, False),
        ({"title": "Fe de errores: el puerto", "language": "es"}, False),
        ({"title": "ИСПРАВЛЕНО: порт", "language": "ru"}, False),
        ({"title": "تصحيح: الميناء", "language": "ar"}, False),
        ({"title": "Harbour corrects its books"}, True),
    ],
)
def test_an_edit_is_silent_unless_the_article_tells_of_it(changed: dict[str, Any], silent: bool) -> None:
    assert is_silent(STORY, replace(STORY, **changed)) is silent
