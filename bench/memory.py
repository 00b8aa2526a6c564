"""Memory of the server process: at the start, with the maps of all programmes, after every page of every programme.

``python -m bench.memory [--programmes KEY …] [--chromium PATH]``. One browser goes round; each step prints the resident
memory in MB once the page stands, and at the end the most it ever was for a moment. What a further session costs is
measured by `bench.sessions`.
"""

from __future__ import annotations

import argparse
import sys
import urllib.request

from playwright.sync_api import Page, sync_playwright

from atlas.model.snapshot import Snapshot
from atlas.sources.settings import Settings
from atlas.sources.snapshot import SnapshotStore
from bench import sessions
from bench.recolour import CHROMIUM

TARGET_MB = 700
PAGES = ("", "gemeinde", "kreis", "fortschritt", "vergleich", "steuerung", "export", "ueber", "hilfe", "pflege")
SETTLED_MS, LONGEST_MS = 5_000, 120_000


def documented_in(snapshot: Snapshot, programme: str) -> str:
    """Return the key of a municipality that the record of a programme names."""
    known = set(snapshot.editions[snapshot.programmes[programme].boundary_set][-1].municipalities["ags"])
    return next(key for key in snapshot.records[programme].table["ags"] if key in known)


def main() -> int:
    """Go round, print."""
    parser = argparse.ArgumentParser(prog="bench.memory", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--programmes", nargs="*", help="their keys; without, all")
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="the browser")
    options = parser.parse_args()
    snapshot = SnapshotStore(Settings.from_environment()).current()
    places = {key: documented_in(snapshot, key) for key in options.programmes or snapshot.programmes}
    with sessions.served(sessions.arguments([])) as (url, pid), sync_playwright() as playwright:
        with urllib.request.urlopen(f"{url}/readyz", timeout=60):
            pass
        _print("both boundary sets loaded", pid)
        browser = playwright.chromium.launch(executable_path=options.chromium, args=CHROMIUM)
        page = browser.new_page(viewport={"width": 1440, "height": 1000}, locale="de-DE")
        for programme in places:
            _visit(page, f"{url}/?programm={programme}")
        _print("map of every programme", pid)
        for programme, place in places.items():
            for name in PAGES:
                _visit(page, f"{url}/{name}?programm={programme}&gemeinde={place}")
            _print(f"every page of {programme}", pid)
        browser.close()
        last = sessions.rss_mb(pid)
        print(f"{'for a moment, at most':40} {sessions.rss_mb(pid, 'VmHWM'):6.0f} MB")
    print(f"{'met' if last and last <= TARGET_MB else 'missed'}: ≤ {TARGET_MB} MB")
    return 0


def _visit(page: Page, address: str) -> None:
    """Open an address and wait until no run of the page is under way, and what its frames fetch had its time."""
    page.goto(address)
    still = page.locator("[data-testid=stApp][data-test-script-state=notRunning]")
    still.wait_for(timeout=LONGEST_MS)
    page.wait_for_timeout(SETTLED_MS)
    still.wait_for(timeout=LONGEST_MS)


def _print(step: str, pid: int | None) -> None:
    print(f"{step:40} {sessions.rss_mb(pid):6.0f} MB", flush=True)


if __name__ == "__main__":
    sys.exit(main())
