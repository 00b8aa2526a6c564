"""The project itself: locks, licences, no other hosts, thin pages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    found = re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(\S+)", text, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", package).lower(): version for package, version in found}


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.txt", PROJECT["dependencies"]),
        ("requirements-dev.txt", PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]),
    ],
)
def test_lock_holds_what_the_project_asks_for(lock: str, wanted: list[str]) -> None:
    locked = _locked(lock)
    for line in wanted:
        requirement = Requirement(line)
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        assert name in locked, f"{name}: run make lock"
        assert requirement.specifier.contains(locked[name]), f"{name}: run make lock"


def test_both_locks_agree_and_every_package_has_hashes() -> None:
    run, dev = _locked("requirements.txt"), _locked("requirements-dev.txt")
    assert {name: dev[name] for name in run} == run
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert text.count(" \\\n    --hash=sha256:") >= len(_locked(name)) - 1


@pytest.mark.parametrize("package", ["streamlit", "streamlit-folium", "folium"])
def test_what_moves_fast_is_pinned(package: str) -> None:
    wanted = {each.name: str(each.specifier) for each in map(Requirement, PROJECT["dependencies"])}
    assert wanted[package].startswith("==")


def test_versions_are_above_the_known_holes() -> None:
    """Floors from shared/reliability.md: an audit that cannot reach its service says nothing."""
    from packaging.version import Version

    locked = _locked("requirements.txt")
    for name, floor in (("streamlit", "1.54.0"), ("starlette", "1.1.0"), ("jinja2", "3.1.6")):
        assert Version(locked[name]) >= Version(floor)


def test_licences_are_named_and_their_texts_there() -> None:
    reuse = tomllib.loads((ROOT / "REUSE.toml").read_text(encoding="utf-8"))["annotations"]
    named = {name for each in reuse for name in each["SPDX-License-Identifier"].split(" AND ")}
    assert set(PROJECT["license"].split(" AND ")) == named == {path.stem for path in (ROOT / "LICENSES").iterdir()}
    assert (ROOT / "LICENSE").read_bytes() == (ROOT / "LICENSES" / "EUPL-1.2.txt").read_bytes()


def test_boundaries_carry_the_note_of_their_edition() -> None:
    reuse = tomllib.loads((ROOT / "REUSE.toml").read_text(encoding="utf-8"))["annotations"]
    (note,) = (
        each["SPDX-FileCopyrightText"] for each in reuse if each["SPDX-License-Identifier"] == "LicenseRef-GeoNutzV"
    )
    for path in (ROOT / "geodata").glob("*/*/edition.toml"):
        about = tomllib.loads(path.read_text(encoding="utf-8"))["provenance"]
        assert (about["attribution"], "GeoNutzV" in about["licence"]) == (note, True), path


def test_product_loads_from_no_other_host() -> None:
    pattern = re.compile(rb"https?://[^\s\"')>]*(cdn|unpkg|jsdelivr|cloudflare|googleapis|bootstrapcdn|openstreetmap)")
    for folder in ("atlas", "ui", "pages"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix != ".pyc":
                assert not pattern.search(path.read_bytes()), path


def test_pages_are_thin() -> None:
    for path in (ROOT / "pages").glob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 10, path


def test_architecture_names_what_is_there() -> None:
    said = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z/_]+[.](?:py|js|css|po|toml|svg)|(?:atlas|ui|tests|data|docs)/[a-z/]*)`", said))
    assert len(named) > 30
    for path in named:
        assert any(ROOT.glob(path)) or any(ROOT.glob(f"[a-z]*/**/{path}")), path


def test_every_document_that_is_linked_exists() -> None:
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / Path(target)).exists(), f"{path.name}: {target}"
