# SPDX-License-Identifier: EUPL-1.2
"""Rules about today's phones, reads, e-mails and journal lines (rules 4, 6, 7 and 8)."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from troskel.duties import mailing
from troskel.journal.models import Chain, Line
from troskel.outbox.models import OutboxMessage
from troskel.people.models import Account, Organisation
from troskel.permits.sight import in_sight
from troskel.runner import beyond_sight
from troskel.simulator import phone_invariants
from troskel.simulator.organisations import CARERS
from troskel.simulator.tables import Tables
from troskel.simulator.town import Town

Violation = tuple[str, str]
WORD = re.compile(r"[\wåäöÅÄÖéÉ-]+")


def check_day(town: Town, tables: Tables) -> Iterator[Violation]:
    """Yields all violations, each as rule and message."""
    yield from _phones_show_whom_they_should(town, tables)
    yield from _every_read_is_written(town, tables)
    yield from _everything_accepted_is_there(town, tables)
    yield from _nothing_sent_names_anybody(town, tables)


def _phones_show_whom_they_should(town: Town, tables: Tables) -> Iterator[Violation]:
    """Rule 4: Sight, the facts and a calculation row by row agree; and so does every other reading of them."""
    for carer in filter(town.life.is_open, CARERS.values()):
        viewer = town.life.actor(carer)
        assert viewer.organisation is not None
        expected = tables.phone_clients_of(viewer.organisation.hex, tables.today)
        if (shown := {client.hex for client in in_sight(viewer, town.life.day)}) != expected:
            yield "a phone shows a client on covered days", f"{carer}: Sight differs on {shown ^ expected}"
    for difference in phone_invariants.differences(town.life.municipality, town.life.day):
        yield "one truth of whose phone has whom", difference


def _every_read_is_written(town: Town, tables: Tables) -> Iterator[Violation]:
    """Rule 7: one line per read, and no client was shown to an account without a reason.

    What a preview or a refusal told beside has lines of its own.
    """
    chain = Chain.objects.filter(municipality=town.life.municipality, kind="reads").first()
    lines = Line.objects.filter(municipality=town.life.municipality, kind="reads")
    lines_written = (chain.number if chain else 0) - lines.filter(event__in=beyond_sight.EVENTS).count()
    if lines_written != town.life.reads:
        yield "every read is in the journal", f"{town.life.reads} reads, {lines_written} lines"
    organisations = dict(Account.objects.values_list("id", "organisation_id"))
    for actor, body in lines.filter(event="phone.listed", recorded__gte=town.life.at(0)).values_list(
        "actor", "body"
    ):
        clients = {UUID(client).hex for client in json.loads(body)["shown"]}
        if actor is None or not clients <= tables.phone_clients_of(organisations[actor].hex, tables.today):
            yield "nobody is shown without a reason", f"to {actor}"


def _everything_accepted_is_there(town: Town, tables: Tables) -> Iterator[Violation]:
    """Rule 6: each accepted act's lines, each visit and each e-mail exist exactly once."""
    municipality = town.life.municipality
    head = Chain.objects.get(municipality=municipality, kind="acts").number
    if head != town.life.lines:
        yield (
            "an accepted act is not lost",
            f"{town.life.lines} lines were answered, {head} are in the journal",
        )
    lines = Line.objects.filter(municipality=municipality, kind="acts")
    taken_back = lines.filter(event="visit.corrected", body__contains='"made":false').count()
    visits = lines.filter(event="visit.registered").count() - taken_back
    if visits != len(tables.visits):
        yield "nothing happens twice", f"{visits} visits in the journal, {len(tables.visits)} in the table"
    messages = OutboxMessage.objects.filter(municipality=municipality)
    for paragraph, event in (("S1", "installation.reported"), ("S3", "removal.reported")):
        reported = set(lines.filter(event=event).values_list("number", flat=True))
        keys = messages.filter(key__startswith=f"{paragraph}.email.").values_list("key", flat=True)
        sent = Counter(tuple(key.split(".")[2:]) for key in keys)  # S1: one for each client behind the door
        if {int(line) for line, _ in sent} != reported or max(sent.values(), default=1) > 1:
            yield "an e-mail is sent once", f"{event} in lines {sorted(reported)}, e-mails {sorted(sent)}"


def _nothing_sent_names_anybody(town: Town, tables: Tables) -> Iterator[Violation]:
    """Rule 8: no e-mail and no line of today contains a client's name, number or address."""
    since = town.life.at(0)
    names = _names(town, tables)
    for payload in OutboxMessage.objects.filter(
        municipality=town.life.municipality, put_at__gte=since
    ).values_list("payload", flat=True):
        message = mailing.compose(json.loads(payload))
        leaked = set(WORD.findall(f"{message.subject} {message.text} {payload}")) & names
        if leaked:
            yield "an e-mail names nobody", "a word of a client's is in it"
    lines = Line.objects.filter(municipality=town.life.municipality, kind="acts", recorded__gte=since)
    for body in lines.values_list("body", flat=True):
        if set(WORD.findall(body)) & names:
            yield "a line of the journal names nobody", "a word of a client's is in it"


def _names(town: Town, tables: Tables) -> set[str]:
    names: set[str] = set()
    for client in tables.clients.values():
        names |= {client.first_name, client.last_name, *client.street.split()[:1]}
    names |= town.identities
    return names - _words_of_providers(town)


def _words_of_providers(town: Town) -> set[str]:
    """Words that a provider's name may bring into an e-mail, though a client's street begins with one too (Norra)."""
    named = Organisation.objects.filter(municipality=town.life.municipality).values_list("name", flat=True)
    return set(WORD.findall(" ".join(named)))
