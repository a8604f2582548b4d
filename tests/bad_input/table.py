"""The shape of the table: a line, the outcomes that the list writes for it, and what is tried of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tests.bad_input.desk import Content, Desk

OK, NOTHING_FOUND, USAGE, REJECTED, LOCKED, DAMAGED, NO_SPACE, LIMIT, INTERRUPTED = (
    0, 1, 2, 3, 4, 5, 6, 7, 130,
)  # fmt: skip
FATAL = USAGE
"""Of what cannot be done here at all, as where nothing can be written: the archive stays as it is."""

FIRST, LAST = b'{"id":"first","title":"Crane"}', b'{"id":"last","title":"Ferry"}'
AROUND = ("first", "last")


class Trial(Protocol):
    """Something that is tried; it ends with one of `codes`, and asserts all that must hold then."""

    @property
    def codes(self) -> frozenset[int]: ...

    def __call__(self, desk: Desk) -> None: ...


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the list: its first words, the exit codes it writes, and what is tried of it.

    Where something else holds by a later text, `but` says by which, and why.
    """

    about: str
    written: frozenset[int]
    trials: tuple[Trial, ...]
    but: str = ""

    @property
    def deviates(self) -> bool:
        """Whether a trial ends otherwise than the list writes."""
        held = frozenset[int]().union(*(trial.codes for trial in self.trials))
        return not held <= self.written | ({NOTHING_FOUND} if OK in self.written else frozenset())


def line(about: str, written: int | tuple[int, ...], *trials: Trial, but: str = "") -> Line:
    """A line of the table."""
    return Line(about, frozenset((written,) if isinstance(written, int) else written), trials, but)


@dataclass(frozen=True, slots=True)
class Index:
    """`news index` of some files: `kept` are the ids of what gets in, or how many articles that are.

    `shown` has for an id what fields of the article are then. `limits` are constants that are made
    smaller, so that something smaller is past them.
    """

    files: Mapping[str, Content]
    code: int
    says: tuple[str, ...] = ()
    kept: tuple[str, ...] | int = ()
    options: tuple[str, ...] = ()
    shown: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)

    @property
    def codes(self) -> frozenset[int]:
        return frozenset((self.code,))

    def __call__(self, desk: Desk) -> None:
        desk.write(self.files)
        for name, value in self.limits.items():
            desk.patch.setattr(name, value)
        tops = dict.fromkeys(name.partition("/")[0] for name in self.files)
        desk.news("index", *tops, *self.options).check(self.code, *self.says)
        added = [article.id for article in desk.added()]
        if isinstance(self.kept, int):
            assert len(added) == self.kept
        else:
            assert sorted(added) == sorted(self.kept)
        for identity, fields in self.shown.items():
            article = desk.article(identity)
            assert {name: getattr(article, name) for name in fields} == dict(fields)


def record(code: int, *says: str, raw: bytes, kept: tuple[str, ...] = AROUND) -> Index:
    """A line of JSON lines between two good ones, which get in whatever it is."""
    return Index({"a.jsonl": b"\n".join((FIRST, raw, LAST))}, code, says, kept)


@dataclass(frozen=True, slots=True)
class Ask:
    """A command that only reads: not a byte of the archive changes. `finds` are the ids that it prints."""

    arguments: tuple[str, ...]
    code: int
    says: tuple[str, ...] = ()
    finds: tuple[str, ...] | None = None

    @property
    def codes(self) -> frozenset[int]:
        return frozenset((self.code,))

    def __call__(self, desk: Desk) -> None:
        before = desk.contents()
        ended = desk.news(*self.arguments).check(self.code, *self.says)
        if self.finds is not None:
            assert sorted(ended.out.split()) == sorted(self.finds)
        assert desk.contents() == before


def query(text: str, code: int, *says: str, finds: tuple[str, ...] | None = None) -> Ask:
    """A search for the text; it finds the ids."""
    return Ask(("search", "--format", "ids", "--", text), code, says, finds)


@dataclass(frozen=True, slots=True)
class Check:
    """A trial that is written out."""

    codes: frozenset[int]
    look: Callable[[Desk], None]

    def __call__(self, desk: Desk) -> None:
        self.look(desk)


def ending(*codes: int) -> Callable[[Callable[[Desk], None]], Check]:
    """Makes a function that runs commands, which end with these codes, a trial."""
    return lambda look: Check(frozenset(codes), look)
