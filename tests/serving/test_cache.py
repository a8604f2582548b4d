"""The cache: answers of one version, the last used of them, up to a size."""

from __future__ import annotations

from search.serving import Answer
from search.serving.cache import Cache
from tests.serving.tasks import CountAll

ONE, TWO, THREE = CountAll("one"), CountAll("two"), CountAll("three")


def answer(size: int) -> Answer:
    return Answer(b"x" * size)


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
    cache = Cache(max_bytes=160)
    for task in [CountAll(str(number)) for number in range(8)]:
        cache.put(task, answer(10), "v1")
    assert cache.get(CountAll("0"), "v1") is not None
    cache.put(ONE, answer(10), "v1")
    assert cache.get(CountAll("0"), "v1") is not None
    assert cache.get(CountAll("1"), "v1") is None
    assert cache.get(ONE, "v1") is not None


def test_an_answer_too_large_for_the_cache_pushes_nothing_out() -> None:
    cache = Cache(max_bytes=160)
    cache.put(ONE, answer(10), "v1")
    cache.put(TWO, answer(11), "v1")
    assert cache.get(ONE, "v1") is not None
    assert cache.get(TWO, "v1") is None
