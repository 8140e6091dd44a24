# SPDX-License-Identifier: EUPL-1.2
"""What the document asks in a household on a day: the prover's own statement of the routine, paragraph by paragraph.

A paragraph says what *must* be asked, and what *may* be: between the two the document is silent. Nothing here reads the
engine's facts or the routine file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from troskel.prover import quiet
from troskel.prover import world as of
from troskel.prover.world import HANDING_OVER, HOME_CARE, World, WorldClient, WorldDoor

MUST, MAY = True, False
STAY: None = None
"""To be asked; may be asked; may stay asked, and is not to be asked anew."""
ASKED_AHEAD = 3
"""Days before a gap by which it has been asked about, at the latest (the shipped routine: five working days)."""
A8_REACH = 61
"""Days around a gap within which it may be asked about (the shipped routine: sixty)."""


class Asked(NamedTuple):
    """One of these asks, of what it is about; or each of them may be asked."""

    asks: tuple[str, ...]
    about: tuple[str | None, ...]
    must: bool | None


Statement = Callable[[World], Iterator[Asked]]
STATEMENTS: list[Statement] = []


def _paragraph(function: Statement) -> Statement:
    STATEMENTS.append(function)
    return function


def asked(w: World) -> Iterator[Asked]:
    """All that must or may be asked."""
    for statement in STATEMENTS:
        yield from statement(w)


def _living(w: World) -> Iterator[tuple[str, WorldClient]]:
    """The municipality's own who live."""
    return ((name, p) for name, p in w.people.items() if p.own and p.died is None)


# -- assessor


@_paragraph
def told(w: World) -> Iterator[Asked]:
    """A1–A3: a client with care who has no lock in use is told, and has understood or refused."""
    for name, p in _living(w):
        if not of.has_care(p, w.day):
            continue
        if p.refused and p.way_in:
            yield Asked(("A3.way_in",), (name,), MUST)
        if p.refused and not p.unwanted and any(door.lock for _, door in of.doors_of(w, p.home)):
            alone = all(set(of.behind(w, door)) == {name} for _, door in of.doors_of(w, p.home))
            yield Asked(("A3.confirm",), (name,), alone and not p.moved)
        must = STAY if p.refused else not of.lock_in_use(w, p)
        if not {"oral", "written"} <= set(p.told):
            yield Asked(("A1.inform",), (name,), must)
        if "keys" not in p.told:
            yield Asked(("A2.keys",), (name,), must)
        if "understood" not in p.told and not p.refused:
            yield Asked(("A3.understood",), (name,), must)


@_paragraph
def allocated(w: World) -> Iterator[Asked]:
    """A4: a decision is given to a provider."""
    for name, p in _living(w):
        for decision, d in p.decisions.items():
            given = any(a.decision == decision for a in of.real_allocations(p))
            if d.of_new and of.last(p, d) >= max(w.day, d.begins) and not given:
                yield Asked(("A4.allocate",), (name, decision), MUST)


@_paragraph
def followed_up(w: World) -> Iterator[Asked]:
    """A8: no day without an ongoing decision that is allocated is near and not asked about."""
    for name, p in _living(w):
        for service in of.services(p):
            days = [w.day + timedelta(days=n) for n in range(ASKED_AHEAD + 1)]
            bare = [day for day in days if of.uncovered(p, service, day)]
            if any(of.decided(p, service, day) for day in bare):
                new = any(
                    d.of_new and of.last(p, d) >= max(w.day, d.begins) and not _given(p, name_)
                    for name_, d in p.decisions.items()
                    if d.service == service
                )  # as A4 says above: of a decision that is over nobody is to be given anything
                yield Asked(("A4.allocate",) if new else ("A8.allocation",), (name,), MUST)
            after = {of.day_after(p, d) for d in of.real_decisions(p, service)}
            if any(not of.decided(p, service, day) for day in after.intersection(bare)):
                yield Asked(("A8.investigation",), (name,), MUST)
        for one in of.granted(p):
            if of.last(p, one) >= one.begins and _is_near(w, of.last(p, one)):
                yield from _may_be_followed_up(p, name, one)
        for decision, d in p.decisions.items():
            awaited = d.of_new and not _given(p, decision)
            if (
                of.last(p, d) >= d.begins
                and not awaited
                and not of.covered(p, d.service, max(d.begins, w.day))
            ):
                yield Asked(("A8.allocation",), (name,), MAY)


def _given(p: WorldClient, decision: str) -> bool:
    return any(a.decision == decision for a in of.real_allocations(p))


def _is_near(w: World, day: date) -> bool:
    return abs(day.toordinal() - w.day.toordinal()) <= A8_REACH


def _may_be_followed_up(
    p: WorldClient, name: str, one: of.WorldDecision | of.WorldAllocation
) -> Iterator[Asked]:
    """What runs out may be asked about: a decision that none follows; a day that nobody has, or this provider."""
    following = of.day_after(p, one)
    if isinstance(one, of.WorldDecision) and not of.decided(p, one.service, following):
        yield Asked(("A8.investigation",), (name,), MAY)
    by = one.to if isinstance(one, of.WorldAllocation) else None
    if not of.covered(p, one.service, following, by):
        yield Asked(("A8.allocation",), (name,), MAY)


@_paragraph
def followed_up_by_provider(w: World) -> Iterator[Asked]:
    """A8: a provider loses the client while the decision goes on, and nobody has said so."""
    for name, p in _living(w):
        for a in of.real_allocations(p):
            lost = of.day_after(p, a)
            if a.confirmed or not lost <= w.day + timedelta(days=ASKED_AHEAD):
                continue
            if of.last(p, p.decisions[a.decision]) < max(lost, w.day):
                continue
            follows = any(abs(x.begins - lost) <= HANDING_OVER and x is not a for x in of.real_allocations(p))
            if lost >= w.day and not follows and not of.covered(p, a.service, lost, a.to):
                yield Asked(("A8.allocation", "A8.investigation"), (name,), MUST)


# -- provider, new client


def _awaiting(w: World, door: WorldDoor) -> list[str]:
    """Own clients with care and a provider behind a door that has no lock."""
    if door.lock is not None or of.order_at(door, "installation"):
        return []
    here = of.needing(w, door)
    return [
        name
        for name, p in here.items()
        if of.has_care_at(p, door, w.day) and of.serving(p, w.day, closing=w.closing) and p.died is None
    ]


@_paragraph
def installation_ordered(w: World) -> Iterator[Asked]:
    """P1: a lock is ordered for those who have care and want one, once the owner of a gate consents."""
    for name, door in w.doors.items():
        waiting, here = _awaiting(w, door), of.needing(w, door)
        if of.wanting(w, door) and door.lock is None and not door.unfit:
            agreed = not any(p.refused for p in here.values()) and bool(waiting)
            agreed = agreed and not any(home in w.unknown for home in door.homes)
            ready = [
                n
                for n in of.wanting(w, door)
                if of.has_care(here[n], w.day) and here[n].home not in w.unknown
            ]
            if of.order_at(door, "installation"):
                if door.kind == "gate" and not door.consent:
                    yield Asked(("P1.consent",), (name,), MAY)
            elif door.kind == "apartment" or door.consent:
                yield Asked(("P1.order",), (name,), agreed or (MAY if set(ready) & set(waiting) else STAY))
            else:
                yield Asked(("P1.consent",), (name,), agreed or (MAY if ready else STAY))
        if door.lock is not None and door.faulty and of.order_at(door, "repair") is None and here:
            served = any(of.serving(p, w.day) for p in of.behind(w, door).values() if p.own)
            caring = any(
                of.has_care(p, w.day) and of.serving(p, w.day) and p.died is None for p in here.values()
            )
            if served and not of.order_at(door, "removal"):
                yield Asked(("P1.repair",), (name,), caring and not door.orders)


@_paragraph
def tag_in_use(w: World) -> Iterator[Asked]:
    """P2, P3: a tag of each home-care provider from the first visit until the lock is in use."""
    for name, p in w.people.items():
        if not p.own or of.is_over(p, w.day):
            continue
        locks = [door.lock for _, door in of.doors_of(w, p.home)]
        for provider in (one for one in of.having(p, w.day, HOME_CARE) if one not in w.closing):
            waits = provider not in p.tags.values() and not of.lock_in_use(w, p)
            if waits and of.has_care(p, w.day) and p.died is None:
                fit = of.stays(p, provider, w.day) and p.home not in w.unknown
                must = not any(locks) and provider in of.serving(p, w.day, HOME_CARE)
                yield Asked(("P2.place_tag", "P2.place_again"), (name, provider), must if fit else STAY)
        unfit = any(door.unfit for _, door in of.doors_of(w, p.home))
        for provider in dict.fromkeys(p.tags.values()):
            if any(locks) and not unfit:
                waits = any(of.order_at(door, "installation") for _, door in of.doors_of(w, p.home))
                must = all(locks) and provider in of.serving(p, w.day)
                fit = not waits and of.has_care(p, w.day) and p.died is None
                yield Asked(("P3.take_tag",), (name, provider), must if fit else STAY)


@_paragraph
def visited(w: World) -> Iterator[Asked]:
    """P2: somebody finds out how a client is to whom nobody comes, though somebody is to."""
    for name, p in w.people.items():
        if quiet.is_silent(p, w.day):
            for provider in of.serving(p, w.day, HOME_CARE):
                if of.covered(p, HOME_CARE, w.day, provider):
                    closed = w.closing.get(provider, of.FOREVER) <= w.day  # then it is the administrator's
                    yield Asked(("P2.silent",), (name, None if closed else provider), MUST)


@_paragraph
def keys_collected(w: World) -> Iterator[Asked]:
    """P5: one key to each door for each provider."""
    for _, p in _living(w):
        for provider in (one for one in of.having(p, w.day) if one not in w.closing):
            for _, door in of.doors_of(w, p.home):
                here = {client for client, person in w.people.items() if person.home == p.home}
                held = any(to == provider and left in here for to, left in door.keys.values())
                if not held and of.has_care(p, w.day):
                    must = MUST if of.stays(p, provider, w.day) else STAY
                    yield Asked(("P5.collect_keys",), (p.home, provider), must)


@_paragraph
def keys_returned(w: World) -> Iterator[Asked]:
    """P5: a provider that no longer has anyone behind the door, or never had, gives its keys back."""
    for door in w.doors.values():
        for provider, left in door.keys.values():
            if not any(provider in of.having(p, w.day) for p in of.behind(w, door).values()):
                yield Asked(("P5.return_keys",), (of.home_of_key(w, door, left), provider), MUST)


@_paragraph
def present(w: World) -> Iterator[Asked]:
    """P4: a carer is present where the booking says so."""
    for door in w.doors.values():
        for name, order in door.orders.items():
            if order.carer_on is not None:
                yield Asked(("P4.be_present",), (name,), MUST)


# -- provider, client ends


@_paragraph
def removal_ordered(w: World) -> Iterator[Asked]:
    """P6: a lock that nobody needs is taken down; one that somebody needs never is (rule 1, A6, A7)."""
    for name, door in w.doors.items():
        here = of.behind(w, door)
        needed = bool(of.needing(w, door))
        wanted = of.wanting(w, door)
        if door.lock is not None and not needed and not of.order_at(door, "removal"):
            own = [p for p in here.values() if p.own and p.decisions]
            asks: tuple[str, ...] = (
                ("P6.order",) if any(of.is_over(p, w.day) for p in own) or not here else ()
            )
            asks += ("P6.not_ours",) if any(not p.own for p in here.values()) or not here else ()
            asks += ("P6.unwanted",) if any(p.unwanted and not of.is_over(p, w.day) for p in own) else ()
            known = bool(asks) or any(p.decisions for p in here.values())
            yield Asked(asks or ("P6.order",), (name,), known)
        if of.order_at(door, "installation") and not wanted:
            yield Asked(("P6.cancel",), (name,), MUST)
        if of.order_at(door, "removal") and needed:
            caring = any(of.has_care(p, w.day) for p in of.needing(w, door).values())
            yield Asked(("P6.stop",), (name,), caring)


@_paragraph
def tag_fetched(w: World) -> Iterator[Asked]:
    """P7: a tag comes back from a client who has ended, or whom its provider no longer has; and that is told."""
    for name, p in w.people.items():
        for provider in dict.fromkeys(p.tags.values()):
            if not p.own:
                yield Asked(("P7.not_ours", "P7.fetch"), (name, provider), MUST)
            elif of.is_over(p, w.day) or of.provider_left(p, provider, w.day):
                yield Asked(("P7.fetch",), (name, provider), MUST)
    for tag in w.tellings:
        yield Asked(("P7.tell",), (tag,), tag not in w.early)


# -- locksmith and administrator


@_paragraph
def work_reported(w: World) -> Iterator[Asked]:
    """L1: every open order is the locksmith's to carry out."""
    asks = {"installation": "L1.install", "removal": "L1.remove", "repair": "L1.repair"}
    for door in w.doors.values():
        for name, order in door.orders.items():
            yield Asked((asks[order.kind],), (name,), MUST)


@_paragraph
def letter_sent(w: World) -> Iterator[Asked]:
    """S1, S3: the living client gets a letter."""
    for order, (client, _) in w.letters.items():
        yield Asked(("S1.letter", "S3.letter"), (order,), not w.people[client].moved)


@_paragraph
def linked(w: World) -> Iterator[Asked]:
    """S2: each client with care behind a lock is linked to it."""
    for name, p in _living(w):
        for _, door in of.doors_of(w, p.home):
            if door.lock is not None and not of.linked_at(p, door) and of.has_care(p, w.day):
                must = bool(of.serving(p, w.day)) and not p.refused
                yield Asked(("S2.link",), (name, door.lock), must)


@_paragraph
def unlinked(w: World) -> Iterator[Asked]:
    """S3: a link ends when its lock is taken down, or alone when its client no longer belongs behind the door."""
    locks = {door.lock: door for door in w.doors.values()}
    for p in w.people.values():
        for name, lock in p.links.items():
            if lock not in locks:
                yield Asked(("S3.unlink",), (name,), MUST)
                continue
            others = any(other is not p for other in of.needing(w, locks[lock]).values())
            if others and not p.own:
                yield Asked(("S3.unlink_not_ours", "S3.unlink_one"), (name,), MUST)
            elif others and of.is_over(p, w.day):
                yield Asked(("S3.unlink_one",), (name,), MUST)


@_paragraph
def looked_at(w: World) -> Iterator[Asked]:
    """S2: somebody looks what is at the doors."""
    for home in w.unknown:
        yield Asked(("S2.look",), (home,), MUST)


@_paragraph
def billed(w: World) -> Iterator[Asked]:
    """O2, O3: each month of another municipality's client is billed, and the basis form sent and received."""
    for client, provider, month in of.months_owed(w):
        closed = w.closing.get(provider, of.FOREVER) <= w.day  # then it is the administrator's, to attest
        yield Asked(("O2.bill",), (client, None if closed else provider, month), MUST)
    for form, (client, by, month, state) in w.forms.items():
        if state == "billed":
            yield Asked(("O3.send",), (client, by, month), MUST)
        else:
            yield Asked(("O3.receive",), (form,), MUST)


@_paragraph
def gone_through(w: World) -> Iterator[Asked]:
    """P5: what a person had who has left an organisation."""
    for account in w.left:
        yield Asked(("P5.left",), (account,), MUST)


_ABOUT: dict[tuple[str, ...], str] = {
    ("account",): "P5.left",
    ("client",): "A1.inform A2.keys A3.understood A3.way_in A3.confirm A8.investigation A8.allocation",
    ("client", "decision"): "A4.allocate",
    ("door",): "P1.order P1.consent P1.repair P6.order P6.not_ours P6.unwanted P6.cancel P6.stop",
    ("client", "organisation"): "P2.silent P2.place_tag P2.place_again P3.take_tag P7.fetch P7.not_ours",
    ("home", "organisation"): "P5.collect_keys P5.return_keys",
    ("order",): "P4.be_present L1.install L1.remove L1.repair S1.letter S3.letter",
    ("tag",): "P7.tell",
    ("client", "lock"): "S2.link",
    ("link",): "S3.unlink S3.unlink_one S3.unlink_not_ours",
    ("client", "organisation", "month"): "O2.bill O3.send",
    ("form",): "O3.receive",
    ("home",): "S2.look",
}
FIELDS = {ask: fields for fields, asks in _ABOUT.items() for ask in asks.split()}
"""What each duty is about, by which it is recognised; a duty of another name has no statement, and is let be."""
