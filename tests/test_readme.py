"""What the README shows is what happens: its commands and its Python are run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
COMMANDS = [
    (command.strip(), output)
    for block in BLOCKS
    for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": str(ROOT),
    "PYTHONUTF8": "1",
    "NEWS_TZ": "UTC",
    "NEWS_CONFIG": os.devnull,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample articles, where the commands are run one after the other."""
    there = tmp_path_factory.mktemp("readme")
    (there / "index_data").mkdir()
    (there / "index_data" / "sample").symlink_to(ROOT / "index_data" / "sample")
    return there


def run(arguments: list[str], folder: Path) -> str:
    """What the command prints, on either stream."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stdout
    return done.stdout


def test_scripts_named_at_the_top_are_there() -> None:
    scripts = [command.split()[0] for command, _ in COMMANDS if command.startswith("scripts/")]
    assert scripts == ["scripts/demo", "scripts/test"]
    assert all(os.access(ROOT / script, os.X_OK) for script in scripts)


def test_commands_print_what_is_shown(folder: Path) -> None:
    news = [(command, output) for command, output in COMMANDS if command.startswith("news ")]
    assert len(news) >= 10
    for command, output in news:
        printed = run(["-m", "search", *shlex.split(command)[1:]], folder)
        pattern = ".*".join(re.escape(piece) for piece in output.strip().split("…"))
        assert re.fullmatch(pattern, printed.strip(), re.DOTALL), f"{command}\n{printed}"
        assert printed.strip(), command


def test_python_runs(folder: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    run(["-m", "search", "index", "index_data/sample"], folder)
    printed = run(["-c", example], folder)
    assert printed.startswith("11 harbour AND strike AND date:2025-02-01Z..")
    assert printed.count("\n") > 11


def test_table_of_modules_names_every_module() -> None:
    named = set(re.findall(r"`(?:search/)?(\w+)(?:\.py|/)`", README))
    there = {path.stem for path in (ROOT / "search").iterdir() if not path.name.startswith(("_", "py.typed"))}
    assert there <= named
