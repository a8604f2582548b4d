"""The commands about saved searches: save, saved, new; and the ids that index prints."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import fastjsonschema
import feedparser
import pytest

from search.article import Article
from search.errors import ArchiveLocked
from search.query import Archive, Delivery
from tests.cli.conftest import Run
from tests.cli.test_cli_hand import closed, completions

TEXT = "The ferry of Port Alder runs again from Monday, said the line after a week of talks. " * 2


@pytest.fixture
def watched(home: Path, archive: Archive, run: Run) -> Path:
    """An archive with two saved searches, and a new article for one of them."""
    assert run("save", "ferry", "ferry -title:timetable")[0] == 0
    assert run("save", "mill", "mill")[0] == 0
    archive.add([Article(id="f1", title="Ferry runs", body=TEXT, source="Post")])
    return home


def test_new_exits_0_if_there_is_something_and_1_if_not(watched: Path, run: Run) -> None:
    assert watched
    code, out, error = run("new", "ferry")
    assert (code, error) == (0, "")
    assert out.startswith("ferry  1 new article\n\n1. Ferry runs\n   undated · Post · f1\n")
    code, out, error = run("new", "ferry")
    assert (code, out, error) == (1, "", "news: nothing is new\n")
    assert run("new", "--all", "-q")[1:] == ("", "")


def test_without_a_saved_search_there_is_nothing_to_ask(home: Path, run: Run) -> None:
    assert home
    code, _, error = run("new", "--all", "-f", "atom")
    assert (code, "there is no saved search" in error) == (2, True)


def test_names_of_saved_searches_are_completed(watched: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert watched
    assert completions(monkeypatch, "news new fe") == ["ferry"]
    assert completions(monkeypatch, "news saved --remove m") == ["mill"]


def test_saved_lists_searches_and_removes_them(watched: Path, run: Run) -> None:
    assert watched
    run("new", "--all")
    lines = run("saved")[1].splitlines()
    assert [line.split("  ")[:3] for line in lines] == [
        ["ferry", "ferry -title:timetable", "r2"],
        ["mill", "mill", "r2"],
    ]
    assert [line.split("  ")[-1] for line in lines] == ["1 in 1 delivery", "0 in 0 deliveries"]
    assert run("saved", "--remove", "mill") == (0, "removed mill\n", "")
    assert run("saved", "--remove", "mill")[0] == 1
    assert [each["name"] for each in json.loads(run("saved", "-f", "json")[1])] == ["ferry"]
    run("saved", "--remove", "ferry")
    assert run("saved")[0] == 1


def test_a_search_is_saved_with_its_options_and_replaced_when_asked(watched: Path, run: Run) -> None:
    assert watched
    assert run("save", "both", "ferry", "mill", "--any", "--since", "7d", "--from", "r1")[0] == 0
    assert "both  ferry mill · since 7d · any word  r0" in run("saved")[1]
    assert run("save", "both", "ferry")[0] == 2
    assert run("save", "edits", "ferry", "--changes", "--every-copy")[0] == 0
    assert "edits  ferry · changes · every copy  r2" in run("saved")[1]
    assert run("save", "both", "ferry", "--replace")[0] == 0
    assert "both  ferry  r0" in run("saved")[1]
    code, _, error = run("save", "bad", 'ferry "')
    assert (code, "help query" in error) == (2, True)


def test_arguments_that_mean_nothing_are_usage_errors(watched: Path, run: Run) -> None:
    assert watched
    for arguments in ((), ("ferry", "--all"), ("--all", "--again", "1"), ("nothing",), ("--again", "1")):
        assert run("new", *arguments)[0] == 2, arguments


def test_a_file_is_in_its_place_before_the_delivery_is_confirmed(watched: Path, run: Run) -> None:
    (watched / "there").mkdir()
    (watched / "there" / "new.xml").mkdir()
    code, _, _ = run("new", "ferry", "-f", "atom", "-o", "there/new.xml")
    assert code == 2
    assert run("new", "ferry", "-f", "atom", "-o", "missing/new.xml")[0] == 2
    assert run("new", "ferry", "-f", "atom", "-o", "new.xml")[0] == 0
    first = (watched / "new.xml").read_bytes()
    assert len(feedparser.parse(first).entries) == 1
    assert run("new", "ferry", "-f", "atom", "-o", "new.xml")[0] == 1  # and is written all the same
    assert (watched / "new.xml").read_bytes() == first
    assert [path.name for path in watched.glob(".*.part")] == []


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_a_file_and_its_name_are_durable_before_the_delivery_is_confirmed(
    watched: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, confirm = os.fsync, Archive.confirm

    def synced(descriptor: int) -> None:
        done.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        sync(descriptor)

    def confirmed(self: Archive, delivery: Delivery) -> None:
        done.append("confirmed")
        confirm(self, delivery)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Archive, "confirm", confirmed)
    assert run("new", "ferry", "-f", "mail", "-o", "new.eml")[0] == 0
    assert done == [f".new.eml.{os.getpid()}.part", watched.name, "confirmed"]


def test_output_that_cannot_be_written_is_delivered_again(watched: Path) -> None:
    command = [sys.executable, "-m", "search", "new", "ferry", "-f", "jsonl"]
    with Path("/dev/full").open("w") as full:
        failed = subprocess.run(command, cwd=watched, stdout=full, stderr=subprocess.PIPE, check=False)
    assert failed.returncode == 6
    read, write = os.pipe()
    os.close(read)
    subprocess.run(command, cwd=watched, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    done = subprocess.run(command, cwd=watched, capture_output=True, text=True, check=False)
    assert (done.returncode, json.loads(done.stdout)["article"]["id"]) == (0, "f1")
    assert subprocess.run(command, cwd=watched, capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("output_format", ["text", "json", "jsonl", "ids", "mail", "atom", "rss", "jsonfeed"])
def test_a_delivery_is_the_same_again(
    watched: Path, run: Run, monkeypatch: pytest.MonkeyPatch, archive: Archive, output_format: str
) -> None:
    assert watched
    options = ("-f", output_format)
    archive.add([Article(id="m", title="Mill and ferry")])
    with monkeypatch.context() as patch:  # a run that ends just before the confirmation

        def ended(*_: object) -> None:
            raise ArchiveLocked(watched, 1, None, None)

        patch.setattr(Archive, "confirm", ended)
        code, first, _ = run("new", "--all", *options)
        assert code == 4
    archive.add([Article(id="f2", title="Ferry again")])
    code, second, _ = run("new", "--all", *options)
    assert (code, second) == (0, first)
    assert run("new", "--again", "1", *options)[1] == first
    assert "f2" in run("new", "ferry", "-f", "ids")[1]


def test_without_news_there_is_no_mail(watched: Path, run: Run) -> None:
    assert run("new", "mill", "-f", "mail", "-o", "new.eml")[:2] == (1, "")
    assert not (watched / "new.eml").exists()
    assert run("new", "ferry", "-f", "mail", "--to", "nonsense")[0] == 2
    assert run("new", "ferry", "--to", "a@x.example")[0] == 2
    options = ("--to", "a@x.example", "--sender", "b@x.example", "-o", "m")
    assert run("new", "ferry", "-f", "mail", *options)[0] == 0
    assert (watched / "m").read_text().startswith("From: b@x.example\nTo: a@x.example\nSubject: ferry: ")


def test_a_search_that_cannot_be_asked_exits_2_if_nothing_else_is_new(
    home: Path, run: Run, archive: Archive
) -> None:
    assert home
    archive.add([Article(id="x", title="Mill", extra={"dock": ("north",)})])
    run("save", "dock", "dock:north")
    run("save", "ferry", "ferry")
    archive.delete(["x"], forget=True)
    archive.rebuild()
    archive.add([Article(id="f1", title="Ferry runs")])
    code, out, error = run("new", "--all", "-f", "ids")
    assert (code, out) == (0, "f1\n")
    assert "'dock' cannot be asked" in error
    assert run("new", "--all", "-f", "ids")[0] == 2


def test_a_mail_is_sent_and_not_lost_if_another_search_cannot_be_asked_or_sendmail_fails(
    watched: Path, archive: Archive, run: Run
) -> None:
    archive.add([Article(id="x", title="Mill", extra={"dock": ("north",)})])
    run("save", "dock", "dock:north")
    archive.delete(["x"], forget=True)
    archive.rebuild()
    (watched / "outbox").mkdir()
    code, _, error = run("new", "--all", "-f", "mail", "-o", "outbox/1.eml")
    assert (code, "'dock' cannot be asked" in error) == (0, True)
    loop = re.search(r"for m in outbox/.*done", run("new", "--help")[1])
    assert loop
    for sendmail, left in (("false", 1), ("true", 0)):
        subprocess.run(["sh", "-c", loop[0].replace("sendmail -t", sendmail)], cwd=watched, check=False)
        assert len([*(watched / "outbox").iterdir()]) == left


def test_warnings_of_the_archive_are_printed(
    watched: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert watched
    monkeypatch.setattr("search.backends.embedded.reader.EmbeddedReader._is_behind", lambda _: True)
    code, _, error = run("new", "ferry", "-f", "ids")
    assert (code, "not yet searchable" in error) == (0, True)


def test_the_feed_of_all_searches_stays_the_same_feed(watched: Path, run: Run) -> None:
    assert watched
    run("saved", "--remove", "mill")
    for more in ((), ("save", "third", "fog")):
        assert not more or run(*more)[0] == 0
        found = feedparser.parse(run("new", "--all", "-f", "atom")[1]).feed
        assert (found.title, found.id.endswith("search/")) == ("news", True)
    assert feedparser.parse(run("new", "ferry", "-f", "atom")[1]).feed.title == "news: ferry"


def test_copies_of_earlier_articles_are_named_and_are_nothing_new(
    watched: Path, run: Run, archive: Archive
) -> None:
    assert watched
    run("new", "ferry")
    archive.add([Article(id="f2", title="Ferry is back", body=TEXT, source="Herald")])
    code, out, error = run("new", "ferry", "-f", "ids")
    assert (code, out) == (1, "")
    assert error == "news: 1 new copy of articles delivered before: f2 (ferry)\n"
    archive.add([Article(id="f9", title="Ferry is late", body=TEXT)])
    code, out, error = run("new", "ferry")
    assert (code, out) == (1, "1 new copy of articles delivered before: f9 (ferry)\n")
    assert error == "news: nothing is new\n"
    archive.add([Article(id="f3", title="Ferry home", body=TEXT), Article(id="f4", title="Ferry stays")])
    code, out, _ = run("new", "ferry")
    assert (code, "1. Ferry stays" in out) == (0, True)
    assert out.endswith("\n1 new copy of articles delivered before: f3 (ferry)\n")


OUTPUTS_OF_SEARCHES = [
    ("saved", ("saved", "-f", "json")),
    ("new", ("new", "--all", "-f", "json")),
    ("entry", ("new", "--again", "1", "-f", "jsonl")),
]


@pytest.mark.parametrize(("name", "command"), OUTPUTS_OF_SEARCHES)
def test_each_output_is_as_its_schema_says(
    watched: Path, run: Run, archive: Archive, name: str, command: tuple[str, ...]
) -> None:
    assert watched
    archive.add([Article(id="f2", title="Ferry is back", body=TEXT)])
    archive.new()
    check = fastjsonschema.compile(closed(json.loads(run("schema", name)[1])))
    out = run(*command)[1]
    found = [json.loads(line) for line in out.splitlines()] if name == "entry" else [json.loads(out)]
    assert found
    assert [check(each) for each in found] == found


def test_index_prints_the_ids_of_articles_that_were_added_and_updated(home: Path, run: Run) -> None:
    lines = [json.dumps({"id": f"n{n}", "title": f"Notice {n}"}) for n in range(3)]
    (home / "more.jsonl").write_text("\n".join(lines))
    assert run("index", "more.jsonl", "-q", "-f", "ids") == (0, "n0\nn1\nn2\n", "")
    (home / "more.jsonl").write_text("\n".join([*lines[1:], json.dumps({"id": "n0", "title": "Changed"})]))
    code, out, error = run("index", "more.jsonl", "-f", "ids", "-f", "jsonl")
    assert (code, out, error) == (0, "n0\n", "news: added 0, updated 1, unchanged 2, rejected 0\n")
    assert run("index", "more.jsonl", "-f", "json", "-f", "jsonl")[0] == 2
