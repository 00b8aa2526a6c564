"""A programme: its instruments, their stages, what they look like and what they imply. All of it data.

The types mirror ``data/programmes/*.toml`` one to one and refuse everything they do not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from atlas.model.languages import LANGUAGES

KEY_PATTERN = r"^[a-z][a-z0-9_]*$"
Key = Annotated[str, StringConstraints(pattern=KEY_PATTERN)]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]
StageRef = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*:[a-z][a-z0-9_]*$")]
BoundarySetKey = Annotated[str, StringConstraints(pattern=r"^(?:[0-9]{2}|[a-z]{2})$")]
"""``14`` for a state by its key, ``de`` for the whole country."""
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"]+$")]
Hatch = Literal["none", "diagonal", "antidiagonal", "cross", "dots", "horizontal", "vertical"]

TO_FILL_IN = ("Bitte ausfüllen:", "Please fill in:")
"""What texts of the template begin with that have to be replaced, in both languages."""
OVERVIEW = "overview"
"""Key of the layer that sums up all instruments; no instrument may have it."""
TELLING = ("{when}", "{since}", "{on_record}", "{joint}")
"""Places in a stage's telling: ``am 17.12.2021``, ``seit dem 17.12.2021``, ``(Stand 17.12.2021)``, ``gemeinsam mit …``."""
RESERVED = (OVERVIEW, "changes")
"""Keys of layers that are no instruments."""


class StageKind(StrEnum):
    """What a stage means for the count."""

    PLAN = "plan"
    """Announced. Never counts as reached."""
    STEP = "step"
    """Reached."""
    EXIT = "exit"
    """Paused or ended: what was in force is so no longer."""


class ExitKind(StrEnum):
    """How something ends that an exit ends."""

    ENDED = "ended"
    DORMANT = "dormant"
    """Asleep: it may be revived."""
    GIVEN_UP = "given_up"
    """A plan, or a body that never came to be; needs no stage before it."""


class Counts(StrEnum):
    """What a number of an instrument, or a published one, counts on a day."""

    IN_FORCE = "in_force"
    """What holds on the day, and acts reached by it."""
    SO_FAR = "so_far"
    """What has ever held by the day."""


FOR_GOOD, UNTIL_ENDED = "for_good", "until_ended"
PLAN_LASTS = "3 years"
"""How long a plan stands where the programme says nothing else: the atlas's own rule."""


class Strict(BaseModel):
    """Refuses what it does not know, and is never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Label(Strict):
    """A text in the languages the programme is told in; another is a field here."""

    de: Text
    en: Text

    def in_language(self, lang: str) -> str:
        """Return the text in a language; in English where the programme says none in it."""
        return str(getattr(self, lang, self.en))

    @property
    def texts(self) -> dict[str, str]:
        """Return the text in every language, by its key."""
        return {lang: self.in_language(lang) for lang in LANGUAGES}


class Publication(Strict):
    """Who publishes the open data of a programme, and under which licence. What is not stated is not claimed."""

    publisher: Text | None = None
    """The body that runs this application and answers for what it gives out."""
    homepage: WebAddress | None = None
    email: Annotated[str, StringConstraints(pattern=r"^[^\s@<>\"]+@[^\s@<>\"]+$")] | None = None
    licence: WebAddress | None = None
    """Address of the licence of the record, best from the list of DCAT-AP.de."""
    contributor: WebAddress | None = None
    """Address that GovData has given the one who delivers to it (``dcatde:contributorID``)."""


Lasts = Annotated[str, StringConstraints(pattern=r"^(?:for_good|until_ended|[1-9][0-9]? (?:years?|months?))$")]
"""``for_good``, ``until_ended``, or a time: ``3 years``, ``18 months``."""


class Stage(Strict):
    """One rung of an instrument's ladder, in order from first to last."""

    key: Key
    label: Label
    kind: StageKind
    counts: bool = True
    """Whether a municipality in this stage is counted as covered; only steps can be."""
    lasts: Lasts | None = None
    """How it ends: ``for_good`` (an act: reached, never ends), ``until_ended`` (a state; what steps are unless said
    otherwise) or by itself after a time. A plan stands for `PLAN_LASTS` unless said otherwise."""
    house: bool = False
    """Whether that time is the atlas's own rule, which nobody has published; said on screen."""
    exit: ExitKind = ExitKind.ENDED
    """What an exit does to what was in force."""
    colour: Colour
    hatch: Hatch = "none"
    dwell_days: Annotated[int, Field(gt=0)] | None = None
    """After so many days in this stage a case counts as stuck; None if the programme sets no limit."""
    may_last: bool = False
    """Whether one may stay here for good, though there is a further stage: nobody is late in a membership."""
    implies: tuple[StageRef, ...] = ()
    """Stages of other instruments that must have been reached for this one, as ``instrument:stage``."""
    telling: Label | None = None
    """What stands behind the municipality in a sentence, with places for the date and for partners; see `TELLING`."""

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        for fault in self._faults():
            raise ValueError(f"stage {self.key}: {fault}")
        return self

    def _faults(self) -> Iterator[str]:
        if self.kind is not StageKind.STEP and "counts" in self.model_fields_set and self.counts:
            yield f"only a step can count, this is a {self.kind}"
        if self.kind is not StageKind.EXIT and "exit" in self.model_fields_set:
            yield f"exit says how an exit ends something, this is a {self.kind}"
        if self.kind is StageKind.EXIT and self.lasts is not None:
            yield "an exit does not last"
        if self.kind is StageKind.PLAN and self.lasts in {FOR_GOOD, UNTIL_ENDED}:
            yield f"a plan lasts a time, {PLAN_LASTS} unless said otherwise"
        if self.may_last and self.dwell_days is not None:
            yield "dwell_days sets a limit to what may_last says has none"
        for text in (self.telling.de, self.telling.en) if self.telling else ():
            for place in re.findall(r"\{[^}]*\}?|\}", text):
                if place not in TELLING:
                    yield f"telling: {place} is not one of {', '.join(TELLING)}"

    @property
    def is_act(self) -> bool:
        """Whether it is reached for good."""
        return self.kind is StageKind.STEP and self.lasts == FOR_GOOD

    @property
    def months(self) -> int | None:
        """After how many months it ends by itself; None if it does not."""
        lasts = self.lasts or (PLAN_LASTS if self.kind is StageKind.PLAN else UNTIL_ENDED)
        if lasts in {FOR_GOOD, UNTIL_ENDED} or self.kind is StageKind.EXIT:
            return None
        number, unit = lasts.split()
        return int(number) * (12 if unit.startswith("year") else 1)

    @property
    def is_house_rule(self) -> bool:
        """Whether the time after which it ends by itself is the atlas's own rule."""
        return self.months is not None and (self.house or self.lasts is None)

    @property
    def is_counted(self) -> bool:
        """Whether a municipality in this stage adds to the number covered."""
        return self.kind is StageKind.STEP and self.counts


Unit = Literal["municipalities", "arrangements"]
"""What is counted: municipalities, or arrangements, of which a joint one is one."""


class Instrument(Strict):
    """What the programme offers: a consultation, an agreement, a council."""

    key: Key
    label: Label
    short: Label
    """For the row of layers and narrow columns."""
    definition: Label
    """One sentence: what is counted here, and what not."""
    unit_one: Label
    unit: Label
    """Noun for one arrangement and for several: ``Rat``, ``Räte``."""
    drawn: Literal["area", "point"] = "area"
    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=31)]
    """From the first on. Their ranks, from 0, lie below `atlas.analysis.days.RANKS`."""
    repeats: bool = False
    """Whether a municipality may have several, each an arrangement of its own: grants, analyses. Else it is reached once."""
    counts: Counts = Counts.IN_FORCE
    """What its number counts."""
    since_launch: bool = False
    """Whether only the programme offers it, so that nothing of it is older than the programme."""
    published_measure: str | None = None
    """Measure in ``data/totals`` that counts the same thing, as far as the sources let us say."""
    published_with_districts: bool = False
    """Whether that total counts a district that takes part, as one."""
    published_counts: Counts = Counts.IN_FORCE
    """Whether that total counts what was in force on its day, or all so far; a row of ``data/totals`` may say otherwise."""
    published_unit: Unit = "municipalities"
    """What that total counts; a row of ``data/totals`` may say otherwise."""

    @model_validator(mode="after")
    def _stage_keys_differ(self) -> Self:
        _all_differ([stage.key for stage in self.stages], f"stages of instrument {self.key}")
        return self

    def stage(self, key: str) -> Stage:
        """Return the stage with this key; ``KeyError`` if there is none."""
        return {each.key: each for each in self.stages}[key]


class Measure(Strict):
    """What a published total is called that no instrument counts."""

    key: Key
    """Column ``measure`` in ``data/totals``."""
    label: Label
    counts: Counts = Counts.IN_FORCE
    unit: Unit = "municipalities"
    stage: StageRef | None = None
    """What it counts, as ``instrument:stage``, where a stage of the programme says the same."""


class OverviewClass(Strict):
    """One class of the overview: a municipality belongs to the first whose condition it meets."""

    key: Key
    label: Label
    colour: Colour
    hatch: Hatch = "none"
    any: Annotated[tuple[StageRef, ...], Field(min_length=1)]


class Overview(Strict):
    """The layer that sums up: areas by the first condition met, one instrument as points."""

    label: Label
    definition: Label
    points: Key | None = None
    figures: tuple[Key, ...]
    """Instruments whose key figures stand above the overview."""
    classes: Annotated[tuple[OverviewClass, ...], Field(min_length=1)]


class PathStep(Strict):
    """One step of the way a programme suggests: what a municipality may be invited to next."""

    instrument: Key
    invitation: Label
    """One or two sentences in an inviting tone: what it brings, not what is missing."""
    any_order: bool = False
    """Whether it may come at any time; the others come one after the other, in the order of the list."""


class Special(Strict):
    """Looks every layer has."""

    no_data: Colour
    district: Label
    district_hatch: Hatch
    derived: Label
    derived_hatch: Hatch
    point: Colour


class Rung(NamedTuple):
    """A stage with its instrument and its rank on the ladder."""

    instrument: Instrument
    stage: Stage
    rank: int

    @property
    def ref(self) -> str:
        """Return how it is named: ``instrument:stage``."""
        return f"{self.instrument.key}:{self.stage.key}"


class Programme(Strict):
    """A prevention programme."""

    key: Key
    title: Label
    short: Text
    operator: Label
    boundary_set: BoundarySetKey
    """The folder below ``geodata`` with the boundaries."""
    territory: Label
    """What the whole is called: ``Sachsen``, ``Deutschland``."""
    addressees: Literal["all", "selected"] = "all"
    """Whom the programme is meant for. ``all``: every municipality of the territory; then there are shares, and every
    municipality has its sheet and its page on the public site. ``selected``: those it admits, and nobody has published
    who could be; then numbers stand without a share, and sheets and site hold those documented."""
    launched: date
    ended: date | None = None
    """The programme's last day, if it is over: what it held in force ends then, acts stay."""
    retrieved: date | None = None
    """Day on which the sources were read, of entries that do not say so themselves and come from a file."""
    language: Literal["de", "en"] = "de"
    """In which the entries speak: their notes, cases and the titles of their sources."""
    about: Label
    provenance: Label
    """Where the record comes from and what a missing entry means; stands on the data page and in every file."""
    source_line: Label
    """Short source of the record for captions and exports."""
    special: Special
    overview: Overview
    path: tuple[PathStep, ...] = ()
    """The programme's own order: first consultation, agreement, … ; empty if it has none."""
    instruments: Annotated[tuple[Instrument, ...], Field(min_length=1)]
    publication: Publication = Publication()
    published_measures: tuple[Measure, ...] = ()

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        keys = [instrument.key for instrument in self.instruments]
        _all_differ(keys, "instruments")
        if taken := [key for key in RESERVED if key in keys]:
            raise ValueError(f"an instrument cannot be called {taken[0]}")
        for key in (*self.overview.figures, self.overview.points):
            if key is not None and key not in keys:
                raise ValueError(f"overview: there is no instrument {key}")
        for step in self.path:
            if step.instrument not in keys:
                raise ValueError(f"path: there is no instrument {step.instrument}")
        _all_differ([step.instrument for step in self.path], "path")
        refs = [ref for each in self.overview.classes for ref in each.any]
        refs += [each.stage for each in self.published_measures if each.stage]
        refs += [ref for each in self.instruments for stage in each.stages for ref in stage.implies]
        for ref in refs:
            self.rung(ref)
        return self

    def instrument(self, key: str) -> Instrument:
        """Return the instrument with this key; ``KeyError`` if there is none."""
        return {each.key: each for each in self.instruments}[key]

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """Return all stages: instruments in order, and each from its first stage to its last."""
        return tuple(Rung(each, stage, rank) for each in self.instruments for rank, stage in enumerate(each.stages))

    def rung(self, ref: str) -> Rung:
        """Return what ``instrument:stage`` names.

        Raises
        ------
        ValueError
            If the instrument or the stage does not exist.
        """
        instrument_key, _, stage_key = ref.partition(":")
        for instrument in self.instruments:
            if instrument.key == instrument_key:
                for rank, stage in enumerate(instrument.stages):
                    if stage.key == stage_key:
                        return Rung(instrument, stage, rank)
        raise ValueError(f"there is no {ref}")

    @property
    def has_shares(self) -> bool:
        """Whether numbers stand beside the number of all municipalities: only if the programme is for all of them."""
        return self.addressees == "all"

    @property
    def layers(self) -> tuple[str, ...]:
        """Keys of everything that can be mapped: the overview, then every instrument in order."""
        return (OVERVIEW, *(instrument.key for instrument in self.instruments))


def _all_differ(keys: list[str], what: str) -> None:
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ValueError(f"{what}: used twice: {', '.join(twice)}")
