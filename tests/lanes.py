"""Which lane a test belongs to. Decided here, from what it needs, when tests are collected.

`make quick` leaves out what needs a browser, a server, the shipped data or much of anything, and `long`; `make test` leaves out `long`;
`make long` leaves out nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import groupby

import pytest
from hypothesis import settings

NEEDS = {
    "browser": {"browser"},
    "server": {"postgres_url"},
    "country": {"real", "germany", "app_on", "saxony_url", "shipped"},
    "bulk": {"mini_site", "addressed", "publish", "write_sheets", "serving", "hostile_url", "server"},
}
"""By marker: fixtures, of which a test needs one, directly or through another; or what it calls itself."""
QUICK = "not (browser or server or country or bulk or long)"
TEST = "not long"
PROFILES = {"quick": 5, "test": 40, "long": 100}
"""By profile of hypothesis: how much of the examples of a law are tried, in per cent."""


def load_profile() -> None:
    """Set how many examples laws try, from ``HYPOTHESIS_PROFILE``; that of ``make test`` without it."""
    for name, examples in PROFILES.items():
        settings.register_profile(name, max_examples=examples, deadline=None, derandomize=True)
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "test"))


def tried(examples: int) -> int:
    """Return how many examples are tried here of this many in ``make long``; three at least."""
    return max(3, examples * settings().max_examples // PROFILES["long"])


def law(examples: int, **more: object) -> settings:
    """Return the settings of a law that tries this many examples in ``make long``, and its share of them elsewhere."""
    return settings(max_examples=tried(examples), **more)


def mark(items: list[pytest.Item]) -> None:
    """Give each test the markers of what it needs, and ``long`` to the cases a ``sample`` leaves out."""
    for item in items:
        for name in _needed(item):
            item.add_marker(name)
    for left_out in _beyond_samples(items):
        left_out.add_marker("long")


def _needed(item: pytest.Item) -> Iterator[str]:
    needed = set(getattr(item, "fixturenames", ()))
    if isinstance(item, pytest.Function):
        needed |= set(item.function.__code__.co_names)
    for name, those in NEEDS.items():
        if needed & those:
            yield name
    if "postgresql" in _parameters(item):
        yield "server"


def _parameters(item: pytest.Item) -> list[object]:
    call = getattr(item, "callspec", None)
    return list(call.params.values()) if call else []


def _beyond_samples(items: Iterable[pytest.Item]) -> Iterator[pytest.Item]:
    """Return the cases of tests marked ``sample(n)`` that are not among n spread evenly over all, the first included."""
    sampled = [item for item in items if item.get_closest_marker("sample")]
    for _, cases in groupby(sampled, key=lambda item: item.nodeid.partition("[")[0]):
        those = list(cases)
        marker = those[0].get_closest_marker("sample")
        assert marker is not None
        (size,) = marker.args
        kept = {number * len(those) // size for number in range(size)}
        yield from (case for number, case in enumerate(those) if number not in kept)
