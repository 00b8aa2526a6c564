"""What all commands share: exit codes, what they say and where they write it, the data they ask for."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from atlas.errors import AtlasError, Problem, Severity
from atlas.model.dates import ZONE
from atlas.model.parameters import PROGRAMME, Parameter
from atlas.model.rights import Actor, Role
from atlas.model.snapshot import Snapshot
from atlas.phrases import N_
from atlas.present.wording import Words
from atlas.sources.settings import Settings
from atlas.sources.snapshot import load_snapshot
from atlas.sources.store import Store, store_if_made

FINE, FINDINGS, WRONG_USE = 0, 1, 2
WORDS = Words("de")


class WrongUseError(AtlasError):
    """The command was given something that does not exist."""


def snapshot(given: argparse.Namespace) -> Snapshot:
    """Return the data; `WrongUseError` if the programme asked for is not among them."""
    return with_programme(load_snapshot(Settings.from_environment()), given)


def with_programme(data: Snapshot, given: argparse.Namespace) -> Snapshot:
    """Return the data if the programme asked for is among them; `WrongUseError` otherwise."""
    if given.programme:
        require_known(PROGRAMME, data.programmes, given.programme, "--programme")
    return data


def require_known(parameter: Parameter[str], known: Collection[str], given: str, option: str) -> None:
    """Do nothing if what was given for an option is known; raise `WrongUseError` otherwise."""
    if given not in known:
        raise WrongUseError(parameter.among(known).problem(given, option))


@contextmanager
def refusing() -> Iterator[None]:
    """Turn every fault of what a command was given into `WrongUseError`."""
    try:
        yield
    except AtlasError as error:
        raise WrongUseError(*error.problems) from error


def today() -> date:
    """Return the day it is in Germany."""
    return datetime.now(ZONE).date()


def put(body: bytes, output: Path | None) -> None:
    """Write a result to a file, without one to standard output."""
    if output is None:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
    else:
        is_device = output.exists() and not output.is_file()
        draft = output if is_device else output.with_name(f".{output.name}.neu")
        try:
            draft.write_bytes(body)
            if not is_device:
                draft.replace(output)  # whole or not there, also on a full disk
        except OSError as error:
            if not is_device:
                draft.unlink(missing_ok=True)
            raise WrongUseError(unwritten(error, output)) from error


def unwritten(error: OSError, place: Path | None = None) -> Problem:
    """Return what is to be said where the system refuses to write or read."""
    text = N_("Die Datei kann nicht geschrieben werden: {reason}.")
    if not place:
        text = N_(
            "Das geht auf diesem Rechner gerade nicht: {reason}. Ist der Datenträger voll, oder gehört die Datei jemand anderem?"
        )
    return Problem(str(place or error.filename or "python -m atlas"), text, {"reason": error.strerror or str(error)})


def complain(problem: Problem, suggestion: str = "") -> None:
    """Say a finding on standard error."""
    mark = {Severity.BLOCKER: "FEHLER", Severity.WARNING: "Warnung", Severity.NOTE: "Hinweis"}[problem.severity]
    more = f" Vorschlag: {suggestion}" if suggestion else ""
    sys.stderr.write(f"{mark}: {WORDS.problem(problem)}{more}\n")


def tell(text: str) -> None:
    """Say something on standard output."""
    sys.stdout.write(f"{text}\n")


def operator() -> Actor:
    """Return who runs the command. Whoever can do that can reach the database itself, so they may do everything."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user without a name, in a container
        name = "?"
    return Actor(f"Kommandozeile: {name}", Role.ADMINISTRATOR)


@contextmanager
def opened_store() -> Iterator[Store]:
    """Give the store; `WrongUseError` if nobody has made one yet."""
    settings = Settings.from_environment()
    address = settings.database
    with store_if_made(address, settings.seal) as store:
        if store is None:
            text = N_("Es gibt noch keine Datenbank. Sie entsteht beim ersten Aufruf der Anwendung.")
            if not address:
                text = N_(
                    "Der Bestand liegt in Dateien; seine Geschichte kennt nur eine Datenbank. Bitte ihre Adresse angeben."
                )
            raise WrongUseError(Problem("ATLAS_DATABASE_URL", text))
        yield store
