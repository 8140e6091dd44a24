# SPDX-License-Identifier: EUPL-1.2
"""Which act fulfils a duty, and what is known of its values already. The one place of it, until acts/ has its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from troskel.acts import viewing
from troskel.acts.chapters import REGISTER
from troskel.duties import queries as duties
from troskel.duties import routines
from troskel.ground import clock
from troskel.people.roles import Actor
from troskel.routine.model import Words


class Way(NamedTuple):
    """An act that would fulfil a duty, and the values that the duty gives it."""

    act: str
    values: dict[str, Any]


class Known(NamedTuple):
    """A duty with the routine's words in both languages, and the ways to fulfil it."""

    duty: Words
    fulfilled: Words
    paragraph: Words
    ways: list[Way]


ACTS: dict[tuple[str, str], tuple[str, ...]] = {
    ("A1", "inform"): ("inform_client",),
    ("A2", "keys"): ("tell_about_keys",),
    ("A3", "understood"): ("confirm_understanding", "record_refusal"),
    ("A3", "way_in"): ("decide_way_in",),
    ("A4", "allocate"): ("allocate",),
    ("A8", "investigation"): ("make_decisions", "confirm_ending"),
    ("A8", "allocation"): ("allocate",),
    ("P1", "order"): ("order_installation",),
    ("P1", "consent"): ("record_consent",),
    ("P1", "repair"): ("order_repair",),
    ("P2", "place_tag"): ("place_tag",),
    ("P3", "take_tag"): ("take_tag",),
    ("P4", "be_present"): ("attest",),
    ("P5", "collect_keys"): ("receive_key",),
    ("P5", "return_keys"): ("return_key",),
    ("P6", "order"): ("order_removal",),
    ("P6", "cancel"): ("cancel_order",),
    ("P6", "stop"): ("cancel_order",),
    ("P6", "not_ours"): ("order_removal",),
    ("P7", "fetch"): ("take_tag",),
    ("P7", "not_ours"): ("take_tag",),
    ("P7", "tell"): ("tell_tag_fetched",),
    ("L1", "install"): ("report_installation", "book_order", "report_failure"),
    ("L1", "remove"): ("report_removal", "book_order", "report_failure"),
    ("L1", "repair"): ("report_repair", "book_order", "report_failure"),
    ("S2", "link"): ("link_lock",),
    ("S2", "look"): ("look_at_home",),
    ("S3", "unlink"): ("unlink_lock",),
    ("S3", "unlink_one"): ("unlink_lock",),
    ("S3", "unlink_not_ours"): ("unlink_lock",),
}
"""By paragraph and ask: the acts, the one that fulfils it first."""

ONE_OF_MANY = {"make_decisions": "decisions", "allocate": "allocations"}
"""Acts that take many at once: here they take one, so that the values stand under this name."""


def known(viewer: Actor, ids: Iterable[UUID]) -> dict[UUID, Known]:
    """What is known of these duties, among those asked of the viewer. One query."""
    rows = duties.worklist(viewer, clock.today()).filter(id__in=list(ids))
    return {row["id"]: _known(viewer, row) for row in viewing.of_their_clients(viewer, rows)}


def _known(viewer: Actor, row: Mapping[str, Any]) -> Known:
    routine = routines.version(row["version"])
    asked = routine.asks[row["paragraph"], row["ask"]]
    offered = ACTS.get((row["paragraph"], row["ask"]), ())
    about = json.loads(row["about"])
    ways = [Way(name, _values(name, row, about)) for name in offered if viewer.role in REGISTER[name].who]
    return Known(asked.duty, asked.fulfilled, routine.by_id[row["paragraph"]].text, ways)


def _values(act: str, row: Mapping[str, Any], about: Mapping[str, Any]) -> dict[str, Any]:
    """The values that the duty gives, under the names that the act takes them by."""
    told = {
        "client": row["client__case_number"],
        "door": str(row["door_id"]) if row["door_id"] else None,
        "order": about.get("number"),
        "serial": about.get("serial") if act in ("link_lock", "unlink_lock") else None,
        "service": about.get("service"),
        "duty": str(row["id"]),
    }
    under = ONE_OF_MANY.get(act)
    return {f"{under}.{name}" if under else name: value for name, value in told.items() if value}
