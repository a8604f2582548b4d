"""The layers of the design: imports point one way, and each library has one home."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "search"
LAYERS = (
    {"errors", "fields"},
    {"article", "deadline"},
    {"text", "dates"},
    {"language"},
    {"snippets"},
    {"engine"},
    {"index", "sources"},
    {"backends"},
    {"ingest"},
    {"archive"},
    {"query"},
    {"present"},
    {"config"},
    {"cli"},
)
HOMES = {
    "nltk": {"text"},
    "publicsuffixlist": {"backends"},
    "numpy": {"index"},
    "whoosh": {"index", "backends"},
    "sqlite3": {"backends"},
    "zstandard": {"backends"},
    "click": {"cli"},
    "rich": {"present", "cli"},
    "dateparser": {"dates"},
    "tzlocal": {"config"},
    "platformdirs": {"config"},
    **{
        name: {"sources"}
        for name in "feedparser defusedxml yaml trafilatura htmldate warcio pyarrow py3langid".split()
    },
}
FILES = sorted(PACKAGE.rglob("*.py"))


def unit(path: Path) -> str:
    """The module or package directly below `search` that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path, *, top_level_only: bool = False) -> Iterator[str]:
    """The dotted names that a file imports, those for type checkers left out of the top level."""
    tree = ast.parse(path.read_text())
    nodes = tree.body if top_level_only else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = [f"search.{alias.name}" for alias in node.names]
            yield from names if node.module == "search" else [node.module or ""]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_only_from_the_layers_above(path: Path) -> None:
    own = unit(path)
    if own in ("__init__", "__main__"):
        return
    level = next(number for number, layer in enumerate(LAYERS) if own in layer)
    above = set().union(*LAYERS[:level])
    for name in imports(path):
        package, _, rest = name.partition(".")
        if package == "search":
            assert rest.split(".")[0] in above | {own}, f"{path.name} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_library_has_one_home(path: Path) -> None:
    for name in imports(path):
        package = name.split(".")[0]
        assert unit(path) in HOMES.get(package, {unit(path)}), f"{path.name} imports {name}"


def test_every_module_has_a_layer_and_a_docstring() -> None:
    placed = set().union(*LAYERS) | {"__init__", "__main__"}
    for path in FILES:
        assert unit(path) in placed
        assert ast.get_docstring(ast.parse(path.read_text())), f"{path} has no docstring"


def test_libraries_that_are_slow_to_import_are_imported_on_use() -> None:
    slow = {
        "nltk",
        "rich",
        "dateparser",
        "tzlocal",
        "platformdirs",
        "feedparser",
        "yaml",
        "pyarrow",
        "publicsuffixlist",
    }
    slow |= {"trafilatura", "htmldate", "warcio", "defusedxml", "py3langid"}
    for path in FILES:
        found = {name.split(".")[0] for name in imports(path, top_level_only=True)}
        assert not found & slow, f"{path} imports {found & slow} at its top"


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in FILES}
    assert max(lengths.values()) <= 400, {path: n for path, n in lengths.items() if n > 400}
