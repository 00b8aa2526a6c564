"""LegendClass-ups in the neighbourhood of a day, white spots and groups, on the invented state and the shipped one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from atlas.analysis.neighbours import Neighbour, Neighbourhood, components, neighbourhood
from atlas.analysis.outreach import active_positions, documented_positions, groups, white_spots
from atlas.model.snapshot import Snapshot
from atlas.present.context import ViewContext

ISLAND, BELT, BERGEN, ERLEN = "00021070", "00021060", "00021020", "00021050"
DAYS = {
    date(2016, 6, 1): (426, 1165),
    date(2017, 3, 1): (423, 1157),
    date(2017, 8, 1): (422, 1154),
    date(2018, 6, 1): (421, 1152),
    date(2022, 12, 31): (419, 1146),
    date(2023, 1, 1): (418, 1143),
}


def positions(context: ViewContext) -> dict[str, int]:
    return {lines[0].ags: position for position, lines in context.day.lines.items()}


def line(*metres: float) -> Neighbourhood:
    """Return municipalities in a row, with the lengths of the borders between them."""
    near: dict[int, list[Neighbour]] = {i: [] for i in range(len(metres) + 1)}
    for i, m in enumerate(metres):
        near[i].append(Neighbour(i + 1, m))
        near[i + 1].append(Neighbour(i, m))
    outline = dict.fromkeys(near, 100.0)
    return Neighbourhood({i: tuple(n) for i, n in near.items()}, dict.fromkeys(near, ()), outline, outline)


@pytest.mark.parametrize("day", DAYS)
def test_saxony_has_the_pairs_of_its_unsimplified_geometry(real: Snapshot, day: date) -> None:
    hood = neighbourhood(real.editions["14"][0], day)
    municipalities, pairs = DAYS[day]
    assert len(hood.lines) == municipalities
    assert sum(len(near) for near in hood.lines.values()) == 2 * pairs
    assert sum(len(met) for met in hood.corners.values()) == 2 * 5


@pytest.mark.parametrize("day", DAYS)
def test_borders_are_symmetric_and_within_the_outline(real: Snapshot, day: date) -> None:
    hood = neighbourhood(real.editions["14"][0], day)
    for here, near in hood.lines.items():
        assert all(Neighbour(here, each.border_m) in hood.lines[each.position] for each in near)
        assert here not in {each.position for each in near}
        assert sum(each.border_m for each in near) + hood.edge_m[here] == pytest.approx(hood.outline_m[here], abs=1.0)
        assert [each.border_m for each in near] == sorted((each.border_m for each in near), reverse=True)
        assert not {each.position for each in near} & set(hood.corners[here])


def test_edges_add_up_to_the_outline_of_the_state(real: Snapshot) -> None:
    # The state is one polygon without holes: its outline, from the same full geometry, is what no neighbour shares.
    import shapely

    from atlas.model.boundaries import Level
    from atlas.sources.boundaries import read_geometry

    edition = real.editions["14"][0]
    day = date(2023, 1, 1)
    shapes = read_geometry(edition, Level.FULL).geometry.to_numpy()[edition.valid_at(day)]
    outline = shapely.coverage_union_all(shapes).length
    assert sum(neighbourhood(edition, day).edge_m.values()) == pytest.approx(outline, abs=5.0)


def test_island_has_one_neighbour_and_no_edge(mini_context: Callable[..., ViewContext]) -> None:
    context = mini_context()
    at = positions(context)
    hood = context.day.hood
    assert [each.position for each in hood.lines[at[ISLAND]]] == [at[BELT]]
    assert hood.edge_m[at[ISLAND]] == 0.0
    assert hood.edge_m[at[ERLEN]] > 9_000


def test_corner_contact_is_no_border(mini_context: Callable[..., ViewContext]) -> None:
    context = mini_context()
    at = positions(context)
    hood = context.day.hood
    assert at["00011000"] in hood.corners[at["00021010"]]  # Neustadt and Ministadt meet in one point
    assert at["00011000"] not in {each.position for each in hood.lines[at["00021010"]]}


def test_second_ring_lies_behind_the_first() -> None:
    assert line(1, 1, 1, 1).second_ring(0) == (2,)
    assert line(1, 1, 1, 1).second_ring(2) == (0, 4)


def test_chain_is_the_shortest_way() -> None:
    hood = line(1, 1, 1)
    chain = hood.chain(0, {3, 2})
    assert chain is not None
    assert (chain.steps, chain.ends, chain.path) == (2, (2,), (0, 1, 2))
    assert hood.chain(0, {0}) is None, "the municipality itself is not what is looked for"
    assert hood.chain(0, set()) is None


def test_chain_names_all_that_are_as_near_and_goes_over_the_longest_border() -> None:
    near = {0: (Neighbour(2, 9.0), Neighbour(1, 3.0)), 1: (Neighbour(0, 3.0),), 2: (Neighbour(0, 9.0),)}
    outline = dict.fromkeys(near, 20.0)
    chain = Neighbourhood(near, dict.fromkeys(near, ()), outline, outline).chain(0, {1, 2})
    assert chain is not None
    assert (chain.ends, chain.path) == ((1, 2), (0, 2))


def test_components_are_the_largest_first() -> None:
    hood = line(1, 1, 1, 1, 1)
    assert components({0, 2, 3, 4}, hood.lines.__getitem__) == [(2, 3, 4), (0,)]
    assert components(set(), hood.lines.__getitem__) == []


def test_active_is_what_is_in_force_by_its_own_record(mini_context: Callable[..., ViewContext]) -> None:
    context = mini_context()
    at = positions(context)
    active, documented = active_positions(context.status), documented_positions(context.status)
    assert at[BERGEN] in documented - active, "a plan is documented, not in force"
    assert at["00021030"] not in documented, "the district's council is not the municipality's own"
    assert active <= documented


def test_white_spots_are_ranked_by_their_share_of_border(mini_context: Callable[..., ViewContext]) -> None:
    context = mini_context()
    spots = white_spots(context.status, context.day.hood)
    assert [spot.share for spot in spots] == sorted((spot.share for spot in spots), reverse=True)
    documented = documented_positions(context.status)
    active = active_positions(context.status)
    for spot in spots:
        assert spot.position not in documented
        assert {each.position for each in spot.active} <= active
        assert spot.active_m == pytest.approx(sum(each.border_m for each in spot.active))
        assert 0 < spot.share <= 1
        assert spot.active_m + spot.edge_m <= spot.outline_m + 1.0


def test_white_spots_are_all_that_are_undocumented_beside_active_ones(real_context: Callable[..., ViewContext]) -> None:
    context = real_context()
    hood, active, documented = context.day.hood, active_positions(context.status), documented_positions(context.status)
    expected = {
        here
        for here, near in hood.lines.items()
        if here not in documented and any(each.position in active for each in near)
    }
    spots = white_spots(context.status, hood)
    assert {spot.position for spot in spots} == expected
    by_district = [
        spot for key in context.edition.districts.index for spot in white_spots(context.status, hood, str(key))
    ]
    assert len(by_district) == len(spots)


def test_groups_hang_together_and_count_joint_bodies_once(real_context: Callable[..., ViewContext]) -> None:
    context = real_context()
    found = groups(context.day.cases, context.day.hood, "agreement")
    names = context.edition.municipalities["name"]
    silberberg = next(group for group in found if "Städtebund Silberberg" in group.bodies)
    assert {names.iloc[i] for i in silberberg.members} >= {"Schneeberg", "Lößnitz", "Aue-Bad Schlema"}
    rows = context.day.cases
    rows = rows[(rows["instrument"] == "agreement") & rows["in_force"] & rows.index.isin(silberberg.members)]
    alone, joint = rows[rows["joint_with"] == ""], rows[rows["joint_with"] != ""]
    assert silberberg.arrangements == len(alone) + joint["joint_with"].nunique()
    assert set(alone["name"]) & set(joint["name"]) == {"Aue-Bad Schlema", "Schwarzenberg/Erzgeb."}, (
        "its own one beside the joint one"
    )
    assert all(len(group.members) > 1 for group in found)
