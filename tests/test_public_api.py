"""What is public: it is there, it is documented, and its names are listed."""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import click
import pytest

import search
from search import engine, errors, query
from search.backends.embedded.engine import EmbeddedEngine
from search.backends.embedded.maintenance import EmbeddedFiles
from search.backends.embedded.reader import EmbeddedReader
from search.cli.options import EXIT_CODES
from search.engine import Engine, Historied, Maintained, Reader, Watching
from search.query import Archive
from tests.reference import ReferenceEngine

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(search.__path__, "search.")
    if "__main__" not in module.name
)


def test_the_package_offers_these_names() -> None:
    assert set(query.__all__) - {"FieldWeight", "Feedback", "Proximity", "Recency"} <= set(search.__all__)
    assert {"Article", "SearchError", "parse_query", "ReadOptions", "IndexReport"} <= set(search.__all__)
    for name in search.__all__:
        assert getattr(search, name) is not None
    assert search.__version__ == version("news-search")
    with pytest.raises(AttributeError):
        _ = search.nonsense


def test_callers_can_import_the_type_of_everything_they_get() -> None:
    methods = [getattr(Archive, name) for name in dir(Archive) if not name.startswith("_")]
    classes = [getattr(query, name) for name in query.__all__]
    named = set[str]().union(*(names_in_annotations(each) for each in [*methods, *classes]))
    kinds = {name for name in named if inspect.isclass(getattr(engine, name, None))}
    assert {"Results", "Hit", "FacetValue", "Bin"} < kinds
    assert kinds <= set(query.__all__)


def names_in_annotations(annotated: object) -> set[str]:
    written = " ".join(map(str, getattr(annotated, "__annotations__", {}).values()))
    return set(re.findall(r"\w+", written))


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (["-c", "import search"], r"Traceback .*\nImportError: news-search needs Linux, [^\n]*\n"),
        (["news"], r"news: news-search needs Linux, [^\n]*\n"),
    ],
)
def test_a_system_without_file_locks_is_refused_in_one_sentence(
    arguments: list[str], printed: str, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['fcntl'] = None")
    (tmp_path / "news").write_text("from search.cli import main; main()")
    path = os.pathsep.join([str(tmp_path), str(Path(search.__file__).parent.parent)])
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert re.fullmatch(printed, done.stderr, re.DOTALL), done.stderr


def test_parse_query_needs_no_archive() -> None:
    assert str(search.parse_query("a b OR c")) == "a AND b OR c"


@pytest.mark.parametrize("name", MODULES)
def test_all_lists_what_is_there(name: str) -> None:
    module = importlib.import_module(name)
    for public in getattr(module, "__all__", []):
        assert hasattr(module, public), f"{name}.{public}"


@pytest.mark.parametrize("name", MODULES)
def test_what_is_public_is_documented(name: str) -> None:
    module = importlib.import_module(name)
    for public, thing in vars(module).items():
        if public.startswith("_") or getattr(thing, "__module__", None) != name:
            continue
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert thing.__doc__, f"{name}.{public} has no docstring"


def test_the_archive_has_these_methods() -> None:
    methods = {name for name in dir(Archive) if not name.startswith("_")}
    assert methods == {
        "search", "count", "facets", "timeline", "scan", "export", "ids", "get", "stats",
        "similar", "background", "copies", "suggest", "explain",
        "count_many", "index", "timelines", "coverage", "kwic", "collocations", "distinctive",
        "diff", "changes", "first_seen", "manifest", "replay",
        "save", "saved", "remove_saved", "new", "confirm", "delivery", "delivered",
        "add", "delete", "rebuild", "close", "history", "prune", "upgrade", "at", "state", "version",
        "depends_on_now",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "protocol"),
    [
        (EmbeddedEngine, Engine),
        (EmbeddedEngine, Historied),
        (EmbeddedEngine, Watching),
        (EmbeddedFiles, Maintained),
        (EmbeddedReader, Reader),
        (ReferenceEngine, Engine),
        (ReferenceEngine, Historied),
        (ReferenceEngine, Reader),
    ],
)
def test_engines_have_the_signatures_of_the_seam(kind: type, protocol: type) -> None:
    for name, method in vars(protocol).items():
        if name.startswith("_") or not inspect.isfunction(method):
            continue
        wanted = list(inspect.signature(method).parameters)
        assert list(inspect.signature(getattr(kind, name)).parameters) == wanted, name


def kinds(kind: type[errors.SearchError]) -> list[type[errors.SearchError]]:
    """The kind and all kinds of it in the modules of `search`, all of which are imported."""
    for module in MODULES:
        importlib.import_module(module)
    below = [each for each in kind.__subclasses__() if each.__module__.startswith("search.")]
    return [kind, *(found for each in below for found in kinds(each))]


def test_every_kind_of_error_has_an_exit_code() -> None:
    found = kinds(errors.SearchError)
    assert {kind.__module__ for kind in found} == {"search.errors"}
    assert {kind.code for kind in found} == set(EXIT_CODES)


def test_every_kind_of_error_in_the_family_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in kinds(errors.SearchError)]
    assert len(set(codes)) == len(codes) > 10
    drawn = set(re.findall(r"[├└]── (\w+)", errors.__doc__ or "")) | {"SearchError"}
    assert drawn == {kind.__name__ for kind in kinds(errors.SearchError)}


def test_every_exception_outside_of_the_family_is_named_with_its_translation() -> None:
    own = {
        name
        for module in MODULES
        for name, kind in vars(importlib.import_module(module)).items()
        if inspect.isclass(kind) and issubclass(kind, Exception) and kind.__module__.startswith("search.")
        if not issubclass(kind, errors.SearchError | click.ClickException) and not name.startswith("_")
    }
    _, translated = (errors.__doc__ or "").split("exception of its own")
    assert own == set(re.findall(r"(?:^    |, )(\w+)(?=,|  )", translated, re.MULTILINE))
