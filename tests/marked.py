"""A store of the invented state with a marker in everything that is internal, for the search that must find nothing."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from datetime import date
from pathlib import Path

import pikepdf

from atlas.model.cases import FollowUp
from atlas.model.edits import Add, ChangeKind, Correct, Occasion, Record, Withdraw
from atlas.model.rights import Actor, Role
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore

MARK = "Zaunkoenig"
"""Stands in every internal field and nowhere else; plain letters, so that no encoding hides it."""
TOWN = "00021010"
ANNA = Actor(f"{MARK}.anna@example.org", Role.EDITOR)


def plant(root: Path, url: str) -> str:
    """Fill a store of the data in ``root``; return the receipt of a report that waits for an answer."""
    kept = SnapshotStore(Settings(root, database=url))
    kept.current()
    store = kept.store
    assert store is not None

    def occasion(what: str) -> Occasion:
        return Occasion(ChangeKind.IMPORT, f"{MARK} {what}", f"{MARK}.csv", "0" * 64)

    entry = Record(
        TOWN, "Neustadt", "council", "active", "2021-01-01", "reached", note=f"{MARK} war falsch.", source_url="Heft 1"
    )
    kept.save(ANNA, "mini", [Add(entry)], occasion("neu"))
    (row,) = (each for each in store.records("mini").to_dict("records") if MARK in str(each["note"]))
    # What was once in the record and is corrected now is known to those with the right to its history only.
    right = Record(TOWN, "Neustadt", "council", "active", "2021-02-01", "reached", note="Richtig.", source_url="Heft 1")
    kept.save(ANNA, "mini", [Correct(int(row["line"]), int(row["version"]), right)], occasion("berichtigt"))
    gone = Record(
        "00021020", "Bergen", "talk", "held", "2021", "reached", note=f"{MARK} gilt nicht.", source_url="Heft 2"
    )
    kept.save(ANNA, "mini", [Add(gone)], occasion("neu"))
    (row,) = (each for each in store.records("mini").to_dict("records") if MARK in str(each["note"]))
    kept.save(ANNA, "mini", [Withdraw(int(row["line"]), int(row["version"]))], occasion("zurückgenommen"))
    late = FollowUp(ags=TOWN, version=0, note=f"Notiz {MARK}", step=f"Schritt {MARK}", due=date(2024, 1, 2))
    store.follow_ups.save(ANNA, "mini", late)
    store.follow_ups.save(ANNA, "mini", FollowUp(ags="00021020", version=0, note=f"Notiz {MARK}"))
    answered = store.reports.file("mini", "00021020", f"Meldung {MARK}")
    store.reports.answer(ANNA, [answered], f"Antwort {MARK}", is_accepted=True)
    waiting = store.reports.file("mini", TOWN, f"Meldung {MARK}")
    kept.close()
    return waiting


def is_in(body: bytes, look_for: str = MARK) -> bool:
    """Return whether the marker stands in a file, also in what is packed inside it."""
    if body.startswith(b"\x1f\x8b"):
        return is_in(gzip.decompress(body), look_for)
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return any(look_for in each or is_in(packed.read(each), look_for) for each in packed.namelist())
    if body.startswith(b"%PDF"):
        return _is_in_pdf(body, look_for)
    if body.startswith(b"\x89PNG"):
        body += b"".join(_inflated(each) for each in re.findall(rb"(?:zTXt|iTXt)(.*?)(?=IDAT|IEND)", body, re.DOTALL))
    plain = body.lower()
    return any(look_for.lower().encode(code) in plain for code in ("utf-8", "utf-16-le", "utf-16-be"))


def _inflated(chunk: bytes) -> bytes:
    try:
        return zlib.decompress(chunk.partition(b"\0")[2][1:])
    except zlib.error:
        return b""


def _is_in_pdf(body: bytes, look_for: str) -> bool:
    """Return whether the marker is in the text, the metadata, the outline or an attached file of a PDF."""
    import pypdfium2

    document = pypdfium2.PdfDocument(body)
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    unpacked = io.BytesIO()
    with pikepdf.open(io.BytesIO(body)) as pdf:
        pdf.save(
            unpacked,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
    plain = unpacked.getvalue().lower()
    return look_for.lower() in text.lower() or any(
        look_for.lower().encode(code) in plain for code in ("utf-8", "utf-16-be")
    )
