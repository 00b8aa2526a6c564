"""The export page in a browser: from a municipality's link to its picture in three clicks, and an image on another site."""

from __future__ import annotations

import io
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import Visit

OELSNITZ = "14521450"
PREVIEW = "img.preview"


def _preview(seen: Visit) -> tuple[int, int]:
    """Return the natural size of the preview once it is there."""
    seen.page.locator(PREVIEW).wait_for()
    seen.page.wait_for_function(f"() => document.querySelector('{PREVIEW}').complete")
    width, height = seen.page.locator(PREVIEW).evaluate("e => [e.naturalWidth, e.naturalHeight]")
    return width, height


def test_from_the_link_of_a_municipality_to_its_slide(
    visit: Callable[..., Visit], saxony_url: str, tmp_path: Path
) -> None:
    seen = visit(saxony_url).open(f"/gemeinde?gemeinde={OELSNITZ}")
    seen.page.locator("header.place h2").wait_for()
    seen.page.get_by_role("link", name="Mitnehmen").first.click()  # one
    assert _preview(seen) == (960, 540)
    with seen.page.expect_download() as started:
        seen.page.get_by_role("link", name=re.compile("PNG")).click()  # two
    file = tmp_path / started.value.suggested_filename
    started.value.save_as(file)
    assert re.fullmatch(rf"praeventionsatlas-asskomm-{OELSNITZ}-overview-slide-\d{{4}}-\d\d-\d\d\.png", file.name)
    with Image.open(file) as picture:
        assert picture.size == (3840, 2160)
    assert file.stat().st_size <= 2_000_000
    assert seen.errors == []
    assert seen.foreign == []


@pytest.mark.parametrize(("form", "kind"), [("PDF", b"%PDF"), ("SVG", b"<svg")])
def test_other_forms(visit: Callable[..., Visit], saxony_url: str, form: str, kind: bytes, tmp_path: Path) -> None:
    seen = visit(saxony_url).open("/export?ebene=agreement&kreis=14524&groesse=a4-portrait&lang=en")
    assert _preview(seen) == (595, 842)
    with seen.page.expect_download() as started:
        seen.page.get_by_role("link", name=re.compile(f"^{form}")).click()
    file = tmp_path / f"x.{form}"
    started.value.save_as(file)
    body = file.read_bytes()
    assert body.startswith(kind)
    if form == "PDF":
        said = pypdfium2.PdfDocument(io.BytesIO(body))[0].get_textpage().get_text_range()
        assert "ASSKomm in Landkreis Zwickau: Cooperation agreement" in said


def test_preview_fits_the_phone(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url, phone=True).open(f"/export?gemeinde={OELSNITZ}")
    _preview(seen)
    box = seen.page.locator(PREVIEW).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_link_brings_the_same_picture_back(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open(
        "/export?ebene=council&stichtag=2022-12-31&ausschnitt=14524&groesse=square&gemeinde=14524330"
    )
    _preview(seen)
    address = seen.page.locator(PREVIEW).get_attribute("src")
    link = seen.page.url
    again = visit(saxony_url).open(link.removeprefix(saxony_url))
    _preview(again)
    expect(again.page.locator(PREVIEW)).to_have_attribute("src", address)
    assert "Stand: 31.12.2022" in str(again.page.locator(PREVIEW).get_attribute("alt"))


def test_live_image_stands_on_another_site(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open(f"/export?gemeinde={OELSNITZ}")
    _preview(seen)
    code = seen.page.locator("pre", has_text="<img").inner_text()
    page = visit(saxony_url).page
    page.set_content(f"<!doctype html><title>Stadt</title>{code}")
    page.wait_for_function("() => document.querySelector('img').complete")
    assert page.locator("img").evaluate("e => e.naturalWidth") == 1600
    assert page.locator("img").get_attribute("alt")
    expect(page.locator("a")).to_have_attribute("href", f"{saxony_url}/gemeinde?gemeinde={OELSNITZ}")


def test_live_images_go_through_all_middleware(saxony_url: str) -> None:
    with urllib.request.urlopen(f"{saxony_url}/bild/sachsen.png?groesse=small") as answer:
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    with pytest.raises(urllib.error.HTTPError, match="400") as refused:
        urllib.request.urlopen(f"{saxony_url}/bild/sachsen.png?groesse=riesig")
    assert "gibt es nicht; möglich: small, medium, large" in refused.value.read().decode()
