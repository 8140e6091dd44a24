# SPDX-License-Identifier: EUPL-1.2
"""What a play file may state about an instant: e-mails, gaps, phones, doors, the journal; and the list of all checks.

Each check is a struct: its first fields choose what to look at, the others state what is to be found. A check finds
values under the same words, so a failed one says both in words of the check.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any, Literal, TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from troskel.cli.output import EXIT_REFUSED, CommandError, actor_of_account, system_actor
from troskel.cli.play_check import Check, Found, Lists
from troskel.cli.play_duty_checks import Done, Notices, Open
from troskel.duties import mailing
from troskel.ground import clock
from troskel.ground.refusals import NotFound
from troskel.journal import queries as journal
from troskel.outbox import queries as outbox
from troskel.outbox.email_delivery import EMAIL_KIND
from troskel.people.roles import PHONE_ROLES, Actor
from troskel.reading import access, accounts, coverage, phone
from troskel.reading.paging import MAX_PAGE, PageRequest
from troskel.reading.references import references
from troskel.runner.outcome import ActOutcome

C = TypeVar("C", bound=Check)


class Mails(Check, frozen=True):
    """The e-mails that were put in the outbox on that day: `to` which addresses, and parts of subject or text."""

    example = '{"client": "K1", "are": ["S1.email"], "to": {"S1.email": ["ost@ost.example"]}}'
    shapes = {"are": 'a list of e-mails, as ["S1.email"]'}
    are: list[str]
    client: str | None = None
    to: Lists | UnsetType = UNSET
    say: Lists | UnsetType = UNSET

    def found(self) -> Found:
        """See Check."""
        actor = system_actor()
        by_id = references(actor).by_id
        are: list[str] = []
        to: dict[str, list[str]] = {}
        say: dict[str, list[str]] = {}
        for row in outbox.emails(actor.municipality).filter(kind=EMAIL_KIND).order_by("put_at", "id"):
            payload = json.loads(row.payload)
            client = by_id.get(UUID(payload["client"])) if payload["client"] else None
            if clock.day_of(row.put_at) != clock.today() or self.client not in (None, client):
                continue
            name = f"{payload['paragraph']}.{payload['ask']}"
            composed = mailing.compose(payload)
            are.append(name)
            to.setdefault(name, []).extend(recipient.address for recipient in composed.to)
            say.setdefault(name, []).append(f"{composed.subject}\n{composed.text}")
        return {"are": are, "to": to, "say": say}


class StatedGap(
    msgspec.Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True, rename={"since": "from"}
):
    """Days without coverage: the first and how many. `of`: whose phone, where the check is `by` provider."""

    service: str
    since: date
    days: int
    client: str = ""
    of: str = ""


class Gaps(Check, frozen=True, kw_only=True):
    """What `troskel gaps` lists for a day, of one client or of all."""

    example = '{"client": "K1", "are": [{"service": "home_care", "from": "2026-09-01", "days": 3}]}'
    are: list[StatedGap]
    client: str | None = None
    on: date | None = None
    days: int = 30
    by: Literal["", "provider"] = ""

    def found(self) -> Found:
        """See Check."""
        by = coverage.By(self.by or coverage.By.CLIENT)
        rows = coverage.gaps(system_actor(), self.on or clock.today(), self.days, by)
        return {
            "are": [
                StatedGap(
                    service=row.service,
                    since=row.days[0],
                    days=len(row.days),
                    client="" if self.client else row.client,
                    of=row.organisation or "",
                )
                for row in rows
                if self.client in (None, row.client)
            ]
        }


class Phones(Check, frozen=True):
    """The organisations whose phones have the client, by allocation, as `troskel phone-clients` counts."""

    example = '{"client": "K1", "are": ["5560009911"]}'
    shapes = {"are": 'a list of organisation numbers, as ["5560009911"]'}
    client: str
    are: list[str]
    on: date | None = None

    def found(self) -> Found:
        """See Check."""
        return {"are": coverage.phones_with(system_actor(), self.client, self.on or clock.today())}


class Phone(Check, frozen=True):
    """The clients that an account's phone lists now. `ways`: with which locks and keys, as "lock L1"."""

    example = '{"of": "carin", "are": ["K1"]}'
    shapes = {"are": 'a list of clients, as ["K1"]'}
    of: str
    are: list[str]
    ways: Lists | UnsetType = UNSET

    def found(self) -> Found:
        """See Check."""
        actor = actor_of_account(self.of)
        names = references(system_actor()).by_case
        listed = {names[row.case]: row for row in phone.phone_list(actor)}
        ways = {name: sorted(f"{way.by} {way.number}" for way in row.ways_in) for name, row in listed.items()}
        return {"are": sorted(listed), "ways": ways}


class DoorCheck(Check, frozen=True):
    """Who may open a lock for a client now: accounts of carers and responders. `through`: the last day, or null.

    `why_not`: the rule or code that keeps an account out; "NotFound" where it sees no such client.
    """

    example = '{"lock": "L1", "client": "K1", "opens_for": ["carin"], "why_not": {"mikael": "NotFound"}}'
    lock: str
    client: str
    opens_for: list[str] | UnsetType = UNSET
    through: date | UnsetType | None = UNSET
    why_not: dict[str, str] | UnsetType = UNSET

    def found(self) -> Found:
        """See Check."""
        opens_for, why_not, through = [], {}, set()
        for account in _accounts_with_phones():
            answer = self._asked(actor_of_account(account))
            if answer is None:
                why_not[account] = ["NotFound"]
            elif answer.may:
                opens_for.append(account)
                through.add(answer.through)
            else:
                why_not[account] = [answer.rule, answer.code]
        last = through.pop() if len(through) == 1 else sorted(map(str, through))
        return {"opens_for": sorted(opens_for), "through": last, "why_not": why_not}

    def _asked(self, actor: Actor) -> access.DoorAsked | None:
        names = references(system_actor()).by_case
        try:
            answers = access.ask_door(actor, self.lock)
        except NotFound:
            return None
        return next((answer for answer in answers if names[answer.case] == self.client), None)

    def fits(self, name: str, wanted: Any, found: Any) -> bool:
        """See Check."""
        if name == "why_not":
            return all(why in found.get(account, []) for account, why in wanted.items())
        return super().fits(name, wanted, found)


class Journal(Check, frozen=True):
    """Lines of the journal of acts: how many `times` an event is written, and what the last of them `says`."""

    example = '{"client": "K1", "event": "key.lost", "times": 1, "says": {"number": "N1"}}'
    event: str
    client: str | None = None
    times: int | UnsetType = UNSET
    says: dict[str, Any] | UnsetType = UNSET

    def found(self) -> Found:
        """See Check."""
        actor = system_actor()
        by_id = references(actor).by_id
        lines = [
            line
            for line in journal.line_texts_after(actor.municipality, None, kind="acts")
            if line.event == self.event
            and self.client in (None, by_id.get(UUID(line.client)) if line.client else None)
        ]
        says: dict[str, Any] = {}
        if lines:
            last = lines[-1]
            says = {"act": last.act, "paragraph": last.paragraph, "occurred": last.occurred}
            says |= json.loads(last.detail or "{}") | json.loads(last.body)
        return {"times": len(lines), "says": says}

    def fits(self, name: str, wanted: Any, found: Any) -> bool:
        """See Check."""
        if name == "says":
            return all(key in found and found[key] == value for key, value in wanted.items())
        return super().fits(name, wanted, found)


CHECKS: dict[str, type[Check]] = {
    "open": Open,
    "done": Done,
    "notices": Notices,
    "mails": Mails,
    "gaps": Gaps,
    "phones": Phones,
    "phone": Phone,
    "door": DoorCheck,
    "journal": Journal,
}
"""What a line may state beside `at`."""


class Preview(Check, frozen=True):
    """What would follow of an act: the duties and notices that it `opens`, e-mails, and the last day on which an
    organisation's `phones` would have the client (null: none).
    """

    example = '{"opens": ["P6.order"], "phones": {"5560009911": "2026-11-29"}}'
    shapes = {"opens": 'a list of duties and notices, as ["P6.order"]'}
    opens: list[str] | UnsetType = UNSET
    mails: list[str] | UnsetType = UNSET
    phones: dict[str, str | None] | UnsetType = UNSET

    def found_in(self, outcome: ActOutcome) -> Found:
        """What the preview says, under the words of the check."""
        return {
            "opens": [f"{duty.paragraph}.{duty.ask}" for duty in outcome.opened],
            "mails": [mail.paragraph for mail in outcome.mailed],
            "phones": {change.organisation: change.through_after for change in outcome.access},
        }

    def fits(self, name: str, wanted: Any, found: Any) -> bool:
        """See Check."""
        if name == "phones":
            return all(key in found and found[key] == value for key, value in wanted.items())
        return super().fits(name, wanted, found)


def parse_preview(where: str, fields: Any) -> Preview:
    """Returns what a preview is to say. Raises CommandError as parse_check."""
    return _parse(where, "preview", Preview, fields)


def parse_check(where: str, word: str, fields: Any) -> Check:
    """Returns the check. Raises CommandError with file, line and field where it is no such check."""
    return _parse(where, word, CHECKS[word], fields)


def _parse(where: str, word: str, check: type[C], fields: Any) -> C:
    try:
        return msgspec.convert(fields, check)
    except msgspec.ValidationError as error:
        message = str(error)
    unknown = re.match(r"Object contains unknown field `(.+?)`", message)
    if unknown:
        raise CommandError(f"{where}: {word!r}: unknown field {unknown[1]!r}", EXIT_REFUSED)
    path = re.search(r"`\$\.(\w+)", message)
    if path and path[1] in check.shapes:
        raise CommandError(f"{where}: {path[1]!r} is not {check.shapes[path[1]]}", EXIT_REFUSED)
    raise CommandError(f"{where}: {word!r} is {check.example} ({message})", EXIT_REFUSED)


def _accounts_with_phones() -> list[str]:
    page = accounts.accounts(system_actor(), PageRequest(limit=MAX_PAGE), state="open")
    return [row.username for row in page.items if row.role in PHONE_ROLES]
