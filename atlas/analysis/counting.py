"""How many: municipalities and arrangements, side by side, with the list behind each number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Arrangement:
    """Something held, signed or founded once, for one municipality or for several together.

    Attributes
    ----------
    body
        The joint body; empty for a municipality's own.
    members
        Positions of the municipalities, by the earliest.
    """

    body: str
    members: tuple[int, ...]


@dataclass(frozen=True)
class Figure:
    """What is in force of one instrument on one day in one area.

    Attributes
    ----------
    instrument
        Its key.
    municipalities
        Rows of the status table: covered by their own doing. Its length is the number shown.
    derived
        How many of them are so only by implication.
    arrangements
        A joint one counts once.
    through_district
        How many are covered only by a record of their district; never part of the number.
    total
        Municipalities of the area on the day.
    """

    instrument: str
    municipalities: pd.DataFrame
    derived: int
    arrangements: tuple[Arrangement, ...]
    through_district: int
    total: int

    @property
    def share(self) -> float:
        """Share of municipalities covered, 0 to 1; 0 where there are none at all."""
        return len(self.municipalities) / self.total if self.total else 0.0


def figure(status: pd.DataFrame, instrument: str, district: str | None = None) -> Figure:
    """Return the figure of an instrument.

    Parameters
    ----------
    status
        What `status_as_of` returned.
    instrument
        Its key.
    district
        Five-digit key to count in one district only.
    """
    rows = status[status["instrument"] == instrument]
    if district is not None:
        rows = rows[rows["district"] == district]
    counted = rows[rows["counted"]]
    is_own = counted["basis"] != "district"
    own = counted[is_own]
    return Figure(
        instrument,
        own,
        int((own["basis"] == "derived").sum()),
        _arrangements(own),
        int((~is_own).sum()),
        len(rows),
    )


def by_district(status: pd.DataFrame, instrument: str, districts: Iterable[str]) -> pd.DataFrame:
    """Return how far an instrument has come in each district.

    Parameters
    ----------
    status
        What `status_as_of` returned.
    instrument
        Its key.
    districts
        Five-digit keys, in the order wanted.

    Returns
    -------
    pandas.DataFrame
        RangeIndex. Columns ``district``, ``municipalities`` (covered by their own doing, as in `figure`), ``total``
        (that existed), ``share`` (0 to 1; 0.0 where there are none).
    """
    keys = [str(key) for key in districts]
    rows = status[status["instrument"] == instrument]
    covered = rows[rows["counted"] & (rows["basis"] != "district")]
    number = covered["district"].value_counts().reindex(keys, fill_value=0).to_numpy(dtype="int64")
    total = rows["district"].value_counts().reindex(keys, fill_value=0).to_numpy(dtype="int64")
    return pd.DataFrame(
        {"district": keys, "municipalities": number, "total": total, "share": number / total.clip(min=1)}
    )


def _arrangements(own: pd.DataFrame) -> tuple[Arrangement, ...]:
    """Group by joint body.

    What is nobody's jointly stands alone, and so does what is only derived: that five towns signed together does
    not say that they were consulted together.
    """
    columns = zip(own.index.tolist(), own["joint_with"], own["basis"], own["since"], own["ags"], strict=True)
    grouped: dict[tuple[str, str], list[tuple[str, str, int]]] = {}
    for position, joint_with, basis, since, ags in columns:
        body = str(joint_with) if basis == "direct" else ""
        grouped.setdefault((body, "" if body else str(ags)), []).append((str(since), str(ags), int(position)))
    return tuple(
        Arrangement(body, tuple(position for _, _, position in sorted(members)))
        for (body, _), members in grouped.items()
    )
