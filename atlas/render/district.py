"""The page of a district as HTML, from ``district.html``."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from atlas.model.view import ViewState
from atlas.present.district import DistrictPage
from atlas.render.templates import drawn_part

ViewAddress = Callable[[str, ViewState], str]
"""Gives the address of a page in a view."""


def header(page: DistrictPage) -> Markup:
    """Return name, number of municipalities and area."""
    return drawn_part("district.html", "header", page=page)


def shares(page: DistrictPage, address: ViewAddress) -> Markup:
    """Return the share per instrument, in the district beside the state; every number leads to its list."""
    return drawn_part("district.html", "shares", page=page, address=address)


def districts(page: DistrictPage, address: ViewAddress, view: ViewState) -> Markup:
    """Return all districts with their key figures; each leads to its page."""
    return drawn_part("district.html", "districts", page=page, address=address, view=view)


def white_spots(page: DistrictPage, address: ViewAddress, view: ViewState) -> Markup:
    """Return the municipalities without documented activity beside active ones, with the numbers behind each place."""
    return drawn_part("district.html", "white_spots", page=page, address=address, view=view)


def groups(page: DistrictPage) -> Markup:
    """Return the groups of active municipalities that hang together."""
    return drawn_part("district.html", "groups", page=page)
