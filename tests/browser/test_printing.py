"""Pages with a map on paper: the whole map, all rows, what is folded on the screen."""

from __future__ import annotations

from collections.abc import Callable

import pypdfium2

from tests.browser.conftest import Visit


def test_printed_map_stands_above_its_legend(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/?ebene=council", "council")
    seen.page.emulate_media(media="print")
    seen.page.set_viewport_size({"width": 718, "height": 1040})  # A4 without its margins
    drawn, legend = seen.page.locator("iframe").first, seen.page.locator(".atlas-legend")
    boxes = drawn.bounding_box(), legend.bounding_box()
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"]
    assert boxes[0]["x"] + boxes[0]["width"] <= 718


def test_whole_map_and_every_row_are_printed(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/", "overview")
    seen.page.locator(".atlas-table tbody tr").first.wait_for()
    seen.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    seen.page.emulate_media(media="print")
    land = "() => Math.max(...[...document.querySelectorAll('path.area')].map((e) => e.getBoundingClientRect().right))"
    assert seen.map.evaluate(land) <= seen.map.evaluate("innerWidth") <= 680
    table = seen.page.locator(".atlas-table-scroll")
    assert table.evaluate("e => e.scrollHeight <= e.clientHeight"), "no row is cut off"
    assert seen.page.locator(".atlas-search").is_hidden()
    seen.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    seen.page.emulate_media(media="screen")
    assert seen.map.evaluate("innerWidth") > 680


def test_map_of_a_country_is_printed_with_its_classes(visit: Callable[..., Visit], saxony_url: str) -> None:
    seen = visit(saxony_url).open("/?programm=zwk", "overview")
    seen.page.locator(".atlas-table tbody tr").first.wait_for()
    page = pypdfium2.PdfDocument(seen.page.pdf(format="A4"))[0]
    colours = page.render(scale=1).to_pil().convert("RGB").getcolors(1 << 24)
    pale = sum(count for count, colour in colours if max(map(abs, map(int.__sub__, colour, (241, 239, 233)))) < 3)
    assert pale > 15_000, "the class of most of the land"


def test_map_fills_its_frame_on_paper_and_what_is_folded_is_printed(
    visit: Callable[..., Visit], saxony_url: str
) -> None:
    seen = visit(saxony_url).open("/gemeinde?gemeinde=14521450", "overview")
    seen.page.locator("table.neighbours tbody tr").first.wait_for()
    seen.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    seen.page.emulate_media(media="print")
    drawn = """() => { const box = document.querySelector('path.area').ownerSVGElement.getBoundingClientRect();
      return box.right >= innerWidth && box.bottom >= innerHeight && box.left <= 0 && box.top <= 0; }"""
    seen.map.wait_for_function(drawn)
    assert seen.map.evaluate("innerHeight") <= 450
    seen.page.emulate_media(media="screen")
    seen.page.goto(saxony_url + "/kreis?kreis=14521")
    seen.page.locator("details table tbody tr").last.wait_for(state="attached")
    folded = (
        "() => [...document.querySelectorAll('details table tbody tr')].filter(each => each.checkVisibility()).length"
    )
    assert seen.page.evaluate(folded) == 0
    seen.page.emulate_media(media="print")
    assert seen.page.evaluate(folded) > 10
