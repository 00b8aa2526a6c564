"""Headings of lists, in one place: the same column is called the same on every page and in every file."""

from __future__ import annotations

from atlas.present.wording import Words


def headings(words: Words, *columns: str) -> dict[str, str]:
    """Return the headings of some columns of lists, in the order asked for; ``KeyError`` for an unknown one."""
    known = {
        "name": words.say("Gemeinde"),
        "district": words.say("Kreis"),
        "instrument": words.say("Baustein"),
        "stage": words.say("Stufe"),
        "what": words.say("Veränderung"),
        "reason": words.say("Grund"),
        "before": words.say("vorher"),
        "after": words.say("nachher"),
        "since": words.say("seit"),
        "reached": words.say("erreicht"),
        "last_proof": words.say("zuletzt belegt"),
        "ends": words.say("letzter Tag"),
        "date": words.say("Datum"),
        "days": words.say("Tage"),
        "limit": words.say("Grenze"),
        "newest": words.say("neueste Angabe"),
        "joint_with": words.say("gemeinsam"),
        "note": words.say("Anmerkung"),
        "source": words.say("Quelle"),
    }
    return {column: known[column] for column in columns}
