"""HTML from templates: `atlas/render/templates/` draws what `atlas.present` has said; every text is escaped on the way."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

_ENVIRONMENT = Environment(
    loader=PackageLoader("atlas.render"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def drawn(template: str, **model: object) -> Markup:
    """Return a template filled with a page model.

    Parameters
    ----------
    template
        Name of the file in `atlas/render/templates/`, ``municipality.html``.
    model
        What the template reads, by name: texts, numbers, models of `atlas.present`. A name it lacks is an error
        (``jinja2.UndefinedError``), never an empty text.
    """
    return Markup(_ENVIRONMENT.get_template(template).render(model))  # noqa: S704 - escaped by the environment
