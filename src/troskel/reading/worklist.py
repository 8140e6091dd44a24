# SPDX-License-Identifier: EUPL-1.2
"""Duties and notices: what an account is asked for now, and how each stood on a day."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When

from troskel.duties import queries as duties
from troskel.duties import routines, rules
from troskel.ground import clock
from troskel.people.roles import Actor, Role
from troskel.permits.acts import acts_writing
from troskel.permits.sight import EVERYBODY
from troskel.reading.base import Row, note, seen
from troskel.routine.model import Ask, Words


def duties_on(viewer: Actor, on: date) -> list[dict[str, Any]]:
    """The duties and notices that had been asked by `on`, with how each stood that day."""
    found = [duty_told(row, on) for row in duties_of(viewer, duties.known_on(on), on)]
    note(viewer, "duties.viewed", on=on, cases=sorted({row["case"] for row in found if row["case"]}))
    return found


def duties_of(viewer: Actor, condition: Q, on: date) -> QuerySet[Any, Row]:
    """The duties that the viewer may read: the office every one, others what was asked of them on the day."""
    rows = duties.duties(viewer, condition, on, all_of_them=viewer.role in EVERYBODY)
    return of_their_clients(viewer, rows)


def of_their_clients(viewer: Actor, rows: QuerySet[Any, Row]) -> QuerySet[Any, Row]:
    """To be asked is a reason to know the client; not for a carer: a whole organisation is asked (rule 4)."""
    theirs = Exists(seen(viewer).filter(pk=OuterRef("client")))
    return rows.filter(theirs) if viewer.role is Role.CARER else rows


class Said(NamedTuple):
    """A duty in the routine's own words: what is to be done, when it is fulfilled, and what the paragraph says."""

    duty: Words
    fulfilled: Words
    paragraph: Words


def worklist(viewer: Actor) -> list[dict[str, Any]]:
    """What the viewer must do now."""
    return [told for told, _ in worklist_said(viewer)]


def worklist_said(viewer: Actor) -> list[tuple[dict[str, Any], Said]]:
    """What the viewer must do now, each with the routine's words in both languages.

    `in_sight`: the viewer may open the client's page too. To be asked may be reason enough to know of the case alone.
    `theirs`: it is asked of the viewer; what is not is late, and told the administrator as well.
    """
    found = unnoted_worklist(viewer)
    note(viewer, "worklist.viewed", cases=[told["case"] for told, _ in found])
    return found


def unnoted_worklist(viewer: Actor) -> list[tuple[dict[str, Any], Said]]:
    """The same, for a page that shows more beside it: it writes one line for both."""
    today = clock.today()
    asked = of_their_clients(viewer, duties.worklist(viewer, today))
    in_sight = Exists(seen(viewer).filter(pk=OuterRef("client")))
    theirs = Case(When(duties.asked_of(viewer, today), then=True), default=False)
    rows = asked.annotate(in_sight=in_sight, theirs=theirs).values(*duties.FIELDS, "in_sight", "theirs")
    return [
        ({**duty_told(row, today), "in_sight": row["in_sight"], "theirs": row["theirs"]}, said_of(row))
        for row in rows
    ]


def is_asked(viewer: Actor, duty: UUID) -> bool:
    """Does this duty stand on the viewer's worklist? No client is shown, so no line is written."""
    return of_their_clients(viewer, duties.worklist(viewer, clock.today())).filter(id=duty).exists()


def said_of(row: Row) -> Said:
    """The words of what a duty asks, in the version that it was born with."""
    routine = routines.version(row["version"])
    asked = routine.asks[row["paragraph"], row["ask"]]
    return Said(asked.duty, asked.fulfilled, routine.by_id[row["paragraph"]].text)


def duty_told(row: Row, on: date) -> dict[str, Any]:
    """A duty with the routine's own words, in the version that it was born with, and how it stood on a day."""
    routine = routines.version(row["version"])
    asked = routine.asks[row["paragraph"], row["ask"]]
    escalated = row["escalated"] is not None and row["escalated"] <= on
    return {
        "id": row["id"],
        "kind": row["kind"],
        "paragraph": row["paragraph"],
        "ask": row["ask"],
        "text": asked.duty.sv,
        "says": routine.by_id[row["paragraph"]].text.sv,
        "fulfilled": asked.fulfilled.sv,
        "fulfilled_by": acts_that_fulfil(asked),
        "case": row["client__case_number"],
        "client": row["client__reference"],
        "organisation": row["organisation__orgnr"],
        "role": row["role"],
        "opened": row["opened"],
        "due": row["due"],
        "state": rules.state_on(row["state"], row["closed"], row["due"], on),
        "days_late": rules.days_late(row["state"], row["closed"], row["due"], on),
        "person": username(row["person__username"]),
        "escalated": row["escalated"] if escalated else None,
        "deputy": username(row["deputy"]) if escalated else None,
    }


def username(full: str | None) -> str | None:
    """An account's name without the municipality's code."""
    return full.partition("/")[2] if full else None


def acts_that_fulfil(ask: Ask) -> list[str]:
    """The acts that write an event which fulfils what is asked; those of people, not of the system alone."""
    events = {*ask.done_by, *(["notice.read"] if ask.kind == "notice" else [])}
    events |= {"duty.attested"} if ask.by_hand else set()
    return acts_writing(events)
