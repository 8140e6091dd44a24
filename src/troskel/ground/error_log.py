# SPDX-License-Identifier: EUPL-1.2
"""What is logged: our own lines as fields, errors with their frames and without values, each with its request's id.

An error's message, its locals and a request's address may hold a name, an identity number or an address. A log is
read by more people than a record is, and is kept longer: so it gets the error's type, where it was raised, and which
route was asked.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from traceback import walk_tb
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest

OWN_LOGGERS = "troskel"
"""Loggers of this program, and those below: their messages hold codes and ids, and are logged as they are."""

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request that this thread answers: in each of its lines, and in its answer."""

FIELDS = "fields"
"""The attribute of a record that holds its fields: codes, ids, counts and names of the program's own."""

MAX_FRAMES = 40
"""Of one error: the outermost and the innermost half. An endless recursion has a thousand."""


def error_text(error: BaseException) -> str:
    """The error's type and its frames as file:line:function, outermost first; then what it was raised from."""
    lines: list[str] = []
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        kind = type(link)
        lines.append(f"{'raised from ' if len(seen) > 1 else ''}{kind.__module__}.{kind.__qualname__}")
        lines += [f"  {frame}" for frame in _frames(link.__traceback__)]
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "\n".join(lines)


def _frames(traceback: TracebackType | None) -> list[str]:
    frames = [
        f"{_short(frame.f_code.co_filename)}:{line}:{frame.f_code.co_qualname}"
        for frame, line in walk_tb(traceback)
    ]
    if len(frames) <= MAX_FRAMES:
        return frames
    half = MAX_FRAMES // 2
    return [*frames[:half], f"({len(frames) - MAX_FRAMES} more)", *frames[-half:]]


def _short(path: str) -> str:
    """The path within the packages or the checkout: where they are installed says nothing."""
    for folder in ("/site-packages/", "/src/"):
        path = path.rpartition(folder)[2]
    return path


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})


class LogFormatter(logging.Formatter):
    """Formats a record so that no value of the outside can stand in it: as a line of text, or as one of JSON.

    A message of our own is written as it is, and its fields after it. A warning or an error of a library is written
    as its template, without the arguments, or not at all where it has none (it may have been put together of
    values); its place always is.
    """

    def __init__(self, *, as_json: bool = False) -> None:
        super().__init__("{asctime} {levelname} {name}{request}: {message}", style="{")
        self.as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        told = error_text(error) if error is not None else ""
        message, fields, asked = self._message(record), getattr(record, FIELDS, {}), request_id.get()
        if self.as_json:
            at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
            line = {"at": at, "level": record.levelname, "logger": record.name, "message": message, **fields}
            extra = {"request": asked, "error": told}
            return json.dumps(line | {name: text for name, text in extra.items() if text}, ensure_ascii=False)
        record.message = " ".join([message, *(f"{name}={value}" for name, value in fields.items())])
        record.request = f" [{asked}]" if asked else ""
        record.asctime = self.formatTime(record)
        line_of_text = self.formatMessage(record)
        return f"{line_of_text}\n{told}" if told else line_of_text

    def _message(self, record: logging.LogRecord) -> str:
        if record.name.split(".")[0] == OWN_LOGGERS or record.levelno < logging.WARNING:
            return record.getMessage()
        place = f"{_short(record.pathname)}:{record.lineno}:{record.funcName}"
        request = getattr(record, "request", None)
        if request is not None:
            return f"{method_of(request)} {route_of(request)} at {place}"
        template = record.msg if isinstance(record.msg, str) and record.args else ""
        return f"{template} at {place}".strip()


class LogHandler(logging.Handler):
    """Writes to stderr. Of a record that can't be formatted it doesn't print the values, as logging's own way does."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)
        except Exception as error:
            text = f"{record.name}: a record could not be formatted: {error_text(error)}"
        with suppress(OSError, ValueError):  # stderr is closed
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()


def method_of(request: HttpRequest) -> str:
    """The request's method; a question mark for one that is the sender's own text."""
    return request.method if request.method in METHODS else "?"


def route_of(request: object) -> str:
    """The name of the route, or its pattern; never the path, which may hold a number."""
    match = getattr(request, "resolver_match", None)
    return (match.view_name or match.route) if match else "(no route)"


def log_error_of_thread(arguments: threading.ExceptHookArgs) -> None:
    """For `threading.excepthook`: a thread that an error ends."""
    if arguments.exc_value is not None:
        logging.getLogger(__name__).error("a thread broke: %s", error_text(arguments.exc_value))
