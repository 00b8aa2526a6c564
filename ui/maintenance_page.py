"""The page behind the gate. What it shows is for those with a right to it; the gate only says why others see nothing."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from atlas.model.rights import Right
from atlas.present.detail import position_of
from atlas.present.scene import Scene
from atlas.web.door import Reason, Standing
from ui import follow_ups_panel, reports_panel
from ui.cache import current_scene
from ui.frame import foot, head
from ui.login import current_standing, log_in, role_name
from ui.state import words, write_address


def show() -> None:
    """Show the page."""
    drawn = current_scene()
    with head(drawn):
        pass
    standing = current_standing()
    if standing.actor.may(Right.READ_INTERNAL):
        _inside(drawn, standing)
    else:
        _gate(standing)
    foot(drawn)
    write_address()


def _inside(drawn: Scene, standing: Standing) -> None:
    said = words()
    st.html(
        Markup('<h2>{}</h2><p class="atlas-text">{} · {}</p>').format(
            said.say("Pflege"), standing.actor.name, role_name(standing.actor.role, said)
        )
    )
    position = position_of(drawn.status, drawn.view.municipality) if drawn.view.municipality else None
    if position is not None:
        line = drawn.day.lines[position][0]
        st.html(Markup("<h2>{}</h2>").format(line.name))
        follow_ups_panel.show(drawn, line.ags)
    reports_panel.show(drawn)


def _gate(standing: Standing) -> None:
    """Say what lies behind, and what the way in is."""
    said = words()
    st.html(
        Markup('<h2>{}</h2><p class="atlas-text">{}</p><p class="atlas-text" role="status">{}</p>').format(
            said.say("Pflege"),
            said.say("Hier werden die Angaben gepflegt, aus denen die öffentliche Karte entsteht."),
            said.say(_why(standing.reason)),
        )
    )
    if standing.may_log_in:
        st.button(said.say("Anmelden"), type="primary", key="gate-log-in", on_click=log_in)


def _why(reason: Reason) -> str:
    text = {
        Reason.NO_LOGIN: (
            "Diese Anwendung ist öffentlich und nur zum Lesen: Es ist keine Anmeldung eingerichtet. Wie man sie "
            "einschaltet, steht in docs/operations.md und docs/login.md."
        ),
        Reason.NOT_LOCAL: (
            "Die Bearbeitung ist nur auf dem Rechner selbst offen, auf dem die Anwendung läuft, und nur ohne "
            "zwischengeschalteten Server. Näheres steht in docs/login.md."
        ),
        Reason.LOGGED_OUT: "Bitte melden Sie sich an.",
        Reason.TOO_OLD: "Ihre Anmeldung ist älter als acht Stunden. Bitte melden Sie sich neu an.",
        Reason.ENDED: "Ihre Anmeldung wurde beendet. Bitte melden Sie sich neu an.",
        Reason.NOT_LISTED: (
            "Sie sind angemeldet, haben hier aber kein Recht. Bitte wenden Sie sich an die Stelle, die diese Anwendung "
            "betreibt."
        ),
        Reason.NO_RIGHTS: (
            "Sie sind angemeldet, aber die Tabelle der Rechte ist gerade nicht benutzbar. Bitte sagen Sie der Stelle "
            "Bescheid, die diese Anwendung betreibt; was zu tun ist, zeigt ihr: python -m atlas check"
        ),
    }
    return text[reason]
