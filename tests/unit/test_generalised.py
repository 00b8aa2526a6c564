"""Where the boundaries are generalised, every text on neighbours and lengths of borders says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from atlas.__main__ import FINE, main
from atlas.analysis.neighbours import Neighbourhood
from atlas.analysis.outreach import white_spots
from atlas.export.tables import neighbours_said, white_spots_said
from atlas.model.view import ViewState
from atlas.present.about import licences
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.detail import build_detail
from atlas.present.district import build_district
from atlas.present.narrative import neighbours_sentence
from atlas.present.wording import Words
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot
from tests.conftest import TODAY

SAID = {"de": "Nachbarn und Längen nur ungefähr", "en": "neighbours and lengths only roughly so"}


@pytest.fixture
def rough_root(miniland_root: Path, tmp_path: Path) -> Path:
    root = Path(shutil.copytree(miniland_root, tmp_path / "rough"))
    for about in (root / "geodata").glob("*/*/edition.toml"):
        text = about.read_text(encoding="utf-8")
        about.write_text(text.replace("[sha256]", "generalised = true\n\n[sha256]"), encoding="utf-8")
    return root


def _texts(context: ViewContext, words: Words) -> dict[str, str]:
    hood: Neighbourhood = context.day.hood
    position = max(hood.lines, key=lambda each: len(hood.lines[each]))
    district = build_district(context, words)
    spots = white_spots(context.status, hood)
    return {
        "panel, page, sheet, comparison": build_detail(context, position, words).neighbour_heading,
        "sentence": neighbours_sentence(context, position, words),
        "white spots": district.spot_text.text,
        "groups": district.group_text.text,
        "neighbours as a table": " ".join(neighbours_said(context, position, words).columns),
        "white spots as a table": " ".join(white_spots_said(context, spots, words).columns),
        "about": str(licences(context, words)),
    }


@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_text_on_neighbours_says_that_borders_are_generalised(
    rough_root: Path, miniland_root: Path, lang: str
) -> None:
    for root, is_rough in ((rough_root, True), (miniland_root, False)):
        snapshot = load_snapshot(Settings(root))
        context = ViewContexts(lambda snapshot=snapshot: snapshot, lambda: TODAY).of(ViewState())
        said = {where: SAID[lang] in text for where, text in _texts(context, Words(lang)).items()}
        assert set(said.values()) == {is_rough}, said


def test_the_command_line_says_it_beside_its_tables(
    rough_root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATLAS_DATA_DIR", str(rough_root))
    for command in (["neighbours", "00021020"], ["whitespots"]):
        assert main(command) == FINE
        assert SAID["de"] in capsys.readouterr().err
