"""The commands that look back: history, diff, changes, --as-of, --manifest and replay, and references."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import fastjsonschema
import pytest

import search
from search.archive import manifest
from search.article import Article
from search.query import Archive
from tests.cli.conftest import Run

LONG = "The harbour of Vesk opens at six. " + "Ships wait outside and nobody knows for how long. " * 9


@pytest.fixture
def changed(home: Path, archive: Archive) -> Path:
    """Revision 2: x and y come; 3: y corrected; 4: x silently changed."""
    archive.add([Article(id="x", title="Harbour opens", body=LONG), Article(id="y", title="Ferry sinks")])
    archive.add([Article(id="y", title="Correction: ferry <afloat>", keywords=("ferry",))])
    archive.add([Article(id="x", title="Harbour shut", body=LONG.replace("six", "nine"))])
    return home


def test_history_says_how_far_each_version_differs(changed: Path, run: Run) -> None:
    assert changed
    code, out, _ = run("history", "x", "--tz", "UTC")
    first, second = out.splitlines()
    assert (code, first[:3], first[-34:]) == (0, "r2 ", " first version kept  Harbour opens"[-34:])
    assert second.endswith("UTC  headline, 1 % of the text, silent  Harbour shut")
    told = json.loads(run("history", "y", "--format", "json")[1])
    assert "levels" not in told[0]
    assert (told[1]["levels"], told[1]["kept"], told[1]["silent"]) == (["headline", "metadata"], 1.0, False)


def test_diff_shows_words_with_some_text_around(changed: Path, run: Run) -> None:
    assert changed
    code, out, _ = run("diff", "x", "--tz", "UTC")
    assert code == 0
    assert "Harbour [-opens-]{+shut+}\n" in out
    assert "The harbour of Vesk opens at [-six-]{+nine+}. Ships" in out
    assert out.endswith("…\n")
    assert "[-" not in run("diff", "x", "--color", "always")[1]
    assert "[-Harbour opens-]{+Harbour shut+}" in run("diff", "x", "r2", "r4", "--sentences")[1]
    assert run("diff", "x", "r2", "r3")[0] == 1
    assert run("diff", "x", "1", "2", "3")[0] == run("diff", "zz")[0] == run("diff", "x", "r1")[0] == 2


def test_diff_as_a_page_and_as_json(changed: Path, run: Run) -> None:
    assert changed
    page = run("diff", "y", "--format", "html")[1]
    assert page.startswith("<!doctype html>\n")
    assert "<ins>Correction: ferry &lt;afloat&gt;</ins>" in page
    assert "<p>keywords: none → ferry</p>" in page
    told = json.loads(run("diff", "x", "--format", "json")[1])
    assert [span["text"] for span in told["text"] if span["kind"] == "added"] == ["nine"]
    assert (told["earlier"], told["later"], told["levels"]) == (2, 4, ["headline", "text"])


def test_changes_are_listed_and_chosen(changed: Path, run: Run) -> None:
    assert changed
    code, out, _ = run("changes", "--tz", "UTC")
    assert code == 0
    assert [line.split("  ", 2)[2] for line in out.splitlines()] == [
        "y  headline, metadata  Correction: ferry <afloat>",
        "x  headline, 1 % of the text, silent  Harbour shut",
    ]
    assert run("changes", "--silent", "--headline", "--since", "7d", "--format", "ids")[1] == "x\n"
    assert run("changes", "--text", "--format", "ids")[1] == "x\n"
    told = [json.loads(line) for line in run("changes", "--format", "jsonl")[1].splitlines()]
    assert [(each["id"], each["before"], each["revision"]) for each in told] == [("y", 2, 3), ("x", 2, 4)]
    code, out, error = run("changes", "--until", "2024")
    assert (code, out) == (1, "")
    assert "nothing found" in error


def test_commands_answer_as_of_a_revision(changed: Path, run: Run) -> None:
    assert changed
    code, out, error = run("search", "ferry sinks", "--as-of", "r2", "--format", "ids")
    assert (code, out) == (0, "y\n")
    assert "as of revision 2" in error
    assert run("count", "sinks", "--as-of", "r1")[1] == "0\n"
    assert run("count", "title:opens", "--as-of", "2024-12-31")[0] == 2
    assert "ferry" not in run("facets", "*", "--by", "keyword", "--as-of", "r2", "--format", "csv")[1]
    assert run("timeline", "sinks", "--as-of", "r2")[0] == 0
    assert "Ferry sinks" in run("show", "y", "--as-of", "r2")[1]
    assert run("export", "sinks", "--as-of", "r2", "--format", "ids")[1] == "y\n"


def test_a_recorded_search_is_done_again(changed: Path, run: Run, archive: Archive) -> None:
    for command in ("search", "count", "timeline"):
        assert run(command, "harbour OR ferry", "--manifest", "run.json")[0] == 0
        code, out, _ = run("replay", "run.json")
        assert code == 0
        assert out.splitlines() == [
            "as of revision 4: the same 3 articles",
            "now, at revision 4: the same 3 articles",
        ]
    archive.add([Article(id="z", title="Ferry"), Article(id="y", title="Ferry raised")])
    archive.delete(["x"])
    code, out, _ = run("replay", "run.json")
    assert code == 1
    assert out.splitlines()[0].endswith("the same 3 articles")
    assert out.splitlines()[1:] == ["now, at revision 6: 1 new, 1 changed, 1 gone", "+ z", "~ y", "- x"]
    assert json.loads(run("replay", "run.json", "--format", "json")[1])["now"]["new"] == ["z"]
    file = changed / "run.json"
    file.write_text(file.read_text().replace("harbour", "harbor"))
    code, _, error = run("replay", "run.json")
    assert code == 2
    assert "not as it was made" in error
    file.write_bytes(b"\xff")
    assert run("replay", "run.json")[0] == 2


def test_the_list_beside_a_manifest_is_replaced_as_a_whole_and_named_where_it_is_gone(
    changed: Path, run: Run, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "MAX_LISTED", 0)
    assert run("count", "harbour OR ferry", "--manifest", "run.json")[0] == 0
    listed, kept = changed / "run.ids.gz", changed / "kept"
    kept.hardlink_to(listed)
    before = kept.read_bytes()
    archive.add([Article(id="z", title="Ferry")])
    assert run("count", "harbour OR ferry", "--manifest", "run.json")[0] == 0
    assert kept.read_bytes() == before != listed.read_bytes()
    assert run("replay", "run.json")[0] == 0
    listed.unlink()
    code, _, error = run("replay", "run.json")
    assert code == 2
    assert f"{listed.name}: No such file" in error


def test_changes_and_diff_can_be_quiet(changed: Path, run: Run) -> None:
    assert changed
    assert run("changes", "--until", "2024", "--quiet") == (1, "", "")
    assert run("diff", "x", "-q")[0] == 0


def test_replay_exits_5_where_the_archive_has_another_past(changed: Path, run: Run) -> None:
    from search.archive.manifest import Found, Manifest

    run("search", "harbour", "--manifest", "run.json")
    file = changed / "run.json"
    made = Manifest.read(file.read_text(), lambda: b"")
    forged = Manifest(made.facts, tuple(Found(each.id, each.revision, "00") for each in made.articles))
    file.write_text(forged.to_json())
    assert run("replay", "run.json")[0] == 5


OUTPUTS_OF_CHANGES = [
    ("history", ("history", "x", "-f", "json")),
    ("change", ("changes", "-f", "jsonl")),
    ("diff", ("diff", "y", "-f", "json")),
    ("replay", ("replay", "run.json", "-f", "json")),
]


@pytest.mark.parametrize(("name", "command"), OUTPUTS_OF_CHANGES)
def test_each_output_is_as_its_schema_says(
    changed: Path, run: Run, name: str, command: tuple[str, ...]
) -> None:
    assert changed
    run("count", "harbour", "--manifest", "run.json")
    check = fastjsonschema.compile(json.loads(run("schema", name)[1]))
    out = run(*command)[1]
    found = [json.loads(line) for line in out.splitlines()] if name == "change" else [json.loads(out)]
    assert found
    assert [check(each) for each in found] == found


@pytest.mark.parametrize(
    ("output_format", "start"), [("ris", "TY  - NEWS"), ("bibtex", "@article{"), ("csl-json", "[\n{")]
)
def test_references_are_the_same_from_each_command(
    changed: Path, run: Run, output_format: str, start: str
) -> None:
    assert changed
    searched = run("search", "title:shut", "--format", output_format)[1]
    assert searched.startswith(start)
    assert run("show", "x", "--format", output_format)[1] == searched
    assert run("export", "title:shut", "--format", output_format)[1] == searched
    assert run("search", "x", "--facet", "source", "--format", output_format)[0] == 2


def test_the_name_of_a_file_tells_the_format_of_references(changed: Path, run: Run) -> None:
    assert run("export", "*", "-o", "all.bib")[0] == run("export", "*", "-o", "all.ris")[0] == 0
    assert (changed / "all.bib").read_text().count("@article{") == 6
    assert (changed / "all.ris").read_bytes().count(b"\r\nER  - \r\n") == 6


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("command", "ask"),
    [
        (("search", "strike"), lambda archive: archive.search("strike")),
        (("facets", "strike", "--by", "source"), lambda archive: archive.facets("strike", "source")),
        (("explain", "a1", "strike"), lambda archive: archive.explain("a1", "strike")),
        (("history", "a1"), lambda archive: archive.history("a1")),
        (("copies", "a1"), lambda archive: archive.copies("a1")),
        (("diff", "a1"), lambda archive: archive.diff("a1")),
        (("coverage",), lambda archive: archive.coverage()),
    ],
)
def test_the_library_writes_the_same_json(
    run: Run, archive: Archive, command: tuple[str, ...], ask: Callable[[Archive], object]
) -> None:
    archive.add([replace(archive["a1"], title="A strike is over")])
    assert run(*command, "-f", "json")[1] == search.to_json(ask(archive), indent=2) + "\n"


@pytest.mark.usefixtures("home")
def test_the_library_writes_the_same_changes(run: Run, archive: Archive) -> None:
    archive.add([replace(archive["a1"], title="A strike is over")])
    (change,) = archive.changes()
    assert run("changes", "-f", "jsonl")[1] == search.to_json(change) + "\n"
