"""HTML and SVG from templates: `atlas/render/templates/` draws what `atlas.present` has said; every text is escaped on the way."""

from __future__ import annotations

import re
from collections.abc import Callable

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

_LAYOUT = re.compile(r"(?<=[>}])\s*\n\s*|\s*\n\s*(?=[<{])")


class _Layout(Extension):
    """Templates are indented, pages are not: a line break beside a tag is no text. Between words it stays."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return _LAYOUT.sub("", source)


_ENVIRONMENT = Environment(
    loader=PackageLoader("atlas.render"),
    extensions=[_Layout],
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def _short(value: float) -> str:
    """Return a number with two decimals, without what says nothing; small ones with three digits that count."""
    said = f"{value:.2f}" if abs(value) >= 1 else f"{value:.3g}"
    return said.rstrip("0").rstrip(".") if "." in said and "e" not in said else said


_ENVIRONMENT.filters["n"] = _short


def drawn(template: str, /, **model: object) -> Markup:
    """Return a template filled with a page model.

    ``template`` is a file in `atlas/render/templates/`; ``model`` what it reads, by name: texts, numbers, models of
    `atlas.present`. A name it lacks is an error (``jinja2.UndefinedError``), never an empty text.
    """
    return Markup(_ENVIRONMENT.get_template(template).render(model))  # noqa: S704 - escaped by the environment


class Pieces:
    """The macros of a template as functions: ``Pieces("municipality.html").header(page)``.

    What a macro takes stands in the template. Each returns what `drawn` would; a name it does not know is a ``TypeError``.
    """

    def __init__(self, template: str) -> None:
        self._template = template

    def __getattr__(self, macro: str) -> Callable[..., Markup]:
        made: Callable[..., Markup] = getattr(_ENVIRONMENT.get_template(self._template).module, macro)
        return made
