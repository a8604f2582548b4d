"""The layers of the design: imports point one way, and each library has one home."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import get_args

import pytest

from search.article import Article
from search.index.format.names import TextPart, ValuePart
from search.query import open_archive

PACKAGE = Path(__file__).resolve().parent.parent / "search"
SCRIPTS = PACKAGE.parent / "scripts"

# From the lowest to the uppermost; the units of one layer do not import each other.
LAYERS = (
    {"errors", "fields"},
    {"article", "deadline", "once"},
    {"text", "dates"},
    {"language", "changes"},
    {"snippets"},
    {"engine"},
    {"index", "sources"},
    {"backends"},
    {"ingest"},
    {"archive"},
    {"query"},
    {"present"},
    {"config"},
    {"serving", "inputs"},
    {"web", "mcp"},
    {"cli"},
)
INDEX_LAYERS = (
    {"kernels"},
    {"format"},
    {"postings"},
    {"read"},
    {"write", "evaluate", "copies"},
    {"whoosh", "compare"},
)
UPWARD = {("article", "search.sources")}
"""`Article.from_dict` is where a caller looks for it; the names of fields are known where files are read."""
HOMES = {
    "nltk": {"text"},
    "publicsuffixlist": {"backends"},
    "numpy": {"index"},
    "whoosh": {"index/whoosh"},
    "sqlite3": {"backends"},
    "zstandard": {"backends"},
    "orjson": {"sources", "backends"},
    "click": {"cli"},
    "rich": {"present", "cli"},
    "dateparser": {"dates"},
    "tzlocal": {"config"},
    "pandas": {"engine"},
    "opensearchpy": {"backends/opensearch"},
    "starlette": {"web"},
    "uvicorn": {"web"},
    "uvloop": {"web"},
    "pydantic": {"inputs", "web", "mcp"},
    "jinja2": {"web"},
    "markupsafe": {"web"},
    "mcp": {"mcp"},
    "pyarrow": {"sources", "present"},
    **{
        name: {"sources"}
        for name in "feedparser defusedxml yaml trafilatura htmldate warcio py3langid openpyxl pypdf".split()
    },
}
FILES = sorted(PACKAGE.rglob("*.py"))


def unit(path: Path, folder: Path = PACKAGE) -> str:
    """The module or package directly in `folder` that a file belongs to."""
    return path.relative_to(folder).parts[0].removesuffix(".py")


def lower(own: str, layers: Sequence[set[str]]) -> set[str]:
    """The units in the layers below the one that has `own`."""
    level = next(number for number, layer in enumerate(layers) if own in layer)
    return set().union(*layers[:level])


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
def test_imports_only_from_lower_layers(path: Path) -> None:
    own = unit(path)
    if own in ("__init__", "__main__"):
        return
    for name in imports(path):
        package, _, rest = name.partition(".")
        if package == "search" and (own, name) not in UPWARD:
            assert rest.split(".")[0] in lower(own, LAYERS) | {own}, f"{path.name} imports {name}"


def test_the_rooms_of_the_index_import_only_from_lower_ones() -> None:
    for path in (PACKAGE / "index").rglob("*.py"):
        own = unit(path, PACKAGE / "index")
        for name in imports(path):
            if own != "__init__" and name.startswith("search.index."):
                assert name.split(".")[2] in lower(own, INDEX_LAYERS) | {own}, f"{path} imports {name}"


def test_scripts_import_nothing_from_inside_an_engine_or_the_archive() -> None:
    allowed = {
        ("bench/corpus.py", "search.index.write.piece_table"),
        ("evaluation/systems.py", "search.archive.question"),
    }
    inside = ("search.index", "search.backends.", "search.archive.")
    found = {
        (str(path.relative_to(SCRIPTS)), name)
        for path in SCRIPTS.rglob("*.py")
        for name in imports(path)
        if name.startswith(inside)
    }
    assert found <= allowed


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_library_has_one_home(path: Path) -> None:
    place = path.with_suffix("")
    for name in imports(path):
        homes = HOMES.get(name.split(".")[0], {unit(path)})
        assert any(place.is_relative_to(PACKAGE / home) for home in homes), f"{path.name} imports {name}"


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
        "feedparser",
        "yaml",
        "pyarrow",
        "publicsuffixlist",
        "opensearchpy",
    }
    slow |= {"trafilatura", "htmldate", "warcio", "defusedxml", "py3langid", "openpyxl", "pypdf"}
    for path in FILES:
        found = {name.split(".")[0] for name in imports(path, top_level_only=True)}
        assert not found & slow, f"{path} imports {found & slow} at its top"


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in FILES}
    assert max(lengths.values()) <= 400, {path: n for path, n in lengths.items() if n > 400}


def modules_imported_by(path: Path) -> set[str]:
    """The modules of ours that a file imports anywhere but for type checkers."""
    tree = ast.parse(path.read_text())
    for_checkers = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    found = set()
    for node in ast.walk(tree):
        if node in for_checkers:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            # A name that is no module is one in the package's own `__init__`.
            found |= {
                full if (full := f"{module}.{alias.name}") in MODULES else module for alias in node.names
            }
    return found & MODULES.keys()


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_name(path): path for path in FILES}


def circles(imported: dict[str, set[str]]) -> set[str]:
    """The modules that import themselves, over however many others."""
    left = dict(imported)
    while leaves := {name for name, own in left.items() if not own & left.keys()}:
        left = {name: own for name, own in left.items() if name not in leaves}
    # What is left imports a circle, or is in one; only the latter is imported by what is left.
    while roots := left.keys() - set().union(*left.values()):
        left = {name: own for name, own in left.items() if name not in roots}
    return set(left)


def test_late_imports_count_and_those_for_type_checkers_do_not(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(
        "if TYPE_CHECKING:\n    from search.cli import main\n"
        "def late():\n    from search.index import kernels\n    from search.text import fold\n"
    )
    assert modules_imported_by(path) == {"search.index.kernels", "search.text"}


def test_no_module_imports_itself_over_others() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}) == {"b", "c"}
    imported = {name: modules_imported_by(path) for name, path in MODULES.items()}
    for own, upward in UPWARD:
        imported[f"search.{own}"] -= {upward}
    assert circles(imported) == set()


def test_names_of_arrays_are_put_together_in_format_only() -> None:
    kinds = {part for kind in (TextPart, ValuePart) for part in get_args(kind)} | {"numbers"}
    for path in FILES:
        if PACKAGE / "index" not in path.parents or PACKAGE / "index" / "format" in path.parents:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr) and isinstance(last := node.values[-1], ast.Constant):
                assert str(last.value).removeprefix(".") not in kinds, f"{path}:{node.lineno}"


UNNEEDED = (
    "whoosh",
    "socket",
    "email",
    "asyncio",
    "search.serving",
    "search.web",
    "search.mcp",
    "importlib.metadata",
    "search.index.write",
    "search.archive.concordance",
)


def test_a_search_imports_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    with open_archive(tmp_path / "archive", create=True) as archive:
        archive.add([Article(id="a", title="Harbour strike", body="The strike began.")])
    script = (
        "import sys\n"
        "from search.cli import main\n"
        "try: main()\n"
        f"finally: print(sorted(name for name in sys.modules if name.startswith({UNNEEDED!r})))"
    )
    for command in (["count", "strike"], ["search", '"harbour strike" str* strkie~', "--format", "json"]):
        done = subprocess.run(
            [sys.executable, "-c", script, *command, "--archive", str(tmp_path / "archive")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.splitlines()[-1] == "[]"


def test_the_reference_imports_nothing_that_it_judges() -> None:
    for path in (PACKAGE.parent / "tests" / "reference").glob("*.py"):
        judged = [name for name in imports(path) if name.startswith(("search.index", "search.backends"))]
        assert judged == [], path.name
