"""The log: one JSON object a line, nobody told on."""

from __future__ import annotations

import errno
import json
import logging
import sys

from atlas.web.logs import JsonLines

TYPED = "Erika Mustermann 192.0.2.7 ?suche=Bergen"


def _line(name: str, message: str, *given: object, error: BaseException | None = None, **extra: object) -> str:
    record = logging.LogRecord(name, logging.ERROR, __file__, 1, message, given, None)
    if error is not None:
        record.exc_info = (type(error), error, error.__traceback__)
    vars(record).update(extra)
    return JsonLines().format(record)


def _raised() -> BaseException:
    try:
        try:
            {}[TYPED]
        except KeyError as error:
            raise ValueError(f"not known: {TYPED}") from error
    except ValueError:
        error = sys.exception()
        assert error is not None
        return error


def test_our_own_message_is_written_whole() -> None:
    line = json.loads(_line("atlas.web.guard", "websocket closed with %d: %s", 1008, "too many messages"))
    assert line["message"] == "websocket closed with 1008: too many messages"
    assert (line["level"], line["logger"], line["time"][-6:]) == ("ERROR", "atlas.web.guard", "+00:00")


def test_of_a_foreign_message_only_the_fixed_part_is_written() -> None:
    for message, given in (('%s - "WebSocket %s" [accepted]', (TYPED, TYPED)), (f"Task failed\nfuture: {TYPED}", ())):
        line = _line("uvicorn.error", message, *given)
        assert json.loads(line)["message"] == message.partition("\n")[0]
        assert "Erika" not in line


def test_a_logger_that_only_begins_like_ours_is_foreign() -> None:
    assert "Erika" not in _line("atlassian", "%s", TYPED)


def test_an_error_is_written_with_kinds_and_places_but_without_its_text() -> None:
    line = _line("atlas", "error %s", "1f2e", error=_raised(), error_number="1f2e")
    told = json.loads(line)
    assert [each["kind"] for each in told["error"]] == ["builtins.ValueError", "builtins.KeyError"]
    assert all("test_logs.py" in each["places"][-1] for each in told["error"])
    assert told["error_number"] == "1f2e"
    assert "Erika" not in line
    assert "\n" not in line


def test_of_the_system_the_reason_is_written_and_the_path_is_not() -> None:
    line = _line("atlas", "error", error=OSError(errno.ENOSPC, "No space left on device", TYPED))
    assert json.loads(line)["error"][0]["reason"] == "No space left on device"
    assert "Erika" not in line
