"""Names of the official register, read through the import gate: without a key, and beside their own.

The register is the text file GV100AD of the Statistisches Bundesamt (fixed width; municipalities are the lines that begin with 60). It is
not part of the project. Asked is every municipality whose key the boundaries of the country, or of Saxony, know as well.

``python -m bench.names GV100AD_….txt [failures to list]``
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from atlas.analysis.intake import check_sheet
from atlas.analysis.presets import Guide
from atlas.analysis.values import Finding
from atlas.errors import Severity
from atlas.model.boundaries import known_keys
from atlas.model.programme import Programme
from atlas.model.sheets import Sheet
from atlas.model.snapshot import Snapshot
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot
from tests.conftest import ROOT

_HEADINGS = ("AGS", "Gemeinde", "Baustein", "Stufe", "Datum", "Quelle")
_BATCH = 1_000
_KEY = re.compile(r"(?:^|, )([0-9]{8}|[0-9]{5}) ")


def register(path: Path, kind: str) -> dict[str, str]:
    """Return names by key: of municipalities (``60``) or districts (``40``)."""
    lines = (line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(kind))
    return {line[10:18].strip(): line[22:72].strip() for line in lines}


def _read(
    rows: list[tuple[str, str]], snapshot: Snapshot, programme: Programme
) -> Iterator[tuple[str, str, list[Finding]]]:
    """Yield the key the gate gives each row, empty if it gives none, and what it says of key and name."""
    rung = programme.rungs[0]
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        cells = [(key, name, rung.instrument.key, rung.stage.key, "2022", "Gemeindeverzeichnis") for key, name in batch]
        sheet = Sheet(rows=[(1, _HEADINGS), *enumerate(cells, 2)])
        intake = check_sheet(sheet, snapshot, programme, Guide(), date(2026, 11, 30))
        taken = {step.line: step.new.ags for step in intake.difference.steps if step.line and step.new}
        said: dict[int, list[Finding]] = {}
        for finding in intake.findings:
            if finding.column in {"AGS", "Gemeinde"}:
                said.setdefault(finding.line, []).append(finding)
        for line, (_, name) in enumerate(batch, 2):
            yield taken.get(line, ""), name, said.get(line, [])


def _answer(key: str, taken: str, said: list[Finding]) -> str:
    offered = [each for finding in said for each in _KEY.findall(finding.suggestion)]
    if taken:
        return "taken" if taken == key else "WRONG taken"
    if key in offered:
        return "offered alone" if len(offered) == 1 else "offered with its namesakes"
    return "nothing suggested" if len(offered) != 1 else "WRONG offered alone"


def main(arguments: list[str]) -> int:
    """Measure and print."""
    if not arguments:
        sys.exit(__doc__)
    path, most = Path(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 20
    snapshot = load_snapshot(Settings(ROOT))
    towns, districts = register(path, "60"), register(path, "40")
    for boundary_set in snapshot.editions:
        programme = next(each for each in snapshot.programmes.values() if each.boundary_set == boundary_set)
        keys = known_keys(snapshot.editions[boundary_set])
        names = {key: name for key, name in towns.items() if key in keys}
        answers = Counter[str]()
        missed = []
        for key, (taken, name, said) in zip(
            names, _read([("", name) for name in names.values()], snapshot, programme), strict=True
        ):
            answer = _answer(key, taken, said)
            answers[answer] += 1
            missed += [(answer, key, name)] if answer.isupper() or "WRONG" in answer or "nothing" in answer else []
        good = answers["taken"] + answers["offered alone"] + answers["offered with its namesakes"]
        print(f"{boundary_set}: {len(names):,} names without a key: {good / len(names):.2%} right; {dict(answers)}")
        beside = [*names.items(), *((key, name) for key, name in districts.items() if key in keys)]
        warned = [
            (name, finding.problem.sentence())
            for _, name, said in _read(beside, snapshot, programme)
            for finding in said
            if finding.severity is not Severity.NOTE
        ]
        print(f"{boundary_set}: {len(beside):,} names beside their keys (districts too): {len(warned)} warnings")
        for failure in (*missed[:most], *warned[:most]):
            print("   ", *failure)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
