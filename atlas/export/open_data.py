"""The files of the open data, for the command line, the interface and the static site alike."""

from __future__ import annotations

from datetime import date

import pandas as pd

from atlas.export.geo import boundaries_geojson, status_geojson, status_gpkg
from atlas.export.tables import DETAIL_COLUMNS, STATUS_COLUMNS, cases_table, excel_csv, plain_csv, status_table
from atlas.model.programme import Programme
from atlas.model.records import RECORD_COLUMNS
from atlas.model.snapshot import Snapshot
from atlas.present.context import ViewContext, weights_of
from atlas.present.open_data import Content
from atlas.present.wording import Words


def status_file(
    context: ViewContext,
    ending: str,
    words: Words,
    *,
    district: str | None = None,
    with_details: bool = False,
    is_excel: bool = False,
) -> bytes:
    """Return the status of a view's programme on its date, of one district if its key is given.

    ``ending`` is ``csv``, ``json`` (both one row per municipality and instrument, the columns of the contract, with
    `DETAIL_COLUMNS` if wanted), ``geojson`` or ``gpkg`` (one area per municipality, a column per instrument, always with
    details). ``words`` is for the source lines inside the latter two, ``is_excel`` for CSV that German Excel opens.
    """
    if ending == "geojson":
        return status_geojson(context, words, district)
    if ending == "gpkg":
        return status_gpkg(context, words, district)
    columns = [*STATUS_COLUMNS, *(DETAIL_COLUMNS if with_details else ())]
    table = status_table(context.status, context.edition, district)[columns]
    return written_table(table, ending, is_excel=is_excel)


def cases_file(context: ViewContext, ending: str, *, district: str | None = None, is_excel: bool = False) -> bytes:
    """Return the cases of a view's date as ``csv`` or ``json``, of one district if its key is given."""
    return written_table(cases_table(context, district), ending, is_excel=is_excel)


def written_table(table: pd.DataFrame, ending: str, *, is_excel: bool = False) -> bytes:
    """Return a table as ``csv`` (for German Excel if wanted) or ``json``."""
    if ending == "json":
        return str(table.to_json(orient="records", force_ascii=False)).encode()
    return excel_csv(table) if is_excel else plain_csv(table)


def records_file(entries: pd.DataFrame, *, is_excel: bool = False) -> bytes:
    """Return entries of a record as CSV, in the columns and the order of its file."""
    return written_table(entries[list(RECORD_COLUMNS)], "csv", is_excel=is_excel)


def boundaries_file(snapshot: Snapshot, programme: Programme, day: date, words: Words) -> bytes:
    """Return the municipalities of a programme's state as they were on ``day``, as GeoJSON with full geometry."""
    edition = snapshot.edition(programme, day)
    weights = weights_of(snapshot, programme, edition)
    return boundaries_geojson(edition, day, words, weights, is_synthetic=snapshot.is_synthetic)


def file_name(content: Content, ending: str, programme: str, *about: str) -> str:
    """Return the name of a file: plain letters, programme, what it holds, then ``about`` (date, district, form)."""
    words = {
        Content.STATUS: "stand",
        Content.CASES: "faelle",
        Content.RECORDS: "eintraege",
        Content.BOUNDARIES: "grenzen",
    }
    return f"{'-'.join(filter(None, ('praeventionsatlas', programme, words[content], *about)))}.{ending}"
