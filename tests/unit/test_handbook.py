"""The handbook is true of the product: its words stand on the screen, its links lead somewhere, it holds every job."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from atlas.model.parameters import CHAPTERS
from atlas.present.handbook import CHAPTER_OF
from atlas.present.page_heads import PAGE_TITLES
from atlas.render import handbook
from atlas.render.templates import Pieces
from tests.browser.payloads import PAYLOADS
from tests.catalogue import ROOT, messages
from tests.elements import Elements
from tests.handbook_pictures import MOST_BYTES, SHOTS
from tests.unit.test_new_words import said_in_labels

TEXT = handbook.SOURCE.read_text(encoding="utf-8")
FORMS = {"PNG", "SVG", "PDF"}
"""Names of formats are no texts to translate."""
PAGE_OF_JOB = {
    "": ("M1", "M5"),
    "kreis": ("M3",),
    "fortschritt": ("M4", "T3"),
    "gemeinde": ("M2", "K2", "K3", "K5"),
    "export": ("K1", "K4"),
    "steuerung": ("T1", "T2"),
    "pflege?teil=einfuhr": ("T4",),
    "ueber": ("T5",),
}
"""By page: the jobs done there (features.md, section 4)."""
PER_MINUTE = 240
"""Words of plain prose an adult reads silently."""
TWINS = {"adding-a-programme.md": "programm-aufnehmen.md", "maintenance.md": "pflege.md"}


def drawn(text: str | None = None) -> tuple[handbook.Chapter, ...]:
    return handbook.chapters(lambda chapter, section: f"{chapter}#{section}", lambda path: path.name, text)


def test_every_bold_word_stands_on_the_screen() -> None:
    """Three dots stand for what a message is filled with."""
    known = {re.sub(r"\{\w+\}", "…", text) for text in messages()} | said_in_labels() | FORMS
    said = set(re.findall(r"\*\*(.+?)\*\*", TEXT))
    assert len(said) > 80
    assert said - known == set()


def test_chapters_are_those_of_the_addresses_and_anchors_are_plain() -> None:
    first, *rest = drawn()
    assert tuple(each.anchor for each in rest) == CHAPTERS
    anchors = [first.anchor, *(head.anchor for each in rest for head in (each, *each.sections))]
    assert len(anchors) == len(set(anchors))
    assert all(re.fullmatch("[a-z0-9-]+", each) for each in anchors)


def test_every_page_has_its_chapter() -> None:
    assert CHAPTER_OF.keys() == PAGE_TITLES.keys()
    assert set(CHAPTER_OF.values()) <= set(CHAPTERS)


def test_each_of_the_fifteen_jobs_has_a_section_in_the_chapter_of_its_page() -> None:
    where = dict(re.findall(r"^\| ([MKT]\d) \|.*\(#(.+)\) \|$", TEXT, re.MULTILINE))
    assert sorted(where) == sorted(job for jobs in PAGE_OF_JOB.values() for job in jobs)
    assert len(where) == 15
    chapters = {each.anchor: {head.anchor for head in each.sections} for each in drawn()}
    for page, jobs in PAGE_OF_JOB.items():
        chapter = "eine-liste-einlesen" if "einfuhr" in page else CHAPTER_OF[page]
        assert {where[job] for job in jobs} <= chapters[chapter], page


def test_links_of_the_text_lead_to_its_sections() -> None:
    """A link to an unknown anchor is a `KeyError`; to other documents there is none: no page shows them."""
    assert set(re.findall(r"\]\(([^#)]+)\)", TEXT)) == {f"handbuch/{path.name}" for path in handbook.picture_paths()}
    with pytest.raises(KeyError):
        drawn("# A\n\n[x](#nirgends)")


def test_it_takes_ten_minutes_to_read() -> None:
    told = re.sub(r"!\[.*?\]\(.*?\)|\]\(#.*?\)", "", TEXT.split("## Welche Aufgabe steht wo")[0])
    assert len(re.findall(r"\w+", told)) / PER_MINUTE <= 10


def test_pictures_are_small_described_and_those_the_script_takes() -> None:
    assert {path.stem for path in handbook.picture_paths()} == {shot.name for shot in SHOTS}
    for alt in re.findall(r"!\[(.*?)\]", TEXT):
        assert len(alt) > 60
    for path in handbook.picture_paths():
        assert path.stat().st_size <= MOST_BYTES
        with Image.open(path) as shown:
            size = shown.size
        (told,) = (each.body for each in drawn() if f'src="{path.name}"' in each.body)
        assert f'width="{size[0]}" height="{size[1]}"' in told


@pytest.mark.parametrize("payload", [each for each in PAYLOADS if "[x](" not in each and "# " not in each])
def test_html_in_the_text_stays_text(payload: str) -> None:
    """What Markdown makes of a text is the library's; of HTML it makes nothing."""
    pieces = Pieces("handbook.html")
    first, chapter = drawn(f"# Buch\n\n## Kapitel\n\n{payload}\n\n- {payload}\n")
    told = pieces.chapter(chapter, lambda *_: "") + pieces.contents([first, chapter], lambda *_: "", payload)
    found = {each[0] for each in Elements(told).found}
    assert found <= {"article", "h2", "p", "ul", "li", "nav", "a", "em", "strong", "code"}
    assert not any(name.startswith("on") for each in Elements(told).found for name in each[1:])


def test_links_of_a_text_run_nothing() -> None:
    (chapter,) = drawn("# Buch\n\n[x](javascript:alert(1)) <javascript:alert(1)>")
    assert "href" not in chapter.body


@pytest.mark.parametrize(("english", "german"), TWINS.items())
def test_german_documents_name_the_same_commands_and_each_other(english: str, german: str) -> None:
    texts = [(Path(ROOT) / "docs" / name).read_text(encoding="utf-8") for name in (english, german)]
    blocks, words = ([re.findall(pattern, each) for each in texts] for pattern in (r"(?s)```.*?```", r"`[^`\n]+`"))
    assert blocks[0] == blocks[1]
    assert set(words[0]) <= set(words[1])
    assert f"({german})" in texts[0]
    assert f"({english})" in texts[1]
