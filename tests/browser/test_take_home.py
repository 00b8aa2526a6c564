"""Press kit and sheet from the page of a municipality: one click each, whole files with good names."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pypdfium2

from tests.browser.conftest import Visit

OELSNITZ = "14521450"


def _taken(seen: Visit, name: str, folder: Path) -> Path:
    with seen.page.expect_download() as started:
        seen.page.get_by_role("button", name=name).click()
    file = folder / started.value.suggested_filename
    started.value.save_as(file)
    return file


def test_sheet_and_press_kit_are_one_click_away(visit: Callable[..., Visit], saxony_url: str, tmp_path: Path) -> None:
    seen = visit(saxony_url).open(f"/gemeinde?gemeinde={OELSNITZ}")
    seen.page.locator("header.place h2").wait_for()
    sheet = _taken(seen, "Steckbrief (PDF)", tmp_path)
    assert re.fullmatch(rf"steckbrief-asskomm-{OELSNITZ}-\d{{4}}-\d\d-\d\d\.pdf", sheet.name)
    said = pypdfium2.PdfDocument(sheet.read_bytes())[0].get_textpage().get_text_range()
    assert "Oelsnitz/Erzgeb." in said
    assert "Immer aktuell" in said
    kit = _taken(seen, "Pressepaket (ZIP)", tmp_path)
    assert re.fullmatch(rf"pressepaket-asskomm-{OELSNITZ}-overview-\d{{4}}-\d\d-\d\d\.zip", kit.name)
    with zipfile.ZipFile(io.BytesIO(kit.read_bytes())) as packed:
        names = [name.partition("/")[2] for name in packed.namelist()]
        read_me = packed.read(next(name for name in packed.namelist() if name.endswith("lies-mich.txt"))).decode()
    assert "bildunterschrift.txt" in names
    assert f"{saxony_url.rstrip('/')}/bild/{OELSNITZ}.svg" in read_me
    assert seen.errors == []
    assert seen.foreign == []
