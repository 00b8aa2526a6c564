"""The form for one entry: new, corrected or withdrawn; also for several municipalities at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from atlas import phrases
from atlas.analysis.columns import HEADINGS
from atlas.analysis.typed import Checked, Typed, check_typed
from atlas.analysis.values import Finding
from atlas.errors import AtlasError, Problem
from atlas.model.edits import Change, ChangeKind, Occasion, Record, Version, Withdraw, missing_reason
from atlas.model.snapshot import Snapshot
from atlas.phrases import N_
from atlas.present.context import ViewContext
from atlas.present.entries import (
    Rung,
    as_written,
    entries_at,
    keys_of_place,
    places,
    rung_label,
    rungs,
    seen,
)
from atlas.present.intake import question_text
from atlas.present.wording import Words
from ui import blocks, saving
from ui.cache import contexts, store, today
from ui.login import current_actor
from ui.messages import answer_of, ask, show_finding, show_findings
from ui.state import current_view, look_at, words

_DRAFT = "_entry_draft"
(
    _PLACES, _RUNG, _DATE, _MEANS, _UNTIL, JOINT, _CASE, _NOTE, _SOURCE, _SOURCE_DATE, _RETRIEVED, _INFERRED, _REASON,
) = _FIELDS = (
    "entry-places", "entry-rung", "entry-date", "entry-means", "entry-until", "entry-joint", "entry-case", "entry-note",
    "entry-source", "entry-source-date", "entry-retrieved", "entry-inferred", "entry-reason",
)  # fmt: skip
_ANSWER = "entry-answer-"
"""And the number of the question."""


@dataclass
class EntryDraft:
    """An entry somebody is writing.

    Attributes
    ----------
    place
        Key of the place whose entries stand around it.
    base
        What the form was filled from.
    seen
        The place's entries, with versions, as they were when it was last shown.
    news
        What others have written meanwhile, as long as it stands beside the form.
    checked
        What the last attempt to save it has found.
    """

    programme: str
    place: str
    base: Typed
    seen: frozenset[tuple[int, int]]
    is_withdrawal: bool = False
    news: tuple[Version, ...] = ()
    checked: Checked | None = None
    problems: tuple[Problem, ...] = ()
    is_saved: bool = False

    @property
    def is_new(self) -> bool:
        """Return whether it is not in the record yet."""
        return not self.base.entry


def begin(context: ViewContext, place: str, base: Typed | None, *, is_withdrawal: bool = False) -> None:
    """Begin a draft: of a new entry without ``base``."""
    new = Typed(Record(place, "", "", "", retrieved=today().isoformat()))
    _fill(EntryDraft(context.programme.key, place, base or new, seen(entries_at(context, place)), is_withdrawal))
    saving.forget()


def draft_of(programme: str, place: str) -> EntryDraft | None:
    """Return the draft of a place; None if there is none there."""
    draft = _open()
    return draft if draft and (draft.programme, draft.place) == (programme, place) else None


def _open() -> EntryDraft | None:
    draft = st.session_state.get(_DRAFT)
    return draft if isinstance(draft, EntryDraft) and not draft.is_saved else None


def _fill(draft: EntryDraft) -> None:
    record = as_written(draft.base.record, words())
    rung = (record.instrument, record.status)
    values = (
        [record.ags], rung if rung[0] else None, record.date, record.date_means or "reached", record.until,
        record.joint_with or None, record.case, record.note, record.source_url, record.source_date,
        record.retrieved, bool(record.inferred), "",
    )  # fmt: skip
    _forget_answers()
    st.session_state[_DRAFT] = draft
    st.session_state.update(zip(_FIELDS, values, strict=True))


def show(context: ViewContext, draft: EntryDraft) -> None:
    """Show the form of a draft, and before it what others have written since it was begun."""
    said = words()
    _look_for_news(context, draft)
    with blocks.place():
        if draft.news:
            _show_news(context, draft)
    with st.form("entry", border=False, enter_to_submit=False):
        if draft.is_withdrawal:
            blocks.heading(said.say("Diesen Eintrag zurückziehen"), level=3)
        else:
            _fields(context, draft)
        help_ = said.say(phrases.REASON_HINT)
        st.text_input(said.say(phrases.REASON), key=_REASON, help=help_, persist_state="session")
        with blocks.place():
            show_finding(*draft.problems)
            if draft.checked is not None:
                show_findings(draft.checked.findings)
            _questions(context, draft)
        checked = draft.checked
        warned = checked is not None and not checked.is_blocked and bool(checked.warnings)
        label = said.say(phrases.WITHDRAW) if draft.is_withdrawal else said.say(phrases.SAVE)
        with st.container(horizontal=True):
            st.form_submit_button(
                said.say("Trotzdem speichern") if warned else label, type="primary", key="entry-save", on_click=_save
            )
            st.form_submit_button(said.say(phrases.DISCARD), key="entry-drop", on_click=_drop)


def _fields(context: ViewContext, draft: EntryDraft) -> None:
    said = words()
    names = places(context)
    if draft.is_new:
        st.multiselect(
            said.say(phrases.APPLIES_TO),
            list(names),
            format_func=lambda key: names.get(key, key),
            key=_PLACES,
            help=said.say("Mehrere, wenn sie es gemeinsam tun: Für jede entsteht ein Eintrag, in einer Änderung."),
            persist_state="session",
        )
    ladder: list[Rung] = rungs(context.programme)
    st.selectbox(
        said.say(phrases.INSTRUMENT_AND_STAGE),
        ladder,
        index=None,
        format_func=lambda rung: rung_label(context.programme, rung, said),
        placeholder=said.say(phrases.PLEASE_CHOOSE),
        key=_RUNG,
        persist_state="session",
    )
    _time_fields(said)
    _case_fields(context, draft, said)
    _source_fields(said)


def _time_fields(said: Words) -> None:
    left, right = st.columns(2, gap="small")
    left.text_input(
        said.say(phrases.DATE), key=_DATE, placeholder=said.say(phrases.DATE_EXAMPLES), persist_state="session"
    )
    meanings = {"reached": said.say("an dem Tag erreicht"), "known_by": said.say("spätestens da bekannt")}
    right.radio(
        said.say("Das Datum bedeutet"),
        list(meanings),
        format_func=meanings.__getitem__,
        horizontal=True,
        key=_MEANS,
        persist_state="session",
    )
    st.text_input(
        said.say("Bis"),
        key=_UNTIL,
        placeholder=said.say(phrases.DATE_EXAMPLES),
        help=said.say(
            "Bis wann es galt oder bewilligt war, auch in der Zukunft. Leer, wenn kein Ende belegt ist; was ein für alle Mal "
            "erreicht ist, hat keines."
        ),
        persist_state="session",
    )


def _case_fields(context: ViewContext, draft: EntryDraft, said: Words) -> None:
    table = context.records.table
    st.selectbox(
        said.say("Gemeinsam über"),
        sorted({text for text in table["joint_with"] if text}),
        index=None,
        accept_new_options=True,
        placeholder=said.say("kein Verbund"),
        key=JOINT,
        help=said.say("Name des Verbunds, über den es mehrere gemeinsam tun, etwa ein Verwaltungsverband."),
        persist_state="session",
    )
    here = table["ags"].isin(keys_of_place(context, draft.place))
    known = sorted({text for text in table.loc[here, "case"] if text})
    st.text_input(
        said.say(phrases.CASE),
        placeholder=said.say("bisher: {names}", names=said.listed(known)) if known else said.say("es gibt nur einen"),
        key=_CASE,
        help=said.say(
            "Ein kurzer Name, wenn es in diesem Baustein mehrere Fälle nebeneinander gibt, etwa zwei geförderte Projekte: "
            "Einträge mit demselben Namen gehören zusammen."
        ),
        persist_state="session",
    )


def _source_fields(said: Words) -> None:
    help_ = said.say(phrases.NOTE_HINT)
    st.text_area(said.say(phrases.NOTE), key=_NOTE, height=80, help=help_, persist_state="session")
    left, right = st.columns([2, 1], gap="small")
    left.text_input(
        said.say(phrases.SOURCE),
        key=_SOURCE,
        placeholder=said.say(phrases.ADDRESS_OR_TITLE),
        persist_state="session",
    )
    right.text_input(said.say("Datum der Quelle"), key=_SOURCE_DATE, persist_state="session")
    left, right = st.columns([1, 2], gap="small", vertical_alignment="bottom")
    left.text_input(
        said.say("Gelesen am"),
        key=_RETRIEVED,
        placeholder=said.say("31.12.2025"),
        help=said.say(
            "Der Tag, an dem Sie die Quelle gelesen haben. Bei einer Quelle ohne Datum sagt er, wann es spätestens so war. "
            "Beim Berichtigen bleibt er stehen, außer Sie haben die Quelle neu gelesen."
        ),
        persist_state="session",
    )
    right.checkbox(
        said.say("Erschlossen"),
        key=_INFERRED,
        help=said.say(
            "Wenn die Quelle diese Gemeinde nicht nennt und die Angabe aus einem allgemeinen Satz folgt, etwa „alle "
            "Teilnehmer haben abgeschlossen“. Solche Angaben werden gezeigt und eigens gezählt."
        ),
        persist_state="session",
    )


# ---- what others have written ---------------------------------------------------------------------------------------


def _look_for_news(context: ViewContext, draft: EntryDraft) -> None:
    """Note what others have written about the place since the draft was last shown."""
    entries = entries_at(context, draft.place)
    now = seen(entries)
    if now == draft.seen:
        return
    kept = store().store
    keys = keys_of_place(context, draft.place)
    versions = kept.history(current_actor(), draft.programme, *keys) if kept else []
    known = dict(draft.seen)
    newest: dict[int, Version] = {}
    for each in sorted(versions, key=lambda each: each.version):
        newest[each.entry] = each
    fresh = tuple(
        each
        for each in newest.values()
        if known.get(each.entry, 0) < each.version and (each.entry in known or not each.is_withdrawn)
    )
    draft.seen, draft.checked = now, None
    draft.news = (*(each for each in draft.news if each.entry not in {new.entry for new in fresh}), *fresh)
    at = dict(now)
    if draft.base.entry and draft.base.entry in at:
        draft.base = replace(draft.base, version=at[draft.base.entry])
    elif draft.base.entry:  # withdrawn by somebody else: what is typed would be a new entry
        draft.base = replace(draft.base, entry=0, version=0)


def _show_news(context: ViewContext, draft: EntryDraft) -> None:
    said = words()
    text = said.say(
        "{who} hat hier inzwischen etwas geändert. Was Sie eingetragen haben, steht noch da; „Speichern“ gilt jetzt "
        "gegenüber diesem neuen Stand.",
        who=saving.authors(draft.news),
    )
    with saving.news(context, draft.news, text, "entry-news"):
        mine = next((each for each in draft.news if each.entry == draft.base.entry and not each.is_withdrawn), None)
        if mine and not draft.is_withdrawal:
            st.button(said.say(phrases.TAKE_THE_NEW_VERSION), key="entry-take", on_click=_take, args=(mine,))


def _take(other: Version) -> None:
    draft = _open()
    if draft:
        _fill(replace(draft, base=Typed(other.record, other.entry, other.version), news=(), checked=None, problems=()))


# ---- saving -----------------------------------------------------------------------------------------------------------


def _typed(draft: EntryDraft) -> list[Typed]:
    """Return what the form says, for each of its places."""
    state = st.session_state
    instrument, status = state[_RUNG] or ("", "")
    keys: Sequence[str] = state[_PLACES] if draft.is_new else [draft.base.record.ags]
    former = draft.base.record
    date = state[_DATE].strip()
    return [
        replace(
            draft.base,
            record=Record(
                key,
                former.municipality if key == former.ags else "",  # a new one gets its official name
                instrument,
                status,
                date,
                state[_MEANS] if date else "",
                (state[JOINT] or "").strip(),
                state[_NOTE].strip(),
                state[_SOURCE].strip(),
                state[_SOURCE_DATE].strip(),
                state[_UNTIL].strip(),
                state[_CASE].strip(),
                state[_RETRIEVED].strip(),
                "yes" if state[_INFERRED] else "",
            ),
            answer=answer_of(state.get(f"{_ANSWER}{number}")),
        )
        for number, key in enumerate(keys, 1)
    ]


def _save() -> None:
    """Write what the form says, by the right of this very moment; anew if somebody wrote elsewhere meanwhile."""
    draft = _open()
    if draft is None:
        return
    try:
        draft.is_saved = saving.patiently(lambda: _attempt(draft))
    except AtlasError as error:
        draft.problems = error.problems
    if draft.is_saved:
        _drop()


def _attempt(draft: EntryDraft) -> Change | None:
    """Save if there is nothing left to say; otherwise the draft knows what there is."""
    snapshot: Snapshot = store().current()
    drawn = contexts().of(current_view())
    draft.problems = ()
    if seen(entries_at(drawn, draft.place)) != draft.seen:
        return None  # the page shows it now
    warned, asked = (draft.checked.warnings, draft.checked.questions) if draft.checked else ((), ())
    rows = [] if draft.is_withdrawal else _typed(draft)
    gone = [Withdraw(draft.base.entry, draft.base.version)] if draft.is_withdrawal and draft.base.entry else []
    checked = check_typed(rows, gone, snapshot, snapshot.programmes[draft.programme], today(), words().lang)
    reason = st.session_state.get(_REASON, "").strip()
    draft.checked = checked if draft.is_withdrawal or st.session_state[_RUNG] else _without_rung(checked)
    draft.problems = tuple(_missing(draft, reason, rows, gone))
    if checked.is_blocked or draft.problems or not set(map(_told, checked.warnings)) <= set(map(_told, warned)):
        return None
    if not {each.choices for each in checked.questions} <= {each.choices for each in asked}:
        return None  # nobody has seen them yet
    occasion = Occasion(ChangeKind.EDIT, reason)
    return store().save(current_actor(), draft.programme, checked.edits, occasion, snapshot.head)


def _missing(draft: EntryDraft, reason: str, rows: Sequence[Typed], gone: Sequence[Withdraw]) -> list[Problem]:
    said = words()
    problems = []
    if not draft.is_withdrawal and not st.session_state[_RUNG]:
        problems.append(
            Problem(said.say(phrases.INSTRUMENT_AND_STAGE), N_("Bitte wählen, was erreicht oder geplant ist."))
        )
    if draft.is_new and not draft.is_withdrawal and not rows:
        problems.append(
            Problem(said.say(phrases.APPLIES_TO), N_("Bitte mindestens eine Gemeinde oder einen Kreis wählen."))
        )
    if not reason and (not draft.is_new or any(each.answer for each in rows)):
        problems.append(missing_reason(said.say(phrases.REASON)))
    if draft.is_withdrawal and not gone:
        problems.append(Problem("", "Der Eintrag ist schon zurückgezogen."))
    return problems


def _without_rung(checked: Checked) -> Checked:
    """Return what was found without what follows from nothing having been chosen."""
    columns = {words().label(HEADINGS[name]) for name in ("instrument", "status")}
    return replace(checked, findings=tuple(each for each in checked.findings if each.column not in columns))


def _told(finding: Finding) -> tuple[str, str, tuple[tuple[str, object], ...]]:
    return finding.column, finding.text, tuple(sorted(finding.values.items()))


def _questions(context: ViewContext, draft: EntryDraft) -> None:
    """Ask of a new entry that resembles others whether it is one of them."""
    if draft.checked is None or draft.checked.is_blocked:
        return
    said, names = words(), places(context)
    for each in draft.checked.questions:
        label = question_text(each, said)
        if len(draft.checked.questions) > 1:
            label = f"{names.get(each.record.ags, each.record.ags)}: {label}"
        ask(each, label, f"{_ANSWER}{each.line}")


def _forget_answers() -> None:
    for key in [each for each in st.session_state if str(each).startswith(_ANSWER)]:
        del st.session_state[key]


def elsewhere(names: Mapping[str, str], place: str | None) -> None:
    """Say that an entry of another place is not saved yet, with the way there."""
    draft = _open()
    if draft is None or draft.place == place:
        return
    said = words()
    name = names.get(draft.place, draft.place)
    with st.container(horizontal=True, vertical_alignment="center", key="entry-elsewhere"):
        blocks.small(said.say("Noch nicht gespeichert: ein Eintrag für {name}.", name=name))
        st.button(said.say("Dorthin"), key="entry-there", type="tertiary", on_click=look_at, args=(draft.place,))
        st.button(said.say(phrases.DISCARD), key="entry-drop-there", type="tertiary", on_click=_drop)


def _drop() -> None:
    for key in (_DRAFT, *_FIELDS):
        st.session_state.pop(key, None)
    _forget_answers()
