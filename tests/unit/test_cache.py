"""What is kept is made once, weighed, and forgotten in the order it was asked for."""

from __future__ import annotations

import threading

import pytest

from atlas.present.context import SingleFlightCache


def test_each_thing_is_made_once_and_the_oldest_forgotten() -> None:
    cache: SingleFlightCache[int] = SingleFlightCache(2)
    made: list[str] = []
    gate = threading.Barrier(8)

    def ask() -> None:
        gate.wait()
        cache.get("a", lambda: made.append("a") or 1)  # type: ignore[func-returns-value]

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == ["a"]
    for key in ("b", "c"):
        cache.get(key, lambda: 2)
    cache.get("a", lambda: made.append("again") or 3)  # type: ignore[func-returns-value]
    assert made == ["a", "again"]


def test_what_is_kept_is_weighed_and_the_newest_always_stays() -> None:
    cache: SingleFlightCache[str] = SingleFlightCache(10, len)
    made: list[str] = []

    def get(key: str, size: int) -> str:
        return cache.get(key, lambda: made.append(key) or key * size)  # type: ignore[func-returns-value]

    for key, size in (("a", 4), ("b", 4), ("a", 4), ("c", 4), ("a", 4), ("b", 4)):
        get(key, size)
    assert made == ["a", "b", "c", "b"], "a was asked for again before c came, so b went"
    assert get("d", 40) == "d" * 40
    get("d", 40)
    assert made == ["a", "b", "c", "b", "d"]


def test_what_failed_leaves_nothing_behind() -> None:
    cache: SingleFlightCache[int] = SingleFlightCache(4)

    def fail() -> int:
        raise ValueError

    for key in range(1000):
        with pytest.raises(ValueError):  # noqa: PT011 - ours
            cache.get(key, fail)
    assert len(cache._slots) == 0
    assert cache.get(1, lambda: 5) == 5
    assert cache.kept(1) == 5
    assert cache.kept(2) is None
