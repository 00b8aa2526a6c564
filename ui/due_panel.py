"""The Monday list on the steering page: overdue and coming next steps, for those who may read what is internal."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from atlas import phrases
from atlas.errors import AtlasError
from atlas.model.rights import Right
from atlas.model.view import ViewState, page_address, view_to_query
from atlas.present.context import ViewContext
from atlas.present.follow_ups import DueRow, due_rows, due_titles
from atlas.present.steering import area_of
from atlas.render.templates import Pieces
from atlas.web.internal import KEY, PREFIX, about
from ui import blocks
from ui.cache import contexts, store, today
from ui.frame import site_address
from ui.login import calendar_key, current_actor, door
from ui.state import words

html = Pieces("follow_ups.html")

_FILES = f"{PREFIX.strip('/')}/wiedervorlagen"


def show(drawn: ViewContext) -> None:
    """Show the list of the chosen area as it is today, whatever day the page shows; nothing to visitors."""
    actor = current_actor()
    if not actor.may(Right.READ_INTERNAL):
        return
    said = words()
    now = contexts().of(drawn.view.but(as_of=None))
    try:
        kept = store().store
        if kept is None:
            return
        # Asked anew for every run and never kept in a cache: those are shared with visitors.
        rows = due_rows(now, kept.follow_ups.current(actor, drawn.programme.key), today(), said)
    except AtlasError as error:  # the public part of the page does not need them
        for problem in error.problems:
            st.error(said.problem(problem), icon=":material/error:")
        return
    with st.container(key="wiedervorlagen"):
        blocks.draw("section", title=said.say("Wiedervorlagen"), text=_count(rows))
        if rows:
            titles = due_titles(said)
            st.html(html.due_list(rows, titles, lambda ags: page_address("pflege", drawn.view.but(municipality=ags))))
        with st.container(horizontal=True, vertical_alignment="center", key="wiedervorlagen-dateien"):
            st.html(Pieces("parts.html").files(_files(now)), width="content")
            _subscription(now)
    blocks.heading(said.say("Aus den öffentlichen Angaben"))


def _count(rows: list[DueRow]) -> str:
    said = words()
    if not rows:
        return said.say(
            "Hier ist nichts vorgemerkt. Nächste Schritte trägt man auf der Seite „Pflege“ bei der Gemeinde ein."
        )
    late = sum(row.is_late for row in rows)
    late_said = said.say("{n} überfällig", n=said.number(late))
    return " · ".join((late_said, said.say("{n} weitere", n=said.number(len(rows) - late))))


def _query(now: ViewContext) -> dict[str, str]:
    """Return what the files need of the view: place and language. An area there is none of would be refused."""
    area = area_of(now)
    kept = ViewState(
        programme=now.view.programme, area=area.key if area else None, district=None if area else now.district
    )
    return view_to_query(kept.but(lang=now.view.lang))


def _files(now: ViewContext) -> list[tuple[str, str]]:
    """Return address and label of each file."""
    said, query = words(), _query(now)
    return [
        (_address("csv", query | {"form": "excel"}), said.say(phrases.TABLE_AS_CSV_FOR_GERMAN_EXCEL)),
        (_address("csv", query), said.say(phrases.TABLE_AS_CSV)),
        (_address("ics", query), said.say("Kalenderdatei (.ics)")),
    ]


def _address(ending: str, query: dict[str, str]) -> str:
    return f"{_FILES}.{ending}{'?' if query else ''}{urlencode(query)}"


def _subscription(now: ViewContext) -> None:
    """Show the address calendar programs ask; it is a secret of this person, for they can't log in."""
    said = words()
    is_local = door().settings.provider is None
    key = "" if is_local else calendar_key(about(now))
    with st.popover(said.say("Kalender abonnieren"), icon=":material/calendar_month:", key="kalender"):
        if not key and not is_local:
            blocks.small(
                said.say(
                    "Eine eigene Kalenderadresse bekommt, wer in der Tabelle der Rechte mit der E-Mail-Adresse steht. Über eine "
                    "Gruppe geht nur die Kalenderdatei."
                )
            )
            return
        address = _address("ics", _query(now) | ({KEY: key} if key else {}))
        st.code(f"{site_address()}/{address}", language=None, wrap_lines=True)
        blocks.small(
            said.say("Diese Adresse gilt nur auf diesem Rechner.")
            if is_local
            else said.say(
                "Diese Adresse ist persönlich: Wer sie kennt, sieht die nächsten Schritte dieses Bereichs, solange Sie das "
                "Recht dazu haben. Notizen stehen nicht darin. Bitte nicht weitergeben."
            )
        )
