"""Laws of neighbourhood, on random coverages."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from atlas.analysis import borders
from atlas.analysis.borders import shared_borders
from atlas.analysis.coverage import generalised
from atlas.model.boundaries import Level
from atlas.model.snapshot import Snapshot
from atlas.sources.boundaries import read_geometry
from tests.lanes import law

CELL_M = 5_000.0


@st.composite
def coverages(draw: st.DrawFn) -> np.ndarray:
    """Return areas made of grid cells: each cell is given to one of a few owners; owners may be in several parts."""
    width, height = draw(st.integers(2, 5)), draw(st.integers(2, 5))
    owners = draw(st.lists(st.integers(0, 6), min_size=width * height, max_size=width * height))
    cells: dict[int, list[shapely.Polygon]] = {}
    for number, owner in enumerate(owners):
        x, y = number % width * CELL_M, number // width * CELL_M
        cells.setdefault(owner, []).append(shapely.box(x, y, x + CELL_M, y + CELL_M))
    # A united area drops vertices in the middle of straight lines; as a coverage it needs its neighbours' ones.
    merged = [shapely.coverage_union_all(np.asarray(group, dtype=object)) for group in cells.values()]
    return np.asarray([shapely.segmentize(shape, CELL_M) for shape in merged], dtype=object)


def _always(count: int) -> tuple[pd.Series, pd.Series]:
    since = pd.Series(pd.to_datetime(["2016-01-01"] * count)).astype("datetime64[s]")
    return since, pd.Series([pd.NaT] * count, dtype="datetime64[s]")


def _pairs(shapes: np.ndarray) -> pd.DataFrame:
    return shared_borders(shapes, *_always(len(shapes)))


@law(60)
@given(coverages())
def test_nobody_is_their_own_neighbour_and_each_pair_stands_once(shapes: np.ndarray) -> None:
    pairs = _pairs(shapes)
    assert (pairs["a"] < pairs["b"]).all()
    assert not pairs.duplicated(["a", "b"]).any()


@law(60)
@given(coverages())
def test_length_is_that_of_the_common_line(shapes: np.ndarray) -> None:
    for a, b, border_m in _pairs(shapes).itertuples(index=False):
        common = shapely.intersection(shapely.boundary(shapes[a]), shapely.boundary(shapes[b]))
        assert abs(border_m - common.length) < 1e-6


@law(60)
@given(coverages())
def test_corner_contact_is_no_border(shapes: np.ndarray) -> None:
    for a, b, border_m in _pairs(shapes).itertuples(index=False):
        only_points = shapely.intersection(shapes[a], shapes[b]).length == 0
        assert (border_m == 0) == only_points


@law(60)
@given(coverages())
def test_shared_border_is_never_longer_than_the_outline(shapes: np.ndarray) -> None:
    pairs = _pairs(shapes)
    for position, shape in enumerate(shapes):
        shared = pairs.loc[(pairs["a"] == position) | (pairs["b"] == position), "border_m"].sum()
        assert shared <= shape.length + 1e-6


@law(40)
@given(coverages(), st.randoms(use_true_random=False))
def test_order_of_the_areas_does_not_matter(shapes: np.ndarray, random: object) -> None:
    order = list(range(len(shapes)))
    random.shuffle(order)  # type: ignore[attr-defined]
    direct = {(a, b): m for a, b, m in _pairs(shapes).itertuples(index=False)}
    shuffled = _pairs(shapes[order])
    back = {tuple(sorted((order[a], order[b]))): m for a, b, m in shuffled.itertuples(index=False)}
    assert direct.keys() == back.keys()
    assert all(abs(direct[pair] - back[pair]) < 1e-6 for pair in direct)


@law(40)
@given(coverages())
def test_generalising_loses_and_gains_no_neighbour(shapes: np.ndarray) -> None:
    coarse = generalised(gpd.GeoSeries(shapes, crs="EPSG:25833"), 300).to_numpy()
    before, after = _pairs(shapes), _pairs(coarse)
    lines = lambda pairs: set(map(tuple, pairs.loc[pairs["border_m"] > 0, ["a", "b"]].to_numpy()))  # noqa: E731
    assert lines(before) == lines(after)


@law(40)
@given(coverages())
def test_areas_of_different_times_are_no_neighbours(shapes: np.ndarray) -> None:
    since, until = _always(len(shapes))
    until.iloc[0] = pd.Timestamp("2020-01-01")
    since.iloc[1:] = pd.Timestamp("2020-01-01")
    pairs = shared_borders(shapes, since, until)
    assert not (pairs[["a", "b"]] == 0).any(axis=None)


@law(30)
@given(coverages())
def test_places_that_only_hash_alike_are_no_contact(shapes: np.ndarray) -> None:
    expected = _pairs(shapes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(borders, "_hashed", lambda points: np.full(len(points), 7, dtype=np.uint64))
        pd.testing.assert_frame_equal(_pairs(shapes), expected)


@law(30)
@given(coverages())
def test_a_round_trip_through_degrees_changes_nothing(shapes: np.ndarray) -> None:
    before, after = _pairs(shapes), _pairs(_round_trip(shapes))
    assert before[["a", "b"]].equals(after[["a", "b"]])
    assert np.allclose(before["border_m"], after["border_m"], rtol=1e-6, atol=1e-3)


# --- the same laws on the shipped boundaries, full geometry -----------------------------------------------------------


@pytest.fixture(scope="module")
def saxony(real: Snapshot) -> np.ndarray:
    edition = real.editions["14"][0]
    return read_geometry(edition, Level.FULL).geometry.to_numpy()[edition.valid_at(date(2023, 1, 1))]


def _round_trip(shapes: np.ndarray) -> np.ndarray:
    """Return the shapes after a journey to degrees and back, rounded there as the pipeline does it."""
    degrees = gpd.GeoSeries(shapes, crs="EPSG:25833").to_crs("EPSG:4326")
    rounded = shapely.transform(degrees.to_numpy(), lambda points: np.round(points, 9))
    return gpd.GeoSeries(rounded, crs="EPSG:4326").to_crs("EPSG:25833").to_numpy()


def test_saxony_is_unchanged_by_round_trip(saxony: np.ndarray) -> None:
    before, after = _pairs(saxony), _pairs(_round_trip(saxony))
    assert (int((before["border_m"] > 0).sum()), int((before["border_m"] == 0).sum())) == (1143, 5)
    assert before[["a", "b"]].equals(after[["a", "b"]])
    assert np.allclose(before["border_m"], after["border_m"], rtol=1e-6)


@pytest.mark.parametrize("tolerance_m", [10, 50, 200, 1000])
def test_saxony_keeps_its_neighbours_when_simplified(saxony: np.ndarray, tolerance_m: float) -> None:
    before, after = _pairs(saxony), _pairs(shapely.coverage_simplify(saxony, tolerance_m))
    assert before[["a", "b"]].equals(after[["a", "b"]])
    assert (before["border_m"] > 0).equals(after["border_m"] > 0)


def test_saxony_shuffled_is_the_same(saxony: np.ndarray) -> None:
    order = np.random.default_rng(14).permutation(len(saxony))
    before, after = _pairs(saxony), _pairs(saxony[order])
    there = {(min(order[a], order[b]), max(order[a], order[b])): m for a, b, m in after.itertuples(index=False)}
    here = {(a, b): m for a, b, m in before.itertuples(index=False)}
    assert here.keys() == there.keys()
    assert all(abs(here[pair] - there[pair]) < 1e-6 for pair in here)


def test_saxony_equals_the_intersection_of_boundaries(saxony: np.ndarray) -> None:
    left, right = shapely.STRtree(saxony).query(saxony, predicate="intersects")
    left, right = left[left < right], right[left < right]
    edges = shapely.boundary(saxony)
    metres = shapely.length(shapely.intersection(edges[left], edges[right]))
    expected = {(a, b): m for a, b, m in zip(left.tolist(), right.tolist(), metres.tolist(), strict=True)}
    found = {(a, b): m for a, b, m in _pairs(saxony).itertuples(index=False)}
    assert found.keys() == expected.keys()
    assert all(abs(found[pair] - expected[pair]) < 1e-6 for pair in found)
