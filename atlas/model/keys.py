"""Official keys of municipalities, districts and states, as text.

The eight-digit Amtlicher Gemeindeschlüssel (AGS) begins with the two digits of the state and the five of the
district. Keys are joined on, never names: Saxony alone has two each of Reichenbach, Oelsnitz and Hartmannsdorf.
"""

from __future__ import annotations

import re

_AGS = re.compile(r"[0-9]{8}")
_DISTRICT = re.compile(r"[0-9]{5}")


def parse_ags(text: str) -> str:
    r"""Return the key if ``text`` is exactly eight ASCII digits.

    Raises
    ------
    ValueError
        For anything else, also for full-width digits, which ``\d`` and ``int`` accept.
    """
    if not is_ags(text):
        raise ValueError(f"{text!r} is not an eight-digit municipality key")
    return text


def parse_district_key(text: str) -> str:
    """Return the key if ``text`` is exactly five ASCII digits; ``ValueError`` for anything else."""
    if not is_district_key(text):
        raise ValueError(f"{text!r} is not a five-digit district key")
    return text


def is_ags(text: str) -> bool:
    """Return whether a key is that of a municipality: eight digits."""
    return _AGS.fullmatch(text) is not None


def is_district_key(text: str) -> bool:
    """Return whether a participant's key is that of a district: five digits, where a municipality has eight."""
    return _DISTRICT.fullmatch(text) is not None


def state_of(key: str) -> str:
    """Return the two digits of the state a municipality's or district's key belongs to."""
    return key[:2]


def district_of(ags: str) -> str:
    """Return the district a municipality key belongs to."""
    return ags[:5]
