"""The table beside the map: the same municipalities, sortable, and as CSV."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from atlas.export.tables import excel_csv, plain_csv, view_table
from atlas.present.looks import layer_label
from atlas.present.map_spec import MapSpec
from ui.cache import Scene, payloads
from ui.components import table
from ui.state import Keys, change_view, words


def show(drawn: Scene) -> None:
    """Show the table of what the map shows."""
    said = words()
    title = said.label(layer_label(drawn.programme, drawn.spec.layer))
    st.html(Markup("<h2>{}</h2>").format(said.say("Dieselben Gemeinden als Tabelle")))
    urls = payloads().map_urls(drawn.snapshot, drawn.programme, drawn.edition)
    data = {
        "index": f"atlas/{urls.index}",
        "layer": drawn.spec.layer,
        "codes": drawn.spec.codes,
        "since": _packed(drawn.spec),
        "lang": said.lang,
        "title": title,
    }
    table()(key=Keys.TABLE, data=data, on_ags_change=_chosen)
    stem = f"praeventionsatlas-{drawn.programme.key}-{drawn.spec.layer}-{drawn.as_of.isoformat()}"

    def shown() -> object:
        return view_table(drawn.status, drawn.spec, drawn.programme, drawn.edition, said)

    with st.container(horizontal=True):
        st.download_button(
            said.say("Tabelle als CSV für Excel"), lambda: excel_csv(shown()), f"{stem}-excel.csv", "text/csv",
            key="excel", on_click="ignore", icon=":material/download:",
        )
        st.download_button(
            said.say("Tabelle als CSV"), lambda: plain_csv(shown()), f"{stem}.csv", "text/csv",
            key="csv", on_click="ignore", icon=":material/download:",
        )


def _chosen() -> None:
    ags = st.session_state[Keys.TABLE].get("ags")
    if isinstance(ags, str):
        change_view(municipality=ags)


def _packed(spec: MapSpec) -> str:
    """Return since when by position, one token each: ``12:2021-06``, ``<`` for "at the latest", ``?`` for undated."""
    signs = {"reached": "", "known_by": "<", "source": "<"}
    return " ".join(
        f"{position}:{signs[means] + spec.since[position] if means in signs else '?'}"
        for position, means in spec.since_means.items()
    )
