# SPDX-License-Identifier: EUPL-1.2
"""What must hold after every move: the duties that are open are those that the statement asks, of owners who can."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from troskel.prover import world as of
from troskel.prover.moves import ChosenMove
from troskel.prover.notices import INSTEAD, STILL_SO, said
from troskel.prover.state import State
from troskel.prover.statement import FIELDS, STAY, asked
from troskel.prover.world import HOME_CARE, World, name_of
from troskel.routine.duty import Effects, OpenDuty

TOGETHER = (
    frozenset({"A4.allocate", "A8.investigation", "A8.allocation"}),
    frozenset({"P2.place_tag", "P2.place_again"}),
    frozenset({"P6.order", "P6.not_ours", "P6.unwanted"}),
    frozenset({"P7.fetch", "P7.not_ours"}),
    frozenset({"S1.letter", "S3.letter"}),
    frozenset({"S3.unlink_one", "S3.unlink_not_ours"}),
)
"""Asks of which the statement wants the one or the other."""

PROPERTIES = {
    "not asked": "liveness: what must be done is asked of somebody",
    "asked without need": "safety: nothing is asked that is not to be done, as taking a needed lock down",
    "asked twice": "safety: one thing is asked once",
    "owner": "safety: whose it is can do it, and has had the client it names",
    "born late": "safety: nothing is due before it was asked of that owner",
    "not said": "liveness: who must hear of it is told",
    "said without need": "safety: nothing is announced that is not so",
    "can't be done": "what is asked can be done, by its owner, as it is asked",
    "left behind": "after all that is asked has been done, nothing is open and nothing dangles",
    "turns on an id": "with ids that sort the other way, the same is asked",
}


class Finding(NamedTuple):
    """A property that does not hold, of which ask, about what."""

    property: str
    ask: str
    about: str

    def __str__(self) -> str:
        return f"{self.property}: {self.ask} {self.about}".rstrip()


def ask_of(duty: OpenDuty) -> str:
    """As P6.order."""
    return f"{duty.paragraph}.{duty.ask}"


def about_of(duty: OpenDuty, ask: str) -> tuple[str | None, ...]:
    """The names of what the duty is about."""
    return tuple(_named(duty, field) for field in FIELDS.get(ask, ("client",)))


def _named(duty: OpenDuty, field: str) -> str | None:
    value: Any = getattr(duty, field) if hasattr(duty, field) else duty.about.get(field)
    if value is None:
        return None
    return str(value) if field == "month" else name_of(str(value))


def findings(state: State, only: frozenset[str] | None = None) -> Iterator[Finding]:
    """What does not hold in a state; of these asks only, where they are named."""
    w = state.world
    duties = [(ask_of(d), d) for d in state.duties()]
    open_now = [(ask, about_of(d, ask), d) for ask, d in duties if ask in FIELDS]
    wanted = list(asked(w))
    for one in wanted:
        if (
            one.must
            and (only is None or only.issuperset(one.asks))
            and not any(
                ask in one.asks and about[: len(one.about)] == one.about for ask, about, _ in open_now
            )
        ):
            yield Finding("not asked", one.asks[0], _shown(one.about))
    for ask, about, duty in open_now:
        if not any(ask in one.asks and about[: len(one.about)] == one.about for one in wanted):
            yield Finding("asked without need", ask, _shown(about))
        elif (why := _owner_cannot(w, ask, duty)) is not None:
            yield Finding("owner", ask, f"{_shown(about)}: {why}")
    for ask, duty in duties:
        if ask in STILL_SO and duty.client is not None:
            client, to, door = (_named(duty, field) or "" for field in ("client", "organisation", "door"))
            if not STILL_SO[ask](w, w.people[client], to, door):
                yield Finding("said without need", ask, f"{client[1:]}: no longer so")
    yield from _twice(duties)


def _twice(duties: list[tuple[str, OpenDuty]]) -> Iterator[Finding]:
    """The same asked twice, under one name or two (TOGETHER)."""
    seen = set()
    for ask, duty in duties:
        which = _of_what(ask, duty)
        if ask in FIELDS and which in seen:
            yield Finding("asked twice", ask, _shown(about_of(duty, ask)))
        seen.add(which)


ONE_EACH = frozenset({"A4.allocate", "A8.investigation", "A8.allocation"})
"""Asked of each decision, and each gap of each provider."""


def _of_what(ask: str, duty: OpenDuty) -> tuple[object, ...]:
    """By which one duty is the same as another."""
    through = duty.about.get("through") if ask == "A8.allocation" else None
    if ask not in ONE_EACH:
        return beside(ask), about_of(duty, ask), duty.client, None, None, through
    return (
        ask,
        about_of(duty, ask),
        duty.client,
        duty.about.get("decision"),
        duty.about.get("provider"),
        through,
    )


def beside(name: str) -> frozenset[str]:
    """The ask, and those of which the statement wants the one or the other."""
    return next((group for group in TOGETHER if name in group), frozenset({name}))


def step_findings(
    step: ChosenMove, before: World, owners: dict[UUID, UUID | None], state: State, effects: Effects
) -> Iterator[Finding]:
    """What does not hold about the step itself: what opened late, passed on late, or was said wrongly."""
    day = state.world.day
    for duty in effects.opened:
        first = duty.opened
        if duty.due is not None and duty.due < first:
            yield _late(duty, first)
    wanted = list(asked(state.world))
    ended = [c.duty for c in effects.closed if c.state == "done"]
    done = {(*_of_what(ask_of(duty), duty), duty.about.get("through")) for duty in ended}
    still = {duty.id for duty in state.duties()}
    for duty in effects.opened:
        ask = ask_of(duty)
        if ask not in FIELDS or duty.id not in still:
            continue
        about = about_of(duty, ask)
        fits = [one for one in wanted if ask in one.asks and about[: len(one.about)] == one.about]
        if fits and all(one.must is STAY for one in fits):
            yield Finding("asked without need", ask, f"{_shown(about)}: anew")
        if (*_of_what(ask, duty), duty.about.get("through")) in done:
            yield Finding("asked twice", ask, f"{_shown(about)}: done, and asked again at once")
    for duty in effects.changed:
        passed = duty.id in owners and owners[duty.id] != duty.organisation
        if passed and duty.due is not None and duty.due < day:
            yield _late(duty, day)
    heard_by = {(ask_of(d), _named(d, "organisation")) for d in state.duties() if d.kind == "notice"}
    heard_by |= {
        (f"{e.paragraph}.{e.ask}", name_of(str(to)) if to else None) for e in effects.emails for _, to in e.to
    }
    heard = {name for name, _ in heard_by}
    may = list(said(step, before, state.world))
    for one in may:
        names = (one.name, INSTEAD.get(one.name, one.name))
        told = any(name in heard if one.to is None else (name, one.to) in heard_by for name in names)
        if one.must and not told:
            yield Finding("not said", one.name, _shown((one.to,)))
    allowed = {one.name for one in may}
    opened = {ask_of(d) for d in effects.opened if d.kind == "notice"}
    for name in (opened | {f"{e.paragraph}.{e.ask}" for e in effects.emails}) - allowed:
        yield Finding("said without need", name, "")


def _late(duty: OpenDuty, day: date) -> Finding:
    days = (day - duty.due).days if duty.due is not None else 0
    return Finding("born late", ask_of(duty), f"{_shown(about_of(duty, ask_of(duty)))}: by {days} days")


def _shown(about: tuple[str | None, ...]) -> str:
    return " ".join(part.lstrip("~") for part in about if part)


SERVES = frozenset(
    {
        "P1.order",
        "P1.repair",
        "P2.place_tag",
        "P2.place_again",
        "P3.take_tag",
        "P2.silent",
        "P4.be_present",
        "P6.stop",
    }
)
"""Asked of an organisation that has somebody there, now or soon."""


ALSO_ADMINISTRATORS = frozenset({"P1.consent", "P6.order", "P6.not_ours", "P6.cancel", "P6.stop"})
"""What an administrator can do where no provider is found."""


def _owner_cannot(w: World, ask: str, duty: OpenDuty) -> str | None:
    """Why its owner can't do the duty, or None."""
    if ask[0] != "P":
        return None
    people = _concerned(w, duty)
    if duty.role == "administrator":
        known = any(of.serving(p, w.day, closing=w.closing) for p in people)
        return "nobody's, though a provider is there" if known and ask not in ALSO_ADMINISTRATORS else None
    if duty.role != "provider" or duty.organisation is None:
        return None
    owner = name_of(str(duty.organisation))
    removal = any(of.order_at(door, "removal") for door in w.doors.values())
    deserted = not any(of.serving(p, w.day, closing=w.closing) for p in people)
    left = bool(w.closing) and deserted  # who took over an order, and then never gets the client
    if left or (ask == "P4.be_present" and (removal or deserted)) or (ask == "P6.stop" and deserted):
        return None  # whoever had the client last answers for it, until the order is cancelled or carried out
    if ask in SERVES and not any(owner in of.having(p, w.day) for p in people):
        return f"{owner[1:]} has nobody there"
    holds = ask in ("P5.return_keys", "P7.fetch", "P7.not_ours", "P7.tell")
    if duty.client is not None and not holds:
        client = name_of(str(duty.client))
        if client in w.people and not of.knows(w.people[client], owner) and people_known(people, owner):
            return f"it names {client[1:]}, whom {owner[1:]} never had"
    if ask == "P1.order" and (due := of.leads(w, people)) and owner not in due:
        return f"{owner[1:]}'s, though {due[0][1:]} was allocated first"
    if ask == "P6.order" and (ended := _ended_last(people)) and owner not in ended:
        return f"{owner[1:]}'s, though {ended[0][1:]}'s care ended last"
    return None


def people_known(people: list[of.WorldClient], owner: str) -> bool:
    """Has the owner had any of them?"""
    return any(of.knows(p, owner) for p in people)


def _concerned(w: World, duty: OpenDuty) -> list[of.WorldClient]:
    door = name_of(str(duty.door)) if duty.door else None
    if door in w.doors:
        return list(of.behind(w, w.doors[door]).values())
    home = name_of(str(duty.home))
    return [p for p in w.people.values() if p.home == home]


def _ended_last(people: list[of.WorldClient]) -> list[str]:
    found = [
        (of.last(p, a), a.service == HOME_CARE, a.to) for p in people if p.own for a in of.real_allocations(p)
    ]
    return [to for ends, kind, to in found if (ends, kind) == max(found)[:2]]
