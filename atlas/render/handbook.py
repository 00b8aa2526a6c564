"""The handbook for readers as HTML, from its one source, `docs/handbuch.md`: chapter by chapter, with its pictures."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from PIL import Image

from atlas.sources.settings import program_root

FOLDER = program_root() / "docs"
SOURCE = FOLDER / "handbuch.md"
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True)
class Heading:
    """A heading; ``anchor`` is what links lead to."""

    anchor: str
    title: str


@dataclass(frozen=True)
class Chapter(Heading):
    """A chapter with its sections; the first is the handbook as such. ``body`` lacks the chapter's own heading."""

    sections: tuple[Heading, ...]
    body: Markup


def anchor_of(title: str) -> str:
    """Return the anchor of a heading, as forges make it."""
    return re.sub(r"[^\w-]", "", title.lower().replace(" ", "-"))


def picture_paths() -> list[Path]:
    """Return the pictures of the handbook."""
    return sorted((FOLDER / "handbuch").glob("*.webp"))


def chapters(
    link: Callable[[str, str], str], picture: Callable[[Path], str], text: str | None = None
) -> tuple[Chapter, ...]:
    """Return the chapters.

    ``link`` gives the address of a section by the anchors of its chapter and its own, ``picture`` that of a file;
    ``text`` is another source than the handbook's. HTML in it stays text.
    """
    tokens = _MARKDOWN.parse(SOURCE.read_text(encoding="utf-8") if text is None else text)
    heads = {i: Heading(anchor_of(tokens[i + 1].content), tokens[i + 1].content) for i in _headings(tokens, 3)}
    starts = _headings(tokens, 2)
    homes = {
        head.anchor: heads[start].anchor
        for start, end in pairwise([*starts, len(tokens)])
        for i, head in heads.items()
        if start <= i < end
    }
    for i, head in heads.items():
        tokens[i].attrSet("id", head.anchor)
    for each in tokens:
        for part in each.children or ():
            _address(part, lambda anchor: link(homes[anchor], anchor), picture)
    return tuple(
        Chapter(
            heads[start].anchor,
            heads[start].title,
            tuple(head for i, head in heads.items() if start < i < end),
            # What the library writes: it escapes every text, and passes no HTML on.
            Markup(_MARKDOWN.renderer.render(tokens[start + 3 : end], _MARKDOWN.options, {})),  # noqa: S704
        )
        for start, end in pairwise([*starts, len(tokens)])
    )


def _headings(tokens: list[Token], deepest: int) -> list[int]:
    return [i for i, each in enumerate(tokens) if each.type == "heading_open" and int(each.tag[1]) <= deepest]


def _address(part: Token, link: Callable[[str], str], picture: Callable[[Path], str]) -> None:
    """Give a link or picture its address."""
    if part.type == "link_open":
        target = str(part.attrGet("href"))
        part.attrSet("href", link(target.removeprefix("#")) if target.startswith("#") else target)
        part.attrSet("target", "_self")
    elif part.type == "image":
        path = FOLDER / str(part.attrGet("src"))
        with Image.open(path) as shown:
            width, height = shown.size
        for name, value in (("src", picture(path)), ("width", width), ("height", height), ("loading", "lazy")):
            part.attrSet(name, value)
