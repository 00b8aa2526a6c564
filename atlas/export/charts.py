"""The charts of the progress page as files: the same for the screen and for taking home."""

from __future__ import annotations

from atlas import phrases
from atlas.analysis.progress import Course
from atlas.present.charts import Chart, Use
from atlas.present.context import ViewContext
from atlas.present.credits import short_credits
from atlas.present.progress import Curve, chosen_instrument, district_bars
from atlas.present.wording import Words
from atlas.render.charts import DARK, LIGHT, PRINT, curve_chart, district_chart, png, small_chart, svg

_PAPERS = {
    Use.LIGHT: LIGHT,
    Use.DARK: DARK,
    Use.NARROW_LIGHT: LIGHT,
    Use.NARROW_DARK: DARK,
    Use.FILE: PRINT,
}


def chart_svg(
    context: ViewContext, course: Course, curves: tuple[Curve, ...], chart: Chart, use: Use, words: Words
) -> bytes:
    """Return a chart of the view as SVG; ``curves`` are those of all instruments, from `build_curves`."""
    spec, alt_text = _spec(context, course, curves, chart, use, words)
    return svg(spec, words, alt_text).encode()


def chart_png(context: ViewContext, course: Course, curves: tuple[Curve, ...], chart: Chart, words: Words) -> bytes:
    """Return a chart of the view as PNG, with title, date and sources."""
    return png(_spec(context, course, curves, chart, Use.FILE, words)[0], words)


def _spec(
    context: ViewContext, course: Course, curves: tuple[Curve, ...], chart: Chart, use: Use, words: Words
) -> tuple[dict[str, object], str]:
    paper = _PAPERS[use]
    is_narrow = use in (Use.NARROW_LIGHT, Use.NARROW_DARK)
    instrument = chosen_instrument(context)
    curve = next(each for each in curves if each.instrument == instrument.key)
    place = (
        context.edition.district_name(context.district)
        if context.district
        else words.label(context.programme.territory)
    )
    sources = (words.say(phrases.AS_OF_DAY, day=words.day(context.as_of)), *short_credits(context, words))
    if chart is Chart.SMALL:
        top = max(1, *(int(each.points["earliest"].max()) for each in curves))
        return small_chart(curve, paper, top), curve.alt
    if chart is Chart.CURVE:
        lines = (f"{curve.label}: {place}", *curve.legend, *sources) if use is Use.FILE else ()
        return curve_chart(curve, words, paper, lines, is_narrow=is_narrow), curve.alt
    title = words.say(phrases.SHARE_BY_DISTRICT, what=curve.label)
    bars = district_bars(context, instrument)
    lines = (title, *sources) if use is Use.FILE else ()
    return district_chart(bars, curve.colour, words, paper, lines, is_narrow=is_narrow), title


def chart_stem(context: ViewContext, chart: Chart) -> str:
    """Return the name of a chart's file without its ending."""
    return f"praeventionsatlas-{context.programme.key}-{chart}-{chosen_instrument(context).key}-{context.as_of}"
