"""The field in which a day is typed or chosen, and what is said below it: of a day refused, of one ahead.

What is typed is always the first of the list, so Enter takes it as it stands and never an offered day that resembles it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import streamlit as st

from atlas import phrases
from atlas.errors import AtlasError
from atlas.present.context import ViewContext
from atlas.present.day_choice import chosen_day, day_ahead, offered_days, year_earlier
from atlas.present.detail import as_of_sentence
from ui import blocks
from ui.cache import today
from ui.state import Keys, change_view, current_view, seed, words

_TODAY = "today"
_YEAR_BEFORE = "year before"
_WIDTH, _WIDE = 248, 260
"""In pixels: of the longest day in English; of one with a word."""


@dataclass(frozen=True)
class _Field:
    """One field for a day."""

    key: Keys
    title: str
    offered: Sequence[str]
    label: Callable[[str], str]
    """How an offered text, or a day as ISO text, is shown."""
    read: Callable[[str], date | None]
    """Gives what the view holds for a text."""
    held: date | None
    """What the view holds."""
    otherwise: str
    """The offered text that stands for None."""


def as_of(context: ViewContext) -> None:
    """Show the choice of the cut-off date."""
    said, now = words(), today()

    def label(text: str) -> str:
        if text == _TODAY:
            return said.say("Stand heute, {day}", day=said.day(now))
        return said.say(phrases.AS_OF, day=said.day(date.fromisoformat(text)))

    def read(text: str) -> date | None:
        return None if text == _TODAY else chosen_day(context, text, today())

    offered = [_TODAY, *(day.isoformat() for day in offered_days(context, now))]
    field = _Field(Keys.AS_OF, said.say(phrases.AS_OF_DATE), offered, label, read, context.view.as_of, _TODAY)
    _show(field, lambda day: change_view(as_of=day), "collapsed")


def since(context: ViewContext) -> None:
    """Show the choice of the day that the cut-off date is compared with."""
    said = words()

    def label(text: str) -> str:
        if text == _YEAR_BEFORE:
            return said.say("ein Jahr vorher: {day}", day=said.day(year_earlier(context)))
        return said.day(date.fromisoformat(text))

    def read(text: str) -> date | None:
        return None if text == _YEAR_BEFORE else chosen_day(context, text, today()) or today()

    days = [day.isoformat() for day in offered_days(context, today()) if day < context.as_of]
    title = said.say("verglichen mit dem")
    field = _Field(Keys.SINCE, title, [_YEAR_BEFORE, *days], label, read, context.view.since, _YEAR_BEFORE)
    _show(field, lambda day: change_view(since=day), "visible")


def _show(field: _Field, change: Callable[[date | None], None], visibility: Literal["visible", "collapsed"]) -> None:
    _seed(field, _text(field))
    st.selectbox(
        field.title,
        field.offered,
        format_func=field.label,  # what is typed stands as it is: Streamlit shows texts that this fails for
        key=field.key,
        placeholder="15.3.2022, Q2 2022 …",
        label_visibility=visibility,
        accept_new_options=True,
        filter_mode="contains",
        on_change=lambda: _taken(field, change),
        width=_WIDTH if visibility == "collapsed" else _WIDE,
    )


def _seed(field: _Field, text: str) -> None:
    """Put a text into the field, also where it is there already and is now shown in other words, as today is after midnight.

    The browser would keep the former words, and send them later as if somebody had typed them.
    """
    seed(field.key, text)
    label = field.label(text) if text in field.offered else ""
    before = st.session_state.get(Keys.SHOWN_DAYS, {})
    former = before.get(field.key, ("", ""))
    if former[0] == text and former[1] != label:
        st.session_state[field.key] = text
    st.session_state[Keys.SHOWN_DAYS] = {**before, field.key: (text, label)}


def _text(field: _Field) -> str:
    """Return the text in the field: what was typed, as long as it means what the view holds; a new one costs 370 bytes."""
    try:
        typed = str(st.session_state[field.key])
        if field.read(typed) == field.held:
            return typed
    except (AtlasError, KeyError):
        pass
    return field.held.isoformat() if field.held else field.otherwise


def _taken(field: _Field, change: Callable[[date | None], None]) -> None:
    try:
        change(field.read(st.session_state[field.key] or ""))
    except AtlasError as error:
        _refuse(field.key, error)
    else:
        st.session_state.pop(Keys.REFUSED_DAY, None)


def days_of(context: ViewContext, key: Keys) -> list[str]:
    """Return the days in a field for several as ISO text; one that is typed and means none is refused and left out."""
    days = []
    st.session_state.pop(Keys.REFUSED_DAY, None)
    for text in st.session_state[key]:
        try:
            days.append((chosen_day(context, text, today()) or today()).isoformat())
        except AtlasError as error:
            _refuse(key, error)
    return days


def _refuse(key: Keys, error: AtlasError) -> None:
    seed(Keys.REFUSED_DAY, (key, current_view(), error.problems))


def refusal(key: Keys = Keys.AS_OF) -> None:
    """Say why the day typed last was refused, until another is taken, the view or the page changes.

    Call last in the row of the field: then nothing below it moves to another place and is made anew.
    """
    refused = st.session_state.get(Keys.REFUSED_DAY)
    if refused and refused[:2] == (key, current_view()):
        for problem in refused[2]:
            blocks.draw("paragraph", text=words().problem(problem), kind="finding warning refused", role="status")


def meaning(context: ViewContext) -> None:
    """Say what the cut-off date means for the map, and of a day ahead that it is one."""
    blocks.small(" ".join(filter(None, [as_of_sentence(context, words()), ahead(context)])))


def ahead(context: ViewContext) -> str:
    """Return what is said of a cut-off date that is ahead; nothing of others."""
    found = day_ahead(context.as_of, today(), words())
    return words().problem(found) if found else ""
