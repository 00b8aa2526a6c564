"""What is owed in every file that leaves the page: sources, attribution, and that data are invented if they are."""

from __future__ import annotations

from datetime import date

from atlas import phrases
from atlas.model.boundaries import BoundaryVersion
from atlas.present.context import ViewContext
from atlas.present.population import register_sentence
from atlas.present.wording import Words


def short_credits(context: ViewContext, words: Words) -> tuple[str, ...]:
    """Return the lines for the foot of a picture."""
    return _foot(context, context.edition.provenance.attribution, words)


def picture_credits(context: ViewContext, words: Words) -> tuple[str, ...]:
    """Return the lines for the foot of a picture: record, boundaries with their licence, and that data are invented."""
    about = context.edition.provenance
    licence = about.licence_url.removeprefix("https://").removeprefix("www.").rstrip("/")
    boundaries = words.say("Grenzen: {attribution}, {licence}", attribution=about.attribution, licence=licence)
    return _foot(context, boundaries if licence else about.attribution, words)


def _foot(context: ViewContext, boundaries: str, words: Words) -> tuple[str, ...]:
    return words.label(context.programme.source_line), boundaries, *invented(context, words)


def full_credits(context: ViewContext, words: Words) -> tuple[str, ...]:
    """Return the lines for a data file: as-of date, where the record comes from, long attribution of the boundaries, register of inhabitants."""
    lines = (
        words.say(phrases.AS_OF_DAY, day=words.day(context.as_of)),
        words.label(context.programme.provenance),
        context.edition.provenance.attribution_long,
        *filter(None, [register_sentence(context, words)]),
    )
    return lines + invented(context, words)


def boundary_credits(boundaries: BoundaryVersion, day: date, words: Words, *, is_synthetic: bool) -> tuple[str, ...]:
    """Return the lines for a file of boundaries alone: date and long attribution."""
    lines = (words.say(phrases.AS_OF_DAY, day=words.day(day)), boundaries.provenance.attribution_long)
    return lines + _invented(words, is_synthetic=is_synthetic)


def invented(context: ViewContext, words: Words) -> tuple[str, ...]:
    """Return the sentence that data are invented, if they are."""
    return _invented(words, is_synthetic=context.snapshot.is_synthetic)


def _invented(words: Words, *, is_synthetic: bool) -> tuple[str, ...]:
    if not is_synthetic:
        return ()
    return (words.say(phrases.INVENTED_DATA),)
