# SPDX-License-Identifier: EUPL-1.2
"""Actions of the phone's buttons: open a door, begin a visit, end a visit. Each calls one act; no rule here.

A form carries an idempotency key: a double click, the back button or an old form counts once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.module_loading import import_string

from troskel.acts import opening
from troskel.acts.chapters import REGISTER
from troskel.acts.opening import Opened
from troskel.ground.refusals import CodedError
from troskel.people.roles import Actor


class ActionResult(NamedTuple):
    """An action with its values and its result: the lock's answer, or the error; neither if it is simply done."""

    action: str
    values: Mapping[str, str]
    opened: Opened | None = None
    error: CodedError | None = None


def may_visit(actor: Actor) -> bool:
    """Whether this role begins and ends visits."""
    return actor.role in REGISTER["arrive"].who


def _open(actor: Actor, values: Mapping[str, str], key: str) -> Opened:
    driver = import_string(settings.TROSKEL_LOCK_DRIVER)()
    return opening.open_the_door(actor, driver, _nonempty(values, "client", "serial"), key=key)


def _arrive(actor: Actor, values: Mapping[str, str], key: str) -> None:
    REGISTER["arrive"].perform(actor, _nonempty(values, "client", *EVIDENCE_FIELDS), key=key)


def _depart(actor: Actor, values: Mapping[str, str], key: str) -> None:
    REGISTER["depart"].perform(actor, _nonempty(values, "visit", *EVIDENCE_FIELDS), key=key)


def _no_answer(actor: Actor, values: Mapping[str, str], key: str) -> None:
    REGISTER["note_no_answer"].perform(actor, _nonempty(values, "client", "step"), key=key)


EVIDENCE_FIELDS = ("by", "tag", "serial", "reason", "picc_data", "cmac")
ACTIONS: dict[str, Callable[[Actor, Mapping[str, str], str], Opened | None]] = {
    "open": _open,
    "arrive": _arrive,
    "depart": _depart,
    "no_answer": _no_answer,
}
"""By the name that a form sends."""


def _nonempty(values: Mapping[str, str], *names: str) -> dict[str, Any]:
    """Returns the values of these names, without empty ones."""
    return {name: values[name].strip() for name in names if values.get(name, "").strip()}
