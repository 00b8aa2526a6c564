"""The fifteen jobs by mouse, keyboard, touch and at 200 %: activations and seconds, as `tests/browser/test_jobs.py` does them.

Seconds are those of a script: from the opened page to the last result seen or the file saved, what the hands do in between included,
which is nothing for a person's eyes and thoughts. Keys are those that lead to a control (Tab, arrows); only the keyboard needs them.

``python -m bench.jobs [part of the jobs' names for pytest -k]``
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from ast import literal_eval
from pathlib import Path
from xml.etree import ElementTree as ET


def main() -> None:
    """Run the jobs one after the other and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "jobs.xml"
        chosen = ["-k", sys.argv[1]] if sys.argv[1:] else []
        command = ["-m", "pytest", "-q", "-n", "0", "tests/browser/test_jobs.py", f"--junit-xml={report}", *chosen]
        subprocess.run([sys.executable, *command, "-o", "junit_family=legacy"], check=False, stdout=sys.stderr)
        cases = list(ET.parse(report).iter("testcase"))  # noqa: S314
    cells: dict[tuple[str, str], str] = {}
    limits: dict[str, str] = {}
    for case in cases:
        job, way = case.get("name", "").partition("[")[2].rstrip("]").split("-")
        said = case.find(".//property[@name='job']")
        cells[job, way] = "missed"
        if said is not None:
            _, _, done, most, keys, seconds = literal_eval(said.get("value", ""))
            limits[job] = "–" if most is None else str(most)
            is_late = "!" if most is not None and done > most else ""
            cells[job, way] = f"{done}{is_late} · {seconds:.1f} s" + (f" · {keys} keys" if keys else "")
    ways = list(dict.fromkeys(way for _, way in cells))
    print(f"| job | limit | {' | '.join(ways)} |\n|---|--:|{'---|' * len(ways)}")
    for job in dict.fromkeys(job for job, _ in cells):
        print(f"| {job} | {limits.get(job, '')} | {' | '.join(cells.get((job, way), '') for way in ways)} |")


if __name__ == "__main__":
    main()
