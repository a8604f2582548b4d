"""A question as an address asks it."""

from __future__ import annotations

from dataclasses import dataclass

from search.query import Archive, Question


@dataclass(frozen=True, slots=True)
class Asked:
    """A query and its filters `f`, which are queries too: an article matches them all."""

    q: str = "*"
    f: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    any_word: bool = False
    tz: str | None = None
    as_of: str | None = None

    def view(self, archive: Archive) -> Archive:
        """The archive as it was then, with the dates of the zone that is asked for."""
        return archive.at(zone=self.tz, as_of=self.as_of)

    def question(self) -> Question:
        """The question of a library."""
        return Question(self.q, self.since, self.until, self.any_word, self.f)

    def moment(self) -> Asked:
        """Everything, in the same zone and at the same moment."""
        return Asked(tz=self.tz, as_of=self.as_of)

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of an address, in one order; a default is left out."""
        named = {"since": self.since, "until": self.until, "any": "1" if self.any_word else None}
        named |= {"tz": self.tz, "as_of": self.as_of}
        given = [(name, value) for name, value in named.items() if value is not None]
        return [("q", self.q), *(("f", each) for each in self.f), *given]

    def __str__(self) -> str:
        bounds = [f"{name}:{at}" for name, at in (("since", self.since), ("until", self.until)) if at]
        return " ".join([self.q, *self.f, *bounds])
