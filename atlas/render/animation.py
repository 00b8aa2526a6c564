"""Pictures one after the other as an animated GIF."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from atlas.render.raster import Pixels

_COLOURS = 160


def gif(frames: Sequence[Pixels], lasting_ms: Sequence[int]) -> bytes:
    """Return pictures of one size as an animated GIF that runs once; ``lasting_ms`` for each frame.

    All share the same few colours, so that the file holds only what changes from one to the next.
    """
    sample = Image.fromarray(np.vstack([frames[0], frames[len(frames) // 2], frames[-1]]))
    palette = sample.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    pictures = (Image.fromarray(each) for each in frames)
    first, *rest = (each.quantize(palette=palette, dither=Image.Dither.NONE) for each in pictures)
    made = io.BytesIO()
    first.save(made, "GIF", save_all=True, append_images=rest, duration=list(lasting_ms), loop=1, optimize=False)
    return made.getvalue()
