"""What the address of a page leads to: a page with its head, another address, or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from atlas.errors import AtlasError
from atlas.model.languages import SOURCE_LANGUAGE
from atlas.model.parameters import LANG, PAGE_PARAMETERS, Given, read_view
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.address import every_key
from atlas.present.context import ViewContexts
from atlas.present.page_heads import PAGE_TITLES, PageHead, page_head, plain_head
from atlas.web.early import map_files
from atlas.web.payloads import PayloadStore

_MOST_FIELDS: Final = 100
_SHORT: Final = re.compile(r"(?:gemeinde/(?P<gemeinde>[0-9]{8})|kreis/(?P<kreis>[0-9]{5}))/?", re.ASCII)
"""A place as people write it by hand."""


@dataclass(frozen=True)
class Found:
    """What an address leads to: the page with this head, or ``leads_to`` below the application; without either nothing."""

    lang: str
    head: PageHead | None = None
    leads_to: str | None = None
    files: tuple[str, ...] = ()
    """What the page fetches first (`map_files`)."""


Finder = Callable[[str, str], Found]
"""Gives what a path below the application, without a slash in front, and a query lead to."""


@dataclass(frozen=True)
class Addresses:
    """Finds what addresses lead to. An `AtlasError` of ``current`` means that the pages say what is wrong with the data."""

    current: Callable[[], Snapshot]
    contexts: ViewContexts
    payloads: PayloadStore | None = None
    """Where maps find their data; None: no page is told what to fetch first."""

    def find(self, path: str, query: str) -> Found:
        """Return what a path and a query lead to."""
        items = _fields(query)
        given = Given.of(items, PAGE_PARAMETERS)
        lang = given.read(LANG, SOURCE_LANGUAGE)
        if path in PAGE_TITLES:
            return self._page(path, given, lang)
        if path.endswith("/") and path[:-1] in PAGE_TITLES:
            return Found(lang, leads_to=_with(path[:-1], items))
        short = _SHORT.fullmatch(path)
        if short and short.lastgroup and self._is_known(short[short.lastgroup]):
            others = [(name, text) for name, text in items if name != short.lastgroup]
            return Found(lang, leads_to=_with(short.lastgroup, [(short.lastgroup, short[short.lastgroup]), *others]))
        return Found(lang)

    def _page(self, page: str, given: Given, lang: str) -> Found:
        try:
            asked = read_view(given, self.current().layers)
            # Whatever day is asked for: the head is about the place, and costs no status of another day.
            context = self.contexts.of(ViewState(programme=asked.programme))
            head = page_head(page, context, asked)
            return Found(lang, head=head, files=map_files(page, context, self.payloads) if self.payloads else ())
        except AtlasError:
            return Found(lang, head=plain_head(lang))

    def _is_known(self, key: str) -> bool:
        try:
            return key in every_key(self.current())
        except AtlasError:
            return True  # its page says that the data cannot be read


def _fields(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return []


def _with(page: str, items: list[tuple[str, str]]) -> str:
    return f"{page}?{urlencode(items)}" if items else page
