"""Read boundary editions."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyarrow import parquet

from atlas.errors import AtlasError, Problem
from atlas.model.boundaries import BoundaryChange, BoundaryVersion, Level, Provenance
from atlas.model.keys import parse_ags, parse_district_key, state_of
from atlas.phrases import N_
from atlas.sources.files import file_sum, read_whole
from atlas.sources.toml import MOST_BYTES, load_toml

EDITION_FILE = "edition.toml"
_BUILT = {".parquet", ".topojson"}
"""Files nobody edits: their checksums must hold. The tables may be mended by hand; their content is checked."""
_TEXT = dict.fromkeys(("ags", "district", "key", "name", "kind", "old_ags", "old_name", "new_ags", "new_name"), str)
_MEASURES = ("area_km2", "outline_m", "label_lon", "label_lat")
_PLACES = ("label_lon", "label_lat", "west", "south", "east", "north")


def list_editions(root: Path) -> tuple[BoundaryVersion, ...]:
    """Return every edition below ``root/geodata/<state>/<date>/``, by state, then date.

    Raises `AtlasError`: every fault of every edition.
    """
    problems: list[Problem] = []
    found = []
    # A folder without the file that says what is in it is one that is being copied, or was.
    for folder in sorted(
        {path.parent for path in (root / "geodata").glob("*/[!.]*/*.*") if path.suffix in {".toml", *_BUILT}}
    ):
        try:
            found.append(read_edition(folder, str(folder.relative_to(root))))
        except AtlasError as error:
            problems += error.problems
    if problems:
        raise AtlasError(*problems)
    return tuple(found)


def read_edition(folder: Path, shown_as: str | None = None) -> BoundaryVersion:
    """Return the edition in a folder, without its geometry.

    Raises `AtlasError` if files are missing, not the ones that were built, or not in the form
    `atlas.adopt.boundary_versions` writes.
    """
    name = shown_as or str(folder)
    try:
        file = f"{name}/{EDITION_FILE}"
        about = load_toml(read_whole(folder / EDITION_FILE, file, MOST_BYTES), file)
        if problems := _file_problems(folder, dict(about["sha256"]), name):
            raise AtlasError(*problems)
        edition = _edition(folder, about)
        _check_tables(edition)
    except FileNotFoundError as error:
        raise AtlasError(_missing(name, EDITION_FILE)) from error
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise AtlasError(_broken(name, error)) from error
    return edition


def _file_problems(folder: Path, sums: dict[str, str], name: str) -> list[Problem]:
    """Return a problem for every file that is missing or, if it is one nobody edits, altered."""
    found = []
    for file, wanted in sums.items():
        path = folder / file
        if not path.is_file():
            found.append(_missing(name, file))
        elif path.suffix in _BUILT and file_sum(path) != wanted:
            found.append(_altered(name, file))
    return found


def _altered(name: str, file: str) -> Problem:
    text = N_(
        "Die Datei {file} ist nicht mehr die, die gebaut wurde (Prüfsumme). Bitte den Ordner wiederherstellen oder neu bauen."
    )
    return Problem(name, text, {"file": file})


def _missing(name: str, file: str) -> Problem:
    text = N_("Bei den Gemeindegrenzen fehlt eine Datei ({file}). Bitte den Ordner wiederherstellen oder neu bauen.")
    return Problem(name, text, {"file": file})


def _broken(name: str, error: Exception) -> Problem:
    text = N_("Die Gemeindegrenzen sind beschädigt ({reason}). Bitte den Ordner wiederherstellen oder neu bauen.")
    return Problem(name, text, {"reason": str(error)[:200]})


def _edition(folder: Path, about: dict[str, Any]) -> BoundaryVersion:
    municipalities = _table(folder / "municipalities.csv")
    for column in ("valid_from", "valid_to"):
        municipalities[column] = pd.to_datetime(municipalities[column].replace("", None)).astype("datetime64[s]")
    former = _table(folder / "former_names.csv")
    west, south, east, north = (float(value) for value in about["bounds"])
    starts = about["starts"]
    if not isinstance(starts, date):
        raise TypeError(f"starts = {starts!r}")
    return BoundaryVersion(
        folder=folder,
        boundary_set=str(about["boundary_set"]),
        starts=starts,
        metric_crs=str(about["metric_crs"]),
        provenance=Provenance(**{"verified_to": None, **about["provenance"]}),
        # Plain objects: the status of every day holds these texts, and Arrow would make them anew each time.
        municipalities=municipalities.astype(
            dict.fromkeys(_MEASURES, float) | dict.fromkeys(("ags", "name", "kind", "district"), object)
        ),
        districts=_places(folder / "districts.csv"),
        borders=_table(folder / "borders.csv").astype({"a": "int64", "b": "int64", "border_m": "float64"}),
        changes=tuple(_change(row) for row in _table(folder / "changes.csv").to_dict("records")),
        former_names={str(key): tuple(group["name"]) for key, group in former.groupby("ags")},
        bounds=(west, south, east, north),
        states=_places(folder / "states.csv") if "states.csv" in about["sha256"] else pd.DataFrame(),
        sums=dict(about["sha256"]),
    )


def _table(path: Path) -> pd.DataFrame:
    body = io.BytesIO(read_whole(path, "/".join(path.parts[-4:])))
    return pd.read_csv(body, dtype=_TEXT, keep_default_na=False, encoding="utf-8")


def _places(path: Path) -> pd.DataFrame:
    return _table(path).set_index("key").astype(dict.fromkeys(_PLACES, float))


def _change(row: Mapping[Any, Any]) -> BoundaryChange:
    return BoundaryChange(
        old_ags=parse_ags(row["old_ags"]),
        old_name=str(row["old_name"]),
        new_ags=parse_ags(row["new_ags"]),
        new_name=str(row["new_name"]),
        effective=date.fromisoformat(row["effective"]),
        source=str(row["source"]),
        renumbered=row.get("renumbered") == "yes",
    )


def _check_tables(edition: BoundaryVersion) -> None:
    """Raise ValueError if the tables contradict each other; the rest of the product relies on these laws."""
    table, borders = edition.municipalities, edition.borders
    for ags in table["ags"].tolist():
        parse_ags(ags)
    for key in edition.districts.index:
        parse_district_key(key)
    laws = {
        "municipalities.csv: valid_from": table["valid_from"].notna().all(),
        "municipalities.csv: ags, valid_from": not table.duplicated(["ags", "valid_from"]).any(),
        "municipalities.csv: district": table["district"].isin(edition.districts.index).all(),
        "municipalities.csv: order": table["ags"].is_monotonic_increasing or not len(edition.states),
        "states.csv: key": not len(edition.states) or set(table["ags"].map(state_of)) == set(edition.states.index),
        "borders.csv: a, b": (borders["a"] >= 0).all()
        and (borders["a"] < borders["b"]).all()
        and (borders["b"] < len(table)).all(),
    }
    if broken := [place for place, holds in laws.items() if not holds]:
        raise ValueError("; ".join(broken))


@contextmanager
def as_built(edition: BoundaryVersion, path: Path) -> Iterator[None]:
    """Read a file that was built with an edition: before and afterwards it is the one the edition's tables were read with.

    Raises `AtlasError` if it can't be read, or is another one by now.
    """
    place = str(edition.folder)
    try:
        _demand_sum(edition, path)
        yield
        _demand_sum(edition, path)
    except FileNotFoundError as error:
        raise AtlasError(_missing(place, path.name)) from error
    except (ValueError, OSError) as error:  # pyarrow's own errors are among these
        raise AtlasError(_broken(place, error)) from error


def _demand_sum(edition: BoundaryVersion, path: Path) -> None:
    if file_sum(path) != edition.sums.get(path.name):
        raise AtlasError(_altered(str(edition.folder), path.name))


def read_topology(edition: BoundaryVersion, path: Path) -> bytes:
    """Return a file of geometry for browsers. Raises `AtlasError` as `as_built`."""
    with as_built(edition, path):
        return path.read_bytes()


def read_geometry(edition: BoundaryVersion, level: Level, positions: Sequence[int] | None = None) -> gpd.GeoDataFrame:
    """Return the geometry of a level: index position, one column ``geometry`` in the edition's metric CRS.

    With ``positions`` these only: the others are not even read, which for a country is most of the time and memory.
    Raises `AtlasError` if the file can't be read or does not belong to the edition's table.
    """
    path = edition.geometry_path(level)
    wanted = list(range(len(edition.municipalities)) if positions is None else positions)
    with as_built(edition, path), parquet.ParquetFile(path) as file:
        written = _rows(file, "geometry", wanted)
        found = gpd.GeoSeries.from_wkb(written, index=wanted, crs=edition.metric_crs)
    return gpd.GeoDataFrame(geometry=found)


def _rows(file: parquet.ParquetFile, column: str, rows: Sequence[int]) -> npt.NDArray[np.object_]:
    """Return some rows of a column, in their order; of the file, the groups of rows that hold them are read."""
    ends = np.cumsum([file.metadata.row_group(k).num_rows for k in range(file.num_row_groups)])
    group_of = np.searchsorted(ends, np.asarray(rows, dtype=np.int64), side="right")
    groups, which = np.unique(group_of, return_inverse=True)
    sizes = np.diff(ends, prepend=0)[groups]
    left_out = (ends[groups] - np.cumsum(sizes))[which]  # rows of the file before one that were not read
    read = file.read_row_groups(groups.tolist(), columns=[column]).column(column)
    found: npt.NDArray[np.object_] = read.take(np.asarray(rows, dtype=np.int64) - left_out).to_numpy()
    return found
