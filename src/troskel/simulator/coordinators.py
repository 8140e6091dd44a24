# SPDX-License-Identifier: EUPL-1.2
"""What providers do of what the routine asks: order (P1, P6), tags (P2, P3, P7) and keys (P5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from troskel.offers.duty_actions import Way
from troskel.simulator.organisations import CARERS, HABITS, LOCKSMITH, NEW_LOCKSMITH, SLOPPY
from troskel.simulator.town import Task, Town

IN_THE_HOME = frozenset({"place_tag", "take_tag", "receive_key"})
PATIENCE = 12
"""So many days a coordinator waits for the assessor to inform the client, and then orders with a reason."""


def orders(town: Town, task: Task, found: Sequence[Way]) -> int | None:
    """An installation, once the client is informed (or it takes too long); or a removal."""
    if task.person is not None and task.person.is_forgotten:
        return 2
    way = found[0]
    told = {"locksmith": LOCKSMITH if town.life.happens(0.6) else NEW_LOCKSMITH}
    if "reason" in way.left:
        waited = (town.life.day - task.opened).days
        if HABITS[task.who] is not SLOPPY and waited < PATIENCE:
            return 2
        told["reason"] = "Besöken har börjat, och kunden är ännu inte informerad."
    outcome = town.life.tries(
        task.who, way.act, ("A3",), **way.filled(**told)
    )  # it may have been refused today
    if outcome is not None:
        town.ordered[outcome.answer["order"]] = (task.who, way.act)
    return None


def sends_basis_forms(town: Town, task: Task, found: Sequence[Way]) -> int | None:
    """The month's forms are made, signed and sent (O3). One that has been sent already is let be."""
    make, sign, send = found
    made = town.life.does(task.who, make.act, **make.filled())
    for form in made.answer["forms"] if made is not None else ():
        for way in (sign, send):
            town.life.tries(task.who, way.act, ("O3",), **way.filled(form=form))
    return None


def hands(town: Town, task: Task, act: str) -> str:
    """Who does it: in the home a carer, who sees the client only on days of care; else the one who was asked."""
    carer = CARERS.get(task.organisation)
    if act not in IN_THE_HOME or carer is None or task.person is None:
        return task.who
    return carer if task.person.is_in_care_of(task.organisation, town.life.day) else task.who


def a_tag(town: Town, task: Task, _: Way) -> str | None:
    """A tag from the provider's own stock; none before the first visit."""
    if task.person is None or not task.person.is_in_care_of(task.organisation, town.life.day):
        return None
    return town.tags[task.organisation].pop(0)


def a_label(town: Town, task: Task, _: Way) -> str | None:
    """A key gets a label of its own."""
    if task.person is None or not task.person.is_in_care_of(task.organisation, town.life.day):
        return None
    return f"{task.person.reference}-{town.number()}"


def a_signature(town: Town, _: Task, __: Way) -> str:
    """Who signs for the client when a key changes hands."""
    return town.life.random.choice(("client", "client", "client", "representative", "nobody"))


def tag_is_placed(town: Town, task: Task, values: dict[str, Any]) -> None:
    """The tag lies with the client now."""
    assert task.person is not None
    task.person.tags[task.organisation] = values["tag"]


def tag_is_taken(town: Town, task: Task, values: dict[str, Any]) -> None:
    """The tag is in stock again."""
    assert task.person is not None
    task.person.tags.pop(task.organisation, None)
    town.tags[task.organisation].append(values["tag"])


def lock_is_linked(_: Town, task: Task, values: dict[str, Any]) -> None:
    """From now on the carers open by phone."""
    assert task.person is not None
    task.person.lock = values["serial"]


def lock_is_unlinked(_: Town, task: Task, values: dict[str, Any]) -> None:
    """No longer."""
    assert task.person is not None
    if task.person.lock == values["serial"]:
        task.person.lock = None
