"""Shared fixtures: the invented state as a data folder, the shipped data, and scenes of both."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.film import build_film
from atlas.present.map_spec import MapSpec
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot
from atlas.web.site import publish
from atlas.web.site_frame import Order
from tests import lanes, miniland, servers

ROOT = Path(__file__).resolve().parents[1]
PROGRAMMES = sorted(path.stem for path in (ROOT / "data" / "programmes").glob("*.toml"))
"""Keys of the shipped programmes."""
TODAY = date(2026, 11, 30)
ADDITIONS = "2026-11-29"
"""Day on which the sources of the additions to the record were read."""


os.environ["ATLAS_DATABASE_URL"] = "files"  # a test that needs a store says which; none is made in the repository
lanes.load_profile()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by its lane; begin with what takes longest, so that no worker is left with it at the end."""
    lanes.mark(items)
    items.sort(key=lambda item: item.get_closest_marker("source") is None)


@pytest.fixture(scope="session")
def miniland_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the invented state as a data folder; not to be changed."""
    return miniland.write(tmp_path_factory.mktemp("data") / "miniland")


@pytest.fixture
def own_root(miniland_root: Path, tmp_path: Path) -> Path:
    """Return a copy of the invented state that a test may break."""
    return Path(shutil.copytree(miniland_root, tmp_path / "own"))


@pytest.fixture(scope="session")
def mini(miniland_root: Path) -> Snapshot:
    """Return the invented state, loaded."""
    return load_snapshot(Settings(miniland_root))


@pytest.fixture(scope="session")
def real() -> Snapshot:
    """Return the shipped data, loaded."""
    return load_snapshot(Settings(ROOT))


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands read the shipped data, as they do where nothing is set; `make quick` leaves them out."""
    monkeypatch.delenv("ATLAS_DATA_DIR", raising=False)


def film_of(context: ViewContext) -> list[MapSpec]:
    """Return the film of a context as of `TODAY`."""
    return build_film(ViewContexts(lambda: context.snapshot, lambda: TODAY), context)


def without(snapshot: Snapshot, is_left_out: Callable[[pd.DataFrame], pd.Series]) -> Snapshot:
    """Return a snapshot without some entries of its records."""
    records = {
        key: dataclasses.replace(each, table=each.table[~is_left_out(each.table)].reset_index(drop=True))
        for key, each in snapshot.records.items()
    }
    return dataclasses.replace(snapshot, records=records, fingerprint="some of it")


@pytest.fixture(scope="session")
def real_before(real: Snapshot) -> Snapshot:
    """Return the shipped data of 23.11.2026, whose right values docs/time.md gives: without the additions."""
    return without(real, lambda table: table["retrieved"] == ADDITIONS)


@pytest.fixture(scope="session")
def mini_context(mini: Snapshot) -> Callable[..., ViewContext]:
    """Return a maker of scenes of the invented state: ``mini_scene(layer="pact")``."""
    contexts = ViewContexts(lambda: mini, lambda: TODAY)
    return lambda **fields: contexts.of(ViewState(**fields))


@pytest.fixture(scope="session")
def contexts(real: Snapshot) -> ViewContexts:
    """Return what makes scenes of the shipped data."""
    return ViewContexts(lambda: real, lambda: TODAY)


@pytest.fixture(scope="session")
def contexts_before(real_before: Snapshot) -> ViewContexts:
    """Return the scenes of the shipped data without the additions."""
    return ViewContexts(lambda: real_before, lambda: TODAY)


@pytest.fixture(scope="session")
def real_context(contexts: ViewContexts) -> Callable[..., ViewContext]:
    """Return a maker of scenes of the shipped data: ``real_scene(layer="pact")``."""
    return lambda **fields: contexts.of(ViewState(**fields))


@pytest.fixture(scope="session")
def mini_site(miniland_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the static site of the invented state on the first day of 2024; not to be changed."""
    folder = tmp_path_factory.mktemp("site") / "below" / "a" / "path"
    publish(Order(Settings(miniland_root), "mini", date(2024, 1, 1)), folder)
    return folder


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Return the address of a PostgreSQL server of the tests' own, as its superuser."""
    with servers.postgres() as url:
        yield url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """Return the address of an empty PostgreSQL database of the test's own."""
    with servers.fresh_database(postgres_url) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database; a test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite'}"
    return str(request.getfixturevalue("postgres_database"))
