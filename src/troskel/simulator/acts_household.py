# SPDX-License-Identifier: EUPL-1.2
"""An invented household that courses of acts begin from: its copies, an act in one, its duties and their owners."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from datetime import time as hour
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q

from troskel.acts import turning_the_day
from troskel.acts.chapters import REGISTER
from troskel.custody.models import Holding
from troskel.duties import rules
from troskel.duties.models import Duty
from troskel.ground import clock
from troskel.ground.refusals import Refusal
from troskel.offers.duty_actions import Suggestion
from troskel.people.models import Account, Organisation
from troskel.people.queries import actor_of_username, is_open
from troskel.people.roles import Role

UNENDING = ("O",)
"""Paragraphs of another municipality's clients: their months go on."""


class ProofStep(NamedTuple):
    """An act by an account, or days that pass. `at`: when it was done."""

    account: str
    act: str
    values: dict[str, Any]
    days: int = 0
    at: datetime | None = None

    def line(self) -> str:
        """As a line of a play."""
        if self.days:
            return f"# {self.days} days pass"
        at = self.at.isoformat() if self.at else ""
        return json.dumps(
            {"at": at, "as": self.account, "act": self.act, "values": self.values}, ensure_ascii=False
        )


class ItemRefused(Refusal):
    """The one item of a plural act was refused, with this rule, code and text."""


class Copies:
    """The household as it stood, copied back before each course."""

    def __init__(self, municipality: str, at: datetime) -> None:
        self.municipality, self.began = municipality, at
        self.begun: bytes = connection.connection.serialize()
        self.now = at

    def restore(self, copy: tuple[bytes, datetime] | None = None) -> None:
        """Puts a copy back; the one that all courses begin from, if none is given."""
        content, self.now = copy or (self.begun, self.began)
        connection.connection.deserialize(content)

    def copy(self) -> tuple[bytes, datetime]:
        """The household as it stands."""
        return connection.connection.serialize(), self.now

    def take(self, step: ProofStep) -> ProofStep:
        """Does the act a minute later, or lets days pass. Raises what the act raises, and changes nothing then."""
        if step.days:
            self.now = datetime.combine(
                clock.day_of(self.now) + timedelta(days=step.days), hour(8), clock.STOCKHOLM
            )
            with clock.frozen_at(self.now):
                turning_the_day.catch_up(self.municipality, however_long=True)
            return step._replace(at=self.now)
        self.now += timedelta(minutes=1)
        with clock.frozen_at(self.now):
            actor = actor_of_username(f"{self.municipality}/{step.account}")
            assert actor is not None
            outcome = REGISTER[step.act].perform(actor, step.values)
        if outcome.refused:
            first = outcome.refused[0]
            raise ItemRefused(str(first["rule"]), str(first["code"]), str(first["message"]))
        return step._replace(at=self.now)


def open_duties(copies: Copies) -> list[Duty]:
    """What is asked of somebody now, but for the months of another municipality's clients."""
    rows = Duty.objects.filter(municipality=copies.municipality, state="open", kind="duty")
    unending = Q()
    for paragraph in UNENDING:
        unending |= Q(paragraph__startswith=paragraph)
    return list(rows.exclude(unending).order_by("opened", "paragraph", "ask", "id"))


def owner_of(copies: Copies, row: Duty) -> str | None:
    """The username of the first whose duty it is."""
    roles = rules.ROLES_OF.get(row.role, frozenset()) - {Role.CARER}
    accounts = Account.objects.filter(is_open(copies.now), municipality=copies.municipality, role__in=roles)
    if row.organisation_id is not None and row.role not in ("assessor", "administrator"):
        accounts = accounts.filter(organisation=row.organisation_id)
    name = accounts.order_by("username").values_list("username", flat=True).first()
    return name.partition("/")[2] if name else None


def filled(copies: Copies, row: Duty, way: Suggestion) -> dict[str, Any]:
    """The way's values, with what a person would fill in."""
    number = f"{copies.now:%m%d%H%M}"
    organisations = Organisation.objects.filter(municipality=copies.municipality)
    told: dict[str, Any] = {
        "reason": "x",
        "text": "x",
        "fault": "jammed",
        "signed": "client",
        "owner": "Brf",
        "code": "nobody_home",
        "locksmith": organisations.filter(kind="locksmith").values_list("orgnr", flat=True).first(),
        "tag": _in_stock("tag", row.organisation_id),
        "serial": _in_stock("lock", row.organisation_id),
        "key": f"N{number}",
        "reference": f"R{number}",
        "way": "key" if way.act == "decide_way_in" else "written" if way.act == "record_consent" else "oral",
        "organisation": _provider(copies, row),
        "starts": (copies.now + timedelta(days=1)).isoformat(),
        "ends": (copies.now + timedelta(days=1, hours=1)).isoformat(),
    }
    return way.with_answers(**{name: told[name] for name in way.missing if name in told})


def _in_stock(kind: str, organisation: Any) -> str:
    held = Holding.objects.filter(thing__kind=kind, holder=organisation, until=None)
    return str(held.order_by("thing__number").values_list("thing__number", flat=True).first() or "none")


def _provider(copies: Copies, row: Duty) -> str:
    """The alarm organisation for an alarm, else the first provider, of those that are open."""
    service = json.loads(row.about or "{}").get("service", "home_care")
    kind = "alarm" if service == "safety_alarm" else "home_care"
    rows = Organisation.objects.filter(municipality=copies.municipality, kind=kind, closed=None).order_by(
        "orgnr"
    )
    return str(rows.values_list("orgnr", flat=True).first() or "")
