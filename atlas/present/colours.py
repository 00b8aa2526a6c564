"""Colours as `#rrggbb`: mixed, compared, and what a dark page makes of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

PAPER_LIGHTNESS: Final = 95
"""CIE lightness of the lightest ground of a map; the darkest class has about 20."""
_DARK_GROUND: Final = 24
_DARK_RISE: Final = 0.86
_TOE: Final = 0.0031308
"""Below this share of light sRGB is a straight line."""


def channels(colour: str) -> list[int]:
    """Return red, green and blue, 0 to 255."""
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _hex(values: Iterable[float]) -> str:
    return "#" + "".join(f"{round(value):02x}" for value in values)


def lighter(colour: str, share: float = 0.45) -> str:
    """Return the colour mixed with white; ``share`` is white's part."""
    return _hex(value + (255 - value) * share for value in channels(colour))


def darker(colour: str, share: float = 0.5) -> str:
    """Return the colour mixed with black; ``share`` is black's part."""
    return _hex(value * (1 - share) for value in channels(colour))


def grey(colour: str) -> float:
    """Return how light a colour is in print without colours, 0 to 255."""
    return sum(weight * value for weight, value in zip((0.3, 0.59, 0.11), channels(colour), strict=True))


def _linear(colour: str) -> list[float]:
    shares = (value / 255 for value in channels(colour))
    return [share / 12.92 if share <= 12.92 * _TOE else ((share + 0.055) / 1.055) ** 2.4 for share in shares]


def luminance(colour: str) -> float:
    """Return the relative luminance, 0 to 1."""
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), _linear(colour), strict=True))


def _lit(colour: str, wanted: float) -> str:
    """Return the colour with another luminance: brighter or darker as light is, beyond its brightest mixed with white."""
    parts = _linear(colour)
    rise = min(wanted / max(luminance(colour), 1e-6), 1 / max(*parts, 1e-6))
    parts = [rise * value for value in parts]
    held = rise * luminance(colour)
    white = max(0.0, (wanted - held) / (1 - held)) if held < 1 else 0.0
    mixed = (value + (1 - value) * white for value in parts)
    return _hex(255 * (12.92 * v if v <= _TOE else 1.055 * v ** (1 / 2.4) - 0.055) for v in mixed)


def on_dark(colour: str) -> str:
    """Return what a dark page shows for a fill: what stands out by being dark on paper stands out by being light there.

    The lightness of CIE is turned over, the hue stays. Two fills stand out from each other about as much as on paper.
    """
    lightness = 116 * luminance(colour) ** (1 / 3) - 16
    turned = _DARK_GROUND + _DARK_RISE * max(0.0, PAPER_LIGHTNESS - lightness)
    return _lit(colour, ((turned + 16) / 116) ** 3)


def line_on(ground: str, colour: str, least: float = 3.1) -> str:
    """Return the colour as lines on a dark page's fill: lighter than it by ``least`` : 1, darker where there is no room."""
    level = luminance(ground) + 0.05
    above = max(luminance(on_dark(colour)), level * least - 0.05)
    return _lit(colour, above if above <= 1 else max(level / least - 0.05, 0.0))
