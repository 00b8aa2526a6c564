"""Four ways to use a page: mouse, keyboard alone, touch on a phone, and a screen enlarged to 200 %. They count what they do.

An activation is what features.md counts: a click, a tap, or a key that does something; typing a name is one. Keys that only lead
there (Tab, arrows) are counted apart, and are nothing to a mouse.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

MOST_KEYS = 60
"""Who needs more keys to get to a control will not get there."""
_IS_AT = "e => e === document.activeElement || e.contains(document.activeElement) && document.activeElement.tagName !== 'BODY'"
_IN_GROUP = "e => !!e.closest('[role=radiogroup]')?.contains(document.activeElement)"


class Hands:
    """A mouse on a screen of 1440 by 900."""

    screen: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}  # noqa: RUF012

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base = page, base
        self.activations = self.keys = 0
        self._begun = self._done = 0.0

    def open(self, address: str, is_there: str) -> None:
        """Open the page a job begins on. From when it is there, everything counts."""
        self.page.goto(self.base + address)
        expect(self.page.locator(is_there).first).to_be_attached()
        self.still()
        self._begun = self._done = time.monotonic()

    def still(self) -> None:
        """Wait until the server has nothing more to say: what moves under a hand is not used by it."""
        expect(self.page.locator('[data-test-script-state="notRunning"]')).to_be_attached()

    def see(self, there: Locator) -> Locator:
        """Return what is there to be read, when it is; the job has come this far."""
        expect(there).to_be_visible()
        self._done = time.monotonic()
        return there

    def press(self, target: Locator) -> None:
        """Activate something."""
        expect(target).to_be_visible()
        self.activations += 1
        self._press(target)

    def type(self, target: Locator, text: str) -> None:
        """Write into a field; with the way into it, this is one."""
        expect(target).to_be_visible()
        self.activations += 1
        self._enter(target)
        self.page.keyboard.type(text)

    def confirm(self, field: Locator, found: Locator) -> None:
        """Take what was found for what was written into a field."""
        del field
        self.press(found)

    def take(self, target: Locator, folder: Path) -> Path:
        """Activate what gives a file; return it, saved."""
        with self.page.expect_download() as coming:
            self.press(target)
        path = folder / coming.value.suggested_filename
        coming.value.save_as(path)
        self._done = time.monotonic()
        return path

    def give(self, target: Locator, file: Path) -> None:
        """Choose a file in the window that a button opens."""
        with self.page.expect_file_chooser() as chooser:
            self.press(target)
        chooser.value.set_files(file)

    @property
    def seconds(self) -> float:
        """Return how long it took from the opened page to what was last seen."""
        return self._done - self._begun

    def _press(self, target: Locator) -> None:
        target.click()

    def _enter(self, field: Locator) -> None:
        field.click()


class Keyboard(Hands):
    """No mouse: Tab and arrows to get there, Enter to do it, the space bar where Enter does nothing."""

    def _press(self, target: Locator) -> None:
        self._reach(target)
        self.page.keyboard.press("Enter")

    def _enter(self, field: Locator) -> None:
        self._reach(field)

    def confirm(self, field: Locator, found: Locator) -> None:
        """The field has the focus, and Enter takes what is first."""
        del found
        self.press(field)

    def _reach(self, target: Locator) -> None:
        for count in range(MOST_KEYS):
            if target.evaluate(_IS_AT):
                self.keys += count
                return
            self.page.keyboard.press("ArrowRight" if target.evaluate(_IN_GROUP) else "Tab")
        raise AssertionError(f"{MOST_KEYS} keys do not lead to {target}")


class Touch(Hands):
    """A finger on a phone of 390 by 844."""

    screen = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}  # noqa: RUF012

    def _press(self, target: Locator) -> None:
        target.tap()

    def _enter(self, field: Locator) -> None:
        field.tap()


class Enlarged(Hands):
    """A mouse on a screen enlarged to 200 %: 720 by 450 are left of 1440 by 900."""

    screen = {"viewport": {"width": 720, "height": 450}, "device_scale_factor": 2}  # noqa: RUF012


HANDS = {"mouse": Hands, "keyboard": Keyboard, "touch": Touch, "200 %": Enlarged}
