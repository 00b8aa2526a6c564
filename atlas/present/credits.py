"""What is owed in every file that leaves the page: sources, attribution, and that data are invented if they are."""

from __future__ import annotations

from datetime import date

from atlas import phrases
from atlas.model.boundaries import Edition
from atlas.present.scene import Scene
from atlas.present.wording import Words


def short_credits(scene: Scene, words: Words) -> tuple[str, ...]:
    """Return the lines for the foot of a picture."""
    lines = (words.label(scene.programme.source_line), scene.edition.provenance.attribution)
    return lines + invented(scene, words)


def picture_credits(scene: Scene, words: Words) -> tuple[str, ...]:
    """Return the lines for the foot of a picture: record, boundaries with their licence, and that data are invented."""
    about = scene.edition.provenance
    licence = about.licence_url.removeprefix("https://").removeprefix("www.").rstrip("/")
    boundaries = words.say("Grenzen: {attribution}, {licence}", attribution=about.attribution, licence=licence)
    return (
        words.label(scene.programme.source_line),
        boundaries if licence else about.attribution,
        *invented(scene, words),
    )


def full_credits(scene: Scene, words: Words) -> tuple[str, ...]:
    """Return the lines for a data file: as-of date, where the record comes from, long attribution of the boundaries."""
    lines = (
        words.say(phrases.AS_OF_DAY, day=words.day(scene.as_of)),
        words.label(scene.programme.provenance),
        scene.edition.provenance.attribution_long,
    )
    return lines + invented(scene, words)


def boundary_credits(edition: Edition, day: date, words: Words, *, is_synthetic: bool) -> tuple[str, ...]:
    """Return the lines for a file of boundaries alone: date and long attribution."""
    lines = (words.say(phrases.AS_OF_DAY, day=words.day(day)), edition.provenance.attribution_long)
    return lines + _invented(words, is_synthetic=is_synthetic)


def invented(scene: Scene, words: Words) -> tuple[str, ...]:
    """Return the sentence that data are invented, if they are."""
    return _invented(words, is_synthetic=scene.snapshot.is_synthetic)


def _invented(words: Words, *, is_synthetic: bool) -> tuple[str, ...]:
    if not is_synthetic:
        return ()
    return (words.say(phrases.INVENTED_DATA),)
