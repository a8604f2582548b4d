"""Copies by their definition: every sketch, list and pair worked out again, one number at a time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from itertools import count

from search.article import Article
from search.text import Analyzer, language_named

FACTOR, MIXERS, TOP = 0x9E3779B97F4A7C15, (0xD6E8FEB86659FD93, 0xCA5A826395121157), 1 << 64
RUN, LEAST_WORDS, LOWEST = 5, 24, 32


def mixed(number: int) -> int:
    """A number of 64 bits of which each bit depends on every bit of the given one."""
    for mixer in MIXERS:
        number = (number ^ number >> 32) * mixer % TOP
    return number ^ number >> 32


def shingle_hash(words: Sequence[int]) -> int:
    """The hash of a run of words, from their hashes."""
    total = 0
    for word in words:
        total = (total * FACTOR + word) % TOP
    return mixed(total)


def whole_hash(words: Sequence[int]) -> int:
    """The hash of a whole text."""
    return mixed((sum(word * FACTOR**place for place, word in enumerate(words)) + len(words)) % TOP)


def sketch(words: Sequence[int]) -> list[int]:
    """The lowest hashes of a text; of a short text two hashes of the whole of it."""
    if not words:
        return []
    if len(words) < LEAST_WORDS:
        whole = whole_hash(words)
        return sorted([whole >> 32, mixed(whole ^ MIXERS[0]) >> 32])
    runs = {shingle_hash(words[at : at + RUN]) >> 32 for at in range(len(words) - RUN + 1)}
    return sorted(runs)[:LOWEST]


def word_hash(form: str) -> int:
    """The hash of a word."""
    return int.from_bytes(blake2b(form.encode(), digest_size=8).digest(), "little")


@dataclass(slots=True)
class Member:
    """An article that is there, and the group that it is in; "" for a digest, which has `parts`."""

    article: Article
    words: list[str]
    hashes: list[int]
    group: str = ""
    parts: tuple[str, ...] = ()

    @property
    def runs(self) -> set[tuple[str, ...]]:
        return {tuple(self.words[at : at + RUN]) for at in range(len(self.words) - RUN + 1)}

    @property
    def numbers(self) -> set[str]:
        return {word for word in self.words if word[0].isdecimal() and len(word) > 1}


class Copies:
    """The groups of copies, article by article as they come and go."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self.members: dict[str, Member] = {}  # in the order in which they came

    def leave(self, identities: Iterable[str]) -> None:
        for identity in identities:
            self.members.pop(identity, None)

    def arrive(self, article: Article) -> None:
        texts = [article.title, article.body] if article.body else [article.title, article.description]
        texts += [] if article.body else article.highlights
        named = language_named(article.language)
        words = [form for text in texts for form, _ in self._analyzer.analyze(text, named) if form]
        new = Member(article, words, sketch([word_hash(form) for form in words]))
        near = [m for m in self._candidates(new) if m.group and is_copy(new, m)]
        near.sort(key=lambda m: (-len(new.runs & m.runs), -contained(new, m)))  # the earliest of equals
        held: dict[str, Member] = {}
        for member in near:
            held.setdefault(member.group, member)
        first, *others = held.values() if held else [new]
        small = all(10 * len(m.runs) < 7 * len(new.runs) for m in near)
        if small and any(contained(first, m) < 0.5 for m in others):
            new.parts = tuple(sorted(held))
        elif near:
            new.group = near[0].group
        else:
            names = (article.id if n == 1 else f"{article.id}#{n}" for n in count(1))
            taken = {each for i, m in self.members.items() for each in (i, m.group)} - {article.id}
            taken |= {m.group for m in self.members.values()}
            new.group = next(name for name in names if name not in taken)
        self.members[article.id] = new

    def _candidates(self, new: Member) -> list[Member]:
        shared: Counter[str] = Counter()
        for number in new.hashes:
            having = [i for i, member in self.members.items() if number in member.hashes]
            shared.update({*having[:1], *having[-8:]})
        return [m for i, m in self.members.items() if shared[i] > 1 and is_likely(new, m)]

    def group(self, name: str) -> list[str]:
        """The ids of the group of the article with this id, or else of the group of this name."""
        if name in self.members:
            name = self.members[name].group or name
        own = [i for i, member in self.members.items() if (member.group or i) == name]
        return sorted(own)

    def original(self, identity: str) -> bool:
        """True for one article of each group: the founder, or else the earliest that is there."""
        own = self.members[identity].group or identity

        def place(other: str) -> tuple[bool, float, str]:
            at = self.members[other].article.published
            return own.partition("#")[0] != other, at.timestamp() if at else math.inf, other

        together = [i for i, member in self.members.items() if (member.group or i) == own]
        return identity == min(together, key=place)


def is_likely(one: Member, other: Member) -> bool:
    """False if copies share as few hashes three times in a thousand, by chance alone."""
    pair = one.hashes, other.hashes
    bound = min((own[-1] for own in pair if len(own) == LOWEST), default=TOP)
    among = min(sum(number <= bound for number in own) for own in pair)
    shared = len({*pair[0]} & {*pair[1]})
    part = 0.9 if are_weeks_apart(one, other) else 0.5
    chances = (math.comb(among, k) * part**k * (1 - part) ** (among - k) for k in range(shared + 1))
    return bool(sum(chances) > 0.003)


def are_weeks_apart(one: Member, other: Member) -> bool:
    """True if both have a time, and these are more than a week apart."""
    dates = [m.article.published for m in (one, other)]
    return bool(dates[0] and dates[1] and abs(dates[0] - dates[1]) > timedelta(days=7))


def contained(one: Member, other: Member) -> float:
    """The share of the shorter one's runs that the longer one has."""
    shorter = max(1, min(len(one.runs), len(other.runs)))
    return 1.0 if one.words == other.words else len(one.runs & other.runs) / shorter


def is_copy(one: Member, other: Member) -> bool:
    """The three rules."""
    share = contained(one, other)
    if one.words == other.words:
        return True
    if min(len(one.words), len(other.words)) < LEAST_WORDS or share < 0.5:
        return False
    if share < 0.9 and are_weeks_apart(one, other):
        return False
    if min(len(one.words), len(other.words)) < 50 and share < 0.8:
        return False
    shorter, longer = sorted((one, other), key=lambda m: len(m.runs))
    return share >= 0.8 or len(shorter.numbers & longer.numbers) >= 0.85 * len(shorter.numbers)
