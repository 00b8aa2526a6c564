"""Pictures to take home: the same as the screen, complete, legible, repeatable, in every size and form."""

from __future__ import annotations

import io
import itertools
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from atlas.__main__ import WRONG_USE, main
from atlas.errors import AtlasError
from atlas.export.pictures import Drawn, dots, draw, lands_of, page_of, picture_stem, written
from atlas.model.excerpt import (
    MOST_CHOSEN,
    PRINTED,
    Excerpt,
    ExcerptKind,
    Form,
    Size,
    excerpt_to_query,
    parse_places,
)
from atlas.model.parameters import Given, read_excerpt
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.context import ViewContexts
from atlas.present.looks import LegendClass, looks_of
from atlas.present.picture import LegendLine
from atlas.present.wording import Words
from atlas.render.layout import lay_out
from atlas.sources.settings import parse_address
from tests.conftest import PROGRAMMES, TODAY
from tests.lanes import law

DE, EN = Words("de"), Words("en")
SVG = "{http://www.w3.org/2000/svg}"
CHEMNITZ, OELSNITZ, ZWICKAU = "14511000", "14521450", "14524"
DAYS = [date(2016, 1, 1), date(2021, 12, 31), date(2022, 12, 31), date(2023, 1, 1), TODAY]
Draw = Callable[..., Drawn]


@pytest.fixture(scope="module")
def drawn(contexts: ViewContexts) -> Draw:
    def of(
        places: str = "land", size: Size = Size.SLIDE, words: Words = DE, *, labels: bool = True, **view: object
    ) -> Drawn:
        asked = ViewState(lang=words.lang).but(**view)
        return draw(contexts, asked, Excerpt(parse_places(places), size, labels), words, "atlas.example.org/?ebene=x")

    return of


def root_of(picture: Drawn) -> ET.Element:
    return ET.fromstring(written(picture, Form.SVG))  # noqa: S314 - our own file


def areas_of(root: ET.Element) -> dict[str, str]:
    """Return the class of every municipality of a file, by key."""
    paths = root.findall(f".//{SVG}g[@id='municipalities']/{SVG}path")
    return {path.attrib["id"].removeprefix("ags-"): path.attrib["class"] for path in paths}


def texts_of(root: ET.Element) -> list[str]:
    return ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]


def pdf_text(body: bytes) -> str:
    document = pypdfium2.PdfDocument(body)
    said = document[0].get_textpage().get_text_range()
    return re.sub(r"\s+", " ", said.replace("\ufffe", "-"))


@pytest.mark.sample(3)
@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("district", [None, ZWICKAU])
def test_file_shows_the_classes_and_counts_of_the_screen(
    contexts: ViewContexts, drawn: Draw, day: date, district: str | None
) -> None:
    for layer in contexts.of(ViewState()).programme.layers:
        screen = contexts.of(ViewState(layer=layer, as_of=day, district=district))
        looks = {look.code: look.key for look in looks_of(screen.programme, layer)}
        keys = screen.edition.municipalities["ags"]
        expected = {keys[position]: looks[screen.spec.codes[position]] for position in screen.spec.inside}
        picture = drawn(district or "land", as_of=day, layer=layer)
        assert areas_of(root_of(picture)) == expected
        lines = [(line.look.key, line.count) for line in picture.picture.legend if line.look]
        assert lines == [(entry.look.key, entry.count) for entry in screen.spec.legend]
        assert sum(count for _, count in lines if count) == len(expected) == screen.spec.total


def test_filtered_map_gives_the_filtered_picture(contexts: ViewContexts, drawn: Draw) -> None:
    looks = frozenset({"signed"})
    screen = contexts.of(ViewState(layer="agreement", looks=looks))
    picture = drawn(layer="agreement", looks=looks)
    signed = Counter(areas_of(root_of(picture)).values())
    assert signed == {"signed": next(each.count for each in screen.spec.legend if each.look.key == "signed")}


@pytest.mark.parametrize("form", [Form.PDF, Form.SVG])
def test_words_and_numbers_of_the_legend_stand_in_every_form(drawn: Draw, form: Form) -> None:
    picture = drawn(size=Size.A4)
    body = written(picture, form)
    said = pdf_text(body) if form is Form.PDF else " ".join(texts_of(root_of(picture)))
    flat = said.replace(" ", "")
    for line in picture.picture.legend:
        assert (
            f"{line.label}{DE.number(line.count or 0)}".replace(" ", "") in flat or line.label.replace(" ", "") in flat
        )
        assert DE.number(line.count or 0) in said


def test_dots_have_the_colour_of_the_class(contexts: ViewContexts, drawn: Draw) -> None:
    picture = drawn(layer="agreement", labels=False)
    page = np.asarray(Image.open(io.BytesIO(written(picture, Form.PNG))).convert("RGB"))
    seen = 0
    for position, area in picture.picture.areas.items():
        x, y = picture.sheet.frame.point(picture.sheet.land.place(position))
        if area.look.hatch == "none":
            red, green, blue = (int(area.look.colour[i : i + 2], 16) for i in (1, 3, 5))
            scale = picture.sheet.measures.dots
            seen += tuple(page[round(y * scale), round(x * scale)]) == (red, green, blue)
    assert seen == sum(area.look.hatch == "none" for area in picture.picture.areas.values())


@pytest.mark.sample(7)
@pytest.mark.parametrize("size", [size for size in Size if size is not Size.FILM])
@pytest.mark.parametrize("places", ["land", ZWICKAU, CHEMNITZ, f"{OELSNITZ},{CHEMNITZ},14612000"])
def test_every_picture_says_what_is_owed(drawn: Draw, size: Size, places: str) -> None:
    picture = drawn(places, size)
    said = " ".join(texts_of(root_of(picture)))
    assert picture.picture.title in said.replace("  ", " ")
    for owed in (
        "Stand: 30.11.2026",
        "© GeoBasis-DE / BKG 2017 (Daten verändert)",
        "geonutzv",
        "öffentliche Quellen",
        " km",
    ):
        assert owed in said
    assert "atlas.example.org" in said
    width, height = picture.sheet.measures.width, picture.sheet.measures.height
    for text in picture.sheet.texts:
        assert 0 < text.x < width
        assert 0 < text.y < height


def boxes(picture: Drawn) -> Iterator[tuple[str, float, float, float, float]]:
    for label in (*picture.sheet.names.labels, *picture.sheet.names.district_labels):
        yield (label.wish.text, *label.box)


@pytest.mark.parametrize("size", [Size.SLIDE, Size.SQUARE, Size.A4_PORTRAIT, Size.SMALL])
def test_names_do_not_overlap_and_stay_inside(contexts: ViewContexts, drawn: Draw, size: Size) -> None:
    municipalities = contexts.of(ViewState()).edition.municipalities
    some = municipalities["ags"][list(contexts.of(ViewState()).day.lines)].tolist()[::23]
    for places in ["land", *contexts.of(ViewState()).edition.districts.index, *some]:
        picture = drawn(places, size)
        left, top, right, bottom = picture.sheet.frame.box
        found = list(boxes(picture))
        assert all(x0 >= left and y0 >= top and x1 <= right and y1 <= bottom for _, x0, y0, x1, y1 in found)
        for one, other in itertools.combinations(found, 2):
            apart = one[3] <= other[1] or other[3] <= one[1] or one[4] <= other[2] or other[4] <= one[2]
            assert apart, (places, one[0], other[0])


@pytest.mark.parametrize("size", [*PRINTED, Size.SMALL])
def test_every_neighbour_is_named_or_explained_by_its_number(contexts: ViewContexts, drawn: Draw, size: Size) -> None:
    for places in (CHEMNITZ, OELSNITZ, "14628260", "14713000", "14523340"):
        picture = drawn(places, size)
        named = {label.wish.key for label in picture.sheet.names.labels}
        missing = [area.name for position, area in picture.picture.areas.items() if position not in named]
        keys = " ".join(text.text for text in picture.sheet.texts if text.role == "key")
        assert len(picture.sheet.names.numbers) == len(missing)
        assert all(name in keys for name in missing), (places, missing)


def test_without_room_names_become_numbers_that_are_explained(contexts: ViewContexts, drawn: Draw) -> None:
    keys = [key for key in contexts.of(ViewState()).status["ags"].unique() if key.startswith(("14523", "14524"))]
    assert not drawn(",".join(keys[:MOST_CHOSEN]), Size.SMALL).sheet.names.numbers, (
        "their list would be larger than the map"
    )
    picture = drawn(",".join(keys[:24]), Size.SMALL)
    assert len(picture.sheet.names.numbers) > 3, "the case is not covered any more"
    assert [number.number for number in picture.sheet.names.numbers] == list(
        range(1, len(picture.sheet.names.numbers) + 1)
    )
    for number in picture.sheet.names.numbers:
        assert not any(x0 < number.x < x1 and y0 < number.y < y1 for _, x0, y0, x1, y1 in boxes(picture))
    told = " ".join(text.text for text in picture.sheet.texts if text.role == "key")
    named = {label.wish.key for label in picture.sheet.names.labels}
    missing = [name.text for name in picture.picture.names if name.position not in named]
    assert told.split() == " ".join(f"{i} {name}" for i, name in enumerate(missing, 1)).split()
    lowest = max(text.y for text in picture.sheet.texts if text.role == "key")
    assert lowest < min(text.y for text in picture.sheet.texts if text.role == "credit")


def test_ones_own_is_named_and_outlined_also_without_names(drawn: Draw) -> None:
    picture = drawn("land", municipality=OELSNITZ, labels=False)
    assert [label.wish.text for label in picture.sheet.names.labels] == ["Oelsnitz/Erzgeb."]
    root = root_of(picture)
    assert len(root.findall(f".//{SVG}g[@id='own']/{SVG}path")) == 2
    assert "Hervorgehoben: Oelsnitz/Erzgeb. (Kooperationsvereinbarung)" in picture.picture.alt


def test_scale_bar_is_as_long_as_it_says(drawn: Draw) -> None:
    for places, size in itertools.product(("land", ZWICKAU, OELSNITZ), (Size.SLIDE, Size.A4_PORTRAIT, Size.SMALL)):
        sheet = drawn(places, size).sheet
        km = float(sheet.scale_bar.text.removesuffix(" km").replace(",", "."))
        assert sheet.scale_bar.width / sheet.frame.scale == pytest.approx(km * 1000)


def test_municipality_is_drawn_from_the_full_geometry(contexts: ViewContexts, drawn: Draw) -> None:
    lands = lands_of(contexts.of(ViewState()))
    assert drawn(OELSNITZ, Size.A4).sheet.land is lands(1)
    assert drawn("land", Size.SLIDE).sheet.land is lands(100)
    assert lands(1) is not lands(100) is not lands(1000)


@pytest.mark.parametrize("form", Form)
def test_same_input_gives_the_same_bytes(real: Snapshot, form: Form) -> None:
    made = set()
    for _ in range(2):
        fresh = ViewContexts(lambda: real, lambda: TODAY)
        order = Excerpt((OELSNITZ,), Size.SQUARE)
        made.add(written(draw(fresh, ViewState(), order, DE), form))
    assert len(made) == 1


def test_dots_are_as_many_as_promised(drawn: Draw) -> None:
    for size, wanted in ((Size.SLIDE, (3840, 2160)), (Size.SQUARE, (1080, 1080)), (Size.A4_PORTRAIT, (2480, 3508))):
        body = written(drawn(OELSNITZ, size), Form.PNG)
        assert Image.open(io.BytesIO(body)).size == wanted
        assert len(body) <= 2_000_000


@pytest.mark.parametrize("words", [DE, EN], ids=["de", "en"])
def test_pdf_is_accessible(drawn: Draw, words: Words) -> None:
    picture = drawn(OELSNITZ, Size.A4, words)
    body = written(picture, Form.PDF)
    assert len(body) <= 500_000
    with pikepdf.open(io.BytesIO(body)) as pdf:
        assert str(pdf.Root.Lang) == words.lang
        assert bool(pdf.Root.MarkInfo.Marked)
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        with pdf.open_metadata() as about:
            assert about["pdfuaid:part"] == "1"
            assert about["dc:title"] == picture.picture.title
        tags = list(_tags(pdf.Root.StructTreeRoot))
    kinds = [kind for kind, _ in tags]
    assert "/H1" in kinds
    assert [alt for kind, alt in tags if kind == "/Figure"] == [picture.picture.alt]
    said = pdf_text(body)
    assert picture.picture.title in said
    assert picture.picture.credits[0] in said


def _tags(node: pikepdf.Object) -> Iterator[tuple[str, str]]:
    if isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield str(node.S), str(node.get("/Alt", ""))
    children = node.get("/K", []) if isinstance(node, pikepdf.Dictionary) else []
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary):
            yield from _tags(child)


def _greys(picture: Drawn, looks: tuple[LegendClass, ...], words: Words) -> dict[str, np.ndarray]:
    """Return the signs of a legend that explains all looks of a layer, as printed in grey, by look."""
    lines = tuple(LegendLine(words.label(look.label), "area", look, 0) for look in looks)
    described = replace(picture.picture, legend=lines)
    sheet = lay_out(described, Size.A4, lands_of(picture.context), words)
    page = Image.fromarray(dots(sheet)).convert("L")
    scale = sheet.measures.dots
    boxes_ = {each.line.look.key: each for each in sheet.swatches if each.line.look}
    return {
        key: np.asarray(
            page.crop(tuple(round(v * scale) for v in (b.x + 1, b.y + 1, b.x + b.width - 1, b.y + b.height - 1))),
            dtype=float,
        )[:36, :56]
        for key, b in boxes_.items()
    }


def _told_apart(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two swatches differ in grey print: by lightness (7 of 100 steps), or by the direction of their hatch."""
    if abs(one.mean() - other.mean()) > 0.07 * 255:
        return True

    def texture(grey: np.ndarray) -> np.ndarray:
        spectrum = np.abs(np.fft.fft2(grey - grey.mean()))
        return spectrum / max(float(np.linalg.norm(spectrum)), 200.0)

    return float(np.linalg.norm(texture(one) - texture(other))) > 0.5


@pytest.mark.sample(2)
@pytest.mark.parametrize("programme", PROGRAMMES)
def test_classes_are_told_apart_in_grey_print(
    real: Snapshot, contexts: ViewContexts, drawn: Draw, programme: str
) -> None:
    picture = drawn()  # one page for the legends of all layers
    for layer in real.programmes[programme].layers:
        spec = contexts.of(ViewState(programme=programme, layer=layer)).spec
        today = {entry.look.key for entry in spec.legend}
        # What other days show, too; but not what is the same in another tone, which a legend has side by side only.
        looks = looks_of(real.programmes[programme], layer)
        shown = tuple(look for look in looks if look.key in today or "~" not in look.key)
        greys = _greys(picture, shown, DE)
        assert len(greys) == len(shown)
        alike = [pair for pair in itertools.combinations(greys, 2) if not _told_apart(greys[pair[0]], greys[pair[1]])]
        assert alike == [], layer


def test_grey_test_finds_what_is_alike(real: Snapshot, drawn: Draw) -> None:
    programme = next(iter(real.programmes.values()))
    look = looks_of(programme, "council")[2]
    greys = _greys(drawn(layer="council"), (look, replace(look, key="twin")), DE)
    assert not _told_apart(greys[look.key], greys["twin"])


def test_old_key_leads_to_the_successor(drawn: Draw) -> None:
    picture = drawn("14522450")
    assert picture.picture.title == "ASSKomm in und um Jahnatal"
    both = drawn("14522450,14522620")
    assert [area.name for area in both.picture.areas.values()] == ["Jahnatal"]
    before = drawn("14522450", as_of=date(2022, 12, 31))
    assert before.picture.title == "ASSKomm in und um Ostrau"


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ("1452145", "kein Schlüssel"),
        ("14521450,abc", "„abc“ ist kein Schlüssel"),
        ("99999", "Den Kreis 99999 gibt es nicht; vorhanden: 14511"),
        ("14999999", "keine Gemeinde mit dem Schlüssel 14999999"),
        ("14521450,14999999,14999998", "14999998"),
        (",".join(f"{14521000 + i}" for i in range(MOST_CHOSEN + 1)), "höchstens 60"),
    ],
)
def test_places_that_are_not_there_are_told(drawn: Draw, places: str, message: str) -> None:
    with pytest.raises(AtlasError, match=re.escape(message)):
        drawn(places)


@pytest.mark.parametrize(
    "excerpt",
    [
        Excerpt(),
        Excerpt((ZWICKAU,), Size.A3, labels=False),
        Excerpt((OELSNITZ,), Size.SQUARE, title="Wir sind dabei"),
        Excerpt((OELSNITZ, CHEMNITZ)),
    ],
)
@pytest.mark.parametrize("municipality", [None, OELSNITZ])
@pytest.mark.parametrize("district", [None, ZWICKAU])
def test_order_stands_in_the_address_and_comes_back(
    excerpt: Excerpt, municipality: str | None, district: str | None
) -> None:
    view = {"gemeinde": municipality or "", "kreis": district or ""}
    query = {key: value for key, value in view.items() if value} | excerpt_to_query(excerpt, municipality, district)
    assert read_excerpt(Given(query)) == excerpt


@given(st.dictionaries(st.sampled_from(["ausschnitt", "groesse", "namen", "titel", "kreis", "gemeinde"]), st.text()))
@law(200)
def test_nonsense_in_an_address_is_left_out(query: dict[str, str]) -> None:
    excerpt = read_excerpt(Given(query))
    assert excerpt.size in PRINTED
    assert len(excerpt.title) <= 120
    assert excerpt.kind in ExcerptKind


def test_address_of_the_page_is_that_of_the_same_view() -> None:
    view = ViewState(layer="council", as_of=TODAY)
    told = page_of("https://a.example/x", view, Excerpt((OELSNITZ,)))
    assert told == f"a.example/x/gemeinde?ebene=council&stichtag=2026-11-30&gemeinde={OELSNITZ}"
    assert page_of("", view, Excerpt()) == ""
    assert (
        page_of("http://a.example", view, Excerpt((ZWICKAU,)))
        == f"a.example/?ebene=council&stichtag=2026-11-30&kreis={ZWICKAU}"
    )


@pytest.mark.parametrize(
    "text", ["ftp://x", "atlas.example.org", "https://x/?a=b", "https://x y", "https://<b>", "javascript:x"]
)
def test_address_of_the_application_is_an_address(text: str) -> None:
    with pytest.raises(AtlasError, match="keine Adresse"):
        parse_address(text)


def test_file_names_say_place_layer_size_and_date(drawn: Draw, contexts: ViewContexts) -> None:
    context = drawn(layer="council").context
    assert (
        picture_stem(context, Excerpt((OELSNITZ,), Size.A4))
        == f"praeventionsatlas-asskomm-{OELSNITZ}-council-a4-2026-11-30"
    )
    assert picture_stem(context, Excerpt()) == "praeventionsatlas-asskomm-14-council-slide-2026-11-30"


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--what", "abc", "-o", "x.png"], "kein Schlüssel"),
        (["--what", "land", "-o", "x.txt"], "Das Format fehlt"),
        (["--what", "land", "--layer", "foo", "-o", "x.png"], "Den Baustein foo gibt es nicht"),
        (["--what", "land", "--address", "foo", "-o", "x.png"], "keine Adresse"),
        (["--what", "land", "--programme", "foo", "-o", "x.png"], "Das Programm foo gibt es nicht"),
    ],
)
def test_command_line_says_what_is_wrong(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str], tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["export", *arguments]) == WRONG_USE
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def _of_a_country(real: Snapshot) -> list[str]:
    return [key for key, each in real.programmes.items() if len(real.editions[each.boundary_set][0].states)]


def test_country_is_drawn_as_ground_with_what_is_documented_on_it(
    real: Snapshot, contexts: ViewContexts, drawn: Draw
) -> None:
    assert _of_a_country(real)
    for key in _of_a_country(real):
        screen = contexts.of(ViewState(programme=key))
        picture = drawn(programme=key)
        ags = screen.edition.municipalities["ags"]
        documented = {ags[position]: look for position, look in screen.spec.classes.items() if look != "no_data"}
        root = root_of(picture)
        assert areas_of(root) == documented
        assert root.find(f".//{SVG}path[@id='ground']") is not None
        assert len(written(picture, Form.SVG)) < 3_000_000


def test_small_area_with_an_entry_of_its_own_gets_a_dot(real: Snapshot, drawn: Draw) -> None:
    for key in _of_a_country(real):
        picture = drawn(programme=key)
        text, scale = picture.sheet.measures.text, picture.sheet.frame.scale
        rows = picture.context.edition.municipalities
        for position, area in picture.picture.areas.items():
            side = (rows.at[position, "area_km2"] ** 0.5) * 1000 * scale
            if area.look.key == "no_data" or area.look.is_through_district or side > text * 0.75:
                assert position not in picture.sheet.ground.dots
            elif side < text * 0.65:
                assert position in picture.sheet.ground.dots
        assert len(root_of(picture).findall(f".//{SVG}g[@id='dots']/{SVG}circle")) == len(picture.sheet.ground.dots) > 0


def test_state_whose_municipalities_can_be_seen_has_no_ground(drawn: Draw) -> None:
    for size in PRINTED:
        ground = drawn(size=size).sheet.ground
        assert not ground.is_one
        assert ground.dots == ()


def test_names_of_states_stand_in_their_state_and_off_dots(real: Snapshot, drawn: Draw) -> None:
    for key in _of_a_country(real):
        sheet = drawn(programme=key).sheet
        middles = [sheet.frame.point(sheet.land.place(position)) for position in sheet.ground.dots]
        assert len(sheet.names.district_labels) >= 5
        for label in sheet.names.district_labels:
            left, top, right, bottom = label.box
            assert not [at for at in middles if left < at[0] < right and top < at[1] < bottom], label.wish.text
            box = (*sheet.frame.place((left, top)), *sheet.frame.place((right, bottom)))
            assert sheet.land.shares(label.wish.key, [box]) >= [0.999], label.wish.text


def test_part_of_a_country_has_all_lines_and_neighbours_of_its_surroundings(
    real: Snapshot, contexts: ViewContexts, drawn: Draw
) -> None:
    key = _of_a_country(real)[0]
    context = contexts.of(ViewState(programme=key))
    whole = lands_of(context)(50.0)
    for place in ("05111000", "11000", "10041100", "09780133"):
        sheet = drawn(place, programme=key).sheet
        near = lands_of(context, sheet.picture.areas)(50.0)
        window = sheet.frame.window
        assert sorted(near.within(window)) == sorted(whole.within(window))
        assert [len(lines) for lines in near.borders(window)] == [len(lines) for lines in whole.borders(window)]
