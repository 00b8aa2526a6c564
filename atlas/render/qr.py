"""QR codes. The only module that imports segno."""

from __future__ import annotations

import io

import segno


def qr_file(address: str, form: str, *, scale: int, border: int) -> bytes:
    """Return an address as a QR code, ``svg`` or ``png``; a fifth of it may be hidden.

    ``scale`` is the size of a module (points, dots), ``border`` the width of the margin in modules.
    """
    made = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(made, kind=form, scale=scale, border=border, **({"xmldecl": False} if form == "svg" else {}))
    return made.getvalue()


def qr_picture(address: str) -> str:
    """Return an address as a QR code on white, as the address of a picture inside a page."""
    return str(segno.make(address, error="m", micro=False).svg_data_uri(border=3, light="#ffffff", omitsize=True))
