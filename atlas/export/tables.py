"""Tables for download: CSV for programs, CSV for German Excel."""

from __future__ import annotations

import csv
import io

import pandas as pd

from atlas.analysis.status import NO_DATA
from atlas.model.boundaries import Edition
from atlas.present.looks import layer_label, looks_of
from atlas.present.map_spec import classify, decisive_rows
from atlas.present.scene import Scene
from atlas.present.wording import Words

_TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
STATUS_COLUMNS = ("ags", "name", "district", "instrument", "stage", "since", "source")
"""Columns of ``python -m atlas status``: a contract."""
GROUND_COLUMNS = ("basis", "derived_from", "joint_with")
"""Why: recorded directly, derived from another stage, or through the district."""


def neutral(text: str) -> str:
    """Return ``text`` so that no spreadsheet takes it for a formula: with an apostrophe in front where it would.

    ASVS 5.0, 1.2.10. Reading our files back, strip one leading apostrophe.
    """
    return f"'{text}" if text.startswith(_TRIGGERS) else text


def status_table(status: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """Return the status in the columns of the contract and the ground columns, one row per municipality and instrument.

    ``stage`` is ``no_data`` where nothing is documented, ``since`` the date as known, ``district`` its name.
    """
    table = status.reset_index(drop=True)
    return table.assign(district=table["district"].map(edition.districts["name"]))[[*STATUS_COLUMNS, *GROUND_COLUMNS]]


def plain_csv(table: pd.DataFrame) -> bytes:
    """Return UTF-8 CSV with commas, formula-like texts neutralised."""
    return _csv(table, ",").encode("utf-8")


def excel_csv(table: pd.DataFrame) -> bytes:
    """Return CSV that German Excel opens in columns: semicolons, decimal comma, UTF-8 with byte order mark."""
    return _csv(table, ";", decimal_comma=True).encode("utf-8-sig")


def _csv(table: pd.DataFrame, separator: str, *, decimal_comma: bool = False) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\r\n" if decimal_comma else "\n")
    writer.writerow(table.columns)
    for row in table.itertuples(index=False):
        writer.writerow([_cell(value, decimal_comma=decimal_comma) for value in row])
    return buffer.getvalue()


def _cell(value: object, *, decimal_comma: bool) -> str:
    if isinstance(value, float):
        return str(value).replace(".", ",") if decimal_comma else str(value)
    return neutral(str(value)) if isinstance(value, str) else str(value)


def caption(scene: Scene, words: Words) -> tuple[str, ...]:
    """Return as-of date, source of the record and attribution of the boundaries: lines owed in every file."""
    return (
        words.say("Stand: {day}", day=words.day(scene.as_of)),
        words.label(scene.programme.provenance),
        scene.edition.provenance.attribution_long,
    )


def view_table(scene: Scene, words: Words) -> pd.DataFrame:
    """Return what map and table show, as said on the page: one row for each municipality shown.

    Columns in the reader's language: key, name, district, status, since, source, as-of date.
    """
    status, spec, programme, edition = scene.status, scene.spec, scene.programme, scene.edition
    looks = {look.key: words.label(look.label) for look in looks_of(programme, spec.layer)}
    classes = classify(status, programme, spec.layer)
    deciding = decisive_rows(status, programme, spec.layer)
    sources = dict(zip(deciding.index.tolist(), deciding["source"], strict=True))
    rows = edition.municipalities
    shown = spec.shown
    return pd.DataFrame(
        {
            "AGS": [rows.at[i, "ags"] for i in shown],
            words.say("Gemeinde"): [rows.at[i, "name"] for i in shown],
            words.say("Landkreis"): [edition.districts.at[rows.at[i, "district"], "name"] for i in shown],
            words.label(layer_label(programme, spec.layer)): [looks[classes[i]] for i in shown],
            words.say("seit"): [
                words.since(spec.since[i], spec.since_means[i]) if classes[i] != NO_DATA and i in spec.since else ""
                for i in shown
            ],
            words.say("Quelle"): [sources.get(i, "") for i in shown],
            words.say("Stichtag"): [words.day(spec.as_of) for _ in shown],
        }
    )
