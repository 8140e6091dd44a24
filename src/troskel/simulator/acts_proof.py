# SPDX-License-Identifier: EUPL-1.2
"""The prover's second layer: courses of acts in an invented household, and then all that is asked is done.

Each course begins from a copy of the database, on SQLite alone. The first layer (`troskel.prover`) says what must be
asked; this one finds what the acts refuse, or what nobody can do.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from datetime import time as hour
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q

from troskel.acts import turning_the_day
from troskel.acts.chapters import REGISTER
from troskel.care.models import Allocation, Decision
from troskel.custody.models import Holding
from troskel.duties import rules
from troskel.duties.models import Duty
from troskel.ground import clock
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.offers.duty_actions import Suggestion, suggestions
from troskel.orders.models import Order
from troskel.people.models import Account, Client, Organisation
from troskel.people.queries import actor_of_username
from troskel.people.roles import Actor, ActorKind, Role
from troskel.simulator.acts_dangling import dangling

ROUNDS, PATIENCE = 40, 3
"""Rounds of doing all that is asked; rounds in which nothing was done, after which what is left will never be."""
WAITED = (1, 4, 14)
"""Days that pass, one after the other, when nothing is open."""
NEVER_CHOSEN = frozenset({"record_refusal", "end_care", "start_investigations"})
"""Ways beside a duty that are another answer than the one it asks for."""
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


class Wrong(NamedTuple):
    """What went wrong: `not found`, `refused`, `no way` or `left behind`; with which duty, or what; and why."""

    kind: str
    ask: str
    why: str


class ActsCounterexample(NamedTuple):
    """What went wrong after a course, shortened, and how many courses end so."""

    wrong: Wrong
    course: tuple[ProofStep, ...]
    done: tuple[ProofStep, ...]
    times: int


class ActsProof(NamedTuple):
    """Counterexamples, the courses tried, and whether all were."""

    counterexamples: list[ActsCounterexample]
    courses: int
    complete: bool


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


def explore(
    copies: Copies, depth: int, *, until: float = float("inf"), progress: Callable[[str], None] = print
) -> ActsProof:
    """Every course of acts to a depth, each followed by all that is asked."""
    found: dict[tuple[str, str, str], list[tuple[Wrong, tuple[ProofStep, ...], tuple[ProofStep, ...]]]] = {}
    courses = 0
    frontier: list[tuple[tuple[bytes, datetime], tuple[ProofStep, ...]]] = [(copies.copy(), ())]
    for level in range(depth + 1):
        following = []
        for start, course in frontier:
            if time.monotonic() > until:
                return _proof(copies, found, courses, complete=False)
            courses += 1
            copies.restore(start)
            done, wrongs = fulfil(copies)
            for wrong in wrongs:
                found.setdefault((wrong.kind, wrong.ask, wrong.why), []).append((wrong, course, done))
            if courses % 50 == 0:
                progress(f"{courses} courses, {len(found)} kinds of counterexample …")
            copies.restore(start)
            for step in list(choices(copies)) if level < depth else ():
                copies.restore(start)
                try:
                    taken = copies.take(step)
                except (Refusal, NotFound, BadValue):
                    continue
                following.append((copies.copy(), (*course, taken)))
        frontier = following
    return _proof(copies, found, courses, complete=True)


def _proof(copies: Copies, found: dict[Any, list[Any]], courses: int, *, complete: bool) -> ActsProof:
    counterexamples = []
    for those in found.values():
        wrong, course, done = min(those, key=lambda one: len(one[1]))
        counterexamples.append(ActsCounterexample(wrong, *_shrunk(copies, wrong, course, done), len(those)))
    return ActsProof(counterexamples, courses, complete)


def _shrunk(
    copies: Copies, wrong: Wrong, course: tuple[ProofStep, ...], done: tuple[ProofStep, ...]
) -> tuple[tuple[ProofStep, ...], tuple[ProofStep, ...]]:
    """The course without the steps that it does not need."""
    for index in reversed(range(len(course))):
        fewer = (*course[:index], *course[index + 1 :])
        copies.restore()
        try:
            taken = tuple(copies.take(step) for step in fewer)
        except (Refusal, NotFound, BadValue):
            continue
        ways, wrongs = fulfil(copies)
        if wrong in wrongs:
            course, done = taken, ways
    return course, done


# -- all that is asked


def fulfil(copies: Copies) -> tuple[tuple[ProofStep, ...], list[Wrong]]:
    """Each open duty by its first way, as its owner, until none is open. Returns what was done, and what went wrong."""
    round_ = _Rounds(copies)
    quiet = idle = 0
    for _ in range(ROUNDS):
        rows = _open(copies)
        if not rows and quiet == len(WAITED):
            break
        if not rows:  # what begins or ends by itself is asked about then
            round_.wait(WAITED[quiet])
            quiet += 1
            continue
        idle = 0 if round_.each(rows) else idle + 1
        if idle > PATIENCE:
            round_.wrongs |= dict.fromkeys(round_.stuck)
            break
        if idle:
            round_.wait(1 if idle == 1 else 14)
    if not _open(copies):
        left = dangling(copies.municipality, clock.day_of(copies.now))
        round_.wrongs |= {Wrong("left behind", what, ""): None for what in left}
    return tuple(round_.done), list(round_.wrongs)


class _Rounds:
    """What has been done, what went wrong at once, and what could not be done in the last round."""

    def __init__(self, copies: Copies) -> None:
        self.copies = copies
        self.done: list[ProofStep] = []
        self.wrongs: dict[Wrong, None] = {}
        self.stuck: list[Wrong] = []

    def wait(self, days: int) -> None:
        """Lets days pass."""
        self.done.append(self.copies.take(ProofStep("", "", {}, days)))

    def each(self, rows: list[Duty]) -> bool:
        """Each of the duties once; returns whether any way was gone."""
        self.stuck, before = [], len(self.done)
        system = Actor.system(self.copies.municipality, ActorKind.DEMO)
        with clock.frozen_at(self.copies.now):
            ways = suggestions(system, [row.id for row in rows])
        open_in = {(row.home_id, row.paragraph) for row in rows}
        for row in rows:
            way = next((one for one in ways.get(row.id, []) if one.act not in NEVER_CHOSEN), None)
            who = _owner(self.copies, row)
            if way is None or who is None:
                why = "nobody answers for it" if who is None else "no act is offered"
                self.stuck.append(Wrong("no way", f"{row.paragraph}.{row.ask}", why))
            else:
                self._go(row, way, who, open_in)
        return len(self.done) > before

    def _go(self, row: Duty, way: Suggestion, who: str, open_in: set[tuple[Any, str]]) -> None:
        """Does the act. What is out of sight, or refused by a paragraph that asks nothing there, is wrong at once."""
        ask = f"{row.paragraph}.{row.ask}"
        try:
            self.done.append(self.copies.take(ProofStep(who, way.act, _filled(self.copies, row, way))))
        except (Refusal, NotFound, BadValue) as refused:
            if not Duty.objects.filter(id=row.id, state="open").exists():
                return  # another way has ended it meanwhile
            rule = refused.rule if isinstance(refused, Refusal) else type(refused).__name__
            kind = "not found" if isinstance(refused, NotFound) else "refused"
            wrong = Wrong(kind, ask, f"{way.act}: {rule} {refused.code}")
            self.stuck.append(wrong)
            if kind == "not found" or (row.home_id, rule) not in open_in:
                self.wrongs[wrong] = None


def _open(copies: Copies) -> list[Duty]:
    rows = Duty.objects.filter(municipality=copies.municipality, state="open", kind="duty")
    unending = Q()
    for paragraph in UNENDING:
        unending |= Q(paragraph__startswith=paragraph)
    return list(rows.exclude(unending).order_by("opened", "paragraph", "ask", "id"))


def _owner(copies: Copies, row: Duty) -> str | None:
    roles = rules.ROLES_OF.get(row.role, frozenset()) - {Role.CARER}
    accounts = Account.objects.filter(municipality=copies.municipality, closed=None, role__in=roles)
    if row.organisation_id is not None and row.role not in ("assessor", "administrator"):
        accounts = accounts.filter(organisation=row.organisation_id)
    name = accounts.order_by("username").values_list("username", flat=True).first()
    return name.partition("/")[2] if name else None


def _filled(copies: Copies, row: Duty, way: Suggestion) -> dict[str, Any]:
    """With what a person would fill in."""
    number = f"{copies.now:%m%d%H%M}"
    organisations = Organisation.objects.filter(municipality=copies.municipality)
    told: dict[str, Any] = {
        "reason": "x",
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
    """The alarm organisation for an alarm, else the first provider."""
    service = json.loads(row.about or "{}").get("service", "home_care")
    kind = "alarm" if service == "safety_alarm" else "home_care"
    rows = Organisation.objects.filter(municipality=copies.municipality, kind=kind).order_by("orgnr")
    return str(rows.values_list("orgnr", flat=True).first() or "")


# -- what is tried


def choices(copies: Copies) -> Iterator[ProofStep]:
    """The acts that are tried: those offered beside duties, and some that change the household."""
    today = clock.day_of(copies.now)
    soon = today + timedelta(days=3)
    yield ProofStep("", "", {}, 1)
    yield ProofStep("", "", {}, 14)
    with clock.frozen_at(copies.now):
        rows = _open(copies)
        ways = suggestions(Actor.system(copies.municipality, ActorKind.DEMO), [row.id for row in rows])
    for row in rows:
        who = _owner(copies, row)
        for way in ways.get(row.id, []) if who else ():
            yield ProofStep(who or "", way.act, _filled(copies, row, way))
    for client in Client.objects.filter(municipality=copies.municipality, died=None).order_by("case_number"):
        case = client.case_number
        yield ProofStep("anna", "record_deaths", {"deaths": [{"client": case, "on": str(today)}]})
        yield ProofStep(
            "anna", "change_clients", {"changes": [{"client": case, "home_municipality": "0998"}]}
        )
        yield ProofStep("anna", "record_refusal", {"client": case, "reason": "does_not_want"})
        yield ProofStep("anna", "suspend_access", {"client": case, "since": str(today), "reason": "hospital"})
        for service in ("home_care", "safety_alarm"):
            for on in (today, soon):
                values = {"client": case, "service": service, "on": str(on), "reason": "x"}
                yield ProofStep("anna", "end_care", values)
            made = {"client": case, "service": service, "valid_from": str(today + timedelta(days=1))}
            reference = f"X{service[0]}{copies.now:%m%d%H%M}"
            yield ProofStep("anna", "make_decisions", {"decisions": [{**made, "reference": reference}]})
    for decision in Decision.objects.filter(municipality=copies.municipality, withdrawn=False):
        period = {"reference": decision.reference, "valid_from": str(decision.valid_from)}
        yield ProofStep("anna", "change_decisions", {"periods": [{**period, "valid_through": str(soon)}]})
    for allocation in Allocation.objects.filter(municipality=copies.municipality, withdrawn=False):
        ending = {"reference": allocation.reference, "valid_through": str(today), "reason": "x"}
        for confirmed in (True, False):
            yield ProofStep("anna", "end_allocations", {"endings": [{**ending, "confirmed": confirmed}]})
    for order in Order.objects.filter(municipality=copies.municipality, state__in=("placed", "booked")):
        yield ProofStep("siri", "cancel_order", {"order": order.number, "reason": "not_needed"})
    lost = Holding.objects.filter(municipality=copies.municipality, until=None, thing_kind__in=("key", "tag"))
    for holding in (
        lost.exclude(kind="lost").select_related("thing").exclude(thing_kind="tag", kind="organisation")
    ):
        yield ProofStep("siri", "report_lost", {"kind": holding.thing_kind, "number": holding.thing.number})
