"""What `news history` says of an article is what became of it."""

from __future__ import annotations

import re
from datetime import UTC
from pathlib import Path

from search.article import Article
from search.present.versions import versions_as_text
from search.query import open_archive


def said(archive_lines: list[str]) -> list[str]:
    """The lines without revisions and times."""
    return [re.sub(r"(r\d+)?  \d{4}-\d\d-\d\d \d\d:\d\d UTC", "", line).strip() for line in archive_lines]


def test_an_article_that_was_deleted_and_came_again_is_said_to_have_been(tmp_path: Path) -> None:
    with open_archive(tmp_path / "archive", create=True) as archive:
        archive.add([Article(id="a", title="Tide", body="one")])
        archive.add([Article(id="a", title="Tide", body="two")])
        archive.delete(["a"])
        archive.add([Article(id="a", title="Tide", body="two")])
        assert said(list(versions_as_text(archive.history("a"), UTC))) == [
            "first version kept  Tide",
            "100 % of the text, silent",
            "deleted",
            "came again",
        ]
        archive.engine.withdraw({"a": None})
        assert said(list(versions_as_text(archive.history("a"), UTC)))[-1] == "withdrawn"
