"""The press kit of a municipality: pictures, caption, alternative texts and sources in one ZIP, nothing left to type."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from html import escape

from atlas import phrases
from atlas.errors import AtlasError
from atlas.export.pictures import draw, page_of, picture_stem, written
from atlas.model.excerpt import Excerpt, Form, Size
from atlas.model.languages import LANGUAGES
from atlas.model.view import ViewState, page_address
from atlas.phrases import N_
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.credits import full_credits, short_credits
from atlas.present.detail import absent, position_or_successor
from atlas.present.narrative import caption, lasting_alt_text
from atlas.present.picture import build_picture, picture_view
from atlas.present.wording import Words

_CAPTION, _ALT_TEXT = N_("bildunterschrift.txt"), N_("alternativtext-de.txt")
"""Names of files, different in each language."""
_PICTURES = ((Size.SLIDE, (Form.PNG, Form.SVG)), (Size.SQUARE, (Form.PNG,)), (Size.A4, (Form.PDF,)))
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time every file in the ZIP bears: the same facts give the same bytes."""


def press_kit(contexts: ViewContexts, view: ViewState, address: str = "") -> bytes:
    """Return the press kit of the view's municipality as a ZIP; the same view and data give the same bytes.

    ``address`` is that of the application, ``https://atlas.example.org``; without it no file names one. Raises
    `AtlasError` if there was no such municipality on the day, nor a successor of it.
    """
    context, position = kit_context(contexts, view)
    view = context.view
    places = (str(view.municipality),)
    said = {lang: Words(lang) for lang in LANGUAGES}
    files: dict[str, bytes] = {}
    for size, forms in _PICTURES:
        order = Excerpt(places, size)
        drawn = draw(contexts, view, order, said[view.lang], page_of(address, view, order))
        files |= {f"{picture_stem(context, order)}.{form}": written(drawn, form) for form in forms}
    described = contexts.of(picture_view(view, Excerpt(places)))
    alts = {lang: build_picture(described, Excerpt(places), words).alt for lang, words in said.items()}
    texts = {words.say(_CAPTION): caption(context, position, words) for words in said.values()}
    texts |= {words.say(_ALT_TEXT): alts[lang] for lang, words in said.items()}
    name, pictures = context.day.lines[position][0].name, list(files)
    texts["quelle.txt"] = _in_all(said, lambda words: _sources(context, words))
    texts["lies-mich.txt"] = _in_all(said, lambda words: _read_me(context, name, pictures, address, words))
    return _zipped(kit_stem(context), files | {name: _text(text) for name, text in texts.items()})


def kit_context(contexts: ViewContexts, view: ViewState) -> tuple[ViewContext, int]:
    """Return the view context of a kit, its municipality replaced by the successor if it has been merged, and the position.

    The view's date is written out, filters are left out: a kit shows all that is known. Raises `AtlasError` if there
    was no such municipality on the day, nor a successor of it.
    """
    as_of = view.as_of or contexts.today()
    view = view.but(
        as_of=as_of,
        district=None,
        looks=frozenset(),
        documented_only=False,
        size=None,
        since=None,
        area=None,
        film=None,
    )
    context = contexts.of(view)
    position = position_or_successor(context, view.municipality or "")
    if position is None:
        raise AtlasError(absent(context, view.municipality or "–", "AGS", Words(view.lang)))
    return contexts.of(view.but(municipality=context.day.lines[position][0].ags)), position


def kit_stem(context: ViewContext) -> str:
    """Return the name of a kit's file without its ending: plain letters, key and date."""
    return f"pressepaket-{context.programme.key}-{context.view.municipality}-{context.spec.layer}-{context.as_of}"


def _in_all(languages: Mapping[str, Words], lines: Callable[[Words], list[str]]) -> str:
    return "\n\n\n".join("\n".join(lines(words)) for words in languages.values())


def _sources(context: ViewContext, words: Words) -> list[str]:
    about = context.edition.provenance
    return [
        words.say(phrases.SOURCES_AND_LICENCES),
        "",
        *full_credits(context, words),
        words.say("Lizenz der Grenzen: {licence}, {url}", licence=about.licence, url=about.licence_url or "–"),
        words.say("Vermerk, der bei jeder Veröffentlichung dabeisteht: {text}", text=_note(context, words)),
    ]


def _note(context: ViewContext, words: Words) -> str:
    """Return the line that is owed beside every picture."""
    source, boundaries, *_ = short_credits(context, words)
    return f"{source} · {boundaries}"


def _read_me(context: ViewContext, name: str, pictures: list[str], address: str, words: Words) -> list[str]:
    heading = words.say("Pressepaket {name} ({ags})", name=name, ags=context.view.municipality)
    lines = [heading, words.say(phrases.AS_OF_DAY, day=words.day(context.as_of)), ""]
    lines += [words.say("Welche Datei wofür"), *_purposes(pictures, words), ""]
    lines += [words.say("So wird zitiert"), _citation(context, address, words), *_honesty(context, words)]
    return [*lines, "", *_always_current(context, address, name, words)] if address else lines


def _purposes(pictures: list[str], words: Words) -> list[str]:
    purposes = (
        words.say("für Folien und Bildschirme, 3840 × 2160 Punkte"),
        words.say("für Websites und zum Weiterbearbeiten, in jeder Größe scharf"),
        words.say("für soziale Medien, 1080 × 1080 Punkte"),
        words.say("zum Drucken, A4 quer, barrierefrei"),
    )
    told = dict(zip(pictures, purposes, strict=True))
    told |= {
        Words(lang).say(_CAPTION): words.say("Bildunterschrift auf {language}", language=words.language(lang))
        for lang in LANGUAGES
    }
    described = N_("Alternativtext auf {language}, für alle, die das Bild nicht sehen")
    told |= {Words(lang).say(_ALT_TEXT): words.say(described, language=words.language(lang)) for lang in LANGUAGES}
    told |= {"quelle.txt": words.say("Quellen, Lizenzen, Vermerk")}
    return [f"- {name}: {purpose}" for name, purpose in told.items()]


def _citation(context: ViewContext, address: str, words: Words) -> str:
    note = words.say(
        "Präventionsatlas {state}, Stand {day}. {note}",
        state=words.label(context.programme.territory),
        day=words.day(context.as_of),
        note=_note(context, words),
    )
    page = page_of(address, context.view, Excerpt((str(context.view.municipality),)))
    return f"{note}. {address.partition('://')[0]}://{page}" if page else f"{note}."


def _honesty(context: ViewContext, words: Words) -> list[str]:
    said = words.say("Kein Eintrag heißt: hier nicht dokumentiert. Es heißt nie, dass eine Gemeinde nicht teilnimmt.")
    if context.snapshot.is_synthetic:
        return [said, words.say("Achtung: Alle Daten in diesem Paket sind erfunden. Bitte nicht veröffentlichen.")]
    return [said]


def _always_current(context: ViewContext, address: str, name: str, words: Words) -> list[str]:
    """Return the address of the page and of the image that show every day what holds then."""
    view = ViewState(programme=context.view.programme, layer=context.view.layer, lang=words.lang)
    ags = str(context.view.municipality)
    page = page_address(f"{address}/gemeinde", view.but(municipality=ags))
    image = page_address(f"{address}/bild/{ags}.svg", view)
    # An image of the day it is looked at must not be described by what holds today.
    title = words.say("{programme} in und um {name}", programme=context.programme.short, name=name)
    alt = lasting_alt_text(title, words)
    return [
        words.say(phrases.ALWAYS_CURRENT, page=page),
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
