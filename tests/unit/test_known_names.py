"""Names as people spell them, for the import gate and the check alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas.analysis.known_names import KnownNames
from atlas.analysis.quality import check_snapshot
from atlas.model.snapshot import Snapshot
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot

SPELLED = [
    ("14626110", "goerlitz"),
    ("14626110", "Görlitz, Stadt"),
    ("14626", "Lkr. Görlitz"),
    ("14523300", "Oelsnitz i.V."),
    ("14521450", "Ölsnitz/Erzgebirge"),
    ("14524320", "Wilkau Hasslau"),
    ("14626600", "Stadtverwaltung Weisswasser Oberlausitz"),
    ("14522450", "Ostrau"),
]


@pytest.mark.parametrize(("key", "name"), SPELLED)
def test_name_is_known_in_every_spelling(real: Snapshot, key: str, name: str) -> None:
    known = KnownNames(real.editions["14"])
    assert known.fits(key, name)
    assert key in known.keys_of(name)
    assert not known.fits(key, "Zwickau")


def test_twins_are_both_named_and_nobody_is_made_up(real: Snapshot) -> None:
    known = KnownNames(real.editions["14"])
    assert known.keys_of("Görlitz") == ["14626", "14626110"], "district and town are both named so"
    assert known.keys_of("Entenhausen") == []
    assert known.name("14626110") == "Görlitz"
    assert known.name("99999999") == ""


def test_check_names_the_place_by_its_official_name(own_root: Path) -> None:
    record = own_root / "data" / "participation" / "mini.csv"
    text = record.read_text(encoding="utf-8")
    record.write_text(
        text.replace(",Erlen,", ",Stadt Erlen,", 1).replace(",Bergen,", ",Irgendwo,", 1), encoding="utf-8"
    )
    told = [each.values for each in check_snapshot(load_snapshot(Settings(own_root))) if "given" in each.values]
    assert [(each["official"], each["given"]) for each in told] == [("Bergen", "Irgendwo")]
