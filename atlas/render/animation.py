"""Pictures one after the other as an animated GIF."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from PIL import Image

from atlas.render.raster import Pixels

_COLOURS = 160


def gif(frames: Iterable[Pixels], lasting_ms: Sequence[int], sample: Pixels) -> bytes:
    """Return pictures of one size as an animated GIF that runs once; ``lasting_ms`` for each frame.

    All share the same few colours, those of ``sample``, so that the file holds only what changes from one to the next.
    """
    palette = Image.fromarray(sample).quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    pictures = (Image.fromarray(each).quantize(palette=palette, dither=Image.Dither.NONE) for each in frames)
    first, made = next(pictures), io.BytesIO()
    first.save(made, "GIF", save_all=True, append_images=pictures, duration=list(lasting_ms), loop=1, optimize=False)
    return made.getvalue()
