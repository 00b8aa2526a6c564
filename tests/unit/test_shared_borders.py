"""Who is whose neighbour, on small coverages drawn by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import shapely

from atlas.analysis import borders
from atlas.analysis.borders import shared_borders

KM = 1_000.0


def _box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(west * KM, south * KM, east * KM, north * KM)


def _borders(*shapes: shapely.Geometry, years: dict[int, tuple[int, int | None]] | None = None) -> dict:
    """Return border lengths in metres by pair; ``years`` gives from and until when an area was there."""
    given = years or {}
    spans = [given.get(position, (2016, None)) for position in range(len(shapes))]
    since = pd.Series([pd.Timestamp(begin, 1, 1) for begin, _ in spans]).astype("datetime64[s]")
    until = pd.Series([pd.Timestamp(end, 1, 1) if end else pd.NaT for _, end in spans]).astype("datetime64[s]")
    pairs = shared_borders(np.asarray(shapes, dtype=object), since, until)
    assert list(pairs.columns) == ["a", "b", "border_m"]
    assert list(pairs.index) == list(range(len(pairs)))
    return {(int(a), int(b)): m for a, b, m in pairs.itertuples(index=False)}


def test_corner_contact_is_no_border() -> None:
    assert _borders(_box(0, 0, 1, 1), _box(1, 1, 2, 2)) == {(0, 1): 0.0}


def test_areas_apart_are_no_pair() -> None:
    assert _borders(_box(0, 0, 1, 1), _box(5, 5, 6, 6)) == {}


def test_border_is_as_long_as_the_common_side() -> None:
    assert _borders(_box(0, 0, 1, 3), _box(1, 0, 2, 3)) == {(0, 1): 3 * KM}


def test_enclave_borders_only_on_what_surrounds_it() -> None:
    island = _box(2, 2, 3, 3)
    ring = _box(0, 0, 5, 5).difference(island)
    assert _borders(ring, island, _box(5, 0, 6, 5)) == {(0, 1): 4 * KM, (0, 2): 5 * KM}


def test_exclave_makes_neighbours_too() -> None:
    exclave = _box(4, 2, 5, 3)
    host = _box(3, 0, 6, 5).difference(exclave)
    main = _box(0, 0, 1, 5).union(exclave)
    between = _box(1, 0, 3, 5)
    assert _borders(main, between, host) == {(0, 1): 5 * KM, (0, 2): 4 * KM, (1, 2): 5 * KM}


def test_border_in_two_stretches_is_one_pair_with_their_sum() -> None:
    gap = _box(1, 1, 2, 2)
    left = shapely.Polygon([(0, 0), (KM, 0), (KM, KM), (KM, 2 * KM), (KM, 3 * KM), (0, 3 * KM)])
    right = shapely.Polygon(
        [(KM, 0), (3 * KM, 0), (3 * KM, 3 * KM), (KM, 3 * KM), (KM, 2 * KM), (2 * KM, 2 * KM), (2 * KM, KM), (KM, KM)]
    )
    assert _borders(left, right, gap)[0, 1] == 2 * KM


def test_merged_municipality_is_no_neighbour_of_what_it_was_made_of() -> None:
    left, right, beside = _box(0, 0, 1, 1), _box(1, 0, 2, 1), _box(2, 0, 3, 1)
    merged = shapely.coverage_union(left, right)
    years = {0: (2016, 2020), 1: (2016, 2020), 2: (2020, None)}
    assert _borders(left, right, merged, beside, years=years) == {(0, 1): KM, (1, 3): KM, (2, 3): KM}


def test_those_that_end_on_the_day_others_begin_never_met() -> None:
    assert _borders(_box(0, 0, 1, 1), _box(1, 0, 2, 1), years={0: (2016, 2020), 1: (2020, None)}) == {}


@pytest.mark.parametrize("reverse", [False, True])
def test_direction_of_the_rings_does_not_matter(reverse: bool) -> None:
    turned = shapely.reverse(_box(1, 0, 2, 1)) if reverse else _box(1, 0, 2, 1)
    assert _borders(_box(0, 0, 1, 1), turned) == {(0, 1): KM}


def test_four_areas_around_a_point_have_four_borders_and_two_contacts() -> None:
    found = _borders(_box(0, 0, 1, 1), _box(1, 0, 2, 1), _box(0, 1, 1, 2), _box(1, 1, 2, 2))
    assert found == {(0, 1): KM, (0, 2): KM, (0, 3): 0.0, (1, 2): 0.0, (1, 3): KM, (2, 3): KM}


def _square_of_four() -> list[shapely.Polygon]:
    return [_box(0, 0, 1, 1), _box(1, 0, 2, 1), _box(0, 1, 1, 2), _box(1, 1, 2, 2), _box(5, 5, 6, 6)]


@pytest.mark.parametrize("hashed", [np.zeros_like, lambda bits: bits & np.uint64(1)])
def test_points_that_are_hashed_alike_make_no_pair(
    hashed: Callable[[np.ndarray], np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = _borders(*_square_of_four())
    honest = borders._hashed
    monkeypatch.setattr(borders, "_hashed", lambda coordinates: hashed(honest(coordinates)))
    assert _borders(*_square_of_four()) == right


def test_minus_zero_is_zero() -> None:
    west = shapely.Polygon([(-KM, 0.0), (-0.0, -0.0), (-0.0, KM), (-KM, KM)])
    assert np.signbit(shapely.get_coordinates(west)[1]).all()
    assert _borders(west, _box(0, 0, 1, 1)) == {(0, 1): KM}


def test_repeated_vertices_change_nothing() -> None:
    corner = [(KM, 0.0)] * 3
    west, east = (shapely.Polygon([*corner, (KM, KM), (x, KM), (x, 0.0)]) for x in (0.0, 2 * KM))
    assert _borders(west, east) == {(0, 1): KM}


def test_border_that_many_extents_have_is_found_for_each_of_them() -> None:
    west, east = _box(0, 0, 1, 1), _box(1, 0, 2, 1)
    years = {2 * i + side: (2000 + i, 2001 + i) for i in range(9) for side in (0, 1)}
    assert _borders(*[west, east] * 9, years=years) == {(2 * i, 2 * i + 1): KM for i in range(9)}


def test_neighbours_may_come_and_go_beside_one_that_stays() -> None:
    years = {1: (2016, 2018), 2: (2018, 2020), 3: (2020, None)}
    found = _borders(_box(0, 0, 1, 1), *[_box(1, 0, 2, 1)] * 3, years=years)
    assert found == {(0, 1): KM, (0, 2): KM, (0, 3): KM}


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_areas_have_no_border(count: int) -> None:
    found = shared_borders(
        np.asarray([_box(0, 0, 1, 1)] * count, dtype=object),
        *[pd.Series([pd.Timestamp(2016, 1, 1)] * count, dtype="datetime64[s]")] * 2,
    )
    assert found.empty
    assert dict(found.dtypes.astype(str)) == {"a": "int64", "b": "int64", "border_m": "float64"}
