"""Where the data lie."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """The data folder: a root with ``geodata/`` and ``data/`` inside."""

    root: Path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Return the settings: ``ATLAS_DATA_DIR`` if set, else the repository this file lies in."""
        given = (os.environ if environment is None else environment).get("ATLAS_DATA_DIR", "")
        return cls(Path(given).resolve() if given else Path(__file__).resolve().parents[2])
