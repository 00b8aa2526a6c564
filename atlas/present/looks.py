"""How every class of every layer looks, in one place: map, legend, table and files take it from here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

import pandas as pd

from atlas import phrases
from atlas.analysis.status import NO_DATA
from atlas.model.programme import OVERVIEW, Counts, ExitKind, Instrument, Label, Programme, Special, Stage, StageKind
from atlas.model.states import State
from atlas.present.colours import darker, grey, lighter, line_on, on_dark
from atlas.present.hatches import Pattern
from atlas.present.time_words import FLOW_LABELS, STATE_LABELS
from atlas.present.wording import Words

CODES = "0123456789abcdefghijklmnopqrstuvwxyz"
ABSENT = "-"
"""Code of a row that is no municipality on the day."""
FILTERED = "."
"""Code of a municipality the reader has filtered out."""
NO_DATA_LABEL = Label(de="keine bekannte Aktivität", en="no known activity")

CHANGES = "changes"
"""Key of the layer that shows what happened between two days; the looks are the same for every programme."""
KEPT = "kept"
"""Class of that layer for those counted on both days."""
EARLIER = "earlier"
"""Class of the overview for those of whom nothing holds, is planned or is documented later."""
_OVER = {State.PRESUMED_OVER, State.ENDED, State.DORMANT}
_NEUTRAL = "#5c6068"


@dataclass(frozen=True)
class LegendClass:
    """One class of a layer."""

    key: str
    """Unique in its layer: ``signed``, ``held~derived``, ``active~district``, ``no_data``. Stands in links."""
    label: Label
    colour: str
    hatch: Pattern = "none"
    counted: bool = False
    """Whether its municipalities are counted as covered by their own doing."""
    optional: bool = True
    """Whether the legend leaves it out while nobody is in it."""
    ink: str = ""
    """Colour of the pattern's lines; a darker shade of the fill if empty."""
    code: str = ""
    """One character that stands for it in the class codes."""
    has_number: bool = True
    """Whether a legend says how many: "no known activity" of a programme that is not for all is no number."""

    @property
    def is_through_district(self) -> bool:
        """Whether its municipalities are in it only by a record of their district."""
        return self.key.rpartition("~")[2] == "district"

    @property
    def is_own(self) -> bool:
        """Whether its municipalities have an entry of their own."""
        return self.key != NO_DATA and not self.is_through_district

    @property
    def hatch_colour(self) -> str:
        """Colour of the pattern's lines: its own, or the fill, mixed with black until it stands out by 3 : 1 or better."""
        return self.ink or darker(self.colour)

    @property
    def dark(self) -> tuple[str, str]:
        """Fill and colour of the pattern's lines on a dark page."""
        fill = on_dark(self.colour)
        return fill, line_on(fill, self.ink or self.colour)


@dataclass(frozen=True)
class LegendItem:
    """A class as a legend on a page says it; ``count`` is empty for a class without a number, None where none are said."""

    look: LegendClass
    label: str
    count: str | None = None


@dataclass(frozen=True)
class Legend:
    """The classes of a map; ``label`` says that it is a legend."""

    label: str
    items: tuple[LegendItem, ...]


def plain_legend(looks: Iterable[LegendClass], words: Words) -> Legend:
    """Return a legend without numbers, each class once."""
    items = (LegendItem(look, words.label(look.label)) for look in dict.fromkeys(looks))
    return Legend(words.say(phrases.LEGEND), tuple(items))


def look_keys(rows: pd.DataFrame, instrument: Instrument) -> list[str]:
    """Return the key of the look of each of some rows about an instrument, of a status table or of spans."""
    columns = [rows[name].tolist() for name in ("stage", "basis", "state", "counted", "in_force")]
    keys: dict[tuple[str, str, str, bool, bool], str] = {}
    for values in set(zip(*columns, strict=True)):
        *known, counted, in_force = values
        keys[values] = look_key(instrument, *known, counted=counted, in_force=in_force)
    return [keys[values] for values in zip(*columns, strict=True)]


def look_key(instrument: Instrument, stage: str, basis: str, state: str, *, counted: bool, in_force: bool) -> str:
    """Return the key of the look of a stage that is in a state, known in some way.

    What holds, plans and exits have the look of their stage; what is documented only later, of a time nobody knows or
    over has one that all stages of the instrument share. Exactly the counted rows have a look that is counted.
    """
    if basis == "none":
        return NO_DATA
    definition = instrument.stage(stage)
    if in_force or (not counted and (State(state).holds or state == State.PLANNED)):
        return stage if basis == "direct" else f"{stage}~{basis}"
    if definition.kind is StageKind.EXIT:
        key = stage if not counted or _goes_on_counting(definition) else _ended_key(instrument)
    elif state == State.PRESUMED_OVER or (not counted and state != State.ENDED):
        key = _state_key(instrument, state)
    else:
        key = _ended_key(instrument)
    is_aside = instrument.counts is Counts.SO_FAR and not counted and state in _OVER
    return f"{key}~uncounted" if is_aside else key


def _goes_on_counting(stage: Stage) -> bool:
    """Whether an exit leaves what it ends in the number of all so far."""
    return stage.exit is not ExitKind.GIVEN_UP


def _state_key(instrument: Instrument, state: str) -> str:
    """Return the key of the look of a state; another one where the programme calls a stage so."""
    return f"{state}~state" if any(stage.key == state for stage in instrument.stages) else str(state)


def _ended_key(instrument: Instrument) -> str:
    """Return the key of the look of what has ended: that of the exit that says so, if there is one."""
    exits = (stage.key for stage in instrument.stages if stage.kind is StageKind.EXIT and stage.exit is ExitKind.ENDED)
    return next(exits, _state_key(instrument, State.ENDED))


_CHANGE_LOOKS = (
    LegendClass("begun", FLOW_LABELS["begun"], "#1f7a5c", counted=True),
    LegendClass("first_documented", FLOW_LABELS["first_documented"], "#8fc3ae", "dots", counted=True),
    LegendClass("revived", FLOW_LABELS["revived"], "#5cb095", "vertical", counted=True),
    LegendClass("gained", Label(de="dann gezählt", en="then counted"), "#1f7a5c", counted=True),
    LegendClass("changed", FLOW_LABELS["changed"], "#e3b44f", "diagonal"),
    LegendClass("ended", FLOW_LABELS["ended"], "#a89cb6", "cross"),
    LegendClass("dormant", FLOW_LABELS["dormant"], "#a99fb4", "horizontal"),
    LegendClass("end_documented", FLOW_LABELS["end_documented"], "#bdb4c6", "antidiagonal"),
    LegendClass("presumed_over", FLOW_LABELS["presumed_over"], "#d3ccda", "dots"),
    LegendClass("lost", Label(de="dann nicht mehr gezählt", en="then no longer counted"), "#a89cb6", "cross"),
    LegendClass(KEPT, Label(de="wie zuvor gezählt", en="counted as before"), "#bcd3e6", counted=True, optional=False),
)
_NOT_COUNTED = Label(de="nicht gezählt", en="not counted")


@cache
def looks_of(programme: Programme, layer: str) -> tuple[LegendClass, ...]:
    """Return the looks of a layer; the first is "no known activity", then in order of the legend.

    That is: what holds, what is documented only later, what nobody knows the time of, plans, what is over.
    """
    special = programme.special
    if layer == OVERVIEW:
        drafts = _overview_looks(programme)
    elif layer == CHANGES:
        drafts = list(_CHANGE_LOOKS)
    else:
        drafts = _instrument_looks(programme, programme.instrument(layer))
    no_data = _NOT_COUNTED if layer == CHANGES else NO_DATA_LABEL
    drafts = [LegendClass(NO_DATA, no_data, special.no_data, optional=False), *drafts]
    return tuple(
        replace(
            each,
            code=CODES[i],
            has_number=each.key != NO_DATA or programme.has_shares,
        )
        for i, each in enumerate(drafts)
    )


def looks_by_key(programme: Programme, layer: str) -> dict[str, LegendClass]:
    """Return the looks of a layer by their keys."""
    return {look.key: look for look in looks_of(programme, layer)}


def counted_keys(programme: Programme, layer: str) -> frozenset[str]:
    """Return the keys of the looks whose municipalities are counted."""
    return frozenset(look.key for look in looks_of(programme, layer) if look.counted)


def _overview_looks(programme: Programme) -> list[LegendClass]:
    special = programme.special
    through = Label(de=f"nur {special.district.de}", en=f"only {special.district.en}")
    later = Label(de="nur erst später belegt", en="only documented later")
    earlier = Label(de="nur Früheres oder Zeitraum unbekannt", en="only earlier, or period unknown")
    return [
        *(
            LegendClass(each.key, each.label, each.colour, each.hatch, counted=True, optional=False)
            for each in programme.overview.classes
        ),
        LegendClass("district", through, special.no_data, special.district_hatch),
        LegendClass(str(State.DOCUMENTED_LATER), later, special.no_data, "rings", ink=_NEUTRAL),
        LegendClass(EARLIER, earlier, "#d8d4cb", "bars"),
    ]


def _instrument_looks(programme: Programme, instrument: Instrument) -> list[LegendClass]:
    def of(kind: StageKind) -> list[LegendClass]:
        stages = (each for each in reversed(instrument.stages) if each.kind is kind)
        return [look for stage in stages for look in _stage_looks(programme, instrument, stage)]

    beside = _beside_looks(programme.special, instrument)
    return [*of(StageKind.STEP), *beside, *of(StageKind.PLAN), *_over_looks(instrument)]


def _beside_looks(special: Special, instrument: Instrument) -> list[LegendClass]:
    counted = [stage for stage in instrument.stages if stage.is_counted]
    looks = []
    if counted:
        key, ink = _state_key(instrument, State.DOCUMENTED_LATER), min((each.colour for each in counted), key=grey)
        looks.append(LegendClass(key, STATE_LABELS[State.DOCUMENTED_LATER], special.no_data, "rings", ink=ink))
    if any(stage.months for stage in counted):
        key = _state_key(instrument, State.PERIOD_UNKNOWN)
        looks.append(LegendClass(key, STATE_LABELS[State.PERIOD_UNKNOWN], "#e4dfd3", "plus"))
    return looks


def _over_looks(instrument: Instrument) -> list[LegendClass]:
    """Return the looks of what is over: presumed, ended, plans no longer documented. Exits have those of their stages."""
    stages, so_far = instrument.stages, instrument.counts is Counts.SO_FAR
    steps = [stage for stage in stages if stage.kind is StageKind.STEP]
    looks: list[LegendClass] = []
    if any(stage.months for stage in steps):
        key, darkest = _state_key(instrument, State.PRESUMED_OVER), min((each.colour for each in steps), key=grey)
        colour = lighter(darkest, 0.6)
        looks += _over_look(key, STATE_LABELS[State.PRESUMED_OVER], colour, "bars", so_far=so_far)
    for stage in reversed([each for each in stages if each.kind is StageKind.EXIT]):
        is_counted = so_far and _goes_on_counting(stage)
        looks += _over_look(stage.key, stage.label, stage.colour, stage.hatch, so_far=is_counted)
    ended = _ended_key(instrument)
    if all(look.key != ended for look in looks):
        looks += _over_look(ended, STATE_LABELS[State.ENDED], "#d3cdc2", "cross", so_far=so_far)
    if plans := [stage for stage in stages if stage.kind is StageKind.PLAN]:
        key, colour = _state_key(instrument, State.PLAN_LAPSED), lighter(plans[0].colour)
        looks.append(LegendClass(key, STATE_LABELS[State.PLAN_LAPSED], colour, "dashes"))
    return looks


def _over_look(key: str, label: Label, colour: str, hatch: Pattern, *, so_far: bool) -> list[LegendClass]:
    """Return the look of what is over; where all so far is counted a second one, of those who never were."""
    if not so_far:
        return [LegendClass(key, label, colour, hatch)]
    return [
        LegendClass(key, label, colour, hatch, counted=True),
        LegendClass(f"{key}~uncounted", _noted(label, _NOT_COUNTED), lighter(colour, 0.6), hatch),
    ]


def _stage_looks(programme: Programme, instrument: Instrument, stage: Stage) -> list[LegendClass]:
    special = programme.special
    looks = [LegendClass(stage.key, stage.label, stage.colour, stage.hatch, stage.is_counted, optional=False)]
    ref = f"{instrument.key}:{stage.key}"
    if any(ref in other.implies for each in programme.instruments for other in each.stages):
        label, colour = _noted(stage.label, special.derived), lighter(stage.colour)
        looks.append(LegendClass(f"{stage.key}~derived", label, colour, special.derived_hatch, stage.is_counted))
    if stage.is_counted:
        label, colour = _noted(stage.label, special.district), lighter(stage.colour, 0.72)
        looks.append(LegendClass(f"{stage.key}~district", label, colour, special.district_hatch))
    return looks


def _noted(label: Label, note: Label) -> Label:
    return Label(de=f"{label.de} ({note.de})", en=f"{label.en} ({note.en})")


def layer_label(programme: Programme, layer: str) -> Label:
    """Return the full name of a layer."""
    if layer == CHANGES:
        return Label(de="Veränderung", en="Change")
    return programme.overview.label if layer == OVERVIEW else programme.instrument(layer).label


def layer_short(programme: Programme, layer: str) -> Label:
    """Return the short name of a layer."""
    return programme.overview.label if layer == OVERVIEW else programme.instrument(layer).short


def layer_definition(programme: Programme, layer: str) -> Label:
    """Return the sentence that says what a layer shows."""
    if layer == CHANGES:
        return Label(de="Was zwischen zwei Tagen geschah.", en="What happened between two days.")
    return programme.overview.definition if layer == OVERVIEW else programme.instrument(layer).definition


# ---- areas too small to be found by their colour, by one rule for paper and screen --------------------------------------

_LEAST_SIDE = 0.7
"""Side of a square, in heights of the map's letters: about 3 mm on paper, 11 pixels on a screen."""


def is_small(side: float, text: float) -> bool:
    """Return whether an area is too small: ``side`` of a square as large, ``text`` the size of letters, in one unit."""
    return side < _LEAST_SIDE * text


def has_dot(look: LegendClass, side: float, text: float) -> bool:
    """Return whether a dot in the colour of its class marks an area: a small one with an entry of its own."""
    return look.is_own and is_small(side, text)
