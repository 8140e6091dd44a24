# SPDX-License-Identifier: EUPL-1.2
"""Suggests acts that fulfil a duty, with values, for buttons beside the duty.

Suggestions depend on what the routine file says fulfils the duty (`done_by`, `done_when`, `by_hand`), not on its
paragraph's number, so another routine file needs no other table. Known values are filled in; values that only a person
knows (a serial number, a time, a locksmith) are `missing`. Chapters say beside each act when it is suggested.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db.models import QuerySet

from troskel.acts.chapters import REGISTER
from troskel.acts.informing import hold_conversation, left_of_conversation
from troskel.care.models import Decision, Investigation
from troskel.custody.models import Thing
from troskel.duties import routines, rules
from troskel.duties.models import Duty, HomeState
from troskel.duties.queries import DutyFacts, asked_of
from troskel.ground import clock
from troskel.ground.compiled_query import CompiledQuery
from troskel.people.models import Client, Organisation
from troskel.people.roles import Actor, Role
from troskel.reading.worklist import WorklistItem, within_sight
from troskel.routine import duty as engine
from troskel.routine.facts import HomeFacts
from troskel.runner.suggestions import SUGGESTERS, DutyContext, Names, Suggestion

__all__ = ["DutyContext", "Suggestion", "suggested_acts", "suggestions"]

BATCH_SIZE = 400


def suggestions(viewer: Actor, duties: Sequence[UUID]) -> dict[UUID, list[Suggestion]]:
    """Suggestions for each of these open duties and notices of the viewer's; for the system, those of the duty's owner.

    At most six queries per batch. Duties that are not the viewer's, not open, or about a client out of a carer's sight
    are left out.
    """
    suggestions_by_duty: dict[UUID, list[Suggestion]] = {}
    for start in range(0, len(duties), BATCH_SIZE):
        facts = _open_duties(viewer, duties[start : start + BATCH_SIZE])
        for context in _contexts(viewer.municipality, facts):
            suggestions_by_duty[context.duty.id] = [
                suggestion for suggestion in _suggestions(context) if _may(viewer, context.duty, suggestion)
            ]
    return suggestions_by_duty


def _open_duties(viewer: Actor, duties: Sequence[UUID]) -> list[DutyFacts]:
    named = (viewer.municipality, viewer.organisation, viewer.account, clock.today(), list(duties))
    return [DutyFacts(*row) for row in _OPEN_DUTIES[viewer.role](*named)]


def _open_duties_query(role: Role) -> Callable[..., QuerySet[Any, Any]]:
    def build(
        municipality: str, organisation: UUID | None, account: UUID | None, day: date, duties: list[UUID]
    ) -> QuerySet[Any, Any]:
        viewer = Actor(municipality, role, account=account, organisation=organisation)
        rows = Duty.objects.filter(asked_of(viewer, day), id__in=duties, municipality=municipality)
        return within_sight(viewer, rows.filter(state="open").values_list(*DutyFacts._fields), day)

    return build


_OPEN_DUTIES = {role: CompiledQuery(_open_duties_query(role)) for role in Role}


class _NoNames(Mapping[UUID, str]):
    """Empty names: which acts fulfil a duty does not depend on names."""

    def __getitem__(self, key: UUID) -> str:
        return ""

    def __iter__(self) -> Iterator[UUID]:
        return iter(())

    def __len__(self) -> int:
        return 0


_NO_NAMES = Names(*[_NoNames()] * len(Names._fields))


class Offered(NamedTuple):
    """What is offered beside a duty: its acts, and of a conversation with the client (A1-A3) what is left, by step."""

    acts: list[str]
    conversation: dict[str, bool]


NOTHING_OFFERED = Offered([], {})


def acts_offered(
    viewer: Actor, items: Iterable[WorklistItem], homes: Mapping[UUID, HomeFacts]
) -> dict[UUID, Offered]:
    """The acts of `suggestions`, each once and without values, for duties of the viewer's worklist. No query."""
    facts = [DutyFacts(*(getattr(item.asked, name) for name in DutyFacts._fields)) for item in items]
    acts = suggested_acts(viewer, facts, homes)
    return {
        row.id: Offered(acts[row.id], _conversation(row, homes[row.home_id], acts[row.id])) for row in facts
    }


def _conversation(row: DutyFacts, home: HomeFacts, acts: Sequence[str]) -> dict[str, bool]:
    client = home.clients.get(row.client_id) if row.client_id else None
    return left_of_conversation(client) if client and hold_conversation.name in acts else {}


def suggested_acts(
    viewer: Actor, rows: Sequence[DutyFacts], homes: Mapping[UUID, HomeFacts]
) -> dict[UUID, list[str]]:
    """The acts of `suggestions`, each once and without values, for duties of the viewer's already in memory. No query.

    Guided acts come first, and stand for their steps.

    The values are computed when the act's form is opened.
    """
    acts_by_duty: dict[UUID, list[str]] = {}
    for row in rows:
        names = (
            suggestion.act
            for suggestion in _suggestions(_context(row, homes[row.home_id], _NO_NAMES))
            if _may(viewer, row, suggestion)
        )
        offered = sorted(dict.fromkeys(names), key=lambda name: not REGISTER[name].consists_of)
        steps = {step for name in offered for step in REGISTER[name].consists_of}
        acts_by_duty[row.id] = [name for name in offered if name not in steps]
    return acts_by_duty


def _may(viewer: Actor, row: DutyFacts, suggestion: Suggestion) -> bool:
    roles = rules.ROLES_OF.get(row.role, frozenset()) if viewer.role is Role.SYSTEM else {viewer.role}
    return not roles.isdisjoint(REGISTER[suggestion.act].who)


def _suggestions(context: DutyContext) -> Iterator[Suggestion]:
    if context.duty.kind == "notice":
        yield Suggestion("read_notice", {"notice": str(context.duty.id)})
    for event in context.ask.done_by:
        for suggester in SUGGESTERS.get(event, ()):
            yield from suggester(context)
    by_hand = context.ask.by_hand or "left_by" in context.about
    first_day = routines.attest_from(context.duty) if context.ask.by_hand else None
    starts = context.about.get("starts")
    if starts and datetime.fromisoformat(starts) > clock.now():
        return
    if by_hand and (first_day is None or first_day <= clock.today()):
        missing = ("text",) if context.ask.silence is not None else ()  # what was found
        yield Suggestion("attest", {"duty": str(context.duty.id)}, missing)


# -- the context of duties, in a constant number of queries


def _contexts(municipality: str, rows: Sequence[DutyFacts]) -> Iterator[DutyContext]:
    homes = {row.home_id for row in rows}
    states = _homes(homes)
    names = _names(municipality, [(row, msgspec.json.decode(row.about)) for row in rows], states)
    for row in rows:
        yield _context(row, states[row.home_id], names)


def _homes(homes: Collection[UUID]) -> dict[UUID, HomeFacts]:
    return {home: engine.home_snapshot(state).facts for home, state in _STATES(list(homes))}


_STATES = CompiledQuery(
    lambda homes: HomeState.objects.filter(home_id__in=homes).values_list("home_id", "state")
)


def _context(row: DutyFacts, home: HomeFacts, names: Names) -> DutyContext:
    return DutyContext(
        duty=row,
        ask=routines.version(row.version).asks[row.paragraph, row.ask],
        about=msgspec.json.decode(row.about),
        home=home,
        client=home.clients.get(row.client_id) if row.client_id else None,
        door=home.doors.get(row.door_id) if row.door_id else None,
        names=names,
    )


DECISION_COLUMNS = ("id", "reference", "allocations__id", "allocations__reference")


def _names(
    municipality: str, rows: Sequence[tuple[DutyFacts, Mapping[str, Any]]], homes: Mapping[UUID, HomeFacts]
) -> Names:
    clients = [client for home in homes.values() for client in home.clients.values()]
    doors = [door for home in homes.values() for door in home.doors.values()]
    things = {UUID(about[kind]) for _, about in rows for kind in ("lock", "tag", "key") if about.get(kind)}
    things |= {tag for client in clients for tag in client.tags}
    things |= {key for door in doors for key in door.keys} | {door.lock for door in doors if door.lock}
    follow_up = any("through" in about or "decision" in about for _, about in rows)
    decisions = {decision for client in clients for decision in client.decisions} if follow_up else set()
    continued = any("through" in about for _, about in rows)  # care after its last day: by the same provider
    investigations = {i for client in clients for i in client.investigations} if follow_up else set()
    decision_rows = _DECISIONS(list(decisions))
    return Names(
        cases=dict(_CASES([client.client for client in clients])),
        things=dict(_THINGS(list(things))),
        decisions={decision: reference for decision, reference, _, _ in decision_rows},
        allocations={allocation: reference for _, _, allocation, reference in decision_rows if allocation},
        organisations=dict(_ORGANISATIONS(municipality)) if continued else {},
        investigations=dict(_INVESTIGATIONS(list(investigations))),
    )


_CASES = CompiledQuery(lambda ids: Client.objects.filter(id__in=ids).values_list("id", "case_number"))
_THINGS = CompiledQuery(lambda ids: Thing.objects.filter(id__in=ids).values_list("id", "number"))
_DECISIONS = CompiledQuery(lambda ids: Decision.objects.filter(id__in=ids).values_list(*DECISION_COLUMNS))
_ORGANISATIONS = CompiledQuery(
    lambda municipality: Organisation.objects.filter(municipality=municipality).values_list("id", "orgnr")
)
_INVESTIGATIONS = CompiledQuery(
    lambda ids: Investigation.objects.filter(id__in=ids).values_list("id", "reference")
)
