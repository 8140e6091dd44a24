# SPDX-License-Identifier: EUPL-1.2
"""A calendar as a file that calendar programs subscribe to (iCalendar, RFC 5545). Times are written in UTC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

MEDIA_TYPE = "text/calendar; charset=utf-8"
LINE_OCTETS = 75
"""The longest line, without its break (RFC 5545, 3.1)."""
PRODUCT = "-//Troskel//Calendar//SV"
ESCAPES = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}


class CalendarEvent(NamedTuple):
    """An event. `uid`: the same for as long as it is the same event. `changed`: when it last was."""

    uid: str
    changed: datetime
    starts: datetime
    ends: datetime
    summary: str
    description: str
    url: str


def calendar(name: str, events: Iterable[CalendarEvent], *, refresh: timedelta = timedelta(hours=1)) -> bytes:
    """Returns the calendar. `name`: what programs call it; `refresh`: how often they are asked to fetch it."""
    minutes = int(refresh.total_seconds()) // 60
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        f"NAME:{escaped(name)}",
        f"X-WR-CALNAME:{escaped(name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:PT{minutes}M",
        *(line for event in events for line in _event(event)),
        "END:VCALENDAR",
    ]
    return b"".join(folded(line) for line in lines)


def _event(event: CalendarEvent) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"DTSTAMP:{utc(event.changed)}"
    yield f"DTSTART:{utc(event.starts)}"
    yield f"DTEND:{utc(event.ends)}"
    yield f"SUMMARY:{escaped(event.summary)}"
    yield f"DESCRIPTION:{escaped(event.description)}"
    yield f"URL:{event.url}"
    yield "END:VEVENT"


def utc(instant: datetime) -> str:
    """Returns an instant as date with UTC time, form 2 of 3.3.5: 19980119T070000Z."""
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: str) -> str:
    """Returns a text as a value of the type TEXT (3.3.11). Other control characters are left out."""
    one_break = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(ESCAPES.get(one, one) for one in one_break if one in "\n\t" or one.isprintable())


def folded(line: str) -> bytes:
    """Returns a content line in UTF-8 with its break, folded after 75 octets (3.1), never inside a character."""
    parts: list[bytes] = []
    part = b""
    for character in line:
        octets = character.encode()
        if len(part) + len(octets) > LINE_OCTETS:
            parts.append(part)
            part = b" "
        part += octets
    return b"\r\n".join([*parts, part]) + b"\r\n"
