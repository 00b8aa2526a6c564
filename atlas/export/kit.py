"""The press kit of a municipality: pictures, caption, alternative texts and sources in one ZIP, nothing left to type."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

from atlas.errors import AtlasError, Problem
from atlas.export.pictures import Drawn, draw, page_of, picture_stem, written
from atlas.model.excerpt import Excerpt, Form, Size
from atlas.model.view import ViewState, view_to_query
from atlas.present.credits import full_credits
from atlas.present.detail import position_or_heir
from atlas.present.scene import Scene, Scenes
from atlas.present.telling import caption, lasting_alt_text
from atlas.present.wording import Words

_PICTURES = ((Size.SLIDE, Form.PNG), (Size.SQUARE, Form.PNG), (Size.SLIDE, Form.SVG), (Size.A4, Form.PDF))
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time every file in the ZIP bears: the same facts give the same bytes."""


def press_kit(scenes: Scenes, view: ViewState, address: str = "") -> bytes:
    """Return the press kit of the view's municipality as a ZIP; the same view and data give the same bytes.

    Parameters
    ----------
    scenes, view
        What is known, and of whom, of which layer and on which day it is told.
    address
        Of the application, ``https://atlas.example.org``; empty if it is not known: then no file names one.

    Raises
    ------
    AtlasError
        If there was no such municipality on the day, nor a successor of it.
    """
    scene, position = kit_scene(scenes, view)
    view = scene.view
    excerpt = Excerpt((str(view.municipality),))
    words = {lang: Words(lang) for lang in ("de", "en")}
    files: dict[str, bytes] = {}
    drawn: dict[Size, Drawn] = {}
    for size, form in _PICTURES:
        order = Excerpt(excerpt.places, size)
        if size not in drawn:
            drawn[size] = draw(scenes, view, order, words[view.lang], page_of(address, view, order))
        files[f"{picture_stem(scene, order)}.{form}"] = written(drawn[size], form)
    alts = {
        lang: draw(scenes, view.but(lang=lang), excerpt, said).picture.alt if lang != view.lang else ""
        for lang, said in words.items()
    }
    alts[view.lang] = drawn[Size.SLIDE].picture.alt
    texts = {
        "bildunterschrift.txt": caption(scene, position, words["de"]),
        "caption-en.txt": caption(scene, position, words["en"]),
        "alternativtext-de.txt": alts["de"],
        "alt-text-en.txt": alts["en"],
        "quelle.txt": _sources(scene, words),
        "lies-mich.txt": _read_me(scene, list(files), address, words),
    }
    return _zipped(kit_stem(scene), files | {name: _text(text) for name, text in texts.items()})


def kit_scene(scenes: Scenes, view: ViewState) -> tuple[Scene, int]:
    """Return the scene of a kit, its municipality replaced by the successor if it has been merged, and the position.

    The view's date is written out, filters are left out: a kit shows all that is known.

    Raises
    ------
    AtlasError
        If there was no such municipality on the day, nor a successor of it.
    """
    as_of = view.as_of or scenes.today()
    view = view.but(
        as_of=as_of, district=None, looks=frozenset(), documented_only=False, since=None, area=None, film=None
    )
    scene = scenes.of(view)
    position = position_or_heir(scene, view.municipality or "")
    if position is None:
        text = "Am {day} gab es keine Gemeinde mit dem Schlüssel {ags}."
        raise AtlasError(Problem("AGS", text, {"day": Words(view.lang).day(as_of), "ags": view.municipality or "–"}))
    return scenes.of(view.but(municipality=scene.day.lines[position][0].ags)), position


def kit_stem(scene: Scene) -> str:
    """Return the name of a kit's file without its ending: plain letters, key and date."""
    return f"pressepaket-{scene.programme.key}-{scene.view.municipality}-{scene.spec.layer}-{scene.as_of}"


def _sources(scene: Scene, words: Mapping[str, Words]) -> str:
    about = scene.edition.provenance
    blocks = []
    for said in words.values():
        lines = [
            said.say("Quellen und Lizenzen"),
            "",
            *full_credits(scene, said),
            said.say("Lizenz der Grenzen: {licence}, {url}", licence=about.licence, url=about.licence_url or "–"),
            said.say("Vermerk, der bei jeder Veröffentlichung dabeisteht: {text}", text=_note(scene, said)),
        ]
        blocks.append("\n".join(lines))
    return "\n\n\n".join(blocks)


def _note(scene: Scene, words: Words) -> str:
    """Return the line that is owed beside every picture."""
    return f"{words.label(scene.programme.source_line)} · {scene.edition.provenance.attribution}"


def _read_me(scene: Scene, pictures: list[str], address: str, words: Mapping[str, Words]) -> str:
    name = scene.day.lines[_position(scene)][0].name
    blocks = []
    for said in words.values():
        heading = said.say("Pressepaket {name} ({ags})", name=name, ags=scene.view.municipality)
        lines = [heading, said.say("Stand: {day}", day=said.day(scene.as_of)), ""]
        lines += [said.say("Welche Datei wofür"), *_purposes(pictures, said), ""]
        lines += [said.say("So wird zitiert"), _citation(scene, address, said), *_honesty(scene, said)]
        if address:
            lines += ["", *_always_current(scene, address, name, said)]
        blocks.append("\n".join(lines))
    return "\n\n\n".join(blocks)


def _position(scene: Scene) -> int:
    position = position_or_heir(scene, scene.view.municipality or "")
    assert position is not None  # noqa: S101 - `kit_scene` has looked; tells mypy so
    return position


def _purposes(pictures: list[str], words: Words) -> list[str]:
    purposes = (
        words.say("für Folien und Bildschirme, 3840 × 2160 Punkte"),
        words.say("für soziale Medien, 1080 × 1080 Punkte"),
        words.say("für Websites und zum Weiterbearbeiten, in jeder Größe scharf"),
        words.say("zum Drucken, A4 quer, barrierefrei"),
    )
    told = dict(zip(pictures, purposes, strict=True))
    told |= {
        "bildunterschrift.txt": words.say("Bildunterschrift auf Deutsch"),
        "caption-en.txt": words.say("Bildunterschrift auf Englisch"),
        "alternativtext-de.txt": words.say("Alternativtext auf Deutsch, für alle, die das Bild nicht sehen"),
        "alt-text-en.txt": words.say("Alternativtext auf Englisch"),
        "quelle.txt": words.say("Quellen, Lizenzen, Vermerk"),
    }
    return [f"- {name}: {purpose}" for name, purpose in told.items()]


def _citation(scene: Scene, address: str, words: Words) -> str:
    note = words.say(
        "Präventionsatlas {state}, Stand {day}. {note}",
        state=words.label(scene.programme.state_name),
        day=words.day(scene.as_of),
        note=_note(scene, words),
    )
    page = page_of(address, scene.view, Excerpt((str(scene.view.municipality),)))
    return f"{note}. {address.partition('://')[0]}://{page}" if page else f"{note}."


def _honesty(scene: Scene, words: Words) -> list[str]:
    said = words.say("Kein Eintrag heißt: hier nicht dokumentiert, nie: nimmt nicht teil.")
    if scene.snapshot.is_synthetic:
        return [said, words.say("Achtung: Alle Daten in diesem Paket sind erfunden. Bitte nicht veröffentlichen.")]
    return [said]


def _always_current(scene: Scene, address: str, name: str, words: Words) -> list[str]:
    """Return the address of the page and of the image that show every day what holds then."""
    view = ViewState(programme=scene.view.programme, layer=scene.view.layer, lang=words.lang)
    ags = str(scene.view.municipality)
    page = f"{address}/gemeinde?{urlencode(view_to_query(view.but(municipality=ags)))}"
    query = urlencode(view_to_query(view))
    image = f"{address}/bild/{ags}.svg{'?' if query else ''}{query}"
    # An image of the day it is looked at must not be described by what holds today.
    title = words.say("{programme} in und um {name}", programme=scene.programme.short, name=name)
    alt = lasting_alt_text(title, words)
    return [
        words.say("Immer aktuell: {page}", page=page),
        words.say("Für die eigene Website, das Bild hält sich selbst aktuell:"),
        f'<a href="{escape(page)}"><img src="{escape(image)}" alt="{escape(alt)}"></a>',
    ]


def _text(text: str) -> bytes:
    """Return a text as a file that Windows' editor shows right, too: UTF-8 with its mark, its ends of line."""
    return (text.rstrip("\n") + "\n").replace("\n", "\r\n").encode("utf-8-sig")


def _zipped(folder: str, files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name in sorted(files):
            told = zipfile.ZipInfo(f"{folder}/{name}", _EPOCH)
            told.external_attr = 0o644 << 16
            is_packed = name.endswith((".png", ".pdf"))
            told.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            packed.writestr(told, files[name])
    return made.getvalue()
