"""Pages of PDF as dots, and dots as PNG. The only module that imports PDFium, which is not made for threads."""

from __future__ import annotations

import struct
import threading
import zlib

import numpy as np
import numpy.typing as npt
import pypdfium2

Pixels = npt.NDArray[np.uint8]
"""Rows of dots, each red, green, blue."""
_PDFIUM = threading.Lock()
_INCHES_PER_METRE = 1 / 0.0254


def pixels(pdf: bytes, width: int, height: int) -> Pixels:
    """Return the first page of a document as ``height`` rows of ``width`` dots, on white."""
    with _PDFIUM:
        document = pypdfium2.PdfDocument(pdf)
        try:
            page = document[0]
            drawn = page.render(scale=width / page.get_width(), rev_byteorder=True).to_numpy().copy()
        finally:
            document.close()
    return np.ascontiguousarray(drawn[:height, :width, :3])


def png(drawn: Pixels, dots_per_inch: float) -> bytes:
    """Return dots as PNG, every row as its difference from the one above, which for a map is mostly nothing.

    Pillow tries five filters for every row: it takes twice as long for a file as large.
    """
    height, width, _ = drawn.shape
    rows = drawn.reshape(height, width * 3)
    filtered = np.empty((height, width * 3 + 1), np.uint8)
    filtered[:, 0] = 2  # the filter "up"
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    per_metre = round(dots_per_inch * _INCHES_PER_METRE)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)),
        (b"IDAT", zlib.compress(filtered.data, 1)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
