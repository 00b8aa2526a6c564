"""What templates promise: every text stays a text, no name is missed, indentation is not drawn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import jinja2
import pytest
from markupsafe import Markup

from atlas.analysis.difference import Question
from atlas.analysis.values import Finding
from atlas.model.cases import FollowUp, Report
from atlas.model.edits import Change, ChangeKind, Correct, Occasion, Record, Version
from atlas.model.programme import Programme
from atlas.model.snapshot import Snapshot
from atlas.present.entries import edit_item, entry_text, log_row, log_titles, version_items
from atlas.present.follow_ups import DueRow, follow_up_text, outcome_text, report_text
from atlas.present.intake import group_rows, group_titles, grouped, question_items
from atlas.present.wording import Words
from atlas.render import templates
from atlas.render.templates import Pieces
from tests.browser.payloads import PAYLOADS
from tests.conftest import ROOT
from tests.elements import Elements

DE = Words("de")
entries, follow_ups, intake, parts = map(
    Pieces, ("entries.html", "follow_ups.html", "intake.html", "parts_editing.html")
)
NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


def _cases(text: str, programme: Programme) -> Iterator[Markup]:
    """Yield fragments that say a text wherever people can write."""
    yield from _follow_ups(text)
    yield from _entries(text, programme)
    found = [
        Finding(
            line=at,
            column=text,
            given=text,
            text="„{given}“ ist keine ganze Zahl.",
            values={"given": text},
            suggestion=text,
        )
        for at in (2, 3)
    ]
    for some in (found, found[:1]):
        yield intake.findings(group_titles(DE) | {"told": text}, group_rows(grouped(some), DE, programme, 1))
    yield from (getattr(parts, macro)(**given) for macro, given in _parts(text))
    record = Record(text, text, text, text, note=text, source_url=text)
    yield intake.beside(question_items(Question(2, record, {1: record}, ()), programme, DE))


def _parts(text: str) -> Iterator[tuple[str, dict[str, object]]]:
    links = [(text, text, text)]
    yield "attributes", {}
    yield "small_line", {"text": text}
    yield "paragraph", {"text": text, "kind": text}
    yield "heading", {"text": text, "id": text, "kind": text}
    yield "place", {"title": text, "content": text}
    yield "link", {"address": text, "label": text}
    yield "titled", {"title": text, "content": text}
    yield "section", {"title": text, "text": text, "status": text}
    yield "wide", {"content": text}
    yield "column", {"heading": text, "sample": text}
    yield "open_data", {"items": [links[0][:2]], "cases": text, "case_files": text, "address": text, "every": text}
    yield "head", {"title": text, "programme": text}
    yield "qr_code", {"picture": text, "alt": text, "address": text}
    yield "foot", {"attribution": text, "source": text, "about": text}
    yield "image", {"address": text, "width": text, "height": text, "alt": text}
    yield "takes", {"links": links}
    yield "snippet", {"page": text, "address": text, "width": text, "height": text, "alt": text}


def _follow_ups(text: str) -> Iterator[Markup]:
    follow_up = FollowUp(
        ags="00021010", version=1, note=text, step=text, due=date(2026, 12, 1), recorded_at=NOW, actor=text
    )
    report = Report(
        receipt="AAAA-BBBB-CCCC",
        ags="00021010",
        received_at=NOW,
        text=text,
        answer=text,
        is_accepted=True,
        answered_at=NOW,
        actor=text,
    )
    row = DueRow(ags="00021010", name=text, district="x", late=1, due=text, lateness=text, written=follow_up)
    yield follow_ups.due_list([row], [text], lambda _: text)
    yield follow_ups.versions([follow_up_text(follow_up, DE)])
    yield follow_ups.report(report_text(report, text, text, DE))
    yield follow_ups.outcome(outcome_text(report, text, DE))
    yield follow_ups.correction_asked(text, text)


def _entries(text: str, programme: Programme) -> Iterator[Markup]:
    record = Record(text, text, text, text, "", "", text, text, text, text, text, text, text, text)
    other = Record("", "", "", "")
    change = Change(
        number=4,
        recorded_at=NOW,
        actor=text,
        programme=programme.key,
        occasion=Occasion(ChangeKind.IMPORT, text, text, undoes=3),
        added=1,
        corrected=1,
        withdrawn=1,
    )
    yield entries.entry(entry_text(record, programme, DE, text))
    yield entries.items([edit_item(Correct(1, 1, record), {1: other}, programme, DE)])
    yield entries.versions(version_items([Version(1, 1, record, False, change)], programme, DE))
    yield entries.changes(log_titles(DE), [log_row(change, 5, DE)])


@pytest.mark.parametrize("text", PAYLOADS)
def test_whatever_people_write_stays_text(text: str, mini: Snapshot) -> None:
    programme = mini.programme("mini")
    plain = [Elements(fragment).found for fragment in _cases("harmlos", programme)]
    assert [Elements(fragment).found for fragment in _cases(text, programme)] == plain


def test_no_piece_is_left_out() -> None:
    source = (ROOT / "atlas/render/templates/parts_editing.html").read_text(encoding="utf-8")
    assert set(re.findall(r"{% macro (\w+)", source)) == {macro for macro, _ in _parts("")}


def test_pages_write_no_html() -> None:
    assert not [path.name for path in (ROOT / "ui").glob("*.py") if "Markup(" in path.read_text(encoding="utf-8")]


def test_a_name_that_is_missing_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError, match="text"):
        parts.small_line()


def test_indentation_of_a_template_is_not_drawn() -> None:
    template = templates._ENVIRONMENT.from_string(
        "<p>\n  {% if true %}\n    <b>{{ a }}</b> ·\n    und\n  {% endif %}\n</p>\n"
    )
    assert template.render(a="x\n y") == "<p><b>x\n y</b> ·\n    und</p>"
