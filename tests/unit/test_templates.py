"""What templates promise: every text stays a text, no name is missed, indentation is not drawn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import jinja2
import pytest
from markupsafe import Markup

from atlas.model.cases import FollowUp, Report
from atlas.present.follow_ups import DueRow, follow_up_text, outcome_text, report_text
from atlas.present.wording import Words
from atlas.render import follow_ups, templates
from tests.browser.payloads import PAYLOADS

DE = Words("de")
NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


class _Elements(HTMLParser):
    """The elements of a fragment, with the names of their attributes."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.found: list[tuple[str, ...]] = []
        self.feed(fragment)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, *(name for name, _ in attrs)))


def _cases(text: str) -> Iterator[Markup]:
    """Yield follow-ups and reports that say a text wherever people can write."""
    follow_up = FollowUp("00021010", 1, text, text, date(2026, 12, 1), NOW, text)
    report = Report("AAAA-BBBB-CCCC", "00021010", NOW, text, text, is_accepted=True, answered_at=NOW, actor=text)
    row = DueRow(ags="00021010", name=text, district="x", late=1, due=text, lateness=text, written=follow_up)
    yield follow_ups.due_list([row], [text], lambda _: text)
    yield follow_ups.versions([follow_up_text(follow_up, DE)])
    yield follow_ups.report(report_text(report, text, text, DE))
    yield follow_ups.outcome(outcome_text(report, text, DE))
    yield follow_ups.correction_asked(text, text)


@pytest.mark.parametrize("text", PAYLOADS)
def test_whatever_people_write_stays_text(text: str) -> None:
    plain = [_Elements(fragment).found for fragment in _cases("harmlos")]
    assert [_Elements(fragment).found for fragment in _cases(text)] == plain


def test_a_name_that_is_missing_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError, match="text"):
        templates.drawn_part("parts_editing.html", "small_line")


def test_indentation_of_a_template_is_not_drawn() -> None:
    template = templates._ENVIRONMENT.from_string(
        "<p>\n  {% if true %}\n    <b>{{ a }}</b> ·\n    und\n  {% endif %}\n</p>\n"
    )
    assert template.render(a="x\n y") == "<p><b>x\n y</b> ·\n    und</p>"
