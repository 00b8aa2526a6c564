"""What leaves the house: files, routes, the map script, HTML, the command line."""

from __future__ import annotations

import ast
import csv
import gzip
import io
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pyogrio
import pytest
from markupsafe import escape
from starlette.applications import Starlette
from starlette.testclient import TestClient

from atlas.__main__ import FINDINGS, FINE, WRONG_USE, main
from atlas.errors import AtlasError, Problem
from atlas.export.geo import status_geojson, status_gpkg
from atlas.export.tables import STATUS_COLUMNS, excel_csv, neutral, plain_csv, status_table, view_table
from atlas.model.boundaries import Level
from atlas.model.dates import ZONE, parse_moment
from atlas.model.edits import ChangeKind, Correct, Occasion
from atlas.model.rights import Actor, Role
from atlas.model.snapshot import Snapshot
from atlas.present.about import glossary
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.detail import build_detail, position_of
from atlas.present.wording import Words
from atlas.render import html
from atlas.render.folium_map import LocalMap, changing_part
from atlas.sources.boundaries import read_geometry
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore
from atlas.web.payloads import PayloadStore
from atlas.web.routes import build_routes
from tests import miniland
from tests.conftest import ROOT, TODAY

DE, EN = Words("de"), Words("en")


def test_status_has_the_columns_of_the_contract(mini_context: Callable[..., ViewContext]) -> None:
    context = mini_context()
    table = status_table(context.status, context.edition)
    assert (
        tuple(table.columns[:7])
        == STATUS_COLUMNS
        == ("ags", "name", "district", "instrument", "stage", "since", "source")
    )
    assert set(table["district"]) == {"Ministadt", "Landkreis Nord", "Landkreis Süd"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "\0x"])
def test_text_that_begins_like_a_formula_is_neutralised(text: str) -> None:
    assert neutral(text) == "'" + text
    assert neutral("a" + text) == "a" + text


def test_csv_reads_back_as_the_table(mini_context: Callable[..., ViewContext]) -> None:
    table = view_table(mini_context(layer="pact"), DE)
    read = pd.read_csv(io.BytesIO(plain_csv(table)), dtype=str, keep_default_na=False)
    assert read.to_numpy().tolist() == table.astype(str).to_numpy().tolist()
    assert table["Stichtag"].unique().tolist() == ["30.11.2026"]


def test_excel_gets_a_mark_semicolons_and_decimal_commas() -> None:
    body = excel_csv(pd.DataFrame({"Größe": [1.5, -2.0], "Text": ["a;b", "=x"], "n": [1, 2]}))
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig")), delimiter=";"))
    assert rows == [["Größe", "Text", "n"], ["1,5", "a;b", "1"], ["-2,0", "'=x", "2"]]


@pytest.mark.parametrize(("write", "separator"), [(plain_csv, ","), (excel_csv, ";")])
@pytest.mark.parametrize("text", ["a\r=1+1", "a\n=1+1", "a\r\n=1+1", 'a"\r', "a,b;c"])
def test_no_text_makes_a_row_of_its_own(write: Callable[..., bytes], separator: str, text: str) -> None:
    body = write(pd.DataFrame({"a": [text, "x"], "b": ["y", text]})).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body, newline=""), delimiter=separator))
    assert rows == [["a", "b"], [text, "y"], ["x", text]]


def test_geojson_is_in_degrees_and_says_its_source(mini_context: Callable[..., ViewContext]) -> None:
    made = json.loads(status_geojson(mini_context(), DE))
    assert len(made["features"]) == 11
    x, y = made["features"][0]["geometry"]["coordinates"][0][0]
    assert 12 < x < 14
    assert 51 < y < 52
    assert made["attribution"] == "Erfundene Grenzen (Beispieldaten)"
    assert any("erfunden" in line for line in made["source"])
    assert made["features"][0]["properties"]["talk"] is None


def test_geopackage_has_the_areas_and_their_source(mini_context: Callable[..., ViewContext], tmp_path: Path) -> None:
    path = tmp_path / "stand.gpkg"
    path.write_bytes(status_gpkg(mini_context(), DE))
    assert sorted(pyogrio.list_layers(path)[:, 0]) == ["quelle", "status"]
    assert pyogrio.read_info(path, layer="status")["features"] == 11


# --- routes ------------------------------------------------------------------------------------------------------


@pytest.fixture
def client(mini: Snapshot) -> TestClient:
    store = PayloadStore()
    programme = mini.programme("")
    store.map_urls(mini, programme, mini.editions["00"][0])
    store.map_assets()
    app = Starlette(routes=build_routes(store, lambda: mini, ViewContexts(lambda: mini, lambda: TODAY)))
    test_client = TestClient(app)
    test_client.names = store  # type: ignore[attr-defined]
    return test_client


def test_payloads_are_immutable_and_compressed(client: TestClient, mini: Snapshot) -> None:
    store: PayloadStore = client.names  # type: ignore[attr-defined]
    urls = store.map_urls(mini, mini.programme(""), mini.editions["00"][0])
    assert urls == store.map_urls(mini, mini.programme(""), mini.editions["00"][0])
    packed = client.get(f"/atlas/{urls.overview}")
    assert packed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert packed.headers["content-encoding"] == "gzip"
    plain = client.get(f"/atlas/{urls.overview}", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == packed.json()
    assert client.get("/atlas/nichts.json").status_code == 404
    script, style = store.map_assets()
    assert "sourceMappingURL" not in client.get(f"/atlas/{script}").text
    assert "leaflet" in client.get(f"/atlas/{style}").text


def test_style_names_the_font_of_the_page() -> None:
    store = PayloadStore("../static/media/x.woff2")
    style = store.get(store.map_assets()[1])
    assert style is not None
    assert gzip.decompress(style.gzipped).startswith(
        b'@font-face { font-family: "Atlas"; src: url("../static/media/x.woff2")'
    )


def test_old_payloads_are_forgotten_in_the_end() -> None:
    store = PayloadStore()
    first = store.add("a", ".json", b"0")
    for number in range(160):
        store.add("a", ".json", str(number).encode() + b"!")
    assert store.get(first) is None


def test_table_of_a_view_is_a_file(client: TestClient) -> None:
    answer = client.get("/atlas/tabelle.csv?ebene=pact&stufe=signed&form=excel&stichtag=2024-01-01")
    assert answer.headers["content-disposition"].endswith('-mini-pact-2024-01-01-excel.csv"')
    assert len(answer.content.decode("utf-8-sig").strip().splitlines()) == 1 + 5
    assert client.get("/atlas/tabelle.csv?ebene=%3Cx%3E&stichtag=heute&kreis=1").status_code == 400
    assert client.get("/atlas/tabelle.csv?lang=en").text.startswith("AGS,Municipality,District")


def test_health_and_readiness(client: TestClient) -> None:
    assert client.get("/healthz").text == "ok"
    assert client.get("/readyz").json()["ready"] is True

    def broken() -> Snapshot:
        raise AtlasError(Problem("x", "y"))

    sick = TestClient(Starlette(routes=build_routes(PayloadStore(), broken, ViewContexts(broken, lambda: TODAY))))
    assert (sick.get("/readyz").status_code, sick.get("/healthz").status_code) == (503, 200)
    assert sick.get("/atlas/tabelle.csv").status_code == 503


# --- folium and HTML ---------------------------------------------------------------------------------------------


def test_only_one_module_of_the_core_and_one_of_the_pages_know_folium() -> None:
    found = set()
    for path in [*ROOT.glob("atlas/**/*.py"), *ROOT.glob("ui/**/*.py"), *ROOT.glob("pages/*.py"), ROOT / "app.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] in {"folium", "branca", "streamlit_folium"} for name in names):
                found.add(str(path.relative_to(ROOT)))
    assert found == {"atlas/render/folium_map.py", "ui/map_panel.py"}


def _script(context: ViewContext, **changes: object) -> str:
    spec = type(context.spec)(**{**context.spec.__dict__, **changes})
    part = changing_part(spec, context.view.municipality, context.view.district, context.view.lang)
    return str(part._template.module.script(part))


def test_map_script_carries_codes_and_no_names(mini_context: Callable[..., ViewContext]) -> None:
    script = _script(mini_context(municipality="00021040"))
    assert 'atlasMap.show({"layer":"overview"' in script
    assert "Drachen" not in script
    assert "31337" not in script


@pytest.mark.parametrize(
    "changes",
    [
        {"layer": "{{7*7}}"},
        {"codes": "0<b>"},
        {"codes": "{{x}}"},
        {"district_points": ("{{7*7}}",)},
        {"points": ("x",)},
    ],
)
def test_nothing_of_another_form_passes_through_folium(
    mini_context: Callable[..., ViewContext], changes: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match=r"may not pass|invalid literal"):
        _script(mini_context(), **changes)


def test_base_map_takes_names_of_payloads_only() -> None:
    told = {"index": "../../atlas/i.json", "details": {"01": "d.json"}, "tall": 1.3}
    made = LocalMap("a.js", "a.css", told)
    assert made.render() == ""
    assert dict(made.default_js)["map"] == "../../atlas/a.js"
    with pytest.raises(ValueError, match="may not pass"):
        LocalMap("https://x.y/a.js", "a.css", told)
    with pytest.raises(ValueError, match="may not pass"):
        LocalMap("a.js", "a.css", told | {"overview": "{{x}}"})


def test_html_escapes_what_comes_from_data(mini_context: Callable[..., ViewContext]) -> None:
    context = mini_context()
    position = position_of(context.status, "00021040")
    assert position is not None
    said = str(html.detail(build_detail(context, position, DE)))
    assert "<img" not in said
    assert "<script" not in said
    assert "&lt;img src=x onerror=alert(1)&gt; {{31337*3}}" in said


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_the_record_says_has_its_language_on_every_page(
    mini_context: Callable[..., ViewContext], language: str
) -> None:
    context = mini_context(lang="en")
    programme = context.programme.model_copy(update={"language": language})
    context = replace(context, programme=programme)
    entries = [
        (position, entry)
        for position in context.day.municipalities.index
        for each in build_detail(context, position, EN).documented
        for entry in each.entries
    ]
    assert {bool(entry.link) for _, entry in entries} == {True, False}
    for position, entry in entries:
        said = str(html.detail(build_detail(context, position, EN)))
        if entry.note:
            assert f'<span class="note" lang="{language}">{escape(entry.note)}</span>' in said
        if not entry.link:
            assert f'<span class="source">Source: <span lang="{language}">{escape(entry.source)}</span>' in said
    rows = pd.DataFrame({"name": ["a"], "note": ["Mit Anmerkung"], "source": ["Sächsische Zeitung"]})
    said = str(html.list_table(rows, {"name": "Name", "note": "Note", "source": "Source"}, lang=language))
    assert said.count(f'lang="{language}"') == 2


def test_detail_without_anything_says_so(mini_context: Callable[..., ViewContext]) -> None:
    context = mini_context(as_of=date(2016, 6, 1))
    position = position_of(context.status, "00022040")
    assert position is not None
    assert "Hier ist keine Aktivität öffentlich dokumentiert" in html.detail(build_detail(context, position, DE))


def test_list_leaves_out_empty_columns_and_links_only_addresses() -> None:
    rows = pd.DataFrame({"name": ["a"], "x": [""], "source": ["javascript:alert(1)"]})
    said = html.list_table(rows, {"name": "Name", "x": "X", "source": "Quelle"})
    assert ">X<" not in said
    assert "href" not in said
    assert "javascript:alert(1)" in said


def test_glossary_explains_every_instrument(mini: Snapshot) -> None:
    terms = glossary(mini.programme(""), DE)
    assert len(terms) == 3
    assert all(term.definition and term.looks for term in terms)


# --- command line ------------------------------------------------------------------------------------------------


@pytest.fixture
def on_miniland(miniland_root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ATLAS_DATA_DIR", str(miniland_root))
    return miniland_root


def test_check_says_counts_and_findings(on_miniland: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == FINE
    out, err = capsys.readouterr()
    assert "pact: 5 Gemeinden (davon 5 in Kraft oder erreicht, 0 abgeleitet, 0 erschlossen), 4 Vorgänge" in out
    assert "0 Fehler" in out
    assert "Hinweis: data/participation/mini.csv" in err
    assert on_miniland.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [("ATLAS_DATABASE_URL", "nonsense"), ("ATLAS_DATABASE_URL", "sqlite://"), ("ATLAS_ADDRESS", "atlas.example")],
)
@pytest.mark.parametrize("command", [["check"], ["status", "--as-of", "2024-01-01"], ["store", "about"], ["log"]])
def test_wrong_settings_are_wrong_use(
    command: list[str], name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)
    assert main(command) == WRONG_USE
    assert f"FEHLER: {name}: " in capsys.readouterr().err


@pytest.mark.usefixtures("on_miniland")
def test_day_ahead_is_said_to_be_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--as-of", "2940-01-01"]) == FINE
    assert "Hinweis: Der 01.01.2940 liegt in der Zukunft" in capsys.readouterr().err


@pytest.mark.usefixtures("on_miniland")
def test_record_in_files_has_no_history(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ATLAS_DATABASE_URL", "files")
    assert main(["status", "--as-of", "2024-01-01", "--known-at", "2024-01-01"]) == WRONG_USE
    assert "Der Bestand liegt in Dateien; seine Geschichte kennt nur eine Datenbank." in capsys.readouterr().err


def test_check_of_broken_data_names_the_place(
    own_root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATLAS_DATA_DIR", str(own_root))
    (own_root / "data" / "programmes" / "mini.toml").write_text("key = \n", encoding="utf-8")
    assert main(["check"]) == FINDINGS
    assert "FEHLER: data/programmes/mini.toml: Das ist kein gültiges TOML" in capsys.readouterr().err


@pytest.mark.usefixtures("on_miniland")
def test_status_in_every_form(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["status", "--as-of", "2024-01-01"]) == FINE
    rows = capfdbinary.readouterr().out.decode().splitlines()
    assert rows[0] == "ags,name,district,instrument,stage,since,source"
    assert len(rows) == 1 + 11 * 3
    assert main(["status", "--as-of", "2024-01-01", "--details", "--format", "json"]) == FINE
    assert json.loads(capfdbinary.readouterr().out)[0]["basis"] == "none"
    for form in ("geojson", "gpkg"):
        assert main(["status", "--as-of", "2024-01-01", "--format", form, "-o", str(tmp_path / f"s.{form}")]) == FINE
        assert (tmp_path / f"s.{form}").stat().st_size > 1000


def test_after_a_correction_the_old_answer_can_still_be_had(
    own_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setenv("ATLAS_DATA_DIR", str(own_root))
    monkeypatch.setenv("ATLAS_DATABASE_URL", f"sqlite:///{tmp_path}/store.sqlite3")

    def said(*arguments: str) -> bytes:
        assert main(list(arguments)) == FINE
        return capfdbinary.readouterr().out

    with closing(SnapshotStore(Settings.from_environment())) as kept:
        kept.current()
        assert kept.store is not None
        editor = Actor("Erika", Role.EDITOR)
        status, records = said("status", "--as-of", "2024-01-01"), said("records")
        (seeded,) = kept.store.changes(editor)
        entry = kept.store.newest(editor, [1])[0]
        wrong = replace(entry.record, date="2001-01-01", date_means="reached")
        kept.save(editor, "mini", [Correct(1, 1, wrong)], Occasion(ChangeKind.EDIT, "berichtigt"))
    then = ["--known-at", seeded.recorded_at.isoformat()]
    assert said("status", "--as-of", "2024-01-01", *then) == status != said("status", "--as-of", "2024-01-01")
    assert said("records", *then) == records != said("records")
    assert b"2001-01-01" in said("records", "--known-at", datetime.now(ZONE).date().isoformat())  # today, until now
    for moment, told in (("2999-01-01T12:00", "in der Zukunft"), ("2016-01-01", "noch kein Bestand")):
        assert main(["records", "--known-at", moment]) == WRONG_USE
        assert told in capfdbinary.readouterr().err.decode()
    with pytest.raises(SystemExit):
        main(["records", "--known-at", "gestern"])


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-01T12:00", "2026-11-01T11:00:00+00:00"),
        ("2026-07-01T12:00", "2026-07-01T10:00:00+00:00"),
        ("2026-07-01T12:00:30+00:00", "2026-07-01T12:00:30+00:00"),
        ("2026-07-01", "2026-07-01T21:59:59.999999+00:00"),
        ("2026-11-23", "2026-11-23T11:00:00+00:00"),
        ("2026-11-24", "2026-11-24T22:59:59.999999+00:00"),
    ],
)
def test_a_moment_is_german_time_and_a_day_its_end(text: str, moment: str) -> None:
    now = datetime(2026, 11, 23, 11, tzinfo=UTC)
    assert parse_moment(text, now).astimezone(UTC).isoformat() == moment


@pytest.mark.usefixtures("on_miniland")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["status", "--as-of", "2024-01-01", "--programme", "x"], "Das Programm x gibt es nicht; vorhanden: mini"),
        (["status", "--as-of", "2024-01-01", "--format", "gpkg"], "GeoPackage braucht eine Datei"),
    ],
)
def test_wrong_use_is_explained(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == WRONG_USE
    assert said in capsys.readouterr().err


@pytest.mark.usefixtures("on_miniland")
def test_neighbours_from_the_command_line(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["neighbours", "00021070", "--as-of", "2024-01-01"]) == FINE
    out, err = capfdbinary.readouterr()
    assert out.decode().splitlines() == [
        "ags,name,district,border_km,talk,pact,council",
        "00021060,Gürtel,Landkreis Nord,12.0,held,signed,active",
    ]
    assert "zweiten Ring" in err.decode()


@pytest.mark.usefixtures("on_miniland")
def test_white_spots_from_the_command_line(capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> None:
    assert main(["whitespots", "--as-of", "2024-01-01"]) == FINE
    rows = capfdbinary.readouterr().out.decode().splitlines()
    assert rows[0] == "ags,name,district,share,active_km,outline_km,edge_km,active,neighbours,names"
    assert main(["whitespots", "--district", "00021", "-o", str(tmp_path / "k.csv")]) == FINE
    assert all(",Landkreis Nord," in row for row in (tmp_path / "k.csv").read_text("utf-8").splitlines()[1:])


@pytest.mark.usefixtures("on_miniland")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["neighbours", "00022010"], "ihr Gebiet gehört zu 00022015 Neu-Ilm"),
        (["neighbours", "99999999"], "gab es keine Gemeinde mit dem Schlüssel 99999999"),
        (["whitespots", "--district", "99999"], "Den Kreis 99999 gibt es nicht; vorhanden: 00011, 00021, 00022"),
        (["whitespots", "--programme", "x"], "Das Programm x gibt es nicht"),
        (["status", "--as-of", "1890-01-01"], "--as-of: Die Gemeindegrenzen reichen bis 2016-01-01 zurück"),
        (["neighbours", "00021070", "--as-of", "1890-01-01"], "--as-of: Die Gemeindegrenzen reichen bis"),
    ],
)
def test_what_does_not_exist_is_wrong_use(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == WRONG_USE
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["neighbours"], ["neighbours", "1452145"], ["whitespots", "--district", "1"], []]
)
def test_keys_of_the_wrong_form_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == WRONG_USE
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["changes"], ["status", "--as-of", "gestern"]])
def test_usage_errors_end_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == WRONG_USE
    assert "usage" in capsys.readouterr().err


def test_boundaries_are_taken_in_from_the_command_line(
    own_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATLAS_DATA_DIR", str(own_root))
    miniland.municipalities().to_file(tmp_path / "neu.geojson", engine="pyogrio")
    command = ["boundaries", "add", str(tmp_path / "neu.geojson"), "--date", "2025-01-01", "--attribution", "wir"]
    assert main(command) == FINDINGS  # the file has municipalities that had merged by then
    assert "--although" in capsys.readouterr().err
    assert main([*command, "--although"]) == FINE
    out, err = capsys.readouterr()
    assert "Gemeindegrenzen ab 2025-01-01 aufgenommen: 13 Gemeinden" in out
    assert "Hinweis" in err


def test_geometry_lies_in_order_of_position(mini: Snapshot) -> None:
    edition = mini.editions["00"][0]
    for level in Level:
        assert len(read_geometry(edition, level)) == len(edition.municipalities)
