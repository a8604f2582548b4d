"""Any run of changes, kills, interrupts and openings leaves what a dict of the articles would have."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from search.article import Article
from search.backends import maintained
from search.engine import Engine, Historied
from search.language import Node
from tests.asking import ask
from tests.engines import open_engine
from tests.faults.archives import TORTURE
from tests.faults.conftest import Count
from tests.faults.killing import interrupted, killed_before
from tests.reference import ReferenceEngine
from tests.strategies import articles, queries

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")

batches = st.lists(articles, min_size=1, max_size=4)
ids = st.lists(st.sampled_from([f"id{n}" for n in range(12)]), min_size=1, max_size=4)
changes = st.one_of(
    batches.map(lambda batch: lambda engine: engine.add(batch)),
    ids.map(lambda gone: lambda engine: engine.delete(gone)),
    ids.map(lambda gone: lambda engine: engine.delete(gone, forget=True)),
    st.dictionaries(
        st.sampled_from([f"id{n}" for n in range(12)]), st.none() | st.integers(0, 3), min_size=1
    ).map(lambda cancelled: lambda engine: engine.withdraw(cancelled)),
    st.just(lambda engine: engine.optimize()),
    st.just(lambda engine: engine.rebuild()),
)

Known = dict[str, object]
Change = Callable[[Engine | ReferenceEngine], object]

_steps: list[str] = []


def _in_new_engine(change: Change, location: Path) -> None:
    engine = open_engine(location)
    change(engine)
    engine.close()


def known(engine: Engine | ReferenceEngine) -> Known:
    """What an engine says of each article that there has been, and of those that are cancelled."""
    found: Known = {}
    assert isinstance(engine, Historied)
    for identity in (f"id{n}" for n in range(12)):
        if versions := engine.history(identity):
            found[identity] = [(version.article, version.ended) for version in versions]
    if isinstance(engine, ReferenceEngine):
        found |= {f"withdrawn {i}": version for i, version in engine.withdrawn.items()}
    return found


class Machine(RuleBasedStateMachine):
    """The archive, and a reference engine that has the same changes."""

    def __init__(self) -> None:
        super().__init__()
        self.location = Path(tempfile.mkdtemp(prefix="news-machine-")) / "archive"
        self.engine = open_engine(self.location, create=True)
        self.reference = ReferenceEngine()
        self.asked: list[Node] = []
        self.lags = False  # whether the articles of a killed change may be stored and not yet found

    def teardown(self) -> None:
        self.engine.close()
        shutil.rmtree(self.location.parent)

    def reopen(self) -> None:
        self.engine.close()
        self.engine = open_engine(self.location)

    @rule(change=changes)
    def change(self, change: Change) -> None:
        _steps.append("change")
        change(self.engine)
        change(self.reference)
        self.lags = False

    @rule()
    def open_again(self) -> None:
        _steps.append("opening")
        self.reopen()

    @rule(change=changes, event=st.integers(0, 90))
    def change_and_be_killed(self, change: Change, event: int) -> None:
        self.engine.close()
        killed, acknowledged = killed_before(event, partial(_in_new_engine, change), self.location)
        _steps.append("kill" if killed else "change")
        self.engine = open_engine(self.location)
        self.settle(change, acknowledged=acknowledged)

    @rule(change=changes, line=st.integers(0, 3_000))
    def change_and_be_interrupted(self, change: Change, line: int) -> None:
        finished = interrupted(partial(change, self.engine), line)
        _steps.append("change" if finished is None else "interrupt")
        self.settle(change, acknowledged=finished is not False)

    def settle(self, change: Change, *, acknowledged: bool) -> None:
        """Let the reference have the change if the archive has it, as it must if that was acknowledged."""
        before = self.reference.frozen()
        change(self.reference)
        if not acknowledged and self.known() == known(before):
            self.reference = before
        self.lags = bool(ask(self.engine).state().warnings)
        assert not (self.lags and acknowledged)

    def stored(self) -> dict[str, Article]:
        return {article.id: article for article in maintained(self.location).articles()}

    @initialize(asked=st.lists(queries, min_size=6, max_size=12))
    def ask_at_first(self, asked: list[Node]) -> None:
        self.asked.extend(asked)

    @rule(asked=st.lists(queries, min_size=1, max_size=4))
    def ask(self, asked: list[Node]) -> None:
        """Search for these from now on, after each step."""
        self.asked.extend(asked)

    @rule()
    @precondition(lambda self: not self.lags)
    def check(self) -> None:
        _steps.append("deep check")
        verdict = maintained(self.location).verify("deep")
        assert (verdict.problems, verdict.articles) == ((), len(self.reference.articles))

    def known(self) -> Known:
        """What the archive has and had, and what is cancelled in it."""
        with closing(sqlite3.connect(self.location / "articles.db")) as connection:
            withdrawn = dict(connection.execute("SELECT id, version FROM withdrawn"))
        return {**known(self.engine), **{f"withdrawn {i}": version for i, version in withdrawn.items()}}

    @invariant()
    def has_what_it_should(self) -> None:
        assert self.stored() == self.reference.articles
        assert self.known() == known(self.reference)

    @invariant()
    @precondition(lambda self: not self.lags)
    def finds_what_it_should(self) -> None:
        for query in self.asked:
            _steps.append("search")
            assert sorted(ask(self.engine).ids(query)) == sorted(ask(self.reference).ids(query))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # files that Python closes
def test_any_run_of_changes_leaves_what_a_dict_would_have(count: Count) -> None:
    _steps.clear()
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=400 if TORTURE else 8,
            stateful_step_count=40 if TORTURE else 15,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    for step in sorted(set(_steps)):
        count(f"steps of the state machine, {step}", _steps.count(step))
    assert _steps.count("kill") > 3
