# SPDX-License-Identifier: EUPL-1.2
"""All that is held about one client, for the client (GDPR article 15): every table, free text, and who has read.

A test compares the tables and columns here with those of the database, so that nothing new is forgotten. Of those who
have acted or read it tells role and organisation, never who (decision 105).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from troskel.access.models import Alarm, BriefSight, IssuedGrant, Opening
from troskel.billing.models import BasisForm, InvoiceRow
from troskel.care.models import Allocation, Decision, Investigation, Suspension
from troskel.custody.models import Holding, Link
from troskel.duties import routines
from troskel.duties.models import Duty
from troskel.ground import clock
from troskel.ground.refusals import NotFound, Refusal
from troskel.ground.texts import _
from troskel.journal.models import ChainKind, Hold, Line
from troskel.orders.models import Booking, Order
from troskel.people.models import (
    AccessNote,
    Account,
    Client,
    ClientArea,
    Consent,
    Entrusted,
    HomeDoor,
    Identifier,
    Municipality,
    PlannedMove,
    Representative,
    Residence,
)
from troskel.people.roles import OFFICE_ROLES, Actor
from troskel.permits.sight import entrustments_of
from troskel.reading.base import CASE_NUMBER, clients_in_sight, note
from troskel.reading.client_journal import entries_of
from troskel.reading.discretion import Words
from troskel.reading.register import read
from troskel.visits.models import PhoneEvent, TagRead, Visit

READS_BACK = timedelta(days=365)
"""Lists that showed the client are told for so long back; opened records, forms and extracts since ever."""


class ExtractSection(msgspec.Struct, frozen=True):
    """A table's rows about the client, each a mapping of column and value.

    Codes are as the system has them; days and instants (UTC) as ISO 8601; columns without a value are left out.
    """

    name: str
    rows: list[dict[str, str | int | bool]]


class ClientExtract(msgspec.Struct, frozen=True):
    """All that is held about a client. `made`: when; the sections stand in the order of `SECTIONS`."""

    case: str
    made: datetime
    sections: list[ExtractSection]


class Table(NamedTuple):
    """A table with rows about a client: which rows, and which columns are told."""

    name: str
    model: type[Model]
    about: Callable[[QuerySet[Client, UUID]], Q]
    columns: tuple[str, ...]


def _of_client(entries: QuerySet[Client, UUID]) -> Q:
    return Q(client__in=entries)


def _of_visits(entries: QuerySet[Client, UUID]) -> Q:
    return Q(visit__in=Visit.objects.filter(client__in=entries).values("id"))


def _homes(entries: QuerySet[Client, UUID]) -> QuerySet[Any, Any]:
    return Residence.objects.filter(client__in=entries).values("home")


def _doors(entries: QuerySet[Client, UUID]) -> QuerySet[Any, Any]:
    return HomeDoor.objects.filter(home__in=_homes(entries)).values("door")


FREE_TEXTS = frozenset({"text", "door__label", "reason", "fault", "content"})
ADDRESS = ("home__street", "home__postcode", "home__town", "home__apartment")
COUNTED = ("visits", "minutes", "without_departure")

TABLES = (
    Table("person", Client, lambda entries: Q(pk__in=entries), (
        "case_number", "reference", "first_name", "last_name", "phone", "language", "protection",
        "home_municipality", "assigned_by", "own_since", "lock_unwanted", "died", "assessor__role", "assessor_told",
        "merged_into__case_number", *ADDRESS)),
    Table("identifiers", Identifier, _of_client, ("kind", "number", "since", "until")),
    Table("homes", Residence, _of_client, (*ADDRESS, "valid_from", "valid_through")),
    Table("planned_moves", PlannedMove, _of_client, (*ADDRESS, "on", "outcome")),
    Table("access_notes", AccessNote, lambda entries: Q(home__clients__in=entries), ("home__street", "text")),
    Table("doors", HomeDoor, lambda entries: Q(home__in=_homes(entries)), (
        "home__street", "door__kind", "door__label")),
    Table("consents", Consent, lambda entries: Q(door__in=_doors(entries)), (
        "door__kind", "door__label", "owner", "way", "since", "until")),
    Table("representatives", Representative, _of_client, ("kind", "name", "phone", "since", "until")),
    Table("areas", ClientArea, _of_client, ("organisation__name", "area")),
    Table("entrusted", Entrusted, _of_client, ("account__role", "account__organisation__name", "since", "until")),
    Table("investigations", Investigation, _of_client, ("reference", "started", "finished")),
    Table("decisions", Decision, _of_client, (
        "reference", "service", "valid_from", "valid_through", "replaces", "ending", "reason", "withdrawn")),
    Table("allocations", Allocation, lambda entries: Q(decision__client__in=entries), (
        "reference", "decision__reference", "organisation__name", "valid_from", "valid_through", "ending",
        "withdrawn", "area_told")),
    Table("absences", Suspension, _of_client, ("reason", "valid_from", "valid_through", "withdrawn")),
    Table("orders", Order, _of_client, (
        "number", "kind", "state", "door__kind", "door__label", "organisation__name", "locksmith__name", "placed",
        "closed", "reason", "presence", "fault", "parts", "done_though")),
    Table("bookings", Booking, lambda entries: Q(order__client__in=entries), (
        "order__number", "starts", "ends", "presence", "outcome")),
    Table("links", Link, _of_client, ("lock__number", "door__kind", "door__label", "since", "until")),
    Table("things", Holding, lambda entries: Q(kind="client", holder__in=entries) | Q(
        thing_kind="key", thing__door__in=_doors(entries)) | Q(kind="door", holder__in=_doors(entries)), (
        "thing_kind", "thing__number", "kind", "since", "until", "signature")),
    Table("visits", Visit, _of_client, (
        "organisation__name", "arrived", "departed", "open", "evidence", "reason", "departed_evidence",
        "departed_reason", "flags")),
    Table("phone_events", PhoneEvent, _of_client, (
        "organisation__name", "kind", "noted", "occurred", "received", "content", "state", "rule", "code", "swedish",
        "contested", "settled")),
    Table("tag_reads", TagRead, _of_visits, (
        "key__tag__number", "moment", "counter", "code", "occurred", "told")),
    Table("openings", Opening, _of_client, (
        "organisation__name", "account__role", "lock__number", "door__kind", "door__label", "paragraph", "not_before",
        "not_after", "outcome", "code", "battery", "noted")),
    Table("grants", IssuedGrant, _of_client, (
        "number", "organisation__name", "phone__account__role", "key__lock__number", "door__kind", "door__label",
        "paragraph", "issued", "ends")),
    Table("alarms", Alarm, _of_client, (
        "organisation__name", "urgency", "raised", "accepted", "until", "closed", "outcome")),
    Table("invoice_rows", InvoiceRow, _of_client, ("month", "organisation__name", *COUNTED, "billed")),
    Table("basis_forms", BasisForm, _of_client, (
        "number", "month", "organisation__name", *COUNTED, "state", "made", "signed", "sent", "received", "digest")),
    Table("duties", Duty, _of_client, (
        "kind", "paragraph", "ask", "version", "role", "organisation__name", "opened", "due",
        "escalated", "state", "closed")),
    Table("brief_sights", BriefSight, _of_client, (
        "account__role", "account__organisation__name", "taken", "until", "reviewed", "verdict")),
    Table("holds", Hold, _of_client, ("reason", "since", "until")),
)  # fmt: skip
SECTIONS = (*(table.name for table in TABLES), "log", "reads")


@read(
    who=OFFICE_ROLES,
    title="All that is held about a client, for the client, with who has read; it is journalled",
)
def client_extract(viewer: Actor, case: str) -> ClientExtract:
    """All that is held about a client, to be given to the client. Records the read. Raises NotFound.

    Raises Refusal where the viewer may not see the client's address: the extract has it.
    """
    mine = entrustments_of(viewer).filter(client=OuterRef("pk"))
    clients: QuerySet[Any] = clients_in_sight(viewer).annotate(entrusted_to_viewer=Exists(mine))
    row = clients.filter(case_number=case).first() if CASE_NUMBER.fullmatch(case) else None
    if row is None:
        raise NotFound("client", "case")
    if row.protection == "F" and not row.entrusted_to_viewer:
        raise Refusal(
            "rule 7",
            "extract.not_entrusted",
            _("Kunden har skyddad folkbokföring. Utdraget görs av den som får se adressen."),
        )
    note(viewer, "client.extracted", client=row.id, case=case)
    entries = entries_of(row.id)
    words = Words(viewer)
    sections = [ExtractSection(table.name, list(_rows(table, entries, words, row))) for table in TABLES]
    sections.append(ExtractSection("log", list(_log(viewer, entries, row))))
    sections.append(ExtractSection("reads", list(_reads(viewer, list(entries), row.case_number))))
    return ClientExtract(row.case_number, clock.now(), sections)


@read(who=OFFICE_ROLES)
def municipality_name(viewer: Actor) -> str:
    """The name of the viewer's own municipality. No client is read. One query."""
    return Municipality.objects.values_list("name", flat=True).get(code=viewer.municipality)


Told = dict[str, str | int | bool]


def _rows(table: Table, entries: QuerySet[Client, UUID], words: Words, client: Client) -> Iterator[Told]:
    found = table.model._default_manager.filter(table.about(entries)).order_by("pk").distinct()
    for values in found.values(*table.columns):
        if table.model is Duty:  # its words, instead of the key of them
            ask = routines.version(values.pop("version")).asks[values["paragraph"], values.pop("ask")]
            values |= {"text": ask.duty.sv, "text_en": ask.duty.en}
        for column in FREE_TEXTS & values.keys():  # they may name another client
            values[column] = words.free(values[column] or "", own=client)
        yield {column: _plain(value) for column, value in values.items() if value not in ("", None)}


def _plain(value: Any) -> str | int | bool:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, (str, int)) else str(value)


def _log(viewer: Actor, entries: QuerySet[Client, UUID], row: Any) -> Iterator[Told]:
    """What has been done, with its free text; what names a protected client is taken out of it."""
    lines = Line.objects.filter(municipality=viewer.municipality, kind=ChainKind.ACTS, client__in=entries)
    found = list(lines.select_related("detail").order_by("number"))
    people, words = _people(line.actor for line in found), Words(viewer)
    for line in found:
        detail = getattr(line, "detail", None)
        said = words.about(json.loads(detail.text), row, entrusted=row.entrusted_to_viewer) if detail else {}
        told: Told = {"occurred": _plain(line.occurred), "event": line.event, "paragraph": line.paragraph}
        text = "; ".join(map(str, said.values()))
        yield told | people.get(line.actor, {}) | ({"text": text} if text else {})


def _reads(viewer: Actor, entries: list[UUID], case: str) -> Iterator[Told]:
    """Who has read, by day, what was looked at, role and organisation; with how many times."""
    reads = Line.objects.filter(municipality=viewer.municipality, kind=ChainKind.READS)
    shown = Q(body__contains=f'"{case}"')
    for entry in entries:
        shown |= Q(body__contains=str(entry))
    columns = ("number", "recorded", "event", "actor")
    opened = reads.filter(client__in=entries).values_list(*columns)
    lately = reads.filter(shown, client=None, recorded__gte=clock.now() - READS_BACK).values_list(*columns)
    lines = sorted({*opened, *lately})
    people = _people(line[3] for line in lines)
    counts: dict[tuple[date, str, str, str], int] = {}
    for _number, recorded, event, actor in lines:
        who = people.get(actor, {})
        key = (clock.day_of(recorded), event, str(who.get("role", "")), str(who.get("organisation", "")))
        counts[key] = counts.get(key, 0) + 1
    for (day, event, role, organisation), times in sorted(counts.items()):
        told: Told = {"day": day.isoformat(), "event": event, "times": times}
        yield told | ({"role": role, "organisation": organisation} if role else {})


def _people(accounts: Iterable[UUID | None]) -> dict[UUID | None, Told]:
    rows = Account.objects.filter(id__in={account for account in accounts if account is not None})
    return {
        account: {"role": role, "organisation": organisation}
        for account, role, organisation in rows.values_list("id", "role", "organisation__name")
    }
