"""The months of a map as an animated GIF: the first drawn whole, then what changes from one to the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from atlas.export.pictures import dots, lands_of
from atlas.model.excerpt import Excerpt, Size
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.film import build_film, film_legend
from atlas.present.map_spec import MapSpec
from atlas.present.picture import build_picture, picture_view
from atlas.present.wording import Words
from atlas.render.animation import gif
from atlas.render.labels import Box
from atlas.render.layout import PictureLayout, lay_out
from atlas.render.raster import Pixels

_MONTH_MS, _LAST_MS = 220, 3000


def film_gif(contexts: ViewContexts, context: ViewContext, words: Words) -> bytes:
    """Return the months of a view's layer as an animated GIF, with date, legend with counts and sources in every frame.

    Months in which nothing changes lengthen the frame before. Runs once.
    """
    excerpt = Excerpt((context.district,) if context.district else (), Size.FILM, labels=False)
    view = context.view.but(municipality=None, tiles=False)
    film = build_film(contexts, context)
    like = replace(film[-1], legend=film_legend(film))
    lasting = [(spec, _MONTH_MS * months) for spec, months in _lasting(film)]
    lasting[-1] = (film[-1], _LAST_MS)

    def laid_out(spec: MapSpec) -> PictureLayout:
        shown = contexts.of(picture_view(view.but(as_of=spec.as_of), excerpt), spec)
        picture = build_picture(shown, excerpt, words, like=like)
        return lay_out(picture, excerpt.size, lands_of(shown, picture.areas), words)

    sample = np.vstack([dots(laid_out(spec)) for spec in (film[0], film[len(film) // 2], film[-1])])
    return gif(_frames(laid_out(spec) for spec, _ in lasting), [lasts for _, lasts in lasting], sample)


def _lasting(film: Sequence[MapSpec]) -> Iterator[tuple[MapSpec, int]]:
    """Yield the last of every run of maps that show the same, and of how many months it is."""
    for _, alike in groupby(film, lambda spec: (spec.codes, spec.points, spec.district_points)):
        months = list(alike)
        yield months[-1], len(months)


def _frames(sheets: Iterator[PictureLayout]) -> Iterator[Pixels]:
    """Yield every picture as dots. Of the map only what surrounds a change is drawn anew, the rest is that of the frame before."""
    before = next(sheets)
    frame = dots(before)
    yield frame
    for sheet in sheets:
        changed = _changed(before, sheet)
        frame = dots(sheet) if changed is None else _drawn_over(frame, sheet, changed)
        yield frame
        before = sheet


def _changed(before: PictureLayout, now: PictureLayout) -> list[Box] | None:
    """Return where two maps differ, left, top, right, bottom on the page; None if they are not in the same place."""
    if (before.frame, before.ground.look) != (now.frame, now.ground.look):
        return None
    one, other = _marks(before), _marks(now)
    gone = {_box(before, positions) for _, positions in one - other}
    return list(gone | {_box(now, positions) for _, positions in other - one})


def _marks(sheet: PictureLayout) -> set[tuple[object, tuple[int, ...]]]:
    """Return everything a map shows that may become another, each with the positions of where it is."""
    picture = sheet.picture
    context = {("context", (position,)) for position in sheet.ground.context}
    areas = {(area.look.key, (position,)) for position, area in picture.areas.items()}
    points = {("point", (position,)) for position in picture.points}
    districts = {
        (key, tuple(each for each, area in picture.areas.items() if area.ags.startswith(key)))
        for key in picture.district_points
    }
    return context | areas | points | districts | set(picture.bodies)


def _box(sheet: PictureLayout, positions: Iterable[int]) -> Box:
    """Return what municipalities take of the page, with their lines and dots."""
    left, top, right, bottom = sheet.land.bounds(positions)
    (x0, y0), (x1, y1) = sheet.frame.point((left, top)), sheet.frame.point((right, bottom))
    rim = sheet.measures.text
    return x0 - rim, y0 - rim, x1 + rim, y1 + rim


def _drawn_over(frame: Pixels, sheet: PictureLayout, changed: Sequence[Box]) -> Pixels:
    """Return a frame with what has changed, and what stands beside the map, as it is on ``sheet``."""

    def near(positions: Sequence[int]) -> tuple[int, ...]:
        boxes = {each: _box(sheet, [each]) for each in positions}
        return tuple(each for each in positions if any(_meet(boxes[each], box) for box in changed))

    ground, picture = sheet.ground, sheet.picture
    bodies = tuple(each for each in picture.bodies if any(_meet(_box(sheet, each[1]), box) for box in changed))
    picture = replace(picture, points=near(picture.points), bodies=bodies)
    lefts, tops, rights, bottoms = zip(*changed or [sheet.frame.box], strict=True)
    window = (*sheet.frame.place((min(lefts), min(tops))), *sheet.frame.place((max(rights), max(bottoms))))
    ground = replace(
        ground, window=window, context=near(ground.context), areas=near(ground.areas), dots=near(ground.dots)
    )
    made = dots(replace(sheet, ground=ground, picture=picture))
    drawn = made.copy()
    for source, box in ((frame, sheet.frame.box), *((made, each) for each in changed)):
        x0, y0, x1, y1 = (max(round(each * sheet.measures.dots), 0) for each in box)
        drawn[y0:y1, x0:x1] = source[y0:y1, x0:x1]
    return drawn


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
