"""Scripts for the browser: how modules are joined into one, and that they follow the rules of the Python side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import shapely

from atlas.adopt.boundary_versions import decode_topology
from atlas.model.boundaries import Level
from atlas.model.languages import LANGUAGES
from atlas.model.parameters import PAGE_PARAMETERS, Given, read_page, read_view
from atlas.model.snapshot import Snapshot
from atlas.model.view import EARLIEST, ViewState, view_to_query
from atlas.present.address import misread, misread_told, unknown_keys
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.detail import position_or_successor
from atlas.present.film import packed_film
from atlas.present.looks import ABSENT, FILTERED, looks_of
from atlas.present.map_index import body_names, build_map_index
from atlas.present.map_spec import pack, packed_bodies, packed_positions, packed_since
from atlas.present.since import HOLDS, Since, packed, said, templates
from atlas.present.site import moved_keys
from atlas.present.site_days import changing_days, packed_days, stamps
from atlas.present.wording import Words
from atlas.render.fonts import letter_widths, text_width
from atlas.web.scripts import join, script
from tests.conftest import ROOT, TODAY, film_of
from tests.javascript import run_node

MODULES = {
    "main.js": 'import draw from "./parts/draw.js";\nimport {\n  size, twice as double,\n} from "./parts/size.js";\n'
    "const name = `main ${size}`;\nconsole.log(name, double(size), draw(3));\n",
    "parts/draw.js": 'import { twice } from "./size.js";\nconst name = "draw";\n'
    "export default function draw(n) {\n  return `${name} ${twice(n)}`;\n}\n",
    "parts/size.js": 'console.log("once");\nexport const size = 4;\nexport function twice(n) {\n  return 2 * n;\n}\n'
    "export async function later() {}\nexport class Size {}\n",
}


def test_each_module_runs_once_before_those_that_import_it_and_keeps_its_names() -> None:
    assert run_node("-", source=join("main.js", MODULES.__getitem__)) == "once\nmain 4 8 draw 6\n"


@pytest.mark.parametrize(
    "source",
    [
        "export let count = 1;\n",
        "export { a };\n",
        'export * from "./b.js";\n',
        'import "./b.js";\n',
        'import * as b from "./b.js";\n',
        'import { b } from "b";\n',
        "export default 3;\n",
        '  import {b} from "./b.js";\n',
    ],
)
def test_a_form_the_joiner_does_not_know_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"a.js: the joiner does not know this form: \w+"):
        join("a.js", lambda _: source)


def test_a_circle_is_refused() -> None:
    modules = {"a.js": 'import { b } from "./x/b.js";\n', "x/b.js": 'import { a } from "../a.js";\n'}
    with pytest.raises(ValueError, match=r"circle: a\.js → x/b\.js → a\.js"):
        join("a.js", modules.__getitem__)


@pytest.mark.parametrize("entry", ["map/main.js", "site/main.js", "site/lookup.js", "site/frame.js", "shell/main.js"])
def test_what_is_served_is_one_script_that_needs_no_other(entry: str) -> None:
    source = script(entry).decode()
    run_node("--check", "-", source=source)
    assert "import " not in {line[:7] for line in source.splitlines()}


def test_the_browser_follows_the_rules_of_python(mini: Snapshot, tmp_path: Path) -> None:
    contexts = ViewContexts(lambda: mini, lambda: TODAY)
    context = contexts.of(ViewState())
    vectors = (
        {
            "special": [ABSENT, FILTERED, looks_of(context.programme, context.view.layer)[0].code],
            "index": build_map_index(context.programme, context.edition, context.records),
            "codes": [[codes, pack(codes)] for codes in _codes(context.spec.codes)],
            "positions": [
                [each, packed_positions(each)] for each in ([], [0], [35, 36], [0, 2, 41], [7, 700, 30_000, 10**6])
            ],
            "dates": list(_dates()),
            "layers": [_days_of(contexts, layer) for layer in context.programme.layers[::2]],
            "letters": letter_widths(context.edition.municipalities["name"]),
            "widths": [
                [name, bold, text_width(name, 12, bold=bold)]
                for name in context.edition.municipalities["name"]
                for bold in (False, True)
            ],
            "changes": moved_keys(context),
            "successors": list(_successors(contexts)),
            "geometry": _geometry(context),
            "film": _film(contexts.of(ViewState(as_of=date(2020, 6, 30)))),
        }
        | _bodies(context)
        | _queries(context)
    )
    (tmp_path / "vectors.json").write_text(json.dumps(vectors), encoding="utf-8")
    run_node("--test", *map(str, sorted((ROOT / "tests" / "js").glob("*.test.js"))), vectors=tmp_path / "vectors.json")


def _codes(shown: str) -> Iterator[str]:
    yield from ("", shown, "0101", "-" * 40 + "." + "a" * 3)
    yield from ("z" * length + "1" for length in range(1, 60))


def _dates() -> Iterator[tuple[str, str, str]]:
    days = ("2021", "2021-06", "2021-06-30", "2000-01-01", "2035-12-31", "2036-01-01", "1998", "1998-07-05")
    for kind in templates(Words("de")):
        means = ("reached", "known_by", "undated") if kind == HOLDS else ("reached",)
        each = [Since(kind, day, meaning) for day in days for meaning in means] + [Since(kind, "", "reached")]
        if kind == HOLDS:
            each.append(Since(kind, "", "undated"))
        yield from ((packed(since), lang, said(since, Words(lang))) for since in each for lang in ("de", "en"))


def _bodies(context: ViewContext) -> dict[str, object]:
    names = body_names(context.records)
    assert context.spec.bodies
    expected = [[str(names.index(name)), members] for name, members in context.spec.bodies]
    return {"bodies": [["", []], [packed_bodies(context.spec, names), expected]]}


def _days_of(contexts: ViewContexts, layer: str) -> dict[str, object]:
    """Return the file of a layer, and what the application shows of it on some days."""
    view = ViewState(layer=layer)
    days = changing_days(contexts, view, TODAY)
    file = packed_days(contexts, view, days, stamps(contexts, view, days))
    context = contexts.of(view)
    looks = [look.key for look in looks_of(context.programme, layer)]
    filters: list[dict[str, Any]] = [{}, {"documented_only": True}, {"looks": frozenset(looks[1:3])}]
    filters += [{"district": key} for key in context.edition.district_keys[:2]]
    filters.append(
        {"district": context.edition.district_keys[0], "looks": frozenset(looks[:1]), "documented_only": True}
    )
    asked = [days[0], days[-1], *days[1:-1:5], *(day + timedelta(days=1) for day in days[:-1:8])]
    return {
        "file": file,
        "shown": [_shown(contexts, view.but(as_of=day, **fields)) for day in asked for fields in filters],
    }


def _shown(contexts: ViewContexts, view: ViewState) -> dict[str, object]:
    context = contexts.of(view)
    spec, names = context.spec, body_names(context.records)
    return {
        "day": context.as_of.isoformat(),
        "view": {"district": view.district or "", "looks": sorted(view.looks), "documented": view.documented_only},
        "expected": {
            "codes": spec.codes,
            "legend": " ".join(f"{entry.look.code}:{entry.count}" for entry in spec.legend),
            "total": spec.total,
            "points": spec.points,
            "districtPoints": sorted(spec.district_points),
            "bodies": [[str(names.index(name)), members] for name, members in spec.bodies],
            "since": packed_since(spec),
        },
    }


def _successors(contexts: ViewContexts) -> Iterator[tuple[str, str, str]]:
    context = contexts.of(ViewState())
    moved = {key for old, new, _ in moved_keys(context) for key in (old, new)}
    assert moved
    for day in changing_days(contexts, ViewState(), TODAY):
        then = contexts.of(ViewState(as_of=day))
        ags = then.edition.municipalities["ags"]
        for key in sorted({*moved, *ags, "14999999"}):
            position = position_or_successor(then, key)
            yield key, day.isoformat(), "" if position is None else str(ags[position])


def _queries(context: ViewContext) -> dict[str, object]:
    layers = context.programme.layers
    district, ags = context.edition.district_keys[0], str(context.edition.municipalities["ags"].iloc[0])
    queries = [
        "",
        f"ebene={layers[1]}&stichtag=2022-12-31&kreis={district}&gemeinde={ags}&stufe=signed+no_data&belegt=1",
        "ebene=nonsense&stichtag=2022-02-30&kreis=x&gemeinde=1&stufe=a.b+1&belegt=yes&fremd=1",
        "ebene=overview&stichtag=1999-01-01&stufe=held~derived&belegt=0",
    ]
    known = {context.programme.key: layers}
    about = {
        "layers": dict.fromkeys(layers, "x"),
        "layer": layers[0],
        "first": EARLIEST.isoformat(),
        "today": TODAY.isoformat(),
        "districts": list(context.edition.district_keys),
    }
    return {
        "misread": {lang: misread_told(known, Words(lang)) for lang in LANGUAGES},
        "misreadQueries": [
            [each, lang, _misread(each, context, lang)]
            for each in [*queries, *_misreadable(district, ags)]
            for lang in LANGUAGES
        ],
        "about": about,
        "queries": [[each, view_to_query(read_view(Given(dict(parse_qsl(each))), known))] for each in queries],
    }


def _misreadable(district: str, ags: str) -> list[str]:
    return [
        f"ebene=pact&gemeinde={ags}&kreis={district}&stufe=signed+no_data",
        "ebene=pact&stufe=signed+nonsense",
        "gemeinde=99999999&kreis=99999",
        "kreis=1&kreis=2&belegt=1&belegt=1&fremd&fremd=2",
        "programm=anderes&lang=xx&belegt=ja&groesse=riesig&namen=2&teil=x&bereich=1&verlauf=2022&von=heute&ebene=&stichtag=2022",
        "utm_source=rundbrief&fbclid=1&gclid=2&mc_cid=3&pk_campaign=4&mtm_kwd=5",
        "utm_source=rundbrief&fremd=1&stichtag=31.12.2022",
        f"{'x' * 60}={'ä😀' * 40}",
        "&".join(f"fremd{number}=1" for number in range(20)),
    ]


def _misread(query: str, context: ViewContext, lang: str) -> str:
    """Return what the application says about an address."""
    given = Given.of(parse_qsl(query, keep_blank_values=True), PAGE_PARAMETERS)
    view, _ = read_page(given, {context.programme.key: context.programme.layers})
    given.problems += unknown_keys(view, context.snapshot, TODAY)
    return misread(given, Words(lang))


def _film(context: ViewContext) -> dict[str, object]:
    film = film_of(context)
    return {"packed": packed_film(film), "codes": [spec.codes for spec in film]}


def _geometry(context: ViewContext) -> dict[str, object]:
    topology = json.loads(context.edition.topology_path(Level.OVERVIEW).read_text(encoding="utf-8"))
    shapes = decode_topology(topology)
    present = [code != ABSENT for code in context.spec.codes]
    districts = context.edition.municipalities["district"].tolist()
    there = shapes[present]
    whole = shapely.coverage_union_all(there)
    by_district = [
        shapely.coverage_union_all(
            shapes[[is_there and key == each for is_there, each in zip(present, districts, strict=True)]]
        )
        for key in sorted(set(districts))
    ]
    borders = (sum(map(shapely.length, by_district)) - shapely.length(whole)) / 2
    groups = [list(members) for _, members in context.spec.bodies]
    return {
        "topology": topology,
        "rings": [[_rings(polygon) for polygon in shapely.get_parts(shape)] for shape in shapes],
        "districts": districts,
        "present": present,
        "lengths": {"outline": shapely.length(whole), "borders": borders},
        "groups": [[members, shapely.length(shapely.coverage_union_all(shapes[members]))] for members in groups],
    }


def _rings(polygon: shapely.Polygon) -> list[list[list[float]]]:
    """Return the rings of a polygon; the browser closes them itself."""
    return [shapely.get_coordinates(ring)[:-1].tolist() for ring in (polygon.exterior, *polygon.interiors)]
