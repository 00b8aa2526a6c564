"""Days as people type them: what is understood, and in which sentence the rest is refused."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from atlas.errors import AtlasError, Severity
from atlas.model.snapshot import Snapshot
from atlas.model.typed_dates import means_today, read_day, read_partial
from atlas.model.view import EARLIEST, LATEST, ViewState
from atlas.present.context import ViewContexts
from atlas.present.day_choice import chosen_day, day_ahead, offered_days, year_earlier
from atlas.present.wording import Words
from tests.conftest import ROOT, TODAY
from tests.lanes import law

NOW = date(2026, 11, 30)
UNDERSTOOD = {
    "2022-03-15": [
        "15.3.2022", "15.03.2022", "15.03.22", "15.3.22", "15. 3. 2022", "15 . 3 . 2022", " 15.3.2022 ", "15\u00a0März\u00a02022",
        "2022-03-15", "2022-3-15", "2022/03/15", "2022.03.15", "15032022", "20220315", "15 März 2022", "15. März 2022",
        "15. Ma\u0308rz 2022", "15.März 2022", "15. MÄRZ 2022", "15. Mrz. 2022", "15. Maerz 2022", "15 Mär 22", "15 March 2022",
        "15 Mar 2022", "15-Mar-2022", "15th March 2022", "15th of March 2022", "March 15, 2022", "March 15 2022", "Mar. 15th, 2022",
        "15/3/2022", "15/03/2022", "3/15/2022", "15-03-2022", "Stand 15.03.2022", "Stand: 15.3.2022", "am 15.3.2022",
        "zum 15. März 2022", "as of 15 March 2022", "on March 15, 2022", "Stand heute, 15.3.2022",
    ],
    "2022-03-03": ["3.3.2022", "3/3/2022"],
    "2021-12-15": ["15. Dez 2021", "15. Dez. 2021", "15 Dec 2021"],
    "2022-12-31": ["31122022", "20221231", "2022", "Ende 2022", "end of 2022", "Jahresende 2022", "year-end 2022", "Q4 2022"],
    "2021-12-31": ["Dezember 2021", "Dez. 2021", "December 2021", "12/2021", "12.2021", "2021-12", "Ende Dezember 2021"],
    "2022-06-30": ["Q2 2022", "q2/2022", "2022-Q2", "2022 Q2", "2. Quartal 2022", "2nd quarter of 2022", "Ende Q2 2022", "Juni 2022"],
    "2024-02-29": ["29.2.2024", "29.02.24", "Februar 2024", "2/2024"],
    "2022-12-20": ["20122022"],
    "2026-11-30": ["heute", "Heute", "today", "jetzt", "now", "Stand heute", "as of today", "30.11.2026"],
    "2026-11-29": ["gestern", "yesterday"],
    "2026-11-28": ["vorgestern", "the day before yesterday"],
    "2026-12-01": ["morgen", "tomorrow"],
    "2016-02-29": ["29.2.16"],
    "2099-12-31": ["31.12.99"],
}  # fmt: skip
NO_DAY, TWO_DAYS = "ist kein Tag, den der Atlas versteht; verstanden wird etwa 15.3.2022", "kann zwei Tage bedeuten"
REFUSED = {
    "29.02.2023": "„29.02.2023“ gibt es nicht: dieser Monat hat 28 Tage. Bitte einen davon wählen.",
    "29 February 2023": "dieser Monat hat 28 Tage",
    "29.2.2100": "dieser Monat hat 28 Tage",
    "30.2.24": "dieser Monat hat 29 Tage",
    "31.04.2022": "„31.04.2022“ gibt es nicht: dieser Monat hat 30 Tage.",
    "31042022": "dieser Monat hat 30 Tage",
    "20220431": "dieser Monat hat 30 Tage",
    "2022-04-31": "dieser Monat hat 30 Tage",
    "31/04/2022": "dieser Monat hat 30 Tage",
    "32.12.2022": "dieser Monat hat 31 Tage",
    "3/4/2022": TWO_DAYS,
    "03-04-2022": TWO_DAYS,
    "3 4 2022": TWO_DAYS,
    **dict.fromkeys(
        (
            "", "15.3.", "15. März", "März", "3/4/22", "12/22", "22", "März 22", "15.13.2022", "0.3.2022", "15.0.2022", "2022-13",
            "Q5 2022", "Q0 2022", "Q2", "Q2 22", "44926", "311222", "Ende 15.3.2022", "Ende heute", "Ende", "Ju 2022", "Ma 2022",
            "Mond 2022", "15.3.202", "15.3.20222", "١٥.٣.٢٠٢٢", "0000", "letztes Jahr", "15.3.2022 oder so", "<b>",
        ),
        NO_DAY,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("typed", "day"), [(typed, day) for day, forms in UNDERSTOOD.items() for typed in forms])
def test_typed_day_is_understood(typed: str, day: str) -> None:
    assert read_day(typed, NOW).isoformat() == day


@pytest.mark.parametrize(("typed", "said"), REFUSED.items())
def test_other_text_is_refused_in_a_sentence(typed: str, said: str) -> None:
    with pytest.raises(AtlasError) as refused:
        read_day(typed, NOW)
    (problem,) = refused.value.problems
    assert said in problem.sentence()
    assert "“" in Words("en").problem(problem)
    assert "„" not in Words("en").problem(problem)


def test_long_text_is_repeated_in_part() -> None:
    with pytest.raises(AtlasError, match=f"„{40 * 'x'}…“"):
        read_day(4000 * "x", NOW)


def test_only_words_mean_today_whichever_day_that_is() -> None:
    assert all(map(means_today, ("heute", " Heute ", "today", "Stand heute", "now")))
    assert not any(map(means_today, ("30.11.2026", "gestern", "2026", "")))


def test_tables_take_no_more_than_before() -> None:
    for typed in ("15.03.22", "Q2 2022", "31122022", "heute", "Ende 2021", "3/3/2022", "15-Mar-2022"):
        assert read_partial(typed) is None, typed


FORMS = {
    "%d.%m.%Y", "%-d.%-m.%Y", "%d.%m.%y", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d%m%Y", "%Y%m%d", "%-d. %-m. %Y", "Stand %d.%m.%Y",
}  # fmt: skip
NAMED = [
    (lang, form)
    for lang in ("de", "en")
    for form in ("d MMMM y", "d. MMMM y", "d. MMM y", "MMMM d, y", "d MMM yy", "dd-MMMM-y", "d'th of' MMMM y")
]
PERIODS = {
    "month": ["MM/y", "M.y", "y-MM", "MMMM y", "MMM y", "'Ende' MMMM y", "'end of' MM/y"],
    "quarter": ["'Q'Q y", "Q. 'Quartal' y", "y-'Q'Q", "'Ende' 'Q'Q/y", "Q'nd quarter of' y"],
    "year": ["y", "'Ende' y", "'end of' y", "'Jahresende' y"],
}


@law(300)
@given(st.dates(EARLIEST, LATEST))
def test_every_form_of_a_day_reads_back_as_that_day(day: date) -> None:
    for form in FORMS:
        assert read_day(day.strftime(form), NOW) == day, form
    for lang, form in NAMED:
        assert read_day(format_date(day, form, locale=lang), NOW) == day, (lang, form)
    for lang in ("de", "en"):
        assert read_day(Words(lang).day(day), NOW) == day
        assert read_day(Words(lang).say("Stand {day}", day=Words(lang).day(day)), NOW) == day


@law(300)
@given(st.dates(EARLIEST, LATEST))
def test_months_quarters_and_years_read_as_their_last_day(day: date) -> None:
    for period, forms in PERIODS.items():
        for form in forms:
            for lang in ("de", "en"):
                typed = format_date(day, form, locale=lang)
                read = read_day(typed, NOW)
                assert read >= day, typed
                after = read + timedelta(days=1)
                assert after.day == 1, typed
                assert (read.year, period == "month" and read.month) == (day.year, period == "month" and day.month), (
                    typed
                )
                assert period != "quarter" or (read.month - 1) // 3 == (day.month - 1) // 3, typed
                assert period != "year" or after.month == 1, typed


@law(300)
@given(st.text(max_size=60) | st.from_regex(r"[0-9./\- ]{1,12}", fullmatch=True))
def test_any_text_is_a_day_or_a_sentence(typed: str) -> None:
    try:
        said = read_day(typed, NOW).isoformat()
    except AtlasError as refused:
        said = Words("en").problem(refused.problems[0])
    assert said


def test_forms_in_the_docs_are_understood_or_refused_as_they_say() -> None:
    told = (ROOT / "docs" / "uses.md").read_text(encoding="utf-8").partition("## Days as people type them")[2]
    table, _, rules = told.partition("\n- ")
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| `")]
    forms = [form for row in rows for form in re.findall("`([^`]+)`", row[0])]
    assert len(forms) >= 20
    for form in forms:
        assert read_day(form, NOW), form
    for form in ("12/22", "März 22", "3/4/2022", "03-04-2022", "29.02.2023"):
        assert f"`{form}`" in rules
        with pytest.raises(AtlasError):
            read_day(form, NOW)


@pytest.fixture
def contexts(mini: Snapshot) -> ViewContexts:
    return ViewContexts(lambda: mini, lambda: TODAY)


def test_days_beyond_the_atlas_are_refused(contexts: ViewContexts) -> None:
    context = contexts.of(ViewState())
    starts = context.edition.starts
    assert chosen_day(context, starts.isoformat(), TODAY) == starts
    before = (starts - timedelta(days=1)).isoformat()
    with pytest.raises(AtlasError, match=f"reichen bis {starts} zurück; {before} liegt davor"):
        chosen_day(context, before, TODAY)
    assert chosen_day(context, "Ende 2099", TODAY) == LATEST
    with pytest.raises(
        AtlasError, match=r"^„2100-01-01“ ist kein Tag der Form JJJJ-MM-TT vom 2016-01-01 bis zum 2099-12-31\.$"
    ):
        chosen_day(context, "1.1.2100", TODAY)
    assert chosen_day(context, "heute", TODAY) is None
    assert chosen_day(context, TODAY.isoformat(), TODAY) == TODAY


def test_offered_are_quarter_ends_and_year_ends_back_to_the_launch(contexts: ViewContexts) -> None:
    context = contexts.of(ViewState())
    days = [day.isoformat() for day in offered_days(context, NOW)]
    assert days[:5] == ["2026-09-30", "2026-06-30", "2026-03-31", "2025-12-31", "2024-12-31"]
    assert days == sorted(set(days), reverse=True)
    assert int(days[-1][:4]) == max(context.programme.launched.year - 1, context.edition.starts.year)
    assert offered_days(context, date(2027, 1, 1))[0] == date(2026, 12, 31)
    assert offered_days(context, date(2026, 12, 31))[0] == date(2026, 9, 30)


def test_day_ahead_is_a_note_and_today_is_none() -> None:
    assert day_ahead(NOW, NOW, Words("de")) is None
    note = day_ahead(NOW + timedelta(days=1), NOW, Words("en"))
    assert note is not None
    assert note.severity is Severity.NOTE
    assert Words("en").problem(note) == "1 December 2026 is in the future; the page shows what is known today."


def test_day_a_year_earlier_is_never_before_the_atlas(contexts: ViewContexts) -> None:
    assert year_earlier(contexts.of(ViewState(as_of=date(2016, 5, 1)))) == EARLIEST
    assert year_earlier(contexts.of(ViewState(as_of=date(2024, 2, 29)))) == date(2023, 2, 28)
