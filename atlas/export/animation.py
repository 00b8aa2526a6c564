"""The months of the map as a file to take home: the pictures of `atlas.export.pictures`, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from atlas.export.pictures import dots, draw
from atlas.model.excerpt import Excerpt, Size
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.film import build_film, film_legend
from atlas.present.map_spec import MapSpec
from atlas.present.wording import Words
from atlas.render.animation import gif

_MONTH_MS, _LAST_MS = 220, 3000


def film_gif(contexts: ViewContexts, context: ViewContext, words: Words) -> bytes:
    """Return the months of a view's layer as an animated GIF, with date, legend with counts and sources in every frame.

    Months in which nothing changes lengthen the frame before. Runs once.
    """
    excerpt = Excerpt((context.district,) if context.district else (), Size.FILM, labels=False)
    view = context.view.but(municipality=None)
    frames, lasting = [], []
    film = build_film(context, contexts.today())
    like = replace(film[-1], legend=film_legend(film))
    for spec, months in _lasting(film):
        drawn = draw(contexts, view.but(as_of=spec.as_of), excerpt, words, like=like)
        frames.append(dots(drawn))
        lasting.append(_MONTH_MS * months)
    lasting[-1] = _LAST_MS
    return gif(frames, lasting)


def _lasting(film: Sequence[MapSpec]) -> Iterator[tuple[MapSpec, int]]:
    """Yield each map that differs from the one before, and for how many months it holds; the last always."""
    kept, months = film[0], 0
    for spec in film:
        if months and (spec.codes, spec.points) != (kept.codes, kept.points):
            yield kept, months
            kept, months = spec, 0
        months += 1
        kept = spec
    yield kept, months
