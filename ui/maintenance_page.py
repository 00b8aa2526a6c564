"""The page behind the gate. What it shows is for those with a right to it; the gate only says why others see nothing."""

from __future__ import annotations

import streamlit as st

from atlas import phrases
from atlas.model.parameters import PART, MaintenancePart
from atlas.model.rights import Right
from atlas.model.view import page_address
from atlas.phrases import N_
from atlas.present.context import ViewContext
from atlas.present.handbook import IMPORT_CHAPTER
from atlas.web.authenticator import Reason, Standing
from ui import blocks, entries_panel, intake_panel, log_panel, reports_panel, targets_panel
from ui.cache import current_context
from ui.frame import foot, head
from ui.login import current_standing, log_in, role_name
from ui.state import Keys, given_address, seed, words, write_address

_WHY = {
    Reason.NO_LOGIN: (
        N_(
            "Diese Anwendung ist öffentlich und nur zum Lesen: Es ist keine Anmeldung eingerichtet. Wie man sie "
            "einschaltet, steht in docs/operations.md und docs/login.md."
        )
    ),
    Reason.NOT_LOCAL: (
        N_(
            "Die Bearbeitung ist nur auf dem Rechner selbst offen, auf dem die Anwendung läuft, und nur ohne "
            "zwischengeschalteten Server. Näheres steht in docs/login.md."
        )
    ),
    Reason.LOGGED_OUT: N_("Bitte melden Sie sich an."),
    Reason.TOO_OLD: N_("Ihre Anmeldung ist älter als acht Stunden. Bitte melden Sie sich neu an."),
    Reason.ENDED: N_("Ihre Anmeldung wurde beendet. Bitte melden Sie sich neu an."),
    Reason.NOT_LISTED: (
        N_("Sie sind angemeldet, haben hier aber kein Recht. Bitte wenden Sie sich an die Betreiber dieser Anwendung.")
    ),
    Reason.NO_RIGHTS: (
        N_(
            "Sie sind angemeldet, aber die Tabelle der Rechte ist gerade nicht benutzbar. Bitte sagen Sie den "
            "Betreibern dieser Anwendung Bescheid; was zu tun ist, zeigt ihnen: python -m atlas check"
        )
    ),
}
"""What is told to whom the gate does not let in."""


def show() -> None:
    """Show the page."""
    context = current_context()
    standing = current_standing()
    more: dict[str, str] = {}
    asked = given_address().read(PART, MaintenancePart.ENTRIES)
    part = st.session_state.get(Keys.PART) or asked
    head(context, chapter=IMPORT_CHAPTER if part is MaintenancePart.INTAKE else "")
    if standing.actor.may(Right.READ_INTERNAL):
        more = _inside(context, standing, part)
    else:
        _gate(standing)
    foot(context)
    write_address(more)


def _inside(context: ViewContext, standing: Standing, part: MaintenancePart) -> dict[str, str]:
    """Show the chosen part; return what belongs into the address beside the view."""
    said = words()
    who = f"{standing.actor.name} · {role_name(standing.actor.role, said)}"
    blocks.draw("section", title=said.say(phrases.MAINTENANCE), text=who)
    address = page_address("ueber", context.view.but(municipality=None))
    blocks.draw("link", address=f"{address}#pruefung", label=said.say(phrases.FIT_TO_PUBLISH), kind="atlas-text")
    parts = {
        MaintenancePart.ENTRIES: (said.say(phrases.ENTRIES), entries_panel.show),
        MaintenancePart.INTAKE: (said.say(phrases.IMPORT), intake_panel.show),
        MaintenancePart.REPORTS: (said.say("Meldungen"), reports_panel.show),
        MaintenancePart.TARGETS: (said.say(phrases.TARGETS), targets_panel.show),
        MaintenancePart.LOG: (said.say("Verlauf"), log_panel.show),
    }
    seed(Keys.PART, part)
    chosen = st.segmented_control(
        said.say("Teil"),
        list(parts),
        format_func=lambda each: parts[each][0],
        required=True,
        key=Keys.PART,
        label_visibility="collapsed",
    )
    part = chosen or MaintenancePart.ENTRIES
    _, show_part = parts[part]
    show_part(context)
    return {} if part is MaintenancePart.ENTRIES else {PART.name: part.value}


def _gate(standing: Standing) -> None:
    """Say what lies behind, and what the way in is."""
    said = words()
    text = said.say("Hier werden die Angaben gepflegt, aus denen die öffentliche Karte entsteht.")
    blocks.draw("section", title=said.say(phrases.MAINTENANCE), text=text, status=said.say(_WHY[standing.reason]))
    if standing.may_log_in:
        st.button(said.say(phrases.LOG_IN), type="primary", key="gate-log-in", on_click=log_in)
