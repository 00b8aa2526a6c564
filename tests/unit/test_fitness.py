"""Fit to publish: verdict, rules and findings in words, for each programme, and never the name of a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from atlas.__main__ import main
from atlas.analysis.quality import RULES, check_programme, check_snapshot
from atlas.errors import AtlasError, Problem
from atlas.model.records import RECORD_COLUMNS
from atlas.model.view import ViewState
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.fitness import build_fitness, on_screen
from atlas.present.wording import Words
from atlas.render.templates import Pieces
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot
from tests.conftest import TODAY

DE, EN = Words("de"), Words("en")
PATH = re.compile(r"data/|\.(csv|toml)\b|geodata")


def of(root: Path, *rows: dict[str, str]) -> ViewContext:
    """Return a state in which these rows alone are recorded: councils of Erlen, unless they say otherwise."""
    given = {"ags": "00021050", "municipality": "Erlen", "instrument": "council", "status": "active"}
    given |= {
        "source_url": "https://q.invalid",
        "source_date": "2024",
        "retrieved": "2024-06-01",
        "date_means": "reached",
    }
    table = pd.DataFrame(
        [dict.fromkeys(RECORD_COLUMNS, "") | given | row for row in rows], columns=list(RECORD_COLUMNS)
    )
    table.to_csv(root / "data" / "participation" / "mini.csv", index=False)
    snapshot = load_snapshot(Settings(root))
    return ViewContexts(lambda: snapshot, lambda: TODAY).of(ViewState())


def test_verdict_rules_and_places_are_said_without_files(own_root: Path) -> None:
    context = of(
        own_root,
        {"date": "2020-01-01", "until": "2021-12"},
        {"date": "2022-03"},
        {"date": "2022-03"},
        {"date": "2023", "ags": "00021020", "municipality": "Bärgen"},
    )
    fitness = build_fitness(context, DE)
    assert fitness.verdict.endswith(": keine Fehler; vor der Veröffentlichung bitte die Warnungen ansehen.")
    assert fitness.tally.startswith("0 Fehler, 3 Warnungen, 0 Hinweise.")
    found = {rule.text: rule for rule in fitness.rules}
    names = found["Name und Schlüssel der Gemeinde passen zusammen."]
    assert names.result == "1 Warnung"
    assert names.findings[0].startswith("Bärgen, Zeile 5, Gemeinde: Zum Schlüssel 00021020 gehört „Bergen“")
    (ended,) = found["Nach einem Ende ist nichts mehr belegt."].findings
    assert ended.startswith("Erlen, Zeile 2, Bis: Nach dem Ende „2021-12“")
    (twice,) = found[
        "Beim Einlesen fällt nichts auf: Kein Eintrag steht doppelt, keine Datei ist jünger als der Bestand."
    ].findings
    assert twice.startswith("Erlen, Zeile 4: Dieser Eintrag steht schon weiter oben.")
    assert found["Keine Stufe liegt nach einer höheren."].result == "erfüllt"
    assert found["Jede Gemeinde hat eine datierte Angabe aus den letzten zwölf Monaten."].findings
    for words in (DE, EN):
        said = str(Pieces("about.html").fitness(build_fitness(context, words)))
        text = re.sub(r"<[^>]*>", " ", said)
        assert not PATH.search(text), PATH.search(text)
    assert PATH.search("data/participation/mini.csv, Zeile 5")


def test_page_and_command_say_the_same_verdict(
    own_root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATLAS_DATA_DIR", str(own_root))
    monkeypatch.setenv("ATLAS_DATABASE_URL", "files")
    for rows, verdict in (
        (({"date": "2022-03"},), "frei zur Veröffentlichung"),
        (({"date": "2022-03"},) * 2, "keine Fehler; vor der Veröffentlichung bitte die Warnungen ansehen"),
    ):
        fitness = build_fitness(of(own_root, *rows), DE)
        assert fitness.verdict == f"MINI: {verdict}."
        main(["check"])
        assert capsys.readouterr().out.splitlines()[-1] == verdict


def test_every_finding_belongs_to_a_rule(real_context: Callable[..., ViewContext]) -> None:
    context = real_context()
    found = [
        problem.sentence()
        for programme in context.snapshot.programmes.values()
        for problems in check_programme(context.snapshot, programme).values()
        for problem in problems
    ]
    assert {problem.sentence() for problem in check_snapshot(context.snapshot)} == set(found)
    fitness = build_fitness(context, DE)
    assert [name for name, _ in fitness.others] == [
        each.short for each in context.snapshot.programmes.values() if each is not context.programme
    ]
    assert len(fitness.rules) == len(RULES) + 3
    assert not any(PATH.search(text) for rule in fitness.rules for text in rule.findings)


def test_faults_that_stop_everything_name_no_file_on_the_screen(own_root: Path) -> None:
    (own_root / "data" / "totals" / "mini.csv").write_text("date,measure,value,note,source_url\nx,talks,y,,\n", "utf-8")
    with pytest.raises(AtlasError) as broken:
        of(own_root, {"ags": "1", "instrument": "x", "date": "2022-13"})
    assert len(broken.value.problems) >= 5
    for words in (DE, EN):
        said = [on_screen(problem, words) for problem in broken.value.problems]
        assert not any(PATH.search(text) for text in said)
    assert (
        on_screen(Problem("data/participation/mini.csv, Zeile 2, ags", "x"), DE) == "Einträge von mini, Zeile 2, ags: x"
    )
    assert on_screen(Problem("geodata/00/2016-01-01/edition.toml", "x"), EN) == "Municipal boundaries 00/2016-01-01: x"
