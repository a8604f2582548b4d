"""The cache: answers of one version, the last used of them, up to a size."""

from __future__ import annotations

from search.serving import Answer
from search.serving.cache import Cache
from tests.serving.tasks import CountAll

ROOM = 23_000
"""More than the memory of an answer of 10,000 bytes, and less than the memory of two."""

ONE, TWO, THREE = CountAll("one"), CountAll("two"), CountAll("three")


def answer(size: int) -> Answer:
    return Answer(b"x" * size, zipped=b"x" * size)


def test_an_answer_is_kept_for_its_version_only() -> None:
    cache = Cache()
    cache.put(ONE, answer(1), "v1")
    assert cache.get(ONE, "v1") == answer(1)
    assert cache.get(TWO, "v1") is None
    assert cache.get(ONE, "v2") is None
    cache.put(TWO, answer(2), "v2")
    assert cache.get(ONE, "v1") is None
    assert cache.get(TWO, "v2") == answer(2)


def test_the_answer_used_longest_ago_goes_first() -> None:
    cache = Cache(max_bytes=8 * ROOM)
    for task in [CountAll(str(number)) for number in range(8)]:
        cache.put(task, answer(10_000), "v1")
    assert cache.get(CountAll("0"), "v1") is not None
    cache.put(ONE, answer(10_000), "v1")
    assert cache.get(CountAll("0"), "v1") is not None
    assert cache.get(CountAll("1"), "v1") is None
    assert cache.get(ONE, "v1") is not None


def test_an_answer_too_large_for_the_cache_pushes_nothing_out() -> None:
    cache = Cache(max_bytes=8 * ROOM)
    cache.put(ONE, answer(10_000), "v1")
    cache.put(TWO, answer(13_000), "v1")
    assert cache.get(ONE, "v1") is not None
    assert cache.get(TWO, "v1") is None


def test_short_answers_to_long_questions_fill_the_cache() -> None:
    cache = Cache(max_bytes=8 * ROOM)
    tasks = [CountAll(f"{number}{'x' * 10_000}") for number in range(20)]
    for task in tasks:
        cache.put(task, answer(1), "v1")
    assert 0 < sum(cache.get(task, "v1") is not None for task in tasks) <= 16


def test_many_short_answers_to_short_questions_fill_the_cache() -> None:
    cache = Cache(max_bytes=8 * ROOM)
    tasks = [CountAll(str(number)) for number in range(1_000)]
    for task in tasks:
        cache.put(task, answer(1), "v1")
    assert 0 < sum(cache.get(task, "v1") is not None for task in tasks) <= 100
