"""Tiles: how many neighbours still touch, how far tiles are from their places, how long laying them takes.

``python -m bench.tiles [STATE …]``: keys of states, cut from the country's boundaries; without, Saxony from its own, and all others.
"""

from __future__ import annotations

import sys
import time

import shapely

from atlas.analysis.neighbours import neighbourhood
from atlas.export.tiles import TileMap, tiles_of
from atlas.model.boundaries import BoundaryVersion
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore


def row(name: str, tiles: TileMap, seconds: float) -> str:
    """Return a line of the table."""
    shapes = shapely.polygons(tiles.tiling.metres(tiles.tiling.corners))
    districts = {
        key: [shape for shape, own in zip(shapes, tiles.districts, strict=True) if own == key]
        for key in tiles.districts
    }
    more = sum(len(shapely.get_parts(shapely.coverage_union_all(each))) - 1 for each in districts.values())
    touching = f"{tiles.touching.mean():.1%}" if len(tiles.touching) else "–"
    farthest, beyond = tiles.distances.max(), (tiles.distances > 3).sum()
    return f"| {name} | {len(shapes)} | {touching} | {tiles.distances.mean():.2f} | {farthest:.2f} | {beyond} | {more} | {seconds:.2f} |"


def main() -> int:
    """Lay, print."""
    snapshot = SnapshotStore(Settings.from_environment()).current()
    sets: dict[str, BoundaryVersion] = {key: editions[-1] for key, editions in snapshot.editions.items()}
    print(
        "| state | tiles | neighbours that touch | distance, mean | farthest | beyond 3 | parts of districts more | CPU s |"
    )
    print("|---|---|---|---|---|---|---|---|")
    whole = [] if sys.argv[1:] else [(key, key) for key, each in sets.items() if each.has_tiles]
    parts = [
        (key, state)
        for key, each in sets.items()
        for state in each.states.index
        if state in sys.argv[1:] or not sys.argv[1:]
    ]
    for key, state in (*whole, *parts):
        edition = sets[key]
        day = max([edition.starts, *(each.effective for each in edition.changes)])
        hood = neighbourhood(edition, day)
        there = [position for position in hood.lines if edition.municipalities.at[position, "ags"].startswith(state)]
        start = time.process_time()
        tiles = tiles_of(edition, there, hood)
        print(row(state, tiles, time.process_time() - start), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
