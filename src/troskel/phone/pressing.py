# SPDX-License-Identifier: EUPL-1.2
"""What a button of the phone does: a door is opened, a visit begins, a visit ends. Each is acts' alone; no rule here.

A form carries its own key, so whoever clicks twice, goes back or sends an old form again does it once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.module_loading import import_string

from troskel.acts import opening
from troskel.acts.chapters import REGISTER
from troskel.acts.opening import Opened
from troskel.ground.refusals import BadValue, KeyUsedOtherwise, NotFound, Refusal
from troskel.people.roles import Actor

SAYS_NO = (Refusal, NotFound, BadValue, KeyUsedOtherwise)


class Pressed(NamedTuple):
    """What was pressed, with which values, and what came of it: what the lock answered, or why not. Else it is done."""

    what: str
    values: Mapping[str, str]
    opened: Opened | None = None
    error: Exception | None = None


def press(actor: Actor, what: str, values: Mapping[str, str], key: str) -> Pressed:
    """Do it. Raises KeyError for what no button does; every refusal is in the answer."""
    does = DOES[what]
    try:
        return Pressed(what, values, opened=does(actor, values, key))
    except SAYS_NO as error:
        return Pressed(what, values, error=error)


def may_visit(actor: Actor) -> bool:
    """Is it for this role to begin and end visits?"""
    return actor.role in REGISTER["arrive"].who


def _open(actor: Actor, values: Mapping[str, str], key: str) -> Opened:
    driver = import_string(settings.TROSKEL_LOCK_DRIVER)()
    return opening.open_the_door(actor, driver, _told(values, "client", "serial"), key=key)


def _arrive(actor: Actor, values: Mapping[str, str], key: str) -> None:
    REGISTER["arrive"].perform(actor, _told(values, "client", *PROOF), key=key)


def _depart(actor: Actor, values: Mapping[str, str], key: str) -> None:
    REGISTER["depart"].perform(actor, _told(values, "visit", *PROOF), key=key)


PROOF = ("by", "tag", "serial", "reason")
DOES: dict[str, Callable[[Actor, Mapping[str, str], str], Opened | None]] = {
    "open": _open,
    "arrive": _arrive,
    "depart": _depart,
}
"""By the word that a form sends."""


def _told(values: Mapping[str, str], *names: str) -> dict[str, Any]:
    """The values of these names, those left empty left out."""
    return {name: values[name].strip() for name in names if values.get(name, "").strip()}
