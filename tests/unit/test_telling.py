"""Sentences about municipalities: right in both languages, from facts only, inviting, never blaming."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from atlas.analysis.status import NO_DATA
from atlas.model.excerpt import Excerpt
from atlas.model.programme import Label, Stage, StageKind
from atlas.model.snapshot import Snapshot
from atlas.model.view import ViewState
from atlas.present.context import ViewContext, ViewContexts
from atlas.present.detail import position_or_successor
from atlas.present.narrative import (
    caption,
    neighbours_sentence,
    on_record,
    one_stop,
    place,
    sentence,
    sentences,
    since,
    unique_names,
    when,
)
from atlas.present.picture import MOST_ALT, LegendLine, alt_text, build_picture
from atlas.present.wording import Words
from tests.conftest import TODAY

DE, EN = Words("de"), Words("en")
Of = Callable[..., ViewContext]


def _at(context: ViewContext, ags: str) -> int:
    position = position_or_successor(context, ags)
    assert position is not None
    return position


@pytest.mark.parametrize(
    ("known", "means", "german", "english"),
    [
        ("2021-12-17", "reached", "am 17.12.2021", "on 17 December 2021"),
        ("2021-06", "reached", "im Juni 2021", "in June 2021"),
        ("2021", "reached", "im Jahr 2021", "in 2021"),
        ("2021-12-17", "known_by", "spätestens am 17.12.2021", "by 17 December 2021"),
        ("2021-06", "source", "spätestens im Juni 2021", "by June 2021"),
        ("2022", "known_by", "spätestens 2022", "by 2022"),
        ("", "undated", "", ""),
    ],
)
def test_preposition_follows_how_well_the_date_is_known(known: str, means: str, german: str, english: str) -> None:
    assert when(known, means, DE) == german
    assert when(known, means, EN) == english


@pytest.mark.parametrize(
    ("known", "means", "german", "english"),
    [
        ("2021-12-17", "reached", "seit dem 17.12.2021", "(since 17 December 2021)"),
        ("2021-06", "reached", "seit Juni 2021", "(since June 2021)"),
        ("1994", "reached", "seit 1994", "(since 1994)"),
        ("2021-12-17", "known_by", "spätestens seit dem 17.12.2021", "(since 17 December 2021 at the latest)"),
        ("2022", "known_by", "spätestens seit 2022", "(since 2022 at the latest)"),
        ("", "undated", "", ""),
    ],
)
def test_what_lasts_is_told_with_since(known: str, means: str, german: str, english: str) -> None:
    assert since(known, means, DE) == german
    assert since(known, means, EN) == english


def test_a_plan_says_when_it_was_on_record_or_read(mini_context: Of) -> None:
    line = mini_context().day.lines[0][0]._replace(read_on="2023-07-01")
    assert on_record(line._replace(since="2022-07-22"), DE) == "(Stand 22.07.2022)"
    assert on_record(line._replace(since=""), EN) == "(undated, read 1 July 2023)"


@pytest.mark.parametrize(
    ("ags", "german", "english"),
    [
        ("14524060", "die Gemeinde Fraureuth", "the municipality of Fraureuth"),
        ("14521450", "die Stadt Oelsnitz/Erzgeb.", "the town of Oelsnitz/Erzgeb."),
        ("14713000", "die Stadt Leipzig", "the city of Leipzig"),
        ("14628370", "die Stadt Wehlen", "Stadt Wehlen"),
    ],
)
def test_places_have_their_article(real_context: Of, ags: str, german: str, english: str) -> None:
    context = real_context()
    assert place(context, _at(context, ags), DE) == german
    assert place(context, _at(context, ags), EN) == english


def test_abbreviation_at_the_end_brings_its_own_full_stop() -> None:
    assert sentence("für Auerbach/Vogtl.") == "Für Auerbach/Vogtl."
    assert sentence("übrig bleibt Ö") == "Übrig bleibt Ö."
    assert sentence("mehr …") == "Mehr …"
    assert one_stop("Nossen, Frankenberg/Sa..") == "Nossen, Frankenberg/Sa."


@pytest.mark.parametrize(
    ("ags", "said"),
    [
        (
            "14523020",
            "Die Stadt Auerbach/Vogtl. hat am 22.07.2022 gemeinsam mit Lengenfeld und Rodewisch (Göltzschtal-Städte) "
            "die Kooperationsvereinbarung unterzeichnet. Für die Stadt Auerbach/Vogtl. ist dokumentiert: Kommunaler "
            "Präventionsrat, Plan von 2022, nicht weiter belegt, gemeinsam mit Lengenfeld und Rodewisch "
            "(Göltzschtal-Städte). Ein Plan ohne weiteren Beleg gilt nach einer Regel des Atlas nach einiger Zeit nicht "
            "mehr als Plan.",
        ),
        (
            "14511000",
            "Die Stadt Chemnitz hat seit dem 04.02.1998 einen Kommunalen Präventionsrat. Sie ist seit dem 06.02.2019 "
            "Modellkommune.",
        ),
        (
            "14524060",
            "Für die Gemeinde Fraureuth ist keine Aktivität öffentlich dokumentiert. Das heißt nicht, dass es keine gibt.",
        ),
        (
            "14522140",
            "Die Stadt Flöha hat am 08.07.2020 die Kooperationsvereinbarung unterzeichnet. Sie hat am 08.07.2020 über "
            "den Verbund „Gemeindevollzugsdienst-Verbund Flöha“ eine Förderung bewilligt bekommen; vermutlich "
            "beendet, zuletzt belegt 08.07.2020. Sie hat im Jahr 2021 ein Beispiel guter Praxis vorgestellt.",
        ),
    ],
)
def test_german_sentences(real_context: Of, ags: str, said: str) -> None:
    context = real_context()
    assert " ".join(sentences(context, _at(context, ags), DE)) == said


def test_grant_that_is_open_says_until_when(real_context: Of) -> None:
    context = real_context(as_of=date(2022, 6, 30))
    told = sentences(context, _at(context, "14612000"), DE)
    assert "Sie hat am 22.12.2021 eine Förderung bewilligt bekommen; bis Ende 2022 befristet." in told


def test_alternative_text_of_one_layer_says_whose_numbers_they_are(real_context: Of) -> None:
    """Beside the neighbours that take part in anything at all."""
    context = real_context(layer="funding")
    picture = build_picture(context, Excerpt(()), DE)
    legend = (LegendLine("keine bekannte Aktivität", count=16),)
    told = alt_text(replace(picture, title="T", subtitle="S", legend=legend), context, 0, DE)
    assert told.endswith("Förderung – keine bekannte Aktivität: 16.")


def test_english_sentences(real_context: Of) -> None:
    context = real_context()
    assert " ".join(sentences(context, _at(context, "14523020"), EN)) == (
        "The town of Auerbach/Vogtl. signed the cooperation agreement on 22 July 2022 together with Lengenfeld and "
        "Rodewisch (Göltzschtal-Städte). Documented for the town of Auerbach/Vogtl.: Municipal prevention council, plan "
        "of 2022, not documented further, together with Lengenfeld and Rodewisch (Göltzschtal-Städte). By the atlas's own "
        "rule, a plan without further evidence no longer counts as a plan after some time."
    )
    assert sentences(context, _at(context, "14524060"), EN)[0].startswith(
        "For the municipality of Fraureuth no activity"
    )


def test_what_the_district_does_is_told_of_the_district(real_context: Of) -> None:
    context = real_context()
    lines = context.day.lines
    only = next(p for p, rows in lines.items() if {row.basis for row in rows} == {"district", "none"})
    own, districts = sentences(context, only, DE)
    assert " selbst ist keine Aktivität öffentlich dokumentiert." in own
    assert re.match(
        r"Der (Landkreis|Vogtlandkreis|Erzgebirgskreis)\b.* hat .* einen Kommunalen Präventionsrat\.", districts
    )


def test_what_a_former_municipality_did_is_told_of_it(mini: Snapshot) -> None:
    context = ViewContexts(lambda: mini, lambda: TODAY).of(ViewState())
    said = " ".join(sentences(context, _at(context, "00022015"), DE))
    assert (
        "ür die frühere Gemeinde Ilm (heute Neu-Ilm) ist dokumentiert: Vereinbarung, unterzeichnet seit 01.01.2018."
        in said
    )


def test_programme_without_tellings_still_gives_sentences(mini_context: Of) -> None:
    context = mini_context()
    for words in (DE, EN):
        for position in context.day.lines:
            for said in sentences(context, position, words):
                assert said.endswith(".")
                assert said[0].isupper()
    assert sentences(context, _at(context, "00021010"), EN)[0] == (
        "Documented for the town of Neustadt: Pact, signed since 30 June 2019."
    )


def test_every_stage_of_the_programme_is_told_in_both_languages(real: Snapshot) -> None:
    for instrument in real.programme("asskomm").instruments:
        for stage in instrument.stages:
            assert stage.telling is not None, f"{instrument.key}:{stage.key}"
            for text in (stage.telling.de, stage.telling.en):
                assert re.search(r"\{(when|since|on_record)\}", text)


def test_telling_with_an_unknown_place_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\{day\} is not one of"):
        Stage(
            key="held",
            label=Label(de="x", en="x"),
            kind=StageKind.STEP,
            colour="#000000",
            telling=Label(de="hat {day}", en="has {when}"),
        )


def test_neighbours_are_counted_in_whole_sentences(mini_context: Of, real_context: Of) -> None:
    context = real_context()
    said = {key: neighbours_sentence(context, _at(context, key), DE) for key in ("14523020", "14522140", "14522080")}
    assert said["14523020"] == "Für eine der 6 Nachbargemeinden ist eine Beteiligung dokumentiert: Rodewisch."
    assert said["14522140"].startswith("Für alle 5 Nachbargemeinden ist eine Beteiligung dokumentiert: ")
    assert said["14522080"] == "Für keine der 7 Nachbargemeinden ist eine Beteiligung öffentlich dokumentiert."
    few = neighbours_sentence(context, _at(context, "14511000"), DE, 2)
    assert (
        few
        == "Für 6 der 18 Nachbargemeinden ist eine Beteiligung dokumentiert: Limbach-Oberfrohna, Niederwiesa und 4 weitere."
    )
    island = mini_context()
    only = neighbours_sentence(island, _at(island, "00021070"), DE)
    assert only == "Für die einzige Nachbargemeinde, Gürtel, ist eine Beteiligung dokumentiert."
    before = mini_context(as_of=island.as_of.replace(year=2018))
    assert " ist keine Beteiligung öffentlich dokumentiert." in neighbours_sentence(before, _at(before, "00021070"), DE)


def test_number_of_neighbours_named_is_that_of_the_screen(real_context: Of) -> None:
    context = real_context()
    for position, near in context.day.hood.lines.items():
        active = [each.position for each in near if each.position in context.day.active]
        said = neighbours_sentence(context, position, DE)
        assert all(name in said for name in unique_names(context, active))
        if 1 < len(active) < len(near):
            assert said.startswith(f"Für {len(active)} der {len(near)} ")


def test_same_names_are_told_apart_by_district(mini_context: Of) -> None:
    context = mini_context()
    both = [_at(context, "00021010"), _at(context, "00022040")]
    assert unique_names(context, both) == ["Neustadt (Landkreis Nord)", "Neustadt (Landkreis Süd)"]


def test_nothing_from_the_notes_is_quoted_and_nobody_is_blamed(real: Snapshot, real_context: Of) -> None:
    context = real_context()
    marked = real.records["asskomm"].table.assign(note="Oberbürgermeisterin Erika Mustermann sagte zu.")
    snapshot = replace(real, records={"asskomm": replace(real.records["asskomm"], table=marked)})
    with_notes = ViewContexts(lambda: snapshot, lambda: TODAY).of(ViewState())
    for position in context.day.lines:
        for words in (DE, EN):
            told = caption(with_notes, position, words)
            assert "Mustermann" not in told
            assert told == caption(context, position, words)
            assert not re.search(r"nimmt nicht teil|does not take part|leider|versäumt|noch nicht|fehlt", told)
            assert not re.search(r"\{|\}|  |\.\.|\( |,,| ,|None|nan", told)


def test_caption_says_place_day_and_sources(real_context: Of, mini_context: Of) -> None:
    context = real_context()
    told = caption(context, _at(context, "14521450"), DE)
    assert told.startswith("Karte: ASSKomm in und um Oelsnitz/Erzgeb., Stand 30.11.2026.")
    assert context.edition.provenance.attribution in told
    assert "erfunden" not in told
    invented = mini_context()
    assert "Beispieldaten" in caption(invented, _at(invented, "00021010"), DE)


def test_alternative_text_is_one_line_and_not_too_long(real_context: Of) -> None:
    context = real_context()
    picture = build_picture(context, Excerpt(()), DE)
    long = replace(
        picture, title="T\nitel" * 40, own=0, legend=(LegendLine("Eine Klasse mit langem Namen " * 20, count=3),)
    )
    told = alt_text(long, context, None, DE)
    assert len(told) <= MOST_ALT
    assert "\n" not in told
    assert told.endswith(" …")
    areas = dict(list(picture.areas.items())[:5])
    documented = sum(area.look.key != NO_DATA for area in areas.values())
    short = replace(picture, title="T", subtitle="S", areas=areas, legend=(LegendLine("k", count=2),))
    brief = alt_text(short, context, None, EN)
    assert brief == f"Map. T. S. Something is documented for {documented} of 5 municipalities. K: 2."
    assert "of 5" not in alt_text(short, real_context(documented_only=True), None, EN)
