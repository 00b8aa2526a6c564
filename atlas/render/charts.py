"""Descriptions of charts as Vega-Lite, and from there as SVG and PNG. The only module that imports altair.

The page shows the very SVG that is downloaded: drawn on the server, so that no chart library runs in the browser and
the policy of the page stays strict.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import Literal

import altair as alt
import pandas as pd
import vl_convert

from atlas import phrases
from atlas.model.languages import LANGUAGES
from atlas.present.colours import on_dark
from atlas.present.progress import Curve, DistrictBar, Mark
from atlas.present.wording import Words
from atlas.render.fonts import FAMILY, FOLDER, embedded_faces

vl_convert.register_font_directory(str(FOLDER))
_FONT = f"{FAMILY}, Arial, sans-serif"


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What a chart is drawn on; colours."""

    ink: str
    quiet: str
    """Of text that is secondary."""
    grid: str
    ground: str | None
    """Background; None for none."""
    page: str
    """Of what lies behind it."""
    is_dark: bool = False
    """Whether it has the fills of a dark page."""


LIGHT = Paper(ink="#1d2430", quiet="#5d6470", grid="#e4e2dc", ground=None, page="#ffffff")
DARK = Paper(ink="#f1f3f5", quiet="#b6bcc6", grid="#3a3f47", ground=None, page="#161616", is_dark=True)
PRINT = replace(LIGHT, ground="#ffffff")


def _visible(colour: str, paper: Paper) -> str:
    """Return a fill as it can be seen on the paper."""
    return on_dark(colour) if paper.is_dark else colour


def curve_chart(
    curve: Curve, words: Words, paper: Paper, caption: tuple[str, ...] = (), *, is_narrow: bool = False
) -> dict[str, object]:
    """Return the chart of one instrument over time, as Vega-Lite.

    Steps for municipalities, dashed where they are no beginning, and dashed lines for arrangements; a thin line for what
    is in force where the curve counts all so far; a pale band above for what is documented only later; open diamonds
    for published totals, a dotted line with crosses for targets. With ``caption`` (title first) the chart stands for itself.
    """
    colour = _visible(curve.colour, paper)
    points = curve.points
    time = alt.X(
        "date:T",
        title=None,
        axis=alt.Axis(
            format="’%y" if is_narrow else "%Y", tickCount="year", labelAlign="left", labelOffset=3, labelSeparation=6
        ),
    )
    drawn = int(points[["earliest", "arrangements"]].to_numpy().max())
    top = max([1, drawn, *(mark.value for mark in (*curve.published, *curve.targets))])
    height = alt.Scale(domain=[0, top * 1.06], nice=False)
    value = alt.Y("municipalities:Q", title=None, scale=height)
    layers: list[alt.Chart] = [_band(points, time, value, colour, 0.28)]
    lines = [("arrangements", 1.6, [5, 3])] + ([("in_force", 1.3, [1, 0])] if curve.holding else [])
    for column, width, dash in lines:
        line = alt.Chart(points).mark_line(interpolate="step-after", strokeWidth=width, strokeDash=dash, color=colour)
        layers.append(line.encode(time, alt.Y(f"{column}:Q", title=None, scale=height)))
    layers += _steps(points, time, height, colour, paper.page, 2.6)
    layers += _plan(curve.targets, words, time, height, paper)
    if curve.published:
        told = _dated(curve.published)
        marks = alt.Chart(told).mark_point(
            shape="diamond", size=70, filled=False, strokeWidth=1.6, color=paper.ink, opacity=1
        )
        layers.append(marks.encode(time, alt.Y("value:Q", scale=height)))
        first, last = points["date"].iloc[0], points["date"].iloc[-1]
        has_room = told["date"].iloc[-1] < first + (last - first) * 0.8
        name = alt.Chart(told.tail(1).assign(said=words.say(phrases.PUBLISHED))).mark_text(
            align="left" if has_room else "right",
            dx=9 if has_room else 5,
            dy=0 if has_room else -13,
            baseline="middle" if has_room else "alphabetic",
            color=paper.ink,
            fontSize=12,
        )
        layers.append(name.encode(time, alt.Y("value:Q", scale=height), alt.Text("said:N")))
    layers += _end_labels(curve, words, top, colour)
    return _finished(
        alt.layer(*layers).properties(width=235 if is_narrow else 620, height=190 if is_narrow else 250), paper, caption
    )


def _dated(marks: tuple[Mark, ...]) -> pd.DataFrame:
    return pd.DataFrame([{"date": pd.Timestamp(mark.day), "value": mark.value} for mark in marks])


def _plan(targets: tuple[Mark, ...], words: Words, time: alt.X, scale: alt.Scale, paper: Paper) -> list[alt.Chart]:
    """Return the targets as crosses with their name; between two of them the plan stands at the former."""
    layers: list[alt.Chart] = []
    for unit in dict.fromkeys(mark.unit for mark in targets):
        told = _dated(tuple(mark for mark in targets if mark.unit == unit))
        value = alt.Y("value:Q", scale=scale)
        line = alt.Chart(told).mark_line(interpolate="step-after", strokeDash=[1, 3], strokeWidth=2, color=paper.ink)
        cross = alt.Chart(told).mark_point(shape="cross", size=70, filled=True, color=paper.ink, opacity=1)
        name = alt.Chart(told.assign(said=words.say(phrases.PLAN))).mark_text(
            dy=-12, align="right", color=paper.ink, fontSize=12
        )
        layers += [line.encode(time, value), cross.encode(time, value)]
        layers.append(name.encode(time, value, alt.Text("said:N")))
    return layers


def _band(points: pd.DataFrame, time: alt.X, value: alt.Y, colour: str, opacity: float) -> alt.Chart:
    """Return what is documented only later, above the curve."""
    area: alt.Chart = alt.Chart(points).mark_area(interpolate="step-after", color=colour, opacity=opacity)
    return area.encode(time, value, alt.Y2("earliest"))


def _steps(
    points: pd.DataFrame, time: alt.X, scale: alt.Scale, colour: str, ground: str, width: float
) -> list[alt.Chart]:
    """Return the stock as steps; what of a rise is no beginning but first documented is thin, with an open circle on it."""
    days, stock = points["date"], points["municipalities"]
    turns = [0, *(i for i in range(1, len(points)) if stock[i] != stock[i - 1])]
    flat, sure, unsure = [], [], []
    for at, end in zip(turns, [*turns[1:], len(points) - 1], strict=True):
        flat.append({"date": days[at], "end": days[end], "value": stock[at]})
        if at:
            before, now = stock[at - 1], stock[at]
            known = now - min(max(now - before, 0), points["first_documented"][at])
            sure.append({"date": days[at], "value": before, "end": known})
            unsure.append({"date": days[at], "value": known, "end": now})
    value = alt.Y("value:Q", title=None, scale=scale)
    lines = alt.Chart(pd.DataFrame(flat)).mark_rule(strokeWidth=width, strokeCap="round", color=colour)
    layers = [lines.encode(time, alt.X2("end:T"), value)]
    for rows, thickness in ((sure, width), (unsure, width * 0.4)):
        if drawn := [row for row in rows if row["value"] != row["end"]]:
            rule = alt.Chart(pd.DataFrame(drawn)).mark_rule(color=colour, strokeWidth=thickness)
            layers.append(rule.encode(time, value, alt.Y2("end:Q")))
    if drawn:
        middle = pd.DataFrame([{"date": row["date"], "value": (row["value"] + row["end"]) / 2} for row in drawn])
        circle = alt.Chart(middle).mark_point(
            shape="circle", size=width * 11, filled=True, fill=ground, stroke=colour, strokeWidth=width * 0.5, opacity=1
        )
        layers.append(circle.encode(time, value))
    return layers


def _end_labels(curve: Curve, words: Words, top: int, colour: str) -> list[alt.Chart]:
    """Return the names of the lines at their ends, apart from each other even where the lines meet."""
    told: list[tuple[float, str, Literal[700, 400]]] = [
        (curve.municipalities, words.count(*phrases.N_MUNICIPALITIES, curve.municipalities), 700),
        (curve.arrangements, f"{words.number(curve.arrangements)} {curve.unit}", 400),
    ]
    if curve.holding:
        told.append((curve.in_force, f"{words.number(curve.in_force)} {curve.holding}", 400))
    told.sort(key=lambda each: -each[0])
    last = curve.points["date"].iloc[-1]
    labels = []
    for at, (_, said, weight) in zip(_apart([each[0] for each in told], top * 0.085), told, strict=True):
        frame = pd.DataFrame([{"date": last, "value": at, "said": said}])
        text = alt.Chart(frame).mark_text(align="left", dx=7, color=colour, fontSize=13, fontWeight=weight)
        labels.append(text.encode(alt.X("date:T"), alt.Y("value:Q"), alt.Text("said:N")))
    return labels


def _apart(heights: list[float], least: float) -> list[float]:
    """Return heights, largest first, moved until each stands by ``least`` above the next and none below the ground."""
    placed = [max(height, (len(heights) - 1 - place) * least) for place, height in enumerate(heights)]
    for place in range(len(placed) - 2, -1, -1):
        placed[place] = max(placed[place], placed[place + 1] + least)
    return placed


def small_chart(curve: Curve, paper: Paper, top: int) -> dict[str, object]:
    """Return a small multiple: municipalities over time, on a height all of them share."""
    colour = _visible(curve.colour, paper)
    points = curve.points
    time = alt.X(
        "date:T", title=None, axis=alt.Axis(format="’%y", tickCount="year", labelFontSize=10, labelSeparation=4)
    )
    scale = alt.Scale(domain=[0, top], nice=False)
    value = alt.Y("municipalities:Q", title=None, scale=scale, axis=alt.Axis(tickCount=2, labelFontSize=10))
    area = alt.Chart(points).mark_area(interpolate="step-after", color=colour, opacity=0.25).encode(time, value)
    layers = [area, _band(points, time, value, colour, 0.12), *_steps(points, time, scale, colour, paper.page, 2.2)]
    if curve.holding:
        line = alt.Chart(points).mark_line(interpolate="step-after", color=colour, strokeWidth=1.1)
        layers.append(line.encode(time, alt.Y("in_force:Q", title=None, scale=scale)))
    return _finished(alt.layer(*layers).properties(width=230, height=88), paper, ())


def district_chart(
    bars: tuple[DistrictBar, ...],
    colour: str,
    words: Words,
    paper: Paper,
    caption: tuple[str, ...] = (),
    *,
    is_narrow: bool = False,
) -> dict[str, object]:
    """Return the share of every district as bars, largest first, each with n of N and per cent."""
    told = words.say(phrases.N_OF_TOTAL, n="{n}", total="{total}")
    frame = pd.DataFrame(
        [
            {
                "name": bar.name.replace("Landkreis ", "Lkr. ") if is_narrow else bar.name,
                "share": bar.share,
                "said": f"{words.percent(bar.share)}  ({told.format(n=bar.municipalities, total=bar.total)})",
            }
            for bar in bars
        ]
    )
    top = max([0.05, *(bar.share for bar in bars)])
    place = alt.Y(
        "name:N", sort=None, title=None, axis=alt.Axis(labelLimit=130 if is_narrow else 260, ticks=False, domain=False)
    )
    width = alt.X(
        "share:Q", title=None, axis=None, scale=alt.Scale(domain=[0, top * (2.1 if is_narrow else 1.32)], nice=False)
    )
    drawn = alt.Chart(frame).mark_bar(color=_visible(colour, paper), height=13).encode(width, place)
    text = alt.Chart(frame).mark_text(align="left", dx=5, color=paper.ink, fontSize=12)
    both = alt.layer(drawn, text.encode(width, place, alt.Text("said:N")))
    return _finished(both.properties(width=190 if is_narrow else 430, height=alt.Step(22)), paper, caption)


def _finished(chart: alt.LayerChart | alt.FacetChart, paper: Paper, caption: tuple[str, ...]) -> dict[str, object]:
    if caption:
        chart = chart.properties(
            title=alt.TitleParams(
                caption[0],
                subtitle=list(caption[1:]),
                anchor="start",
                color=paper.ink,
                fontSize=17,
                subtitleColor=paper.quiet,
                subtitleFontSize=11,
                subtitlePadding=6,
                offset=12,
            )
        )
    dressed = (
        chart.configure(
            font=_FONT,
            background=paper.ground or "transparent",
            padding=14 if caption else {"left": 2, "right": 2, "top": 6, "bottom": 2},
        )
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=paper.quiet,
            gridColor=paper.grid,
            domainColor=paper.quiet,
            tickColor=paper.grid,
            labelFontSize=12,
        )
        .configure_axisX(grid=False)
    )
    made: dict[str, object] = dressed.to_dict()
    return made


def svg(spec: dict[str, object], words: Words, alt_text: str) -> str:
    """Return a chart as SVG whose texts are texts, with its description inside the file."""
    locale = LANGUAGES[words.lang].locale
    made = vl_convert.vegalite_to_svg(spec, format_locale=locale, time_format_locale=locale)
    head, _, rest = made.partition(">")
    return f'{head} role="img"><title>{escape(alt_text, quote=False)}</title><style>{embedded_faces()}</style>{rest}'


def png(spec: dict[str, object], words: Words) -> bytes:
    """Return a chart as PNG, twice as fine as on screen."""
    locale = LANGUAGES[words.lang].locale
    made: bytes = vl_convert.vegalite_to_png(spec, scale=2.5, format_locale=locale, time_format_locale=locale)
    return made
