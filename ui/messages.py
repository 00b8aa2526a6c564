"""What a visitor is told when something is wrong: a sentence with place and cure, never a traceback."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from atlas.analysis.difference import Answer, Question
from atlas.analysis.values import Finding
from atlas.errors import AtlasError, Problem, Severity
from atlas.model.languages import SOURCE_LANGUAGE
from atlas.phrases import N_
from atlas.present.fitness import on_screen
from atlas.present.intake import choice_label
from atlas.present.wording import Words
from ui import blocks
from ui.state import words

_log = logging.getLogger("atlas")
_SHOWN = 20
_NEW = ""
"""The choice that is no answer."""


def show_problems(error: AtlasError) -> None:
    """Show every problem of the data instead of the page, the first twenty in full."""
    said = words()
    st.error(
        said.count(
            "Die Daten können gerade nicht gezeigt werden: {n} Befund muss behoben werden.",
            "Die Daten können gerade nicht gezeigt werden: {n} Befunde müssen behoben werden.",
            len(error.problems),
        ),
        icon=":material/error:",
    )
    for problem in error.problems[:_SHOWN]:
        st.text(on_screen(problem, said))  # plain text: a finding quotes what stands in the file
    if len(error.problems) > _SHOWN:
        st.text(said.say("… und {n} weitere. Alle zeigt: python -m atlas check", n=len(error.problems) - _SHOWN))


def show_finding(*problems: Problem) -> None:
    """Show findings beside what they are about. They may quote what somebody typed: text, never markdown."""
    for problem in problems:
        blocks.draw("paragraph", text=words().problem(problem), kind=f"finding {problem.severity.value}", role="alert")


def show_absent(error: AtlasError) -> None:
    """Say what of an order there is none of, as places on another day: a sentence each, without the parameter's name."""
    show_finding(*(replace(each, place="") for each in error.problems))


def show_findings(findings: Sequence[Finding], where: Sequence[str] = ()) -> None:
    """Show findings about typed entries, what blocks first, each sentence once; ``where`` names the entries."""
    order = list(Severity)
    told: dict[str, Problem] = {}
    for each in sorted(findings, key=lambda each: order.index(each.severity)):
        if each.severity is Severity.NOTE or not each.line:
            continue
        place = ", ".join(filter(None, (where[each.line - 1] if where else "", each.column)))
        problem = Problem(place, each.text, dict(each.values), each.severity)
        told.setdefault(words().problem(problem), problem)
    show_finding(*told.values())


def ask(question: Question, label: str, key: str, on_change: Callable[[], None] | None = None) -> None:
    """Ask what a new entry is that resembles others: a new one, unless somebody chooses otherwise."""
    options: list[Answer | str] = [_NEW, *question.choices]  # None would be no choice at all
    st.radio(
        label,
        options,
        index=options.index(question.answer or _NEW),
        format_func=lambda chosen: choice_label(answer_of(chosen), words(), question.near),
        key=key,
        on_change=on_change,
        persist_state="session",
    )


def answer_of(chosen: object) -> Answer | None:
    """Return the answer that a choice is; None for a new entry, and where nothing was asked."""
    return chosen if isinstance(chosen, Answer) else None


def on_script_error(error: Exception) -> bool:
    """Log an unforeseen error under a number and tell the visitor that number only."""
    number = secrets.token_hex(4)
    _log.error("error %s", number, exc_info=error, extra={"error_number": number})
    text = N_(
        "Das hat nicht geklappt. Bitte die Seite neu laden. Bleibt der Fehler, hilft uns die Nummer {number} weiter."
    )
    st.error(_in_language(text, number), icon=":material/error:")
    return True


def _in_language(text: str, number: str) -> str:
    try:
        return words().say(text, number=number)
    except Exception:  # noqa: BLE001 - the last line of defence must not fail itself
        return Words(SOURCE_LANGUAGE).say(text, number=number)
