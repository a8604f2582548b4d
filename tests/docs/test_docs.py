"""What README and docs show is what happens: every command and all Python in them is run.

In a block of `console` a line after `$ ` is a command, and what follows is what it prints; a … stands for
any text. `news` finds the sample articles in `index_data/sample`, and an archive of them unless the page
makes it. Commands that install something or run for long are not run; their scripts must be there. Blocks of
`python` are run one after the other, those that begin with `>>>` as doctests.
"""

from __future__ import annotations

import doctest
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from search.backends.embedded.index import INDEX_FORMAT
from search.backends.embedded.store.layout import FORMAT
from search.cli import main
from search.query import Archive
from tests.pages import DOCS, MARK, cli_page, library_page

ROOT = DOCS.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
NOT_RUN = re.compile(r"(?:pip|git|python3?|pre-commit|\.|curl|crontab|export|eval)\s|(?:\.venv|scripts)/")
MAKES_IT = "news index index_data/sample\n"
Commands = list[tuple[str, str]]


def commands_of(page: Path) -> Commands:
    blocks = re.findall(r"^```console\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)
    return [
        (command.strip(), output)
        for block in blocks
        for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
    ]


def pages_with(what: str) -> list[Path]:
    return [page for page in PAGES if f"```{what}\n" in page.read_text()]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of the sample articles, to be copied."""
    made = tmp_path_factory.mktemp("docs") / "archive"
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()), pytest.raises(SystemExit):
        main(["index", str(ROOT / "index_data" / "sample"), "--archive", str(made)])
    return made


@pytest.fixture
def folder(sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the sample articles and an archive of them, where the commands are run."""
    there = tmp_path / "here"
    shutil.copytree(sample, there / "index_data")
    (there / "index_data" / "sample").symlink_to(ROOT / "index_data" / "sample")
    command = tmp_path / "bin" / "news"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m search "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(command.parent), prepend=os.pathsep)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTHONUTF8", "1")
    monkeypatch.chdir(there)
    return there


def printed_by(command: str) -> str:
    """What the command prints, on either stream."""
    if not re.search(r"[|<>]|\$\(|^(?!news )", re.sub(r"'[^']*'", "", command)):
        out = io.StringIO()
        with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit):
            main(shlex.split(command)[1:])
        return out.getvalue()
    done = subprocess.run(
        ["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.stdout


@pytest.mark.parametrize("page", pages_with("console"), ids=name_of)
def test_commands_print_what_is_shown(page: Path, folder: Path) -> None:
    commands = [(command, output) for command, output in commands_of(page) if not NOT_RUN.match(command)]
    if any(command + "\n" == MAKES_IT for command, _ in commands):
        (folder / "index_data" / "articles.db").unlink()
        shutil.rmtree(folder / "index_data" / "index")
    for command, output in commands:
        printed = printed_by(command)
        assert "Traceback" not in printed
        pattern = ".*".join(re.escape(piece) for piece in output.strip().split("…"))
        assert re.fullmatch(pattern, printed.strip(), re.DOTALL), f"{command}\n{printed}"


@pytest.mark.parametrize("page", pages_with("python"), ids=name_of)
@pytest.mark.usefixtures("folder")
def test_python_runs(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {"__name__": "page"}
    for block in re.findall(r"^```python\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE):
        if block.startswith(">>>"):
            parsed = doctest.DocTestParser().get_doctest(block, names, name_of(page), None, None)
            told: list[str] = []
            options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            doctest.DocTestRunner(optionflags=options).run(parsed, out=told.append, clear_globs=False)
            names.update(parsed.globs)
            assert not told, "".join(told)
        else:
            exec(compile(block, name_of(page), "exec"), names)
    assert "Traceback" not in capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_what_a_page_names_is_there(page: Path) -> None:
    text = page.read_text()
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    for link in links:
        if not link.startswith("https://"):
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            assert target.exists(), link
            if anchor:
                headings = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE)
                assert anchor in [re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings]
    for named in re.findall(r"`((?:search|tests|scripts|docs)/[\w./-]*)`", text):
        assert (ROOT / named).exists(), named


def test_scripts_that_pages_tell_to_run_can_be_run() -> None:
    commands = [command.split()[0] for page in PAGES for command, _ in commands_of(page)]
    scripts = {command for command in commands if command.startswith("scripts/")}
    assert {"scripts/demo", "scripts/test", "scripts/check"} <= scripts
    assert all(os.access(ROOT / script, os.X_OK) for script in scripts)


def test_the_page_of_commands_is_what_their_help_says() -> None:
    assert (DOCS / "cli.md").read_text() == cli_page(), "run: scripts/docs"


def test_the_reference_of_the_library_is_what_its_docstrings_say() -> None:
    written = (DOCS / "library.md").read_text()
    assert written == library_page(written), "run: scripts/docs"
    guide = written.partition(MARK)[0]
    methods = [name for name in dir(Archive) if not name.startswith("_")]
    assert [name for name in methods if f".{name}" not in guide] == []


def test_the_architecture_names_every_part_of_the_package() -> None:
    named = set(re.findall(r"`search/(\w+)(?:\.py|/)`", (DOCS / "architecture.md").read_text()))
    there = {path.stem for path in (ROOT / "search").iterdir() if not path.name.startswith(("_", "py.typed"))}
    assert there <= named


def test_the_page_of_formats_has_those_of_today() -> None:
    page = (DOCS / "index-format.md").read_text()
    table = re.findall(r"^\| (?:before )?[\d.]+ \| (\d)\b.* \| (\d)\b.* \| .* \| .* \|$", page, re.MULTILINE)
    assert [tuple(map(int, row)) for row in table] == [(1, 6), (FORMAT, INDEX_FORMAT)]


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 140
