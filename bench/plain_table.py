"""What a user would write instead of the import gate: plain pandas with openpyxl, checks by column.

``python -m bench.plain_table FILE`` prints a line for each fault and what is new beside the record. It looks for what it
was told to look for, knows one way to write each thing, reads the whole workbook in its own process, and suggests nothing.
"""

from __future__ import annotations

import sys
import tomllib
from datetime import date
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parent.parent
_READ = {"dtype": "str", "keep_default_na": False}
_KEY = ["AGS", "Baustein", "Stufe", "Datum"]


def main(arguments: list[str]) -> int:
    """Check and compare a table."""
    path = Path(arguments[0])
    table = pd.read_excel(path, **_READ) if path.suffix == ".xlsx" else pd.read_csv(path, sep=";", **_READ)  # type: ignore[call-overload]
    described = min(ROOT.glob("data/programmes/*.toml"))
    programme = tomllib.loads(described.read_text(encoding="utf-8"))
    places = pd.read_csv(next(ROOT.glob(f"geodata/{programme['boundary_set']}/*/municipalities.csv")), **_READ)  # type: ignore[call-overload]
    names = places[places["valid_to"] == ""].set_index("ags")["name"]
    stages = {
        (instrument["label"]["de"], stage["label"]["de"]): (instrument["key"], stage["key"])
        for instrument in programme["instruments"]
        for stage in instrument["stages"]
    }
    pairs = pd.Series(list(zip(table["Baustein"], table["Stufe"], strict=True)), index=table.index)
    days = pd.to_datetime(table["Datum"], format="%d.%m.%Y", errors="coerce")
    is_known = table["AGS"].isin(names.index)
    faults = {
        "unknown key": ~is_known,
        "name of another key": is_known & (table["AGS"].map(names) != table["Gemeinde"]),
        "unknown stage": ~pairs.isin(list(stages)),
        "no date": days.isna(),
        "in the future": days > pd.Timestamp(date.today()),  # noqa: DTZ011
        "twice": table.duplicated(_KEY),
        "no source": table["Quelle"] == "",
    }
    for reason, found in faults.items():
        for line in table.index[found]:
            print(f"line {line + 2}: {reason}: {', '.join(table.loc[line, _KEY])}")
    record = pd.read_csv(ROOT / f"data/participation/{described.stem}.csv", **_READ)  # type: ignore[call-overload]
    known = table.assign(
        instrument=[stages.get(pair, ("", ""))[0] for pair in pairs],
        status=[stages.get(pair, ("", ""))[1] for pair in pairs],
        date=days.dt.strftime("%Y-%m-%d"),
    )
    merged = known.merge(
        record,
        left_on=["AGS", "instrument", "status", "date"],
        right_on=["ags", "instrument", "status", "date"],
        how="left",
        indicator=True,
    )
    print(merged["_merge"].value_counts().to_string())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
