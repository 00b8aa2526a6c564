"""What is for those with a right to it, over HTTP: the list of next steps as CSV and calendar, the record as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from atlas.errors import AtlasError
from atlas.export.follow_ups import due_calendar, due_table
from atlas.export.open_data import records_file, written_table
from atlas.export.tables import changes_log
from atlas.model.dates import ZONE
from atlas.model.parameters import FORM, LANG, NUMBER, PROGRAMME, Given, misnamed, moment, read_view
from atlas.model.rights import VISITOR, Actor, Right
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.follow_ups import DueRow, due_rows
from atlas.present.steering import area_of
from atlas.present.wording import Words
from atlas.sources.store import Store, StoreUnreachableError
from atlas.web.delivery import RefusedError, attached, refusal
from atlas.web.endpoints import Endpoint
from atlas.web.request_parameters import accept, given_by

PREFIX: Final = "/intern"
KEY: Final = "schluessel"
"""Parameter with the secret of a personal calendar address."""
MOST_CHANGES: Final = 1_000
"""So many changes are given at once; the next by the number of the last one."""
_HEADERS: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
Asker = Callable[[Scope, str, str], Actor]
"""Gives who sends a request: by their cookie or as local editor, or by the key and what a calendar is about."""


def about(context: ViewContext) -> str:
    """Return what the key of a calendar address opens: the programme, and the area or district of the view."""
    area = area_of(context)
    return f"{context.programme.key}/{area.key if area else ''}/{'' if area else context.district or ''}"


def build_internal(
    store: Callable[[], Store | None],
    current: Callable[[], Snapshot],
    contexts: ViewContexts,
    asker: Asker,
    address: str = "",
) -> list[Route]:
    """Return the routes below ``/intern``.

    ``wiedervorlagen.csv`` and ``.ics``: views are asked for as on the steering page. ``bestand.csv``: the record as it
    was at a moment (``stand``). ``aenderungen.json``: the changes after a number (``seit``), oldest first.

    Who has no right, or asks for an area there is none of, gets 404, as if there were nothing. Rights are looked up for
    every request. Nothing may be kept by anybody on the way.
    """
    own = _Internal(store, current, contexts, asker, address)
    answers = {
        "wiedervorlagen.csv": own.table,
        "wiedervorlagen.ics": own.calendar,
        "bestand.csv": own.records,
        "aenderungen.json": own.changes,
    }
    return [Route(f"{PREFIX}/{name}", Endpoint(answer, _HEADERS)) for name, answer in answers.items()]


@dataclass(frozen=True)
class _Internal:
    """The answers."""

    _store: Callable[[], Store | None]
    _current: Callable[[], Snapshot]
    _contexts: ViewContexts
    _asker: Asker
    _address: str

    def table(self, request: Request) -> Response:
        given = given_by(request, FORM.name)
        is_excel = given.read(FORM, otherwise=False)
        context, rows, words = self._due(request, given, "")
        table = due_table(rows, words)
        body = written_table(table, "csv", is_excel=is_excel)
        return _file(context, body, f"{'-excel' if is_excel else ''}.csv", "text/csv; charset=utf-8")

    def calendar(self, request: Request) -> Response:
        given = given_by(request, KEY)
        context, rows, words = self._due(request, given, given.query.get(KEY, "")[:80])
        area = area_of(context)
        where = words.label(area.label if area else context.programme.territory)
        title = words.say("Wiedervorlagen {place}", place=where)
        body = due_calendar(rows, title, context.programme.key, self._address)
        return _file(context, body, ".ics", "text/calendar; charset=utf-8")

    def records(self, request: Request) -> Response:
        store, actor, snapshot = self._record(request)
        now = datetime.now(UTC)
        given = Given.of(request.query_params.multi_items(), (PROGRAMME.name, "stand", FORM.name, LANG.name))
        programme = snapshot.programme(given.read(PROGRAMME.among(snapshot.programmes), "")).key
        known_at = given.read(moment(now), now)
        is_excel = given.read(FORM, otherwise=False)
        accept(given)
        try:
            table = store.past_records(actor, programme, known_at)
        except StoreUnreachableError:
            raise
        except AtlasError as error:  # at that moment there was no record yet, or it is ahead
            raise RefusedError(*error.problems) from error
        stem = f"bestand-{programme}-{known_at.astimezone(ZONE).strftime('%Y-%m-%d-%H%M')}"
        body = records_file(table, is_excel=is_excel)
        return _attached(body, f"{stem}{'-excel' if is_excel else ''}.csv", "text/csv; charset=utf-8")

    def changes(self, request: Request) -> Response:
        store, actor, _ = self._record(request)
        given = Given(request.query_params, keeps_empty=True)
        given.problems += misnamed([name for name, _ in request.query_params.multi_items()], (NUMBER.name, LANG.name))
        after = given.read(NUMBER, 0)
        accept(given)
        told = changes_log(store.changes(actor, after, MOST_CHANGES)).to_dict("records")
        return JSONResponse(told, headers=_HEADERS)

    def _record(self, request: Request) -> tuple[Store, Actor, Snapshot]:
        """Return the store, who asks and the data; there is nothing here for those who may not read what is internal."""
        actor, store = self._asker(request.scope, "", ""), self._store()
        if store is None or not actor.may(Right.READ_INTERNAL):
            raise refusal(404)
        return store, actor, self._current()

    def _due(self, request: Request, given: Given, key: str) -> tuple[ViewContext, list[DueRow], Words]:
        """Return the next steps of the view that is asked for, for who may read them by their login or the key."""
        # Before the data are looked at: who has no right does not learn whether they can be used.
        if not key and not self._asker(request.scope, "", "").may(Right.READ_INTERNAL):
            raise refusal(404)
        context = self._context(request.query_params, given)
        actor = self._asker(request.scope, key, about(context)) if context else VISITOR
        store = self._store()
        if context is None or store is None or not actor.may(Right.READ_INTERNAL):
            raise refusal(404)
        accept(given)
        words, current = Words(context.view.lang), store.follow_ups.current(actor, context.programme.key)
        return context, due_rows(context, current, self._contexts.today(), words), words

    def _context(self, query: Mapping[str, str], given: Given) -> ViewContext | None:
        """Return today's context of the view that is asked for; None if there is no such area, district or programme.

        Pages show the whole state instead; here that would open more than a calendar's key was made for.
        """
        view = read_view(given, self._current().layers)
        context = self._contexts.of(
            ViewState(programme=view.programme, district=view.district, area=view.area, lang=view.lang)
        )
        is_known = (
            query.get("programm", context.programme.key) == context.programme.key
            and ("bereich" not in query or area_of(context) is not None)
            and ("kreis" not in query or context.district is not None)
        )
        return context if is_known else None


def _file(context: ViewContext, body: bytes, ending: str, media_type: str) -> Response:
    area = area_of(context)
    place = area.key if area else context.district
    stem = "-".join(filter(None, ("wiedervorlagen", context.programme.key, place, context.as_of.isoformat())))
    return _attached(body, f"{stem}{ending}", media_type)


def _attached(body: bytes, name: str, media_type: str) -> Response:
    return Response(body, media_type=media_type, headers=_HEADERS | attached(name))
