"""Every test belongs to a lane, and each lane holds the one before."""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache

import pytest

from tests.conftest import ROOT
from tests.lanes import PROFILES, QUICK, TEST


@lru_cache
def _collected(chosen: str) -> set[str]:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"]
    told = subprocess.run([*command, "-m", chosen], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {line for line in told.splitlines() if "::" in line}


@pytest.mark.long
def test_quick_is_part_of_test_and_test_of_long_and_long_is_all() -> None:
    quick, test, rest, everything = map(_collected, (QUICK, TEST, "long", ""))
    assert quick < test < everything
    assert test | rest == everything
    assert not test & rest


@pytest.mark.long
def test_nothing_is_left_out_of_test_but_cases_of_samples_and_what_says_so() -> None:
    """Of every matrix `make test` runs at least one case; whole tests left out stand in CONTRIBUTING.md by name."""
    test = {each.partition("[")[0] for each in _collected(TEST)}
    left_out = {each.partition("[")[0].rpartition("::")[2] for each in _collected("long")} - {
        each.rpartition("::")[2] for each in test
    }
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [name for name in sorted(left_out) if f"`{name}`" not in told] == []


def test_chores_run_the_lanes() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f'-m "{QUICK}"' in makefile
    assert f'-m "{TEST}"' in makefile
    for profile in PROFILES:
        assert profile == "test" or f"HYPOTHESIS_PROFILE={profile}" in makefile
