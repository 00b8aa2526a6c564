"""Classes of the map: keys, codes, colours and hatches, and who is in which."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import date
from typing import get_args

import pytest

from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.colours import grey, luminance
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.hatches import LINES, Pattern
from atlas.present.looks import CHANGES, LegendClass, layer_label, layer_short, look_key, looks_of

DAYS = [date(2018, 12, 31), date(2022, 6, 30), date(2023, 6, 30), date(2024, 12, 31), date(2025, 1, 1), None]


def contrast(one: str, other: str) -> float:
    """Return the contrast of WCAG 2, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_look_of_a_layer_has_its_own_key_and_code(real: Snapshot) -> None:
    programme = real.programme("asskomm")
    for layer in programme.layers:
        looks = looks_of(programme, layer)
        assert looks[0].key == "no_data"
        assert len({look.key for look in looks}) == len({look.code for look in looks}) == len(looks)
        assert layer_label(programme, layer).de
        assert layer_short(programme, layer).en


def test_every_hatch_has_its_marks() -> None:
    hatches = {hatch for each in get_args(Pattern) for hatch in get_args(each)}
    assert hatches == {"none", "dots", *LINES}


def _layers(real: Snapshot) -> Iterator[tuple[str, tuple[LegendClass, ...]]]:
    for programme in real.programmes.values():
        for layer in (*programme.layers, CHANGES):
            yield f"{programme.key} {layer}", looks_of(programme, layer)


def test_classes_differ_in_lightness_or_hatch(real: Snapshot) -> None:
    """Grey print and colour-blind readers: no two classes of a layer may be the same grey and the same hatch.

    But for stages of districts, of which a long ladder has more than there are greys.
    """
    for name, looks in _layers(real):
        for one, other in itertools.combinations(looks, 2):
            is_known = one.is_through_district and other.is_through_district
            is_apart = abs(grey(one.colour) - grey(other.colour)) >= 20 or one.hatch != other.hatch
            assert is_known or is_apart or name.endswith(CHANGES), (name, one.key, other.key)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_neighbouring_classes_stand_out_from_each_other(real: Snapshot, theme: str) -> None:
    """Between neighbours of a legend 1.25 : 1 and another fill, or another hatch; between the top class and the ground 3 : 1."""
    for name, looks in _layers(real):
        fills = [look.colour if theme == "light" else look.dark[0] for look in looks]
        lines = [look.hatch_colour if theme == "light" else look.dark[1] for look in looks]
        for (one, other), (fill, next_fill) in zip(itertools.pairwise(looks), itertools.pairwise(fills), strict=True):
            assert one.hatch != other.hatch or contrast(fill, next_fill) >= 1.25, (name, one.key, other.key)
        steps = [fill for look, fill in zip(looks, fills, strict=True) if look.hatch == "none"]
        for one, other in itertools.combinations(steps, 2):
            assert contrast(one, other) >= 1.15 or one == other, (name, one, other)
        assert len(steps) == 1 or contrast(steps[0], steps[1]) >= 3, name
        for look, fill, line in zip(looks, fills, lines, strict=True):
            assert look.hatch == "none" or contrast(fill, line) >= 3, (name, look.key)


def test_a_dark_page_turns_lightness_over_and_keeps_the_distances(real: Snapshot) -> None:
    for name, looks in _layers(real):
        for one, other in itertools.combinations(looks, 2):
            fills, turned = (one.colour, other.colour), (one.dark[0], other.dark[0])
            if contrast(*fills) >= 1.2:
                assert (luminance(fills[0]) < luminance(fills[1])) == (luminance(turned[0]) > luminance(turned[1])), (
                    name
                )
            assert contrast(*turned) >= 0.7 * contrast(*fills), (name, one.key, other.key)


def test_municipality_is_in_the_first_class_that_applies(mini_context: Callable[..., ViewContext]) -> None:
    context = mini_context()
    looks = {look.code: look.key for look in looks_of(context.programme, "overview")}
    rows = context.edition.municipalities
    found = {rows.at[i, "name"]: looks[code] for i, code in enumerate(context.spec.codes) if code not in "-."}
    assert (found["Gürtel"], found["Erlen"], found["Hafen"], found["Dreieck"]) == ("pact", "talk", "other", "district")


@pytest.mark.sample(2)
@pytest.mark.parametrize("day", DAYS)
def test_classes_that_are_counted_hold_exactly_who_is_counted(
    real: Snapshot, contexts: ViewContexts, day: date | None
) -> None:
    """Cards, doors and districts list what is counted by its classes: also where all so far is."""
    for programme in real.programmes.values():
        for instrument in programme.instruments:
            context = contexts.of(ViewState(programme=programme.key, layer=instrument.key, as_of=day))
            looks = {look.key: look for look in looks_of(programme, instrument.key)}
            shown = {place for place, key in context.spec.classes.items() if looks[key].counted}
            assert shown == set(context.day.figure(instrument.key).municipalities.index), (
                programme.key,
                instrument.key,
            )


@pytest.mark.sample(2)
@pytest.mark.parametrize("day", DAYS)
def test_a_class_of_the_overview_is_only_for_what_holds_or_is_planned(
    real: Snapshot, contexts: ViewContexts, day: date | None
) -> None:
    for programme in real.programmes.values():
        context = contexts.of(ViewState(programme=programme.key, as_of=day))
        named = {each.key: set(each.any) for each in programme.overview.classes}
        for place, key in context.spec.classes.items():
            standing = {f"{line.instrument}:{line.stage}": line.state for line in context.day.lines[place]}
            own = {line.state for line in context.day.lines[place] if line.basis in {"direct", "derived"}}
            if key in named:
                assert {standing.get(ref) for ref in named[key]} & {"in_force", "reached", "planned"}
            elif key == "documented_later":
                assert own & {"documented_later"}
                assert not own & {"in_force", "reached"}
            elif key == "earlier":
                assert own
                assert not own & {"in_force", "reached", "documented_later"}
        points = {context.edition.municipalities.at[place, "ags"] for place in context.spec.points}
        lines = context.status[context.status["instrument"] == (programme.overview.points or "")]
        assert points == set(lines["ags"][lines["in_force"] & (lines["basis"] == "direct")])


@pytest.mark.parametrize(
    ("instrument", "stage", "state", "counted", "in_force", "key"),
    [
        ("council", "active", "in_force", True, True, "active"),
        ("council", "active", "documented_later", False, False, "documented_later"),
        ("council", "forming", "presumed_over", False, False, "presumed_over"),
        ("council", "active", "ended", False, False, "dissolved"),
        ("council", "paused", "dormant", False, False, "paused"),
        ("council", "planned", "plan_lapsed", False, False, "plan_lapsed"),
        ("funding", "granted", "presumed_over", True, False, "presumed_over"),
        ("funding", "granted", "ended", True, False, "ended"),
        ("funding", "planned", "ended", False, False, "ended~uncounted"),
        ("funding", "planned", "planned", True, False, "ended"),
        ("funding", "given_up", "given_up", False, False, "given_up"),
        ("coaching", "ended", "ended", True, False, "ended"),
        ("coaching", "ended", "ended", False, False, "ended~uncounted"),
        ("coaching", "given_up", "given_up", True, False, "ended"),
    ],
)
def test_look_follows_from_the_state(
    real: Snapshot, instrument: str, stage: str, state: str, counted: bool, in_force: bool, key: str
) -> None:
    programme = real.programme("asskomm")
    told = programme.instrument(instrument)
    assert look_key(told, stage, "direct", state, counted=counted, in_force=in_force) == key
    look = next(each for each in looks_of(programme, instrument) if each.key == key)
    assert look.counted == counted
