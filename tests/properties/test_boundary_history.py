"""Laws of mergers, mending and neighbours over time, on random grids. Those of one day are in `test_border_laws`."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.affinity import translate

from atlas.analysis.borders import shared_borders
from atlas.analysis.coverage import coverage_problems, extents, mended, merged_geometry, successors_by_place
from atlas.model.boundaries import BoundaryChange
from tests.lanes import law

CELL_M = 3_000.0
STARTS = date(2016, 1, 1)
CRS = "EPSG:25833"

quickly = law(50)


def _grid(width: int, height: int) -> gpd.GeoDataFrame:
    cells = [
        shapely.box(x * CELL_M, y * CELL_M, (x + 1) * CELL_M, (y + 1) * CELL_M)
        for y in range(height)
        for x in range(width)
    ]
    keys = [f"99021{number:03}" for number in range(1, len(cells) + 1)]
    return gpd.GeoDataFrame({"ags": keys, "name": keys, "kind": "Gemeinde"}, geometry=cells, crs=CRS)


@st.composite
def histories(draw: st.DrawFn) -> tuple[gpd.GeoDataFrame, tuple[BoundaryChange, ...]]:
    """Return a grid of municipalities and mergers, one a year, each of two that were still there."""
    areas = _grid(draw(st.integers(2, 4)), draw(st.integers(2, 4)))
    alive = list(areas["ags"])
    changes = []
    for year in range(2017, 2017 + draw(st.integers(0, len(alive) - 2))):
        old = draw(st.sampled_from(alive))
        successor = draw(st.sampled_from([each for each in alive if each != old]))
        alive.remove(old)
        changes.append(
            BoundaryChange(
                old_ags=old,
                old_name=old,
                new_ags=successor,
                new_name=successor,
                effective=date(year, 1, 1),
                source="erfunden",
            )
        )
    return areas, tuple(changes)


def _valid(table: pd.DataFrame, day: pd.Timestamp) -> np.ndarray:
    return np.asarray((table["valid_from"] <= day) & (table["valid_to"].isna() | (table["valid_to"] > day)))


def _by_key(table: pd.DataFrame, pairs: pd.DataFrame) -> dict[frozenset[str], float]:
    keys = table["ags"].to_numpy()
    return {frozenset((keys[a], keys[b])): m for a, b, m in pairs.itertuples(index=False)}


@quickly
@given(histories())
def test_on_every_day_each_key_stands_once_and_all_land_is_taken(history: tuple) -> None:
    areas, changes = history
    table, pieces = extents(areas, changes, STARTS)
    shapes = merged_geometry(pieces, areas.geometry)
    for number, day in enumerate(sorted(set(table["valid_from"]))):
        there = _valid(table, day)
        assert there.sum() == len(areas) - number
        assert not table.loc[there, "ags"].duplicated().any()
        assert abs(shapes[there].area.sum() - areas.area.sum()) < 1e-3
        assert shapely.coverage_is_valid(shapes[there].to_numpy())


@quickly
@given(histories())
def test_neighbours_of_a_day_are_those_of_its_municipalities_alone(history: tuple) -> None:
    areas, changes = history
    table, pieces = extents(areas, changes, STARTS)
    shapes = merged_geometry(pieces, areas.geometry).to_numpy()
    everything = shared_borders(shapes, table["valid_from"], table["valid_to"])
    for day in sorted(set(table["valid_from"])):
        there = _valid(table, day)
        filtered = everything[there[everything["a"]] & there[everything["b"]]]
        rows = table[there].reset_index(drop=True)
        alone = shared_borders(shapes[there], rows["valid_from"], rows["valid_to"])
        assert _by_key(table, filtered) == _by_key(rows, alone)


@quickly
@given(histories())
def test_pieces_find_their_successor_by_their_place(history: tuple) -> None:
    areas, changes = history
    table, pieces = extents(areas, changes, STARTS)
    today = table["valid_to"].isna().to_numpy()
    shapes = merged_geometry(pieces, areas.geometry)
    now = gpd.GeoDataFrame({"ags": table.loc[today, "ags"]}, geometry=shapes[today], crs=CRS)
    successors_of = successors_by_place(areas, now)
    led_to = {change.old_ags: change.new_ags for change in changes}
    for ags in areas["ags"]:
        successor = ags
        while successor in led_to:
            successor = led_to[successor]
        assert successors_of.at[ags, "successor"] == successor
        assert abs(successors_of.at[ags, "share"] - 1) < 1e-9


@quickly
@given(st.integers(2, 4), st.integers(2, 4), st.integers(0, 2**32 - 1))
def test_noise_of_millimetres_is_mended_and_pairs_stay(width: int, height: int, seed: int) -> None:
    areas = _grid(width, height)
    random = np.random.default_rng(seed)
    noisy = [translate(shape, *random.uniform(-0.002, 0.002, 2).round(3)) for shape in areas.geometry]
    repaired, _ = mended(areas.set_geometry(gpd.GeoSeries(noisy, crs=CRS)))
    assert coverage_problems(repaired, "") == []
    since = pd.Series([pd.Timestamp(STARTS)] * len(areas)).astype("datetime64[s]")
    until = pd.Series([pd.NaT] * len(areas), dtype="datetime64[s]")
    clean, after = (shared_borders(each.geometry.to_numpy(), since, until) for each in (areas, repaired))
    assert {tuple(pair) for pair in clean[["a", "b"]].to_numpy()} == {tuple(p) for p in after[["a", "b"]].to_numpy()}


@quickly
@given(st.integers(2, 4), st.integers(1, 4), st.floats(0.05, 900.0), st.integers(0, 15))
def test_no_overlap_above_a_hair_goes_unsaid(width: int, height: int, metres: float, number: int) -> None:
    areas = _grid(width, height)
    position = number % width
    if position == width - 1:
        position -= 1
    shape = areas.geometry.iloc[position]
    grown = shapely.union(shape, translate(shape, metres))
    areas.loc[position, "geometry"] = grown
    repaired, touched = mended(areas)
    said = "\n".join(problem.sentence() for problem in coverage_problems(repaired, "datei.gpkg"))
    assert touched == ()
    assert f"({areas['ags'].iloc[position]})" in said
    assert f"({areas['ags'].iloc[position + 1]})" in said
