"""How many: municipalities and arrangements, side by side, with the list behind each number."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


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
        One row each: ``name`` (of the body or the municipality), ``joint`` (whether it is a body's), ``members``
        (tuple of positions), ``since``, ``since_means``, ``source``. A joint one counts once.
    through_district
        Rows covered only by a record of their district; never part of the number.
    total
        Municipalities of the area on the day.
    """

    instrument: str
    municipalities: pd.DataFrame
    derived: int
    arrangements: pd.DataFrame
    through_district: pd.DataFrame
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
    own = counted[counted["basis"].isin(["direct", "derived"])]
    return Figure(
        instrument,
        own,
        int((own["basis"] == "derived").sum()),
        _arrangements(own),
        counted[counted["basis"] == "district"],
        len(rows),
    )


def _arrangements(own: pd.DataFrame) -> pd.DataFrame:
    """Group by joint body. What is nobody's jointly stands alone, and so does what is only derived: that five towns
    signed together does not say that they were consulted together.
    """
    grouped: dict[tuple[bool, str], list[int]] = {}
    joint = own["joint_with"].where(own["basis"] == "direct", "")
    for position, joint_with, ags in zip(own.index.tolist(), joint, own["ags"], strict=True):
        grouped.setdefault((bool(joint_with), joint_with or ags), []).append(position)
    rows = []
    for (is_joint, name), members in grouped.items():
        first = own.loc[members].sort_values(["since", "ags"]).iloc[0]
        rows.append(
            {
                "name": name if is_joint else first["name"],
                "joint": is_joint,
                "members": tuple(members),
                "since": first["since"],
                "since_means": first["since_means"],
                "source": first["source"],
            }
        )
    return pd.DataFrame(rows, columns=["name", "joint", "members", "since", "since_means", "source"])
