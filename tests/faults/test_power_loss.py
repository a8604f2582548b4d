"""After a loss of power an archive opens, has all that was acknowledged, and is whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from whoosh import index as whoosh_index
from whoosh.fields import ID, TEXT, Schema

from search.index.format import manifest
from tests.faults.archives import KINDS, TORTURE, Outcomes, make
from tests.faults.conftest import Count
from tests.faults.power import drawn, moments

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")

STATES = 2_000 if TORTURE else 16
"""How many states of each kind of commit are tried at most."""

COMMITS = [kind for kind in KINDS if kind != "backup"]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("power") / "archive"
    make(folder)
    return folder


def tries(
    kind: str, template: Path, folder: Path, most: int, change: Callable[[Path], object] | None = None
) -> Iterator[str]:
    """Of each state that is tried what did not hold, empty if all did."""
    outcomes = Outcomes(template, kind, folder / "scratch")
    shutil.copytree(template, folder / "archive")
    for disk, acknowledged in drawn(moments(folder / "archive", change or KINDS[kind]), most):
        disk.write(folder / "tried")
        failed = ""
        try:
            outcomes.check(folder / "tried", acknowledged=acknowledged)
        except Exception as error:  # whatever it is, this state failed; all are reported together
            failed = repr(error)[:300]
        shutil.rmtree(folder / "tried")
        yield failed


@pytest.mark.parametrize("kind", COMMITS)
def test_nothing_is_lost_with_the_power(kind: str, template: Path, tmp_path: Path, count: Count) -> None:
    tried = list(tries(kind, template, tmp_path, STATES))
    assert [failed for failed in tried if failed] == []
    assert len(tried) >= (10 if kind == "deliver" else 800 if TORTURE else STATES)
    count(f"losses of power, {kind}", len(tried))


def unsealed(path: Path) -> manifest.FileRecord:
    """`make_durable` that makes nothing durable."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda _: None)
        return manifest.make_durable(path)


MUTANTS: dict[str, tuple[str, Callable[..., object]]] = {
    "files are not made durable": ("search.index.write.writer.make_durable", unsealed),
    "names are not made durable": ("search.index.write.writer.sync_folder", lambda _: None),
    "the manifest is not made durable": ("search.index.format.manifest.os.fsync", lambda _: None),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_commit_is_caught_of_which(name: str, template: Path, tmp_path: Path) -> None:
    place, instead = MUTANTS[name]

    def mutated(location: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(place, instead)
            KINDS["add"](location)

    assert any(tries("add", template, tmp_path, 150, mutated))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # it leaves files open
def test_whoosh_by_itself_loses_its_index(tmp_path: Path, count: Count) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    index = whoosh_index.create_in(folder, Schema(id=ID(stored=True), body=TEXT))

    def add(identity: str) -> None:
        with index.writer() as adding:
            adding.add_document(id=identity, body="a notice of tides")

    add("n0")
    states = drawn(moments(folder, lambda _: add("n1")), max(STATES, 300))
    failed = 0
    for disk, acknowledged in states:
        disk.write(tmp_path / "tried")
        try:
            with whoosh_index.open_dir(tmp_path / "tried").searcher() as searcher:
                found = {fields["id"] for fields in searcher.documents()}
            failed += found not in ([{"n0", "n1"}] if acknowledged else [{"n0"}, {"n0", "n1"}])
        except Exception:  # Whoosh raises what comes of a damaged index
            failed += 1
        shutil.rmtree(tmp_path / "tried")
    assert failed
    count("losses of power, Whoosh's own commit", len(states))
    count("of which it did not open, or had lost what it had", failed)
