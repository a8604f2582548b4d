"""Pages and exports on the command line: nothing cut off in silence, and every page says how to go on."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from search.article import Article
from search.query import open_archive
from tests.cli.conftest import Run
from tests.conftest import day

pytestmark = pytest.mark.usefixtures("home")


def typed(line: str, mark: str) -> list[str]:
    """The words of the command that a line shows after `mark`, `news` aside."""
    command, *arguments = shlex.split(line.partition(mark)[2])
    assert command == "news"
    return arguments


# --- the next page ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("strike OR storm",),
        ("strike", "OR", "storm", "--sort", "oldest"),
        ("--any", "strike", "storm floods", "--since", "2025-02"),
        ("--recency", "7d", "--facet", "source", "--", "-zeppelin"),
        ("--expand", "keyword:strike OR (storm)"),
    ],
)
def test_the_command_of_the_next_page_can_be_typed_until_all_is_seen(
    run: Run, arguments: tuple[str, ...]
) -> None:
    code, out, _ = run("search", "--limit", "1", *arguments)
    seen = 0
    while code == 0:
        seen += 1
        assert f"\n{seen}. " in out
        last = out.splitlines()[-1]
        if not last.startswith("next page: "):
            break
        code, out, _ = run(*typed(last, "next page: "))
    assert code == 0
    assert seen == int(run("search", "-f", "text", *arguments)[1].split()[0]) >= 2


def test_a_cursor_that_was_copied_over_two_lines_is_still_good(run: Run) -> None:
    cursor = json.loads(run("search", "strike", "-n", "1", "-f", "json")[1])["next"]
    broken = f" {cursor[:20]}\n   {cursor[20:]}\n"
    assert run("search", "strike", "-f", "ids", "--after", broken)[:2] == (0, "a2\n")


@pytest.mark.parametrize(
    "other",
    [
        ("storm",),
        ("strike", "--since", "2025-01"),
        ("strike", "--recency", "7d"),
        ("strike", "--expand"),
        ("strike", "bank", "--any"),
    ],
)
def test_a_cursor_of_one_search_is_refused_by_another(run: Run, other: tuple[str, ...]) -> None:
    cursor = json.loads(run("search", "strike", "-n", "1", "-f", "json")[1])["next"]
    code, out, err = run("search", *other, "--after", cursor)
    assert (code, out) == (2, "")
    assert "that cursor belongs to another search; give it with the same query and the same options" in err


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "x.y",
        "a.b.c.d",
        "WyJ4Il0.1.1.deadbeef",
        "..",
        ".1.1.x",
        "x.1.99999999999.y",
        "x.²..y",
        "é.1.1.z",
        "\udcff",
    ],
)
def test_what_is_no_cursor_is_refused(run: Run, cursor: str) -> None:
    code, out, err = run("search", "strike", "--after", cursor)
    assert (code, out) == (2, "")
    assert "that is not a cursor" in err


def test_later_pages_read_dates_and_ages_as_the_first_did(tmp_path: Path) -> None:
    with open_archive(tmp_path / "days", create=True) as opened:
        opened.add(
            Article(id=f"d{n}", title="Tide", published=day(f"2025-02-{n:02}T12:00")) for n in range(1, 10)
        )
        first = opened.at(now=day("2025-02-08T23:59:59.5")).search("tide when:3d", limit=2, recency="12h")
        second = opened.search("tide when:3d", limit=9, recency="12h", after=first.next)
        found = [hit.article.id for page in (first, second) for hit in page.hits]
        assert found == ["d8", "d7", "d6", "d5"]
        assert (first.first, second.first, second.next) == (1, 3, None)


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
def test_a_page_by_its_number_is_that_part_of_all_hits(run: Run, sort: str) -> None:
    whole = run("search", "-f", "ids", "--sort", sort)[1].split()
    pages = [run("search", "-f", "ids", "--sort", sort, "-n", "3", "--page", str(n))[1] for n in (1, 2)]
    assert [page.split() for page in pages] == [whole[:3], whole[3:]]


def test_a_page_that_is_not_there_is_named_with_the_number_of_pages(run: Run) -> None:
    code, out, err = run("search", "-n", "3", "--page", "3")
    assert (code, out, err) == (1, "", "news: there is no page 3: 4 articles on 2 pages\n")
    code, _, err = run("search", "zeppelin", "--page", "3")
    assert (code, "nothing found" in err) == (1, True)
    assert run("search", "-n", "0", "--page", "3")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--page", "0"), 2, "0 is not in the range"),
        (("--page", "2", "--after", "x"), 2, "--page and --after both say where to begin"),
        (("--page", "1002"), 2, "pages go no further than hit 10,000; all of them: news export strike"),
    ],
)
def test_pages_that_cannot_be_are_refused(run: Run, arguments: tuple[str, ...], code: int, said: str) -> None:
    ended, out, err = run("search", "strike", *arguments)
    assert (ended, out) == (code, "")
    assert said in err


def test_a_search_from_a_cursor_goes_on_with_cursors(run: Run) -> None:
    cursor = json.loads(run("search", "-n", "1", "-f", "json")[1])["next"]
    out = run("search", "-n", "1", "--after", cursor)[1]
    assert "\n2. " in out
    assert "\n3. " in run(*typed(out.splitlines()[-1], "next page: "))[1]


def test_a_cursor_is_short_unless_its_search_depends_on_the_time(run: Run) -> None:
    cursors = [
        json.loads(run("search", "-n", "1", "-f", "json", *options)[1])["next"]
        for options in ((), ("--recency", "7d"), ("--sort", "newest"))
    ]
    assert [len(cursor) for cursor in cursors] == [38, 48, 27]


# --- what is not all --------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "ids"])
def test_rows_that_are_not_all_are_said_to_be_and_the_way_that_is_named_prints_all(
    run: Run, form: str
) -> None:
    code, out, err = run("search", "strike", "--format", form, "-n", "1", "--sort", "newest")
    assert code == 0
    assert err == f"news: 1 of 2; all, oldest first: news export strike --format {form}\n"
    code, whole, quiet = run(*typed(err, "first: "))
    assert (code, quiet) == (0, "")
    header = form in ("csv", "tsv")
    assert len(out.splitlines()) == 1 + header
    assert [("a1" in line, "a2" in line) for line in whole.splitlines()[header:]] == [
        (True, False),
        (False, True),
    ]


def test_rows_of_a_later_page_say_which_they_are(run: Run) -> None:
    cursor = json.loads(run("search", "-n", "1", "-f", "json")[1])["next"]
    assert run("search", "-n", "2", "-f", "ids", "--after", cursor)[2].startswith("news: 2 to 3 of 4; ")


def test_rows_that_are_all_say_nothing(run: Run) -> None:
    assert run("search", "strike", "--format", "csv")[2] == ""
    assert run("search", "strike", "--format", "csv", "-n", "2")[2] == ""


def test_json_lines_end_with_the_facets_where_there_are_any(run: Run) -> None:
    code, out, err = run("search", "strike", "-f", "jsonl", "--facet", "source")
    *hits, page = map(json.loads, out.splitlines())
    assert (code, err, [hit["id"] for hit in hits]) == (0, "", ["a1", "a2"])
    assert (page["total"], page["next"], list(page["facets"])) == (2, None, ["source"])


@pytest.mark.parametrize("form", ["csv", "tsv", "ids"])
def test_facets_that_a_format_has_no_place_for_are_refused(run: Run, form: str) -> None:
    code, out, err = run("search", "strike", "--facet", "source", "--format", form)
    assert (code, out) == (2, "")
    assert f"--facet cannot be printed as {form}; use --format json or jsonl, or: news facets" in err


def test_a_facet_says_how_many_of_its_values_are_shown(run: Run) -> None:
    assert run("facets", "--by", "keyword:2")[1].startswith("keyword  2 of 5 shown, 1 without\n")


# --- other -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("search", "strike"), ("count",), ("stats",), ("show", "a1")])
def test_a_second_archive_is_refused_and_not_searched_instead_of_the_first(
    run: Run, command: tuple[str, ...]
) -> None:
    code, out, err = run(*command, "-a", "one", "--archive", "two")
    assert (code, out) == (2, "")
    assert "--archive is given more than once" in err


@pytest.mark.parametrize("command", ["search", "count"])
def test_no_query_is_every_article_in_every_command(run: Run, command: str) -> None:
    code, out, err = run(command)
    assert (code, err) == (0, "")
    assert out.startswith("4")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("suggest", "\udcff"), 1),
        (("explain", "\udcff", "strike"), 2),
        (("show", "\udcff"), 1),
        (("similar", "\udcff"), 2),
        (("background", "\udcff"), 2),
        (("count", "id:\udcff"), 1),
        (("count", "keyword:\udcff"), 1),
        (("delete", "-y", "\udcff"), 1),
    ],
)
def test_a_byte_that_is_no_text_is_not_called_damage(run: Run, arguments: tuple[str, ...], code: int) -> None:
    ended, _, err = run(*arguments)
    assert ended == code
    assert "rebuild" not in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("index -", "standard input is closed"),
        ("similar -", "standard input is closed"),
        ("delete a1", "--yes"),
    ],
)
def test_standard_input_that_is_closed_is_named_and_no_traceback(
    home: Path, arguments: str, said: str
) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f"exec {shlex.quote(sys.executable)} -m search {arguments} -a archive <&-"],
        cwd=home, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(Path(__file__).parent.parent.parent), "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert said in done.stderr
