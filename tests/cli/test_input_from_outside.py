"""What `news index` and `news similar` say of input that is not there, or that is too much."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from shlex import quote

import pytest

from search.article import MAX_FIELDS, MAX_VALUES
from search.query import Archive, open_archive
from tests.cli.conftest import Run


@pytest.mark.parametrize("command", ["index", "similar"])
def test_a_closed_standard_input_is_said(
    archive: Archive,
    tmp_path: Path,
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    run: Run,
) -> None:
    archive.close()
    monkeypatch.setattr(sys, "stdin", None)
    code, _, said = run(command, "-", "--archive", str(tmp_path / "archive"))
    assert code == 2
    assert "standard input is closed" in said


def test_an_article_that_is_rejected_is_refused_with_its_reason(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    archive.close()
    for content, reason in ((b'{"id": [5], "title": "Tide"}', "the id is a list, not text"), (b"", "")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        code, _, said = run("similar", "-", "--archive", str(tmp_path / "archive"))
        assert code == 2
        assert said.splitlines()[-1].endswith(
            f"there is no article on standard input{reason and f': {reason}'}"
        )


@pytest.mark.parametrize(
    "url", ["https://herald.example/feed?a=1", "HTTP://herald.example", "ftp://a.example/x"]
)
def test_an_address_is_no_file_and_the_advice_can_be_pasted(tmp_path: Path, url: str, run: Run) -> None:
    code, _, said = run("index", url, "--archive", str(tmp_path / "archive"))
    assert code == 2
    assert f"curl {quote(url)} | news index -" in said
    assert not (tmp_path / "archive").exists()


TOO_MUCH = {
    "fields": ({f"field{n}": "v" for n in range(MAX_FIELDS + 1)}, "too-many-fields"),
    "values": ({"desks": [f"v{n}" for n in range(MAX_VALUES + 1)]}, "too-many-values"),
    "keywords": ({"keywords": [f"v{n}" for n in range(MAX_VALUES + 1)]}, "too-many-values"),
}


@pytest.mark.parametrize(("fields", "code"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_an_article_with_too_many_fields_or_values_burdens_no_other(
    tmp_path: Path, fields: dict[str, object], code: str, run: Run
) -> None:
    lines = [
        {"id": "a", "title": "Tide"},
        {"id": "b", "title": "Crane", **fields},
        {"id": "c", "title": "Quay"},
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, lines)))
    ended, _, said = run("index", str(tmp_path / "a.jsonl"), "--archive", str(tmp_path / "archive"))
    assert ended == 3
    assert f"rejected: {code} 1" in said
    with open_archive(tmp_path / "archive") as opened:
        assert sorted(article.id for article in opened.scan("*")) == ["a", "c"]


def test_a_table_of_too_many_columns_is_rejected(tmp_path: Path, run: Run) -> None:
    columns = ["title", *(f"field{n}" for n in range(MAX_FIELDS + 1))]
    (tmp_path / "a.csv").write_text(f"{','.join(columns)}\n{','.join('v' for _ in columns)}\n")
    ended, _, said = run("index", str(tmp_path / "a.csv"), "--archive", str(tmp_path / "archive"))
    assert ended == 3
    assert "rejected: not-csv 1" in said
