"""The page of a municipality as HTML, from ``municipality.html``."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from atlas.present.elsewhere import Elsewhere, OtherProgrammes
from atlas.present.municipality import MunicipalityPage, NextStep
from atlas.render.templates import drawn_part

Address = Callable[[str], str]
"""Gives the address of the page of a municipality, by key."""
AddressThere = Callable[[Elsewhere], str]
"""Gives the address of its page in another programme."""


def header(page: MunicipalityPage) -> Markup:
    """Return name, kind, district and area, and what was merged into it."""
    return drawn_part("municipality.html", "header", shown=page.detail)


def history(page: MunicipalityPage) -> Markup:
    """Return the status per instrument, each with its timeline and its dated sources."""
    return drawn_part("municipality.html", "history", page=page)


def others(shown: OtherProgrammes, address: AddressThere) -> Markup:
    """Return what other programmes say, each with the way to its page; nothing where none says anything."""
    return drawn_part("municipality.html", "others", shown=shown, address=address)


def not_here(shown: OtherProgrammes, address: AddressThere) -> Markup:
    """Return that a municipality is not part of the territory, with the way to the programmes that know it."""
    return drawn_part("municipality.html", "not_here", shown=shown, address=address)


def next_step(step: NextStep) -> Markup:
    """Return the invitation to the next step, and what is possible at any time."""
    return drawn_part("municipality.html", "next_step", step=step)


def neighbours(page: MunicipalityPage, address: Address) -> Markup:
    """Return the neighbours by shared border as a table, and what else is to say about the neighbourhood."""
    return drawn_part("municipality.html", "neighbours", page=page, address=address)
