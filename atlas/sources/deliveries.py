"""Official boundary files in the forms they are delivered in, read by a process of their own."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import geopandas as gpd

from atlas.errors import AtlasError, Problem, Severity
from atlas.phrases import N_
from atlas.sources.apart import run_apart
from atlas.sources.boundary_file import Delivery, ReadingOptions

_MEMORY_BYTES, _CPU_S = 4_000_000_000, 60


def read_delivery(path: Path, reading: ReadingOptions = ReadingOptions()) -> Delivery:  # noqa: B008 - frozen
    """Return the municipalities of an official file, see `atlas.sources.boundary_file.read`.

    Raises `AtlasError` with what is wrong with it, also if reading it takes more than a minute or 4 GB of addresses.
    """
    if not path.exists():
        raise AtlasError(Problem(str(path), N_("Die Datei gibt es nicht.")))
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as said:
        argument = json.dumps({"path": str(path.resolve()), "folder": folder, "reading": asdict(reading)})
        is_done = run_apart(
            "atlas.sources.boundary_file", argument, memory_bytes=_MEMORY_BYTES, cpu_s=_CPU_S, given=None, answer=said
        )
        if not is_done:
            text = N_(
                "Die Datei ist beschädigt oder verlangt zu viel beim Lesen. Bitte als GeoPackage neu ausspielen lassen, mit --state auf ein Land zuschneiden oder ein gröberes Produkt nehmen (VG250)."
            )
            raise AtlasError(Problem(path.name, text))
        said.seek(0)
        answer = json.load(said)
        if "problems" in answer:
            raise AtlasError(*map(_problem, answer["problems"]))
        return Delivery(
            areas=gpd.read_parquet(Path(folder) / "areas.parquet"),
            columns=tuple(answer["columns"]),
            district_names=answer["district_names"],
            as_of=answer["as_of"],
            is_coarse=answer["is_coarse"],
            notes=tuple(map(_problem, answer["notes"])),
        )


def _problem(told: dict[str, Any]) -> Problem:
    told["severity"] = Severity(told["severity"])
    return Problem(**told)
