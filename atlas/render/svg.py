"""A sheet as SVG: texts stay texts, every municipality is a path with its key, its name and its class."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from markupsafe import Markup, escape

from atlas.model.excerpt import ExcerptKind
from atlas.present.hatches import DOTS, LINES, TILE
from atlas.present.looks import LegendClass
from atlas.present.picture import LegendLine
from atlas.render.fonts import FAMILY, displayable, embedded_faces
from atlas.render.labels import PlacedLabel
from atlas.render.layout import INK, QUIET, PictureLayout, Swatch, Text
from atlas.render.names import dot_radius

_CONTEXT, _EDGE = "#fdfdfc", "#a8a59c"


class _BorderLines(NamedTuple):
    """Colours of the lines of districts and states, and widths in sizes of text."""

    district: str
    district_width: float
    state: str
    state_width: float


_LINES = _BorderLines("#55585f", 0.075, "#3b3e45", 0.12)
_FINE_LINES = _BorderLines("#cbc8bf", 0.04, "#6b6e75", 0.075)
"""Of a whole country: four hundred districts recede behind its states."""
_FAMILY = f"{FAMILY}, Arial, sans-serif"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters XML cannot hold, not even written as numbers."""


def svg(sheet: PictureLayout) -> str:
    """Return the whole picture as a file that stands for itself: typeface, title and description inside."""
    return _document(sheet, Markup("").join(_text(each) for each in sheet.texts), with_faces=True)


def graphics(sheet: PictureLayout) -> str:
    """Return all but the lines of text, without typeface and ground: for a page that sets the texts itself."""
    return displayable(_document(sheet, Markup(), with_faces=False))


def mark_svg(line: LegendLine, text: float) -> str:
    """Return the sign in front of a line of the legend alone, 1.5 by 1.05 of the size of text."""
    swatch = Swatch(text * 0.05, text * 0.05, text * 1.4, text * 0.95, line)
    pattern = _pattern(line.look, "legend", text / 14) if line.look and line.look.hatch != "none" else ""
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}"><defs>{2}</defs>{3}</svg>'
    ).format(_n(text * 1.5), _n(text * 1.05), pattern, _swatch(swatch, text))


def _document(sheet: PictureLayout, texts: Markup, *, with_faces: bool) -> str:
    picture, measures = sheet.picture, sheet.measures
    width, height = _n(measures.width), _n(measures.height)
    faces = Markup("<style>{}</style>").format(Markup(embedded_faces())) if with_faces else Markup()  # noqa: S704 - our own rules
    looks = {each.line.look.key: each.line.look for each in sheet.swatches if each.line.look}
    looks |= {area.look.key: area.look for area in picture.areas.values()}
    hatched = [look for look in looks.values() if look.hatch != "none"]
    scale = measures.text / 14
    on_map = scale / (sheet.frame.scale * sheet.land.unit_m)  # the map's group is scaled, its hatches are not
    patterns = Markup("").join(
        _pattern(look, where, size) for look in hatched for where, size in (("map", on_map), ("legend", scale))
    )
    made = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" lang="{lang}" role="img" '
        'aria-labelledby="title desc" font-family="{family}" fill="{ink}">'
        '<title id="title">{title}</title><desc id="desc">{alt}</desc>{faces}<defs>{patterns}'
        '<clipPath id="map-frame"><rect x="{x}" y="{y}" width="{fw}" height="{fh}"/></clipPath></defs>'
        "{ground}{map}{legend}{texts}</svg>\n"
    ).format(
        w=width,
        h=height,
        lang=picture.lang,
        family=_FAMILY,
        ink=INK,
        ground=Markup('<rect width="{}" height="{}" fill="#ffffff"/>').format(width, height) if texts else Markup(),
        title=picture.title,
        alt=picture.alt,
        faces=faces,
        patterns=patterns,
        x=_n(sheet.frame.box[0]),
        y=_n(sheet.frame.box[1]),
        fw=_n(sheet.frame.box[2] - sheet.frame.box[0]),
        fh=_n(sheet.frame.box[3] - sheet.frame.box[1]),
        map=_map(sheet),
        legend=Markup('<g id="legend">{}</g>').format(
            Markup("").join(_swatch(each, measures.text) for each in sheet.swatches)
        ),
        texts=Markup('<g id="texts">{}</g>').format(texts) if texts else Markup(),
    )
    return _FORBIDDEN.sub("", made)


def _map(sheet: PictureLayout) -> Markup:
    land, frame, picture = sheet.land, sheet.frame, sheet.picture
    text = sheet.measures.text
    unit = frame.scale * land.unit_m
    left, top, _, _ = frame.window
    x, y = frame.box[0] - left * frame.scale, frame.box[1] - top * frame.scale
    fine = text * 0.035 / unit
    ground = sheet.ground
    districts, state = land.borders(frame.window)
    lines = _FINE_LINES if ground.is_one and picture.kind is ExcerptKind.STATE and len(land.states) > 1 else _LINES
    base = _ground(sheet) if ground.is_one else Markup()
    context = Markup("").join(
        Markup(f'<path d="{land.path(position)}"/>')  # noqa: S704 - our own digits
        for position in ground.context
    )
    areas = Markup("").join(_area(sheet, position) for position in ground.areas)
    bodies = Markup("").join(Markup('<path d="{}"/>').format(land.joint(members)) for _, members in picture.bodies)
    own = _own(sheet, unit) if picture.own is not None else Markup()
    return Markup(
        '<g id="map" clip-path="url(#map-frame)"><g transform="translate({x} {y}) scale({unit})" stroke-linejoin="round" fill-rule="evenodd">{base}'
        '<g id="context" fill="{pale}" stroke="#cfccc4" stroke-width="{fine}">{context}</g>'
        '<g id="municipalities" stroke="{edge}" stroke-width="{thin}">{areas}</g>'
        '<g fill="none"><path id="districts" d="{districts}" stroke="{dark}" stroke-width="{line}"/>'
        '<path id="state" d="{state}" stroke="{darker}" stroke-width="{bold}"/>'
        '<g id="bodies" stroke="{ink}" stroke-width="{body}" stroke-dasharray="{dash}">{bodies}</g>{own}</g></g>'
        "{points}{names}</g>{frame}{bar}"
    ).format(
        x=_n(x),
        y=_n(y),
        unit=f"{unit:.6g}",
        pale=_CONTEXT,
        fine=_n(fine),
        base=base,
        context=context,
        edge=_EDGE,
        thin=_n(text * (0.02 if ground.is_one else 0.045) / unit),
        areas=areas,
        districts=districts,
        dark=lines.district,
        line=_n(text * lines.district_width / unit),
        state=state,
        darker=lines.state,
        bold=_n(text * lines.state_width / unit),
        ink=INK,
        body=_n(text * 0.12 / unit),
        dash=f"{_n(text * 0.4 / unit)} {_n(text * 0.22 / unit)}",
        bodies=bodies,
        own=own,
        points=_points(sheet),
        names=_names(sheet),
        frame=_map_frame(sheet) if picture.kind is not ExcerptKind.STATE else Markup(),
        bar=_bar(sheet),
    )


def _ground(sheet: PictureLayout) -> Markup:
    fill = _fill(sheet.ground.look, "map") if sheet.ground.look else _CONTEXT
    return Markup('<path id="ground" fill="{}" d="{}"/>').format(fill, sheet.land.ground(sheet.frame.window))


def _map_frame(sheet: PictureLayout) -> Markup:
    left, top, right, bottom = sheet.frame.box
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="none" stroke="#cfccc4" stroke-width="{}"/>').format(
        _n(left), _n(top), _n(right - left), _n(bottom - top), _n(sheet.measures.text * 0.06)
    )


def _area(sheet: PictureLayout, position: int) -> Markup:
    # Four hundred of these make a state: written without Markup.format, which takes most of the time a file costs.
    area = sheet.picture.areas[position]
    said = escape(f"{area.name}: {area.said}")
    outline = sheet.land.path(position)
    return Markup(  # noqa: S704 - keys and colours are checked at the door, the text is escaped
        f'<path id="ags-{area.ags}" class="{area.look.key}" fill="{_fill(area.look, "map")}" d="{outline}">'
        f"<title>{said}</title></path>"
    )


def _own(sheet: PictureLayout, unit: float) -> Markup:
    path, text = sheet.land.path(sheet.picture.own or 0), sheet.measures.text
    return Markup(
        '<g id="own"><path d="{0}" stroke="#ffffff" stroke-width="{1}"/><path d="{0}" stroke="{2}" stroke-width="{3}"/></g>'
    ).format(path, _n(text * 0.42 / unit), INK, _n(text * 0.22 / unit))


def _points(sheet: PictureLayout) -> Markup:
    picture, radius = sheet.picture, dot_radius(sheet.measures.text)
    colour = picture.point_colour
    placed = [sheet.frame.point(sheet.land.place(position)) for position in picture.points]
    closed = Markup("").join(
        Markup('<circle cx="{}" cy="{}" r="{}"/>').format(_n(x), _n(y), _n(radius)) for x, y in placed
    )
    places = [sheet.land.district_place(key) for key in picture.district_points]
    rings = [sheet.frame.point(place) for place in places if place]
    opened = Markup("").join(
        Markup('<circle cx="{}" cy="{}" r="{}"/>').format(_n(x), _n(y), _n(radius * 1.15)) for x, y in rings
    )
    return Markup(
        '<g id="points">{5}<g fill="{0}" stroke="#ffffff" stroke-width="{1}">{2}</g>'
        '<g fill="#ffffff" stroke="{0}" stroke-width="{3}">{4}</g></g>'
    ).format(colour, _n(radius * 0.3), closed, _n(radius * 0.6), opened, _class_dots(sheet, radius))


def _class_dots(sheet: PictureLayout, radius: float) -> Markup:
    """Return the dots of small areas; below a point of another kind there is a rim of the class's colour."""
    if not sheet.ground.dots:
        return Markup()
    pointed = set(sheet.picture.points)
    dots = Markup("").join(
        Markup('<circle class="{}" cx="{}" cy="{}" r="{}" fill="{}"{}/>').format(
            look.key,
            *map(_n, sheet.frame.point(sheet.land.place(position))),
            _n(radius * (1.9 if position in pointed else 1.3)),
            *_dot_colours(look),
        )
        for position in sheet.ground.dots
        for look in (sheet.picture.areas[position].look,)
    )
    return Markup('<g id="dots" stroke="#ffffff" stroke-width="{}">{}</g>').format(_n(radius * 0.3), dots)


def _dot_colours(look: LegendClass) -> tuple[str, Markup]:
    """Return the fill of a dot, and its rim if that is not white: what is documented only later is hollow."""
    if look.hatch == "rings":
        return look.colour, Markup(' stroke="{}"').format(look.hatch_colour)
    return _fill(look, "legend"), Markup()


def _names(sheet: PictureLayout) -> Markup:
    text = sheet.measures.text
    districts = _labels(sheet.names.district_labels)
    numbers = Markup("").join(
        Markup(
            '<circle cx="{x}" cy="{y}" r="{r}" fill="#ffffff" stroke="{ink}" stroke-width="{line}"/>'
            '<text x="{x}" y="{base}" font-size="{size}" text-anchor="middle">{number}</text>'
        ).format(
            x=_n(each.x),
            y=_n(each.y),
            r=_n(text * 0.56),
            ink=INK,
            line=_n(text * 0.06),
            base=_n(each.y + each.size * 0.33),
            size=_n(each.size),
            number=each.number,
        )
        for each in sheet.names.numbers
    )
    return Markup(
        '<g id="names" text-anchor="middle" stroke="#ffffff" stroke-width="{}" stroke-linejoin="round" paint-order="stroke">'
        '<g fill="{}" letter-spacing="{}">{}</g>{}</g><g id="numbers">{}</g>'
    ).format(_n(text * 0.24), QUIET, _n(text * 0.02), districts, _labels(sheet.names.labels), numbers)


def _labels(labels: Iterable[PlacedLabel]) -> Markup:
    return Markup("").join(
        Markup('<text x="{}" y="{}" font-size="{}"{}>{}</text>').format(
            _n(label.x), _n(y), _n(label.wish.size), Markup(' font-weight="700"') if label.wish.bold else "", line
        )
        for label in labels
        for line, y in label.baselines()
    )


def _bar(sheet: PictureLayout) -> Markup:
    bar = sheet.scale_bar
    tick = bar.size * 0.35
    return Markup(
        '<g id="scale"><path d="M{x} {top}V{y}H{right}V{top}" fill="none" stroke="#ffffff" stroke-width="{halo}"/>'
        '<path d="M{x} {top}V{y}H{right}V{top}" fill="none" stroke="{quiet}" stroke-width="{line}"/>'
        '<text x="{x}" y="{base}" font-size="{size}" fill="{quiet}" stroke="#ffffff" stroke-width="{rim}" '
        'stroke-linejoin="round" paint-order="stroke">{text}</text></g>'
    ).format(
        x=_n(bar.x + 0.5),
        y=_n(bar.y),
        top=_n(bar.y - tick),
        right=_n(bar.x + bar.width),
        quiet=QUIET,
        line=_n(bar.size * 0.1),
        halo=_n(bar.size * 0.4),
        rim=_n(bar.size * 0.24),  # wider ones cover the letter before
        base=_n(bar.y - tick - bar.size * 0.25),
        size=_n(bar.size),
        text=bar.text,
    )


def _swatch(each: Swatch, text: float) -> Markup:
    x, y, width, height = each.x, each.y, each.width, each.height
    middle = (_n(x + width / 2), _n(y + height / 2))
    if each.line.mark == "area" and each.line.look:
        return Markup(
            '<rect class="{}" x="{}" y="{}" width="{}" height="{}" fill="{}" stroke="{}" stroke-width="{}"/>'
        ).format(
            each.line.look.key,
            _n(x),
            _n(y),
            _n(width),
            _n(height),
            _fill(each.line.look, "legend"),
            _EDGE,
            _n(text * 0.06),
        )
    if each.line.mark == "own":
        return Markup(
            '<rect x="{}" y="{}" width="{}" height="{}" fill="#ffffff" stroke="{}" stroke-width="{}"/>'
        ).format(
            _n(x + text * 0.1), _n(y + text * 0.1), _n(width - text * 0.2), _n(height - text * 0.2), INK, _n(text * 0.2)
        )
    if each.line.mark == "body":
        return Markup('<path d="M{} {}h{}" stroke="{}" stroke-width="{}" stroke-dasharray="{} {}"/>').format(
            _n(x), middle[1], _n(width), INK, _n(text * 0.12), _n(text * 0.4), _n(text * 0.22)
        )
    radius, colour = dot_radius(text) * 1.1, each.line.colour
    fill, ring = ("#ffffff", colour) if each.line.mark == "district_point" else (colour, "#ffffff")
    return Markup('<circle cx="{}" cy="{}" r="{}" fill="{}" stroke="{}" stroke-width="{}"/>').format(
        *middle, _n(radius), fill, ring, _n(radius * 0.5)
    )


def _text(each: Text) -> Markup:
    bold = Markup(' font-weight="700"') if each.bold else ""
    anchor = Markup(' text-anchor="{}"').format(each.anchor) if each.anchor != "start" else ""
    return Markup('<text x="{}" y="{}" font-size="{}" fill="{}"{}{}>{}</text>').format(
        _n(each.x), _n(each.y), _n(each.size), each.colour, bold, anchor, escape(each.text)
    )


def _pattern(look: LegendClass, where: str, scale: float) -> Markup:
    """Return the pattern of a look; on the finished page it is as large in the map as in the legend."""
    if look.hatch == "dots":
        dot = Markup('<circle cx="{}" cy="{}" r="{}" fill="{}"/>')
        inner = Markup("").join(dot.format(*middle, DOTS.radius, look.hatch_colour) for middle in DOTS.middles)
    else:
        lines = LINES[look.hatch]
        inner = Markup('<path d="{}" stroke="{}" stroke-width="{:g}" fill="none"/>').format(
            lines.path, look.hatch_colour, lines.width
        )
    return Markup(
        '<pattern id="{name}" patternUnits="userSpaceOnUse" width="{tile}" height="{tile}" patternTransform="scale({scale})">'
        '<rect width="{tile}" height="{tile}" fill="{fill}"/>{inner}</pattern>'
    ).format(name=_pattern_name(look, where), tile=TILE, scale=_n(scale), fill=look.colour, inner=inner)


def _pattern_name(look: LegendClass, where: str) -> str:
    return f"{where}-{look.key.replace('~', '-')}"


def _fill(look: LegendClass, where: str) -> str:
    return look.colour if look.hatch == "none" else f"url(#{_pattern_name(look, where)})"


def _n(value: float) -> str:
    """Return a number with two decimals, without what says nothing; small ones with three digits that count."""
    said = f"{value:.2f}" if abs(value) >= 1 else f"{value:.3g}"
    return said.rstrip("0").rstrip(".") if "." in said and "e" not in said else said
