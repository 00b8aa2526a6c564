"""A programme that is not for all municipalities: numbers, and nothing beside the number of all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from atlas.analysis.outreach import groups
from atlas.export.sheet_run import INDEX, SheetOrder, write_sheets
from atlas.export.tables import progress_table
from atlas.model.excerpt import Excerpt
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.changes import build_changes
from atlas.present.context import ViewContexts
from atlas.present.district import build_district
from atlas.present.figures import build_cards
from atlas.present.looks import looks_of
from atlas.present.map_index import map_words
from atlas.present.map_spec import counted_legend
from atlas.present.paragraph import paragraph
from atlas.present.picture import build_picture
from atlas.present.progress import chosen_instrument, course_days
from atlas.present.sheet import build_sheet
from atlas.present.wording import Words
from atlas.present.years import year_rows
from atlas.render.templates import Pieces
from atlas.sources.settings import Settings
from atlas.web.site import publish
from atlas.web.site_frame import NOTHING_HERE, Order
from tests.unit.test_core_present import unpack
from tests.unit.test_site import read

district_html = Pieces("district.html")

DE = Words("de")
DAY = date(2024, 1, 1)
NUMBER_OF_ALL = re.compile(r"%|\bvon \d|\bof \d")


@pytest.fixture(scope="module")
def selected(mini: Snapshot) -> ViewContexts:
    programmes = {key: each.model_copy(update={"addressees": "selected"}) for key, each in mini.programmes.items()}
    snapshot = replace(mini, programmes=programmes, fingerprint="selected")
    return ViewContexts(lambda: snapshot, lambda: DAY)


def test_key_figures_have_no_share(selected: ViewContexts, mini_context: Callable[..., object]) -> None:
    for layer in selected.of(ViewState()).programme.layers:
        cards = build_cards(selected.of(ViewState(layer=layer)), DE)
        assert cards
        assert not [card.note for card in cards if NUMBER_OF_ALL.search(card.note)]
        assert any(NUMBER_OF_ALL.search(card.note) for card in build_cards(mini_context(layer=layer), DE))  # type: ignore[arg-type]


def test_legend_does_not_count_those_without_activity(selected: ViewContexts) -> None:
    context = selected.of(ViewState())
    counted = [look.key for look in looks_of(context.programme, "overview") if look.has_number]
    assert "no_data" not in counted
    assert len(counted) == len(looks_of(context.programme, "overview")) - 1
    how = map_words(context.programme, DE)["howToRead"]
    said = str(Pieces("site_parts.html").legend("", "", counted_legend(context.spec.legend, DE), [], how))
    assert said.count("<b></b>") == 1
    picture = build_picture(context, Excerpt(), DE)
    assert [line.label for line in picture.legend if line.count is None] == ["keine bekannte Aktivität"]
    assert not NUMBER_OF_ALL.search(picture.alt)
    own = [look for look in context.spec.classes.values() if look not in {"no_data", "district"}]
    assert picture.subtitle.endswith(f"· {len(own)} Gemeinden mit eigenem Eintrag")


def test_paragraph_of_changes_has_no_share(selected: ViewContexts) -> None:
    before, after = (selected.of(ViewState(as_of=day)) for day in (date(2020, 1, 1), DAY))
    said = paragraph(build_changes(selected, before, after), after, DE)
    assert "Gemeinden belegt, am 01.01.2020 für" in said
    assert not NUMBER_OF_ALL.search(said)


def test_page_of_a_district_counts_only(selected: ViewContexts) -> None:
    for district in (None, "00021"):
        context = selected.of(ViewState(district=district))
        page = build_district(context, DE)
        said = str(district_html.shares(page, lambda *_: "#")) + str(
            district_html.districts(page, lambda *_: "#", context.view)
        )
        assert "Anteil" not in said
        assert not NUMBER_OF_ALL.search(said)
    assert all(
        any(view for (_, view), _ in row.covered) for row in build_district(selected.of(ViewState()), DE).districts
    )


def test_page_of_a_district_lists_the_groups_it_has_a_part_in(selected: ViewContexts) -> None:
    context = selected.of(ViewState(as_of=DAY))
    gathered = groups(context.day.cases, context.day.hood)
    assert gathered
    assert len(build_district(context, DE).groups) == len(gathered)
    home = context.edition.municipalities["district"]
    for district in context.edition.districts.index:
        page = build_district(selected.of(ViewState(as_of=DAY, district=str(district))), DE)
        assert len(page.groups) == sum(district in set(home.loc[list(each.members)]) for each in gathered)


def test_progress_has_no_share(selected: ViewContexts) -> None:
    context = selected.of(ViewState(as_of=DAY))
    course = selected.course(context)
    assert {row.shares for row in year_rows(context, course, chosen_instrument(context), DE)} == {()}
    assert set(progress_table(context, course, *course_days(context))["share"]) == {""}


def test_sheet_compares_numbers(selected: ViewContexts) -> None:
    context = selected.of(ViewState(as_of=DAY))
    for position in context.day.lines:
        for row in build_sheet(context, position, DE).shares:
            assert (row.here_share, row.state_share) == ("", "")
            assert row.state.isdigit()


@pytest.fixture
def selected_root(own_root: Path) -> Path:
    """Return the invented state with a programme that is not for all of its municipalities."""
    path = own_root / "data" / "programmes" / "mini.toml"
    path.write_text('addressees = "selected"\n' + path.read_text(encoding="utf-8"), encoding="utf-8")
    return own_root


def _documented(selected: ViewContexts) -> set[str]:
    context = selected.of(ViewState())
    rows = context.status[context.status["basis"].isin(["direct", "derived"])]
    documented = set(rows["ags"])
    assert 0 < len(documented) < len(context.day.lines)
    return documented


def test_sheets_are_made_for_those_documented(selected: ViewContexts, selected_root: Path, tmp_path: Path) -> None:
    order = SheetOrder(ViewState(as_of=DAY), jobs=1)
    run = write_sheets(Settings(selected_root), order, tmp_path / "sheets", lambda done, total: None)
    listed = pd.read_csv(tmp_path / "sheets" / INDEX, dtype={"ags": str})
    assert set(listed["ags"]) == _documented(selected)
    assert run.made == len(listed) == len(list((tmp_path / "sheets").glob("*.pdf")))


def test_site_has_pages_for_those_documented_and_shows_all_on_the_map(
    selected: ViewContexts, selected_root: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    publish(Order(Settings(selected_root), "mini", DAY), site, jobs=1)
    documented = _documented(selected)
    assert {path.parent.name for path in site.glob("gemeinde/*/index.html")} == documented
    context = selected.of(ViewState())
    index = (site / "index.html").read_text(encoding="utf-8")
    told = json.loads(re.search(r'id="site">(.*?)</script>', index)[1])  # type: ignore[index]
    assert set(told["pages"]) == documented
    offered = [keys for _, _, keys, *_ in told["search"]["places"]]
    assert {key for keys in offered for key in keys} >= documented
    assert all(documented & set(keys) or len(keys[0]) == len("05315") for keys in offered)
    shown = [position for position, look in context.spec.classes.items() if look != "no_data"]
    assert index.count('<tr><th scope="row">') == len(shown)
    layer = json.loads((site / told["layers"]["overview"]).read_text(encoding="utf-8"))
    assert len(unpack(layer["codes"][0])) == len(context.edition.municipalities)
    for page in site.rglob("*.html"):
        if page.name not in {"karte.html", "karte-offline.html", NOTHING_HERE}:
            links = read(page)
            inside = [address for _, address in links.found if not address.startswith("http")]
            assert all((page.parent / links.base / re.split("[?#]", each)[0]).exists() for each in inside), page


def test_snapshot_of_one_programme_has_nothing_of_the_others(mini: Snapshot) -> None:
    other = mini.programme("").model_copy(update={"key": "other"})
    both = replace(
        mini, programmes={"other": other, **mini.programmes}, records={"other": mini.records["mini"], **mini.records}
    )
    alone = both.alone("mini")
    assert list(alone.programmes) == list(alone.records) == ["mini"]
    assert alone.programme("").key == "mini"
