"""Plan and actual: targets are data with a source and a history, drawn apart from the curve, never a forecast."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from atlas.__main__ import FINE, WRONG_USE, main
from atlas.errors import AtlasError
from atlas.export.charts import chart_svg
from atlas.export.tables import TABLES
from atlas.model.rights import Actor, NotAllowedError, Role
from atlas.model.snapshot import Snapshot
from atlas.model.targets import TARGET_COLUMNS, StaleTargetsError, TargetList
from atlas.model.view import ViewState
from atlas.present.charts import Chart, Use
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.plan import plan_lines, plan_rows
from atlas.present.progress import Curve, build_curves
from atlas.present.wording import Words
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore, load_snapshot
from tests.conftest import TODAY
from tests.miniland import TARGETS

DE, EN = Words("de"), Words("en")
ADMIN, EDITOR = Actor("a@b.invalid", Role.ADMINISTRATOR), Actor("e@b.invalid", Role.EDITOR)
HEAD = ",".join(TARGET_COLUMNS)
SOURCE = "https://q.invalid"


def contexts_of(snapshot: Snapshot) -> ViewContexts:
    return ViewContexts(lambda: snapshot, lambda: TODAY)


def curves_of(contexts: ViewContexts, context: ViewContext) -> dict[str, Curve]:
    return {each.instrument: each for each in build_curves(context, contexts.course(context), DE)}


def with_targets(root: Path, *rows: str) -> Snapshot:
    path = root / "data" / "targets" / "mini.csv"
    path.write_text("\n".join((HEAD, *rows)) + "\n", encoding="utf-8")
    return load_snapshot(Settings(root))


def told(snapshot: Snapshot, words: Words = DE, **view: object) -> list[str]:
    contexts = contexts_of(snapshot)
    context = contexts.of(ViewState(**view))  # type: ignore[arg-type]
    lines = plan_lines(context, contexts.course(context), context.programme.instruments)
    return plan_rows(context, lines, words)["told"].tolist()


def test_plan_stands_beside_what_is_documented_with_the_difference_in_a_sentence(own_root: Path) -> None:
    many = "pact,2024-01-01,100,municipalities,Plan,2018,2024-06-01"
    snapshot = with_targets(own_root, many, "pact,2024-01-01,1,arrangements,Plan,,2024-06-01")
    contexts = contexts_of(snapshot)
    context = contexts.of(ViewState(as_of=date(2024, 1, 1)))
    figure = context.day.figure("pact")
    n, m = len(figure.municipalities), len(figure.arrangements)
    assert n > 1
    assert m > 1
    more = f"Am 01.01.2024: geplant 1 Vereinbarung, dokumentiert {m} Vereinbarungen; {m - 1} mehr als geplant."
    fewer = f"Am 01.01.2024: geplant 100 Gemeinden, dokumentiert {n} Gemeinden; {100 - n} weniger als geplant."
    assert told(snapshot) == [more, fewer], "whatever day is looked at, the actual is that of the target's day"
    assert told(snapshot, as_of=date(2024, 1, 1)) == [more, fewer]
    assert told(snapshot, EN, lang="en")[1].startswith("1 January 2024: 100 municipalities planned, ")
    same = with_targets(own_root, f"pact,2024-01-01,{n},municipalities,Plan,,2024-06-01")
    assert told(same) == [f"Am 01.01.2024: geplant {n} Gemeinden, dokumentiert genauso viele."]


def test_of_a_day_ahead_nothing_is_foretold(own_root: Path) -> None:
    snapshot = with_targets(own_root, "pact,2024-12-31,9,municipalities,Plan,,2024-06-01")
    contexts = contexts_of(snapshot)
    context = contexts.of(ViewState(as_of=date(2024, 1, 1), layer="pact"))
    n = len(context.day.figure("pact").municipalities)
    lines = plan_lines(context, contexts.course(context), context.programme.instruments)
    rows = plan_rows(context, lines, DE)
    assert rows["actual"].tolist() == [""]
    assert rows["told"].tolist() == [f"Am 31.12.2024: geplant 9 Gemeinden. Am 01.01.2024 dokumentiert: {n} Gemeinden."]
    early = with_targets(own_root, "pact,2016-02-01,9,municipalities,Plan,,2024-06-01")
    assert told(early) in (
        ["Am 01.02.2016: geplant 9 Gemeinden; so weit zurück wird nicht gezählt."],
        ["Am 01.02.2016: geplant 9 Gemeinden, dokumentiert 0 Gemeinden; 9 weniger als geplant."],
    )


def test_plan_is_a_line_of_its_own_and_only_where_there_is_one(mini: Snapshot, own_root: Path) -> None:
    contexts = contexts_of(mini)
    context = contexts.of(ViewState(layer="pact"))
    curves = curves_of(contexts, context)
    assert [(mark.day.year, mark.value) for mark in curves["pact"].targets] == [(2019, 3), (2024, 9)]
    assert "Punktierte Linie mit Kreuzen: Plan. Er ist keine Vorhersage." in curves["pact"].legend
    assert "Plan: 3 (31.12.2019) und 9 (31.12.2024)." in curves["pact"].alt
    assert not curves["talk"].targets
    assert not any("Plan" in text for text in (*curves["talk"].legend, curves["talk"].alt))
    drawn = [
        chart_svg(context, contexts.course(context), tuple(curves.values()), Chart.CURVE, use, DE).decode()
        for use in (Use.LIGHT, Use.DARK, Use.FILE)
    ]
    assert all('stroke-dasharray="1,3"' in svg and ">Plan</text>" in svg for svg in drawn)
    district = contexts.of(ViewState(layer="pact", district="00021"))
    assert not curves_of(contexts, district)["pact"].targets, "the plan is the state's"
    assert told(mini, district="00021") == []
    (own_root / "data" / "targets" / "mini.csv").unlink()
    without = contexts_of(load_snapshot(Settings(own_root)))
    plain = without.of(ViewState(layer="pact"))
    assert (
        'stroke-dasharray="1,3"'
        not in chart_svg(
            plain, without.course(plain), tuple(curves_of(without, plain).values()), Chart.CURVE, Use.LIGHT, DE
        ).decode()
    )
    assert TABLES["plan"](without, plain, DE) is None


def test_shipped_programmes_have_no_invented_target(real: Snapshot) -> None:
    assert all(not records.targets for records in real.records.values())


def test_every_fault_of_a_file_is_told_by_line(own_root: Path) -> None:
    with pytest.raises(AtlasError) as refused:
        with_targets(
            own_root,
            "pakt,2024-12-31,9,municipalities,Plan,,2024-06-01",
            "pact,2024-12,neun,percent,,2024-13,gestern",
            "pact,2024-12-31,9,municipalities,Plan,,2024-06-01",
            "pact,2024-12-31,10,municipalities,Plan,,2024-06-01",
        )
    said = [problem.sentence() for problem in refused.value.problems]
    assert (
        "data/targets/mini.csv, Zeile 2, instrument: „pakt“ ist kein Baustein des Programms; erlaubt ist talk, pact, council."
        in said
    )
    for column in ("date", "target", "unit", "source_url", "source_date", "retrieved"):
        assert any(each.startswith(f"data/targets/mini.csv, Zeile 3, {column}: ") for each in said), column
    assert any(
        each.startswith("data/targets/mini.csv, Zeile 5, date: Dieses Ziel steht schon in Zeile 4") for each in said
    )
    assert len(said) == 8


def test_an_administrator_enters_targets_with_history_and_undo(own_root: Path, database_url: str) -> None:
    store = SnapshotStore(Settings(own_root, database=database_url))
    programme = store.current().programme("mini")
    assert len(store.current().records["mini"].targets) == 3, "the file leads"
    body = f"{HEAD}\npact,2025-12-31,12,municipalities,{SOURCE},2024,2024-06-01\n"
    wanted = TargetList(body=body, reason="Beschluss")
    for actor in (EDITOR, Actor("r", Role.READER)):
        with pytest.raises(NotAllowedError):
            store.save_targets(actor, programme, wanted)
    with pytest.raises(AtlasError, match="Bitte sagen, warum"):
        store.save_targets(ADMIN, programme, TargetList(body=body))
    with pytest.raises(AtlasError, match="Zeile 2, target: „x“ ist keine ganze Zahl"):
        store.save_targets(ADMIN, programme, TargetList(body=body.replace(",12,", ",x,"), reason="x"))
    fingerprint = store.current().fingerprint
    store.save_targets(ADMIN, programme, wanted)
    (target,) = store.current().records["mini"].targets
    assert (target.day, target.value, target.source, target.retrieved) == (date(2025, 12, 31), 12, SOURCE, "2024-06-01")
    assert store.current().fingerprint != fingerprint
    with pytest.raises(StaleTargetsError):
        store.save_targets(ADMIN, programme, TargetList(body=HEAD, reason="zu spät"))
    store.save_targets(ADMIN, programme, TargetList(version=1, body=f"{HEAD}\n", reason="gestrichen"))
    assert store.current().records["mini"].targets == ()
    assert store.store is not None
    history = store.store.targets.history(EDITOR, "mini")
    assert [(each.version, each.reason, each.actor) for each in history] == [
        (2, "gestrichen", ADMIN.name),
        (1, "Beschluss", ADMIN.name),
        (0, "", ""),
    ]
    assert history[2].body == TARGETS, "what the file said"
    store.save_targets(ADMIN, programme, TargetList(version=2, body=history[1].body, reason="doch"))
    assert store.current().records["mini"].targets == (target,)
    with pytest.raises(NotAllowedError):
        store.store.targets.history(Actor(), "mini")
    store.close()


def test_the_command_line_gives_and_takes_the_list(
    own_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATLAS_DATA_DIR", str(own_root))
    monkeypatch.setenv("ATLAS_DATABASE_URL", f"sqlite:///{tmp_path}/x.sqlite3")
    assert main(["targets"]) == FINE
    assert capsys.readouterr().out == TARGETS
    file = tmp_path / "ziele.csv"
    file.write_text(f"{HEAD}\npact,2025-12-31,zwölf,municipalities,Plan,,2024-06-01\n", encoding="utf-8")
    assert main(["targets", "--replace", str(file), "--reason", "Beschluss"]) == WRONG_USE
    assert "Zeile 2, target: „zwölf“ ist keine ganze Zahl" in capsys.readouterr().err
    file.write_text(file.read_text("utf-8").replace("zwölf", "12"), encoding="utf-8")
    assert main(["targets", "--replace", str(file)]) == WRONG_USE
    assert main(["targets", "--replace", str(file), "--reason", "Beschluss"]) == FINE
    capsys.readouterr()
    assert main(["targets"]) == FINE
    assert capsys.readouterr().out == file.read_text("utf-8")


def test_table_and_file_say_the_same(mini: Snapshot) -> None:
    contexts = contexts_of(mini)
    context = contexts.of(ViewState())
    table = TABLES["plan"](contexts, context, DE)
    assert table is not None
    assert table["Unterschied"].tolist() == told(mini)
    assert len(table) == len(list(csv.DictReader(io.StringIO(TARGETS))))
