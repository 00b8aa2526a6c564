"""Headings of lists, in one place: the same column is called the same on every page and in every file."""

from __future__ import annotations

import pandas as pd

from atlas import phrases
from atlas.present.wording import Words


def headings(words: Words, *columns: str) -> dict[str, str]:
    """Return the headings of some columns of lists, in the order asked for; ``KeyError`` for an unknown one."""
    known = {
        "name": words.say(phrases.MUNICIPALITY),
        "district": words.say(phrases.DISTRICT),
        "instrument": words.say(phrases.INSTRUMENT),
        "stage": words.say(phrases.STAGE),
        "what": words.say("Veränderung"),
        "reason": words.say(phrases.REASON),
        "before": words.say("vorher"),
        "after": words.say("nachher"),
        "since": words.say(phrases.SINCE),
        "reached": words.say(phrases.REACHED),
        "last_proof": words.say(phrases.LAST_DOCUMENTED),
        "ends": words.say("letzter Tag"),
        "date": words.say(phrases.DATE),
        "days": words.say("Tage"),
        "limit": words.say("Höchstdauer"),
        "newest": words.say("neueste Angabe"),
        "joint_with": words.say("gemeinsam"),
        "note": words.say(phrases.NOTE),
        "source": words.say(phrases.SOURCE),
    }
    return {column: known[column] for column in columns}


def titles_of(rows: pd.DataFrame, words: Words) -> dict[str, str]:
    """Return the headings of a list: of all its columns but ``places``, which says where its names lead."""
    return headings(words, *rows.columns.drop("places", errors="ignore"))
