"""The import gate on screen: a table checked, compared with the record, and taken in once confirmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from atlas import phrases
from atlas.analysis.columns import HEADINGS, READABLE, SETTABLE
from atlas.analysis.difference import Answer, Difference, StepKind, applied
from atlas.errors import AtlasError, Problem, Severity
from atlas.export.tables import excel_csv
from atlas.intake.gate import ImportedTable, Terms, difference_table, findings_table, read_intake
from atlas.intake.templates import TEMPLATES
from atlas.model.edits import Edit
from atlas.model.programme import OVERVIEW
from atlas.model.rights import Right, require
from atlas.phrases import N_
from atlas.present.changes import Changes, build_effect, change_rows
from atlas.present.context import ViewContext, preview
from atlas.present.entries import edit_item
from atlas.present.headings import headings
from atlas.present.intake import (
    difference_tally,
    erasing_items,
    group_rows,
    group_titles,
    grouped,
    question_items,
    tally,
)
from atlas.present.map_spec import counted_legend
from atlas.render.html import legend_line, list_table
from atlas.render.templates import Pieces
from atlas.sources.spreadsheets import ON_SCREEN
from ui import blocks, map_panel, saving
from ui.cache import contexts, store, today
from ui.login import current_actor
from ui.messages import answer_of, ask, show_finding
from ui.state import words

html = Pieces("intake.html")

entries_html = Pieces("entries.html")

_RECEIVED, _ROUND = "_intake", "_intake_round"
_WHOLE, _ERASE, _REASON = "intake-whole", "intake-erase", "intake-reason"
_COLUMN, _ANSWER, _SET = "intake-column-", "intake-answer-", "intake-set-"
_SHEET, _HEADER, _KNOWN = "intake-set-sheet", "intake-set-header", "_intake_known"
_MOST_MEMBERS = 300
_ASKED = SETTABLE[:8]
"""What the page asks for all rows; the command line takes the rest as well."""
_MOST_FINDINGS, _MOST_STEPS, _OPEN_UNTIL = 200, 100, 10
_MIME = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv"}


@dataclass
class _Received:
    """A file somebody has uploaded. Nothing of it is in the record.

    Attributes
    ----------
    mapping
        Field by heading, where somebody has said so.
    settings
        What holds for all rows, by field.
    sheet, header
        Which sheet to read and where its headings stand, if somebody has said so.
    answers
        What somebody has said of rows that resemble entries, by line.
    delivery
        What was found in it; None before the check, and where no table could be read.
    was_old
        Whether it was checked again because the record had changed.
    effect
        What it would change on the map, and whether that is with everything missing withdrawn, with what erases.
    offered
        With which choices the button was drawn. A choice made in the last moment reaches the server with the click:
        the button would save what nobody has seen.
    """

    name: str
    body: bytes
    mapping: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    sheet: str = ""
    header: int | None = None
    answers: dict[int, Answer] = field(default_factory=dict)
    is_recalled: bool = False
    delivery: ImportedTable | None = None
    checked: tuple[object, ...] = ()
    was_old: bool = False
    problems: tuple[Problem, ...] = ()
    effect: tuple[tuple[bool, bool], Changes] | None = None
    offered: tuple[object, ...] = ()
    is_saved: bool = False


def show(context: ViewContext) -> None:
    """Show the way in for files, and what the one at the gate would change; a sentence to who may not import."""
    said = words()
    actor = current_actor()
    if not actor.may(Right.EDIT):
        blocks.text(said.say("Tabellen einlesen kann, wer Einträge bearbeiten darf."))
        return
    if store().store is None:
        blocks.text(said.say(phrases.RECORD_IN_FILES))
        return
    saving.show()
    received = _waiting()
    _upload(context)
    if received is None:
        return
    _check(context, received)
    blocks.draw("heading", text=received.name, level=3, kind="written")
    if received.delivery is not None:
        _delivery(context, received, received.delivery)
    else:
        show_finding(*received.problems)


def _waiting() -> _Received | None:
    """Return the file at the gate; one that has been saved makes way for the next."""
    received = st.session_state.get(_RECEIVED)
    if isinstance(received, _Received) and received.is_saved:
        for key in (_RECEIVED, _WHOLE, _ERASE, _REASON):
            st.session_state.pop(key, None)
        st.session_state[_ROUND] = int(st.session_state.get(_ROUND, 0)) + 1
        return None
    return received if isinstance(received, _Received) else None


def _upload(context: ViewContext) -> None:
    said = words()
    blocks.text(
        said.say(
            "Eine Tabelle aus Excel, LibreOffice oder als CSV, auch eine bloße Mitgliederliste. Erst wird geprüft und gezeigt, was sich ändern würde; gespeichert wird "
            "nur, was Sie danach bestätigen."
        )
    )
    key = f"intake-file-{st.session_state.get(_ROUND, 0)}"
    st.file_uploader(
        said.say("Tabelle (.xlsx, .ods oder .csv, bis {most} MB)", most=ON_SCREEN.body_bytes // 1_000_000),
        type=["xlsx", "ods", "csv", "tsv", "txt"],
        key=key,
        on_change=_receive,
        args=(key,),
        width=560,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        blocks.text(said.say("Leere Vorlage:"), width="content")
        for form, make in TEMPLATES.items():
            st.download_button(
                f".{form}",
                data=lambda make=make: make(context.programme, said),  # type: ignore[misc]
                file_name=said.say("vorlage") + f".{form}",
                mime=_MIME[form],
                key=f"intake-template-{form}",
                type="tertiary",
                icon=":material/download:",
                on_click="ignore",
            )


def _receive(key: str) -> None:
    """Take over what was uploaded, or that it was taken away. No choice made for the file before holds for it."""
    chosen = [each for each in st.session_state if str(each).startswith((_COLUMN, _ANSWER, _SET))]
    for name in (_RECEIVED, _WHOLE, _ERASE, *chosen):
        st.session_state.pop(name, None)
    uploaded = st.session_state.get(key)
    if uploaded is not None:
        saving.forget()
        st.session_state[_RECEIVED] = _Received(uploaded.name, uploaded.getvalue())


def _check(context: ViewContext, received: _Received) -> None:
    """Check the file, unless that was done with the same record, day, mapping and answers already."""
    snapshot = context.snapshot
    state = (snapshot.fingerprint, context.programme.key, today(), *_told(received), *received.answers.items())
    if received.checked == state:
        return
    received.was_old = bool(received.checked) and received.checked[0] != snapshot.fingerprint
    received.checked, received.delivery, received.effect = state, None, None
    if received.was_old:
        received.problems = ()  # what is said instead: that it was compared again
        _forget_answers(received)  # they may be about other entries now
    terms = Terms(
        today(), context.programme.key, received.mapping, answers=received.answers,
        settings=received.settings, sheet=received.sheet, header=received.header,
    )  # fmt: skip
    try:
        with st.spinner(words().say("Die Tabelle wird geprüft …")):
            received.delivery = read_intake(received.body, received.name, snapshot, terms)
        known = _known().get(_shape(received.delivery), ({}, {}))
        if any(known) and not (received.is_recalled or any(_told(received))):
            received.is_recalled, received.checked = True, ()
            received.mapping, received.settings = map(dict, known)
            _check(context, received)
    except AtlasError as error:
        received.problems = error.problems


def _told(received: _Received) -> tuple[object, ...]:
    """Return what somebody has said of how to read the file."""
    return *received.mapping.items(), *received.settings.items(), received.sheet, received.header


def _known() -> dict[tuple[str, ...], tuple[dict[str, str], dict[str, str]]]:
    """Return mapping and settings of the files saved in this session, by shape."""
    known: dict[tuple[str, ...], tuple[dict[str, str], dict[str, str]]] = st.session_state.setdefault(_KNOWN, {})
    return known


def _shape(delivery: ImportedTable) -> tuple[str, ...]:
    return delivery.programme, *(column.heading for column in delivery.intake.columns)


def _delivery(context: ViewContext, received: _Received, delivery: ImportedTable) -> None:
    said = words()
    intake = delivery.intake
    if received.was_old:
        text = N_("Der Bestand hat sich seit der Prüfung geändert. Die Datei wurde noch einmal mit ihm verglichen.")
        show_finding(Problem("", text, severity=Severity.NOTE))
    if received.is_recalled:
        text = N_("Zuordnung und Angaben für alle Zeilen sind die der letzten Datei mit diesen Überschriften.")
        show_finding(Problem("", text, severity=Severity.NOTE))
    blocks.text(tally(intake, said))
    if intake.is_blocked:
        text = N_(
            "Nichts wird übernommen, solange noch Fehler da sind. Bitte die Tabelle berichtigen und neu hochladen."
        )
        if intake.is_incomplete:
            text = N_("Nichts wird übernommen, solange etwas fehlt. Bitte unten angeben oder zuordnen.")
        show_finding(Problem("", text))
    _for_all_rows(context, received, delivery)
    _mapping(received, delivery)
    if intake.findings:
        groups = grouped(intake.findings)
        rows = group_rows(groups[:_MOST_FINDINGS], said, context.programme, _MOST_MEMBERS)
        st.html(html.findings(group_titles(said), rows))
        blocks.more(len(groups) - _MOST_FINDINGS)
        _download(
            said.say("Alle Befunde als CSV"),
            said.say("befunde"),
            lambda: findings_table(intake.findings, said, context.programme),
        )
    if not intake.is_blocked:
        _difference(context, received, delivery)


def _for_all_rows(context: ViewContext, received: _Received, delivery: ImportedTable) -> None:
    """Ask for what the file has no column for; open if it needs something."""
    said = words()
    has = {column.field for column in delivery.intake.columns}
    asked = [name for name in _ASKED if name not in has and name != "instrument"]
    if not asked or not delivery.intake.columns:
        return
    is_open = delivery.intake.is_incomplete or bool(received.settings)
    with st.expander(said.say(phrases.FOR_ALL_ROWS), expanded=is_open, width=blocks.WIDTH):
        blocks.small(
            said.say("Was die Datei nicht sagt, einmal für alle Zeilen. Wo eine Zeile es selbst sagt, gilt das.")
        )
        widest, *halves = st.container(), *st.columns(2, gap="small")
        for at, name in enumerate(asked, "status" not in asked):
            options, given = _options(context, name), received.settings.get(name, "")
            label = said.say(phrases.INSTRUMENT_AND_STAGE) if name == "status" else said.label(HEADINGS[name])
            common: dict[str, Any] = {"key": f"{_SET}{name}", "on_change": _set, "args": (name,)}
            place = widest if name == "status" else halves[1 - at % 2]
            if options:
                index = list(options).index(given) if given in options else 0
                place.selectbox(label, list(options), index=index, format_func=options.__getitem__, **common)
            else:
                hint = {"source_url": received.name, "retrieved": said.day(today())}.get(name)
                place.text_input(label, value=given, placeholder=hint, **common)


def _options(context: ViewContext, name: str) -> dict[str, str]:
    """Return the values of a field there are, with their names; empty if anything may stand in it."""
    said = words()
    if name == "status":
        rungs = {
            each.ref: f"{said.label(each.instrument.label)}: {said.label(each.stage.label)}"
            for each in context.programme.rungs
        }
        return {"": "–"} | rungs
    means = {"reached": said.say(phrases.REACHED), "known_by": said.say(phrases.AT_THE_LATEST)}
    return {"": "–"} | means if name == "date_means" else {}


def _set(name: str) -> None:
    received, chosen = st.session_state.get(_RECEIVED), st.session_state.get(f"{_SET}{name}")
    if isinstance(received, _Received):
        received.settings[name] = str(chosen or "").strip()
        if not received.settings[name]:
            del received.settings[name]


def _mapping(received: _Received, delivery: ImportedTable) -> None:
    """Show what each column is read as, to be changed; open if something needed was not found."""
    said = words()
    columns, preview = delivery.intake.columns, delivery.intake.preview
    if not columns:
        return
    fields = ["", *READABLE]
    labels = {name: said.label(HEADINGS[name]) for name in fields[1:]} | {"": said.say("nicht lesen")}
    is_open = not {"ags", "municipality"} & {column.field for column in columns}
    with st.expander(said.say("Welche Spalte was bedeutet"), expanded=is_open, width=blocks.WIDTH):
        left, right = st.columns([1.3, 1], gap="small", vertical_alignment="bottom")
        if len(delivery.sheets) > 1:
            at = delivery.sheets.index(delivery.sheet)
            left.selectbox(said.say("Blatt"), delivery.sheets, index=at, key=_SHEET, on_change=_look_elsewhere)
        label, help_ = said.say("Zeile der Überschriften"), said.say("0, wenn es keine gibt.")
        line = delivery.intake.header_line
        right.number_input(label, min_value=0, value=line, step=1, key=_HEADER, help=help_, on_change=_look_elsewhere)
        for column in columns:
            left, right = st.columns([1.3, 1], gap="small", vertical_alignment="center")
            cells = [row[column.position] for _, row in preview if column.position < len(row) and row[column.position]]
            left.html(blocks.part("column", heading=column.heading, sample=cells[0][:60] if cells else ""))
            right.selectbox(
                said.say("Spalte {n}", n=column.position + 1),
                fields,
                index=fields.index(column.field),
                format_func=labels.__getitem__,
                key=f"{_COLUMN}{column.position}",
                label_visibility="collapsed",
                on_change=_assign,
                args=(column.heading, column.position),
            )


def _look_elsewhere() -> None:
    """Take over another sheet or line of headings; what was said of columns was about others."""
    received = st.session_state.get(_RECEIVED)
    if not isinstance(received, _Received) or received.delivery is None:
        return
    sheet = st.session_state.get(_SHEET, received.sheet)
    if sheet != received.delivery.sheet:
        received.sheet, received.header = str(sheet), None
        st.session_state.pop(_HEADER, None)
    else:
        received.header = int(st.session_state[_HEADER])
    received.mapping.clear()
    for key in [each for each in st.session_state if str(each).startswith(_COLUMN)]:
        st.session_state.pop(key)


def _assign(heading: str, position: int) -> None:
    received, chosen = st.session_state.get(_RECEIVED), st.session_state.get(f"{_COLUMN}{position}")
    if isinstance(received, _Received) and isinstance(chosen, str):
        received.mapping[heading] = chosen


# ---- what would change ------------------------------------------------------------------------------------------------


def _difference(context: ViewContext, received: _Received, delivery: ImportedTable) -> None:
    said = words()
    difference = delivery.intake.difference
    blocks.heading(said.say("Was sich ändern würde"))
    blocks.text(difference_tally(difference, said))
    _questions(context, difference)
    may_erase = _erasing(context, difference)
    is_whole = False
    if difference.of(StepKind.MISSING):
        label = said.say("Die Datei ist der ganze Bestand: was in ihr fehlt, wird zurückgezogen ({n} Einträge)",
                         n=said.number(len(difference.of(StepKind.MISSING))))  # fmt: skip
        is_whole = st.toggle(label, key=_WHOLE)
    edits = delivery.edits(is_whole=is_whole, may_erase=may_erase)
    if not edits:
        blocks.text(said.say(phrases.NOTHING_TO_SAVE))
        return
    _map(context, received, edits, (is_whole, may_erase))
    label = said.count("{n} Änderung im Einzelnen", "{n} Änderungen im Einzelnen", len(edits))
    with st.expander(label, expanded=len(edits) <= _OPEN_UNTIL, width=blocks.WIDTH):
        before = {step.entry: step.old for step in difference.steps if step.old}
        st.html(entries_html.items(edit_item(each, before, context.programme, said) for each in edits[:_MOST_STEPS]))
        blocks.more(len(edits) - _MOST_STEPS)
        _download(
            said.say("Alle Änderungen als CSV"),
            said.say("aenderungen"),
            lambda: difference_table(difference, is_whole=is_whole),
        )
    with blocks.place():
        show_finding(*received.problems)
    received.offered = _choices(received)
    with st.form("intake", border=False, enter_to_submit=False):
        help_ = said.say(phrases.SHOWN_IN_LOG)
        st.text_input(
            said.say(phrases.REASON),
            key=_REASON,
            placeholder=said.say("etwa: Meldung der Kreise"),
            help=help_,
            width=560,
        )
        label = said.count(*phrases.SAVE_N_CHANGES, len(edits))
        st.form_submit_button(label, type="primary", key="intake-save", on_click=_save)


def _questions(context: ViewContext, difference: Difference) -> None:
    """Ask of each new row that resembles entries what it is; unless somebody says otherwise it is a new entry."""
    asked = difference.questions[:_MOST_STEPS]
    if not asked:
        return
    said = words()
    label = said.count("{n} Zeile ähnelt einem Eintrag", "{n} Zeilen ähneln Einträgen", len(difference.questions))
    with st.expander(label, expanded=len(difference.questions) <= _OPEN_UNTIL):
        blocks.text(
            said.say(
                "Wo Sie nichts anderes sagen, wird die Zeile ein neuer Eintrag neben dem bekannten; beide können in den Zahlen zählen."
            )
        )
        for each in asked:
            with st.container(border=True, key=f"intake-question-{each.line}"):
                st.html(html.beside(question_items(each, context.programme, said)))
                ask(each, said.say("Zeile {n} ist", n=each.line), f"{_ANSWER}{each.line}", partial(_answer, each.line))
        blocks.more(len(difference.questions) - len(asked))


def _answer(line: int) -> None:
    received, answer = st.session_state.get(_RECEIVED), answer_of(st.session_state.get(f"{_ANSWER}{line}"))
    if isinstance(received, _Received):
        received.answers.pop(line, None)
        if answer:
            received.answers[line] = answer


def _forget_answers(received: _Received) -> None:
    for line in received.answers:
        st.session_state.pop(f"{_ANSWER}{line}", None)
    received.answers.clear()


def _erasing(context: ViewContext, difference: Difference) -> bool:
    """List what would take known values away; return whether that is wanted, which nobody but a person says."""
    erasing = difference.erasing
    if not erasing:
        return False
    said = words()
    with st.container(border=True, key="intake-erasing"):
        label = said.count(
            "{n} Zeile würde leeren oder ersetzen, was der Bestand schon weiß",
            "{n} Zeilen würden leeren oder ersetzen, was der Bestand schon weiß",
            len(erasing),
        )
        blocks.draw("titled", title=label)
        st.html(entries_html.items(erasing_items(erasing[:_MOST_STEPS], context.programme, said)))
        blocks.more(len(erasing) - _MOST_STEPS)
        return st.checkbox(said.say("Auch das übernehmen; sonst bleibt das Bekannte stehen"), key=_ERASE)


def _map(drawn: ViewContext, received: _Received, edits: list[Edit], chosen: tuple[bool, bool]) -> None:
    """Show which municipalities would be something else: of the whole state and on all instruments, as the file is."""
    said = words()
    now = contexts().of(drawn.view.but(as_of=None, layer=OVERVIEW, district=None, municipality=None, looks=frozenset()))
    if received.effect is None or received.effect[0] != chosen:
        received.effect = (chosen, build_effect(now, preview(now, applied(now.records.table, edits, now.as_of))))
    effect = received.effect[1]
    left, right = st.columns([2.2, 1], gap="medium")
    with left:
        map_panel.show_effect(now, effect.spec)
    with right:
        blocks.heading(said.say("Auf der Karte von heute"), level=3)
        st.html(legend_line(counted_legend(effect.spec.legend, said)))
        text = said.say(
            "Änderungen an Anmerkungen, Quellen oder früheren Stufen sieht man hier nicht; sie stehen darunter."
        )
        blocks.small(text)
    if effect.table.empty:
        return
    count = len(effect.table)
    label = said.count("{n} Veränderung auf der Karte", "{n} Veränderungen auf der Karte", count)
    with st.expander(label, width=blocks.WIDTH):
        first = replace(effect, table=effect.table.head(_MOST_STEPS))
        rows = change_rows(first, now, said)[["name", "instrument", "before", "after"]]
        blocks.draw("wide", content=list_table(rows, headings(said, *rows.columns)))
        blocks.more(count - _MOST_STEPS)


def _choices(received: _Received) -> tuple[object, ...]:
    whole, erase = (bool(st.session_state.get(key)) for key in (_WHOLE, _ERASE))
    return (whole, erase, *_told(received), *received.answers.items())


def _save() -> None:
    """Save what was shown, by the right of this very moment; nothing else, and only once."""
    received = st.session_state.get(_RECEIVED)
    if not isinstance(received, _Received) or received.delivery is None or received.is_saved:
        return
    delivery, reason = received.delivery, str(st.session_state.get(_REASON, "")).strip()
    received.problems = () if reason else (Problem(words().say(phrases.REASON), phrases.SAY_WHY),)
    if received.offered != _choices(received):
        text = N_(
            "Ihre letzte Auswahl ändert, was gespeichert würde. Bitte ansehen und noch einmal auf Speichern klicken."
        )
        received.problems = (Problem("", text),)
    if received.problems:
        return
    try:
        require(current_actor(), Right.EDIT)
        delivery.require_current(store().current())
        whole, erase = (bool(st.session_state.get(key)) for key in (_WHOLE, _ERASE))
        edits = delivery.edits(is_whole=whole, may_erase=erase)
        occasion = delivery.occasion(reason)
        received.is_saved = saving.patiently(
            lambda: store().save(current_actor(), delivery.programme, edits, occasion, delivery.head), tries=1
        )
        _known()[_shape(delivery)] = (dict(received.mapping), dict(received.settings))
    except AtlasError as error:
        received.problems = error.problems


def _download(label: str, name: str, make: Callable[[], pd.DataFrame]) -> None:
    st.download_button(
        label,
        data=lambda: excel_csv(make()),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=f"intake-download-{name}",
        type="tertiary",
        icon=":material/download:",
        on_click="ignore",
    )
