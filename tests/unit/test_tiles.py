"""Tiles: everybody has one of their own, near their place and beside their neighbours; nothing else of a map changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from atlas.__main__ import FINE, WRONG_USE, main
from atlas.adopt.boundary_versions import decode_topology
from atlas.analysis.tiles import FARTHEST, Tiling, lay_tiles
from atlas.export.pictures import draw, page_of, picture_stem
from atlas.export.tiles import TileMap, tile_map
from atlas.model.excerpt import Excerpt
from atlas.model.parameters import Given, read_view
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState, view_to_query
from atlas.phrases import TILES
from atlas.present.address import known_only, unknown_keys
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.elsewhere import in_programme
from atlas.present.wording import Words
from atlas.render.svg import svg
from atlas.web.early import map_files
from atlas.web.images import Images
from atlas.web.payloads import PREFIX, PayloadStore
from tests.conftest import TODAY
from tests.lanes import law

DE = Words("de")
NO_PAIRS = np.empty((0, 2), dtype=np.int64)
Context = Callable[..., ViewContext]


def parts(tiles: TileMap) -> int:
    """Return how many pieces the districts are in, beyond one each."""
    shapes = shapely.polygons(tiles.tiling.metres(tiles.tiling.corners))
    own = np.array(tiles.districts)
    return sum(len(shapely.get_parts(shapely.coverage_union_all(shapes[own == key]))) - 1 for key in set(own))


@given(st.lists(st.tuples(st.integers(0, 999), st.integers(0, 999)), min_size=1, max_size=30), st.data())
@law(60)
def test_everybody_has_a_tile_and_no_two_the_same(points: list[tuple[int, int]], data: st.DataObject) -> None:
    count = len(points)
    someone = st.integers(0, count - 1)
    drawn = data.draw(st.sets(st.tuples(someone, someone).filter(lambda pair: pair[0] < pair[1]), max_size=60))
    pairs = np.array(sorted(drawn), dtype=np.int64).reshape(-1, 2)
    districts = [str(number % 3) for number in range(count)]
    given_ = (shapely.box(0, 0, 1000, 1000), np.array(points, dtype=float), pairs, districts)
    laid = lay_tiles(*given_)
    assert len(set(map(tuple, laid.middles.tolist()))) == count
    assert (laid.middles == lay_tiles(*given_).middles).all()
    assert laid.touching(pairs).sum() <= 3 * count


def test_tiles_touch_where_they_have_two_corners_in_common() -> None:
    middles = np.array([(0, 0), (2, 0), (1, 3), (4, 0), (0, 6)])
    laid = Tiling(middles, 2.0, (0.0, 0.0))
    pairs = np.array([(a, b) for a in range(5) for b in range(a)])
    common = [len({*map(tuple, laid.corners[a].tolist())} & {*map(tuple, laid.corners[b].tolist())}) for a, b in pairs]
    assert laid.touching(pairs).tolist() == [count == 2 for count in common]
    assert np.ptp(np.hypot(*(laid.metres(laid.corners[0]) - laid.metres(laid.middles[0])).T)) == pytest.approx(0)


def test_land_of_scattered_islands_has_cells_enough() -> None:
    outline = shapely.union_all([shapely.box(x, 0, x + 1, 1) for x in range(0, 400, 40)])
    places = np.array([(x + 0.5, 0.5) for x in range(0, 400, 40)])
    laid = lay_tiles(outline, places, NO_PAIRS, ["0"] * 10)
    assert len(set(map(tuple, laid.middles.tolist()))) == 10


@pytest.mark.parametrize("day", [date(2016, 6, 1), TODAY])
def test_invented_state_has_one_tile_for_each_municipality_of_the_day(mini_context: Context, day: date) -> None:
    context = mini_context(tiles=True, as_of=day)
    tiles = tile_map(context)
    assert tiles is tile_map(mini_context(tiles=True, as_of=day, layer="pact"))
    assert list(tiles.positions) == list(context.day.lines)
    shapes = decode_topology(json.loads(tiles.body))
    areas = [position for position, shape in enumerate(shapes) if not shape.is_empty]
    assert areas == sorted(tiles.positions)
    inside = shapely.area(shapely.union_all(shapes))
    assert inside == pytest.approx(sum(map(shapely.area, shapes)), rel=1e-9)
    assert shapely.area(shapes[areas[0]]) == pytest.approx(inside / len(areas))


def test_places_of_tiles_lie_in_them_and_districts_amid_theirs(mini_context: Context) -> None:
    context = mini_context(tiles=True)
    topology = json.loads(tile_map(context).body)
    shapes, places = decode_topology(topology), topology["places"]
    for shape, place in zip(shapes, places["municipalities"], strict=True):
        assert (place is None) == shape.is_empty
        if place:
            lat, lng = place
            assert shapely.contains_xy(shape, lng, lat)
    assert set(places["districts"]) == set(context.day.municipalities["district"])
    assert shapely.box(*places["bounds"]).buffer(0.001).contains(shapely.union_all(shapes))


@pytest.mark.parametrize("day", [date(2016, 6, 1), date(2018, 6, 1), TODAY])
def test_saxony_in_tiles_keeps_neighbours_and_places(real_context: Context, day: date) -> None:
    context = real_context(as_of=day)
    tiles = tile_map(context)
    assert len({*map(tuple, tiles.tiling.middles.tolist())}) == len(context.day.lines)
    assert len(tiles.touching) == sum(map(len, context.day.hood.lines.values())) / 2
    assert tiles.touching.mean() >= 0.6
    assert len(tiles.distances) == len(tiles.positions)
    assert tiles.distances.max() <= FARTHEST
    assert parts(tiles) <= 3
    if day == TODAY:
        assert len(tiles.positions) == 418


def test_picture_in_tiles_has_the_classes_of_the_map_and_says_what_a_tile_is(mini: Snapshot) -> None:
    contexts = ViewContexts(lambda: mini, lambda: TODAY)
    view = ViewState(as_of=TODAY)
    plain, tiled = (draw(contexts, each, Excerpt(), DE) for each in (view, view.but(tiles=True)))
    assert tiled.picture.areas == plain.picture.areas
    assert tiled.picture.legend == plain.picture.legend
    sides = {round(tiled.sheet.land.side(position)) for position in tiled.picture.areas}
    assert len(sides) == 1
    drawn = svg(tiled.sheet)
    assert 'id="scale"' in svg(plain.sheet)
    assert 'id="scale"' not in drawn
    assert TILES in tiled.picture.credits
    assert TILES in tiled.picture.alt
    assert "kacheln" in picture_stem(tiled.context, Excerpt())
    assert "kacheln" not in picture_stem(plain.context, Excerpt())


def test_part_of_a_land_is_drawn_as_it_lies_and_its_foot_names_no_tiles(mini: Snapshot) -> None:
    contexts = ViewContexts(lambda: mini, lambda: TODAY)
    ags = next(iter(contexts.of(ViewState()).status["ags"]))
    view = ViewState(as_of=TODAY, tiles=True)
    assert "kacheln" in page_of("https://atlas.example", view, Excerpt())
    assert page_of("https://atlas.example", view, Excerpt((ags,))) == page_of(
        "https://atlas.example", view.but(tiles=False), Excerpt((ags,))
    )
    made = draw(contexts, view, Excerpt((ags,)), DE)
    assert not made.picture.is_tiled
    assert made.sheet.scale_bar


def test_address_says_tiles_and_nothing_of_the_map() -> None:
    assert view_to_query(ViewState(tiles=True)) == {"ansicht": "kacheln"}
    assert view_to_query(ViewState()) == {}
    given_ = Given({"ansicht": "waben"})
    assert not read_view(given_, {}).tiles
    assert [problem.place for problem in given_.problems] == ["ansicht"]
    assert not read_view(Given({"ansicht": "karte"}), {}).tiles


def test_country_is_not_shown_in_tiles_and_says_so(real: Snapshot) -> None:
    country = next(key for key, each in real.programmes.items() if each.boundary_set == "de")
    view = ViewState(programme=country, tiles=True)
    problems = list(unknown_keys(view, real, TODAY))
    assert [problem.place for problem in problems] == ["ansicht"]
    assert not known_only(view, real, problems).tiles
    assert not list(unknown_keys(ViewState(tiles=True), real, TODAY))
    state = ViewContexts(lambda: real, lambda: TODAY).of(ViewState(tiles=True))
    assert not in_programme(state, country).tiles
    client = TestClient(Starlette(routes=Images(lambda: real, ViewContexts(lambda: real, lambda: TODAY)).routes()))
    assert client.get(f"/bild/land.svg?programm={country}&ansicht=kacheln").status_code == 400
    assert client.get("/bild/14521450.svg?ansicht=kacheln").status_code == 400
    assert TILES in client.get("/bild/sachsen.svg?ansicht=kacheln").text


def test_command_line_writes_tiles_or_says_why_not(
    miniland_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATLAS_DATA_DIR", str(miniland_root))
    file = tmp_path / "kacheln.svg"
    assert main(["export", "--what", "land", "--tiles", "-o", str(file)]) == FINE
    assert TILES in file.read_text(encoding="utf-8")
    assert main(["export", "--what", "00021010", "--tiles", "-o", str(tmp_path / "x.svg")]) == WRONG_USE
    assert "Kacheln gibt es nur" in capsys.readouterr().err


def test_map_of_tiles_fetches_tiles_instead_of_the_land(mini_context: Context) -> None:
    store, context = PayloadStore(), mini_context(tiles=True)
    there, plain = store.tile_urls(context), store.map_urls(context.snapshot, context.programme, context.edition)
    assert there.index == plain.index
    assert there.overview != plain.overview
    assert there.details == {}
    payload = store.get(there.overview)
    assert payload
    assert payload.body == tile_map(context).body


def test_only_the_page_of_the_map_fetches_tiles(mini_context: Context) -> None:
    store, context = PayloadStore(), mini_context(tiles=True)
    tiles = f"{PREFIX[1:]}/{store.tile_urls(context).overview}"
    assert tiles in map_files("", context, store)
    assert tiles not in map_files("kreis", context, store)
    assert tiles not in map_files("", mini_context(), store)
