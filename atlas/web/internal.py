"""What is for those with a right to it, over HTTP: the list of next steps as CSV and calendar, the record as it was."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from atlas import phrases
from atlas.errors import AtlasError, Problem
from atlas.export.follow_ups import due_calendar, due_table
from atlas.export.open_data import records_file
from atlas.export.tables import changes_log, excel_csv, plain_csv
from atlas.model.dates import ZONE, parse_moment
from atlas.model.rights import VISITOR, Actor, Right
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState, view_from_query
from atlas.phrases import N_
from atlas.present.follow_ups import DueRow, due_rows
from atlas.present.scene import Scene, Scenes
from atlas.present.steering import area_of
from atlas.present.wording import Words
from atlas.sources.store import Store, StoreUnreachableError
from atlas.web.asked import language_of
from atlas.web.delivery import error_said

PREFIX: Final = "/intern"
KEY: Final = "schluessel"
"""Parameter with the secret of a personal calendar address."""
_SHOWN: Final = 40
"""So many characters of what was given are repeated in a message."""
MOST_CHANGES: Final = 1_000
"""So many changes are given at once; the next by the number of the last one."""
_HEADERS: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
Asker = Callable[[Scope, str, str], Actor]
"""Gives who sends a request: by their cookie or as local editor, or by the key and what a calendar is about."""


def about(source: Scene) -> str:
    """Return what the key of a calendar address opens: the programme, and the area or district of the view."""
    area = area_of(source)
    return f"{source.programme.key}/{area.key if area else ''}/{'' if area else source.district or ''}"


def build_internal(
    store: Callable[[], Store | None],
    current: Callable[[], Snapshot],
    scenes: Scenes,
    asker: Asker,
    address: str = "",
) -> list[Route]:
    """Return the routes below ``/intern``.

    ``wiedervorlagen.csv`` and ``.ics``: views are asked for as on the steering page. ``bestand.csv``: the record as it
    was at a moment (``stand``). ``aenderungen.json``: the changes after a number (``seit``), oldest first.

    Who has no right, or asks for an area there is none of, gets 404, as if there were nothing. Rights are looked up for
    every request. Nothing may be kept by anybody on the way.
    """
    own = _Internal(store, current, scenes, asker, address)
    return [
        Route(f"{PREFIX}/wiedervorlagen.csv", own.table),
        Route(f"{PREFIX}/wiedervorlagen.ics", own.calendar),
        Route(f"{PREFIX}/bestand.csv", own.records),
        Route(f"{PREFIX}/aenderungen.json", own.changes),
    ]


class _Internal:
    """The answers. They are not async: Starlette runs them in threads."""

    def __init__(
        self,
        store: Callable[[], Store | None],
        current: Callable[[], Snapshot],
        scenes: Scenes,
        asker: Asker,
        address: str,
    ) -> None:
        self._store = store
        self._current = current
        self._scenes = scenes
        self._asker = asker
        self._address = address

    def table(self, request: Request) -> Response:
        def made(scene: Scene, rows: list[DueRow], words: Words) -> Response:
            table = due_table(rows, words)
            is_excel = request.query_params.get("form") == "excel"
            body = excel_csv(table) if is_excel else plain_csv(table)
            return _file(scene, body, f"{'-excel' if is_excel else ''}.csv", "text/csv; charset=utf-8")

        return self._answer(request, "", made)

    def calendar(self, request: Request) -> Response:
        def made(scene: Scene, rows: list[DueRow], words: Words) -> Response:
            area = area_of(scene)
            where = words.label(area.label if area else scene.programme.territory)
            title = words.say("Wiedervorlagen {place}", place=where)
            body = due_calendar(rows, title, scene.programme.key, self._address)
            return _file(scene, body, ".ics", "text/calendar; charset=utf-8")

        return self._answer(request, request.query_params.get(KEY, "")[:80], made)

    def records(self, request: Request) -> Response:
        query = request.query_params
        is_excel = query.get("form") == "excel"

        def made(store: Store, actor: Actor, snapshot: Snapshot) -> Response:
            wanted = query.get("programm", "")
            if wanted and wanted not in snapshot.programmes:
                raise AtlasError(snapshot.unknown_programme(wanted[:_SHOWN], "programm"))
            programme = snapshot.programme(wanted).key
            moment = _moment(query.get("stand", ""))
            table = store.past_records(actor, programme, moment)
            stem = f"bestand-{programme}-{moment.astimezone(ZONE).strftime('%Y-%m-%d-%H%M')}"
            body = records_file(table, is_excel=is_excel)
            return _attached(body, f"{stem}{'-excel' if is_excel else ''}.csv", "text/csv; charset=utf-8")

        return self._of_record(request, made)

    def changes(self, request: Request) -> Response:
        given = request.query_params.get("seit", "0")

        def made(store: Store, actor: Actor, _: Snapshot) -> Response:
            if not re.fullmatch(r"[0-9]{1,15}", given):
                raise AtlasError(Problem("seit", phrases.NOT_A_WHOLE_NUMBER, {"given": given[:_SHOWN]}))
            told = changes_log(store.changes(actor, int(given), MOST_CHANGES)).to_dict("records")
            return JSONResponse(told, headers=_HEADERS)

        return self._of_record(request, made)

    def _of_record(self, request: Request, made: Callable[[Store, Actor, Snapshot], Response]) -> Response:
        """Answer those who may read what is internal; what they ask wrongly is refused as the open data refuse it."""
        try:
            actor, store = self._asker(request.scope, "", ""), self._store()
            if store is None or not actor.may(Right.READ_INTERNAL):
                return _plain("not found", 404)
            snapshot = self._current()
        except AtlasError:
            return _plain("data not ready", 503)
        try:
            return made(store, actor, snapshot)
        except StoreUnreachableError:
            return _plain("data not ready", 503)
        except AtlasError as error:
            words = Words(language_of(request.query_params.multi_items()))
            return JSONResponse(error_said(error.problems, words), 400, headers=_HEADERS)

    def _answer(self, request: Request, key: str, made: Callable[[Scene, list[DueRow], Words], Response]) -> Response:
        try:
            # Before the data are looked at: who has no right does not learn whether they can be used.
            if not key and not self._asker(request.scope, "", "").may(Right.READ_INTERNAL):
                return _plain("not found", 404)
            scene = self._scene(request)
            actor = self._asker(request.scope, key, about(scene)) if scene else VISITOR
            store = self._store()
            if scene is None or store is None or not actor.may(Right.READ_INTERNAL):
                return _plain("not found", 404)
            words, current = Words(scene.view.lang), store.follow_ups.current(actor, scene.programme.key)
            return made(scene, due_rows(scene, current, self._scenes.today(), words), words)
        except AtlasError:
            return _plain("data not ready", 503)

    def _scene(self, request: Request) -> Scene | None:
        """Return today's scene of the view that is asked for; None if there is no such area, district or programme.

        Pages show the whole state instead; here that would open more than a calendar's key was made for.
        """
        query = dict(request.query_params)
        snapshot = self._current()
        view = view_from_query(query, {key: each.layers for key, each in snapshot.programmes.items()})
        scene = self._scenes.of(
            ViewState(programme=view.programme, district=view.district, area=view.area, lang=view.lang)
        )
        is_known = (
            query.get("programm", scene.programme.key) == scene.programme.key
            and ("bereich" not in query or area_of(scene) is not None)
            and ("kreis" not in query or scene.district is not None)
        )
        return scene if is_known else None


def _moment(given: str) -> datetime:
    now = datetime.now(UTC)
    try:
        return parse_moment(given, now) if given else now
    except ValueError:
        text = N_("„{given}“ ist kein Zeitpunkt der Form JJJJ-MM-TTThh:mm.")
        raise AtlasError(Problem("stand", text, {"given": given[:_SHOWN]})) from None


def _file(scene: Scene, body: bytes, ending: str, media_type: str) -> Response:
    area = area_of(scene)
    place = area.key if area else scene.district
    stem = "-".join(filter(None, ("wiedervorlagen", scene.programme.key, place, scene.as_of.isoformat())))
    return _attached(body, f"{stem}{ending}", media_type)


def _attached(body: bytes, name: str, media_type: str) -> Response:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=media_type, headers=_HEADERS | disposition)


def _plain(text: str, status: int) -> Response:
    return Response(text, status, media_type="text/plain", headers=_HEADERS)
