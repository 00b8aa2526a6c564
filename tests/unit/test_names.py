"""Names, keys and dates as other people's tables write them: what the gate takes, what it offers, and what it leaves alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas.analysis.naming import participants, participants_of
from atlas.analysis.quality import check_programme
from atlas.analysis.values import Finding
from atlas.errors import Severity
from atlas.intake.gate import ImportedTable, Terms, read_intake
from atlas.model.edits import Record
from atlas.model.population import Population
from atlas.model.records import RECORD_COLUMNS
from atlas.model.snapshot import Snapshot
from bench.names import register
from tests.conftest import TODAY
from tests.lanes import law

HEADINGS = "AGS;Gemeinde;Baustein;Stufe;Datum;Quelle"
BLOCKER, WARNING, NOTE = Severity.BLOCKER, Severity.WARNING, Severity.NOTE

TAKEN = {
    "14523340": ["Reichenbach i.V.", "Reichenbach im Vogtland, Stadt", "Reichenbach/Vogtland", "REICHENBACH I. V."],
    "14628210": [
        "Königstein",
        "Königstein/Sächs. Schw., Stadt",
        "Koenigstein (Sächsische Schweiz)",
        "Stadt Königstein",
    ],
    "14625250": ["Kamenz / Kamjenc, Stadt", "Kamjenc / Kamenz", "Kamenz/Kamjenc", "Kamenz, Große Kreisstadt"],
    "14626600": ["Weißwasser/O.L., Stadt / Běła Woda", "Weisswasser (Oberlausitz)", "Weißwasser OL"],
    "14626430": ["Kurort Oybin", "Oybin, Kurort", "Gemeindeverwaltung Oybin"],
    "14628270": ["Stadtverwaltung Pirna", "Pirna, Stadt, Große Kreisstadt", "Pirna (Stadt)", "PIRNA"],
    "14524330": ["Zwickau, Stadt, Hochschulstadt"],
    "14521690": ["Zschopau, Stadt, Motorradstadt"],
    "14626110": ["Görlitz, Stadt", "Stadt Goerlitz", "Görlitz (Lkr. Görlitz)", "Görlitz, Kreis Görlitz"],
    "14626": ["Landkreis Görlitz", "Görlitz, Landkreis", "LK Görlitz", "Görlitz (Kreis)", "Landratsamt Görlitz"],
    "14713000": ["Leipzig, Stadt", "kreisfreie Stadt Leipzig", "Stadt Leipzig (kreisfrei)"],
    "14729": ["Landkreis Leipzig", "Leipzig (Landkreis)"],
    "14729260": ["Markkleeberg (LK Leipzig)", "Markkleeberg, Stadt", "Markkleeberg (Sachsen)", "Markkleeberg/Sa."],
    "14523300": [
        "Oelsnitz i.V.",
        "Oelsnitz/Vogtl., Stadt",
        "Ölsnitz, Vogtlandkreis",
        "Oelsnitz (Vogtland)",
        "Oelsnitz/V.",
    ],
    "14521450": ["Oelsnitz/Erzgeb.", "Oelsnitz, Erzgebirge", "Oelsnitz (Erzgebirgskreis)"],
    "14524280": ["Sankt Egidien", "St.Egidien"],
    "14628370": ["Wehlen", "Stadt Wehlen, Stadt"],
    "14522450": ["Ostrau"],
    "14628260": ["Neustadt i. Sa.", "Neustadt in Sachsen, Stadt", "Neustadt (Sachsen)"],
}
"""By key, in Saxony: names that mean this place alone, written without a key."""
OFFERED = {
    "Oelsnitz": {"14521450", "14523300"},
    "Oelsnitz, Stadt": {"14521450", "14523300"},
    "Oelsnitz (Sachsen)": {"14521450", "14523300"},
    "Görlitz": {"14626", "14626110"},
    "Leipzig": {"14713000", "14729"},
    "Neukirchen": {"14521410", "14524210"},
}
UNKNOWN = [
    "Entenhausen", "Oelsnitzer", "Pulsnitzz", "Königstein im Taunus", "Königstein/Taunus", "Neustadt an der Weinstraße",
    "Landkreis Pirna", "Kreis Leipzig, Stadt Markkleeberg", "Kamenz / Pirna", "Kamjenc", "Stadt Vogtlandkreis", "Oelsnitz/Taunus",
    "Limbach-O.", "Pirna OT Graupa", "Freital/Bannewitz", "Verwaltungsgemeinschaft Wurzen", "65462 Königstein", "Hermsdorf, Erzgebirgskreis",
    "Kamenz/Vogtl.", "Rothenburg/Tauber", "Bad", "St", "Stadt", ", Stadt", "/", "(", "Sachsen",
]  # fmt: skip
"""Nobody in Saxony: neither taken nor is anything suggested."""


def read(rows: Iterable[str], snapshot: Snapshot, programme: str = "") -> ImportedTable:
    body = "\n".join([HEADINGS, *rows]).encode()
    return read_intake(body, "liste.csv", snapshot, Terms(TODAY, programme=programme))


def by_line(delivery: ImportedTable, *columns: str) -> dict[int, list[Finding]]:
    found: dict[int, list[Finding]] = {}
    for each in delivery.intake.findings:
        if each.line and each.column in columns:
            found.setdefault(each.line, []).append(each)
    return found


def entered(delivery: ImportedTable) -> dict[int, Record]:
    return {step.line: step.said for step in delivery.intake.difference.steps if step.line and step.said}


def keys_in(text: str) -> set[str]:
    return set(re.findall(r"(?:^|, )([0-9]{8}|[0-9]{5}) ", text))


def rung(snapshot: Snapshot, programme: str = "") -> str:
    instrument, stage, _ = snapshot.programme(programme).rungs[0]
    return f"{instrument.key};{stage.key}"


def test_name_that_means_one_place_is_taken_and_said(real: Snapshot) -> None:
    cases = [(key, name) for key, names in TAKEN.items() for name in names]
    delivery = read((f';"{name}";{rung(real)};2021;Liste {n}' for n, (_, name) in enumerate(cases)), real)
    said, records = by_line(delivery, "AGS", "Gemeinde"), entered(delivery)
    for line, (key, name) in enumerate(cases, 2):
        assert (name, records[line].ags) == (name, key)
        first = said[line][0]
        assert (first.severity, key in first.problem.sentence()) == (WARNING, True), name
        assert not any(each.severity is BLOCKER for each in said[line])


def test_namesakes_are_all_offered_with_their_districts_and_none_is_taken(real: Snapshot) -> None:
    delivery = read((f';"{name}";{rung(real)};2021;Liste' for name in OFFERED), real)
    said = by_line(delivery, "AGS")
    for line, (name, keys) in enumerate(OFFERED.items(), 2):
        (only,) = said[line]
        assert (name, only.severity, keys_in(only.suggestion)) == (name, BLOCKER, keys)
    assert said[2][0].suggestion == (
        "14521450 Oelsnitz/Erzgeb. (Erzgebirgskreis), 14523300 Oelsnitz/Vogtl. (Vogtlandkreis)"
    )


def test_where_nothing_fits_nothing_is_suggested(real: Snapshot) -> None:
    delivery = read((f';"{name}";{rung(real)};2021;Liste' for name in UNKNOWN), real)
    said = by_line(delivery, "AGS")
    assert entered(delivery) == {}
    assert {name: said[line][0].suggestion for line, name in enumerate(UNKNOWN, 2)} == dict.fromkeys(UNKNOWN, "")


def test_what_may_have_lost_its_umlauts_is_offered_with_those_that_have_them(real: Snapshot) -> None:
    people = participants(real.editions["de"])
    assert people.keys_of("Munster") == people.keys_of("MUNSTER, Stadt")
    assert {"03358016", "05515000"} <= set(people.keys_of("Munster"))
    assert "03358016" not in people.keys_of("Münster") + people.keys_of("Muenster")


def test_country_tells_namesakes_by_what_stands_beside_them(real: Snapshot) -> None:
    people = participants(real.editions["de"])
    for name, key in {
        "Burg, Stadt": "15086015",
        "Bürgstadt, M": "09676116",
        "Burgstädt": "14522060",
        "Burgstaedt": "14522060",
        "Frankfurt a.M.": "06412000",
        "Frankfurt (Oder), Stadt": "12053000",
        "Rothenburg o.d.T.": "09571193",
        "Königstein i. Taunus": "06434005",
        "Solingen, Klingenstadt": "05122000",
        "Hagen, Stadt der FernUniversität": "05914000",
        "Meschede, Kreis- und Hochschulstadt": "05958032",
        "Langenfeld (Rheinland), Stadt": "05158020",
        "Oldenburg (Oldb)": "03403000",
        "Hamburg, Freie und Hansestadt": "02000000",
        "Ulm, Stadtkreis": "08421000",
        "Spremberg/Grodk, Stadt": "12071372",
        "Kreis Kleve": "05154",
    }.items():
        found = people.keys_of(name)
        assert key in found, name
        assert found == [key] or name.startswith(("Burg, ", "Hagen, ")), (name, people.labels(found))


KEYS = {
    "1001000": ("01001000", "führende Null"),
    "5154": ("05154", "führende Null"),
    "10010000000": ("01001000", "kreisfreien Stadt"),
    "05 1 54 036": ("05154036", "gelesen"),
    "05.154.036": ("05154036", "gelesen"),
    "051540036036": ("05154036", "Regionalschlüssel"),
    "05154 0036 036": ("05154036", "Regionalschlüssel"),
    "051540000000": ("05154", "Regionalschlüssel"),
    "051540036": ("05154036", "Regionalschlüssel"),
    "de:05154036": ("05154036", "gelesen"),
    "AGS 05154036": ("05154036", "gelesen"),
    "05154036.0": ("05154036", "gelesen"),
    "14713": ("14713000", "kreisfreien Stadt"),
    "02000": ("02000000", "kreisfreien Stadt"),
    "1001": ("01001000", "kreisfreien Stadt"),
    "147130000000": ("14713000", "kreisfreien Stadt"),
}


@pytest.mark.parametrize("raw", KEYS)
def test_key_is_read_in_every_form(raw: str, real: Snapshot) -> None:
    key, how = KEYS[raw]
    read_as = participants(real.editions["de"]).read_key(raw, "")
    assert read_as.value == key
    assert [(each.severity, how in each.text) for each in read_as.remarks] == [(NOTE, True)]


@pytest.mark.parametrize("raw", ["145215101", "145215101000", "14521 5101", "010515163"])
def test_key_of_an_association_is_named_as_what_it_is(raw: str, real: Snapshot) -> None:
    (remark,) = participants(real.editions["de"]).read_key(raw, "Verwaltungsgemeinschaft").remarks
    assert (remark.severity, remark.suggestion) == (BLOCKER, "")
    assert "Gemeindeverbands" in remark.text
    assert {"Erzgebirgskreis", "Kreis Dithmarschen", "Dithmarschen"}.intersection(
        map(str, dict(remark.values).values())
    )


def test_no_key_is_suggested_beyond_its_district_or_against_the_name(real: Snapshot) -> None:
    people = participants(real.editions["14"])

    def suggested(key: str, name: str) -> str:
        return people.read_key(key, name).remarks[0].suggestion

    assert suggested("14521451", "") == "14521450 Oelsnitz/Erzgeb. (Erzgebirgskreis)"
    assert suggested("14521451", "Entenhausen") == ""
    assert suggested("14521451", "Pirna") == "14628270 Pirna (Landkreis Sächsische Schweiz-Osterzgebirge)"
    assert suggested("14599450", "") == ""


def test_district_beside_its_key_is_no_contradiction_and_a_town_of_its_name_is(real: Snapshot) -> None:
    people = participants(real.editions["de"])
    for key, names in {
        "05154": ("Kleve", "Kreis Kleve", "Landkreis Kleve", "Kleve, Kreis"),
        "05158": ("Mettmann",),
        "14729": ("Leipzig", "Leipzig (Landkreis)"),
    }.items():
        for name in names:
            assert people.read_name(name, key).remarks == (), name
    for key, name in (("05154", "Kleve, Stadt"), ("14729", "Leipzig, Stadt"), ("14713000", "Landkreis Leipzig")):
        assert [each.severity for each in people.read_name(name, key).remarks] == [BLOCKER], name


def test_name_of_one_merged_into_it_and_half_a_name_fit_and_that_of_another_does_not(real: Snapshot) -> None:
    people = participants(real.editions["14"])
    for key, name in (
        ("14521035", "Aue"),
        ("14522275", "Ostrau"),
        ("14524180", "Bad Limbach-Oberfrohna"),
        ("14625040", "Bischofswerda"),
    ):
        assert people.fits(key, name), name
    for key, name in (
        ("14524180", "Limbach"),
        ("14522275", "Pirna"),
        ("14521030", "Bad Schlema"),
        ("14628210", "Königstein/Taunus"),
        ("14625040", "Landkreis Bischofswerda"),
    ):
        assert not people.fits(key, name), name


def test_second_official_name_is_known_where_a_register_has_it(real: Snapshot) -> None:
    """Ours have none: the Sorbian names come with the owner's register."""
    row = [";Kamjenc;Erstgespräch;geführt;2021;Liste X"]
    assert read(row, real).intake.is_blocked
    official = Population(
        boundary_set="14",
        as_of=date(2023, 11, 30),
        source="x",
        retrieved=None,
        inhabitants={},
        sums={},
        names={"14625250": "Kamenz / Kamjenc, Stadt"},
    )
    with_names = replace(real, populations={"14": official})
    assert [each.ags for each in entered(read(row, with_names)).values()] == ["14625250"]
    people = participants_of(with_names, with_names.programme("asskomm"))
    assert people.read_name("Kamjenc", "14625250").remarks == ()


def test_cases_that_were_brought_are_read_right(real: Snapshot) -> None:
    """The small files of issue 17, in their own words."""
    dated = read(
        [
            "14625250;Kamenz / Kamjenc, Stadt;Erstgespräch;geführt;2019-02-06T00:00:00Z;Liste X",
            "14524330;Zwickau, Stadt, Hochschulstadt;Erstgespräch;geführt;3/25/2020;Liste X",
            "14628270;Pirna, Stadt;Erstgespräch;geführt;Stand: 31.12.2020;Liste X",
            "145215101;Verwaltungsgemeinschaft;Erstgespräch;geführt;2020;Liste X",
        ],
        real,
    )
    assert [(each.date, each.date_means) for each in entered(dated).values()] == [
        ("2019-02-06", "reached"),
        ("2020-03-25", "reached"),
        ("2020-12-31", "known_by"),
    ]
    assert by_line(dated, "Gemeinde") == {}
    assert [(each.line, each.column) for each in dated.intake.of(BLOCKER)] == [(5, "AGS")]
    city = read(["14713;Leipzig, Stadt;Fortbildung;in Ausbildung;2023-05-01;Liste X"], real)
    assert [each.ags for each in entered(city).values()] == ["14713000"]
    districts = read(
        [
            f"05154;Kleve;{rung(real, 'konfliktberatung')};;Liste X",
            f"05158;Mettmann;{rung(real, 'konfliktberatung')};;X Liste",
        ],
        real,
        "konfliktberatung",
    )
    assert [each.ags for each in entered(districts).values()] == ["05154", "05158"]
    assert by_line(districts, "AGS", "Gemeinde") == {}


def test_date_with_two_readings_stops_with_both_and_its_word_goes_before(real: Snapshot) -> None:
    rows = [
        f"14628270;Pirna;{rung(real)};{day};Liste {day}" for day in ("03/04/2020", "seit 2019", "spätestens 3.4.2020")
    ]
    delivery = read(rows, real)
    (two,) = by_line(delivery, "Datum")[2]
    assert (two.severity, two.suggestion) == (BLOCKER, "2020-04-03 / 2020-03-04")
    assert [(each.date, each.date_means) for each in entered(delivery).values()] == [
        ("2019", "reached"),
        ("2020-04-03", "known_by"),
    ]


def test_names_of_a_register_are_known_beside_ours(mini: Snapshot) -> None:
    register = (
        ("00021050", "Erlen/Wólšina, Stadt"),
        ("00021020", "Bad Bergen, M"),
        ("00021010", "Neustadt, Stadt"),
        ("99999999", "X"),
    )
    people = participants(mini.editions["00"], register)
    for name in ("Wólšina", "Wolsina, Stadt", "Erlen", "Wólšina/Erlen", "Erlen / Wólšina, Stadt"):
        assert people.keys_of(name) == ["00021050"], name
    assert people.keys_of("Bad Bergen") == people.keys_of("Bergen") == ["00021020"]
    assert people.name("00021050") == "Erlen"
    assert participants(mini.editions["00"]).keys_of("Wólšina") == []


def test_hostile_names_are_nobodys(real: Snapshot) -> None:
    people = participants(real.editions["de"])
    for name in ("a/" * 16_000, "Burg " * 6_000, "(" * 32_000, "/" * 90, "a b " * 24, "\u0308" * 90):
        assert people.keys_of(name) == []
        assert not people.fits("15086015", name) or name.startswith("Burg")


# ---- the gate and the check -------------------------------------------------------------------------------------------

SHAPES = (
    "{}",
    "{}, Stadt",
    "Stadt {}",
    "Landkreis {}",
    "{} (Nord)",
    "{}/Süd",
    "{} / Halb",
    "Gemeinde {}, Kreis Süd",
    "Bad {}",
)


@law(60)
@given(st.data())
def test_gate_and_check_say_the_same_of_every_row(mini: Snapshot, data: st.DataObject) -> None:
    people = participants(mini.editions["00"])
    keys = sorted({*people.keys, *people.city})
    bare = sorted({people.name(key).removeprefix("Landkreis ") for key in keys} | {"Nirgendwo", "Alt-Erlen", "Neu"})
    name = st.builds(str.format, st.sampled_from(SHAPES), st.sampled_from([each for each in bare if "{" not in each]))
    day = st.sampled_from(["2017", "2019-06", "2024-05-06"])
    rows = data.draw(st.lists(st.tuples(st.sampled_from(keys), name, day), min_size=1, max_size=20))
    delivery = read((f'{key};"{given}";{rung(mini)};{when};Liste' for key, given, when in rows), mini)
    gate = {
        (line, "ags" if each.column == "AGS" else "municipality", each.text)
        for line, found in by_line(delivery, "AGS", "Gemeinde").items()
        for each in found
    }
    records = mini.records["mini"]
    table = pd.DataFrame([dict.fromkeys(RECORD_COLUMNS, "") | {"ags": key, "municipality": given, "date": when}
                          for key, given, when in rows])  # fmt: skip
    instrument, status = rung(mini).split(";")
    table = table.assign(
        line=range(2, len(rows) + 2),
        instrument=instrument,
        status=status,
        date_means="reached",
        source_url="Liste",
        read_on="",
    )
    stored = replace(mini, records={"mini": replace(records, table=table[list(records.table.columns)])})
    found = {
        (int(place[1]), place[2], problem.text)
        for rule, problems in check_programme(stored, mini.programmes["mini"]).items()
        for problem in problems
        if (place := re.search(r"([0-9]+), (ags|municipality)$", problem.place)) and "Gemeinde" in rule
    }
    assert found == gate


def test_register_of_the_office_is_read_as_it_is_written(mini: Snapshot, tmp_path: Path) -> None:
    """An invented register in the form of GV100AD: every name is taken or offered, none beside its key is doubted."""
    people = participants(mini.editions["00"])
    towns = {key: people.name(key) for key in sorted(people.keys) if len(key) == 8}
    path = tmp_path / "GV100AD.txt"
    lines = [f"6020231130{key:8}5101{f'{name}, Stadt':50}{'':48}63" for key, name in towns.items()]
    path.write_text("\n".join([f"4020231130{'00021':12}{'Nord':50}", *lines]), encoding="utf-8")
    assert register(path, "40") == {"00021": "Nord"}
    written = register(path, "60")
    assert list(written) == list(towns)
    for key, name in written.items():
        assert key in people.keys_of(name) or people.successor.get(key) in people.keys_of(name), name
        assert people.read_name(name, key).remarks == ()
    assert people.read_name("Nord", "00021").remarks == ()


@pytest.mark.parametrize(
    ("said", "day"), [("2021-06-30T22:30:00Z", "2021-07-01"), ("März 21", "2021-03"), ("20210325", "2021-03-25")]
)
def test_other_forms_of_a_day(said: str, day: str, real: Snapshot) -> None:
    (record,) = entered(read([f"14628270;Pirna;{rung(real)};{said};Liste"], real)).values()
    assert (record.date, record.date_means) == (day, "reached")
    assert date.fromisoformat(f"{day}-01"[:10])
