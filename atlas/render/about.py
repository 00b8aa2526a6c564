"""The data page as HTML, from ``about.html``."""

from __future__ import annotations

from markupsafe import Markup

from atlas.present.about import AboutData, Licences, Section
from atlas.render.html import list_table
from atlas.render.templates import drawn_part


def section(heading: str, *parts: Markup) -> Markup:
    """Return a heading and what stands below it."""
    return drawn_part("about.html", "section", heading=heading, parts=parts)


def about_data(about: AboutData) -> Markup:
    """Return what the data are: programme, glossary, published totals, findings."""
    published = list_table(about.published, about.published_headings) if len(about.published) else ""
    return drawn_part("about.html", "about_data", about=about, published=published)


def licences(shown: Licences) -> Markup:
    """Return where boundaries and program come from, and under which licences."""
    return drawn_part("about.html", "licences", shown=shown)


def texts(shown: Section) -> Markup:
    """Return a heading and the sentences below it."""
    return drawn_part("about.html", "texts", shown=shown)
