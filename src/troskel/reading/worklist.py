# SPDX-License-Identifier: EUPL-1.2
"""Duties and notices of an account, now and as they stood on a day."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When

from troskel.duties import queries as duties
from troskel.duties import routines, rules, told
from troskel.ground import clock
from troskel.ground.compiled_query import CompiledQuery
from troskel.people.roles import EVERY_ROLE, Actor, Role
from troskel.permits.acts import acts_writing
from troskel.permits.sight import ROLES_SEEING_ALL
from troskel.reading.base import Row, clients_in_sight, note
from troskel.reading.caseloads import Caseload, duties_of_clients
from troskel.reading.client_names import ClientName, names_of_shown
from troskel.reading.discretion import hidden_among
from troskel.reading.register import read
from troskel.routine.facts import HomeFacts
from troskel.routine.model import Ask, LocalizedText

EVERYTHING = Q()
Shape = TypeVar("Shape")


class DutyTexts(msgspec.Struct, frozen=True):
    """The routine's texts of a duty: the task with the `numbers` in it, when it is fulfilled, and the paragraph."""

    duty: LocalizedText
    fulfilled: LocalizedText
    paragraph: LocalizedText
    numbers: tuple[str, ...] = ()


class DutyShown(msgspec.Struct, frozen=True):
    """A duty or a notice with the routine's texts, as it stood on a day.

    `says`: the paragraph's text. `fulfilled_by`: the acts that fulfil it. `client`: the client's reference. `person`:
    who in the organisation has taken it. `escalated`: since when the deputy is asked too.
    """

    id: UUID
    kind: str
    paragraph: str
    ask: str
    text: str
    text_en: str
    says: str
    fulfilled: str
    fulfilled_by: list[str]
    case: str | None
    client: str | None
    door: UUID | None
    organisation: str | None
    role: str
    opened: date
    due: date | None
    state: str
    days_late: int
    person: str | None
    escalated: date | None
    deputy: str | None


class AskedDuty(msgspec.Struct, frozen=True):
    """The columns of an open duty that its text and what is offered beside it are made of; `about` is JSON."""

    id: UUID
    kind: str
    paragraph: str
    ask: str
    version: str
    role: str
    opened: date
    opened_line: int | None
    due: date | None
    state: str
    about: str
    home_id: UUID
    door_id: UUID | None
    client_id: UUID | None
    organisation_id: UUID | None


class WorklistItem(msgspec.Struct, frozen=True):
    """A duty of a worklist, with the routine's texts in both languages.

    `client`: whom it is about, where the viewer may open the client's page; else a duty reveals the case number alone.
    `theirs`: asked of the viewer; others are late duties that the administrator also sees. `asked`: its columns,
    of which `told_of` finds the facts.
    """

    duty: DutyShown
    texts: DutyTexts
    client: ClientName | None
    theirs: bool
    asked: AskedDuty


@read(who=EVERY_ROLE)
def duties_on(viewer: Actor, on: date) -> list[DutyShown]:
    """Duties and notices asked by the day `on`, as they stood that day."""
    rows = with_facts(viewer, duties_of(viewer, duties.known_on(on), on), on)
    shown = [duty_shown(row, on) for row in rows]
    note(viewer, "duties.viewed", on=on, cases=sorted({duty.case for duty in shown if duty.case}))
    return shown


def duties_of(viewer: Actor, condition: Q, on: date) -> QuerySet[Any, Row]:
    """Duties that the viewer may read: all for the office, for others what was asked of them on the day."""
    rows = duties.duties(viewer, condition, on, all_of_them=viewer.role in ROLES_SEEING_ALL)
    return within_sight(viewer, rows)


def within_sight(viewer: Actor, rows: QuerySet[Any, Shape], day: date | None = None) -> QuerySet[Any, Shape]:
    """For a carer only duties about clients in sight: duties are asked of a whole organisation (rule 4)."""
    if viewer.role is not Role.CARER:
        return rows
    return rows.filter(Exists(clients_in_sight(viewer, day).filter(pk=OuterRef("client"))))


@read(who=EVERY_ROLE)
def worklist(viewer: Actor, *, facts: bool = True, caseload: Caseload | None = None) -> list[WorklistItem]:
    """The viewer's worklist: what is asked of the viewer, and for the administrator what is escalated.

    Without `facts` the texts are the document's: `told_of` puts what cases know into those that a page shows.
    `caseload`: only what concerns these clients.
    """
    items = unnoted_worklist(viewer, duties_of_clients(viewer, caseload))
    if facts:
        items = list(told_of(viewer, items).items.values())
    filters: dict[str, Any] = {"whose": caseload.chosen} if caseload else {}
    note(viewer, "worklist.viewed", cases=[item.duty.case for item in items], **filters)
    return with_clients(items, names_of_shown(viewer, (item.duty.case for item in items)))


@read(who=EVERY_ROLE)
def left_for(viewer: Actor, cases: Sequence[str], *, recorded: Collection[str] = ()) -> ToldItems:
    """The duties on the viewer's worklist about these clients: what is next, once something is done for them.

    `recorded`: the cases whose showing another reading of the page has recorded.
    """
    items = [
        item
        for item in unnoted_worklist(viewer, Q(client__case_number__in=cases, kind="duty"))
        if item.theirs
    ]
    if shown := {item.duty.case or "" for item in items} - {*recorded}:
        note(viewer, "worklist.viewed", cases=sorted(shown))
    told_items = told_of(viewer, items)
    clients = names_of_shown(viewer, (item.duty.case for item in items))
    named = with_clients(told_items.items.values(), clients)
    return ToldItems({item.duty.id: item for item in named}, told_items.homes)


class ToldItems(msgspec.Struct, frozen=True):
    """Items by duty, their texts with the facts of their cases; and the facts of their homes."""

    items: dict[UUID, WorklistItem]
    homes: Mapping[UUID, HomeFacts]


@read(who=EVERY_ROLE)
def told_of(viewer: Actor, items: Iterable[WorklistItem]) -> ToldItems:
    """Items of the viewer's worklist with what their texts name, for those that a page shows. At most three queries.

    The worklist has recorded whose they are.
    """
    today = clock.today()
    listed = list(items)
    homes = duties.facts_of(viewer.municipality, {item.asked.home_id for item in listed})
    rows = with_facts(viewer, [msgspec.structs.asdict(item.asked) for item in listed], today, homes)
    texts = [_told(item, duty_texts(row)) for item, row in zip(listed, rows, strict=True)]
    return ToldItems({item.duty.id: item for item in texts}, homes)


def _told(item: WorklistItem, texts: DutyTexts) -> WorklistItem:
    duty = msgspec.structs.replace(item.duty, text=texts.duty.sv, text_en=texts.duty.en)
    return msgspec.structs.replace(item, duty=duty, texts=texts)


def unnoted_worklist(viewer: Actor, condition: Q = EVERYTHING) -> list[WorklistItem]:
    """The same without clients' names and without recording the read: for a reading that shows more."""
    today = clock.today()
    open_duties = within_sight(viewer, duties.worklist(viewer, today).filter(condition))
    theirs = Case(When(duties.asked_of(viewer, today), then=True), default=False)
    rows = open_duties.annotate(theirs=theirs).values(*duties.FIELDS, "theirs")
    return [
        WorklistItem(duty_shown(row, today), duty_texts(row), None, row["theirs"], _asked(row))
        for row in rows
    ]


def _asked(row: Row) -> AskedDuty:
    return AskedDuty(*(row[name] for name in AskedDuty.__struct_fields__))


def with_clients(items: Iterable[WorklistItem], clients: Mapping[str, ClientName]) -> list[WorklistItem]:
    """The items with their clients, by case number."""
    return [msgspec.structs.replace(item, client=clients.get(item.duty.case or "")) for item in items]


@read(who=EVERY_ROLE)
def is_on_worklist(viewer: Actor, duty: UUID) -> bool:
    """Is this duty on the viewer's worklist? No client is shown, so nothing is recorded."""
    return within_sight(viewer, duties.worklist(viewer, clock.today())).filter(id=duty).exists()


@read(who=EVERY_ROLE)
def unread_notices(viewer: Actor) -> int:
    """The number of the viewer's unread notices. One query; no client is shown, so nothing is recorded."""
    found = _UNREAD[viewer.role](viewer.municipality, viewer.organisation, viewer.account, clock.today())
    return next((number for (number,) in found), 0)


def _unread_query(role: Role) -> Callable[..., QuerySet[Any, Any]]:
    """Returns the query for the number: each page asks it, and building it took ten times as long as running it."""

    def build(
        municipality: str, organisation: UUID | None, account: UUID | None, day: date
    ) -> QuerySet[Any, Any]:
        viewer = Actor(municipality, role, account=account, organisation=organisation)
        unread = within_sight(viewer, duties.open_for(viewer, day).filter(kind="notice"), day)
        counted: QuerySet[Any, Any] = unread.values("municipality").annotate(number=Count("id"))
        return counted.values_list("number")

    return build


_UNREAD = {role: CompiledQuery(_unread_query(role)) for role in Role}


def with_facts(
    viewer: Actor, rows: Iterable[Row], on: date, homes: Mapping[UUID, HomeFacts] | None = None
) -> list[Row]:
    """The rows, each with its `told`: the text with what it names of its case. At most three queries."""
    listed = list(rows)
    subjects = [told.subject_of(row, on) for row in listed]
    hides = hidden_among(viewer, {subject.client for subject in subjects})
    texts = told.texts(viewer.municipality, subjects, on, homes=homes, hides=hides)
    return [{**row, "told": text} for row, text in zip(listed, texts, strict=True)]


def duty_texts(row: Row) -> DutyTexts:
    """The texts of a duty, from the version it was opened under."""
    routine = routines.version(row["version"])
    ask = routine.asks[row["paragraph"], row["ask"]]
    text, numbers = row.get("told", told.ToldText(ask.duty))
    return DutyTexts(text, ask.fulfilled, routine.by_id[row["paragraph"]].text, numbers)


def duty_shown(row: Row, on: date) -> DutyShown:
    """A duty with the texts of the version it was opened under, as it stood on a day."""
    texts = duty_texts(row)
    ask = routines.version(row["version"]).asks[row["paragraph"], row["ask"]]
    escalated = row["escalated"] is not None and row["escalated"] <= on
    return DutyShown(
        id=row["id"],
        kind=row["kind"],
        paragraph=row["paragraph"],
        ask=row["ask"],
        text=texts.duty.sv,
        text_en=texts.duty.en,
        says=texts.paragraph.sv,
        fulfilled=texts.fulfilled.sv,
        fulfilled_by=fulfilling_acts(ask),
        case=row["client__case_number"],
        client=row["client__reference"],
        door=row["door_id"],
        organisation=row["organisation__orgnr"],
        role=row["role"],
        opened=row["opened"],
        due=row["due"],
        state=rules.state_on(row["state"], row["closed"], row["due"], on),
        days_late=rules.days_late(row["state"], row["closed"], row["due"], on),
        person=username(row["person__username"]),
        escalated=row["escalated"] if escalated else None,
        deputy=username(row["deputy"]) if escalated else None,
    )


def username(full: str | None) -> str | None:
    """Returns the username without the municipality's code."""
    return full.partition("/")[2] if full else None


def fulfilling_acts(ask: Ask) -> list[str]:
    """Acts that people do and that write an event fulfilling the ask."""
    events = {*ask.done_by, *(["notice.read"] if ask.kind == "notice" else [])}
    events |= {"duty.attested"} if ask.by_hand else set()
    return acts_writing(events)
