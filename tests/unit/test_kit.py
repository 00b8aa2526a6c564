"""The press kit: complete, repeatable, nothing left to type."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from atlas.__main__ import FINE, WRONG_USE, main
from atlas.errors import AtlasError
from atlas.export.kit import kit_context, kit_stem, press_kit
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.context import ViewContexts
from tests.conftest import TODAY

HOME = "https://atlas.example.org/unter"
OELSNITZ = "14521450"
TEXTS = {
    "bildunterschrift.txt",
    "caption-en.txt",
    "alternativtext-de.txt",
    "alt-text-en.txt",
    "quelle.txt",
    "lies-mich.txt",
}
Kit = dict[str, bytes]


def opened(body: bytes) -> Kit:
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        assert packed.testzip() is None
        folders = {name.partition("/")[0] for name in packed.namelist()}
        assert len(folders) == 1
        return {name.partition("/")[2]: packed.read(name) for name in packed.namelist()}


@pytest.fixture(scope="module")
def kit(contexts: ViewContexts) -> Kit:
    return opened(press_kit(contexts, ViewState(municipality=OELSNITZ), HOME))


def text(kit: Kit, name: str) -> str:
    assert kit[name].startswith(b"\xef\xbb\xbf")
    assert b"\n" not in kit[name].replace(b"\r\n", b"")
    return kit[name].decode("utf-8-sig").replace("\r\n", "\n")


def test_everything_is_there_and_small_enough(contexts: ViewContexts, kit: Kit) -> None:
    pictures = {name: body for name, body in kit.items() if name not in TEXTS}
    assert set(kit) - set(pictures) == TEXTS
    assert sorted(Path(name).suffix for name in pictures) == [".pdf", ".png", ".png", ".svg"]
    for name in pictures:
        assert re.fullmatch(r"[a-z0-9.-]+", name)
        assert OELSNITZ in name
        assert "2026-11-30" in name
    sizes = {Image.open(io.BytesIO(body)).size for name, body in pictures.items() if name.endswith(".png")}
    assert sizes == {(3840, 2160), (1080, 1080)}
    assert sum(map(len, kit.values())) <= 5_000_000
    context, _ = kit_context(contexts, ViewState(municipality=OELSNITZ))
    assert kit_stem(context) == "pressepaket-asskomm-14521450-overview-2026-11-30"


def test_same_facts_give_the_same_bytes(real: Snapshot) -> None:
    made = {
        press_kit(ViewContexts(lambda: real, lambda: TODAY), ViewState(municipality="14524060"), HOME) for _ in range(2)
    }
    assert len(made) == 1


def test_alternative_texts_are_those_of_the_picture(kit: Kit) -> None:
    (svg,) = (body.decode() for name, body in kit.items() if name.endswith(".svg"))
    german, english = text(kit, "alternativtext-de.txt").strip(), text(kit, "alt-text-en.txt").strip()
    assert f'<desc id="desc">{german}</desc>' in svg
    assert german.startswith("Karte. ASSKomm in und um Oelsnitz/Erzgeb.")
    assert english.startswith("Map. ASSKomm in and around Oelsnitz/Erzgeb.")
    for told in (german, english):
        assert 50 < len(told) <= 600
        assert "\n" not in told
    (pdf,) = (body for name, body in kit.items() if name.endswith(".pdf"))
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert bool(document.Root.MarkInfo.Marked)


def test_read_me_names_every_file_and_the_page_that_is_always_current(kit: Kit) -> None:
    told = text(kit, "lies-mich.txt")
    for name in kit:
        assert name in told or name == "lies-mich.txt"
    assert f"Immer aktuell: {HOME}/gemeinde?gemeinde={OELSNITZ}\n" in told
    assert f"Always current: {HOME}/gemeinde?gemeinde={OELSNITZ}&lang=en\n" in told
    assert f'<img src="{HOME}/bild/{OELSNITZ}.svg" alt="Karte. ' in told
    assert f'<img src="{HOME}/bild/{OELSNITZ}.svg?lang=en" alt="Map. ' in told
    assert f"{HOME}/gemeinde?stichtag=2026-11-30&gemeinde={OELSNITZ}" in told
    assert "erfunden" not in told


def test_sources_name_licence_and_day_in_both_languages(kit: Kit, contexts: ViewContexts) -> None:
    told = text(kit, "quelle.txt")
    about = contexts.of(ViewState()).edition.provenance
    for wanted in (about.attribution, about.licence, about.licence_url, "Stand: 30.11.2026", "As of 30 November 2026"):
        assert wanted in told


def test_without_an_address_none_is_named(contexts: ViewContexts) -> None:
    kit = opened(press_kit(contexts, ViewState(municipality="14524060")))
    told = text(kit, "lies-mich.txt")
    assert "<img" not in told
    assert "gemeinde?" not in told
    assert "://." not in told


def test_day_layer_and_language_are_those_of_the_view(contexts: ViewContexts) -> None:
    view = ViewState(municipality=OELSNITZ, layer="council", as_of=date(2022, 12, 31), lang="en", documented_only=True)
    kit = opened(press_kit(contexts, view, HOME))
    assert any("council-slide-2022-12-31" in name for name in kit)
    (svg,) = (body.decode() for name, body in kit.items() if name.endswith(".svg"))
    assert 'lang="en"' in svg
    assert "Municipal prevention council" in svg
    assert f'<desc id="desc">{text(kit, "alt-text-en.txt").strip()}</desc>' in svg
    assert f"{HOME}/bild/{OELSNITZ}.svg?ebene=council" in text(kit, "lies-mich.txt")


def test_invented_data_say_so_in_every_text(mini: Snapshot) -> None:
    kit = opened(press_kit(ViewContexts(lambda: mini, lambda: TODAY), ViewState(municipality="00021040"), HOME))
    assert "Beispieldaten" in text(kit, "bildunterschrift.txt")
    assert "Beispieldaten" in text(kit, "quelle.txt")
    assert "Alle Daten in diesem Paket sind erfunden" in text(kit, "lies-mich.txt")
    assert "all data in this kit are invented" in text(kit, "lies-mich.txt")
    snippet = next(line for line in text(kit, "lies-mich.txt").splitlines() if line.startswith("<a "))
    assert "<img src=x" not in snippet
    assert "&lt;img src=x onerror=alert(1)&gt;" in snippet


def test_old_key_leads_to_the_successor_and_an_unknown_one_to_a_sentence(contexts: ViewContexts) -> None:
    context, position = kit_context(contexts, ViewState(municipality="14522450"))
    assert context.view.municipality == "14522275"
    assert context.day.lines[position][0].name == "Jahnatal"
    before, _ = kit_context(contexts, ViewState(municipality="14522450", as_of=date(2022, 12, 31)))
    assert before.view.municipality == "14522450"
    for nobody in ("14999999", None):
        with pytest.raises(AtlasError, match="gab es keine Gemeinde"):
            press_kit(contexts, ViewState(municipality=nobody))


def test_command_line_gives_the_kit_of_the_button(
    contexts: ViewContexts, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATLAS_ADDRESS", HOME)
    file = tmp_path / "kit.zip"
    assert main(["kit", "14522450", "--as-of", "2026-11-30", "-o", str(file)]) == FINE
    assert "14522450 gehört am 30.11.2026 zu 14522275" in capsys.readouterr().err
    assert file.read_bytes() == press_kit(contexts, ViewState(municipality="14522275", as_of=TODAY), HOME)


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["14999999"], "gab es keine Gemeinde mit dem Schlüssel 14999999"),
        ([OELSNITZ, "--layer", "quatsch"], "Den Baustein quatsch gibt es nicht"),
        ([OELSNITZ, "--programme", "quatsch"], "Das Programm quatsch gibt es nicht"),
        ([OELSNITZ, "--address", "javascript:1"], "--address: „javascript:1“ ist keine Adresse"),
    ],
)
def test_command_line_says_what_is_wrong(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "kit.zip"
    assert main(["kit", *arguments, "-o", str(file)]) == WRONG_USE
    assert message in capsys.readouterr().err
    assert not file.exists()


def test_file_that_cannot_be_written_is_a_sentence(
    miniland_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATLAS_DATA_DIR", str(miniland_root))
    assert main(["kit", "00021010", "-o", str(tmp_path / "nirgends" / "kit.zip")]) == WRONG_USE
    assert "Die Datei kann nicht geschrieben werden" in capsys.readouterr().err
