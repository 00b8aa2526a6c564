"""Pictures over our own routes: the excerpt of the export page, and live images for the websites of municipalities."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from atlas import phrases
from atlas.errors import AtlasError, Problem
from atlas.export.pictures import MEDIA_TYPES, draw, page_of, picture_stem, written
from atlas.model.excerpt import LIVE, Excerpt, ExcerptKind, Form, Size, excerpt_from_query, parse_places
from atlas.model.keys import parse_ags
from atlas.model.languages import LANGUAGES
from atlas.model.programme import OVERVIEW
from atlas.model.snapshot import Snapshot
from atlas.model.view import EARLIEST, LATEST, ViewState, parse_day, view_from_query
from atlas.phrases import N_
from atlas.present.detail import absent, position_or_heir
from atlas.present.picture import picture_view
from atlas.present.scene import Scenes, Shelf
from atlas.present.wording import Words
from atlas.web.delivery import File, delivered, filed
from atlas.web.payloads import PREFIX

IMAGES = "/bild"
MAX_AGE_S = 300
"""How long a browser may keep an image without asking again."""
_FRESH_S = 1.0
_KEPT = 256
_KEPT_BYTES = 48_000_000
T = TypeVar("T")
_PARAMETERS = ("programm", "ebene", "stichtag", "lang", "groesse", "namen", "gemeinde")


@dataclass(frozen=True)
class ImageOrder:
    """A live image, asked for properly."""

    view: ViewState
    excerpt: Excerpt
    form: Form


def parse_order(place: str, form: str, query: Mapping[str, str], snapshot: Snapshot) -> ImageOrder:
    """Return the order of an address.

    Raises
    ------
    AtlasError
        A problem for every part that is not as it should be.
    """
    problems = [
        Problem(name, "Diesen Parameter gibt es nicht; möglich sind: {known}.", {"known": ", ".join(_PARAMETERS)})
        for name in query
        if name not in _PARAMETERS
    ][:5]
    programme = query.get("programm", "")
    known = list(snapshot.programmes)
    if programme and programme not in known:
        problems.append(_unknown("programm", known))
    layers = snapshot.programme(programme if programme in known else "").layers
    layer = query.get("ebene", OVERVIEW)
    if layer not in layers:
        problems.append(_unknown("ebene", layers))
    sizes = [size.value for size in LIVE]
    size = query.get("groesse", Size.MEDIUM.value)
    if size not in sizes:
        problems.append(_unknown("groesse", sizes))
    lang = query.get("lang", "de")
    if lang not in LANGUAGES:
        problems.append(_unknown("lang", LANGUAGES))
    names = query.get("namen", "1")
    if names not in {"0", "1"}:
        problems.append(_unknown("namen", ("0", "1")))
    if form not in {Form.SVG, Form.PNG}:
        problems.append(_unknown("Endung", ("svg", "png")))
    as_of = _parsed(lambda: _day(query.get("stichtag", "")), problems)
    own = _parsed(lambda: _own(query.get("gemeinde", "")), problems)
    places = _parsed(lambda: _places(place, snapshot, programme if programme in known else ""), problems)
    if problems:
        raise AtlasError(*problems)
    view = ViewState(programme=programme, layer=layer, as_of=as_of, municipality=own, lang=lang)
    return ImageOrder(view, Excerpt(places or (), Size(size), names == "1"), Form(form))


def _parsed(parse: Callable[[], T], problems: list[Problem]) -> T | None:
    try:
        return parse()
    except AtlasError as error:
        problems += error.problems
        return None


def _unknown(place: str, known: Iterable[str]) -> Problem:
    return Problem(place, "Diesen Wert gibt es nicht; möglich sind: {known}.", {"known": ", ".join(known)})


def _day(text: str) -> date | None:
    if not text:
        return None
    day = parse_day(text)
    if day is None:
        told = N_("Erwartet wird ein Tag der Form JJJJ-MM-TT von {first} bis {last}.")
        raise AtlasError(Problem("stichtag", told, {"first": EARLIEST.isoformat(), "last": LATEST.isoformat()}))
    return day


def _own(text: str) -> str | None:
    try:
        return parse_ags(text) if text else None
    except ValueError:
        raise AtlasError(Problem("gemeinde", phrases.WRONG_MUNICIPALITY_KEY)) from None


def _places(text: str, snapshot: Snapshot, programme: str) -> tuple[str, ...]:
    state = snapshot.programme(programme).territory.de.lower()
    if text.lower() in {state, ExcerptKind.STATE.value}:
        return ()
    if text.isascii() and text.isdigit():
        return parse_places(text)
    told = N_(
        "„{given}“ gibt es nicht. Erwartet wird „{state}“, ein Kreisschlüssel (5 Ziffern) oder ein Gemeindeschlüssel (8 Ziffern)."
    )
    raise AtlasError(Problem("Adresse", told, {"given": text[:40], "state": state}))


class Images:
    """Answers with pictures, drawn once for as long as nothing they show has changed.

    Parameters
    ----------
    current
        Gives the snapshot.
    scenes
        Makes the scenes.
    address
        Of this application as its visitors know it, for the foot of the images; empty if not configured. Never taken
        from the request: whoever sends a false Host header must not get it into an image others are shown.
    """

    def __init__(self, current: Callable[[], Snapshot], scenes: Scenes, address: str = "") -> None:
        self._current = current
        self._scenes = scenes
        self._address = address
        self._drawn: Shelf[File] = Shelf(_KEPT_BYTES, len)
        self._drawing = threading.BoundedSemaphore(2)
        self._recent: OrderedDict[tuple[str, str], tuple[float, File]] = OrderedDict()

    def routes(self) -> list[Route]:
        """Return ``/bild/{place}.{form}``, strict, and ``/atlas/ausschnitt.{form}`` for a view of the export page."""
        return [
            Route(f"{IMAGES}/{{name:path}}", self.image),
            Route(f"{PREFIX}/ausschnitt.{{form}}", self.excerpt),
        ]

    async def image(self, request: Request) -> Response:
        """Return an image, 304 if the reader has it already, 400 with a sentence for what can't be drawn."""
        asked = (request.path_params["name"], request.url.query)
        kept = self._recent.get(asked)
        # Within a second of the last look at the data nothing is computed at all, not even what is asked for.
        if kept is None or time.monotonic() - kept[0] > _FRESH_S:
            try:
                image = await run_in_threadpool(self._image, asked[0], dict(request.query_params))
            except AtlasError as error:
                return _refused(error, request.query_params.get("lang", ""))
            if image is None:
                return Response("data not ready", 503, media_type="text/plain")
            self._recent[asked] = (time.monotonic(), image)
            while len(self._recent) > _KEPT:
                self._recent.popitem(last=False)
        else:
            image = kept[1]
        return _answer(image, asked[0].rpartition(".")[2], request, {"Cache-Control": f"public, max-age={MAX_AGE_S}"})

    def excerpt(self, request: Request) -> Response:
        """Return the picture an address of the export page asks for, as a file with a good name."""
        form, query = request.path_params["form"], dict(request.query_params)
        if form not in list(Form):
            return Response("not found", 404, media_type="text/plain")
        try:
            snapshot = self._current()
        except AtlasError:
            return Response("data not ready", 503, media_type="text/plain")
        layers = {key: each.layers for key, each in snapshot.programmes.items()}
        view = view_from_query(query, layers)
        view = view.but(as_of=view.as_of or self._scenes.today(), film=None, since=None, area=None)
        order = ImageOrder(view, excerpt_from_query(query), Form(form))
        # Nobody else is shown what this reader's Host header says: here it may stand in the foot.
        address = self._address or str(request.base_url).rstrip("/")
        try:
            image = self._drawn.get((snapshot.fingerprint, order, address), lambda: self._made(order, address))
        except AtlasError as error:
            return _refused(error, view.lang)
        scene = self._scenes.of(picture_view(view, order.excerpt))
        file = f"{picture_stem(scene, order.excerpt)}.{form}"
        return _answer(image, form, request, {"Content-Disposition": f'attachment; filename="{file}"'})

    def _image(self, name: str, query: dict[str, str]) -> File | None:
        try:
            snapshot = self._current()
        except AtlasError:
            return None
        place, _, form = name.rpartition(".")
        order = parse_order(place, form, query, snapshot)
        view = order.view.but(as_of=order.view.as_of or self._scenes.today())
        own = view.municipality
        if own:
            scene = self._scenes.of(picture_view(view, order.excerpt))
            if position_or_heir(scene, own) is None:
                raise AtlasError(absent(scene, own, "gemeinde", Words(view.lang)))
        order = replace(order, view=view)
        return self._drawn.get((snapshot.fingerprint, order), lambda: self._made(order, self._address))

    def _made(self, order: ImageOrder, address: str) -> File:
        page = page_of(address, order.view, order.excerpt)
        with self._drawing:
            drawn = draw(self._scenes, order.view, order.excerpt, Words(order.view.lang), page)
            body = written(drawn, order.form)
        # Dots and documents are compressed already.
        return filed(body, 3 if order.form is Form.SVG else None)


def _answer(image: File, form: str, request: Request, headers: dict[str, str]) -> Response:
    lang = request.query_params.get("lang", "")
    return delivered(request, image, MEDIA_TYPES[Form(form)], headers, Words(lang if lang in LANGUAGES else "de"))


def _refused(error: AtlasError, lang: str) -> Response:
    words = Words(lang if lang in LANGUAGES else "de")
    said = "\n".join(words.problem(problem) for problem in error.problems)
    return Response(f"{said}\n", 400, {"Cache-Control": "no-store"}, "text/plain")
