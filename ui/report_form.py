"""Reporting an error of a municipality's entries without a login, and asking what became of it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from atlas.errors import AtlasError
from atlas.model.cases import MOST_TEXT, parse_receipt
from atlas.model.parameters import RECEIPT
from atlas.present.context import ViewContext
from atlas.present.follow_ups import outcome_text
from atlas.render.templates import Pieces
from atlas.sources.store.cases import KEPT_DAYS
from ui import blocks
from ui.cache import contexts, store
from ui.login import connection
from ui.reports_panel import name_today
from ui.state import given_address, words

html = Pieces("follow_ups.html")

_TEXT, _ASKED = "report-text", "report-receipt"
_FILED, _WRITTEN = "_report_filed", "_report_written"


@dataclass
class _Filed:
    """What this session has reported.

    Its fields are plain ones on purpose: see `ui.saving`. A second click must not cost the receipt.

    Attributes
    ----------
    shown, receipt
        The municipality whose page it was filed on, and the receipt, as long as it is shown.
    told
        Why nothing was filed.
    """

    shown: str = ""
    receipt: str = ""
    told: str = ""


def _filed() -> _Filed:
    filed = st.session_state.get(_FILED)
    if not isinstance(filed, _Filed):
        st.session_state[_FILED] = filed = _Filed()
    return filed


def badge(context: ViewContext, ags: str) -> None:
    """Say that somebody has reported an error, and the office looks at it. The page stands without the store, too."""
    try:
        kept = store().store
        waiting = kept.reports.waiting(context.programme.key) if kept else frozenset()
    except AtlasError:
        return
    if waiting & {ags, key_today(context, ags)}:
        said = words()
        text = said.say("Zu diesen Angaben ist eine Meldung eingegangen, die noch geprüft wird.")
        st.html(html.correction_asked(said.say("Korrektur angefragt"), text))


def key_today(drawn: ViewContext, ags: str) -> str:
    """Return the key a municipality of the view's day has today: what is reported is about now."""
    return name_today(contexts().of(drawn.view.but(as_of=None)), ags)[0]


def show(context: ViewContext, ags: str) -> dict[str, str]:
    """Show the form and the field for a receipt; return what of it belongs into the address."""
    said = words()
    _read_address()
    receipt = parse_receipt(st.session_state.get(_ASKED, ""))
    filed = _filed()
    is_filed = bool(filed.receipt) and filed.shown == ags
    is_open = bool(st.session_state.get(_ASKED) or filed.told or is_filed)
    with st.expander(said.say("Fehler melden"), expanded=is_open, icon=":material/flag:", key="report"):
        if is_filed:
            _receipt(filed.receipt)
        else:
            _form(context, ags)
        _ask(context, receipt)
    st.session_state[_WRITTEN] = receipt
    return {RECEIPT.name: receipt} if receipt else {}


def _read_address() -> None:
    """Take the receipt from a link, once: afterwards the field is the truth."""
    given = given_address().query.get(RECEIPT.name, "")
    if given and (given != st.session_state.get(_WRITTEN) or _ASKED not in st.session_state):
        st.session_state[_ASKED] = parse_receipt(given) or ""


def _form(context: ViewContext, ags: str) -> None:
    said = words()
    blocks.small(
        said.say(
            "Stimmt eine der Angaben auf dieser Seite nicht, oder fehlt etwas? Schreiben Sie es hier: Sie brauchen keine "
            "Anmeldung, und wir brauchen keine Angaben zu Ihrer Person. Am besten mit einer Quelle, etwa einem Beschluss."
        )
    )
    with st.form("report", border=False, enter_to_submit=False):
        st.text_area(said.say("Was stimmt nicht?"), key=_TEXT, max_chars=MOST_TEXT, height=120)
        blocks.small(
            said.say(
                "Es lesen nur die Zuständigen; geändert wird erst nach Prüfung. {n} Tage nach der Antwort wird der Text "
                "gelöscht.",
                n=KEPT_DAYS,
            )
        )
        st.form_submit_button(
            said.say("Meldung abschicken"),
            key="report-send",
            on_click=_file,
            args=(context.programme.key, ags, key_today(context, ags)),
        )
    if told := _filed().told:
        st.error(told, icon=":material/error:")


def _file(programme: str, shown: str, ags: str) -> None:
    """File the report and keep its receipt for this session."""
    said, filed = words(), _filed()
    text, filed.told = st.session_state[_TEXT], ""
    try:
        kept = store().store
        if kept is None:
            filed.told = said.say(
                "Hier können gerade keine Meldungen angenommen werden: Der Bestand wird in Dateien geführt."
            )
        elif not filed.receipt or filed.shown != shown:  # otherwise it is a second click, and the receipt is there
            filed.receipt = kept.reports.file(programme, ags, text, connection().client or "")
            filed.shown = shown
            st.session_state[_TEXT] = ""
    except AtlasError as error:
        filed.told = " ".join(map(said.problem, error.problems))


def _receipt(receipt: str) -> None:
    said = words()
    with st.container(key="receipt"):
        text = said.say(
            "Mit dieser Quittung sehen Sie hier später, was daraus geworden ist. Bitte notieren: Sie lässt sich "
            "nicht noch einmal anzeigen."
        )
        more = blocks.part("paragraph", text=text, kind="atlas-small")
        blocks.draw("titled", title=said.say("Danke. Ihre Meldung ist eingegangen."), content=more, role="status")
        st.code(receipt, language=None)
    st.button(said.say("Noch etwas melden"), key="report-again", on_click=_again)


def _again() -> None:
    _filed().receipt = ""


def _ask(drawn: ViewContext, receipt: str | None) -> None:
    """Show the field for a receipt and what became of the report."""
    said = words()
    st.text_input(said.say("Schon gemeldet? Quittung"), key=_ASKED, placeholder="XXXX-XXXX-XXXX", width=300)
    if not st.session_state.get(_ASKED):
        return
    found = None
    try:
        kept = store().store
        if kept is not None and receipt:
            found = kept.reports.of_receipt(receipt)
    except AtlasError as error:
        for problem in error.problems:
            blocks.small(said.problem(problem))
        return
    if found is None:
        blocks.small(said.say("Diese Quittung kennen wir nicht. Bitte genau so eingeben, wie sie angezeigt wurde."))
    else:
        _, name = name_today(contexts().of(drawn.view.but(as_of=None)), found.ags)
        st.html(html.outcome(outcome_text(found, name, words())))
