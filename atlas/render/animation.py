"""Pictures one after the other as an animated GIF."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

_COLOURS = 160


def gif(frames: Sequence[bytes], lasting_ms: Sequence[int]) -> bytes:
    """Return PNG files of one size as an animated GIF that runs once; ``lasting_ms`` for each frame.

    All share the same few colours, so that the file holds only what changes from one to the next.
    """
    pictures = [Image.open(io.BytesIO(each)).convert("RGB") for each in frames]
    some = [pictures[0], pictures[len(pictures) // 2], pictures[-1]]
    sample = Image.fromarray(np.vstack([np.asarray(each) for each in some]))
    palette = sample.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    first, *rest = (each.quantize(palette=palette, dither=Image.Dither.NONE) for each in pictures)
    made = io.BytesIO()
    first.save(made, "GIF", save_all=True, append_images=rest, duration=list(lasting_ms), loop=1, optimize=False)
    return made.getvalue()
