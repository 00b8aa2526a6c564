"""The months of the map as a file to take home."""

from __future__ import annotations

from datetime import date

import geopandas as gpd

from atlas.model.boundaries import Level
from atlas.present.credits import short_credits
from atlas.present.film import build_film
from atlas.present.scene import Scene
from atlas.present.wording import Words
from atlas.render.animation import gif
from atlas.sources.boundaries import read_geometry


def film_gif(scene: Scene, today: date, words: Words) -> bytes:
    """Return the months of a view's layer as an animated GIF, with date, counts, sources and attribution inside."""
    edition = scene.edition
    shapes = read_geometry(edition, Level.OVERVIEW).geometry
    districts = gpd.read_parquet(edition.folder / "districts.parquet").geometry
    return gif(build_film(scene, today), scene, (shapes, districts), short_credits(scene, words), words)
