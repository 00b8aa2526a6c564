"""How every class of every layer looks, in one place: map, legend, table and files take it from here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from atlas.analysis.status import NO_DATA
from atlas.model.programme import OVERVIEW, Hatch, Instrument, Label, Programme, Stage, StageKind

CODES = "0123456789abcdefghijklmnopqrstuvwxyz"
ABSENT = "-"
"""Code of a row that is no municipality on the day."""
FILTERED = "."
"""Code of a municipality the reader has filtered out."""
NO_DATA_LABEL = Label(de="keine bekannte Aktivität", en="no known activity")


CHANGES = "changes"
"""Key of the layer that shows what happened between two days; the looks are the same for every programme."""
_CHANGE_LOOKS: tuple[tuple[str, Label, str, Hatch, bool, bool], ...] = (
    ("begun", Label(de="begonnen / erreicht", en="begun / reached"), "#1f7a5c", "none", True, True),
    ("first_documented", Label(de="erstmals belegt", en="first documented"), "#8fc3ae", "dots", True, True),
    ("revived", Label(de="wiederbelebt", en="revived"), "#4c9f83", "vertical", True, True),
    ("gained", Label(de="dann gezählt", en="then counted"), "#1f7a5c", "none", True, True),
    ("changed", Label(de="Stufe geändert", en="stage changed"), "#e3b44f", "diagonal", False, True),
    ("ended", Label(de="beendet", en="ended"), "#8d7f9c", "cross", False, True),
    ("dormant", Label(de="ruht", en="gone dormant"), "#a99fb4", "horizontal", False, True),
    ("end_documented", Label(de="Ende belegt", en="end documented"), "#bdb4c6", "antidiagonal", False, True),
    ("presumed_over", Label(de="vermutlich beendet", en="presumed over"), "#d3ccda", "dots", False, True),
    ("lost", Label(de="dann nicht mehr gezählt", en="then no longer counted"), "#8d7f9c", "cross", False, True),
    ("kept", Label(de="wie zuvor gezählt", en="counted as before"), "#bcd3e6", "none", True, False),
)

_ORDER = {StageKind.STEP: 0, StageKind.PLAN: 1, StageKind.EXIT: 2}


@dataclass(frozen=True)
class Look:
    """One class of a layer.

    Attributes
    ----------
    key
        Unique in its layer: ``signed``, ``held~derived``, ``active~district``, ``no_data``. Stands in links.
    code
        One character that stands for it in the class codes.
    label
        What the legend says.
    colour, hatch
        Fill and pattern; the pattern's lines are drawn in a darker shade.
    counted
        Whether its municipalities are counted as covered by their own doing.
    optional
        Whether the legend leaves it out while nobody is in it.
    on_paper
        Whether its ground is that of "no known activity", which a dark page shows dark.
    has_number
        Whether a legend says how many: "no known activity" of a programme that is not for all is no number.
    """

    key: str
    code: str
    label: Label
    colour: str
    hatch: Hatch
    counted: bool
    optional: bool
    on_paper: bool
    has_number: bool = True

    @property
    def is_through_district(self) -> bool:
        """Whether its municipalities are in it only by a record of their district."""
        return self.key.rpartition("~")[2] == "district"

    @property
    def hatch_colour(self) -> str:
        """Colour of the pattern's lines: the fill, mixed with black until it stands out by 3 : 1 or better."""
        channels = [int(self.colour[i : i + 2], 16) for i in (1, 3, 5)]
        return "#" + "".join(f"{round(value * 0.5):02x}" for value in channels)


def look_key(stage: str, basis: str) -> str:
    """Return the key of the look of a stage reached in some way."""
    return stage if basis in {"direct", "none"} else f"{stage}~{basis}"


@cache
def looks_of(programme: Programme, layer: str) -> tuple[Look, ...]:
    """Return the looks of a layer; the first is "no known activity", then in order of the legend."""
    special = programme.special
    drafts: list[tuple[str, Label, str, Hatch, bool, bool]] = [
        (NO_DATA, NO_DATA_LABEL, special.no_data, "none", False, False)
    ]
    if layer == OVERVIEW:
        drafts += [(each.key, each.label, each.colour, each.hatch, True, False) for each in programme.overview.classes]
        label = Label(de=f"nur {special.district.de}", en=f"only {special.district.en}")
        drafts.append(("district", label, special.no_data, special.district_hatch, False, True))
    elif layer == CHANGES:
        drafts = [(NO_DATA, Label(de="nicht gezählt", en="not counted"), special.no_data, "none", False, False)]
        drafts += _CHANGE_LOOKS
    else:
        stages = programme.instrument(layer).stages
        for stage in sorted(stages, key=lambda each: (_ORDER[each.kind], -stages.index(each))):
            drafts += _stage_looks(programme, programme.instrument(layer), stage)
    return tuple(
        Look(
            key,
            CODES[i],
            label,
            colour,
            hatch,
            counted,
            optional,
            colour == special.no_data,
            key != NO_DATA or programme.has_shares,
        )
        for i, (key, label, colour, hatch, counted, optional) in enumerate(drafts)
    )


def _stage_looks(
    programme: Programme, instrument: Instrument, stage: Stage
) -> list[tuple[str, Label, str, Hatch, bool, bool]]:
    special = programme.special
    looks = [(stage.key, stage.label, stage.colour, stage.hatch, stage.is_counted, False)]
    ref = f"{instrument.key}:{stage.key}"
    if any(ref in other.implies for each in programme.instruments for other in each.stages):
        label = Label(de=f"{stage.label.de} ({special.derived.de})", en=f"{stage.label.en} ({special.derived.en})")
        colour = _lighter(stage.colour)
        looks.append((look_key(stage.key, "derived"), label, colour, special.derived_hatch, stage.is_counted, True))
    if stage.kind is StageKind.STEP and stage.counts:
        label = Label(de=f"{stage.label.de} ({special.district.de})", en=f"{stage.label.en} ({special.district.en})")
        colour = _lighter(stage.colour, 0.72)
        looks.append((look_key(stage.key, "district"), label, colour, special.district_hatch, False, True))
    return looks


def _lighter(colour: str, share: float = 0.45) -> str:
    """Return the colour mixed with white; ``share`` is white's part."""
    channels = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(value + (255 - value) * share):02x}" for value in channels)


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
