"""What changed between two days, as a paragraph that can be put into a report: whole sentences, and they add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from atlas import phrases
from atlas.analysis.events import BEGINNINGS, BEGUN, CHANGED, FIRST_DOCUMENTED, FLOWS, PRESUMED_OVER
from atlas.model.programme import Counts, Instrument
from atlas.model.states import State
from atlas.phrases import N_
from atlas.present.changes import BY_BOUNDARY, Changes, Count, flow_words, of_flow
from atlas.present.context import ViewContext
from atlas.present.narrative import one_stop
from atlas.present.population import people_percent, register_sentence
from atlas.present.time_words import (
    REACHED_ON,
    STATE_LABELS,
    flow_label,
    holding_said,
    is_dated_after,
    periods_sentence,
)
from atlas.present.wording import Words

_RISES = (*BEGINNINGS, "boundary_in")
_YEAR = len("2022")

_SAYINGS = {
    "begun": N_("Begonnen hat es {where}."),
    "reached": N_("Erreicht wurde es {where}."),
    "first_documented": N_("Erstmals belegt, Beginn unbekannt oder früher, ist es {where}."),
    "revived": N_("Wiederbelebt wurde es {where}."),
    "ended": N_("Beendet wurde es {where}."),
    "dormant": N_("Zum Ruhen kam es {where}."),
    "end_documented": N_("Als beendet belegt, Tag unbekannt, ist es {where}."),
    "presumed_over": N_("Vermutlich beendet ist es {where}."),
    "house": N_("Vermutlich beendet, nach einer eigenen Regel des Atlas, ist es {where}."),
    "boundary_in": N_("Allein durch Gebietsänderungen gilt es zusätzlich {where}."),
    "boundary_out": N_("Allein durch Gebietsänderungen gilt es nicht mehr {where}."),
    "changed": N_("Die Stufe änderte sich {where}."),
    "known_further": N_("Eine andere Stufe, seit wann ist unbekannt, ist belegt {where}."),
}
"""What is said of each flow; ``{where}`` is ``in 2 Gemeinden: Arnsdorf und Radeberg``."""


def paragraph(changes: Changes, after: ViewContext, words: Words) -> str:
    """Return the change ready for a report: numbers, names, both days, definition and source.

    A paragraph for each instrument in which anything happened, or for the only one. Its numbers are those of
    ``changes.counts``, its names those of ``changes.table``.
    """
    place = after.edition.district_name(after.district) if after.district else ""
    values = {
        "place": place or words.label(after.programme.territory),
        "start": words.day(changes.start),
        "end": words.day(changes.end),
    }
    teller = _Teller(changes, after, values, words)
    shown = [each for each in changes.counts if each.moved or len(changes.counts) == 1]
    paragraphs = [" ".join(teller.sentences(each)) for each in shown]
    if not paragraphs:
        paragraphs = [words.say("{place}, {start} bis {end}: keine dokumentierte Veränderung.", **values)]
    return "\n".join([*paragraphs[:-1], " ".join([paragraphs[-1], *teller.closing(shown)])])


@dataclass(frozen=True)
class _Teller:
    """Says what changed between two days: ``told`` are place and days."""

    changes: Changes
    after: ViewContext
    told: Mapping[str, str]
    words: Words

    def sentences(self, count: Count) -> list[str]:
        """Return stock, what stands beside it, and every flow with its names."""
        words, sentences = self.words, [self._stock(count)]
        if count.inferred:
            sentences.append(
                words.count(
                    "Erschlossen, nicht eigens belegt, ist {n} der {all}.",
                    "Erschlossen, nicht eigens belegt, sind {n} der {all}.",
                    count.inferred,
                    all=words.number(count.after.number),
                )
            )
        sentences += [*self._people(count), *self._beside(count), *self._flows(count)]
        if count.in_force is not None:
            sentences.append(self._in_force(count.in_force))
        return sentences

    def _stock(self, count: Count) -> str:
        words = self.words
        values: dict[str, object] = {
            **self.told,
            "what": self._title(count.instrument),
            "before": words.number(count.before.number),
            "after": words.number(count.after.number),
        }
        if self.changes.unit == "arrangements":
            return words.say(
                "{place}: Für „{what}“ sind am {end} {after} Vorgänge belegt, am {start} {before}; ein gemeinsamer "
                "zählt einmal.",
                **values,
            )
        if not self.after.programme.has_shares:
            return words.count(
                "{place}: „{what}“ ist am {end} für {n} Gemeinde belegt, am {start} für {before}.",
                "{place}: „{what}“ ist am {end} für {n} Gemeinden belegt, am {start} für {before}.",
                count.after.number,
                **values,
            )
        pairs = zip((count.before.number, count.after.number), self.changes.totals, strict=True)
        shares = [words.percent(n / total if total else 0.0) for n, total in pairs]
        totals = [words.number(total) for total in self.changes.totals]
        return words.say(
            "{place}: „{what}“ ist am {end} für {after} von {total_after} Gemeinden belegt ({share_after}), am {start} für "
            "{before} von {total_before} ({share_before}).",
            **values,
            share_before=shares[0],
            share_after=shares[1],
            total_before=totals[0],
            total_after=totals[1],
        )

    def _people(self, count: Count) -> list[str]:
        """Return the share of inhabitants on both days, where a register says it; the register is named at the end."""
        before, after = count.before.people_share, count.after.people_share
        if before is None or after is None or self.changes.unit == "arrangements":
            return []
        values = {"share_after": people_percent(after, self.words), "share_before": people_percent(before, self.words)}
        return [
            self.words.say(
                "Anteil der Einwohner, die dort leben: {share_after} am {end}, {share_before} am {start}.",
                **self.told,
                **values,
            )
        ]

    def _title(self, instrument: Instrument) -> str:
        label, counting_ = self.words.label(instrument.label), self.changes.counting
        if counting_ in {None, instrument.counts}:
            return label
        counted = holding_said([instrument], self.words) if counting_ is Counts.IN_FORCE else self.words.say("bisher")
        return f"{label} ({counted})"

    def _beside(self, count: Count) -> list[str]:
        """Return what is not counted on either day, because nobody knows since when it holds."""
        words, stocks = self.words, (("start", count.before), ("end", count.after))

        def more(of: str) -> str:
            numbers = [(self.told[day], getattr(stock, of)) for day, stock in stocks]
            return words.listed(
                [words.say("{n} weitere am {day}", day=day, n=words.number(n)) for day, n in numbers if n]
            )

        sentences = []
        if later := more("documented_later"):
            text = N_("Erst später belegt, Beginn unbekannt, und darum nicht mitgezählt: {more}.")
            sentences.append(words.say(text, more=later))
        if unknown := more("period_unknown"):
            sentences.append(words.say("Nicht mitgezählt, weil der Zeitraum unbekannt ist: {more}.", more=unknown))
        return sentences

    def _flows(self, count: Count) -> list[str]:
        """Return a sentence for each flow; that none began, and none is first documented, is said as well."""
        sentences = []
        for what in (*FLOWS, CHANGED):
            mine = of_flow(count.rows, what)
            sayings = self._sayings(what, count.instrument, mine)
            for saying, part in mine.groupby(pd.Series(sayings, index=mine.index), sort=False):
                sentences.append(self._told(str(saying), part))
            if mine.empty and what == BEGUN:
                is_reached = flow_label(BEGUN, count.instrument) == STATE_LABELS[State.REACHED]
                saying = "reached" if is_reached else BEGUN
                sentences.append(self.words.say(_SAYINGS[saying], where=self._where(0)))
            elif mine.empty and what == FIRST_DOCUMENTED:
                sentences.append(self.words.say("Erstmals belegt ist es {where}.", where=self._where(0)))
        for what in BY_BOUNDARY:
            mine = of_flow(count.rows, what)
            if not mine.empty:
                sentences.append(self._told(what, mine))
        return [*sentences, *self._sum(count)]

    def _told(self, saying: str, rows: pd.DataFrame) -> str:
        return one_stop(self.words.say(_SAYINGS[saying], where=self._where_named(rows)))

    def _sayings(self, what: str, instrument: Instrument, rows: pd.DataFrame) -> list[str]:
        """Return the key in `_SAYINGS` for each row."""
        stages = [instrument.stage(key) for key in rows["stage_was"]] if what != CHANGED else []
        if what == BEGUN:
            return ["reached" if stage.is_act else what for stage in stages]
        if what == PRESUMED_OVER:
            return ["house" if stage.is_house_rule else what for stage in stages]
        if what == CHANGED:
            dated = [is_dated_after(row, self.changes.start) for row in rows.to_dict("records")]
            return [what if is_dated else "known_further" for is_dated in dated]
        return [what] * len(rows)

    def _where(self, number: int) -> str:
        words = self.words
        is_place = self.changes.unit == "municipalities"
        if not number:
            return words.say(N_("in keiner Gemeinde") if is_place else N_("bei keinem Vorgang"))
        if is_place:
            return words.count(*phrases.IN_N_MUNICIPALITIES, number)
        return words.count("bei {n} Vorgang", "bei {n} Vorgängen", number)

    def _where_named(self, rows: pd.DataFrame) -> str:
        names = self._names(rows)
        number = len(names) if self.changes.unit == "municipalities" else len(rows)
        return f"{self._where(number)}: {self.words.listed(names)}"

    def _names(self, rows: pd.DataFrame) -> Sequence[str]:
        """Return the names, each once, with the district where the state has several of the name."""
        often = self.after.day.often
        times = Counter(
            name if often[name] <= 1 else f"{name} ({self.after.edition.district_name(district)})"
            for name, district in zip(rows["name"], rows["district"], strict=True)
        )
        words = self.words
        return [
            name if n == 1 else words.say("{n}-mal {name}", name=name, n=words.number(n)) for name, n in times.items()
        ]

    def _sum(self, count: Count) -> list[str]:
        """Return that the numbers add up, if there is anything to add."""
        words = self.words
        labels = flow_words(count.instrument, words)
        terms = [
            f"{'+' if what in _RISES else '−'} {words.number(number)} {labels[what]}"
            for what, number in count.flows.items()
            if number
        ]
        if not terms:
            return []
        total = f"{words.number(count.before.number)} {' '.join(terms)} = {words.number(count.after.number)}"
        return [words.say("Das geht auf: {sum}.", sum=total)]

    def _in_force(self, count: Count) -> str:
        """Return what is in force of all so far, with its flows."""
        words = self.words
        values = {
            **self.told,
            "holding": holding_said([count.instrument], words),
            "before": words.number(count.before.number),
            "after": words.number(count.after.number),
        }
        labels = flow_words(count.instrument, words)
        rows = ((what, of_flow(count.rows, what)) for what in FLOWS)
        flows = [
            f"{labels[what]} {words.number(len(mine))} ({words.listed(self._names(mine))})"
            for what, mine in rows
            if not mine.empty
        ]
        if not flows:
            return words.say("Davon {holding} sind {after} am {end} und {before} am {start}.", **values)
        sentence = words.say(
            "Davon {holding} sind {after} am {end} und {before} am {start}; dazwischen: {flows}.",
            **values,
            flows=", ".join(flows),
        )
        return " ".join([sentence, *self._sum(count)])

    def closing(self, shown: Sequence[Count]) -> list[str]:
        """Return what holds for all of it: boundaries, what a sum of periods is worth, definition, source."""
        words, totals, sentences = self.words, self.changes.totals, []
        if self.after.programme.has_shares and totals[0] != totals[1]:
            sentences.append(
                words.say(
                    "Die Zahl der Gemeinden änderte sich durch Gebietsänderungen von {before} auf {after}.",
                    before=words.number(totals[0]),
                    after=words.number(totals[1]),
                )
            )
        if any(_is_rough(each.rows) for each in shown):
            sentences.append(periods_sentence(words))
        if len(self.changes.counts) == 1:
            sentences.append(self._definition(self.changes.counts[0].instrument))
        if any(each.after.people_share is not None for each in shown):
            sentences.append(register_sentence(self.after, words))
        sentences.append(
            words.say(
                "Gezählt sind öffentlich belegte Angaben, Stichtage {start} und {end}; Quelle: {source}.",
                **self.told,
                source=words.label(self.after.programme.source_line),
            )
        )
        return sentences

    def _definition(self, instrument: Instrument) -> str:
        """Return what is counted, in the programme's words where it is counted as the programme does."""
        words, counting_ = self.words, self.changes.counting
        if counting_ in {None, instrument.counts}:
            return words.label(instrument.definition)
        if counting_ is Counts.IN_FORCE:
            return words.say(
                "Gezählt ist hier nur, was am Stichtag {holding} ist.", holding=holding_said([instrument], words)
            )
        return words.say("Gezählt ist hier alles bis zum Stichtag, auch was nicht mehr in Kraft ist.")


def _is_rough(rows: pd.DataFrame) -> bool:
    """Return whether a beginning among them is known to the year only."""
    begun = rows[rows["what"].isin(BEGINNINGS) & (rows["since_means"] == REACHED_ON)]
    return bool((begun["since"].str.len() == _YEAR).any())
