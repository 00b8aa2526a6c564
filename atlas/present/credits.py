"""What is owed in every file that leaves the page: sources, attribution, and that data are invented if they are."""

from __future__ import annotations

from atlas.present.scene import Scene
from atlas.present.wording import Words


def short_credits(scene: Scene, words: Words) -> tuple[str, ...]:
    """Return the lines for the foot of a picture."""
    lines = (words.label(scene.programme.source_line), scene.edition.provenance.attribution)
    return lines + invented(scene, words)


def full_credits(scene: Scene, words: Words) -> tuple[str, ...]:
    """Return the lines for a data file: as-of date, where the record comes from, long attribution of the boundaries."""
    lines = (
        words.say("Stand: {day}", day=words.day(scene.as_of)),
        words.label(scene.programme.provenance),
        scene.edition.provenance.attribution_long,
    )
    return lines + invented(scene, words)


def invented(scene: Scene, words: Words) -> tuple[str, ...]:
    """Return the sentence that data are invented, if they are."""
    if not scene.snapshot.is_synthetic:
        return ()
    return (words.say("Beispieldaten: Gemeinden, Grenzen und Einträge sind erfunden."),)
