"""Areas of responsibility: districts grouped by who looks after them, by role. The types mirror ``data/areas.toml``."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from atlas.model.programme import BoundarySetKey, Key, Label, Strict, Text


class Area(Strict):
    """Some districts that belong together."""

    key: Key
    label: Label
    districts: Annotated[tuple[Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")], ...], Field(min_length=1)]


class Areas(Strict):
    """All areas of one boundary set."""

    boundary_set: BoundarySetKey
    source: Text
    """Where the grouping is documented."""
    areas: tuple[Area, ...]

    @model_validator(mode="after")
    def _each_district_once(self) -> Self:
        counts = Counter(district for area in self.areas for district in area.districts)
        if twice := sorted(key for key, count in counts.items() if count > 1):
            raise ValueError(f"districts in more than one area: {', '.join(twice)}")
        return self

    def get(self, key: str | None) -> Area | None:
        """Return the area with this key, None if there is none."""
        return next((area for area in self.areas if area.key == key), None)
