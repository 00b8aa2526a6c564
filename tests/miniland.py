"""An invented state of about twelve municipalities with every awkward case, made by code.

``python -m tests.miniland FOLDER`` writes it as a data folder; ``make demo`` serves it. State key 00 is given to no
real state, so nobody can take its municipalities for real ones, and its keys begin with zeros.

      A Neustadt (Nord)    B Bergen       C Dreieck ▫      D Drachen <img …>
      E Erlen              F Ministadt    G Gürtel ◦Insel  H Hafen, with an exclave in C
      I Ilm  + J Jena → Neu-Ilm (2020)    K Kirch → L      L Neustadt (Süd)
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import geopandas as gpd
import shapely

from atlas.adopt.boundary_versions import BoundaryVersionDraft, write_edition
from atlas.model.boundaries import BoundaryChange, Provenance
from atlas.sources.snapshot import SYNTHETIC_MARK

STATE = "00"
STARTS = date(2016, 1, 1)
CRS = "EPSG:25833"
HOSTILE = "Drachenhöhle <img src=x onerror=alert(1)> {{31337*3}} ß"
_X, _Y, _KM = 350_000, 5_660_000, 1_000


def _box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(_X + west * _KM, _Y + south * _KM, _X + east * _KM, _Y + north * _KM)


def municipalities() -> gpd.GeoDataFrame:
    """Return the municipalities of 2016: ``ags``, ``name``, ``kind``, geometry in EPSG:25833."""
    island = _box(23, 13, 26, 16)
    exclave = _box(28, 28, 30, 30)
    rows = [
        ("00021010", "Neustadt", "Stadt", _box(0, 20, 10, 30)),
        ("00021020", "Bergen", "Gemeinde", _box(10, 20, 20, 30)),
        ("00021030", "Dreieck", "Gemeinde", _box(20, 20, 30, 30).difference(exclave)),
        ("00021040", HOSTILE, "Gemeinde", _box(30, 20, 40, 30)),
        ("00021050", "Erlen", "Gemeinde", _box(0, 10, 10, 20)),
        ("00011000", "Ministadt", "Kreisfreie Stadt", _box(10, 10, 20, 20)),
        ("00021060", "Gürtel", "Gemeinde", _box(20, 10, 30, 20).difference(island)),
        ("00021070", "Insel", "Gemeinde", island),
        ("00021080", "Hafen", "Stadt", _box(30, 10, 40, 20).union(exclave)),
        ("00022010", "Ilm", "Gemeinde", _box(0, 0, 10, 10)),
        ("00022020", "Jena", "Gemeinde", _box(10, 0, 20, 10)),
        ("00022030", "Kirch", "Gemeinde", _box(20, 0, 30, 10)),
        ("00022040", "Neustadt", "Stadt", _box(30, 0, 40, 10)),
    ]
    frame = gpd.GeoDataFrame(
        [{"ags": ags, "name": name, "kind": kind, "geometry": shape} for ags, name, kind, shape in rows],
        crs=CRS,
    )
    # Where borders meet from one side only, the other needs the same vertex: that is what a coverage is.
    nodes = shapely.union_all(shapely.boundary(frame.geometry.array))
    points = shapely.MultiPoint(shapely.get_coordinates(shapely.node(nodes)))
    frame.geometry = shapely.snap(frame.geometry.array, points, 1.0)
    return frame


def districts() -> dict[str, str]:
    """Return names of districts by key."""
    return {"00011": "Ministadt", "00021": "Landkreis Nord", "00022": "Landkreis Süd"}


def changes() -> tuple[BoundaryChange, ...]:
    """Return the mergers: two make a new one, and one is taken in."""
    return (
        BoundaryChange(
            old_ags="00022010",
            old_name="Ilm",
            new_ags="00022015",
            new_name="Neu-Ilm",
            effective=date(2020, 1, 1),
            source="erfunden",
        ),
        BoundaryChange(
            old_ags="00022020",
            old_name="Jena",
            new_ags="00022015",
            new_name="Neu-Ilm",
            effective=date(2020, 1, 1),
            source="erfunden",
        ),
        BoundaryChange(
            old_ags="00022030",
            old_name="Kirch",
            new_ags="00022040",
            new_name="Neustadt",
            effective=date(2022, 1, 1),
            source="erfunden",
        ),
    )


def provenance() -> Provenance:
    """Return where the boundaries come from: nowhere."""
    return Provenance(
        title="Erfundene Grenzen",
        attribution="Erfundene Grenzen (Beispieldaten)",
        attribution_long="Erfundene Grenzen und Gemeinden zum Ausprobieren; frei verwendbar.",
        licence="CC0 1.0",
        licence_url="https://creativecommons.org/publicdomain/zero/1.0/",
        source_url="",
        verified_to=None,
    )


PROGRAMME = """
key = "mini"
short = "MINI"
title = { de = "Beispielprogramm", en = "Sample programme" }
operator = { de = "niemand", en = "nobody" }
boundary_set = "00"
territory = { de = "Miniland", en = "Miniland" }
launched = 2019-01-01
retrieved = 2026-11-23
about = { de = "Ein erfundenes Programm in einem erfundenen Land.", en = "An invented programme in an invented state." }
provenance = { de = "Alle Einträge sind erfunden.", en = "All entries are invented." }
source_line = { de = "Beispieldaten, erfunden", en = "Sample data, invented" }

[special]
no_data = "#f1efe9"
district = { de = "über den Landkreis", en = "through the district" }
district_hatch = "diagonal"
derived = { de = "abgeleitet", en = "derived" }
derived_hatch = "dots"
point = "#b3261e"

[overview]
label = { de = "Übersicht", en = "Overview" }
definition = { de = "Jede Gemeinde in der ersten zutreffenden Klasse.", en = "Each municipality in the first class that applies." }
points = "council"
figures = ["talk", "pact", "council"]
classes = [
    { key = "pact", label = { de = "Vereinbarung", en = "Pact" }, colour = "#3d7ab5", any = ["pact:signed"] },
    { key = "talk", label = { de = "Kontakt", en = "Contact" }, colour = "#a5c9e6", any = ["talk:held"] },
    { key = "other", label = { de = "Anderes", en = "Other" }, colour = "#ddebd8", hatch = "dots", any = ["council:planned", "council:active", "council:paused"] },
]

[[instruments]]
key = "talk"
label = { de = "Gespräch", en = "Talk" }
short = { de = "Gespräch", en = "Talk" }
unit_one = { de = "Gespräch", en = "talk" }
unit = { de = "Gespräche", en = "talks" }
definition = { de = "Ein erstes Gespräch.", en = "A first talk." }
published_measure = "talks"
stages = [{ key = "held", label = { de = "geführt", en = "held" }, kind = "step", colour = "#4f8fc4" }]

[[instruments]]
key = "pact"
label = { de = "Vereinbarung", en = "Pact" }
short = { de = "Vereinbarung", en = "Pact" }
unit_one = { de = "Vereinbarung", en = "pact" }
unit = { de = "Vereinbarungen", en = "pacts" }
definition = { de = "Eine Vereinbarung.", en = "A pact." }
stages = [
    { key = "planned", label = { de = "geplant", en = "planned" }, kind = "plan", colour = "#d7e3f0", hatch = "horizontal" },
    { key = "signed", label = { de = "unterzeichnet", en = "signed" }, kind = "step", colour = "#2a64a0", implies = ["talk:held"] },
]

[[instruments]]
key = "council"
label = { de = "Rat", en = "Council" }
short = { de = "Rat", en = "Council" }
unit_one = { de = "Rat", en = "council" }
unit = { de = "Räte", en = "councils" }
definition = { de = "Ein Rat.", en = "A council." }
drawn = "point"
stages = [
    { key = "planned", label = { de = "geplant", en = "planned" }, kind = "plan", colour = "#f1d8d0", hatch = "horizontal" },
    { key = "active", label = { de = "besteht", en = "active" }, kind = "step", colour = "#a63a2b" },
    { key = "paused", label = { de = "ruht", en = "dormant" }, kind = "exit", exit = "dormant", colour = "#c9c2b8", hatch = "cross" },
]
"""

_SOURCE = "https://beispiel.invalid/quelle"
RECORDS = f"""ags,municipality,instrument,status,date,date_means,joint_with,note,source_url,source_date
00011000,Ministadt,council,active,1998,known_by,,Stand 1998: besteht.,{_SOURCE},1998
00021,Landkreis Nord,council,active,2021-05,reached,,Rat des Landkreises.,{_SOURCE},
00021010,Neustadt,pact,signed,2019-06-30,reached,,Unterzeichnet.,{_SOURCE},2019-07
00021020,Bergen,pact,planned,2020-02-01,reached,,Geplant.,{_SOURCE},
00021040,"{HOSTILE}",pact,signed,2021,reached,Bund der Drachen,"Notiz <script>alert(1)</script> {{{{ '{{{{7*7}}}}' }}}} =1+1",{_SOURCE},2021
00021050,Erlen,talk,held,2020-06,reached,,Monat bekannt.,{_SOURCE},
00021060,Gürtel,pact,signed,2021-03-01,reached,Zweckverband Ring,Gemeinsam.,{_SOURCE},
00021070,Insel,pact,signed,2021-03-01,reached,Zweckverband Ring,Gemeinsam.,{_SOURCE},
00021080,Hafen,council,active,2019-01-01,reached,,Gegründet.,{_SOURCE},
00021080,Hafen,council,paused,2020-01-01,reached,,Ruht.,{_SOURCE},
00021080,Hafen,council,active,2023-01-01,reached,,Wieder aktiv.,{_SOURCE},
00022010,Ilm,pact,signed,2018-01-01,reached,,Vor dem Zusammenschluss.,{_SOURCE},
00022020,Jena,council,planned,,,,Undatiert.,Ein Heft ohne Adresse,
00022030,Kirch,talk,held,,,,Nur die Quelle ist datiert.,{_SOURCE},2020-11
"""
TOTALS = (
    f"date,measure,value,note,source_url\n2022,talks,9,Erfunden.,{_SOURCE}\n2023-06,people,70,Erfunden.,{_SOURCE}\n"
)
TARGETS = f"""instrument,date,target,unit,source_url,source_date,retrieved
pact,2019-12-31,3,municipalities,{_SOURCE},2018,2024-06-01
pact,2024-12-31,9,municipalities,{_SOURCE},2018,2024-06-01
council,2030-12-31,4,arrangements,Erfundener Plan,,2024-06-01
"""

INHABITANTS = {
    "00011000": 120_000, "00021010": 9_000, "00021020": 1_500, "00021030": 2_500, "00021040": 800, "00021050": 4_999,
    "00021060": 3_000, "00021070": 200, "00021080": 51_000, "00022015": 6_000, "00022030": 700, "00022040": 20_000,
}  # fmt: skip
"""By key of the municipality, of `COUNTED_ON`: after Ilm and Jena have merged, before Kirch does."""
COUNTED_ON = date(2021, 6, 30)


def register(inhabitants: Mapping[str, int] = INHABITANTS, day: date = COUNTED_ON) -> str:
    """Return a register of inhabitants in the fixed widths of GV100AD: a state, its districts and municipalities."""
    names = dict(zip(municipalities()["ags"], municipalities()["name"], strict=True))
    names |= {"00021050": "Erlen / Wólšina, Stadt"}
    lines = [f"10{day:%Y%m%d}{STATE:<12}Miniland"]
    lines += [f"40{day:%Y%m%d}{key:<12}{name}" for key, name in districts().items()]
    lines += [
        f"60{day:%Y%m%d}{key}0000{names.get(key, key)[:50]:<50}{'':50}64    {100:011}{people:011}{people // 2:011}"
        for key, people in inhabitants.items()
    ]
    return "".join(f"{line:<220}\n" for line in lines)


def draft() -> BoundaryVersionDraft:
    """Return the boundaries as a draft."""
    areas = municipalities().sort_values("ags").reset_index(drop=True)
    return BoundaryVersionDraft(
        boundary_set=STATE,
        starts=STARTS,
        areas=areas,
        changes=changes(),
        district_names=districts(),
        former_names=(("00021050", "Alt-Erlen"),),
        provenance=provenance(),
    )


def write(root: Path) -> Path:
    """Write everything as a data folder and return it."""
    write_edition(draft(), root / "geodata" / STATE / STARTS.isoformat(), "miniland")
    for name, text in (
        ("programmes/mini.toml", PROGRAMME),
        ("participation/mini.csv", RECORDS),
        ("totals/mini.csv", TOTALS),
        ("targets/mini.csv", TARGETS),
    ):
        path = root / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip("\n"), encoding="utf-8")
    (root / SYNTHETIC_MARK).write_text("Alles in diesem Ordner ist erfunden.\n", encoding="utf-8")
    return root


if __name__ == "__main__":
    write(Path(sys.argv[1]))
