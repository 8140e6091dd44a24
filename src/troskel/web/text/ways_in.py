# SPDX-License-Identifier: EUPL-1.2
"""A way into a home in words: each door, whether it opens tonight, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from troskel.ground import formatting
from troskel.reading.tonight import DoorTonight, WayTonight
from troskel.runner.choices import DoorKind, KeyHolder, LockFault, WayReason, WayVerdict
from troskel.web.text import act_labels

OPENED = "opened"


class DoorText(NamedTuple):
    """A door, what is said of it, and its verdict."""

    kind: str
    sentences: list[str]
    verdict: str


def door_texts(way: WayTonight, organisations: Mapping[str, str], today: date) -> list[DoorText]:
    """Returns the doors of a way in words, from the street inwards. `organisations`: their names by number."""
    return [_door_text(door, organisations, today) for door in way.doors]


def reasons(way: WayTonight) -> list[str]:
    """Returns what is said of the whole way, where no door is known."""
    return [f"{act_labels.choice_label(WayReason, reason)}." for reason in way.reasons]


def _door_text(door: DoorTonight, organisations: Mapping[str, str], today: date) -> DoorText:
    kind = act_labels.choice_label(DoorKind, door.kind)
    return DoorText(kind, list(_sentences(door, organisations, today)), door.verdict)


def _sentences(door: DoorTonight, organisations: Mapping[str, str], today: date) -> Iterator[str]:
    for reason in door.reasons:
        text = act_labels.choice_label(WayReason, reason)
        if reason == WayReason.FAULT:
            text = f"{text}: {act_labels.choice_label(LockFault, door.fault)}"
        elif reason.startswith("key_"):
            text = _with_keys(text, door, organisations)
        yield f"{text}."
    if door.noted is not None:
        yield _last_answer(door, today)


def _with_keys(text: str, door: DoorTonight, organisations: Mapping[str, str]) -> str:
    """The text with the best keys' numbers, and the names of those who have them, as far as the reader may know."""
    best = min(door.keys, key=lambda key: list(KeyHolder).index(KeyHolder(key.held_by)), default=None)
    told = [key for key in door.keys if best is not None and key.held_by == best.held_by and key.number]
    if not told:
        return text
    named = [
        f"{key.number} ({organisations[key.organisation]})"
        if key.organisation in organisations
        else key.number
        for key in told
    ]
    return f"{text}: {', '.join(named)}"


def _last_answer(door: DoorTonight, today: date) -> str:
    assert door.noted is not None
    when = formatting.plain_instant(door.noted, today)
    if door.outcome != OPENED:
        return _("Senaste försöket, {when}, lyckades inte.").format(when=when)
    if door.battery is None:
        return _("Låset öppnades senast {when}.").format(when=when)
    return _("Låset öppnades senast {when}, med {battery} % batteri.").format(
        when=when, battery=formatting.digits(door.battery)
    )


def verdict(code: str) -> str:
    """Returns a verdict in words."""
    return act_labels.choice_label(WayVerdict, code)
