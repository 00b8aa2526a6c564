"""Next steps and reports in the store."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

import sqlalchemy as sa

from atlas import phrases
from atlas.errors import AtlasError, Problem, few
from atlas.model.cases import MOST_TEXT, RECEIPT_LETTERS, FollowUp, Report, StaleFollowUpError
from atlas.model.keys import is_ags
from atlas.model.parameters import MUNICIPALITY
from atlas.model.rights import Actor, Right, require
from atlas.phrases import N_
from atlas.sources.store import chain
from atlas.sources.store.database import Database
from atlas.sources.store.schema import Utc
from atlas.sources.store.schema import answer as answers_
from atlas.sources.store.schema import follow_up as follow_ups_
from atlas.sources.store.schema import report as reports_
from atlas.sources.store.schema import report_look as looks_
from atlas.sources.store.schema import report_sender as senders_

MOST_OF_SENDER = {"hour": 10, "day": 30, "place": 3}
"""So many reports are taken from one address within an hour and a day, and of them for one municipality."""
MOST_OF_PLACE, MOST_A_DAY = 100, 2_000
"""So many are taken within a day for one municipality, and for all: from many addresses only."""
KEPT_DAYS = 30
"""So long after the answer a report's text is kept: free text may hold personal data."""
_DAY = timedelta(days=1)
_UNANSWERED = sa.not_(sa.exists().where(answers_.c.receipt == reports_.c.receipt))
_FOLLOW_UP = sa.select(*(column for column in follow_ups_.c if column.name != "programme"))
Clock = Callable[[], datetime]


class FollowUps:
    """Internal notes, next steps and due dates. Every function needs the right to read what is internal."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def current(self, actor: Actor, programme: str) -> dict[str, FollowUp]:
        """Return the newest version of every municipality's follow-up, by key."""
        require(actor, Right.READ_INTERNAL)
        newest = sa.select(follow_ups_.c.ags, sa.func.max(follow_ups_.c.version).label("version"))
        latest = newest.where(follow_ups_.c.programme == programme).group_by(follow_ups_.c.ags).subquery()
        found = _FOLLOW_UP.join(
            latest, sa.and_(follow_ups_.c.ags == latest.c.ags, follow_ups_.c.version == latest.c.version)
        )
        with self._database.reading() as connection:
            rows = connection.execute(found.where(follow_ups_.c.programme == programme)).mappings().all()
        return {row["ags"]: FollowUp(**row) for row in rows}

    def history(self, actor: Actor, programme: str, ags: str) -> list[FollowUp]:
        """Return all versions of a municipality's follow-up, newest first."""
        require(actor, Right.READ_INTERNAL)
        with self._database.reading() as connection:
            return _versions(connection, programme, ags)

    def save(self, actor: Actor, programme: str, wanted: FollowUp) -> FollowUp:
        """Write a new version; ``wanted.version`` is the one that was looked at.

        Raises
        ------
        NotAllowedError
            If the actor may not edit.
        StaleFollowUpError
            If there is a newer one.
        AtlasError
            Every fault of what was entered.
        """
        require(actor, Right.EDIT)
        _check(wanted)
        with self._database.writing() as connection:
            versions = _versions(connection, programme, wanted.ags)
            if versions and versions[0].version != wanted.version:
                raise StaleFollowUpError(versions[0])
            made = replace(
                wanted,
                version=wanted.version + 1,
                note=wanted.note.strip(),
                step=wanted.step.strip(),
                recorded_at=self._clock(),
                actor=actor.name,
            )
            chain.add(connection, follow_ups_, [asdict(made) | {"programme": programme}])
        return made


def _check(wanted: FollowUp) -> None:
    problems = [
        Problem(place, phrases.TEXT_TOO_LONG, {"count": len(text), "most": MOST_TEXT})
        for place, text in (("Notiz", wanted.note), ("nächster Schritt", wanted.step))
        if len(text) > MOST_TEXT
    ]
    if wanted.due and not wanted.step.strip():
        problems.append(Problem("nächster Schritt", "Zur Frist fehlt, was bis dahin zu tun ist. Bitte ergänzen."))
    if not is_ags(wanted.ags):
        problems.append(MUNICIPALITY.problem(wanted.ags, "Gemeinde"))
    if problems:
        raise AtlasError(*problems)


def _versions(connection: sa.Connection, programme: str, ags: str) -> list[FollowUp]:
    mine = _FOLLOW_UP.where(follow_ups_.c.programme == programme, follow_ups_.c.ags == ags)
    rows = connection.execute(mine.order_by(follow_ups_.c.version.desc())).mappings()
    return [FollowUp(**row) for row in rows]


class Reports:
    """Errors reported from outside: filed without a login, read and answered by the office."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def file(self, programme: str, ags: str, text: str, address: str = "") -> str:
        """Take a report from anybody and return its receipt. Nothing is kept about who it was. Old texts are emptied.

        ``address`` is that of the sender's connection: for a day three bytes of a sum of it are kept, apart from the report.
        Raises `AtlasError` if there is nothing in it, too much, or too many came from there, for there or in all.
        """
        text = text.strip()
        if not text or len(text) > MOST_TEXT:
            told = N_("Bitte in höchstens {most} Zeichen sagen, was nicht stimmt.")
            raise AtlasError(Problem("", told, {"most": MOST_TEXT}))
        self.tidy()
        receipt = "-".join("".join(secrets.choice(RECEIPT_LETTERS) for _ in range(4)) for _ in range(3))
        now = self._clock()
        with self._database.writing() as connection:
            sender = {
                "sender": _shared_sum(address),
                "ags": ags,
                "hour": now.replace(minute=0, second=0, microsecond=0),
            }
            _check_limits(connection, programme, now, sender)
            connection.execute(sa.insert(senders_), [sender])
            made = {"receipt": receipt, "programme": programme, "ags": ags, "received_at": now, "text": text}
            chain.add(connection, reports_, [made])
        return receipt

    def waiting(self, programme: str) -> frozenset[str]:
        """Return the keys of municipalities with a report that is being looked at. Public: it says nothing more."""
        found = sa.select(reports_.c.ags).join(looks_).where(reports_.c.programme == programme, _UNANSWERED)
        with self._database.reading() as connection:
            return frozenset(connection.execute(found).scalars())

    def of_receipt(self, receipt: str) -> Report | None:
        """Return what became of a report, for who has its receipt; without its text, and without who answered."""
        found = _with_answer().where(reports_.c.receipt == receipt.strip().upper())
        with self._database.reading() as connection:
            row = connection.execute(found).mappings().first()
        return Report(**{**row, "text": "", "actor": ""}) if row else None

    def inbox(self, actor: Actor, programme: str) -> list[Report]:
        """Return all reports, the unanswered first, each oldest first; old texts are emptied on the way."""
        require(actor, Right.READ_INTERNAL)
        self.tidy()
        found = _with_answer().where(reports_.c.programme == programme)
        found = found.order_by(answers_.c.answered_at.is_not(None), reports_.c.received_at)
        with self._database.reading() as connection:
            return [Report(**row) for row in connection.execute(found).mappings()]

    def look(self, actor: Actor, receipts: Collection[str]) -> None:
        """Note that somebody means to answer these reports: from now on pages say that they are looked at."""
        require(actor, Right.EDIT)
        new = sa.select(reports_.c.receipt, sa.literal(self._clock(), Utc)).outerjoin(looks_)
        new = new.where(reports_.c.receipt.in_(receipts), looks_.c.receipt.is_(None))
        with self._database.writing() as connection:
            connection.execute(sa.insert(looks_).from_select(["receipt", "looked_at"], new))

    def answer(self, actor: Actor, receipts: Collection[str], text: str, *, is_accepted: bool) -> None:
        """Answer reports, each once: all of them or none.

        Raises
        ------
        NotAllowedError
            If the actor may not edit.
        AtlasError
            If there is no such report, it has an answer, or the answer says nothing.
        """
        require(actor, Right.EDIT)
        text = text.strip()
        if not text or len(text) > MOST_TEXT:
            told = N_("Bitte in höchstens {most} Zeichen antworten; wer gemeldet hat, liest es mit der Quittung.")
            raise AtlasError(Problem("", told, {"most": MOST_TEXT}))
        with self._database.writing() as connection:
            waiting = sa.select(reports_.c.receipt).where(reports_.c.receipt.in_(receipts), _UNANSWERED)
            if gone := set(receipts) - set(connection.execute(waiting).scalars()):
                told = N_("Diese Meldung gibt es nicht, oder sie ist schon beantwortet. Bitte die Liste neu ansehen.")
                raise AtlasError(Problem(few(sorted(gone)), told))
            made = {"answered_at": self._clock(), "actor": actor.name, "is_accepted": is_accepted, "text": text}
            if receipts:
                chain.add(connection, answers_, [made | {"receipt": each} for each in receipts])

    def tidy(self) -> None:
        """Empty the texts of reports whose answer is older than `KEPT_DAYS`; forget where others came from after a day."""
        now = self._clock()
        answered = sa.select(answers_.c.receipt).where(answers_.c.answered_at < now - timedelta(days=KEPT_DAYS))
        stale = sa.and_(reports_.c.text != "", reports_.c.receipt.in_(answered))
        old = senders_.c.hour < now - _DAY
        with self._database.reading() as connection:
            if not connection.execute(sa.select(sa.or_(sa.exists().where(stale), sa.exists().where(old)))).scalar_one():
                return
        with self._database.writing() as connection:
            rows = [dict(row) | {"text": ""} for row in connection.execute(sa.select(reports_).where(stale)).mappings()]
            connection.execute(sa.update(reports_).where(stale).values(text=""))
            chain.note(connection, reports_, rows)
            connection.execute(sa.delete(senders_).where(old))


def _shared_sum(address: str) -> str:
    """Return what stands for the network of an address for a day: no sum of one alone, 256 addresses have each."""
    with suppress(ValueError):
        known = ip_address(address)
        known = getattr(known, "ipv4_mapped", None) or known
        address = str(ip_network((known, 32 if known.version == 4 else 56), strict=False))  # noqa: PLR2004 - IPv4
    return hashlib.sha256(address.encode()).hexdigest()[:6]


def _check_limits(connection: sa.Connection, programme: str, now: datetime, sender: Mapping[str, object]) -> None:
    """Raise `AtlasError` if too many reports came from there, for there or in all."""
    mine = senders_.c.sender == sender["sender"]
    here = sa.and_(reports_.c.programme == programme, reports_.c.ags == sender["ags"])
    today = reports_.c.received_at > now - _DAY
    from_there = N_(
        "Aus Ihrem Netz sind viele Meldungen gekommen. Bitte versuchen Sie es später noch einmal; Ihr Text bleibt stehen."
    )
    in_all = N_("Heute sind sehr viele Meldungen eingegangen. Bitte versuchen Sie es morgen noch einmal.")
    for which, most, told in (
        (sa.and_(mine, senders_.c.hour == sender["hour"]), MOST_OF_SENDER["hour"], from_there),
        (sa.and_(mine, senders_.c.ags == sender["ags"]), MOST_OF_SENDER["place"], from_there),
        (mine, MOST_OF_SENDER["day"], from_there),
        (sa.and_(here, today), MOST_OF_PLACE, in_all),
        (today, MOST_A_DAY, in_all),
    ):
        if connection.execute(sa.select(sa.func.count()).where(which)).scalar_one() >= most:
            raise AtlasError(Problem("", told))


def _with_answer() -> sa.Select[*tuple[object, ...]]:
    return sa.select(
        reports_.c.receipt,
        reports_.c.ags,
        reports_.c.received_at,
        reports_.c.text,
        looks_.c.looked_at,
        answers_.c.text.label("answer"),
        answers_.c.is_accepted,
        answers_.c.answered_at,
        sa.func.coalesce(answers_.c.actor, "").label("actor"),
    ).select_from(reports_.outerjoin(answers_).outerjoin(looks_, looks_.c.receipt == reports_.c.receipt))
