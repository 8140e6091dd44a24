# SPDX-License-Identifier: EUPL-1.2
"""iCalendar against the examples of RFC 5545: folding (3.1), instants in UTC (3.3.5), escaped text (3.3.11)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from troskel.ground import icalendar
from troskel.ground.icalendar import CalendarEvent, escaped, folded, utc

NEW_YORK = ZoneInfo("America/New_York")


def unfolded(text: bytes) -> bytes:
    """As a reader unfolds (3.1): a break followed by one blank is taken away."""
    return text.replace(b"\r\n ", b"")


def unescaped(text: str) -> str:
    """As a reader takes a TEXT (3.3.11)."""
    read, rest = "", iter(text)
    for character in rest:
        read += (
            {"n": "\n", "N": "\n"}.get(following := next(rest), following) if character == "\\" else character
        )
    return read


def test_the_rfcs_example_of_a_text() -> None:
    text = "Project XYZ Final Review\nConference Room - 3B\nCome Prepared."
    assert escaped(text) == r"Project XYZ Final Review\nConference Room - 3B\nCome Prepared."


def test_the_rfcs_examples_of_instants() -> None:
    assert utc(datetime(1998, 1, 19, 7, 0, tzinfo=UTC)) == "19980119T070000Z"
    assert utc(datetime(1997, 7, 14, 13, 30, tzinfo=NEW_YORK)) == "19970714T173000Z"
    assert utc(datetime(1997, 6, 30, 23, 59, 59, tzinfo=UTC)) == "19970630T235959Z"


def test_the_rfcs_example_of_a_folded_line() -> None:
    line = "DESCRIPTION:This is a long description that exists on a long line."
    assert folded(line) == line.encode() + b"\r\n", "75 octets or fewer stay as they are"
    long_line = line + " " + line
    assert unfolded(folded(long_line)) == long_line.encode() + b"\r\n"
    assert folded("x" * 75) == b"x" * 75 + b"\r\n"
    assert folded("x" * 76) == b"x" * 75 + b"\r\n x\r\n"


@settings(phases=[Phase.explicit, Phase.generate], max_examples=60)
@given(text=st.text(alphabet=st.sampled_from('aå😀\\;,\n\r\t\x00 :"'), max_size=200))
def test_whatever_is_written_a_reader_reads_the_same(text: str) -> None:
    written = folded(f"SUMMARY:{escaped(text)}")
    *lines, nothing = written.split(b"\r\n")
    assert nothing == b"" and all(len(line) <= 75 for line in lines)
    for line in lines:
        line.decode()  # no character is cut in two
    name, _, value = unfolded(written).decode().removesuffix("\r\n").partition(":")
    told = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    assert (name, unescaped(value)) == ("SUMMARY", told)


def test_a_calendar_has_what_the_rfc_demands() -> None:
    begins = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    event = CalendarEvent(
        "1@x", begins, begins, begins + timedelta(hours=1), "a, b", "c;d", "https://x.example/?a=1,2"
    )
    lines = unfolded(icalendar.calendar("Mina", [event])).decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-2:] == ["END:VCALENDAR", ""]
    for once in ("VERSION:2.0", "UID:1@x", "DTSTAMP:20261025T013000Z", "DTSTART:20261025T013000Z",
                 "DTEND:20261025T023000Z", r"SUMMARY:a\, b", r"DESCRIPTION:c\;d",
                 "URL:https://x.example/?a=1,2"):  # fmt: skip
        assert lines.count(once) == 1, once
    assert sum(line.startswith("PRODID:") for line in lines) == 1
