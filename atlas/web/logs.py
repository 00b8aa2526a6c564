"""What the process writes about itself: one JSON object a line, with nothing in it about those who visit or are written about."""

from __future__ import annotations

import json
import logging
import traceback
import warnings
from datetime import UTC, datetime

OWN = "atlas"
"""Our own loggers begin like this; their messages are complete sentences of ours."""


class JsonLines(logging.Formatter):
    """Turn a record into one line of JSON: time, level, logger, message, and error with its traceback.

    Libraries put what they were given into their messages (addresses of visitors, queries, paths of uploads) and into
    the texts of their exceptions (a database quotes the row it refuses). So of a foreign message only the fixed part
    is written, and of an exception its kind and the places it went through, never its text.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        # asyncio appends what a task held, line by line, to a first line that is fixed
        said = record.getMessage() if _is_own(record) else str(record.msg).partition("\n")[0]
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": said,
        }
        number = getattr(record, "error_number", None)
        if number is not None:
            line["error_number"] = number
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line["error"] = [_told(each) for each in _chain(error)]
        return json.dumps(line, ensure_ascii=False)


def _chain(error: BaseException) -> list[BaseException]:
    """Return an exception and what led to it, the first cause last."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) and cause not in chain:
        chain.append(cause)
    return chain


def _told(error: BaseException) -> dict[str, object]:
    frames = traceback.extract_tb(error.__traceback__)
    told: dict[str, object] = {
        "kind": f"{type(error).__module__}.{type(error).__qualname__}",
        "places": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if isinstance(error, OSError) and error.strerror:  # the system's words: "No space left on device"
        told["reason"] = error.strerror
    return told


def log_as_json(*loggers: logging.Logger) -> None:
    """Send what any logger says to standard error as JSON; ``loggers`` and those of uvicorn lose handlers of their own.

    Of others only warnings and errors are written: uvicorn tells of every websocket.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    handler.addFilter(lambda record: _is_own(record) or record.levelno >= logging.WARNING)
    logging.getLogger().addHandler(handler)
    logging.getLogger(OWN).setLevel(logging.INFO)
    known = [logging.getLogger(name) for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi")]
    for logger in (*known, *loggers):
        logger.handlers.clear()
        logger.propagate = True
    warnings.simplefilter("ignore")  # for developers; their texts may quote data


def _is_own(record: logging.LogRecord) -> bool:
    return record.name.split(".")[0] == OWN
